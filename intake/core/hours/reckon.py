"""Adding and counting business time, as "Reading of time" in the list of clauses binds it.

All instants that come out are in UTC. All that go in must carry a zone: a naive one is refused.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, timedelta

from intake.core.hours.calendars import Calendar
from intake.core.hours.periods import (
    BLOCK_DAYS,
    BLOCK_US,
    EPOCH,
    EPOCH_DAY,
    Block,
    block,
    instant,
    microseconds,
    zone_named,
)
from intake.core.hours.spans import Span, elapsed

MICROSECOND = timedelta(microseconds=1)
BLOCKS_SEARCHED = 128
"""No reckoning goes further than this, about 179 years: a bound for spans mistyped."""

CLOSED_BLOCKS_SEARCHED = 3
"""After this many blocks without any open time, more than four years, the calendar is closed for good."""


def add(calendar: Calendar, opened: datetime, span: Span) -> datetime:
    """The instant at which a span from `opened` on is over, in UTC.

    Elapsed: the earliest instant before which the open time adds up, so work that fits exactly is due at the closing
    instant. Business days: from the first open instant on, that many local dates with any open time further, at the
    same local time of day, rolled forward to the next open instant where that is closed.

    Raises ValueError, one line: for a naive `opened`, where nothing is open for years, where the span is longer than
    179 years or leaves the years 2 to 9997.
    """
    since = _since(opened)
    amount = span.amount
    if isinstance(amount, int):
        return _add_days(calendar, since, amount)
    at, need = microseconds(since), microseconds(amount)
    if calendar.always or not need:
        return _utc(at + need)
    number = first = since.days // BLOCK_DAYS
    found = block(calendar.schedule, number)
    need += _open_before(found, at)
    while need > found.open:
        need -= found.open
        number += 1
        found = _searched(calendar, number, first)
    reached = bisect_left(found.totals, need)
    return _utc(found.ends[reached] - found.totals[reached] + need)


def next_open(calendar: Calendar, at: datetime) -> datetime:
    """The first open instant at or after `at`, in UTC. Raises ValueError as `add` does."""
    return _utc(_next_open(calendar, microseconds(_since(at))))


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether it is open at an instant; an opening instant is open, a closing one is closed."""
    since = _since(at)
    if calendar.always:
        return True
    found = block(calendar.schedule, since.days // BLOCK_DAYS)
    index = bisect_right(found.ends, microseconds(since))
    return index < len(found.ends) and found.starts[index] <= microseconds(since)


def open_between(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The open time in `[start, end)`; zero where `end` is not after `start`.

    Raises ValueError for a naive instant, and for one outside the years 2 to 9997.
    """
    low, high = _since(start), _since(end)
    if high <= low:
        return timedelta(0)
    if calendar.always:
        return high - low
    first, last = low.days // BLOCK_DAYS, high.days // BLOCK_DAYS
    if last - first >= BLOCKS_SEARCHED:
        raise ValueError(f"{start} and {end} lie too far apart to count; right would be at most 170 years")
    before = sum(block(calendar.schedule, number).open for number in range(first, last))
    ended = _open_before(block(calendar.schedule, last), microseconds(high))
    return timedelta(0, 0, before + ended - _open_before(block(calendar.schedule, first), microseconds(low)))


def remaining(calendar: Calendar, due: datetime, paused: datetime) -> Span:
    """What a clock paused at `paused` has left until `due`: that open time, none if it was past.

    `add(calendar, resumed, remaining(…))` is its due time once it goes on, whatever kind of span it had.
    """
    return elapsed(open_between(calendar, paused, due))


def add_local_days(zone: str, at: datetime, days: int) -> datetime:
    """The same local time of day that many calendar days later (or earlier), in UTC.

    Raises ValueError for a naive instant, an unknown zone, and outside the years that there are.
    """
    local = _utc(microseconds(_since(at))).astimezone(zone_named(zone))
    try:
        return (local + timedelta(days=days)).astimezone(UTC)  # the sum has no fold: a first occurrence
    except OverflowError:
        raise ValueError(f"{days} days from {at} leave the years 1 to 9999; right would be fewer") from None


def _add_days(calendar: Calendar, since: timedelta, count: int) -> datetime:
    zone = calendar.schedule.zone
    started = _utc(_next_open(calendar, microseconds(since))).astimezone(zone)
    day = started.toordinal()
    number = first = (day - EPOCH_DAY) // BLOCK_DAYS
    found = block(calendar.schedule, number)
    place = bisect_right(found.days, day) + count - 1
    while place >= len(found.days):
        place -= len(found.days)
        number += 1
        found = _searched(calendar, number, first)
    target = datetime.combine(date.fromordinal(found.days[place]), started.time())
    if target.fold:
        target = target.replace(fold=0)
    return _utc(_next_open(calendar, instant(zone, target)))


def _next_open(calendar: Calendar, at: int) -> int:
    number = first = at // BLOCK_US
    found = block(calendar.schedule, number)
    while (index := bisect_right(found.ends, at)) == len(found.ends):
        number += 1
        found = _searched(calendar, number, first)
    return max(at, found.starts[index])


def _searched(calendar: Calendar, number: int, first: int) -> Block:
    """A later block, unless the search from block `first` on has gone far enough."""
    if number - first >= BLOCKS_SEARCHED:
        raise ValueError(f'the span takes calendar "{calendar.name}" more than 170 years; right would be a shorter one')
    last = range(number - CLOSED_BLOCKS_SEARCHED, number)
    if last.start >= first and not any(block(calendar.schedule, each).open for each in last):
        raise ValueError(
            f'calendar "{calendar.name}" has no open time for four years; right would be fewer closed dates'
        )
    return block(calendar.schedule, number)


def _open_before(found: Block, at: int) -> int:
    """The open time from the block's start to an instant in it."""
    index = bisect_right(found.ends, at)
    if index == len(found.ends):
        return found.open
    start = found.starts[index]
    return found.totals[index] - found.ends[index] + (at if at > start else start)


def _since(at: datetime) -> timedelta:
    try:
        return at - EPOCH
    except TypeError:
        raise ValueError(f"{at} carries no time zone; right would be an instant such as {at}+00:00") from None


def _utc(microseconds: int) -> datetime:
    try:
        return EPOCH + MICROSECOND * microseconds
    except OverflowError:
        raise ValueError("the reckoning leaves the years that there are; right would be a shorter span") from None
