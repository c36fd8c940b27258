"""The outbox: finished mails that the desk queues, withholds and looks at; `sending` carries them out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email import message_from_bytes
from typing import Any, Protocol

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from intake.core.answer.letter import Letter
from intake.errors import IntakeError
from intake.store.tables import case, history, outgoing, undeliverable

DESCRIBED = [
    "id",
    "kind",
    "recipient",
    "envelope_to",
    "subject",
    "state",
    "message_id",
    "queued_at",
    "sent_at",
    "reason",
]


class Finished(Protocol):
    """A rendered mail, as `outbound.render` makes it."""

    @property
    def raw(self) -> bytes: ...
    @property
    def subject(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def envelope_from(self) -> str: ...
    @property
    def envelope_to(self) -> tuple[str, ...]: ...


def queue(
    connection: Connection,
    case_id: int | None,
    letter: Letter,
    finished: Finished,
    now: datetime,
    *,
    withheld: str = "",
) -> int:
    """Adds a finished mail in the desk's transaction and gives back its id. `withheld`: why it must not leave yet."""
    values = {
        "case_id": case_id,
        "kind": letter.kind,
        "automatic": letter.automatic is not None,
        "recipient": letter.to.address.lower(),
        "envelope_from": finished.envelope_from,
        "envelope_to": list(finished.envelope_to),
        "subject": finished.subject,
        "message_id": letter.message_id,
        "language": finished.language,
        "raw": finished.raw,
        "state": "withheld" if withheld else "queued",
        "reason": withheld or None,
        "queued_at": now,
        "next_try_at": None if withheld else now,
        "tries": 0,
    }
    made = connection.scalar(insert(outgoing).values(values).returning(outgoing.c.id))
    assert made is not None
    return int(made)


def withhold(connection: Connection, mail_id: int, by: str, now: datetime) -> None:
    """Keeps a waiting mail back. Raises `IntakeError` for one that has left, or may be leaving now."""
    reason = f"withheld by {by}"
    _change(connection, mail_id, ("queued",), "be withheld", state="withheld", reason=reason, next_try_at=None)
    _note_act(connection, mail_id, "withheld", by, now)


def release(connection: Connection, mail_id: int, by: str, now: datetime) -> None:
    """Lets a withheld mail go; it counts as queued now. Raises `IntakeError` for one that is not withheld."""
    again = {"state": "queued", "reason": None, "queued_at": now, "next_try_at": now}
    _change(connection, mail_id, ("withheld",), "be released", **again)
    _note_act(connection, mail_id, "released", by, now)


def _note_act(connection: Connection, mail_id: int, event: str, by: str, now: datetime) -> None:
    """A person's act on a mail stands in its case's history, under the person's name."""
    row = connection.execute(select(outgoing.c.case_id, outgoing.c.kind).where(outgoing.c.id == mail_id)).one()
    if row.case_id is not None:
        text = f"{row.kind}, outgoing mail {mail_id}"
        values = {"case_id": row.case_id, "at": now, "actor": by, "event": event, "text": text, "because": []}
        connection.execute(insert(history).values(values))


def retry(connection: Connection, mail_id: int, now: datetime) -> None:
    """Tries a failed or waiting mail again at once, with fresh patience. Raises `IntakeError` for any other."""
    again = {"state": "queued", "reason": None, "queued_at": now, "next_try_at": now, "tries": 0}
    _change(connection, mail_id, ("failed", "queued"), "be tried again", **again)


def _change(connection: Connection, mail_id: int, states: Sequence[str], wish: str, **values: Any) -> None:
    columns = outgoing.c
    done = connection.execute(update(outgoing).where(columns.id == mail_id, columns.state.in_(states)).values(values))
    if not done.rowcount:
        state = connection.scalar(select(columns.state).where(columns.id == mail_id))
        said = f"is {state} and cannot {wish}" if state else "does not exist"
        raise IntakeError(f"outgoing mail {mail_id} {said}")


def recent(connection: Connection, address: str, since: datetime) -> tuple[int, bool]:
    """How many automatic letters to customers were queued for an address since then, and whether a digest was."""
    columns = outgoing.c
    kinds = connection.scalars(
        select(columns.kind).where(
            columns.recipient == address.lower(),
            columns.queued_at > since,
            columns.automatic,
            columns.state != "withheld",
            columns.kind.not_like("desk-%"),
        )
    ).all()
    return len(kinds), "digest" in kinds


def waiting_for_digest(connection: Connection, reason: str, before: datetime) -> dict[str, list[tuple[int, int]]]:
    """Letters withheld for that reason, (mail, case) by recipient, of those who have one from before that instant."""
    columns = outgoing.c
    query = select(columns.recipient, columns.id, columns.case_id, columns.queued_at)
    query = query.where(columns.state == "withheld", columns.reason == reason, columns.case_id.is_not(None))
    found: dict[str, list[tuple[int, int]]] = {}
    due: set[str] = set()
    for row in connection.execute(query.order_by(columns.id)):
        found.setdefault(row.recipient, []).append((row.id, row.case_id))
        if row.queued_at <= before:
            due.add(row.recipient)
    return {recipient: found[recipient] for recipient in sorted(due)}


def told_in_digest(connection: Connection, mail_ids: Sequence[int], reason: str, message_id: str) -> bool:
    """Notes that withheld letters are told of by a digest. False where somebody was faster, and nothing is noted."""
    columns = outgoing.c
    mine = columns.id.in_(mail_ids), columns.state == "withheld", columns.reason == reason
    said = f"told in the digest {message_id}"
    return connection.execute(update(outgoing).where(*mine).values(reason=said)).rowcount == len(mail_ids)


