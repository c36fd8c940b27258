"""Finding cases by words, and telling whether the open ones changed."""

from sqlalchemy import Connection, and_, func, or_, select

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


def newest(connection: Connection, states: list[str], limit: int) -> list[int]:
    """Ids of the cases in these states that changed last, the latest first."""
    query = select(case.c.id).where(case.c.state.in_(states)).order_by(case.c.id.desc()).limit(limit)
    return list(connection.scalars(query))


def state_of(connection: Connection, states: list[str]) -> tuple[int, int]:
    """Two numbers that change whenever a case enters, leaves or changes within these states."""
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(case.c.version), 0)).where(case.c.state.in_(states))
    ).one()
    return int(row[0]), int(row[1])
