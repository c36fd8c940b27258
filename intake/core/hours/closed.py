"""Closed dates: a country's public holidays and named rules, resolved a year at a time."""

import calendar
import re
import warnings
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import lru_cache
from threading import Lock

import holidays

from intake.core.hours.weekly import DAY, DAYS, Interval

MONTHS = tuple(name.casefold() for name in calendar.month_name)
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1}
_ONE_AT_A_TIME = Lock()
"""`warnings.catch_warnings` changes what all threads share."""

_SATURDAY, _SUNDAY = 5, 6
_FIXED = re.compile(r"(?:(\d{1,2})\.? ([a-z]+)|([a-z]+) (\d{1,2}))")
_NTH = re.compile(r"([a-z]+) ([a-z]+) (?:of|in) ([a-z]+)")
_ONCE = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_COUNTRY = re.compile("[A-Z]{2,3}")
_SHIFT = re.compile(r" ?([+-]) ?(\d{1,3}) days?$")
_RIGHT = (
    'right would be "4 July", "first Monday of September", "last Monday of May", "Easter - 2 days", '
    '"fourth Thursday of November + 1 day" or "2027-03-04"'
)


@dataclass(frozen=True, slots=True, order=True)
class Closure:
    """A local date that is closed, from 00:00 to 24:00 unless `start` and `end` (minutes of that date) say less.

    `name` holds the names of all holidays that coincide there.
    """

    day: date
    name: str
    start: int = 0
    end: int = DAY


@dataclass(frozen=True, slots=True)
class Rule:
    """A date in each year: a fixed date, the nth (or last, -1) weekday of a month, Easter Sunday, or one date once.

    The month decides: 0 is Easter. `shift` days are added at the end.
    """

    month: int
    day: int = 0
    nth: int = 0
    weekday: int = 0
    year: int = 0
    shift: int = 0

    def on(self, year: int) -> date | None:
        """The date this rule gives for a year; none where it has none (29 February, a fifth Monday)."""
        found = self._unshifted(year)
        return found and found + timedelta(days=self.shift)

    def _unshifted(self, year: int) -> date | None:
        if self.year not in (0, year):
            return None
        if not self.month:
            return easter(year)
        length = calendar.monthrange(year, self.month)[1]
        if self.nth:
            first = (self.weekday - date(year, self.month, 1).weekday()) % 7 + 1
            days = range(first, length + 1, 7)
            place = self.nth - 1 if self.nth > 0 else self.nth
            return date(year, self.month, days[place]) if place < len(days) else None
        return date(year, self.month, self.day) if self.day <= length else None


@dataclass(frozen=True, slots=True)
class Named:
    """A holiday by a rule of its own. `nearest_weekday`: Saturday moves to Friday, Sunday to Monday.

    `closed` are the minutes of the date that are closed; all of them unless it is a half-day.
    """

    name: str
    rule: Rule
    nearest_weekday: bool = False
    closed: Interval = (0, DAY)

    def __post_init__(self) -> None:
        if not 0 <= self.closed[0] < self.closed[1] <= DAY:
            raise ValueError(f'"{self.name}" closes no part of a day; right would be minutes from 0 to {DAY}')

    def closures(self, year: int) -> tuple[Closure, ...]:
        """What the rule closes for a year; the nearest weekday may lie in the year before or after."""
        day = self.rule.on(year)
        if day is None:
            return ()
        if self.nearest_weekday:
            day += timedelta(days={_SATURDAY: -1, _SUNDAY: 1}.get(day.weekday(), 0))
        return (Closure(day, self.name, *self.closed),)


@dataclass(frozen=True, slots=True)
class Country:
    """The public holidays of a country (ISO 3166-1) and subdivision, as the `holidays` library knows them.

    Days in lieu count as closed, because they are what a country really takes off. Names come in `language`, or in the
    country's own where the library has no such names; never in that of the environment.
    Raises ValueError, one line, for a country or subdivision that the library does not know.
    """

    country: str
    subdivision: str | None = None
    language: str = "en_US"

    def __post_init__(self) -> None:
        try:
            if not _COUNTRY.fullmatch(self.country):
                raise NotImplementedError(f"Country {self.country} not available")
            self._years()
        except NotImplementedError as error:
            right = 'right would be ISO codes such as country = "CH", subdivision = "SG"'
            raise ValueError(f"{error} in the list of holidays; {right}") from None

    def closures(self, year: int) -> tuple[Closure, ...]:
        """What is closed by a year's holidays; nothing outside the years that the library covers."""
        return _asked(self, year)[0]

    def doubts(self, year: int) -> tuple[str, ...]:
        """What a person should know about a year, one line each: no holidays known, or not all of them."""
        found, doubts = _asked(self, year)
        place = "-".join(filter(None, (self.country, self.subdivision)))
        return tuple(f"{place}, {year}: {each}" for each in (*doubts, *(() if found else ("no holidays known",))))

    def _years(self, *years: int, language: str | None = None) -> holidays.HolidayBase:
        return holidays.country_holidays(
            self.country, self.subdivision, years=years, expand=False, observed=True, language=language
        )


