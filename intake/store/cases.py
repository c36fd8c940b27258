"""Cases in the store: rows to values and back. A save that finds another version is stale."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from intake.core.case.case import Case, Clock, Entry, Participant, Step
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.errors import Stale
from intake.store import tables

FIRST_NUMBER = 1001
SAME_ID = 20


def reserve(connection: Connection, count: int) -> int:
    """The first of `count` fresh case numbers; what is not used stays a gap."""
    columns = tables.counter.c
    value = connection.scalar(
        update(tables.counter)
        .where(columns.name == "case")
        .values(value=columns.value + count)
        .returning(columns.value)
    )
    if value is None:
        connection.execute(insert(tables.counter).values(name="case", value=FIRST_NUMBER + count - 1))
        return FIRST_NUMBER
    return int(value) - count + 1


def load(connection: Connection, ids: Iterable[int]) -> dict[int, Case]:
    """The cases of these ids; ids that nobody has are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = connection.execute(select(tables.case).where(tables.case.c.id.in_(wanted))).all()
    people, clocks = defaultdict(list), defaultdict(list)
    participant, clock = tables.participant, tables.clock
    for row in connection.execute(
        select(participant).where(participant.c.case_id.in_(wanted)).order_by(participant.c.number)
    ):
        people[row.case_id].append(Participant(row.number, row.address, row.name, row.role))
    for row in connection.execute(select(clock).where(clock.c.case_id.in_(wanted)).order_by(clock.c.number)):
        clocks[row.case_id].append(_clock(row))
    return {row.id: _case(row, people[row.id], clocks[row.id]) for row in rows}


def by_reference(connection: Connection, references: Iterable[str]) -> dict[str, int]:
    """The ids of cases by their references, compared in upper case."""
    wanted = sorted({reference.upper() for reference in references})
    if not wanted:
        return {}
    columns = tables.case.c
    rows = connection.execute(select(columns.reference, columns.id).where(columns.reference.in_(wanted)))
    return {row.reference: row.id for row in rows}


def by_message_ids(connection: Connection, message_ids: Iterable[str]) -> dict[str, list[int]]:
    """The cases that each Message-ID stands in, received or sent, the first to have it first; at most 20 for one.

    Several have it where one mail went to several routes, or where a stranger claims another's id (THREATS 21).
    """
    wanted = sorted(set(message_ids))
    table = tables.message
    if not wanted:
        return {}
    found: dict[str, list[int]] = {each: [case_id] for each, case_id in by_sent_ids(connection, wanted).items()}
    first = func.min(table.c.id)
    rows = connection.execute(
        select(table.c.message_id, table.c.case_id)
        .where(table.c.message_id.in_(wanted))
        .group_by(table.c.message_id, table.c.case_id)
        .order_by(first)
    )
    for message_id, case_id in rows:
        ids = found.setdefault(message_id, [])
        if case_id not in ids and len(ids) < SAME_ID:
            ids.append(case_id)
    return found


def by_sent_ids(connection: Connection, message_ids: Iterable[str]) -> dict[str, int]:
    """The cases whose outgoing mails have these Message-IDs."""
    table, wanted = tables.outgoing, sorted(set(message_ids))
    if not wanted:
        return {}
    rows = connection.execute(
        select(table.c.message_id, table.c.case_id).where(table.c.message_id.in_(wanted), table.c.case_id.is_not(None))
    )
    return {row.message_id: row.case_id for row in rows}


def asking(connection: Connection, now: datetime, limit: int) -> list[int]:
    """Ids of cases whose clocks ask for something at `now`, the longest waiting first."""
    columns = tables.clock.c
    rows = connection.execute(
        select(columns.case_id)
        .where(columns.next_at <= now)
        .group_by(columns.case_id)
        .order_by(func.min(columns.next_at))
        .limit(limit)
    )
    return [row.case_id for row in rows]


def save(connection: Connection, case: Case) -> int:
    """Stores a case, new (version 0) or changed; its id. Raises `Stale` where another save came first."""
    values = _row(case)
    if case.version == 0:
        case_id = connection.scalar(insert(tables.case).values(version=1, **values).returning(tables.case.c.id))
        assert case_id is not None
    else:
        case_id = case.id
        same = (tables.case.c.id == case_id) & (tables.case.c.version == case.version)
        done = connection.execute(update(tables.case).where(same).values(version=case.version + 1, **values))
        if done.rowcount != 1:
            raise Stale(f"{case.reference} changed in the meantime")
        connection.execute(delete(tables.participant).where(tables.participant.c.case_id == case_id))
        connection.execute(delete(tables.clock).where(tables.clock.c.case_id == case_id))
    if case.participants:
        rows = [{"case_id": case_id, **asdict(person)} for person in case.participants]
        connection.execute(insert(tables.participant), rows)
    if case.clocks:
        connection.execute(insert(tables.clock), [{"case_id": case_id, **_clock_row(clock)} for clock in case.clocks])
    return int(case_id)


