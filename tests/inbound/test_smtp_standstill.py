"""A PostgreSQL that is stopped in the middle of keeping a mail, and goes on later (THREATS 12)."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from house import NOW, ROUTE, Home, home, mail
from mailroom import Client, wait_for
from postgres import Postgres, name_in, postgres

from intake import app
from intake.config import Smtp
from intake.inbound.keep import Keeper
from intake.inbound.smtp import Listen, MailListener
from intake.store import spool

pytestmark = [pytest.mark.real, pytest.mark.sqlite("about PostgreSQL, with a server of its own that it stops")]

WITHIN = 1.5
# a commit waits for whoever holds this lock
SLOW_COMMITS = """
CREATE FUNCTION stand_still() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER stand_still AFTER INSERT ON spool.mail
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION stand_still();
"""
COMMITTING = "SELECT pid FROM pg_stat_activity WHERE query = 'COMMIT' AND wait_event_type = 'Lock'"


class Way:
    """A desk over a database of its own, and a listener that keeps mail in it."""

    def __init__(self, server: Postgres, desk: Home, listener: MailListener) -> None:
        self.server, self.desk, self._listener = server, desk, listener

    def connect(self) -> "psycopg.Connection[tuple[int]]":
        """A connection of the test's own with the database."""
        name = name_in(self.desk.config.settings.store.url)
        return psycopg.connect(host=str(self.server.folder), user=self.server.user, dbname=name, autocommit=True)

    def hand_over(self, number: int) -> Client:
        """A client that has sent a whole mail and waits for the reply."""
        client = Client(self._listener.addresses[0])
        client.open([ROUTE], f"kim{number}@hosting.example")
        client.send(question(number) + b"\r\n.\r\n")
        return client

    def tell(self, number: int) -> str:
        """The reply to a mail."""
        with self.hand_over(number) as client:
            return client.reply()

    def processes(self) -> list[int]:
        """The server's processes, the one that starts the others first."""
        first = (self.server.folder / "data" / "postmaster.pid").read_text().splitlines()[0]
        return [int(first), *map(int, Path(f"/proc/{first}/task/{first}/children").read_text().split())]


def question(number: int) -> bytes:
    sender = f"kim{number}@hosting.example"
    return mail(sender=sender, message_id=f"{number}@hosting.example", subject=f"Question {number}")


@pytest.fixture
def way(tmp_path: Path) -> Iterator[Way]:
    with postgres() as server, home(tmp_path, {"store.url": server.database()}) as desk:
        keeper = Keeper(lambda mails: spool.keep(desk.databases.spool, mails))
        listener = MailListener(
            [Listen("smtp", Smtp(listen="127.0.0.1:0"))],
            routes=app.routes(desk.config),
            keeper=keeper,
            now=lambda: NOW,
            hostname="desk.example",
            keeps_within=WITHIN,
        )
        listener.start()
        try:
            yield Way(server, desk, listener)
        finally:
            listener.close()
            keeper.close()


@contextmanager
def stopped(processes: list[int]) -> Iterator[None]:
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            os.kill(process, signal.SIGCONT)


def committing(connection: "psycopg.Connection[tuple[int]]") -> Callable[[], list[tuple[int]]]:
    return lambda: connection.execute(COMMITTING).fetchall()


def test_threat_12_a_server_stopped_in_a_commit_holds_no_client_and_the_retry_is_the_same_case(way: Way) -> None:
    with way.connect() as connection:
        connection.execute(SLOW_COMMITS)
        connection.execute("SELECT pg_advisory_lock(1)")
        with way.hand_over(1) as first:
            wait_for(committing(connection))
            [(process,)] = committing(connection)()
            with way.hand_over(2) as behind, stopped([process]):
                connection.execute("SELECT pg_advisory_unlock(1)")
                assert first.reply().startswith("451 4.3.0")
                assert behind.reply().startswith("451 4.3.0")
                assert way.tell(2).startswith("451 4.3.0")
    # the commit of the first goes on; the other had not begun, and comes in by its retry alone
    assert way.tell(1).startswith("250")
    assert way.tell(2).startswith("250")
    way.desk.receive()
    ledger = way.desk.ledger()
    assert (ledger["received"], ledger["new_case"], ledger["duplicate"], ledger["balanced"]) == (3, 2, 1, True)
    assert sorted(case.subject for case in way.desk.cases()) == ["Question 1", "Question 2"]
    assert sorted(each["to"] for each in way.desk.outbox()) == ["kim1@hosting.example", "kim2@hosting.example"]


def test_threat_12_a_server_stopped_as_a_whole_holds_no_client_and_the_retry_is_the_same_case(way: Way) -> None:
    assert way.tell(1).startswith("250")
    with stopped(way.processes()):
        assert way.tell(2).startswith("451 4.3.0")
        assert way.tell(1).startswith("451 4.3.0")
    assert way.tell(2).startswith("250")
    way.desk.receive()
    ledger = way.desk.ledger()
    assert (ledger["new_case"], ledger["balanced"]) == (2, True)
    assert ledger["received"] == 2 + ledger["duplicate"]
    assert sorted(case.subject for case in way.desk.cases()) == ["Question 1", "Question 2"]
