"""Chasing from the command line: `intake tick --at` through everything that clocks ask for, each run a new process."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import CUSTOMERS, FORM, mail
from running import PROGRAM, Running, eventually, intake, running
from sqlalchemy import func, select

from intake.config import load
from intake.store import cases, outbox
from intake.store.engine import open_databases, reading
from intake.store.tables import notice

KIM = "kim@hosting.example"
HALF = "".join(FORM.splitlines(keepends=True)[:9])
SECOND = timedelta(seconds=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, customers=CUSTOMERS, start=False) as made:
        yield made


def newest(desk: Running) -> dict[str, Any]:
    """The case that was opened last."""
    found: dict[str, Any] = max(desk.json("case", "list"), key=lambda row: row["reference"])
    return found


def write(desk: Running, raw: bytes) -> dict[str, Any]:
    """A mail by file; the newest case then."""
    (desk.folder / "mail.eml").write_bytes(b"Return-Path: <kim@hosting.example>\r\n" + raw)
    desk.command("ingest", "--answer", str(desk.folder / "mail.eml"))
    shown = desk.json("case", "show", newest(desk)["reference"])
    assert isinstance(shown, dict)
    return shown


def told(desk: Running) -> list[tuple[str, str]]:
    """Every letter that left so far: kind and recipient. Read beside the program: a command a look would take long."""
    databases = open_databases(desk.folder / "var", load(desk.config).settings.store.url)
    try:
        with reading(databases.reading) as connection:
            rows = outbox.listed(connection)
    finally:
        databases.close()
    assert all(row["state"] == "sent" for row in rows)
    return [(row["kind"], row["to"]) for row in rows]


def tick(desk: Running, at: datetime, times: int = 1) -> list[tuple[str, str]]:
    """What passes at an instant, each a process of its own, sent: kind and recipient."""
    before = told(desk)
    for _ in range(times):
        desk.command("tick", "--at", at.isoformat())
    return told(desk)[len(before) :]


def later(desk: Running, since: datetime, length: str) -> datetime:
    """The instant so much time of the policy's after another, as `intake due` reckons it."""
    asked = ["--policy", "open-xchange", "--severity", "1", "--target", length, "--opened", since.isoformat()]
    return datetime.fromisoformat(desk.json("due", *asked)["response"]["due"])


