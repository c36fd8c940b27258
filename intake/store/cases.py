"""Cases in the store: rows to values and back. A save that finds another version is stale."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, func, insert, select, update

from intake.core.case.case import Case, Customer, Entry, Participant, Record
from intake.core.case.work_list import OVER, UNSORTED, due
from intake.core.mail.ticket_numbers import ticket_key
from intake.core.policy.schema_rules import FloodPart
from intake.errors import Stale
from intake.store import tables
from intake.store.case_rows import case_of, case_row, clock_of, clock_row, reasons_of, reasons_row
from intake.store.engine import in_turn

FIRST_NUMBER = 1001
SAME_ID = 20
AT_A_TIME = 500
MERGES = 20
KEY = 100
# a local day begins at most so long before the one of UTC
ANY_ZONE = timedelta(hours=14)

# the rank of an open case, and the version of the policy that it is by
Ranks = Callable[[Case], tuple[bytes, str]]

# made once: SQLAlchemy takes longer to make a statement than SQLite to run it
# one statement for many rows, because it gives something back: see `intake.store.search`
INSERT_CASES = insert(tables.case).returning(tables.case.c.reference, tables.case.c.id)
UPDATE_CASES = (
    update(tables.case)
    .where(tables.case.c.id == bindparam("stored_id"), tables.case.c.version == bindparam("stored_version"))
    .values(
        version=tables.case.c.version + 1,
        **{each.name: bindparam(each.name) for each in tables.case.c if each.name not in ("id", "version")},
    )
)
TAKE_NUMBERS = (
    update(tables.counter)
    .where(tables.counter.c.name == "case")
    .values(value=tables.counter.c.value + bindparam("count"))
    .returning(tables.counter.c.value)
)
IDS: BindParameter[int] = bindparam("ids", expanding=True)
DELETE_PARTICIPANTS = delete(tables.participant).where(tables.participant.c.case_id.in_(IDS))
DELETE_THEIR_NUMBERS = delete(tables.their_number).where(tables.their_number.c.case_id.in_(IDS))
DELETE_CLOCKS = delete(tables.clock).where(tables.clock.c.case_id.in_(IDS))
INSERT_PARTICIPANTS = insert(tables.participant)
INSERT_THEIR_NUMBERS = insert(tables.their_number)
INSERT_CLOCKS = insert(tables.clock)
INSERT_HISTORY = insert(tables.history)
SELECT_CASES = select(tables.case).where(tables.case.c.id.in_(IDS))
SELECT_VERSIONS = select(tables.case.c.id, tables.case.c.version).where(tables.case.c.id.in_(IDS))
SELECT_PARTICIPANTS = (
    select(tables.participant).where(tables.participant.c.case_id.in_(IDS)).order_by(tables.participant.c.number)
)
SELECT_CLOCKS = select(tables.clock).where(tables.clock.c.case_id.in_(IDS)).order_by(tables.clock.c.number)
BY_REFERENCE = select(tables.case.c.reference, tables.case.c.id).where(
    tables.case.c.reference.in_(bindparam("references", expanding=True))
)
MESSAGE_IDS: BindParameter[str] = bindparam("message_ids", expanding=True)
BY_MESSAGE_ID = (
    select(tables.message.c.message_id, tables.message.c.case_id)
    .where(tables.message.c.message_id.in_(MESSAGE_IDS))
    .group_by(tables.message.c.message_id, tables.message.c.case_id)
    .order_by(func.min(tables.message.c.id))
)
BY_THEIR_NUMBER = (
    select(tables.their_number.c.key, tables.case.c.reference)
    .join(tables.case, tables.case.c.id == tables.their_number.c.case_id)
    .where(tables.their_number.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(tables.case.c.id)
)
BY_SENT_ID = select(tables.outgoing.c.message_id, tables.outgoing.c.case_id).where(
    tables.outgoing.c.message_id.in_(MESSAGE_IDS), tables.outgoing.c.case_id.is_not(None)
)


def reserve(connection: Connection, count: int) -> int:
    """The first of `count` fresh case numbers; what is not used stays a gap."""
    value = connection.scalar(TAKE_NUMBERS, {"count": count})
    if value is None:
        in_turn(connection)
        value = connection.scalar(TAKE_NUMBERS, {"count": count})
    if value is None:
        connection.execute(insert(tables.counter).values(name="case", value=FIRST_NUMBER + count - 1))
        return FIRST_NUMBER
    return int(value) - count + 1


def load(connection: Connection, ids: Iterable[int]) -> dict[int, Case]:
    """The cases of these ids; ids that nobody has are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = _rows(connection, SELECT_CASES, wanted)
    people, clocks = defaultdict(list), defaultdict(list)
    for row in _rows(connection, SELECT_PARTICIPANTS, wanted):
        people[row["case_id"]].append(Participant(row["number"], row["address"], row["name"], row["role"]))
    for row in _rows(connection, SELECT_CLOCKS, wanted):
        clocks[row["case_id"]].append(clock_of(row))
    return {row["id"]: case_of(row, people[row["id"]], clocks[row["id"]]) for row in rows}


