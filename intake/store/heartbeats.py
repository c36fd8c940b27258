"""When each part of each running program last did its work."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from intake.store.tables import heartbeat

# a program that was killed and whose name never comes back is forgotten then
FORGOTTEN = timedelta(days=1)


def save(connection: Connection, instance: str, worked: Mapping[str, datetime]) -> None:
    """Keeps when parts of an instance last worked, by their names; instances long gone are forgotten."""
    columns = heartbeat.c
    for part, at in worked.items():
        mine = columns.part == part, columns.instance == instance
        if not connection.execute(update(heartbeat).where(*mine).values(at=at)).rowcount:
            connection.execute(insert(heartbeat).values(part=part, instance=instance, at=at))
    if worked:
        connection.execute(delete(heartbeat).where(columns.at < max(worked.values()) - FORGOTTEN))


def forget(connection: Connection, instance: str) -> None:
    """An instance that ended in order is missed by nobody."""
    connection.execute(delete(heartbeat).where(heartbeat.c.instance == instance))


def load(connection: Connection) -> dict[str, dict[str, datetime]]:
    """When each part last worked, by its name and instance; one that never did is not in it."""
    found: dict[str, dict[str, datetime]] = {}
    for row in connection.execute(select(heartbeat).order_by(heartbeat.c.part, heartbeat.c.instance)):
        found.setdefault(row.part, {})[row.instance] = row.at
    return found
