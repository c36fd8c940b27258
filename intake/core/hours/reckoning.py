"""A due time as people would check it: the stretches or days that counted, and the closed days skipped by name."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from intake.core.hours.calendars import Calendar
from intake.core.hours.closed import Closure
from intake.core.hours.periods import BLOCK_DAYS, BLOCK_US, EPOCH, EPOCH_DAY, block, microseconds, minute_of_date
from intake.core.hours.reckon import add, next_open
from intake.core.hours.spans import Span
from intake.core.hours.weekly import DAY, Interval, by_weekday, joined

T = TypeVar("T")

SHOWN = 6
"""This many first and last stretches or days are shown; what lies between is a number."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """One unbroken open stretch, in UTC, and how much of it counted (elapsed time)."""

    start: datetime
    end: datetime
    counted: timedelta


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How `due` came about. All instants are in UTC.

    `started` is the first open instant at or after the opening. An elapsed span shows `stretches`, a count of
    business days the local `days` that it went forward to; of more than twelve the first and last six, and `left_out`
    says how many lie between. `skipped` are the closures that took away open time on the way; ordinary closed hours
    and weekends are not among them.
    """

    started: datetime
    due: datetime
    stretches: tuple[Stretch, ...] = ()
    days: tuple[date, ...] = ()
    left_out: int = 0
    skipped: tuple[Closure, ...] = ()


def explain(calendar: Calendar, opened: datetime, span: Span) -> Reckoning:
    """The same instant as `add`, with how it came about. Raises ValueError as `add` does."""
    due = add(calendar, opened, span)
    if due == opened:
        return Reckoning(due, due)
    started = next_open(calendar, opened)
    skipped = tuple(_skipped(calendar, opened, due))
    if isinstance(span.amount, int):
        days = list(_days(calendar, started, span.amount))
        first, last, left_out = _ends(days)
        return Reckoning(started, due, days=(*first, *last), left_out=left_out, skipped=skipped)
    stretches = _stretches(calendar, started, due)
    head, tail, left_out = _ends(stretches)
    return Reckoning(started, due, (*head, *tail), left_out=left_out, skipped=skipped)


def _ends(items: list[T]) -> tuple[list[T], list[T], int]:
    if len(items) <= 2 * SHOWN:
        return items, [], 0
    return items[:SHOWN], items[-SHOWN:], len(items) - 2 * SHOWN


def _stretches(calendar: Calendar, started: datetime, due: datetime) -> list[Stretch]:
    low, high = microseconds(started - EPOCH), microseconds(due - EPOCH)
    periods: list[Interval] = []
    for number in range(low // BLOCK_US, high // BLOCK_US + 1):
        found = block(calendar.schedule, number)
        some = slice(bisect_right(found.ends, low), bisect_left(found.starts, high))
        periods += zip(found.starts[some], found.ends[some], strict=True)
    counted = [(max(start, low), min(end, high)) for start, end in joined(periods)]
    return [
        Stretch(EPOCH + timedelta(0, 0, start), EPOCH + timedelta(0, 0, end), timedelta(0, 0, end - start))
        for start, end in counted
    ]


def _days(calendar: Calendar, started: datetime, count: int) -> Iterator[date]:
    after = started.astimezone(calendar.schedule.zone).toordinal()
    number = (after - EPOCH_DAY) // BLOCK_DAYS
    while count:
        days = block(calendar.schedule, number).days
        ahead = bisect_right(days, after)
        yield from (date.fromordinal(day) for day in days[ahead : ahead + count])
        count -= len(days[ahead : ahead + count])
        number += 1


def _skipped(calendar: Calendar, opened: datetime, due: datetime) -> Iterator[Closure]:
    zone = calendar.schedule.zone
    low, high = microseconds(opened - EPOCH), microseconds(due - EPOCH)
    first, last = opened.astimezone(zone).date(), due.astimezone(zone).date()
    weekdays = by_weekday(calendar.schedule.weekly)
    for year in range(first.year, last.year + 1):
        for closed in (each for each in calendar.closures(year) if first <= each.day <= last):
            lost = ((max(a, closed.start), min(b, closed.end)) for a, b in weekdays[closed.day.weekday()])
            if any(a < b and _overlap(calendar, closed.day, (a, b), (low, high)) for a, b in lost):
                yield closed


def _overlap(calendar: Calendar, day: date, minutes: Interval, instants: Interval) -> bool:
    """Whether minutes of a local date, as far as that date has them, share time with `instants`."""
    start, end, midnight, next_midnight = (
        minute_of_date(calendar.schedule.zone, day, minute) for minute in (*minutes, 0, DAY)
    )
    return max(start, midnight, instants[0]) < min(end, next_midnight, instants[1])
