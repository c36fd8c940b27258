"""What a command does with the databases alone."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from intake import app as program
from intake.config import Config
from intake.store.engine import Databases, reading

T = TypeVar("T")


def read_store(settings: Config, query: Callable[[Connection], T]) -> T:
    """What a query gives, in one snapshot."""

    def read(store: Databases) -> T:
        with reading(store.reading) as connection:
            return query(connection)

    return with_store(settings, read)


def with_store(settings: Config, work: Callable[[Databases], T]) -> T:
    """Something done with the databases alone."""
    databases = program.open_store(settings)
    try:
        return work(databases)
    finally:
        databases.close()
