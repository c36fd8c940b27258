"""Finding cases by words or state."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from intake.store.tables import case


def newest(connection: Connection, states: Sequence[str], limit: int, before: int | None = None) -> list[int]:
    """Ids of the newest cases in these states, the newest first; of those below an id where one is named."""
    query = select(case.c.id).where(case.c.state.in_(states)).order_by(case.c.id.desc()).limit(limit)
    return list(connection.scalars(query if before is None else query.where(case.c.id < before)))
