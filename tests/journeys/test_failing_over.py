"""A PostgreSQL that becomes a standby, and whose connections break in the middle of a commit (THREATS 12)."""

import smtplib
import socket
import time
from pathlib import Path

import pytest
from house import mail
from postgres import Postgres, postgres
from running import eventually, running
from sqlalchemy.exc import OperationalError

from intake.store.engine import open_databases

pytestmark = [pytest.mark.real, pytest.mark.long]


def become_standby(server: Postgres) -> None:
    server.stop()
    (server.folder / "data" / "standby.signal").touch()
    server.start()


def test_threat_12_a_database_that_is_a_standby_for_a_while_loses_and_parks_nothing(tmp_path: Path) -> None:
    with postgres() as server, running(tmp_path, {"store.url": server.database()}) as program:
        program.send(mail())
        eventually(lambda: program.json("ledger")["new_case"] == 1, what="the first case")
        become_standby(server)
        late = mail(message_id="two@hosting.example", subject="Another")
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            program.send(late)
        assert refused.value.smtp_code == 451
        eventually(lambda: "part=tick" in program.log(), 60, "the chaser to look in vain")
        server.run("pg_ctl", "promote", "--wait", "--pgdata", str(server.folder / "data"))
        program.send(late)
        eventually(lambda: program.json("ledger")["new_case"] == 2, what="the second case")
        ledger = program.json("ledger", "--audit")
        assert (ledger["received"], ledger["parked"], ledger["balanced"]) == (2, 0, True)
        assert [each for each in ledger["audit"] if each["broken"]] == []
        assert "Traceback" not in program.log()
        assert program.log().count("cannot execute LISTEN") == 1


def test_a_server_that_takes_the_connection_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        databases = open_databases(Path(), f"postgresql://intake@127.0.0.1:{silent.getsockname()[1]}/intake")
        began = time.monotonic()
        with pytest.raises(OperationalError, match="timeout"):
            databases.desk.connect()
        assert time.monotonic() - began < 30
        databases.close()