def clock(case: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = [each for each in case["clocks"] if each["kind"] == kind]
    assert isinstance(found, dict)
    return found


def test_the_desk_is_reminded_told_of_the_miss_and_the_ladder_climbed_each_once(desk: Running) -> None:
    case = write(desk, mail())
    response = clock(case, "response")
    opened, due = (datetime.fromisoformat(response[name]) for name in ("started", "due"))
    assert due == later(desk, opened, "4 business hours")
    desk.command("tick")

    soon = later(desk, opened, "3 business hours")
    assert tick(desk, soon - SECOND) == []
    assert tick(desk, soon, times=2) == [("desk-due-soon", "triage@desk.example")]
    assert tick(desk, due - SECOND) == []
    assert tick(desk, due, times=2) == [("desk-missed", "triage@desk.example")]
    first, second = later(desk, due, "1 business hour"), later(desk, due, "4 business hours")
    assert tick(desk, first - SECOND) == []
    assert tick(desk, first, times=2) == [("desk-escalated", "lead@desk.example")]
    assert tick(desk, second) == [("desk-escalated", "manager@desk.example")]
    # a clock that jumps ahead a year and back asks for nothing twice
    assert tick(desk, second + timedelta(days=365)) == []
    assert tick(desk, due) == []

    shown = desk.json("case", "show", case["reference"])
    assert clock(shown, "response")["due"] == response["due"]
    assert datetime.fromisoformat(clock(shown, "response")["missed"]) == due
    assert "escalated" in shown["marks"]
    listed = [(row["kind"], row["to"]) for row in desk.json("outbox", "list") if row["kind"] == "desk-escalated"]
    assert listed == [("desk-escalated", "lead@desk.example"), ("desk-escalated", "manager@desk.example")]


def test_a_machine_that_slept_over_everything_tells_each_thing_once(desk: Running) -> None:
    case = write(desk, mail(FORM.replace("Severity: 2", "Severity: 1")))
    opened = datetime.fromisoformat(case["opened"])
    desk.command("tick")
    # a reminder that a target nears would say nothing once it is missed
    assert sorted(tick(desk, opened + timedelta(days=30))) == [
        ("desk-escalated", "lead@desk.example"),
        ("desk-escalated", "manager@desk.example"),
        ("desk-missed", "triage@desk.example"),
    ]


def test_the_customer_is_reminded_twice_the_case_closed_and_reopened_by_a_reply(desk: Running) -> None:
    case = write(desk, mail(HALF))
    assert case["missing"] == ["steps_to_reproduce", "current_behaviour", "expected_behaviour"]
    information = clock(case, "information")
    started, closes = (datetime.fromisoformat(information[name]) for name in ("started", "due"))
    desk.command("tick")

    def to_kim(at: datetime) -> list[str]:
        return [kind for kind, to in tick(desk, at) if to == KIM]

    first, second = later(desk, started, "2 business days"), later(desk, started, "5 business days")
    assert to_kim(first - SECOND) == []
    assert to_kim(first) == ["reminder"]
    assert to_kim(second) == ["reminder"]
    assert to_kim(closes - SECOND) == []
    assert to_kim(closes) == ["closed-for-silence"]
    assert desk.json("case", "show", case["reference"])["state"] == "closed"

    letters = [row for row in desk.json("outbox", "list") if row["to"] == KIM]
    assert [row["kind"] for row in letters] == ["missing-information", "reminder", "reminder", "closed-for-silence"]
    rest = "".join(FORM.splitlines(keepends=True)[9:])
    last = letters[-1]["message_id"]
    reply = mail(rest, subject="Re: closed", message_id="rest@hosting.example", In_Reply_To=f"<{last}>")
    reopened = write(desk, reply)
    assert reopened["reference"] == case["reference"]
    assert reopened["state"] in ("open", "new")
    assert reopened["missing"] == []


def test_a_chaser_killed_in_the_middle_tells_each_thing_once(desk: Running) -> None:
    count = 50
    for number in range(count):
        raw = mail(FORM.replace("Severity: 2", "Severity: 1"), subject=f"Q {number}", message_id=f"{number}@h.example")
        (desk.folder / f"{number}.eml").write_bytes(raw)
    desk.command("ingest", *(str(desk.folder / f"{number}.eml") for number in range(count)))
    at = datetime.fromisoformat(newest(desk)["opened"]) + timedelta(hours=2)
    databases = open_databases(desk.folder / "var", load(desk.config).settings.store.url)

    def missed() -> int:
        with reading(databases.reading) as connection:
            query = select(func.count()).select_from(notice).where(notice.c.kind == "desk-missed")
            return int(connection.scalar(query) or 0)

    for kill in range(3):
        wanted = (kill + 1) * count // 10
        command = [str(PROGRAM), "tick", "--at", at.isoformat(), "--config", str(desk.config)]
        process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
        eventually(lambda wanted=wanted: missed() >= wanted, 60, "some notices")  # type: ignore[misc]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        assert missed() < count

    desk.json("tick", "--at", at.isoformat())
    # what a dead sender held goes out when its lease is over
    desk.json("tick", "--at", (at + timedelta(minutes=20)).isoformat())
    with reading(databases.reading) as connection:
        query = select(notice.c.case_id, notice.c.message_id).where(notice.c.kind == "desk-missed")
        told = connection.execute(query).all()
        letters = {row["message_id"]: row for row in outbox.listed(connection)}
        texts = {each: outbox.raw(connection, letters[each]["id"]) or b"" for each in {row.message_id for row in told}}
        references = {case.id: case.reference for case in cases.each(connection, sorted({row.case_id for row in told}))}
    databases.close()
    assert set(Counter(row.case_id for row in told).values()) == {1}
    assert len(told) == count
    assert {letters[row.message_id]["state"] for row in told} == {"sent"}
    words = {each: _plain(text) for each, text in texts.items()}
    assert all("Missed: first answer" in text or "has been missed" in text for text in words.values())
    assert all(references[row.case_id] in words[row.message_id] for row in told)


def _plain(raw: bytes) -> str:
    part = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
    return str(part.get_content()) if part else ""


def test_a_later_instant_is_refused_where_real_mail_would_leave_unless_really(tmp_path: Path) -> None:
    with running(tmp_path, {"outgoing.smtp": "127.0.0.1:9", "outgoing.tls": "none"}, start=False) as desk:
        ahead = ["tick", "--at", "2199-01-01T00:00:00+00:00", "--config", str(desk.config)]
        refused = intake(*ahead, folder=tmp_path)
        assert (refused.returncode, refused.stdout) == (1, b"")
        assert b"--really" in refused.stderr
        assert intake(*ahead, "--really", folder=tmp_path).returncode == 0
        assert intake("tick", "--config", str(desk.config), folder=tmp_path).returncode == 0
