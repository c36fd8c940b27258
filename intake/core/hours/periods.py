"""Open periods as instants: weekly hours, zone and closures laid out in blocks of days, ready to be bisected.

Local times become instants in one place, `instant`: a local time that a clock change skips moves forward by the
gap, one that occurs twice means its first occurrence. A local date runs from its 00:00 to the next date's 00:00, so
a date that a zone skips whole (Pacific/Apia, 30 December 2011) has no time at all.

A block is computed when it is first asked for. Equal calendars share theirs, and at most `BLOCKS_KEPT` of them
(about 35 KB each for ordinary business hours) are kept, the longest unused going first. Blocks never change, so
threads may share them.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from intake.core.hours.closed import Closure, Holidays, closures
from intake.core.hours.weekly import DAY, Interval, by_weekday, joined, without

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
_LOCAL_EPOCH = EPOCH.replace(tzinfo=None)
MINUTE_US = 60 * 10**6
DAY_US = DAY * MINUTE_US

_LONGEST_NAME = 60

BLOCK_DAYS = 512
BLOCK_US = BLOCK_DAYS * DAY_US
BLOCKS_KEPT = 1024
FIRST_BLOCK, LAST_BLOCK = -1404, 5726  # inside the years that `date` has, with room for zones at both ends


@dataclass(frozen=True, eq=False)
class Schedule:
    """What decides when it is open. Compared by identity: `schedule` gives one for equal parts."""

    zone: ZoneInfo
    weekly: tuple[Interval, ...]
    rules: tuple[Holidays, ...]


@lru_cache(maxsize=1024)
def schedule(zone: str, weekly: tuple[Interval, ...], rules: tuple[Holidays, ...]) -> Schedule:
    """The one schedule of these parts. Raises ValueError, one line, for a zone that does not exist."""
    return Schedule(zone_named(zone), weekly, rules)


def zone_named(name: str) -> ZoneInfo:
    """An IANA time zone. Raises ValueError, one line, where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        written = " ".join(name.split())
        raise ValueError(f'"{written}" is no IANA time zone; {_meant(written)}') from None


def _meant(written: str) -> str:
    """The zone that a name is nearly that of, or its city's; else examples."""
    known = {_folded(zone.rpartition("/")[2]): zone for zone in sorted(available_timezones(), reverse=True)}
    known |= {_folded(zone): zone for zone in known.values()}
    near = get_close_matches(_folded(written[:_LONGEST_NAME]), known, n=1, cutoff=0.8)
    return f'did you mean "{known[near[0]]}"?' if near else 'right would be "Europe/Berlin" or "UTC"'


def _folded(name: str) -> str:
    return "".join(each for each in name.casefold() if each not in " _-")


def instant(zone: ZoneInfo, local: datetime) -> int:
    """The instant of a local time given without zone and fold, in microseconds from 1970 UTC."""
    offset = zone.utcoffset(local) or timedelta(0)  # before a gap's clock change, and of a fold's first occurrence
    return microseconds(local - _LOCAL_EPOCH - offset)


def minute_of_date(zone: ZoneInfo, day: date, minute: int) -> int:
    """The instant of a local date's minute (0 to 1440, which is the next date's 00:00), as `instant` gives it."""
    hours, minutes = divmod(minute, 60)
    if minute == DAY:
        day, hours = day + timedelta(days=1), 0
    return instant(zone, datetime(day.year, day.month, day.day, hours, minutes))  # noqa: DTZ001  (a local time)


def microseconds(length: timedelta) -> int:
    """Faster than dividing by a microsecond."""
    return (length.days * 86400 + length.seconds) * 1000000 + length.microseconds


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """`BLOCK_DAYS` days from an instant in UTC: its open periods in order, in microseconds from 1970.

    `totals[i]` is the open time from the block's start to the end of period `i`, `open` that of the whole block;
    `days` are the local dates with any open time, as ordinals. What is bisected are lists: three times as fast.
    """

    starts: "array[int]"
    ends: list[int]
    totals: list[int]
    open: int
    days: "array[int]"


@lru_cache(maxsize=BLOCKS_KEPT)
def block(of: Schedule, number: int) -> Block:
    """The block of that number: days `number * BLOCK_DAYS` and following, counted from 1 January 1970.

    Raises ValueError, one line, outside the years 2 to 9997.
    """
    if not FIRST_BLOCK <= number <= LAST_BLOCK:
        raise ValueError("the reckoning leaves the years 2 to 9997; right would be an instant and a span inside them")
    first = EPOCH_DAY + number * BLOCK_DAYS
    low, high = number * BLOCK_US, (number + 1) * BLOCK_US
    periods: list[Interval] = []
    days = array("l")
    for ordinal, opened in _open_days(of, first - 2, first + BLOCK_DAYS + 2):
        periods += opened
        if opened and first <= ordinal < first + BLOCK_DAYS:
            days.append(ordinal)
    starts = array("q")
    ends: list[int] = []
    totals: list[int] = []
    total = 0
    for start, end in joined((max(start, low), min(end, high)) for start, end in periods if end > low and start < high):
        total += end - start
        starts.append(start)
        ends.append(end)
        totals.append(total)
    return Block(starts, ends, totals, total, days)


def _open_days(of: Schedule, first: int, last: int) -> Iterator[tuple[int, list[Interval]]]:
    """Each local date from `first` up to `last`, as an ordinal, with its open periods as instants."""
    weekdays = by_weekday(of.weekly)
    years = range(date.fromordinal(first).year, date.fromordinal(last).year + 1)
    closed: dict[date, list[Closure]] = {}
    for each in (found for year in years for found in closures(of.rules, year)):
        closed.setdefault(each.day, []).append(each)
    midnight = minute_of_date(of.zone, date.fromordinal(first), 0)
    for ordinal in range(first, last):
        day = date.fromordinal(ordinal)
        start_of_day, midnight = midnight, minute_of_date(of.zone, day, DAY)
        minutes = weekdays[day.weekday()]
        for cut in closed.get(day, ()):
            minutes = without(minutes, cut.start, cut.end)
        instants = ((minute_of_date(of.zone, day, start), minute_of_date(of.zone, day, end)) for start, end in minutes)
        inside = ((max(start, start_of_day), min(end, midnight)) for start, end in instants)
        yield ordinal, [(start, end) for start, end in inside if start < end]
