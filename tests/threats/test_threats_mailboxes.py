"""Rows 9, 46, 47 and 48 of the threats, as they concern mailboxes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dovecot
import pytest
from dovecot import Dovecot
from imap_server import Relay, quirky
from mailboxes import SIZE_LIMIT, SUPPORT, House, house, letter, mailbox, until

SUPPORT_FOLDER = Path(dovecot.__file__).parent
OLD = datetime(2025, 5, 1, 12, tzinfo=UTC)

KILLED_BEFORE_THE_FLAG = """
import os, pathlib, signal, sys
from mailboxes import House, mailbox, until
from intake.inbound.keep import Keeper
from intake.store import spool

desk = House(pathlib.Path(sys.argv[1]))
desk.keeper = Keeper(lambda mails: spool.keep(desk.databases.spool, mails) and os.kill(os.getpid(), signal.SIGKILL))
desk.watcher(mailbox(int(sys.argv[2]), after=sys.argv[3])).start()
until(lambda: False)
"""


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as desk:
        yield desk


def numbers(desk: House) -> list[int]:
    """The numbers of the letters kept, in order, each as often as it was kept."""
    return [int(kept.raw.split(b"Subject: Mail ")[1].split(b"\r\n")[0]) for kept in desk.kept()]


def recreate(server: Dovecot) -> None:
    """Another folder of the same name, with UIDs that count anew."""
    with server.client("desk") as client:
        before = client.folder_status("Cases", ["UIDVALIDITY"])
        client.delete_folder("Cases")
        client.create_folder("Cases")
        assert client.folder_status("Cases", ["UIDVALIDITY"]) != before


def make(server: Dovecot) -> None:
    with server.client("desk") as client:
        client.create_folder("Cases")


@pytest.mark.real
@pytest.mark.parametrize("after", ["flag", "move", "delete"])
def test_threat_09_an_oversize_mail_stays_where_it_is_and_its_headers_are_kept(
    server: Dovecot, desk: House, after: str
) -> None:
    large = letter(1, size=60_000_000)
    server.deliver("desk", large, letter(2))
    desk.watch(mailbox(server.port, after=after))
    head, small = sorted(desk.kept(), key=lambda kept: kept.mail.oversize is None)
    assert head.mail.oversize == len(large)
    assert head.raw == large.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
    assert head.routes == (SUPPORT,)
    assert head.mail.answerable
    assert str(head.mail.origin).endswith(";UID=1")
    assert small.raw == letter(2)
    with server.client("desk") as client:
        client.select_folder("INBOX")
        assert client.fetch([1], ["RFC822.SIZE", "FLAGS"])[1][b"RFC822.SIZE"] == len(large)
        assert {b"\\Flagged", b"$IntakeKept"} <= set(client.get_flags([1])[1])


@pytest.mark.real
def test_threat_09_an_oversize_mail_is_taken_once(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(1, size=2 * SIZE_LIMIT))
    desk.watch(mailbox(server.port)).close()
    server.deliver("desk", letter(2))
    desk.watch(mailbox(server.port))
    assert numbers(desk) == [1, 2]


def test_threat_09_a_size_that_lies_does_not_make_us_read_more_than_the_limit(desk: House) -> None:
    with quirky({1: letter(1, size=3 * SIZE_LIMIT), 2: letter(2)}) as server:
        server.claims[1] = 10
        desk.watch(mailbox(server.port, after="delete"))
        assert [(kept.mail.oversize, len(kept.raw) < 1000) for kept in desk.kept()] == [
            (SIZE_LIMIT + 1, True),
            (None, True),
        ]
        assert "\\Deleted" not in server.flags[1]
        assert all(f"<0.{SIZE_LIMIT + 1}>" in each for each in server.commands if "BODY.PEEK[]" in each)


def test_threat_09_the_bytes_of_a_mail_that_says_it_is_too_big_are_not_fetched(desk: House) -> None:
    with quirky({1: letter(1, size=3 * SIZE_LIMIT), 2: letter(2)}) as server:
        desk.watch(mailbox(server.port))
        assert [kept.mail.oversize is None for kept in desk.kept()] == [False, True]
        assert [each for each in server.commands if "BODY.PEEK[]" in each and "FETCH 2 " not in each] == []


@pytest.mark.real
def test_threat_46_a_new_uidvalidity_loses_no_mail(server: Dovecot, desk: House) -> None:
    make(server)
    server.deliver("desk", letter(1), letter(2), folder="Cases")
    watcher = desk.watch(mailbox(server.port, folder="Cases", poll_seconds=0.2))
    recreate(server)
    server.deliver("desk", letter(3), letter(1), letter(4), folder="Cases")
    until(lambda: set(numbers(desk)) == {1, 2, 3, 4})
    until(lambda: numbers(desk).count(1) == 2)
    # the same mail under another UID is the desk's duplicate, known by its content
    assert len({kept.mail.origin for kept in desk.kept()}) == len(desk.kept()) == 5
    assert all(kept.mail.answerable for kept in desk.kept())
    assert watcher.status().troubled == 0


@pytest.mark.real
def test_threat_46_a_uidvalidity_that_changed_while_we_were_away_is_noticed(server: Dovecot, desk: House) -> None:
    make(server)
    server.deliver("desk", *(letter(number) for number in range(5)), folder="Cases")
    desk.watch(mailbox(server.port, folder="Cases")).close()
    recreate(server)
    server.deliver("desk", letter(7), folder="Cases")
    desk.watch(mailbox(server.port, folder="Cases"))
    assert numbers(desk) == [0, 1, 2, 3, 4, 7]


@pytest.mark.real
@pytest.mark.parametrize(("backlog", "expected"), [("keep", [(1, True), (3, False)]), ("skip", [(3, False)])])
def test_threat_46_a_new_uidvalidity_makes_no_flood_of_answers_to_old_mail(
    server: Dovecot, desk: House, backlog: str, expected: list[tuple[int, bool]]
) -> None:
    make(server)
    server.deliver("desk", letter(1), folder="Cases", at=OLD)
    desk.watch(mailbox(server.port, folder="Cases", backlog=backlog)).close()
    recreate(server)
    server.deliver("desk", letter(1), folder="Cases", at=OLD)
    server.deliver("desk", letter(3), folder="Cases")
    desk.watch(mailbox(server.port, folder="Cases", backlog=backlog))
    found = dict(zip(numbers(desk), [kept.mail.backlog for kept in desk.kept()], strict=True))
    assert sorted(found.items()) == expected


@pytest.mark.real
def test_threat_46_a_rescan_that_is_interrupted_still_knows_what_is_old(server: Dovecot, desk: House) -> None:
    make(server)
    desk.watch(mailbox(server.port, folder="Cases", backlog="keep")).close()
    recreate(server)
    server.deliver("desk", *(letter(number) for number in range(40)), folder="Cases", at=OLD)
    writes = iter([None])

    def fails_the_second_time() -> None:
        if next(writes, "again"):
            raise OSError("no space left on device")

    desk.before_keeping = fails_the_second_time
    interrupted = desk.watcher(mailbox(server.port, folder="Cases", backlog="keep"))
    interrupted.start()
    until(lambda: interrupted.status().last_error)
    interrupted.close()
    assert 0 < len(desk.kept()) < 40
    desk.before_keeping = lambda: None
    desk.watch(mailbox(server.port, folder="Cases", backlog="keep"))
    assert sorted(numbers(desk)) == list(range(40))
    assert all(kept.mail.backlog and not kept.mail.answerable for kept in desk.kept())


@pytest.mark.real
@pytest.mark.sqlite("the process that dies opens the files; tests/journeys/test_instances.py kills those on PostgreSQL")
@pytest.mark.parametrize(("after", "left"), [("flag", 1), ("move", 0), ("delete", 0)])
def test_threat_47_killed_between_commit_and_flag_is_one_mail(
    server: Dovecot, tmp_path: Path, after: str, left: int
) -> None:
    server.deliver("desk", letter(1))
    environment = {**os.environ, "PYTHONPATH": f"{SUPPORT_FOLDER}:{SUPPORT_FOLDER.parent.parent}"}
    program = [sys.executable, "-c", KILLED_BEFORE_THE_FLAG, str(tmp_path), str(server.port), after]
    ended = subprocess.run(program, env=environment, capture_output=True, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    with house(tmp_path) as desk, server.client("desk") as client:
        assert numbers(desk) == [1]
        client.select_folder("INBOX")
        assert b"\\Seen" not in client.get_flags([1])[1]
        desk.watch(mailbox(server.port, after=after))
        assert numbers(desk) == [1]
        client.select_folder("INBOX")
        assert len(client.search("ALL")) == left
        if left:
            assert b"\\Seen" in client.get_flags([1])[1]


@pytest.mark.real
@pytest.mark.parametrize("capabilities", ["imap_capability = +X", "imap_capability = IMAP4rev1 UIDPLUS"])
def test_threat_48_dropped_packets_are_noticed_and_the_mailbox_read_again(tmp_path: Path, capabilities: str) -> None:
    with (
        dovecot.running(capabilities) as server,
        closing(Relay(server.port)) as relay,
        house(tmp_path) as desk,
    ):
        watcher = desk.watch(mailbox(relay.port, poll_seconds=1, timeout_seconds=1))
        until(lambda: watcher.status().state == "waiting")
        relay.drop_packets()
        server.deliver("desk", letter(1))
        until(lambda: numbers(desk) == [1], 10)
        assert "no answer" in str(watcher.status().last_error)


@pytest.mark.real
@pytest.mark.long
def test_threat_48_dropped_packets_are_noticed_within_a_minute_as_configured_by_default(
    server: Dovecot, desk: House
) -> None:
    with closing(Relay(server.port)) as relay:
        watcher = desk.watch(mailbox(relay.port, poll_seconds=600, timeout_seconds=30))
        until(lambda: watcher.status().state == "waiting")
        relay.drop_packets()
        begun = time.monotonic()
        server.deliver("desk", letter(1))
        until(lambda: numbers(desk) == [1], 60)
        assert timedelta(seconds=time.monotonic() - begun) < timedelta(minutes=1)