@lru_cache(maxsize=4096)
def _asked(rule: Country, year: int) -> tuple[tuple[Closure, ...], tuple[str, ...]]:
    known = rule._years()
    # Asked for a language that it does not have, the library takes the environment's.
    language = rule.language if rule.language in known.supported_languages else known.default_language
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        known = rule._years(year, language=language)
    found = tuple(Closure(day, name) for day in sorted(known) for name in known.get_list(day))
    return found, tuple(str(each.message) for each in caught)


Holidays = Country | Named


@lru_cache(maxsize=4096)
def closures(rules: tuple[Holidays, ...], year: int) -> tuple[Closure, ...]:
    """The closures that fall into a year, in order; those that coincide are one, with all their names."""
    last = min(year + 1, MAXYEAR - 1)
    years = range(max(year - 1, MINYEAR + 1), last + 1)
    near = [each for rule in rules for at in years for each in rule.closures(at)]
    whole = {each.day for each in near if each.end - each.start == DAY}
    names: dict[tuple[date, int, int], list[str]] = {}
    for each in near:
        hours = (0, DAY) if each.day in whole else (each.start, each.end)
        if each.day.year == year:
            names.setdefault((each.day, *hours), []).append(each.name)
    return tuple(
        Closure(day, ", ".join(dict.fromkeys(found)), start, end) for (day, start, end), found in sorted(names.items())
    )


def easter(year: int) -> date:
    """Western Easter Sunday: the anonymous Gregorian computus (Meeus, Astronomical Algorithms, chapter 8)."""
    golden = year % 19
    century = year // 100
    leaps = century - century // 4 - (8 * century + 13) // 25
    epact = (19 * golden + leaps + 15) % 30
    epact -= (epact // 28) * (1 - (epact // 28) * (29 // (epact + 1)) * ((21 - golden) // 11))
    sunday = epact - (year + year // 4 + epact + 2 - century + century // 4) % 7
    month = 3 + (sunday + 40) // 44
    return date(year, month, sunday + 28 - 31 * (month // 4))


def parse_rule(sentence: str) -> Rule:
    """Read a holiday's rule. Raises ValueError, one line, where it is none.

    Forms: "4 July", "July 4", "first Monday of September", "last Monday of May", "Easter", "2027-03-04", and any
    of them with "+ 1 day" or "- 2 days" behind.
    """
    sentence = " ".join(sentence.split())
    plain = sentence.casefold()
    found = _SHIFT.search(plain)
    if found is None:
        return _anchor(plain, sentence, 0)
    days = int(found[2]) if found[1] == "+" else -int(found[2])
    if abs(days) > 300:
        raise ValueError(f'"{sentence}" is shifted too far; right would be at most 300 days')
    return _anchor(plain[: found.start()], sentence, days)


def _anchor(plain: str, sentence: str, shift: int) -> Rule:
    if plain in ("easter", "easter sunday"):
        return Rule(0, shift=shift)
    if once := _ONCE.fullmatch(plain):
        return _dated(int(once[2]), int(once[3]), sentence, year=int(once[1]), shift=shift)
    if fixed := _FIXED.fullmatch(plain):
        return _dated(_month(fixed[2] or fixed[3], sentence), int(fixed[1] or fixed[4]), sentence, shift=shift)
    if nth := _NTH.fullmatch(plain):
        weekdays = [number for number, name in enumerate(DAYS) if len(nth[2]) >= 3 and name.startswith(nth[2])]
        if weekdays and nth[1] in _ORDINALS:
            month = _month(nth[3], sentence)
            return Rule(month, nth=_ORDINALS[nth[1]], weekday=weekdays[0], shift=shift)
    raise ValueError(f'"{sentence}" is no rule for a holiday; {_RIGHT}')


def _dated(month: int, day: int, sentence: str, *, shift: int, year: int | None = None) -> Rule:
    try:
        date(2000 if year is None else year, month, day)
    except ValueError:
        raise ValueError(f'"{sentence}" is a date that no calendar has; {_RIGHT}') from None
    return Rule(month, day, year=year or 0, shift=shift)


def _month(word: str, sentence: str) -> int:
    for number, name in enumerate(MONTHS):
        if len(word) >= 3 and name.startswith(word):
            return number
    raise ValueError(f'"{word}" in "{sentence}" is no month; {_RIGHT}')
