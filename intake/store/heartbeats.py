"""When each part of the running program last did its work, in whichever instance."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from intake.store.tables import heartbeat


def save(connection: Connection, worked: Mapping[str, datetime]) -> None:
    """Keeps when parts last worked, by their names."""
    for part, at in worked.items():
        if not connection.execute(update(heartbeat).where(heartbeat.c.part == part).values(at=at)).rowcount:
            connection.execute(insert(heartbeat).values(part=part, at=at))


def load(connection: Connection) -> dict[str, datetime]:
    """When each part last worked; one that never did is not in it."""
    return {row.part: row.at for row in connection.execute(select(heartbeat))}
