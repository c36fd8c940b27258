"""The outbox: finished mails that the desk queues, withholds and looks at; `sending` carries them out."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Row, Select, event, exists, func, insert, select, update
from sqlalchemy.pool import ConnectionPoolEntry

from intake.core.answer.letter import Letter
from intake.errors import IntakeError, Stale
from intake.store.seen import TOLD_IN, Sight, letters_seen
from intake.store.tables import UNTOLD_COPIES, case, history, outgoing

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

LOOKS_BACK = 200
QUEUED = "queued letters"
INSERT_MAILS = insert(outgoing)
INSERT_MAIL = INSERT_MAILS.returning(outgoing.c.id)


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


def when_queued(engine: Engine, call: Callable[[], object]) -> None:
    """From now on, calls that after each transaction of this process that queued letters, in the thread that did so.

    It may be called in vain: after one that was rolled back.
    """

    @event.listens_for(engine, "checkin")
    def checkin(_connection: object, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(QUEUED, False):
            call()


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
    connection.info[QUEUED] = True
    made = connection.scalar(INSERT_MAIL, _row(case_id, letter, finished, withheld, now))
    assert made is not None
    return int(made)


def queue_all(connection: Connection, mails: Iterable[tuple[int | None, Letter, Finished, str]], now: datetime) -> None:
    """Adds finished mails, each with its case and why it must not leave yet, in order, in one statement."""
    rows = [_row(*mail, now) for mail in mails]
    if rows:
        connection.info[QUEUED] = True
        connection.execute(INSERT_MAILS, rows)


def _row(case_id: int | None, letter: Letter, finished: Finished, withheld: str, now: datetime) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "kind": letter.kind,
        "automatic": letter.automatic is not None and not letter.by_person,
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


def sent_as(connection: Connection, message_ids: Sequence[str], kind: str) -> list[bytes]:
    """The bytes of the letters of a kind that have these Message-IDs."""
    wanted = outgoing.c.message_id.in_(message_ids), outgoing.c.kind == kind
    return list(connection.scalars(select(outgoing.c.raw).where(*wanted))) if message_ids else []


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


def retry(connection: Connection, mail_id: int, by: str | None, now: datetime) -> None:
    """Tries a failed or waiting mail again at once, with fresh patience; the case's history names who, where given.

    Raises `IntakeError` for any other.
    """
    again = {"state": "queued", "reason": None, "queued_at": now, "next_try_at": now, "tries": 0}
    _change(connection, mail_id, ("failed", "queued"), "be tried again", **again)
    if by is not None:
        _note_act(connection, mail_id, "tried again", by, now)


def _change(connection: Connection, mail_id: int, states: Sequence[str], wish: str, **values: Any) -> None:
    columns = outgoing.c
    if values["state"] == "queued":
        connection.info[QUEUED] = True
    done = connection.execute(update(outgoing).where(columns.id == mail_id, columns.state.in_(states)).values(values))
    if not done.rowcount:
        state = connection.scalar(select(columns.state).where(columns.id == mail_id))
        said = f"is {state} and cannot {wish}" if state else "does not exist"
        raise IntakeError(f"outgoing mail {mail_id} {said}")


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
    said = f"{TOLD_IN}{message_id}"
    with connection.begin_nested() as savepoint:
        told = connection.execute(update(outgoing).where(*mine).values(reason=said)).rowcount == len(mail_ids)
        if not told:
            savepoint.rollback()
    return told


def has_message_id(connection: Connection, message_id: str) -> bool:
    """Whether a mail with that Message-ID was ever queued."""
    return connection.scalar(select(outgoing.c.id).where(outgoing.c.message_id == message_id)) is not None


def told(connection: Connection, kind: str, recipient: str, since: datetime) -> int:
    """How many mails of that kind were queued for an address since then."""
    same = outgoing.c.recipient == recipient.lower(), outgoing.c.kind == kind, outgoing.c.queued_at > since
    return connection.scalar(select(func.count()).where(*same)) or 0


def letters_to_desk(connection: Connection, case_id: int) -> list[tuple[str, bytes]]:
    """Kind and bytes of what went to the desk on a case, the oldest first."""
    columns = outgoing.c
    query = select(columns.kind, columns.raw).where(columns.case_id == case_id, columns.kind.like("desk-%"))
    return [(row.kind, bytes(row.raw)) for row in connection.execute(query.order_by(columns.id))]


def failed_letters(connection: Connection, since: datetime) -> dict[int, list[str]]:
    """Reasons of letters to customers that failed for good, queued since then, by case.

    Not of those queued before the case's contact was reached again.
    """
    columns = outgoing.c
    again = exists().where(
        history.c.case_id == columns.case_id, history.c.event == "deliverable", history.c.at >= columns.queued_at
    )
    query = select(columns.case_id, columns.recipient, columns.reason).where(
        columns.state == "failed",
        columns.queued_at > since,
        columns.kind.not_like("desk-%"),
        columns.case_id.is_not(None),
        ~again,
    )
    found: dict[int, list[str]] = {}
    for row in connection.execute(query.order_by(columns.id)):
        found.setdefault(row.case_id, []).append(f"mail to {row.recipient} failed for good: {row.reason}")
    return found


def refused_copies(connection: Connection) -> list[tuple[int, int, list[str]]]:
    """Letters that left without some of their copies, which the desk has not heard of: case, mail, who was refused."""
    columns = outgoing.c
    # the state is looked at here: asked for it, SQLite looks through all that was sent in place of these few
    query = select(columns.case_id, columns.id, columns.refused_copies, columns.state).where(UNTOLD_COPIES)
    return [
        (row.case_id, row.id, row.refused_copies)
        for row in connection.execute(query.order_by(columns.id))
        if row.state == "sent" and row.case_id is not None
    ]


def tell_refused_copies(connection: Connection, mail_id: int) -> None:
    """Notes in the desk's transaction that it was told. Raises `Stale` where somebody was faster."""
    mine = outgoing.c.id == mail_id, UNTOLD_COPIES
    if not connection.execute(update(outgoing).where(*mine).values(refused_copies=None)).rowcount:
        raise Stale(f"outgoing mail {mail_id} was told of by another")


