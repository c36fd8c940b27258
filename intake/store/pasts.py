"""Stored cases as a replay of a policy needs them: the columns that count, in ranges of ids."""

from collections.abc import Iterator, Mapping

from sqlalchemy import ColumnElement, Connection, func, select, true

from intake.core.case.backtest import Past, PastClock
from intake.core.case.case import Customer
from intake.core.policy.words import SEARCHED
from intake.store import tables
from intake.store.case_rows import fields_of, pauses_of
from intake.store.seen import Sight, cases_seen

REPLAYED = ("response", "update", "resolution")
OPENING = ("in", "note")


def ranges(connection: Connection, policy: str, size: int, sight: Sight | None = None) -> list[tuple[int, int, int]]:
    """Ranges of ids, first, last and how many, that hold the policy's cases, about `size` in each."""
    columns = tables.case.c
    wanted = select(columns.id).where(columns.policy == policy, _seen(sight))
    found = connection.execute(wanted.order_by(columns.id))
    ids = [row.id for row in found]
    parts = [ids[start : start + size] for start in range(0, len(ids), size)]
    return [(part[0], part[-1], len(part)) for part in parts]


def between(
    connection: Connection,
    policy: str,
    first: int,
    last: int,
    customers: Mapping[int, Customer],
    *,
    with_words: bool,
    sight: Sight | None = None,
) -> Iterator[Past]:
    """The policy's cases with ids from `first` to `last`; without words, their texts are not read and empty.

    With a sight, those alone that it sees.
    """
    columns = tables.case.c
    clocks = _clocks(connection, first, last)
    texts = _texts(connection, first, last) if with_words else {}
    wanted = (
        columns.id, columns.reference, columns.channel, columns.plan, columns.contact_address, columns.customer_id,
        columns.region, columns.country, columns.fields, columns.tags, columns.subject, columns.opened_at,
    )  # fmt: skip
    query = select(*wanted).where(columns.id.between(first, last), columns.policy == policy, _seen(sight))
    for row in connection.execute(query.order_by(columns.id)):
        yield Past(
            reference=row.reference,
            channel=row.channel,
            plan=row.plan,
            contact=row.contact_address,
            customer=customers.get(row.customer_id),
            region=row.region,
            country=row.country,
            fields=fields_of(row.fields),
            tags=frozenset(row.tags),
            text=texts.get(row.id, row.subject),
            opened_at=row.opened_at,
            clocks=tuple(clocks.get(row.id, ())),
        )


def _seen(sight: Sight | None) -> ColumnElement[bool]:
    return true() if sight is None else cases_seen(sight)


def _clocks(connection: Connection, first: int, last: int) -> dict[int, list[PastClock]]:
    table = tables.clock.c
    query = (
        select(table.case_id, table.kind, table.severity, table.started_at, table.ended_at, table.pauses)
        .where(table.case_id.between(first, last), table.kind.in_(REPLAYED))
        .order_by(table.case_id, table.number)
    )
    found: dict[int, list[PastClock]] = {}
    for row in connection.execute(query):
        clock = PastClock(row.kind, row.severity, row.started_at, row.ended_at, pauses_of(row.pauses))
        found.setdefault(row.case_id, []).append(clock)
    return found


def _texts(connection: Connection, first: int, last: int) -> dict[int, str]:
    """Subject and words of the message that opened each case, as far as rules look at them."""
    table, case = tables.message.c, tables.case.c
    earliest = (
        select(func.min(table.id))
        .join_from(tables.message, tables.case, table.case_id == case.id)
        .where(table.case_id.between(first, last), table.direction.in_(OPENING), table.at <= case.opened_at)
        .group_by(table.case_id)
    )
    words = func.substr(table.new_text, 1, SEARCHED).label("words")
    query = select(table.case_id, table.subject, words).where(table.id.in_(earliest.scalar_subquery()))
    return {row.case_id: f"{row.subject}\n{row.words}" for row in connection.execute(query)}
