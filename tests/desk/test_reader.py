"""Reading in worker processes: what one mail costs another never pays."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from house import FORM, Home, home, mail
from workers import workers

from intake.app import database_url
from intake.core.mail.message import Trust
from intake.desk.reader import Reader, Way
from intake.desk.receive import specs
from intake.errors import IntakeError


def test_a_mail_is_read_with_the_fields_of_each_policy(desk: Home) -> None:
    read = desk.house.reader.raw(mail(), specs(desk.house))
    assert read.message is not None
    assert read.message.subject == "The inbox stays empty"
    assert read.fields["open-xchange"]["severity"].written == "2"
    assert read.problem == ""


def test_a_mail_that_cannot_be_read_has_its_reason(desk: Home) -> None:
    read = desk.house.reader.raw(b"Content-Type: message/rfc822\r\n\r\n" * 1_000, specs(desk.house))
    assert read.message is None
    assert read.problem


def test_many_kept_mails_are_read_each_under_its_number(desk: Home) -> None:
    ids = [desk.keep(mail(FORM, subject=f"Number {each}")) for each in range(25)]
    found = desk.house.reader.kept(ids, specs(desk.house))
    assert [found[each].message.subject for each in ids] == [f"Number {each}" for each in range(25)]  # type: ignore[union-attr]


CTRL_C = """
import multiprocessing, os, signal
from multiprocessing import forkserver
from intake.desk import readers

readers.start()
os.kill(forkserver._forkserver._forkserver_pid, signal.SIGINT)
process = readers.context().Process(target=os.getpid)
process.start()
process.join()
print(process.exitcode)
"""


def test_a_ctrl_c_while_reading_processes_start_is_not_theirs_to_hear() -> None:
    done = subprocess.run([sys.executable, "-c", CTRL_C], capture_output=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == (b"0\n", b"")


def test_idle_workers_that_are_killed_are_replaced(desk: Home) -> None:
    before = workers()
    desk.house.reader.raw(mail(), {})
    idle = workers() - before
    assert idle
    for pid in idle:
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not workers() & idle)
    assert desk.house.reader.raw(mail(), {}).message is not None
    assert desk.take(mail())[0]["outcome"] == "new_case"


def test_workers_that_do_not_answer_at_all_are_replaced(desk: Home) -> None:
    way = Way(Trust(), frozenset(), seconds=0.5, patience=1)
    reader = Reader(desk.config.folder, database_url(desk.config), way)
    try:
        before = workers()
        reader.raw(mail(), {})
        (worker,) = workers() - before
        os.kill(worker, signal.SIGSTOP)
        ids = [desk.keep(mail(subject=f"{each}")) for each in range(12)]
        found = reader.kept(ids, specs(desk.house))
        # the mails were not to blame
        assert all(found[each].message is not None for each in ids)
        wait_until(lambda: worker not in workers())
    finally:
        reader.close()


def test_where_no_process_can_be_had_no_mail_is_blamed(desk: Home, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    # a folder that no worker can open: none of them starts
    reader = Reader(tmp_path / "file" / "below", "", Way(Trust(), frozenset(), seconds=1, patience=1))
    try:
        with pytest.raises(IntakeError, match="do not run"):
            reader.kept([desk.keep(mail())], {})
    finally:
        reader.close()
    with pytest.raises(IntakeError, match="closed"):
        reader.raw(mail(), {})


def wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline


def test_the_workers_end_with_the_reader(tmp_path: Path) -> None:
    before = workers()
    with home(tmp_path) as desk:
        desk.house.reader.raw(mail(), {})
        during = workers() - before
        assert during
    wait_until(lambda: not workers() & during)


def test_threads_may_share_a_reader(desk: Home) -> None:
    found: list[str] = []

    def read(number: int) -> None:
        message = desk.house.reader.raw(mail(subject=f"{number}"), {}).message
        found.append(message.subject if message else "")

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == [str(number) for number in range(8)]


def test_the_limit_of_time_does_not_count_the_wait_for_a_worker(desk: Home) -> None:
    reader = Reader(desk.config.folder, database_url(desk.config), Way(Trust(), frozenset(), seconds=0.3))
    try:
        ids = [desk.keep(mail(subject=f"{each}")) for each in range(60)]
        assert all(each.message is not None for each in reader.kept(ids, specs(desk.house)).values())
    finally:
        reader.close()
