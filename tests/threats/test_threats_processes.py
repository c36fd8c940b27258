"""Processes that die, work side by side or are flooded, and clocks that jump (THREATS 14, 32, 49, 54)."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import forking
import pytest
from house import FORM, NOW, Home, home, mail, opened
from running import eventually

from intake.desk.receive import receive
from intake.outbound.maildir import MaildirTransport
from intake.store import sending

SECONDS = 120
SUPPORT = str(Path(__file__).parents[1] / "support")

# One process of an installation: does what its argument says, and dies by its own hand, as a power cut would have it,
# just before or just after a commit: the moments around an fsync.
PROCESS = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from intake import app
from intake.config import load
from intake.store import sending
sys.path.insert(0, sys.argv[2])
from datetime import timedelta
from house import FORM, Home, NOW, mail

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def keep_and_decide(desk):
    for number in range(4):
        raw = mail(f"{FORM}{number}", sender=f"s{number}@hosting.example", message_id=f"{number}@hosting.example")
        desk.keep(raw, envelope_from=f"s{number}@hosting.example")
        print(number, flush=True)
    desk.receive()

def decide(desk):
    print("ready", flush=True)
    sys.stdin.readline()
    while desk.ledger()["waiting"]:
        desk.receive()

def claim(desk):
    held = sending.claim(desk.databases.desk, "the one that dies", NOW, timedelta(minutes=10), 100)
    print(len(held), flush=True)
    die()

def arm(databases, at):
    left = [at]
    def count(connection):
        if connection.get_execution_options().get("reads"):
            return
        left[0] -= 1
        if left[0] == 0:
            die()
    for engine in (databases.spool, databases.desk):
        event.listen(engine, "commit", count)
        event.listen(engine, "begin", count)

if __name__ == "__main__":
    config = load(Path(sys.argv[1]))
    databases = app.open_store(config)
    house = app.open_house(config, databases)
    if len(sys.argv) > 4:
        arm(databases, int(sys.argv[4]))
    globals()[sys.argv[3]](Home(config, databases, house))
    house.reader.close()
"""


def run(desk: Home, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return forking.run([str(desk.config.file), SUPPORT, *words], stdin=stdin, code=PROCESS, timeout=SECONDS)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path / "installation") as made:
        yield made


def settle(desk: Home, accepted: set[int]) -> None:
    """What must hold after any death, once somebody has gone on."""
    desk.receive()
    found = desk.ledger()
    assert found["balanced"]
    assert found["waiting"] == 0
    opened_by = Counter(case.contact.address for case in desk.cases())
    # nothing that was accepted is lost, and nothing is there twice
    assert {f"s{number}@hosting.example" for number in accepted} <= set(opened_by)
    assert set(opened_by.values()) <= {1}
    letters = Counter(each["to"] for each in desk.outbox())
    assert letters == opened_by
    references = [case.reference for case in desk.cases()]
    assert len(set(references)) == len(references)


