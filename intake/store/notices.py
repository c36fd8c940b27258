"""Notices to the desk: held until they may go out, then kept as the record of who was told what, and when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, func, insert, or_, select, update

from intake.core.case.case import Notice
from intake.core.case.notices import Held, Since, Told
from intake.core.sentences import Sentence
from intake.store.tables import case, history, notice, outgoing

INSERT_NOTICES = insert(notice)


def add_all(
    connection: Connection,
    added: Iterable[tuple[int, Iterable[Held], Iterable[tuple[Held, str]]]],
    now: datetime,
) -> None:
    """Keeps the notices of decisions in their transaction, each case's in one statement with the others'.

    Of each case those that wait, and those that letters tell, by Message-ID.
    """
    rows: list[dict[str, Any]] = []
    for case_id, held, told in added:
        rows += [{**_row(case_id, each), "look_at": now, "settled_at": None, "message_id": None} for each in held]
        rows += [{**_row(case_id, each), "look_at": None, "settled_at": now, "message_id": by} for each, by in told]
    if rows:
        connection.execute(INSERT_NOTICES, rows)


def _row(case_id: int, held: Held) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "kind": held.notice.kind,
        "recipient": held.recipient.lower(),
        "role": held.role,
        "clock": held.notice.clock,
        "number": held.notice.number,
        "text": str(held.notice.text),
        "text_in": dict(held.notice.text.others),
        "excerpt": held.excerpt,
        "asked_at": held.asked_at,
    }


def waiting(connection: Connection, now: datetime, limit: int) -> list[Held]:
    """Notices whose time to be looked at has come, in the order in which they were asked for.

    One that was asked for after `now` shows that the clock went back: it is looked at as well.
    """
    columns = notice.c
    # by the index of those that wait: for the order alone SQLite would look at all that there ever were
    due = select(columns.id).where(columns.look_at.is_not(None), or_(columns.look_at <= now, columns.asked_at > now))
    return [
        Held(
            row.id,
            row.case_id,
            row.recipient,
            row.role,
            Notice(row.kind, row.role, Sentence(row.text, row.text_in), row.clock, row.number),
            row.excerpt,
            row.asked_at,
        )
        for row in connection.execute(select(notice).where(columns.id.in_(due)).order_by(columns.id).limit(limit))
    ]


def settle(
    connection: Connection, ids: Sequence[int], now: datetime, *, message_id: str | None = None, because: str = ""
) -> bool:
    """Notes what became of notices; false where somebody was faster, and the transaction must be undone."""
    values = {"look_at": None, "settled_at": now, "message_id": message_id, "because": because or None}
    return _change(connection, ids, values)


def postpone(connection: Connection, ids: Sequence[int], until: datetime) -> bool:
    """Lets notices wait until then; false where somebody was faster."""
    return _change(connection, ids, {"look_at": until})


def drop(connection: Connection, recipient: str, now: datetime, because: str) -> list[tuple[int, str]]:
    """Tells somebody nothing of what waits for them; the cases and kinds of it."""
    columns = notice.c
    mine = columns.recipient == recipient.lower(), columns.look_at.is_not(None)
    dropped = [
        (row.case_id, row.kind) for row in connection.execute(select(columns.case_id, columns.kind).where(*mine))
    ]
    connection.execute(update(notice).where(*mine).values(look_at=None, settled_at=now, because=because))
    return dropped


def _change(connection: Connection, ids: Sequence[int], values: dict[str, Any]) -> bool:
    mine = notice.c.id.in_(ids), notice.c.look_at.is_not(None)
    return connection.execute(update(notice).where(*mine).values(values)).rowcount == len(ids)


def asked(connection: Connection, recipient: str, words: str, since: datetime) -> int:
    """How many notices that hold these words were asked for an address since then, in whatever case."""
    columns = notice.c
    same = (
        columns.recipient == recipient.lower(),
        columns.asked_at > since,
        columns.text.contains(words, autoescape=True),
    )
    return connection.scalar(select(func.count()).where(*same)) or 0


def told_of(connection: Connection, case_id: int, kinds: Sequence[str]) -> list[Told]:
    """Who was told what of a case, by letters of these kinds or in a digest, the first first."""
    columns = notice.c
    query = select(columns.recipient, columns.kind, columns.number, columns.settled_at, columns.clock).where(
        columns.case_id == case_id, columns.kind.in_(kinds), columns.message_id.is_not(None)
    )
    return [Told(*row) for row in connection.execute(query.order_by(columns.settled_at, columns.id))]


def of_digests(connection: Connection, message_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Who was told of which cases by digests of these Message-IDs, as pairs of address and reference, in order."""
    letters = outgoing.c.message_id.in_(message_ids), outgoing.c.kind == "desk-digest"
    columns = outgoing.c.message_id, outgoing.c.recipient
    digests = connection.execute(select(*columns).where(*letters)).all() if message_ids else []
    if not digests:
        return []
    # by the reader: of Message-IDs there is no index
    told = (
        notice.c.recipient.in_({each.recipient for each in digests}),
        notice.c.message_id.in_([each.message_id for each in digests]),
    )
    query = select(notice.c.recipient, case.c.reference).join(case, case.c.id == notice.c.case_id)
    return [(row.recipient, row.reference) for row in connection.execute(query.where(*told).order_by(notice.c.id))]


