"""Instants and other people's words as they stand in a letter."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

CUT = 40
# English dates without American order
LOCALES = {"en": "en_GB"}
LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{1,20}:/*\S+|www\.\S+|\S+\.[a-z]{2,24}/\S*)", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
DOTTED = re.compile(r"\b(?:[\w-]{2,}\.)+[a-z]{2,24}\b", re.IGNORECASE)


def instant(at: datetime | None, zone: str, language: str) -> str:
    """An instant for a reader: weekday, date, time, and the zone by name; empty for None.

    >>> from datetime import UTC
    >>> instant(datetime(2026, 11, 23, 12, tzinfo=UTC), "Europe/Berlin", "en")
    'Monday 23 November 2026, 13:00 (Europe/Berlin, CET)'
    """
    if at is None:
        return ""
    local = at.astimezone(ZoneInfo(zone))
    day = format_date(local, "full", locale=LOCALES.get(language, language))
    return f"{day}, {local:%H:%M} ({zone}, {local.tzname()})"


def foreign(text: str, length: int = CUT) -> str:
    """A stranger's words, cut and made harmless for a letter that may go to somebody else (THREATS 20).

    Without links, host names and `@`, on one line, at most `length` characters.
    """
    words = (word for word in CONTROLS.sub(" ", LINK.sub(" ", text)).split() if "@" not in word and "＠" not in word)
    plain = " ".join(DOTTED.sub("", " ".join(words)).split())
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"
