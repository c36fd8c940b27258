"""Opening the databases: pragmas, who begins how, and the two files of SQLite."""

import json
import sqlite3
import threading
import time
from _json import encode_basestring_ascii, make_encoder
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from intake.errors import IntakeError

BUSY_SECONDS = 10
# a commit takes about a millisecond, and SQLite itself looks again after up to a hundred
LOOKS_AGAIN_SECONDS = 0.0005
TURN = "writes"
# of each connection; mails are kept one after the other, and each is read once
CACHE_KB, APPENDING_KB = 4_000, 2_000
# of each connection; one that writes many rows is another for each count of them, and keeps their values: half a
# megabyte for a hundred cases
STATEMENTS = 32
# an instance has about ten threads that ask the database something, seldom all at once
POOL = 10
# PostgreSQL ends what takes longer, so that a transaction that nobody ends is none after a while
STANDS_STILL = 60
STATEMENT_SECONDS = 120
WRITES_WITHIN = 600.0
# a machine that vanished without a word holds its locks no longer than this: 20 + 3 x 10 seconds
ALIVE = "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
# nor do we wait longer for a server whose machine vanished; the URL may say otherwise
PATIENCE = {
    "connect_timeout": 10,
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
}
# a server that became a standby refuses writes by the first of these, and to begin them by the other
READ_ONLY = frozenset({"25006", "0A000"})
# PostgreSQL's class for what goes beyond its own limits, such as a value too large for an index
BEYOND_LIMITS = "54"
# PostgreSQL's advisory lock of those who write what may be there only once; any number that nobody else takes
TURNS = 7_251_004
TAKE_TURN = text("SELECT pg_advisory_xact_lock(:number)")
STATEMENT_FAULTS = (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISUSE, sqlite3.SQLITE_RANGE)
# what `json.dumps` makes anew for each value, for longer than it takes to encode a short one
_CHUNKS = make_encoder(
    markers=None,
    default=json.JSONEncoder().default,
    encoder=encode_basestring_ascii,
    indent=None,
    key_separator=": ",
    item_separator=", ",
    sort_keys=False,
    skipkeys=False,
    allow_nan=True,
)
# it looks for nothing behind the value, where we wrote nothing
_DECODE = json.JSONDecoder().raw_decode
# most lists of a case are empty, and each takes the encoder as long as a short one
_EMPTY = "[]"


@dataclass(frozen=True)
class Databases:
    """The engines of one installation. `reading` sees desk and spool together and writes neither."""

    spool: Engine
    desk: Engine
    reading: Engine

    @property
    def shared(self) -> bool:
        """Whether other instances may work on it: on PostgreSQL."""
        return self.desk.dialect.name != "sqlite"

    def close(self) -> None:
        """Lets every connection go."""
        for engine in {self.spool, self.desk, self.reading}:
            engine.dispose()


def open_databases(folder: Path, url: str = "") -> Databases:
    """Engines for SQLite's two files in `folder`, or for the database behind `url`.

    The schema and SQLite's journal mode, which the files remember, are the business of `intake.store.migrate`.
    Raises `OSError` where the folder cannot be made, `IntakeError` where the URL is no PostgreSQL's or
    its driver is not installed.
    """
    if url:
        engine = _postgresql(url)
        return Databases(engine, engine, engine)
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    for name in ("spool.db", "desk.db"):
        # SQLite gives its other files the mode of the first: nobody else reads people's mail
        (folder / name).touch(mode=0o640)
    spool = _sqlite(folder / "spool.db", APPENDING_KB).execution_options(schema_translate_map={"spool": None})
    desk = _sqlite(folder / "desk.db", CACHE_KB)
    reading = _sqlite(folder / "desk.db", CACHE_KB, attach=folder / "spool.db")
    return Databases(spool, desk, reading)


def _postgresql(url: str) -> Engine:
    place = make_url(url)
    if place.get_backend_name() not in ("postgresql", "postgres"):
        right = 'right would be "postgresql://USER@HOST/NAME", or "" for SQLite in the data folder'
        raise IntakeError(f"store.url: {place.drivername} is no database that intake runs on; {right}")
    if place.drivername in ("postgresql", "postgres"):
        place = place.set(drivername="postgresql+psycopg")
    limits = f"-c idle_in_transaction_session_timeout={STANDS_STILL}s -c statement_timeout={STATEMENT_SECONDS}s {ALIVE}"
    patience = {name: value for name, value in PATIENCE.items() if name not in place.query}
    given = {"options": limits, **patience}
    try:
        engine = create_engine(place, pool_pre_ping=True, pool_size=POOL, max_overflow=POOL, connect_args=given)
        event.listen(engine, "connect", _without_zeros())
        event.listen(engine, "handle_error", _leave_standby)
    except ModuleNotFoundError as error:
        said = f"PostgreSQL needs a driver that is not installed ({error.name}): pip install 'case-intake[postgres]'"
        raise IntakeError(said) from None
    return engine


