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
    exists,
    extract,
    func,
    literal_column,
    select,
    type_coerce,
)

from intake.store import tables
from intake.store.seen import Sight, cases_seen

MICROSECONDS = 1_000_000
FIRST = 1


class Promises(NamedTuple):
    """So many promises of a kind: met, missed, open, or none where no time was promised.

    `place` says by which of the bounds they were done, the one behind the last for longer; None while they are not.
    `cases` counts each case once, those without such a promise as well.
    """

    span: int
    policy: str
    plan: str | None
    severity: int
    stands: str
    place: int | None
    number: int
    cases: int


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

    `ends` has the beginning of the first span, and then the end of each; `seconds` are the bounds of how long.
    """
    columns, clock, earlier = tables.case.c, tables.clock.c, tables.clock.alias()
    late = clock.missed_at.is_not(None) | ((clock.state == "running") & (clock.due_at < now))
    stands = case((clock.due_at.is_(None), "none"), (late, "missed"), (clock.state == "ended", "met"), else_="open")
    took, unit = _took(connection, clock.started_at, clock.ended_at)
    bounds = [(took <= each * unit, place) for place, each in enumerate(seconds)]
    place = case((clock.ended_at.is_(None), None), *bounds, else_=len(seconds))
    keys = (
        _span(ends), columns.policy, columns.plan, columns.severity, stands.label("stands"), place.label("place"),
    )  # fmt: skip
    same = earlier.c.case_id == clock.case_id, earlier.c.kind == kind, earlier.c.number < clock.number
    again = exists().where(*same).correlate(tables.clock)
    # the first of all clocks needs no look at the others
    once = case((clock.number.is_(None), 1), (clock.number == FIRST, 1), (again, 0), else_=1)
    query = (
        select(*keys, func.count(clock.number), func.sum(once))
        .outerjoin_from(tables.case, tables.clock, (clock.case_id == columns.id) & (clock.kind == kind))
        .where(*_opened(sight, ends, policy))
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


def _took(
    connection: Connection, start: ColumnElement[datetime], end: ColumnElement[datetime]
) -> tuple[ColumnElement[Any], int]:
    """The time between two instants, as each database keeps them, and what a second is in it."""
    if connection.dialect.name == "sqlite":
        return type_coerce(end, BigInteger) - type_coerce(start, BigInteger), MICROSECONDS
    return extract("epoch", end) - extract("epoch", start), 1
