"""The messages of cases: what came in, what went out, and notes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, insert, select

from intake.core.mail.message import Attachment, Message
from intake.store import tables

Direction = Literal["in", "out", "note"]


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message of a case. `mail_id` is the kept mail that it came by; None for what we wrote.

    `unverified`: a host was asked who sent it, and vouched for nobody.
    """

    case_id: int
    direction: Direction
    author_name: str
    author_address: str
    role: str
    at: datetime
    message_id: str | None
    subject: str
    text: str
    new_text: str
    kind: str
    mail_id: int | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    unverified: bool = False


def attachments_row(message: Message, sent: Collection[Attachment] | None = None) -> list[dict[str, Any]]:
    """A mail's attachments as they are stored beside it; those of an agent's answer say whether they were `sent`."""
    return [
        {
            "filename": each.filename,
            "content_type": each.content_type,
            "size": each.size,
            "sha256": each.sha256,
            "place": list(each.place),
            **({} if sent is None else {"sent": each in sent}),
        }
        for each in message.attachments
    ]


COLUMNS = tuple(StoredMessage.__dataclass_fields__)
# one statement for many rows, because it gives something back: see `intake.store.search`
INSERT_MESSAGES = insert(tables.message).returning(tables.message.c.id)


def add(connection: Connection, message: StoredMessage) -> None:
    """Adds a message to its case."""
    add_all(connection, [message])


def add_all(connection: Connection, added: Iterable[StoredMessage]) -> None:
    """Adds messages to their cases, in order, in one statement."""
    rows = [{name: getattr(message, name) for name in COLUMNS} for message in added]
    if rows:
        connection.execute(INSERT_MESSAGES, rows)


def of_case(connection: Connection, case_id: int) -> list[StoredMessage]:
    """The messages of a case, the oldest first."""
    columns = [tables.message.c[name] for name in COLUMNS]
    rows = connection.execute(select(*columns).where(tables.message.c.case_id == case_id).order_by(tables.message.c.id))
    return [StoredMessage(**row._mapping) for row in rows]
