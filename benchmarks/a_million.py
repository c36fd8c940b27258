"""The cost as a store grows: a tick with nothing due, and mails decided, among a million open cases and among none."""

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, String, Table, insert, literal, null, select, text, update

from benchmarks import mail_to_case
from benchmarks.figure import Figure
from benchmarks.installation import Installation, installation
from intake.desk.tick import tick
from intake.store import tables
from intake.store.search import INDEXES, written

CASES = 1_000_000
TICKS = 21
# copies of the first case stand far from the numbers that are still to be given
FIRST_COPY = 10_000_000
# the program that is measured has been running for a while
WARMING = 100
# times one, modulo the other, a prime, each copy has a number of its own, in no order, as hashes and Message-IDs have
STRIDE, PRIME = 7_777_777, 20_000_003
# what is the first case's, where that is not said by `case_id`
OF_FIRST = {tables.case: tables.case.c.id, tables.original: tables.original.c.mail_id}

Values = dict[Table, dict[str, Any]]


def _as_it_is(_place: ColumnElement[int]) -> Values:
    return {}


def fill(connection: Connection, count: int, own: Callable[[ColumnElement[int]], Values] = _as_it_is) -> None:
    """So many copies of the first case, with all that belongs to it, its messages and letters cut short.

    `own` says what else is another in a copy, by its place among them, from 0.
    """
    numbers = select(literal(FIRST_COPY).label("i")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.i + 1).where(numbers.c.i < FIRST_COPY + count - 1))
    place, old = numbers.c.i, numbers.c.i.cast(String) + "@old.example"
    scattered = (numbers.c.i.cast(BigInteger) * STRIDE % PRIME).cast(String)
    letter = scattered + "." + tables.outgoing.c.id.cast(String) + "@desk.example"
    changed: Values = {
        tables.case: {"id": place, "reference": "OLD-" + numbers.c.i.cast(String), "contact_address": old},
        tables.participant: {"case_id": place, "address": old},
        tables.clock: {"case_id": place},
        tables.history: {"case_id": place},
        tables.message: {"case_id": place, "message_id": scattered + "@old.example", "text": literal("")},
        tables.outgoing: {"case_id": place, "message_id": letter, "recipient": old, "raw": literal(b"")},
        tables.notice: {"case_id": place, "look_at": null(), "settled_at": tables.notice.c.asked_at},
        tables.original: {"mail_id": place, "content_hash": scattered + "-" * 56},
    }
    others = own(place - FIRST_COPY)
    connection.execute(update(tables.outgoing).values(state="sent", next_try_at=None))
    for table, always in changed.items():
        values_of = always | others.get(table, {})
        columns = [each for each in table.c if each.name != "id" or "id" in values_of]
        of = OF_FIRST.get(table)
        first = (table.c.case_id if of is None else of) == 1
        values = (values_of.get(each.name, each) for each in columns)
        copies = select(*values).select_from(table.join(numbers, literal(value=True))).where(first)
        # an index is made at once in less time than it grows row by row
        grown = [each for each in sorted(table.indexes, key=lambda index: str(index.name)) if not each.unique]
        for index in grown:
            index.drop(connection)
        connection.execute(insert(table).from_select(columns, copies))
        for index in grown:
            index.create(connection)


def settle(connection: Connection) -> None:
    """Ends what the copying left half done, and what no store that grew in its time has before it all at once.

    The indexes of words are merged as far as they merge by themselves, which else each later mail pays for.
    """
    for index in INDEXES:
        connection.execute(text(written(index, "INSERT INTO $name($name, rank) VALUES ('merge', 1000000000)")))


def _tick(made: Installation) -> float:
    """Milliseconds of a tick that finds nothing to do, the median of some."""
    at = datetime.now(UTC)
    times = []
    for _ in range(TICKS):
        started = time.perf_counter()
        tick(made.house, at)
        times.append((time.perf_counter() - started) * 1e3)
    return statistics.median(times)


def measure(cases: int = CASES, mails: int = mail_to_case.MAILS) -> tuple[Figure, Figure]:
    """The tick, and the mails decided."""
    with installation() as made:
        empty_tick = _tick(made)
        empty_rate, _ = mail_to_case.rate(made, mails)
        with made.databases.desk.begin() as connection:
            fill(connection, cases)
            settle(connection)
        os.sync()  # gigabytes that the kernel still has to write are no mail's
        full_tick = _tick(made)
        mail_to_case.rate(made, WARMING)
        full_rate, _ = mail_to_case.rate(made, mails)
    among = f"the same in the same run, without the {cases:,} open cases"
    return Figure(full_tick, "ms", empty_tick, among), Figure(full_rate, "mails/s", empty_rate, among)
