"""A program whose disk fails: senders hear so, and so does whoever asks how it fares (THREATS 13)."""

import smtplib
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from house import ROUTE, mail, write_config
from running import eventually, free_port
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from intake.app import program as running_program
from intake.app.program import WAKE_SECONDS, Program
from intake.config import load
from intake.store import heartbeats
from intake.store.engine import reading


def test_a_receiver_that_can_keep_nothing_does_not_say_that_it_works_until_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(WAKE_SECONDS, "pulse", 0.5)
    monkeypatch.setitem(WAKE_SECONDS, "send", 0.1)
    monkeypatch.setattr(running_program, "FIRST_WAKE_SECONDS", 0.1)
    port, fails = free_port(), True
    program = Program(load(write_config(tmp_path, {"smtp.listen": f"127.0.0.1:{port}"})), ["smtp", "send"])

    @event.listens_for(program.databases.spool, "before_cursor_execute")
    def fail(*_: object) -> None:
        if fails:
            raise OperationalError("INSERT", {}, sqlite3.OperationalError("disk I/O error"))

    def beats() -> dict[str, datetime]:
        with reading(program.databases.desk) as connection:
            return {part: max(each.values()) for part, each in heartbeats.load(connection).items()}

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            client.sendmail("kim@hosting.example", [ROUTE], mail())

    try:
        program.start()
        eventually(lambda: {"receiver", "sender"} <= set(beats()), 60, "both parts to work")

        def silent() -> bool:
            with pytest.raises(smtplib.SMTPDataError, match="451"):
                send()
            said = beats()
            return said["sender"] - said["receiver"] > timedelta(seconds=3 * WAKE_SECONDS["pulse"])

        eventually(silent, 60, "the receiver to say nothing")
        # whoever hands out mail where somebody works would never bring it one again
        before = beats()["receiver"]
        eventually(lambda: beats()["receiver"] > before, 60, "the receiver to work again")
        fails = False
        send()
    finally:
        program.close()
