"""Waking the desks of other instances by PostgreSQL's LISTEN and NOTIFY, so that nobody has to look all the time."""

from collections.abc import Callable
from threading import Event
from typing import Any, cast

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from intake.store.engine import said

CHANNEL = "intake_mail"
LOOK_AGAIN_SECONDS = 1.0
CALL = text("SELECT pg_notify(:channel, '')")


def call(connection: Connection) -> None:
    """Tells every desk that mail is there, once the transaction is committed."""
    if connection.dialect.name == "postgresql":
        connection.execute(CALL, {"channel": CHANNEL})


def listen(engine: Engine, wake: Callable[[], object], stop: Event) -> None:
    """Wakes whoever decides whenever an instance has kept mail, until `stop`. A lost connection is made again."""
    # imported where it is used: commands that only keep mail wait for nothing more
    import structlog

    log, told = structlog.get_logger(), ""
    while not stop.is_set():
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text(f"LISTEN {CHANNEL}"))
                told = ""
                # mail that came while nobody listened
                wake()
                driver = cast(Any, connection.connection.driver_connection)
                while not stop.is_set():
                    for _ in driver.notifies(timeout=LOOK_AGAIN_SECONDS, stop_after=1):
                        wake()
                connection.execute(text("UNLISTEN *"))
        except DBAPIError as error:
            # a database that is gone for an hour is told once, not every second
            if (because := said(error)) != told:
                log.warning("cannot hear of mail: it is looked for instead", because=because)
            told = because
            stop.wait(LOOK_AGAIN_SECONDS)