def _rows(connection: Connection, query: Select[Any], ids: Sequence[int]) -> list[dict[str, Any]]:
    """Rows as plain dicts: a `Row` takes three times as long for each column that it is asked for."""
    result = connection.execute(query, {"ids": ids})
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result]


def each(connection: Connection, ids: Sequence[int]) -> Iterator[Case]:
    """The cases of these ids in their order, a few hundred read at a time."""
    for start in range(0, len(ids), AT_A_TIME):
        some = ids[start : start + AT_A_TIME]
        loaded = load(connection, some)
        yield from (loaded[case_id] for case_id in some if case_id in loaded)


def versions(connection: Connection, ids: Iterable[int]) -> dict[int, int]:
    """The versions of the cases of these ids; ids that nobody has are left out."""
    wanted = sorted(ids)
    return {
        case_id: version
        for start in range(0, len(wanted), AT_A_TIME)
        for case_id, version in connection.execute(SELECT_VERSIONS, {"ids": wanted[start : start + AT_A_TIME]})
    }


def by_reference(connection: Connection, references: Iterable[str]) -> dict[str, int]:
    """The ids of cases by their references, compared in upper case."""
    wanted = sorted({reference.upper() for reference in references})
    if not wanted:
        return {}
    rows = connection.execute(BY_REFERENCE, {"references": wanted})
    return {row.reference: row.id for row in rows}


def following(connection: Connection, references: Iterable[str]) -> dict[str, int]:
    """As `by_reference`, and where a case became a part of another one, the other one's id."""
    found = by_reference(connection, references)
    columns = tables.case.c
    for _ in range(MERGES):
        ids = sorted(set(found.values()))
        query = select(columns.id, columns.merged_into).where(columns.id.in_(ids), columns.merged_into.is_not(None))
        into = {row.id: row.merged_into for row in connection.execute(query)} if ids else {}
        if not into:
            break
        targets = by_reference(connection, into.values())
        found = {name: targets.get(into[each], each) if each in into else each for name, each in found.items()}
    return found


def move(connection: Connection, source: int, target: int, mails: Sequence[int] | None = None) -> None:
    """Gives a case's messages and letters, or the messages of some mails alone, to another case."""
    message, outcome = tables.message, tables.outcome
    mine = message.c.case_id == source
    decided = outcome.c.case_id == source
    if mails is not None:
        mine, decided = mine & message.c.mail_id.in_(mails), decided & outcome.c.mail_id.in_(mails)
    else:
        letters = tables.outgoing
        connection.execute(update(letters).where(letters.c.case_id == source).values(case_id=target))
    connection.execute(update(message).where(mine).values(case_id=target))
    connection.execute(update(outcome).where(decided).values(case_id=target))


def by_message_ids(connection: Connection, message_ids: Iterable[str]) -> dict[str, list[int]]:
    """The cases that each Message-ID stands in, received or sent, the first to have it first; at most 20 for one.

    Several have it where one mail went to several routes, or where a stranger claims another's id (THREATS 21).
    """
    wanted = sorted(set(message_ids))
    if not wanted:
        return {}
    found: dict[str, list[int]] = {each: [case_id] for each, case_id in by_sent_ids(connection, wanted).items()}
    for message_id, case_id in connection.execute(BY_MESSAGE_ID, {"message_ids": wanted}):
        ids = found.setdefault(message_id, [])
        if case_id not in ids and len(ids) < SAME_ID:
            ids.append(case_id)
    return found


