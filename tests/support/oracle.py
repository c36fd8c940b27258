"""An oracle for business time that goes minute by minute and knows no bisection, no fold and no gap rule of Python."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


class TooShort(Exception):  # noqa: N818
    """The window that the oracle looks at does not reach far enough."""


@dataclass
class Oracle:
    """Whole minutes from `start` on, `days` of them: each one's wall clock, and whether it is open."""

    zone: str
    weekly: Sequence[tuple[int, int]]
    closed: dict[date, tuple[int, int]]
    start: datetime
    days: int

    def __post_init__(self) -> None:
        zone = ZoneInfo(self.zone)
        count = self.days * 24 * 60
        self.minutes = [self.start + index * MINUTE for index in range(count)]
        self.walls = [each.astimezone(zone).replace(tzinfo=None, fold=0) for each in self.minutes]
        self.first: dict[datetime, int] = {}
        for index, wall in enumerate(self.walls):
            self.first.setdefault(wall, index)
        self.open = [False] * count
        self.open_dates: list[date] = []
        days = sorted({wall.date() for wall in self.walls})
        for day in days[1:-1]:
            self._open(day)

    def _open(self, day: date) -> None:
        midnight = datetime.combine(day, time())
        start_of_day, end_of_day = self.index(midnight), self.index(midnight + DAY)
        any_open = False
        for start, end in self.weekly:
            for week in (-7, 0, 7):
                first = midnight - midnight.weekday() * DAY + week * DAY
                low, high = max(first + start * MINUTE, midnight), min(first + end * MINUTE, midnight + DAY)
                any_open |= self._mark(low, high, day, start_of_day, end_of_day)
        if any_open:
            self.open_dates.append(day)

    def _mark(self, low: datetime, high: datetime, day: date, start_of_day: int, end_of_day: int) -> bool:
        midnight = datetime.combine(day, time())
        cut = self.closed.get(day, (0, 0))
        parts = [(low, min(high, midnight + cut[0] * MINUTE)), (max(low, midnight + cut[1] * MINUTE), high)]
        marked = False
        for part_low, part_high in parts:
            if part_low < part_high:
                for index in range(max(self.index(part_low), start_of_day), min(self.index(part_high), end_of_day)):
                    self.open[index] = marked = True
        return marked

    def index(self, wall: datetime) -> int:
        """The first minute that shows this wall time; if it is skipped, by the gap later."""
        if wall in self.first:
            return self.first[wall]
        for index in range(1, len(self.walls)):
            before, after = self.walls[index - 1], self.walls[index]
            if before < wall < after:
                gap = after - before - MINUTE
                return self.first[wall + gap]
        raise TooShort

    def add_minutes(self, opened: datetime, count: int) -> datetime:
        index = self.minutes.index(opened)
        while count:
            if index >= len(self.minutes) - 2 * 24 * 60:
                raise TooShort
            count -= self.open[index]
            index += 1
        return self.minutes[index]

    def next_open(self, index: int) -> int:
        while not self.open[index]:
            index += 1
            if index >= len(self.minutes) - 2 * 24 * 60:
                raise TooShort
        return index

    def add_days(self, opened: datetime, count: int) -> datetime:
        started = self.next_open(self.minutes.index(opened))
        wall = self.walls[started]
        later = [day for day in self.open_dates if day > wall.date()]
        if count > len(later):
            raise TooShort
        return self.minutes[self.next_open(self.index(datetime.combine(later[count - 1], wall.time())))]

    def count(self, start: datetime, end: datetime) -> timedelta:
        return sum(self.open[self.minutes.index(start) : self.minutes.index(end)]) * MINUTE
