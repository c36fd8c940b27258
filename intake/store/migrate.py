"""Bringing the databases to the schema of this version: two histories, each with its own version table.

The spool's stands in its file, or in PostgreSQL's schema `spool`; the desk's in its file, or in the default schema.
`python -m intake.store.migrations` writes the next migration from what changed in `tables`.
"""

import sqlite3
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import Connection, Engine, MetaData, String, column, inspect, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from intake.errors import IntakeError, Outdated
from intake.store import search, tables
from intake.store.engine import BUSY_SECONDS, Databases, reading

FOLDER = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"
LOCK = 7_251_001  # PostgreSQL's advisory lock while a schema changes; any number that nobody else takes


@dataclass(frozen=True)
class History:
    """The migrations of one of the two schemas."""

    name: str
    metadata: MetaData

    @cached_property
    def folder(self) -> Path:
        """Where its migrations stand, one file a revision: `v0001_first.py`."""
        return FOLDER / self.name

    @cached_property
    def revisions(self) -> list[str]:
        """Its revisions by their names, the oldest first."""
        return sorted(file.stem.partition("_")[0] for file in self.folder.glob("v*.py"))

    def schema(self, engine: Engine | Connection) -> str | None:
        """The schema that its tables stand in; None for the default one."""
        return None if engine.dialect.name == "sqlite" else self.metadata.schema


SPOOL = History("spool", tables.spool)
DESK = History("desk", tables.desk)


def upgrade(databases: Databases) -> None:
    """Brings spool and desk to the newest schema; a glance where they are there already.

    Raises `IntakeError` where a database cannot be opened, or was written by a newer version of the program.
    """
    for history, engine in ((SPOOL, databases.spool), (DESK, databases.desk)):
        try:
            _use_wal(engine)
            if _behind(engine, history):
                migrate(engine, history, history.revisions[-1])
            if history is DESK:
                search.fill(engine)
        except (DBAPIError, sqlite3.Error) as error:
            raise IntakeError(f"{_place(engine)}: {_said(error)}") from None


def migrate(engine: Engine, history: History, revision: str) -> None:
    """Brings one schema up or down to a revision, or to "base", in one transaction. One process at a time."""
    # imported only when there is something to do: it takes half a second
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("version_locations", str(history.folder).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    with engine.connect() as connection:
        # a table that is copied and dropped would take with it what refers to it; looked at again at the end
        _foreign_keys(connection, on=False)
        try:
            with connection.begin():
                _lock(connection, history)
                config.attributes.update(connection=connection, schema=history.schema(connection))
                stands = _version(connection, history)
                back = revision == "base" or (stands is not None and revision < stands)
                (command.downgrade if back else command.upgrade)(config, revision)
                _check_foreign_keys(connection)
        finally:
            _foreign_keys(connection, on=True)


def refuse_newer(databases: Databases) -> None:
    """Raises `Outdated` where a newer version of the program has changed the schema, while this one runs."""
    for history, engine in ((SPOOL, databases.spool), (DESK, databases.desk)):
        _behind(engine, history)


def _behind(engine: Engine, history: History) -> bool:
    """Whether there is something to do. Raises `Outdated` for a schema that this program does not know."""
    with reading(engine) as connection:
        stands = _version(connection, history)
    if stands is not None and stands not in history.revisions:
        said = f"its {history.name} schema is {stands}, and this program knows {history.revisions[-1]} at most"
        raise Outdated(f"{_place(engine)}: written by a newer version of intake ({said}); install that version")
    return stands != history.revisions[-1]


def _version(connection: Connection, history: History) -> str | None:
    schema = history.schema(connection)
    if not inspect(connection).has_table(VERSION_TABLE, schema=schema):
        return None
    number = column("version_num", String)
    return connection.scalar(select(number).select_from(table(VERSION_TABLE, number, schema=schema)))


def _lock(connection: Connection, history: History) -> None:
    """SQLite's BEGIN IMMEDIATE has the lock already."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
        if history.metadata.schema:
            connection.execute(CreateSchema(history.metadata.schema, if_not_exists=True))


def _use_wal(engine: Engine) -> None:
    """Sets SQLite's journal to WAL, which the file remembers. Two who do so at once: one is told "locked" at once."""
    if engine.dialect.name != "sqlite":
        return
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        connection = engine.raw_connection()
        try:
            mode = connection.cursor().execute("PRAGMA journal_mode=WAL").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            mode = "locked"
        finally:
            connection.close()
        if mode == "wal":
            return
        if time.monotonic() > deadline:
            raise IntakeError(f"{_place(engine)}: SQLite cannot keep a WAL journal here ({mode}); use a local disk")
        time.sleep(0.05)


def _foreign_keys(connection: Connection, *, on: bool) -> None:
    """SQLite heeds this between transactions only, and SQLAlchemy begins one with the first statement of its own."""
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise IntakeError(f"a migration would leave rows without what they refer to: {broken[:5]}")


def _place(engine: Engine) -> str:
    return str(engine.url.database) if engine.dialect.name == "sqlite" else engine.url.render_as_string()


def _said(error: DBAPIError | sqlite3.Error) -> str:
    said = str(error.orig if isinstance(error, DBAPIError) else error).strip()
    return said.splitlines()[0] if said else "cannot be opened"
