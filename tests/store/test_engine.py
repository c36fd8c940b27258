"""The two files: what each connection promises, and that accepting never waits for deciding."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from house import fresh_databases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import JSON, Engine, Text, bindparam, event, func, insert, select, text, type_coerce
from sqlalchemy.exc import IntegrityError, OperationalError

from intake.store import ledger, spool, tables
from intake.store.engine import Databases, is_trouble, reading
from intake.store.ledger import Outcome
from intake.store.spool import NewMail, RoutedTo

pytestmark = pytest.mark.sqlite("its pragmas and locks")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROUTE = "a@support.example"
MAIL = NewMail(b"Subject: a\r\n\r\nb\r\n", "smtp", NOW, (RoutedTo(ROUTE, ROUTE),))


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path)
    yield made
    made.close()


def pragma(engine: Engine, name: str) -> object:
    with reading(engine) as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_commit_is_on_the_disk_before_it_returns(databases: Databases) -> None:
    full = 2
    for engine in (databases.spool, databases.desk):
        assert pragma(engine, "synchronous") == full
        assert pragma(engine, "journal_mode") == "wal"
        assert pragma(engine, "foreign_keys") == 1


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(LEAVES, lambda some: st.lists(some) | st.dictionaries(st.text(), some), max_leaves=10)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=VALUES)
def test_lists_and_tables_stand_as_json_and_come_back_as_they_were(databases: Databases, value: object) -> None:
    given = bindparam("value", type_=JSON(none_as_null=False))
    with reading(databases.desk) as connection:
        row = connection.execute(select(type_coerce(given, Text), given), {"value": value}).one()
    assert tuple(row) == (json.dumps(value), value)


def test_the_desks_long_transaction_never_holds_up_the_spool(databases: Databases) -> None:
    with databases.desk.begin() as desk:
        desk.execute(insert(tables.counter).values(name="x", value=1))
        assert spool.keep(databases.spool, [MAIL]) == [1]


def test_the_spools_transaction_never_holds_up_the_desk(databases: Databases) -> None:
    with databases.spool.begin() as connection:
        connection.execute(text("DELETE FROM mailbox"))
        with databases.desk.begin() as desk:
            desk.execute(insert(tables.counter).values(name="x", value=1))


def test_a_reader_sees_spool_and_desk_together_while_both_are_written(databases: Databases) -> None:
    spool.keep(databases.spool, [MAIL])
    with databases.desk.begin() as connection:
        ledger.record(connection, [Outcome(1, ROUTE, "junk", "")], NOW)
    with databases.desk.begin() as desk, databases.spool.begin() as accepting:
        desk.execute(insert(tables.counter).values(name="x", value=1))
        accepting.execute(text("DELETE FROM mailbox"))
        with reading(databases.reading) as connection:
            assert [each.mail.id for each in ledger.work(connection, 1)] == [1]
            assert ledger.counts(connection)["junk"] == 1


def test_a_reader_never_sees_an_outcome_without_its_mail(databases: Databases) -> None:
    with reading(databases.reading) as connection:
        received = connection.scalar(select(func.count()).select_from(tables.mail_route))
        spool.keep(databases.spool, [MAIL])
        with databases.desk.begin() as desk:
            ledger.record(desk, [Outcome(1, ROUTE, "junk", "")], NOW)
        decided = connection.scalar(select(func.count()).select_from(tables.outcome))
        assert (received, decided) == (0, 0)
    with reading(databases.reading) as connection:
        assert ledger.counts(connection)["balanced"]


def test_a_reader_writes_neither_file(databases: Databases) -> None:
    for statement in ("DELETE FROM cases", "DELETE FROM spool.mail"):
        with (
            pytest.raises(OperationalError, match="readonly"),
            databases.reading.connect() as connection,
        ):
            connection.execute(text(statement))


def test_writers_take_turns_from_their_first_statement_on(databases: Databases) -> None:
    """Two that read and then write: deferred, the second would fail with "database is locked"."""
    with databases.desk.begin() as connection:
        connection.execute(insert(tables.counter).values(name="x", value=0))
    errors: list[Exception] = []
    together = threading.Barrier(4)

    def count() -> None:
        together.wait(10)
        try:
            for _ in range(10):
                with databases.desk.begin() as connection:
                    value = connection.scalar(select(tables.counter.c.value)) or 0
                    connection.execute(tables.counter.update().values(value=value + 1))
        except OperationalError as error:
            errors.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []
    with reading(databases.desk) as connection:
        assert connection.scalar(select(tables.counter.c.value)) == 40


def test_a_database_that_cannot_be_had_is_told_from_a_wrong_statement(databases: Databases, tmp_path: Path) -> None:
    holder = sqlite3.connect(tmp_path / "desk.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    other = fresh_databases(tmp_path)
    with other.desk.connect() as connection:
        connection.connection.cursor().execute("PRAGMA busy_timeout=0")
        with pytest.raises(OperationalError) as locked:
            connection.execute(text("SELECT 1"))
    holder.close()
    other.close()
    assert is_trouble(locked.value)
    with pytest.raises(OperationalError) as wrong, databases.desk.connect() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
    assert not is_trouble(wrong.value)
    with pytest.raises(IntegrityError) as twice, databases.desk.begin() as connection:
        connection.execute(insert(tables.counter), [{"name": "x", "value": 1}, {"name": "x", "value": 2}])
    assert not is_trouble(twice.value)


def test_threads_that_write_wait_for_each_other_without_asking_sqlite(databases: Databases) -> None:
    @event.listens_for(databases.desk, "connect")
    def impatient(connection: sqlite3.Connection, _entry: object) -> None:
        connection.execute("PRAGMA busy_timeout=0")

    databases.desk.dispose()
    written: list[str] = []

    def write(name: str) -> None:
        with databases.desk.begin() as desk:
            desk.execute(insert(tables.counter).values(name=name, value=1))
            written.append(name)

    other = threading.Thread(target=write, args=("second",))
    with databases.desk.begin() as desk:
        other.start()
        other.join(0.2)
        desk.execute(insert(tables.counter).values(name="first", value=1))
        written.append("first")
    other.join()
    assert written == ["first", "second"]
    with pytest.raises(IntegrityError):
        write("first")
    write("third")
