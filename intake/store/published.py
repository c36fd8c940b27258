"""Templates that were published in the console: they serve over the files, the last one of each place."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from intake.errors import Overtaken
from intake.store.engine import in_turn
from intake.store.tables import published

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Published:
    """One version that was published at a place. `text` is None where the file was let serve again."""

    id: int
    language: str
    name: str
    text: str | None
    author: str
    published_at: datetime


def newest(connection: Connection) -> int:
    """A number that grows with each version that is published; 0 before the first."""
    return int(connection.scalar(select(func.coalesce(func.max(published.c.id), 0))) or 0)


def serving(connection: Connection) -> dict[Place, Published]:
    """What was published last at each place, where it is not the file that serves."""
    last = select(func.max(published.c.id)).group_by(published.c.language, published.c.name)
    rows = connection.execute(select(published).where(published.c.id.in_(last), published.c.text.is_not(None)))
    return {(row.language, row.name): Published(*row) for row in rows}


def history(connection: Connection, place: Place) -> list[Published]:
    """Every version of a place, the last one first."""
    query = select(published).where(published.c.language == place[0], published.c.name == place[1])
    return [Published(*row) for row in connection.execute(query.order_by(published.c.id.desc()))]


def publish(connection: Connection, place: Place, text: str | None, author: str, now: datetime, seen: int) -> None:
    """Adds a version. Raises `Overtaken` where the last one is not the one that its author saw (0 for none)."""
    language, name = place
    in_turn(connection)
    last = next(iter(history(connection, place)), None)
    if (last.id if last else 0) != seen:
        raise Overtaken(
            f"{last.author if last else 'somebody'} published {language}/{name} meanwhile; look at it first"
        )
    values = {"language": language, "name": name, "text": text, "author": author, "published_at": now}
    connection.execute(insert(published).values(values))