def reached_nobody(connection: Connection, case_id: int) -> bool:
    """Whether a person replied on the case, and every reply failed."""
    columns = outgoing.c
    query = select(columns.state).where(columns.case_id == case_id, columns.kind == "reply")
    states_of = set(connection.scalars(query))
    return states_of == {"failed"}


def held_back(connection: Connection, case_id: int, because: str) -> bool:
    """Whether there are letters to the case's customer, and each of them was withheld for that reason."""
    columns = outgoing.c
    query = select(columns.state, columns.reason).where(columns.case_id == case_id, columns.kind.not_like("desk-%"))
    return {tuple(row) for row in connection.execute(query.distinct())} == {("withheld", because)}


def listed(
    connection: Connection, case_id: int | None = None, shown: Callable[[Row[Any]], bool] = lambda _row: True
) -> list[dict[str, Any]]:
    """The mails in the order they were queued, in the shape of the contract's `outbox`.

    Those of a case have `cc` besides: who gets a copy. Of all mails, those are left out that are not to be `shown`, by
    recipient and the case's route, queue and `private`, which are None for a mail of no case.
    """
    wanted = _described().order_by(outgoing.c.id)
    if case_id is None:
        rows = connection.execute(wanted.add_columns(case.c.route, case.c.queue, case.c.private))
        return [_shape(row) for row in rows if shown(row)]
    rows = connection.execute(wanted.where(outgoing.c.case_id == case_id))
    return [_shape(row) | {"cc": [each for each in row.envelope_to if each.lower() != row.recipient]} for row in rows]


def below(connection: Connection, sight: Sight, mail_id: int, limit: int) -> list[dict[str, Any]]:
    """The newest mails below that id that somebody sees, in the same shape, the newest first."""
    wanted = _described().where(outgoing.c.id < mail_id, letters_seen(sight))
    return [_shape(row) for row in connection.execute(wanted.order_by(outgoing.c.id.desc()).limit(limit))]


def page(connection: Connection, sight: Sight, state: str, before: int | None, limit: int) -> list[dict[str, Any]]:
    """The newest mails that somebody sees, the newest first: of a state, or of all where it is empty; below an id."""
    columns = outgoing.c
    wanted = _described().add_columns(columns.tries, columns.next_try_at).where(letters_seen(sight))
    wanted = wanted.where(columns.state == state) if state else wanted
    wanted = wanted.where(columns.id < before) if before is not None else wanted
    rows = connection.execute(wanted.order_by(columns.id.desc()).limit(limit))
    return [dict(row._mapping) for row in rows]


def seen_raw(connection: Connection, sight: Sight, mail_id: int) -> bytes | None:
    """A mail's bytes as they are sent; None where there is none that they see."""
    wanted = select(outgoing.c.raw).outerjoin_from(outgoing, case).where(outgoing.c.id == mail_id, letters_seen(sight))
    found = connection.scalar(wanted)
    return None if found is None else bytes(found)


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


def raw_of(connection: Connection, message_id: str) -> bytes | None:
    """The bytes of the mail with that Message-ID; None where there is none."""
    found = connection.scalar(select(outgoing.c.raw).where(outgoing.c.message_id == message_id))
    return None if found is None else bytes(found)


def last_sent(connection: Connection) -> datetime | None:
    """When a mail last left, among the newest that did."""
    columns = outgoing.c
    newest = select(columns.sent_at).where(columns.state == "sent").order_by(columns.id.desc()).limit(LOOKS_BACK)
    found: datetime | None = connection.scalar(select(func.max(newest.subquery().c.sent_at)))
    return found


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
        "subject": row.subject,
        "state": row.state,
        "message_id": row.message_id,
        "queued_at": _written(row.queued_at),
        "sent_at": _written(row.sent_at),
        "reason": row.reason,
    }


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
