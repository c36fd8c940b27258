"""Figures for reports: cases by when they were opened, and what became of their promises. Counted by the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, case, extract, func, select, type_coerce

from intake.store import tables
from intake.store.seen import Sight, cases_seen

MICROSECONDS = 1_000_000


def volume(
    connection: Connection, sight: Sight, since: datetime, until: datetime, policy: str
) -> list[tuple[str, str | None, int, int]]:
    """How many cases were opened from `since` to before `until`, by policy, plan and severity."""
    columns = tables.case.c
    keys = (columns.policy, columns.plan, columns.severity)
    query = select(*keys, func.count()).where(*_opened(sight, since, until, policy)).group_by(*keys)
    return [(row[0], row[1], row[2], row[3]) for row in connection.execute(query)]


def promises(
    connection: Connection, sight: Sight, since: datetime, until: datetime, policy: str, kind: str, now: datetime
) -> list[tuple[str, str | None, int, str, int]]:
    """The promises of one kind of clock, of cases opened then, by policy, plan, severity and how they stand at `now`.

    They are met, missed, or open.
    """
    columns, clock = tables.case.c, tables.clock.c
    late = clock.missed_at.is_not(None) | ((clock.state == "running") & (clock.due_at < now))
    stands = case((late, "missed"), (clock.state == "ended", "met"), else_="open").label("stands")
    keys = (columns.policy, columns.plan, columns.severity)
    query = (
        select(*keys, stands, func.count())
        .join_from(tables.case, tables.clock, clock.case_id == columns.id)
        .where(*_opened(sight, since, until, policy), clock.kind == kind, clock.due_at.is_not(None))
        .group_by(*keys, stands)
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in connection.execute(query)]


def answered_within(
    connection: Connection, sight: Sight, since: datetime, until: datetime, policy: str, seconds: Sequence[int]
) -> list[tuple[int, int]]:
    """Into which of the bounds, by its place, the first answers to cases opened then fall, and how many each.

    The place behind the last one is for what took longer.
    """
    columns, clock = tables.case.c, tables.clock.c
    took = _seconds(connection, clock.started_at, clock.ended_at)
    place = case(*((took <= each, number) for number, each in enumerate(seconds)), else_=len(seconds)).label("place")
    query = (
        select(place, func.count())
        .join_from(tables.case, tables.clock, clock.case_id == columns.id)
        .where(*_opened(sight, since, until, policy), clock.kind == "response", clock.ended_at.is_not(None))
        .group_by(place)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def _opened(sight: Sight, since: datetime, until: datetime, policy: str) -> list[ColumnElement[bool]]:
    columns = tables.case.c
    within = [columns.opened_at >= since, columns.opened_at < until, cases_seen(sight)]
    return [*within, columns.policy == policy] if policy else within


def _seconds(
    connection: Connection, start: ColumnElement[datetime], end: ColumnElement[datetime]
) -> ColumnElement[Any]:
    """The seconds between two instants, as each database keeps them."""
    if connection.dialect.name == "sqlite":
        return (type_coerce(end, BigInteger) - type_coerce(start, BigInteger)) / MICROSECONDS
    return extract("epoch", end) - extract("epoch", start)