# four mails, each kept in a commit of its own, then numbers reserved and the cases stored: 12 boundaries, two a commit
@pytest.mark.parametrize("boundary", range(1, 13))
def test_threat_14_killed_at_any_commit_nothing_accepted_is_lost_and_each_mail_is_one_case(
    desk: Home, boundary: int
) -> None:
    first = run(desk, "keep_and_decide", str(boundary))
    assert first.returncode == -signal.SIGKILL
    accepted = {int(line) for line in first.stdout.split()}
    assert accepted == set(range(max(0, min(4, (boundary - 1) // 2))))
    settle(desk, accepted)
    # the sender of what was not accepted tries again, and so does one whose 250 was lost on the way
    for number in range(4):
        raw = mail(f"{FORM}{number}", sender=f"s{number}@hosting.example", message_id=f"{number}@hosting.example")
        desk.keep(raw, envelope_from=f"s{number}@hosting.example")
    settle(desk, set(range(4)))
    assert len(desk.cases()) == 4


def test_threat_32_a_flood_of_one_sender_waits_and_nobody_else_does(desk: Home) -> None:
    for number in range(500):
        raw = mail(f"{number}\n", sender="flood@evil.example", message_id=f"{number}@evil.example", subject="flood")
        desk.keep(raw, envelope_from="flood@evil.example")
    others = [
        desk.keep(
            mail(FORM, sender=f"{each}@hosting.example", message_id=f"{each}@hosting.example"),
            envelope_from=f"{each}@hosting.example",
        )
        for each in ("kim", "lee", "noa")
    ]
    assert receive(desk.house, NOW) > 0
    assert [desk.outcomes(each)[0]["outcome"] for each in others] == ["new_case"] * 3
    assert desk.ledger()["waiting"] > 50
    desk.receive()
    found = desk.ledger()
    # none of the flood is refused or thrown away
    assert (found["received"], found["waiting"], found["balanced"]) == (503, 0, True)


JUMPS = [
    timedelta(hours=1),
    -timedelta(hours=1),
    timedelta(days=365),
    -timedelta(days=365),
    timedelta(days=366),
    timedelta(0),
    -timedelta(days=3650),
]


def test_threat_49_however_the_clock_jumps_due_times_stand_and_each_chaser_goes_out_once(desk: Home) -> None:
    desk.take(mail())
    due = desk.case().clocks[0].due_at
    assert due is not None
    at: datetime = due
    for jump in JUMPS:
        at += jump
        desk.tick(at)
        desk.tick(at)
        assert desk.case().clocks[0].due_at == due
    told = Counter((each["kind"], each["to"]) for each in desk.outbox(desk=True))
    assert set(told.values()) == {1}
    assert ("desk-missed", "triage@desk.example") in told
    assert ("desk-escalated", "manager@desk.example") in told


def test_threat_49_a_clock_that_stood_still_for_a_year_does_not_flood_the_desk(desk: Home) -> None:
    desk.take(mail())
    desk.tick(NOW + timedelta(days=365))
    kinds = [each["kind"] for each in desk.outbox(desk=True)]
    # a reminder after the miss would say nothing new
    assert kinds == ["desk-new-case", "desk-missed", "desk-escalated", "desk-escalated"]


def test_threat_49_a_mail_kept_by_a_clock_ahead_is_decided_all_the_same(desk: Home) -> None:
    desk.keep(mail(), at=NOW + timedelta(days=365))
    assert desk.receive(NOW) == 1
    assert desk.case().opened_at == NOW + timedelta(days=365)


def test_threat_54_two_instances_over_one_spool_give_each_mail_one_outcome(desk: Home, tmp_path: Path) -> None:
    many = 60
    for number in range(many):
        sender = f"s{number % 20}@hosting.example"
        # every third is a copy of another one
        raw = mail(f"{FORM}{number % 40}", sender=sender, message_id=f"{number % 40}@hosting.example")
        desk.keep(raw, envelope_from=sender)
    end, go = os.pipe()
    out = tmp_path / "out"
    with os.fdopen(end, "rb") as given, out.open("ab") as said:
        words = [str(desk.config.file), SUPPORT, "decide"]
        both = [forking.start(words, [given, said, said], code=PROCESS) for _ in range(2)]
    eventually(lambda: out.read_bytes() == 2 * b"ready\n", SECONDS, "both to be ready")
    os.close(go)
    assert [each.wait(SECONDS) for each in both] == [0, 0]
    found = desk.ledger()
    assert found["balanced"]
    assert (found["new_case"], found["duplicate"], found["waiting"]) == (40, 20, 0)
    assert len(desk.cases()) == 40
    assert len([each for each in desk.outbox() if each["kind"] == "acknowledgment"]) == 40
    shown = [len(desk.shown(case.reference)["messages"]) for case in desk.cases()]
    assert shown == [1] * 40


def test_threat_54_an_instance_that_dies_while_deciding_leaves_no_half_case(desk: Home) -> None:
    for number in range(12):
        sender = f"s{number}@hosting.example"
        desk.keep(mail(f"{FORM}{number}", sender=sender, message_id=f"{number}@hosting.example"), envelope_from=sender)
    dying = run(desk, "decide", "4")
    assert dying.returncode == -signal.SIGKILL
    settle(desk, set(range(12)))


def test_threat_54_what_a_dead_instance_held_goes_out_once_its_lease_has_run_out(desk: Home, tmp_path: Path) -> None:
    desk.take(mail())
    dying = run(desk, "claim")
    assert dying.returncode == -signal.SIGKILL
    assert int(dying.stdout) == 2
    way, engine = MaildirTransport(tmp_path / "out"), desk.databases.desk
    with opened(desk.config, desk.databases) as other:
        other.receive(NOW)
    assert sending.claim(engine, "early", NOW + timedelta(minutes=9), timedelta(minutes=10), 100) == []
    after = NOW + timedelta(minutes=11)
    for owner in ("b", "c"):
        deadline = time.monotonic() + SECONDS
        while held := sending.claim(engine, owner, after, timedelta(minutes=10), 100):
            assert time.monotonic() < deadline
            for each in held:
                way.send(each)
                with engine.begin() as connection:
                    sending.mark_sent(connection, [sending.Left(each, after)])
    sent = [file.read_bytes() for file in (tmp_path / "out").rglob("*") if file.is_file()]
    assert len([raw for raw in sent if b"kim@hosting.example" in raw and b"We have your request" in raw]) == 1
    assert [each["state"] for each in desk.outbox()] == ["sent"]
    assert len(desk.cases()) == 1