def by_their_numbers(connection: Connection, keys: Iterable[str]) -> dict[str, list[int]]:
    """The cases that were given a ticket number of the other side's own, by its key; merged ones as the whole is."""
    wanted = sorted(set(keys))
    rows = connection.execute(BY_THEIR_NUMBER, {"keys": wanted}).all() if wanted else ()
    ids = following(connection, (row.reference for row in rows))
    found: dict[str, list[int]] = {}
    for row in rows:
        known = found.setdefault(row.key, [])
        if ids[row.reference] not in known and len(known) < SAME_ID:
            known.append(ids[row.reference])
    return found


def by_sent_ids(connection: Connection, message_ids: Iterable[str]) -> dict[str, int]:
    """The cases whose outgoing mails have these Message-IDs."""
    wanted = sorted(set(message_ids))
    if not wanted:
        return {}
    rows = connection.execute(BY_SENT_ID, {"message_ids": wanted})
    return {row.message_id: row.case_id for row in rows}


def asking(connection: Connection, now: datetime, limit: int | None) -> list[int]:
    """Ids of cases whose clocks ask for something at `now`, the longest waiting first; without a limit all."""
    columns = tables.clock.c
    # in the index's order and without GROUP BY, which SQLite would answer by reading every clock there is
    rows = connection.execute(select(columns.case_id).where(columns.next_at <= now).order_by(columns.next_at))
    found: dict[int, None] = {}
    for row in rows:
        if limit is not None and len(found) == limit:
            break
        found.setdefault(row.case_id)
    rows.close()
    return list(found)


def late(connection: Connection, now: datetime, customer_id: int | None = None) -> list[int]:
    """Ids of cases with a target that was missed, or that runs past its due time at `now`; of one customer or all."""
    clock, columns = tables.clock.c, tables.case.c
    over = (clock.state == "running") & (clock.due_at < now)
    query = select(clock.case_id).where(clock.missed_at.is_not(None) | over).distinct().order_by(clock.case_id)
    if customer_id is not None:
        query = query.where(clock.case_id.in_(select(columns.id).where(columns.customer_id == customer_id)))
    return [row.case_id for row in connection.execute(query)]


def save(connection: Connection, case: Case, ranks: Ranks) -> int:
    """Stores a case, new (version 0) or changed; its id. Raises `Stale` where another save came first."""
    return save_all(connection, [case], ranks)[0]


def save_all(connection: Connection, changed: Sequence[Case], ranks: Ranks) -> list[int]:
    """Stores cases, new (version 0) or changed, in a handful of statements; their ids, in order.

    `ranks` tells where open ones stand in the work list. Raises `Stale` where another save came first to any of them.
    """
    made = _insert(connection, [case for case in changed if not case.version], ranks)
    _change(connection, [case for case in changed if case.version], ranks)
    ids = [case.id if case.version else made[case.reference] for case in changed]
    saved = list(zip(ids, changed, strict=True))
    people = [{"case_id": case_id, **_person_row(each)} for case_id, case in saved for each in _people(case)]
    clocks = [{"case_id": case_id, **clock_row(clock)} for case_id, case in saved for clock in case.clocks]
    numbers = [{"case_id": case_id, "key": key} for case_id, case in saved for key in _keys(case)]
    if people:
        connection.execute(INSERT_PARTICIPANTS, people)
    if numbers:
        connection.execute(INSERT_THEIR_NUMBERS, numbers)
    if clocks:
        connection.execute(INSERT_CLOCKS, clocks)
    return ids


def _people(case: Case) -> tuple[Participant, ...]:
    return (*case.participants, *case.taken_off)


def _person_row(person: Participant) -> dict[str, Any]:
    return {"number": person.number, "address": person.address, "name": person.name, "role": person.role}


def _keys(case: Case) -> set[str]:
    return {ticket_key(each)[:KEY] for each in case.their_numbers}


def _insert(connection: Connection, new: Sequence[Case], ranks: Ranks) -> dict[str, int]:
    """The ids of new cases by their references."""
    if not new:
        return {}
    rows = [{"version": 1, **case_row(case), **place(case, ranks)} for case in new]
    return {row.reference: row.id for row in connection.execute(INSERT_CASES, rows)}