def told_in_digests(connection: Connection, reader: str, references: Sequence[str]) -> list[str]:
    """Those of the cases of which any digest told the reader."""
    told = _in_digests(case.c.reference).where(notice.c.recipient == reader.lower(), case.c.reference.in_(references))
    return list(dict.fromkeys(connection.scalars(told))) if references else []


def last_digest(connection: Connection, reader: str) -> list[str]:
    """The cases of which the last digest told the reader, in order."""
    columns = outgoing.c
    mine = columns.recipient == reader.lower(), columns.kind == "desk-digest"
    newest = select(columns.message_id).where(*mine).order_by(columns.queued_at.desc(), columns.id.desc()).limit(1)
    return list(dict.fromkeys(each for _, each in of_digests(connection, list(connection.scalars(newest)))))


def digests_on(connection: Connection, reference: str) -> list[str]:
    """The Message-IDs of the digests that told of a case."""
    return list(connection.scalars(_in_digests(outgoing.c.message_id).where(case.c.reference == reference).distinct()))


def _in_digests(column: Column[str]) -> Select[str]:
    """A column of notices that a digest told, their cases and letters."""
    of_case = notice.c.case_id == case.c.id
    by_digest = notice.c.message_id == outgoing.c.message_id, outgoing.c.kind == "desk-digest"
    return select(column).where(of_case, *by_digest)


def since(connection: Connection, case_ids: Iterable[int]) -> dict[int, Since]:
    """What people last did on each of the cases that somebody answered or said to have."""
    columns = history.c
    last = (
        select(func.max(columns.id))
        .where(columns.case_id.in_(sorted(set(case_ids))), columns.event.in_(["answered", "have-it"]))
        .group_by(columns.case_id, columns.event)
    )
    found: dict[int, dict[str, Any]] = {}
    rows = select(columns.case_id, columns.event, columns.at, columns.actor).where(columns.id.in_(last))
    for row in connection.execute(rows):
        of_case = found.setdefault(row.case_id, {})
        of_case |= {"answered_at": row.at} if row.event == "answered" else {"had_at": row.at, "had_by": row.actor}
    return {case_id: Since(**values) for case_id, values in found.items()}


def add_history(connection: Connection, lines: Iterable[tuple[int, str, str]], now: datetime, actor: str) -> None:
    """Lines of history about notices: case, event and text."""
    rows = [
        {"case_id": case_id, "at": now, "actor": actor, "event": event, "text": text, "because": []}
        for case_id, event, text in lines
    ]
    if rows:
        connection.execute(insert(history), rows)
