"""The schema's histories: they say what `tables` says, go up and down, and are cheap and safe at every start."""

import multiprocessing
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from subprocess import run

import pytest
from house import CUSTOMERS, FORM, fresh_databases, home, mail
from sqlalchemy import Engine, inspect, text

from intake.errors import IntakeError
from intake.store import spool, tables
from intake.store.engine import Databases, open_databases, reading
from intake.store.migrate import DESK, SPOOL, History, migrate, upgrade
from intake.store.migrations.__main__ import difference
from intake.store.spool import NewMail, RoutedTo

pytestmark = pytest.mark.sqlite("its files; PostgreSQL's schema is in test_postgres.py")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MAIL = NewMail(b"Subject: a\r\n\r\nb\r\n", "smtp", NOW, (RoutedTo("a@support.example", "a@support.example"),))


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path / "var")
    yield made
    made.close()


def engines(databases: Databases) -> list[tuple[History, Engine]]:
    return [(SPOOL, databases.spool), (DESK, databases.desk)]


NEXT_COLUMN = re.compile(r"\n|, (?=\w+ [A-Z]+)")


def written(engine: Engine) -> list[list[str]]:
    """The schema as SQLite keeps it, which knows more than a comparison of columns does; constraints in any order.

    A column that was added later stands behind the others on their line.
    """
    with reading(engine) as connection:
        rows = connection.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%'"
        )
        parts = [[part.strip(" ,\t") for part in NEXT_COLUMN.split(row.sql)] for row in rows]
    return sorted(sorted(filter(None, lines)) for lines in parts if "CREATE TABLE alembic_version (" not in lines)


def test_the_migrations_lead_to_what_the_tables_say(databases: Databases) -> None:
    with databases.reading.connect() as connection:
        for history, _ in engines(databases):
            assert difference(connection, history).upgrade_ops.as_diffs() == []  # type: ignore[union-attr]


def test_the_migrations_lead_to_the_very_statements_that_the_tables_make(databases: Databases, tmp_path: Path) -> None:
    plain = open_databases(tmp_path / "plain")
    tables.spool.create_all(plain.spool)
    tables.desk.create_all(plain.desk)
    assert written(databases.spool) == written(plain.spool)
    assert written(databases.desk) == written(plain.desk)
    plain.close()


def test_a_difference_would_be_seen(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        connection.execute(text("ALTER TABLE agent DROP COLUMN zone"))
        connection.execute(text("DROP INDEX clock_next"))
    with databases.reading.connect() as connection:
        found = difference(connection, DESK).upgrade_ops.as_diffs()  # type: ignore[union-attr]
    assert sorted(each[0] for each in found) == ["add_column", "add_index"]


def test_down_and_up_again_with_data_in_every_table_that_a_case_fills(tmp_path: Path) -> None:
    with home(tmp_path, customers=CUSTOMERS) as desk:
        desk.take(mail(FORM))
        for history, engine in engines(desk.databases):
            migrate(engine, history, "base")
            assert inspect(engine).get_table_names() == ["alembic_version"]
        upgrade(desk.databases)
        assert desk.ledger()["received"] == 0
        desk.house.done_up_to = 0
        desk.take(mail(FORM))
        assert desk.ledger()["new_case"] == 1


def test_a_second_start_looks_once_and_does_not_import_alembic(tmp_path: Path) -> None:
    fresh_databases(tmp_path).close()
    code = (
        "import sys, pathlib; from intake.store.engine import open_databases; from intake.store.migrate import upgrade;"
        f"upgrade(open_databases(pathlib.Path({str(tmp_path)!r}))); sys.exit('alembic' in sys.modules)"
    )
    assert run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_a_second_upgrade_takes_well_under_fifty_milliseconds(databases: Databases) -> None:
    took = []
    for _ in range(5):
        began = time.perf_counter()
        upgrade(databases)
        took.append(time.perf_counter() - began)
    assert min(took) < 0.05


def test_an_upgrade_leaves_data_alone(databases: Databases) -> None:
    spool.keep(databases.spool, [MAIL])
    upgrade(databases)
    assert spool.raw(databases.spool, 1) == MAIL.raw


def _start(folder: Path, results: "multiprocessing.SimpleQueue[str]") -> None:
    try:
        databases = fresh_databases(folder)
        spool.keep(databases.spool, [MAIL])
        databases.close()
        results.put("")
    except BaseException as error:
        results.put(repr(error))


def test_processes_that_start_at_once_all_find_the_schema(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    processes = [context.Process(target=_start, args=(tmp_path / "var", results)) for _ in range(6)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [results.get() for _ in processes] == [""] * 6
    databases = open_databases(tmp_path / "var")
    assert spool.raw(databases.spool, 6) == MAIL.raw
    databases.close()


def test_both_files_keep_a_wal_journal_and_a_restored_file_gets_one_again(databases: Databases, tmp_path: Path) -> None:
    for name, engine in (("spool", databases.spool), ("desk", databases.desk)):
        with reading(engine) as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        copy = tmp_path / "restored" / f"{name}.db"
        copy.parent.mkdir(exist_ok=True)
        connection_ = engine.raw_connection()
        connection_.cursor().execute("VACUUM INTO ?", (str(copy),))
        connection_.close()
    restored = fresh_databases(tmp_path / "restored")
    with reading(restored.desk) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    restored.close()


def test_a_start_waits_for_another_that_writes_to_the_new_file(tmp_path: Path) -> None:
    # SQLite answers "locked" at once here, whatever its timeout
    other = sqlite3.connect(tmp_path / "spool.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    errors: list[BaseException] = []
    start = threading.Thread(target=_upgrade, args=(tmp_path, errors))
    start.start()
    start.join(0.3)
    assert start.is_alive()
    other.execute("COMMIT")
    other.close()
    start.join(20)
    assert errors == []


def _upgrade(folder: Path, errors: list[BaseException]) -> None:
    try:
        fresh_databases(folder).close()
    except BaseException as error:
        errors.append(error)


@pytest.mark.parametrize("name", ["spool", "desk"])
def test_a_database_of_a_newer_version_is_refused_in_one_clear_line(databases: Databases, name: str) -> None:
    engine = databases.spool if name == "spool" else databases.desk
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(IntakeError) as refused:
        upgrade(databases)
    said = str(refused.value)
    assert "\n" not in said
    assert f"{name}.db: written by a newer version" in said
    assert "v9999" in said


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "spool.db").write_bytes(b"no database at all " * 100)
    with pytest.raises(IntakeError, match=r"spool\.db: file is not a database"):
        fresh_databases(tmp_path)


def test_foreign_keys_are_heeded_after_a_migration(databases: Databases) -> None:
    for _, engine in engines(databases):
        with reading(engine) as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_migration_that_would_leave_rows_without_what_they_refer_to_changes_nothing(databases: Databases) -> None:
    file = str(databases.desk.url.database)
    with sqlite3.connect(file) as careless:
        careless.execute("INSERT INTO draft VALUES (99, 'ada@desk.example', 'note', 'of no case', 0)")
    careless.close()
    with pytest.raises(IntakeError, match="rows without what they refer to"):
        migrate(databases.desk, DESK, DESK.revisions[-2])
    with reading(databases.desk) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == DESK.revisions[-1]
