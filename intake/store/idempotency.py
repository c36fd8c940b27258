"""Requests that are done once, however often they are sent: keys that callers chose, with the answers they had."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from intake.store.tables import idempotency

KEPT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of a request with the same key: its hash, and the answer; without a status it has none yet."""

    asked: str
    status: int | None
    answer: dict[str, Any] | None


def forget(connection: Connection, now: datetime) -> None:
    """Drops answers that are kept no longer: they hold what cases said."""
    connection.execute(delete(idempotency).where(idempotency.c.at < now - KEPT))


def claim(connection: Connection, token_id: int, key: str, asked: str, now: datetime) -> Earlier | None:
    """Takes a key for a request; None where it is ours now, else what became of the one that had it before."""
    forget(connection, now)
    try:
        with connection.begin_nested():
            connection.execute(insert(idempotency).values(token_id=token_id, key=key, asked=asked, at=now))
    except IntegrityError:
        columns = idempotency.c
        mine = (columns.token_id == token_id) & (columns.key == key)
        return Earlier(*connection.execute(select(columns.asked, columns.status, columns.answer).where(mine)).one())
    return None


def answered(connection: Connection, token_id: int, key: str, status: int, answer: dict[str, Any]) -> None:
    """Keeps the answer that a request had."""
    mine = (idempotency.c.token_id == token_id) & (idempotency.c.key == key)
    connection.execute(update(idempotency).where(mine).values(status=status, answer=answer))
