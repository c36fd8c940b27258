"""A DNS that is slow or gone: names of other servers lead nowhere for a while, and all other work goes on."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from dovecot import PASSWORD
from house import ROUTE, mail, write_config
from imap_server import quirky
from running import eventually, free_port
from smarthost import Listening, Sink

from intake.app.program import Program
from intake.config import load
from intake.store import ledger, outbox
from intake.store.engine import reading

SMARTHOST, IMAP = "smarthost.slow.example", "imap.slow.example"
MAILBOX = f"""
[[mailbox]]
name = "support"
host = "{IMAP}"
port = {{port}}
tls = "none"
user = "desk"
password = "env:DESK_PASSWORD"
route = "{ROUTE}"
poll_seconds = 1
backlog = "answer"
"""


class Names:
    """The system's look-up of names as the machine's resolver does it, for the names of `.slow.example`.

    While it is `gone` it fails at once, as without a network; while it is not `open`, it does not answer.
    """

    def __init__(self) -> None:
        self.gone = False
        self.open = threading.Event()
        self.asked: set[str] = set()
        self._system = socket.getaddrinfo

    def look_up(self, host: Any, *more: Any, **options: Any) -> Any:
        if not str(host).endswith(".slow.example"):
            return self._system(host, *more, **options)
        self.asked.add(host)
        if self.gone:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        assert self.open.wait(120)
        return self._system("127.0.0.1", *more, **options)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[Names]:
    made = Names()
    monkeypatch.setattr(socket, "getaddrinfo", made.look_up)
    yield made
    made.open.set()


@pytest.mark.parametrize("gone", [False, True], ids=["slow", "gone"])
def test_mail_is_taken_and_decided_while_no_name_leads_anywhere_and_all_goes_out_when_they_do(
    tmp_path: Path, names: Names, gone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DESK_PASSWORD", PASSWORD)
    names.gone = gone
    sink = Sink()
    with ExitStack() as stack:
        smarthost = Listening(sink)
        stack.callback(smarthost.stop)
        server = stack.enter_context(quirky({1: mail(message_id="imap@hosting.example", subject="By IMAP")}))
        port = free_port()
        changes = {
            "smtp.listen": f"127.0.0.1:{port}",
            "console.listen": "",
            "outgoing.smtp": f"{SMARTHOST}:{smarthost.port}",
            "outgoing.tls": "none",
        }
        program = Program(load(write_config(tmp_path, changes, MAILBOX.format(port=server.port))))
        stack.callback(program.close)
        stack.callback(names.open.set)
        program.start()
        eventually(lambda: IMAP in names.asked, what="the mailbox's name to be looked up")
        _send(port, 1)
        eventually(lambda: _counts(program)["new_case"] == 1, what="the case of a mail by SMTP")
        eventually(lambda: SMARTHOST in names.asked, what="the smarthost's name to be looked up")
        # while names are looked up for both, more mail is taken and decided
        _send(port, 2)
        eventually(lambda: _counts(program)["new_case"] == 2, what="the next one's")
        assert sink.mails == []
        assert {row["state"] for row in _letters(program)} <= {"queued", "sending"}
        if gone:
            eventually(lambda: any(row["reason"] for row in _letters(program)), what="the reason to be noted")
            (reason, *_) = [row["reason"] for row in _letters(program) if row["reason"]]
            assert SMARTHOST in reason
            assert "name resolution" in reason
        names.gone = False
        names.open.set()
        eventually(lambda: _counts(program)["new_case"] == 3, what="the case of the mailbox's mail")
        if not gone:
            # (after a failure they wait for the next try, a minute later)
            eventually(lambda: {row["state"] for row in _letters(program)} == {"sent"}, what="letters to leave")


def _send(port: int, number: int) -> None:
    raw = mail(message_id=f"{number}@hosting.example", subject=f"Question {number}")
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
        client.sendmail("kim@hosting.example", [ROUTE], raw)


def _counts(program: Program) -> dict[str, int]:
    with reading(program.databases.reading) as connection:
        return ledger.counts(connection)


def _letters(program: Program) -> list[dict[str, Any]]:
    with reading(program.databases.reading) as connection:
        return outbox.listed(connection)
