"""Counting and finding cases by what they are of."""

from datetime import datetime

from sqlalchemy import Connection, func, select

from intake.store.seen import Sight, cases_seen
from intake.store.tables import case


def by_version(connection: Connection, sight: Sight, policy: str) -> dict[str, dict[str, int]]:
    """How many of a policy's cases run under each of its versions, by state, as far as somebody sees."""
    columns = case.c
    query = select(columns.policy_version, columns.state, func.count()).where(columns.policy == policy)
    rows = connection.execute(query.where(cases_seen(sight)).group_by(columns.policy_version, columns.state))
    found: dict[str, dict[str, int]] = {}
    for version, state, count in rows:
        found.setdefault(version, {})[state] = count
    return found


def opened_since(connection: Connection, sight: Sight, customer_id: int, since: datetime) -> int:
    """How many cases a customer opened from an instant on, as far as somebody sees."""
    columns = case.c
    wanted = columns.customer_id == customer_id, columns.opened_at >= since, cases_seen(sight)
    return connection.scalar(select(func.count()).select_from(case).where(*wanted)) or 0


def newest_of(connection: Connection, sight: Sight, customer_id: int, limit: int) -> list[int]:
    """Ids of a customer's newest cases, the newest first, as far as somebody sees."""
    columns = case.c
    query = select(columns.id).where(columns.customer_id == customer_id, cases_seen(sight))
    return list(connection.scalars(query.order_by(columns.opened_at.desc(), columns.id.desc()).limit(limit)))
