"""Two versions of the program on one store: the older one ends in one line, and the newer one finds every mail."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from house import home, mail
from running import eventually, running
from sqlalchemy import Connection, Engine, text

from intake import app
from intake.config import load
from intake.errors import Outdated
from intake.store.engine import open_databases
from intake.store.migrate import DESK

NEWER = "v9999"


@contextmanager
def upgraded(engine: Engine) -> Iterator[None]:
    """The desk's tables as a newer version has them, until the block ends."""
    _change(engine, "outgoing", "letter", NEWER)
    yield
    _change(engine, "letter", "outgoing", DESK.revisions[-1])


def _change(engine: Engine, table: str, name: str, version: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))
        _stands_at(connection, version)


def test_mail_that_an_older_version_meets_on_newer_tables_is_not_parked_but_left_to_the_newer(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        ids = [desk.keep(mail(message_id=f"{each}@hosting.example", subject=f"Question {each}")) for each in range(3)]
        with upgraded(desk.databases.desk), pytest.raises(Outdated, match="written by a newer version"):
            desk.receive()
        assert desk.ledger()["waiting"] == 3
        desk.receive()
        assert [desk.outcomes(each)[0]["outcome"] for each in ids] == ["new_case"] * 3


@pytest.mark.parametrize("busy", [True, False], ids=["while mail comes", "while nothing happens"])
def test_a_program_whose_store_is_upgraded_under_it_ends_in_one_line_and_loses_nothing(
    tmp_path: Path, busy: bool
) -> None:
    with running(tmp_path) as program:
        program.send(mail())
        eventually(lambda: program.json("ledger")["new_case"] == 1, what="the case")
        config = load(program.config)
        databases = open_databases(config.folder, config.settings.store.url)
        with upgraded(databases.desk):
            already = len(program.log())
            if busy:
                program.send(mail(message_id="two@hosting.example", subject="Another"))
            eventually(lambda: not program.runs, 60, "its end")
            said = program.log()[already:].strip().splitlines()[-1]
            assert f"written by a newer version of intake (its desk schema is {NEWER}" in said
            assert "Traceback" not in program.log()
            done = program.attempt("serve")
            assert done.returncode == 1
            assert done.stderr.decode().count("\n") == 1
            assert NEWER in done.stderr.decode()
        databases.close()
        program.start()
        kept = 1 + busy
        eventually(lambda: program.json("ledger")["new_case"] == kept, what="every case")
        assert program.json("ledger")["received"] == kept
        assert program.json("ledger")["balanced"]


def test_a_program_decides_nothing_on_tables_of_a_newer_version_that_it_could_still_use(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        config = load(program.config)
        databases = open_databases(config.folder, config.settings.store.url)
        with databases.desk.begin() as connection:
            _stands_at(connection, NEWER)
        with suppress(OSError, smtplib.SMTPException):
            program.send(mail())
        eventually(lambda: not program.runs, 60, "its end")
        assert "written by a newer version" in program.log()
        with databases.desk.begin() as connection:
            _stands_at(connection, DESK.revisions[-1])
        databases.close()
        assert program.json("ledger")["new_case"] == 0


def test_a_program_chases_nothing_on_tables_of_a_newer_version_that_it_could_still_use(tmp_path: Path) -> None:
    with home(tmp_path) as desk, running(tmp_path, start=False) as program:
        program.start("--roles", "chase")
        with desk.databases.desk.begin() as connection:
            _stands_at(connection, NEWER)
        desk.take(mail(), app.now() - timedelta(days=60))
        before, told = desk.case(), desk.outbox(desk=True)
        eventually(lambda: not program.runs, 60, "its end")
        assert "written by a newer version" in program.log()
        assert desk.case() == before
        assert desk.outbox(desk=True) == told
        with desk.databases.desk.begin() as connection:
            _stands_at(connection, DESK.revisions[-1])


def _stands_at(connection: Connection, version: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


@pytest.mark.sqlite("on PostgreSQL several may serve")
def test_a_second_program_is_refused_before_it_changes_the_tables_of_the_first(tmp_path: Path) -> None:
    with running(tmp_path) as program:
        config = load(program.config)
        databases = open_databases(config.folder)
        with databases.desk.begin() as connection:
            older = {"version": DESK.revisions[-2]}
            connection.execute(text("UPDATE alembic_version SET version_num = :version"), older)
        done = program.attempt("serve")
        assert "serves chase here already" in done.stderr.decode()
        with databases.desk.begin() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == older["version"]
        databases.close()