def was_told(connection: Connection, kind: str, recipient: str, since: datetime) -> bool:
    """Whether a mail of that kind was queued for an address since then."""
    columns = outgoing.c
    same = columns.recipient == recipient.lower(), columns.kind == kind, columns.queued_at > since
    return connection.scalar(select(columns.id).where(*same).limit(1)) is not None


def has_message_id(connection: Connection, message_id: str) -> bool:
    """Whether a mail with that Message-ID was ever queued."""
    return connection.scalar(select(outgoing.c.id).where(outgoing.c.message_id == message_id)) is not None


def told(connection: Connection, kind: str, recipient: str, since: datetime) -> int:
    """How many mails of that kind were queued for an address since then."""
    same = outgoing.c.recipient == recipient.lower(), outgoing.c.kind == kind, outgoing.c.queued_at > since
    return connection.scalar(select(func.count()).where(*same)) or 0


def letters_of(connection: Connection, case_id: int, *, desk: bool = False) -> list[tuple[str, str, bytes]]:
    """Kind, Message-ID and bytes of what went to the customer on a case, or to the desk; the oldest first."""
    columns = outgoing.c
    query = select(columns.kind, columns.message_id, columns.raw).where(columns.case_id == case_id)
    to_desk = columns.kind.like("desk-%")
    query = query.where(to_desk if desk else ~to_desk).order_by(columns.id)
    return [(row.kind, row.message_id, bytes(row.raw)) for row in connection.execute(query)]


def text_of(raw: bytes) -> str:
    """The plain text of a letter of ours."""
    part = next((each for each in message_from_bytes(raw).walk() if each.get_content_type() == "text/plain"), None)
    body = part.get_payload(decode=True) if part else None
    return body.decode("utf-8", "replace") if isinstance(body, bytes) else ""


def failed_letters(connection: Connection, since: datetime) -> dict[int, list[str]]:
    """Reasons of letters to customers that failed for good, queued since then, by case."""
    columns = outgoing.c
    query = select(columns.case_id, columns.recipient, columns.reason).where(
        columns.state == "failed",
        columns.queued_at > since,
        columns.kind.not_like("desk-%"),
        columns.case_id.is_not(None),
    )
    found: dict[int, list[str]] = {}
    for row in connection.execute(query.order_by(columns.id)):
        found.setdefault(row.case_id, []).append(f"mail to {row.recipient} failed for good: {row.reason}")
    return found


def reached_nobody(connection: Connection, case_id: int) -> bool:
    """Whether a person replied on the case, and every reply failed."""
    columns = outgoing.c
    query = select(columns.state).where(columns.case_id == case_id, columns.kind == "reply")
    states_of = set(connection.scalars(query))
    return states_of == {"failed"}


def is_undeliverable(connection: Connection, address: str) -> bool:
    """Whether a mail of ours to the address came back for good."""
    found = select(undeliverable.c.address).where(undeliverable.c.address == address.lower())
    return connection.scalar(found) is not None


def lift_undeliverable(connection: Connection, address: str) -> None:
    """Forgets that mail to an address came back: its owner has written from it."""
    connection.execute(delete(undeliverable).where(undeliverable.c.address == address.lower()))


def mark_undeliverable(connection: Connection, addresses: Iterable[str], because: str, now: datetime) -> None:
    """Remembers addresses that a mail of ours could not reach, from now on; the first reason stands."""
    for address in dict.fromkeys(each.lower()[:320] for each in addresses):
        if not is_undeliverable(connection, address):
            connection.execute(insert(undeliverable).values(address=address, since=now, because=because))


def listed(connection: Connection, case_id: int | None = None) -> list[dict[str, Any]]:
    """The mails, or those of a case, in the order they were queued, in the shape of the contract's `outbox`."""
    wanted = _described().order_by(outgoing.c.id)
    if case_id is not None:
        wanted = wanted.where(outgoing.c.case_id == case_id)
    return [_shape(row) for row in connection.execute(wanted)]


def show(connection: Connection, mail_id: int) -> dict[str, Any] | None:
    """One mail in the same shape, with its envelope and tries; None where there is none."""
    columns = outgoing.c
    wanted = _described().add_columns(columns.envelope_from, columns.tries, columns.next_try_at)
    row = connection.execute(wanted.where(columns.id == mail_id)).one_or_none()
    if row is None:
        return None
    more = {"envelope_from": row.envelope_from, "envelope_to": list(row.envelope_to), "tries": row.tries}
    return _shape(row) | more | {"next_try_at": _written(row.next_try_at)}


def raw(connection: Connection, mail_id: int) -> bytes | None:
    """A mail's bytes as they are sent; None where there is none."""
    found = connection.scalar(select(outgoing.c.raw).where(outgoing.c.id == mail_id))
    return None if found is None else bytes(found)


def states(connection: Connection) -> dict[str, int]:
    """How many mails are in each state that any mail is in."""
    rows = connection.execute(select(outgoing.c.state, func.count()).group_by(outgoing.c.state))
    return {row[0]: row[1] for row in rows}


def _described() -> Select[Any]:
    return select(*(outgoing.c[name] for name in DESCRIBED), case.c.reference).outerjoin(case)


def _shape(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "case": row.reference,
        "kind": row.kind,
        "to": next((each for each in row.envelope_to if each.lower() == row.recipient), row.recipient),
        "cc": [each for each in row.envelope_to if each.lower() != row.recipient],
        "subject": row.subject,
        "state": row.state,
        "message_id": row.message_id,
        "queued_at": _written(row.queued_at),
        "sent_at": _written(row.sent_at),
        "reason": row.reason,
    }


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
