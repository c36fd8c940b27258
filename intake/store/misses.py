"""Targets that were missed, with what their cases say, the last missed first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from intake.store.seen import Sight, cases_seen
from intake.store.tables import case, clock

COLUMNS = (
    case.c.id, case.c.reference, case.c.subject, case.c.policy, case.c.plan, case.c.severity, case.c.customer_id,
    case.c.assignee, case.c.state, clock.c.number, clock.c.kind, clock.c.target, clock.c.started_at,
    clock.c.missed_at, clock.c.missed_while, clock.c.ended_at,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Miss:
    """A missed target. `id` is its case's, `missed_at` the due time that was missed, `missed_while` how it stood."""

    id: int
    reference: str
    subject: str
    policy: str
    plan: str | None
    severity: int
    customer_id: int | None
    assignee: str | None
    state: str
    missed_while: str
    number: int
    kind: str
    target: str
    started_at: datetime
    missed_at: datetime
    ended_at: datetime | None


def newest(
    connection: Connection,
    sight: Sight,
    since: datetime,
    until: datetime,
    limit: int,
    *,
    start: int = 0,
    customer_id: int | None = None,
    policies: Sequence[str] = (),
) -> list[Miss]:
    """Targets missed from `since` to before `until`, from a place on, as far as somebody sees.

    Of one customer or all, of some policies or all.
    """
    at = clock.c.missed_at
    query = select(*COLUMNS).join_from(clock, case, clock.c.case_id == case.c.id)
    query = query.where(at >= since, at < until, cases_seen(sight))
    query = query.where(case.c.customer_id == customer_id) if customer_id is not None else query
    query = query.where(case.c.policy.in_(policies)) if policies else query
    query = query.order_by(at.desc(), clock.c.case_id, clock.c.number).offset(start).limit(limit)
    return [Miss(**row._mapping) for row in connection.execute(query)]
