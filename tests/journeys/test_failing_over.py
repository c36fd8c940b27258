"""A PostgreSQL that becomes a standby, and whose connections break in the middle of a commit (THREATS 12)."""

import smtplib
import socket
import threading
import time
from collections import Counter
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from house import mail
from kills import LEASES_OVER
from postgres import Postgres, name_in, postgres
from running import Running, eventually, running
from smarthost import Listening, Sink
from sqlalchemy.exc import OperationalError

from intake.store.engine import open_databases

pytestmark = [pytest.mark.real, pytest.mark.long]


class Cut:
    """A way to a server over which every third COMMIT arrives and its answer does not, while it is `on`."""

    def __init__(self, server: Postgres) -> None:
        self.on = True
        self.cuts = self._commits = 0
        self._server = str(next(server.folder.glob(".s.PGSQL.*[0-9]")))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _run(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                for ends in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._carry, args=ends, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                commits = self.on and asks and b"COMMIT" in data
                self._commits += commits
                if commits and self._commits % 3 == 0:
                    # nothing comes back from here on, and what was asked is done
                    source.shutdown(socket.SHUT_RDWR)
                    self.cuts += 1
                target.sendall(data)
        for each in (source, target):
            with suppress(OSError):
                each.shutdown(socket.SHUT_WR)


def test_threat_12_connections_that_break_after_a_commit_was_sent_lose_and_double_nothing(tmp_path: Path) -> None:
    mails, sink = 30, Sink()
    with postgres() as server, closing(Cut(server)) as cut, ExitStack() as stack:
        smarthost = Listening(sink)
        stack.callback(smarthost.stop)
        url = f"postgresql+psycopg://{server.user}@127.0.0.1:{cut.port}/{name_in(server.database())}"
        cut.on = False
        changes = {"store.url": url, "outgoing.smtp": smarthost.place, "outgoing.tls": "none"}
        program = stack.enter_context(running(tmp_path, changes))
        cut.on = True
        for number in range(mails):
            eventually(partial(_taken, program, number), 60, "a mail to be taken")
        eventually(lambda: cut.cuts > mails // 3, 60, "connections to break")
        cut.on = False
        eventually(lambda: program.json("ledger")["waiting"] == 0, 60, "every mail decided")
        assert program.stop() == 0
        # what was taken in hand by a commit whose answer was lost goes out when its lease is over
        program.json("tick", "--really", "--at", (datetime.now(UTC) + LEASES_OVER).isoformat())
        ledger = program.json("ledger", "--audit")
        assert (ledger["new_case"], ledger["parked"], ledger["balanced"]) == (mails, 0, True)
        assert [each for each in ledger["audit"] if each["broken"]] == []
        letters = [each for each in program.json("outbox", "list") if not each["kind"].startswith("desk-")]
        assert Counter(each["state"] for each in letters) == {"sent": mails}
        assert set(Counter(each["case"] for each in letters).values()) == {1}
        assert "Traceback" not in program.log()


def _taken(program: Running, number: int) -> bool:
    writer = f"kim{number}@hosting{number}.example"
    try:
        program.send(mail(sender=writer, message_id=f"{number}@hosting.example", subject=f"{number}"), sender=writer)
    except (OSError, smtplib.SMTPException):
        return False
    return True


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
