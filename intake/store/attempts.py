"""Attempts that are counted, by kind and key, for every process alike: so many within so long a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select

from intake.store.tables import attempt

LONGEST_KEY = 320


@dataclass(frozen=True, slots=True)
class Limit:
    """How many attempts of a kind a key has within so long a time."""

    kind: str
    attempts: int
    within: timedelta


def wait_until(connection: Connection, limit: Limit, key: str, now: datetime) -> datetime | None:
    """Until when the key has no attempt left; None where it has one.

    An attempt further ahead than `limit.within` is of a clock that has been put back, and does not count.
    """
    of_late = attempt.c.at > now - limit.within, attempt.c.at < now + limit.within
    mine = select(func.count(), func.min(attempt.c.at)).where(_mine(limit, key), *of_late)
    count, first = connection.execute(mine).one()
    return first + limit.within if count >= limit.attempts else None


def count(connection: Connection, limit: Limit, key: str, now: datetime) -> None:
    """Counts an attempt; those of the kind that no longer count are cleared away."""
    old = (attempt.c.kind == limit.kind) & (attempt.c.at <= now - limit.within)
    connection.execute(delete(attempt).where(old))
    connection.execute(insert(attempt).values(kind=limit.kind, key=key[:LONGEST_KEY], at=now))


def forget(connection: Connection, limit: Limit, key: str) -> None:
    """Forgets a key's attempts, after one that was right."""
    connection.execute(delete(attempt).where(_mine(limit, key)))


def _mine(limit: Limit, key: str) -> ColumnElement[bool]:
    return (attempt.c.kind == limit.kind) & (attempt.c.key == key[:LONGEST_KEY])
