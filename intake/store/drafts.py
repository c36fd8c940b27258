"""What somebody is writing on a case and has not sent yet: one text for each case and writer."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from intake.store.tables import agent, draft


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A text that is being written. `kind` is note, reply or ask."""

    kind: str
    text: str
    saved_at: datetime


def save(connection: Connection, case_id: int, address: str, saved: SavedDraft) -> None:
    """Keeps what somebody writes; an empty text is no draft."""
    if not saved.text.strip():
        drop(connection, case_id, address)
        return
    same = (draft.c.case_id == case_id) & (draft.c.address == address)
    values = {"kind": saved.kind, "text": saved.text, "saved_at": saved.saved_at}
    if not connection.execute(update(draft).where(same).values(values)).rowcount:
        connection.execute(insert(draft).values(case_id=case_id, address=address, **values))


def drop(connection: Connection, case_id: int, address: str) -> None:
    """Forgets what somebody wrote."""
    connection.execute(delete(draft).where(draft.c.case_id == case_id, draft.c.address == address))


def mine(connection: Connection, case_id: int, address: str) -> SavedDraft | None:
    """What somebody left unsent on a case."""
    columns = draft.c
    query = select(columns.kind, columns.text, columns.saved_at)
    row = connection.execute(query.where(columns.case_id == case_id, columns.address == address)).one_or_none()
    return SavedDraft(*row) if row else None


def writing(connection: Connection, case_id: int, but: str, since: datetime) -> list[str]:
    """Names of others who wrote on the case since then and have not sent it."""
    query = select(agent.c.name).join(draft, draft.c.address == agent.c.address)
    query = query.where(draft.c.case_id == case_id, draft.c.address != but, draft.c.saved_at > since)
    return list(connection.scalars(query.order_by(agent.c.name)))
