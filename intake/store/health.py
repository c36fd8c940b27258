"""Signs of life in the store: what waits, and since when. Each question looks at few rows, however many there are."""

from datetime import datetime

from sqlalchemy import Connection, func, select, text

from intake.store import tables
from intake.store.engine import Databases

LOOKS_BACK = 2_000
UNDERWAY = ("queued", "sending", "unknown")


def waiting(connection: Connection) -> tuple[int, datetime | None]:
    """How many of the newest mails have no outcome on a route, and since when the first of those waits.

    The connection must see the spool.
    """
    mail, route, outcome = tables.mail.c, tables.mail_route, tables.outcome
    newest = select(mail.id, mail.received_at).order_by(mail.id.desc()).limit(LOOKS_BACK).subquery()
    decided = (outcome.c.mail_id == route.c.mail_id) & (outcome.c.route == route.c.route)
    joined = newest.join(route, route.c.mail_id == newest.c.id).outerjoin(outcome, decided)
    query = select(func.count(), func.min(newest.c.received_at)).select_from(joined)
    row = connection.execute(query.where(outcome.c.mail_id.is_(None))).one()
    return row[0], row[1]


def next_step(connection: Connection) -> datetime | None:
    """When the first clock asks for something."""
    at = tables.clock.c.next_at
    return connection.scalar(select(at).where(at.is_not(None)).order_by(at).limit(1))


def next_try(connection: Connection) -> datetime | None:
    """From when the first of the mails that wait to go out may leave."""
    columns = tables.outgoing.c
    found = (
        connection.scalar(select(func.min(columns.next_try_at)).where(columns.state == state)) for state in UNDERWAY
    )
    return min(filter(None, found), default=None)


def failed(connection: Connection, since: datetime) -> int:
    """How many of the newest mails that failed were queued since then."""
    columns = tables.outgoing.c
    newest = select(columns.queued_at).where(columns.state == "failed").order_by(columns.id.desc()).limit(LOOKS_BACK)
    rows = newest.subquery()
    return connection.scalar(select(func.count()).select_from(rows).where(rows.c.queued_at >= since)) or 0


def size(databases: Databases, connection: Connection) -> int:
    """The bytes that the databases take up."""
    if databases.shared:
        return int(connection.scalar(text("SELECT pg_database_size(current_database())")) or 0)
    pages = [
        connection.exec_driver_sql(f"PRAGMA {schema}.page_count").scalar_one()
        * connection.exec_driver_sql(f"PRAGMA {schema}.page_size").scalar_one()
        for schema in ("main", "spool")
    ]
    return int(sum(pages))
