"""Figures for reports: cases by when they were opened, and what became of their promises. Counted by the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    case,
    extract,
    func,
    literal_column,
    select,
    type_coerce,
)

from intake.store import tables
from intake.store.seen import Sight, cases_seen

MICROSECONDS = 1_000_000


class Volume(NamedTuple):
    """So many cases of a kind."""

    span: int
    policy: str
    plan: str | None
    severity: int
    number: int


class Promises(NamedTuple):
    """So many promises of a kind: met, missed, open, or none where no time was promised.

    `place` says by which of the bounds they were done, the one behind the last for longer; None while they are not.
    """

    span: int
    policy: str
    plan: str | None
    severity: int
    stands: str
    place: int | None
    number: int


def volume(connection: Connection, sight: Sight, ends: Sequence[datetime], policy: str) -> list[Volume]:
    """How many cases were opened in each span, by policy, plan and severity; a span ends where the next one begins.

    `ends` has the beginning of the first span, and then the end of each.
    """
    columns = tables.case.c
    keys = (_span(ends), columns.policy, columns.plan, columns.severity)
    query = select(*keys, func.count()).where(*_opened(sight, ends, policy)).group_by(*keys)
    return [Volume(*row) for row in connection.execute(query)]


def promises(
    connection: Connection,
    sight: Sight,
    ends: Sequence[datetime],
    policy: str,
    kind: str,
    now: datetime,
    seconds: Sequence[int],
) -> list[Promises]:
    """The promises of one kind of clock, of cases opened in each span: how they stand at `now`, how long they took.

    `seconds` are the bounds of how long.
    """
    columns, clock = tables.case.c, tables.clock.c
    late = clock.missed_at.is_not(None) | ((clock.state == "running") & (clock.due_at < now))
    stands = case((clock.due_at.is_(None), "none"), (late, "missed"), (clock.state == "ended", "met"), else_="open")
    took = _seconds(connection, clock.started_at, clock.ended_at)
    bounds = [(took <= each, place) for place, each in enumerate(seconds)]
    place = case((clock.ended_at.is_(None), None), *bounds, else_=len(seconds))
    keys = (
        _span(ends), columns.policy, columns.plan, columns.severity, stands.label("stands"), place.label("place"),
    )  # fmt: skip
    query = (
        select(*keys, func.count())
        .join_from(tables.case, tables.clock, clock.case_id == columns.id)
        .where(*_opened(sight, ends, policy), clock.kind == kind)
        .group_by(*keys)
    )
    return [Promises(*row) for row in connection.execute(query)]


def _span(ends: Sequence[datetime]) -> ColumnElement[int]:
    """The number of the span in which a case was opened."""
    before = tables.case.c.opened_at < ends[-1]
    return case((before, _number(ends, 0, len(ends) - 2)), else_=len(ends) - 1).label("span")


def _number(ends: Sequence[datetime], first: int, last: int) -> ColumnElement[int]:
    """The span among those from `first` to `last`, by halves: a year has 52, and each row is compared."""
    if first == last:
        return literal_column(str(first), Integer)
    middle = (first + last) // 2
    before = tables.case.c.opened_at < ends[middle + 1]
    return case((before, _number(ends, first, middle)), else_=_number(ends, middle + 1, last))


def _opened(sight: Sight, ends: Sequence[datetime], policy: str) -> list[ColumnElement[bool]]:
    columns = tables.case.c
    within = [columns.opened_at >= ends[0], columns.opened_at < ends[-1], cases_seen(sight)]
    return [*within, columns.policy == policy] if policy else within


def _seconds(
    connection: Connection, start: ColumnElement[datetime], end: ColumnElement[datetime]
) -> ColumnElement[Any]:
    """The seconds between two instants, as each database keeps them."""
    if connection.dialect.name == "sqlite":
        return (type_coerce(end, BigInteger) - type_coerce(start, BigInteger)) / MICROSECONDS
    return extract("epoch", end) - extract("epoch", start)
