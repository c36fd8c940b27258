"""kill -9 of the real program at an fsync or a write to a socket, and disks that fail (THREATS 13, 14, 53), by strace.

One role dies and others go on in its place; then all that must hold is looked at. The long tests kill at the first such
call of each thread, then at the second, and so on until a life reaches its end.
"""

import re
import smtplib
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from house import ROUTE, Home, home, mail, opened
from real import require_real
from running import Running, eventually, running
from smarthost import Listening, Sink

from intake import app
from intake.config import load
from intake.outbound.deliver import deliver
from intake.store.audit import audit
from intake.store.engine import reading

FSYNC, SEND, WRITE = "fsync,fdatasync", "sendto,sendmsg", "pwrite64"
# a desk sends nothing itself
STEPS = [("smtp", FSYNC), ("smtp", SEND), ("desk", FSYNC), ("send", FSYNC), ("send", SEND)]
FAILURES = [(FSYNC, "EIO"), (WRITE, "EIO"), (WRITE, "ENOSPC")]
MAILS = 2
WITHIN = 300.0
LEASE = timedelta(minutes=10)


def injecting(calls: str, what: str, nth: int) -> list[str]:
    """The command that does so to a program when one of its threads begins such a call for the so-manieth time."""
    strace = require_real("strace", "strace")
    if subprocess.run([strace, "-o", "/dev/null", "true"], capture_output=True).returncode:
        pytest.skip("strace may not trace processes here")
    return [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:{what}:when={nth}"]


def writer(number: int) -> str:
    return f"kim{number}@hosting{number}.example"


def question(number: int) -> bytes:
    return mail(sender=f"Kim <{writer(number)}>", subject=f"Question {number}", message_id=f"{number}@hosting.example")


WRITES_FILES = pytest.mark.sqlite("on PostgreSQL it is the server that calls fsync")


@contextmanager
def installation(folder: Path, sink: Sink) -> Iterator[Running]:
    """An installation whose databases are there, and that has not been started."""
    smarthost = Listening(sink)
    changes = {"outgoing.smtp": smarthost.place, "outgoing.tls": "none", "outgoing.connections": 1}
    try:
        with home(folder, changes, customers=""):
            pass
        with running(folder, changes, start=False) as made:
            yield made
    finally:
        smarthost.stop()


@contextmanager
def desk_of(program: Running) -> Iterator[Home]:
    """A desk over the installation's databases, beside the program."""
    config = load(program.config)
    databases = app.open_store(config)
    try:
        with opened(config, databases) as made:
            yield made
    finally:
        databases.close()


def keep_all(desk: Home) -> None:
    for number in range(MAILS):
        desk.keep(question(number), at=app.now(), envelope_from=writer(number))


def receiver_dies(program: Running, under: list[str]) -> bool:
    """Mails come in by SMTP, each until it got its 250."""
    program.begin("--roles", "smtp", under=under)
    died = False
    for number in range(MAILS):

        def taken(number: int = number) -> bool:
            nonlocal died
            if not program.runs:
                died = True
                program.kill()
                program.start("--roles", "smtp")
            try:
                with smtplib.SMTP("127.0.0.1", program.port, timeout=WITHIN) as client:
                    client.sendmail(writer(number), [ROUTE], question(number))
            except (OSError, smtplib.SMTPException):
                return False
            return True

        eventually(taken, WITHIN, "a mail to be taken")
    return died


def desk_dies(program: Running, under: list[str]) -> bool:
    """Mails that were kept are decided."""
    with desk_of(program) as desk:
        keep_all(desk)
        program.begin("--roles", "desk", under=under)
        eventually(lambda: not program.runs or desk.ledger()["waiting"] == 0, WITHIN, "the desk")
    return not program.runs


def sender_dies(program: Running, under: list[str]) -> bool:
    """Letters that were queued are sent."""
    with desk_of(program) as desk:
        keep_all(desk)
        desk.receive(app.now())
        program.begin("--roles", "send", under=under)
        eventually(
            lambda: not program.runs or all(row["state"] == "sent" for row in desk.outbox() + desk.outbox(desk=True)),
            WITHIN,
            "the sender",
        )
    return not program.runs


DYING = {"smtp": receiver_dies, "desk": desk_dies, "send": sender_dies}


def lives_on(program: Running, sink: Sink, role: str) -> None:
    """Whoever comes next finishes what the dead one had begun, and nothing is lost or doubled."""
    program.kill()
    with desk_of(program) as desk:
        desk.receive(app.now())
        later, way = app.now() + LEASE, app.transport(desk.config)
        assert not deliver(desk.databases.desk, way, "next", lambda: later).failed
        way.close()
        ledger = desk.ledger()
        assert ledger["balanced"]
        assert (ledger["new_case"], ledger["waiting"]) == (MAILS, 0)
        # only a 250 that was lost on its way brings a mail again
        assert ledger["duplicate"] <= (role == "smtp")
        assert Counter(case.subject for case in desk.cases()) == {f"Question {each}": 1 for each in range(MAILS)}
        letters = desk.outbox()
        assert Counter(row["to"] for row in letters) == {writer(each): 1 for each in range(MAILS)}
        assert {row["state"] for row in letters} == {"sent"}
        with reading(desk.databases.reading) as connection:
            assert [each for each in audit(connection) if each.broken] == []
    copies: dict[str, list[bytes]] = {}
    for _, recipients, raw in sink.mails:
        copies.setdefault(recipients[0], []).append(raw)
    assert {writer(each) for each in range(MAILS)} <= set(copies)
    assert all(len(set(raws)) == 1 for to, raws in copies.items() if to.startswith("kim"))
    # only what a sender had handed over and not noted yet, each once more
    assert all(len(raws) <= 1 + (role == "send") for to, raws in copies.items() if to.startswith("kim"))


def die(folder: Path, role: str, calls: str, nth: int) -> bool:
    """One life and what comes after it; whether it was ended."""
    sink = Sink()
    with installation(folder, sink) as program:
        died = DYING[role](program, injecting(calls, "signal=KILL", nth))
        lives_on(program, sink, role)
    return died


@pytest.mark.real
@pytest.mark.parametrize(
    ("role", "calls", "nth"),
    [
        pytest.param("smtp", FSYNC, 1, marks=WRITES_FILES),
        pytest.param("desk", FSYNC, 2, marks=WRITES_FILES),
        ("send", SEND, 6),
    ],
)
def test_threats_14_53_killed_in_the_middle_of_writing_nothing_is_lost_or_doubled(
    tmp_path: Path, role: str, calls: str, nth: int
) -> None:
    assert die(tmp_path, role, calls, nth)


@pytest.mark.real
@pytest.mark.long
@pytest.mark.parametrize(("role", "calls"), STEPS)
def test_threats_14_53_killed_at_every_write_nothing_is_lost_or_doubled(tmp_path: Path, role: str, calls: str) -> None:
    for nth in count(1):
        if not die(tmp_path / str(nth), role, calls, nth):
            assert nth > MAILS
            return


def fail(folder: Path, role: str, calls: str, error: str) -> None:
    """One life in which the third such call of each thread fails, and what comes after it."""
    sink = Sink()
    with installation(folder, sink) as program:
        if DYING[role](program, injecting(calls, f"error={error}", 3)):
            # it failed before it served, and said so in a line
            assert re.match(r"\S+\.db: (disk I/O error|database or disk is full)\nintake serves", program.log())
        lives_on(program, sink, role)


@pytest.mark.real
def test_threat_13_a_disk_that_fails_once_under_the_receiver_loses_and_doubles_nothing(tmp_path: Path) -> None:
    fail(tmp_path, "smtp", FSYNC, "EIO")


@pytest.mark.real
@pytest.mark.long
@pytest.mark.parametrize("role", DYING)
@pytest.mark.parametrize(("calls", "error"), FAILURES)
def test_threat_13_a_disk_that_fails_once_loses_and_doubles_nothing_and_ends_but_a_start(
    tmp_path: Path, role: str, calls: str, error: str
) -> None:
    fail(tmp_path, role, calls, error)


@contextmanager
def failing_disk(pid: int, calls: str) -> Iterator[None]:
    """Every such call of a running program fails until the block ends."""
    strace = injecting(calls, "error=EIO", 1)[0]
    command = [strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={calls}", "-e", f"inject={calls}:error=EIO"]
    with subprocess.Popen([*command, "-p", str(pid)], stderr=subprocess.DEVNULL) as tracer:
        try:
            eventually(lambda: tracer.poll() is not None or all(_traced(pid)), 60, "strace to hold every thread")
            if tracer.poll() is not None:
                pytest.skip("strace may not trace processes here")
            yield
        finally:
            tracer.terminate()


def _traced(pid: int) -> Iterator[bool]:
    """Of each thread, whether somebody traces it."""
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        yield "TracerPid:\t0\n" not in status.read_text()


@pytest.mark.real
@pytest.mark.sqlite("on PostgreSQL it is the server that writes files")
@pytest.mark.parametrize("calls", [FSYNC, WRITE])
def test_threat_13_while_a_disk_fails_senders_hear_4xx_and_all_is_well_once_it_works(
    tmp_path: Path, calls: str
) -> None:
    sink = Sink()
    with installation(tmp_path, sink) as program:
        program.start()
        with failing_disk(program.pid, calls):
            for number in range(MAILS):
                with pytest.raises(smtplib.SMTPDataError) as refused:
                    program.send(question(number), sender=writer(number))
                assert refused.value.smtp_code in (451, 452)
        assert "disk I/O error" in program.log()
        for number in range(MAILS):
            program.send(question(number), sender=writer(number))
        eventually(lambda: program.json("ledger")["waiting"] == 0, WITHIN, "every mail decided")
        assert program.runs
        assert program.stop() == 0
        lives_on(program, sink, "smtp")
