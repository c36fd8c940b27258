"""Weekly open hours: sentences in, minutes of the local week out."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

DAY = 24 * 60
WEEK = 7 * DAY

Interval = tuple[int, int]
"""Minutes, half-open: `(start, end)` is open from `start` and closed from `end` on."""

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_ALWAYS = {"24x7", "24/7", "always"}
_WHOLE_DAYS = {"24x5": "mon 00:00-sat 00:00", "24/5": "mon 00:00-sat 00:00"}
_TIME = r"(\d{1,2})(?::(\d\d))?"
_TIMES = re.compile(rf"{_TIME}-{_TIME}")
_STRETCH = re.compile(rf"([a-z]+) {_TIME}-([a-z]+) {_TIME}")
_DAILY = re.compile(r"([a-z,-]+) ([\d:,-]+)")
_RIGHT = 'right would be "Mon-Fri 08:00-17:00", "Mon 06:00 - Fri 18:00", "24x5" or "24x7"'


def is_always(sentences: Sequence[str]) -> bool:
    """Whether the hours are 24x7, which no holiday closes."""
    return len(sentences) == 1 and _plain(sentences[0]) in _ALWAYS


def parse_weekly(sentences: str | Sequence[str]) -> tuple[Interval, ...]:
    """Read weekly open hours, as one sentence or several that add up.

    Three forms: days with times ("Mon-Fri 08:00-12:00, 13:00-17:00"; an end before its start is on the next day),
    one unbroken stretch ("Mon 06:00 - Fri 18:00"), and the words "24x5" (Monday 00:00 to Saturday 00:00) and
    "24x7" or "always". Comes back sorted, with what touches or overlaps joined, in minutes from Monday 00:00.

    Raises ValueError, one line, for anything else.
    """
    lines = [" ".join(line.split()) for line in ([sentences] if isinstance(sentences, str) else sentences)]
    if is_always(lines):
        return ((0, WEEK),)
    return normalized(interval for line in lines for interval in _intervals(line))


def parse_times(text: str) -> Interval:
    """Read "12:00-24:00" as minutes of one day. Raises ValueError, one line."""
    text = " ".join(text.split())
    match = _TIMES.fullmatch(_plain(text))
    start, end = _range(match.groups(), text) if match else (0, 0)
    if not start < end:
        raise ValueError(f'"{text}" is no range of times within a day; right would be "12:00-24:00"')
    return start, end


def normalized(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """The same open minutes in one form only: cut at the week's end, sorted, joined.

    Raises ValueError for an interval that is no part of a week, and where nothing is open at all.
    """
    pieces: list[Interval] = []
    for start, end in intervals:
        if not (0 <= start < WEEK and start < end <= start + WEEK):
            raise ValueError(f"({start}, {end}) is no part of a week; right would be 0 <= start < {WEEK}, start < end")
        pieces.append((start, min(end, WEEK)))
        if end > WEEK:
            pieces.append((0, end - WEEK))
    if not pieces:
        raise ValueError(f"there are no open hours at all; {_RIGHT}")
    return joined(pieces)


def joined(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Sorted, without empty ones, and with those that touch or overlap made one."""
    out: list[Interval] = []
    for start, end in sorted(intervals):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif start < end:
            out.append((start, end))
    return tuple(out)


def without(intervals: Sequence[Interval], start: int, end: int) -> tuple[Interval, ...]:
    """What is left of the intervals once `[start, end)` is cut out."""
    halves = [half for a, b in intervals for half in ((a, min(b, start)), (max(a, end), b))]
    return tuple((a, b) for a, b in halves if a < b)


@lru_cache(maxsize=256)
def by_weekday(weekly: tuple[Interval, ...]) -> tuple[tuple[Interval, ...], ...]:
    """For each weekday from Monday on, its open minutes from its own midnight."""
    return tuple(
        tuple((max(a - first, 0), min(b - first, DAY)) for a, b in weekly if a < first + DAY and b > first)
        for first in range(0, WEEK, DAY)
    )


def _plain(sentence: str) -> str:
    text = re.sub(r"\s+(?:to|until|till)\s+|[–—]", "-", sentence.strip().casefold())
    return re.sub(r"\s*([,-])\s*", r"\1", re.sub(r"\s+", " ", text))


def _intervals(sentence: str) -> list[Interval]:
    plain = _plain(sentence)
    if plain in _ALWAYS:
        raise ValueError(f'"{sentence}" stands alone or not at all; right would be the one sentence "24x7"')
    plain = _WHOLE_DAYS.get(plain, plain)
    if stretch := _STRETCH.fullmatch(plain):
        first, last = _day(stretch[1], sentence), _day(stretch[4], sentence)
        start = first * DAY + _minute(stretch[2], stretch[3], sentence)
        end = last * DAY + _minute(stretch[5], stretch[6], sentence)
        return [(start % WEEK, start % WEEK + ((end - start) % WEEK or WEEK))]
    if daily := _DAILY.fullmatch(plain):
        ranges = [_times(part, sentence) for part in daily[2].split(",")]
        return [
            ((day * DAY + start) % WEEK, (day * DAY + start) % WEEK + end - start)
            for day in _days(daily[1], sentence)
            for start, end in ranges
        ]
    raise ValueError(f'"{sentence}" is not understood as open hours; {_RIGHT}')


def _days(text: str, sentence: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        ends = [_day(word, sentence) for word in part.split("-")]
        if len(ends) > 2:
            raise ValueError(f'"{part}" in "{sentence}" is no range of days; right would be "Mon-Fri"')
        days += [(ends[0] + ahead) % 7 for ahead in range((ends[-1] - ends[0]) % 7 + 1)]
    return days


def _day(word: str, sentence: str) -> int:
    for number, name in enumerate(DAYS):
        if len(word) >= 3 and name.startswith(word):
            return number
    raise ValueError(f'"{word}" in "{sentence}" is no weekday; right would be Mon, Tue, Wed, Thu, Fri, Sat or Sun')


def _times(text: str, sentence: str) -> Interval:
    match = _TIMES.fullmatch(text)
    if match is None:
        raise ValueError(f'"{text}" in "{sentence}" is no range of times; right would be "08:00-17:00"')
    start, end = _range(match.groups(), sentence)
    if start in (end, DAY):
        raise ValueError(f'"{text}" in "{sentence}" opens for no time; right would be "00:00-24:00" for a whole day')
    return start, end if end > start else end + DAY


def _range(groups: Sequence[str | None], sentence: str) -> Interval:
    return _minute(groups[0], groups[1], sentence), _minute(groups[2], groups[3], sentence)


def _minute(hour: str | None, minute: str | None, sentence: str) -> int:
    hours, minutes = int(hour or 0), int(minute or 0)
    if minutes > 59 or hours * 60 + minutes > DAY:
        raise ValueError(f'"{hour}:{minute or "00"}" in "{sentence}" is no time of day; right would be 00:00 to 24:00')
    return hours * 60 + minutes