def _change(connection: Connection, changed: Sequence[Case], ranks: Ranks) -> None:
    if not changed:
        return
    rows = [
        {"stored_id": case.id, "stored_version": case.version, **case_row(case), **place(case, ranks)}
        for case in changed
    ]
    if connection.execute(UPDATE_CASES, rows).rowcount != len(rows):
        raise Stale(f"{', '.join(case.reference for case in changed)}: changed in the meantime")
    ids = {"ids": [case.id for case in changed]}
    connection.execute(DELETE_PARTICIPANTS, ids)
    connection.execute(DELETE_CLOCKS, ids)
    if any(case.their_numbers for case in changed):
        connection.execute(DELETE_THEIR_NUMBERS, ids)


def place(case: Case, ranks: Ranks) -> dict[str, Any]:
    """What the work list goes by, as it is stored."""
    rank, ranked_by = (None, None) if case.state in OVER else ranks(case)
    unsorted = bool(case.marks & UNSORTED)
    return {"rank": rank, "ranked_by": ranked_by, "due_at": due(case), "unsorted": unsorted}


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
    add_histories(connection, [(case_id, entries)], at)


def add_histories(connection: Connection, told: Iterable[tuple[int, Sequence[Entry]]], at: datetime) -> None:
    """Adds lines to the histories of cases, in order, in one statement."""
    rows = [
        {
            "case_id": case_id,
            "at": at,
            "actor": entry.actor,
            "event": entry.event,
            "text": entry.text,
            "because": reasons_row(entry.because),
        }
        for case_id, entries in told
        for entry in entries
    ]
    if rows:
        connection.execute(INSERT_HISTORY, rows)


def history(connection: Connection, case_id: int) -> list[dict[str, Any]]:
    """A case's history as plain values, its reasons as `Because`, the oldest first."""
    table = tables.history
    query = select(table.c.at, table.c.actor, table.c.event, table.c.text, table.c.because)
    rows = connection.execute(query.where(table.c.case_id == case_id).order_by(table.c.id))
    return [{**row._mapping, "because": reasons_of(row.because)} for row in rows]


def record_of(connection: Connection, customer: Customer, flood: FloodPart | None, at: datetime) -> Record:
    """What the customer's cases up to an instant say; `flood` is the policy's rule about too many of a kind.

    Mails that arrive together have one instant: those that were decided first count.
    """
    columns = tables.case.c
    own = (columns.customer_id == customer.id, columns.opened_at <= at)
    first = datetime.combine(customer.since, time(), UTC) - ANY_ZONE if customer.since else None
    counted = own if first is None else (*own, columns.opened_at >= first)
    requests = int(connection.scalar(select(func.count()).where(*counted)) or 0)
    if flood is None:
        return Record(requests)
    since = at - timedelta(days=flood.within_days)
    recent = connection.execute(select(columns.id, columns.tags).where(*own, columns.opened_at >= since)).all()
    told = select(func.count()).where(
        tables.history.c.case_id.in_([row.id for row in recent]), tables.history.c.event == "flood"
    )
    return Record(requests, sum(flood.tag in row.tags for row in recent), bool(recent and connection.scalar(told)))


def of_states(
    connection: Connection,
    states: Sequence[str],
    limit: int | None = None,
    policy: str | None = None,
    queue: str | None = None,
) -> list[int]:
    """Ids of the newest cases in these states, in the order of their numbers; of a policy or a queue, to a limit."""
    columns = tables.case.c
    query = select(columns.id).where(columns.state.in_(states)).order_by(columns.id.desc()).limit(limit)
    query = query.where(columns.policy == policy) if policy else query
    query = query.where(columns.queue == queue) if queue is not None else query
    return sorted(row.id for row in connection.execute(query))


def listed(connection: Connection, *, state: str | None = None, limit: int = 1000) -> list[int]:
    """Ids of the newest cases, in the order of their numbers."""
    query = select(tables.case.c.id).order_by(tables.case.c.id.desc()).limit(limit)
    if state:
        query = query.where(tables.case.c.state == state)
    return sorted(row.id for row in connection.execute(query))
