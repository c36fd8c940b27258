"""Mails from files through the real command: .eml, mbox, Maildir, standard input, and the same once more."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from house import CUSTOMERS, ROUTE, mail
from running import Running, running

KIM = "kim@hosting.example"


def fresh(name: str, age: timedelta = timedelta(minutes=5)) -> bytes:
    """A mail as a server stored it a while ago."""
    at = format_datetime(datetime.now(UTC) - age)
    trace = f"Return-Path: <{KIM}>\r\nReceived: from a by mx.support.example with ESMTP; {at}\r\n"
    return trace.encode() + mail(subject=name, message_id=f"{name}@hosting.example", Date=at)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path, {"answers.per_sender_per_hour": 100}, customers=CUSTOMERS, start=False) as made:
        yield made


def test_every_kind_of_file_is_taken_once(desk: Running) -> None:
    files = desk.folder / "files"
    for name in ("folder", "box/cur", "box/new", "box/tmp"):
        (files / name).mkdir(parents=True)
    (files / "one.eml").write_bytes(fresh("one"))
    (files / "folder/two.eml").write_bytes(fresh("two").replace(b"\r\n", b"\n"))
    mbox = b"".join(b"From kim Mon Nov 23 09:00:00 2026\n" + fresh(name) + b"\r\n" for name in ("three", "four"))
    (files / "old.mbox").write_bytes(mbox.replace(b"\r\n", b"\n"))
    (files / "box/cur/1.five:2,S").write_bytes(fresh("five"))
    (files / "box/new/2.six").write_bytes(fresh("six"))
    paths = [str(files / name) for name in ("one.eml", "folder", "old.mbox", "box")]
    piped = fresh("seven")

    first = json.loads(desk.command("ingest", *paths, "--json"))
    assert (first["kept"], first["unreadable"]) == (6, 0)
    seventh = json.loads(desk.command("ingest", "-", "--json", stdin=piped))
    assert seventh["ledger"]["new_case"] == 7
    subjects = {"one", "two", "three", "four", "five", "six", "seven"}
    assert {row["subject"] for row in desk.json("case", "list")} == subjects
    acknowledged = [row["case"] for row in desk.json("outbox", "list") if row["kind"] == "acknowledgment"]
    assert len(set(acknowledged)) == len(acknowledged) == 7

    again = json.loads(desk.command("ingest", *paths, "-", "--json", stdin=piped))
    assert again["kept"] == 7
    assert {name: again["ledger"][name] for name in ("received", "new_case", "duplicate", "waiting", "balanced")} == {
        "received": 14,
        "new_case": 7,
        "duplicate": 7,
        "waiting": 0,
        "balanced": True,
    }
    assert [row["case"] for row in desk.json("outbox", "list") if row["kind"] == "acknowledgment"] == acknowledged


def test_old_mail_is_read_without_an_answer_unless_asked_for(desk: Running) -> None:
    (desk.folder / "old.eml").write_bytes(fresh("old", timedelta(days=3)))
    (desk.folder / "asked.eml").write_bytes(fresh("asked", timedelta(days=3)))
    desk.command("ingest", str(desk.folder / "old.eml"))
    assert [row for row in desk.json("outbox", "list") if row["to"] == KIM] == []
    desk.command("ingest", str(desk.folder / "asked.eml"), "--answer")
    assert [row["kind"] for row in desk.json("outbox", "list") if row["to"] == KIM] == ["acknowledgment"]
    old, asked = sorted(desk.json("case", "list"), key=lambda row: str(row["reference"]))
    assert (old["subject"], asked["subject"]) == ("old", "asked")
    # the time of receipt is the server's, so both are as old as they are
    assert datetime.fromisoformat(old["opened"]) < datetime.now(UTC) - timedelta(days=2)


def test_what_cannot_be_read_among_many_is_named_and_the_rest_taken(desk: Running) -> None:
    folder = desk.folder / "mixed"
    folder.mkdir()
    (folder / "good.eml").write_bytes(fresh("good"))
    (folder / "empty.eml").write_bytes(b"")
    (folder / "binary.eml").write_bytes(bytes(range(256)) * 20)
    done = desk.attempt("ingest", str(folder), "--to", ROUTE, "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["kept"] == 1
    said = done.stderr.decode()
    assert "empty.eml: it is empty" in said
    assert "binary.eml: it is not a mail" in said
    assert "Traceback" not in said
