"""Finding cases by words or state, and telling which of them changed."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, or_, select

from intake.store.tables import case

WORDS = 8


def by_words(connection: Connection, written: str, limit: int) -> list[int]:
    """Ids of the newest cases that have every word in reference, subject or the contact's name and address."""
    columns = (case.c.reference, case.c.subject, case.c.contact_name, case.c.contact_address)
    words = written.split()[:WORDS]
    if not words:
        return []
    each = (or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words)
    return list(connection.scalars(select(case.c.id).where(and_(*each)).order_by(case.c.id.desc()).limit(limit)))


def newest(connection: Connection, states: Sequence[str], limit: int) -> list[int]:
    """Ids of the newest cases in these states, the newest first."""
    query = select(case.c.id).where(case.c.state.in_(states)).order_by(case.c.id.desc()).limit(limit)
    return list(connection.scalars(query))


def versions(connection: Connection, states: Sequence[str]) -> dict[int, int]:
    """The version of every case in these states, by its id."""
    rows = connection.execute(select(case.c.id, case.c.version).where(case.c.state.in_(states)))
    return {row.id: row.version for row in rows}