def link(connection: Connection, ids: Iterable[int]) -> None:
    """Links cases with each other; a case that gains a link changes its version."""
    columns = tables.case.c
    wanted = select(columns.id, columns.reference, columns.linked).where(columns.id.in_(sorted(set(ids))))
    rows = connection.execute(wanted.order_by(columns.id)).all()
    for row in rows:
        linked = list(dict.fromkeys((*row.linked, *(each.reference for each in rows if each.id != row.id))))
        if linked != row.linked:
            values = {"linked": linked, "version": columns.version + 1}
            connection.execute(update(tables.case).where(columns.id == row.id).values(values))


def add_history(connection: Connection, case_id: int, at: datetime, entries: Sequence[Entry]) -> None:
    """Adds lines to a case's history, in order."""
    rows = [
        {
            "case_id": case_id,
            "at": at,
            "actor": entry.actor,
            "event": entry.event,
            "text": entry.text,
            "because": _reasons_row(entry.because),
        }
        for entry in entries
    ]
    if rows:
        connection.execute(insert(tables.history), rows)


def history(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    """A case's history as plain values, the oldest first."""
    table = tables.history
    query = select(table.c.at, table.c.actor, table.c.event, table.c.text, table.c.because)
    rows = connection.execute(query.where(table.c.case_id == case_id).order_by(table.c.id))
    return [dict(row._mapping) for row in rows]


def listed(connection: Connection, *, state: str | None = None, limit: int = 1000) -> list[int]:
    """Ids of the newest cases, in the order of their numbers."""
    query = select(tables.case.c.id).order_by(tables.case.c.id.desc()).limit(limit)
    if state:
        query = query.where(tables.case.c.state == state)
    return sorted(row.id for row in connection.execute(query))


def _row(case: Case) -> dict[str, Any]:
    """A case as its row, without id and version."""
    return {
        "reference": case.reference,
        "policy": case.policy,
        "policy_version": case.policy_version,
        "plan": case.plan,
        "route": case.route,
        "queue": case.queue,
        "customer_id": case.customer_id,
        "contact_name": case.contact.name,
        "contact_address": case.contact.address,
        "answer_to": case.answer_to,
        "subject": case.subject,
        "language": case.language,
        "zone": case.zone,
        "state": case.state,
        "severity": case.severity,
        "wished_severity": case.wished_severity,
        "because": _reasons_row(case.because),
        "marks": sorted(case.marks),
        "fields": {key: [value.written, value.value, value.valid] for key, value in case.fields.items()},
        "waived": sorted(case.waived),
        "linked": list(case.linked),
        "assignee": case.assignee,
        "opened_at": case.opened_at,
        "changed_at": case.changed_at,
        "closed_at": case.closed_at,
        "answered": sorted(case.answered),
    }


def _case(row: Row[Any], people: Sequence[Participant], clocks: Sequence[Clock]) -> Case:
    return Case(
        id=row.id,
        reference=row.reference,
        version=row.version,
        policy=row.policy,
        policy_version=row.policy_version,
        plan=row.plan,
        route=row.route,
        queue=row.queue,
        customer_id=row.customer_id,
        contact=Address(row.contact_name, row.contact_address),
        answer_to=row.answer_to,
        subject=row.subject,
        language=row.language,
        zone=row.zone,
        state=row.state,
        severity=row.severity,
        wished_severity=row.wished_severity,
        because=_reasons(row.because),
        marks=frozenset(row.marks),
        fields=_fields(row.fields),
        waived=frozenset(row.waived),
        linked=tuple(row.linked),
        assignee=row.assignee,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        closed_at=row.closed_at,
        answered=frozenset(row.answered),
        participants=tuple(people),
        clocks=tuple(clocks),
    )


def _fields(stored: Mapping[str, Any]) -> dict[str, FieldValue]:
    return {
        key: FieldValue(written, tuple(value) if isinstance(value, list) else value, valid)
        for key, (written, value, valid) in stored.items()
    }


def _clock_row(clock: Clock) -> dict[str, Any]:
    return {
        "number": clock.number,
        "kind": clock.kind,
        "severity": clock.severity,
        "calendar": clock.calendar,
        "target": clock.target,
        "started_at": clock.started_at,
        "aim_at": clock.aim_at,
        "due_at": clock.due_at,
        "state": clock.state,
        "ended_at": clock.ended_at,
        "missed_at": clock.missed_at,
        "because": _reasons_row(clock.because),
        "steps": [[step.at.isoformat(), step.what, step.role, step.number] for step in clock.steps],
        "next_at": clock.next_at,
    }


def _clock(row: Row[Any]) -> Clock:
    return Clock(
        number=row.number,
        kind=row.kind,
        severity=row.severity,
        target=row.target,
        calendar=row.calendar,
        started_at=row.started_at,
        aim_at=row.aim_at,
        due_at=row.due_at,
        because=_reasons(row.because),
        state=row.state,
        ended_at=row.ended_at,
        missed_at=row.missed_at,
        steps=tuple(Step(datetime.fromisoformat(at), what, role, number) for at, what, role, number in row.steps),
    )


def _reasons_row(reasons: Iterable[Because]) -> list[list[str]]:
    return [[each.clause, each.text] for each in reasons]


def _reasons(stored: Iterable[Sequence[str]]) -> tuple[Because, ...]:
    return tuple(Because(clause, text) for clause, text in stored)