def _leave_standby(context: ExceptionContext) -> None:
    """A connection with a standby is of no use: the next one finds who took over, where the URL names several hosts."""
    if getattr(context.original_exception, "sqlstate", None) in READ_ONLY:
        context.is_disconnect = True


def _without_zeros() -> Callable[[Any, object], None]:
    """Has a connection write U+FFFD for NUL, which PostgreSQL's texts cannot hold."""
    from psycopg.types.string import StrDumper

    class Dumper(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    def prepare(connection: Any, _entry: object) -> None:
        connection.adapters.register_dumper(str, Dumper)

    return prepare


def _sqlite(file: Path, cache_kb: int, attach: Path | None = None) -> Engine:
    # the connection that was used last is taken first: its cache is warm, and the others' stay small
    engine = create_engine(
        f"sqlite:///{file}",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "cached_statements": STATEMENTS},
        pool_use_lifo=True,
        json_serializer=_as_json,
        json_deserializer=_of_json,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # SQLAlchemy's own BEGIN is left to `begin` below: the driver's would be deferred
        connection.isolation_level = None
        run = connection.execute
        run("PRAGMA synchronous=FULL")
        run("PRAGMA foreign_keys=ON")
        run(f"PRAGMA cache_size=-{cache_kb}")
        if attach:
            run("ATTACH DATABASE ? AS spool", (str(attach),))
            run("PRAGMA query_only=ON")

    # who waits for another thread is woken; SQLite itself would look again after ever longer naps
    turn = threading.Lock()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # a deferred transaction that reads and then writes fails with "database is locked"
        writes = not attach and not connection.get_execution_options().get("reads")
        if writes and not connection.info.get(TURN):
            # (in vain: SQLite waits as long once more, and says that it is locked)
            connection.info[TURN] = turn.acquire(timeout=BUSY_SECONDS)
        if writes:
            _begin_writing(connection)
        else:
            connection.exec_driver_sql("BEGIN")
        if attach:
            # each file's snapshot begins with its first read: the desk's first, so that each outcome has its mail
            connection.exec_driver_sql("SELECT 1 FROM main.sqlite_master LIMIT 1").fetchall()

    @event.listens_for(engine, "checkin")
    def checkin(_connection: object, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(TURN, False):
            turn.release()

    return engine


def _as_json(value: object) -> str:
    return _EMPTY if value == [] else "".join(_CHUNKS(value, 0))


def _of_json(written: str) -> object:
    return [] if written == _EMPTY else _DECODE(written)[0]


def _begin_writing(connection: Connection) -> None:
    """Begins as SQLite's one writer. While another process writes it looks again often: commits are short."""
    driver: Any = connection.connection.driver_connection
    until = time.monotonic() + BUSY_SECONDS
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(LOOKS_AGAIN_SECONDS)
            else:
                return
        # once more by the way whose errors everybody knows
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection for reading only, all of it in one snapshot."""
    options: dict[str, Any] = {"reads": True}
    if engine.dialect.name == "postgresql":
        # by itself each statement would see what was committed since the one before it
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def in_turn(connection: Connection) -> None:
    """Waits until no other transaction that came here before still runs, so that what it wrote is seen.

    SQLite's writers have taken turns from their beginning.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(TAKE_TURN, {"number": TURNS})


def said(error: Exception) -> str:
    """An error of the database in a line, in the driver's own words."""
    words = str(getattr(error, "orig", None) or error).strip()
    return f"the database: {words.splitlines()[0] if words else type(error).__name__}"


def is_trouble(error: Exception) -> bool:
    """Whether the database could not be had (locked, full, gone), so that the same work succeeds later.

    False for a fault in the statement or its values, which would fail for ever.
    """
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    if not isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        return False
    orig = getattr(error, "orig", None)
    if str(getattr(orig, "sqlstate", None) or "").startswith(BEYOND_LIMITS):
        return False
    code = getattr(orig, "sqlite_errorcode", None)
    return code is None or code & 0xFF not in STATEMENT_FAULTS
