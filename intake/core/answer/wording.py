"""Instants and other people's words as they stand in a letter."""

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

CUT = 40
# English dates without American order
LOCALES = {"en": "en_GB"}
# no more of a stranger's text is looked at: enough to fill a cut, and no pattern can take long over it
LOOKED_AT = 400
LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:/*\S+|www\.\S+|\S+\.[^\W\d_]{2,}/\S*)", re.IGNORECASE)
HOST = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}")


def instant(at: datetime | None, zone: str, language: str) -> str:
    """An instant for a reader: weekday, date, time, and the zone by name; empty for None.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 11, 23, 12, tzinfo=UTC), "Europe/Berlin", "en")
    'Monday, 23 November 2026, 13:00 (Europe/Berlin, CET)'
    """
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    names = ", ".join(dict.fromkeys((zone, local.tzname() or zone)))
    return f"{_day(local.date(), language)}, {local.hour:02}:{local.minute:02} ({names})"


@lru_cache(maxsize=1_024)
def _day(day: date, language: str) -> str:
    """Kept for the many letters of one day: Babel takes a tenth of a letter's time for it."""
    return format_date(day, "full", locale=LOCALES.get(language, language))


def foreign(text: str, length: int = CUT) -> str:
    """A stranger's words, cut and made harmless for a letter that may go to somebody else (THREATS 20).

    Without links, host names and `@`, on one line, at most `length` characters.
    """
    # NFKC turns look-alikes of @ and of the dot into themselves
    known = unicodedata.normalize("NFKC", text[:LOOKED_AT])
    if not (known.isascii() and known.isprintable()):
        known = "".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in known)
    words = (word for word in LINK.sub(" ", known).split() if "@" not in word)
    plain = " ".join(HOST.sub(" ", " ".join(words)).split())
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"
