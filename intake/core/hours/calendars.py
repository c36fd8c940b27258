"""A calendar: when it is open, in which zone, and what closes it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from intake.core.hours.closed import Closure, Holidays, closures
from intake.core.hours.periods import Schedule, schedule
from intake.core.hours.weekly import WEEK, Interval, is_always, normalized, parse_weekly

VERSION_YEARS = range(2000, 2051)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Calendar:
    """Open hours by the week in an IANA zone, minus closed dates of that zone.

    `weekly` holds half-open minutes from local Monday 00:00; an interval may run over days and over the week's end.
    `always` is 24x7: it ignores `weekly` and `rules`. `dataclasses.replace(calendar, zone=…)` moves it elsewhere.
    Raises ValueError, one line, for a zone that does not exist, an interval that is no part of a week, and no hours.
    """

    name: str
    zone: str
    weekly: tuple[Interval, ...]
    rules: tuple[Holidays, ...] = ()
    always: bool = False
    schedule: Schedule = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        weekly, rules = (((0, WEEK),), ()) if self.always else (normalized(self.weekly), self.rules)
        object.__setattr__(self, "schedule", schedule(self.zone, weekly, rules))

    @property
    def version(self) -> str:
        """A hash of all that decides: weekly hours, the zone's offsets and the closures of 2000 to 2050, as resolved.

        So it changes with new holidays or new rules for this zone, and not with time zone data that leaves it alone.
        """
        return version_of(self.schedule)

    def closures(self, year: int) -> tuple[Closure, ...]:
        """The closed dates of a year, in order, weekends included; none for 24x7."""
        return closures(self.schedule.rules, year)


def calendar(name: str, zone: str, hours: str | Sequence[str], rules: Sequence[Holidays] = ()) -> Calendar:
    """A calendar from sentences such as "Mon-Fri 08:00-17:00" (see `parse_weekly`). Raises ValueError, one line."""
    lines = [hours] if isinstance(hours, str) else list(hours)
    return Calendar(name, zone, parse_weekly(lines), tuple(rules), is_always(lines))


@lru_cache(maxsize=1024)
def version_of(of: Schedule) -> str:
    """The version of all calendars with this schedule."""
    closed = [each for year in VERSION_YEARS for each in closures(of.rules, year)]
    decides = repr((of.zone.key, _offsets(of.zone), of.weekly, closed))
    return hashlib.sha256(decides.encode()).hexdigest()[:12]


@lru_cache(maxsize=1024)
def _offsets(zone: ZoneInfo) -> list[tuple[datetime, timedelta | None]]:
    """The zone's changes of offset, to the minute: the first instant of each and what holds from there."""
    before = datetime(VERSION_YEARS.start, 1, 1, tzinfo=UTC)
    old = before.astimezone(zone).utcoffset()
    found = [(before, old)]
    while before.year < VERSION_YEARS.stop:
        after = before + DAY
        new = after.astimezone(zone).utcoffset()
        if old != new:
            low, high = before, after
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // timedelta(minutes=2) * timedelta(minutes=1)
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == old else (low, middle)
            found.append((high, new))
        before, old = after, new
    return found
