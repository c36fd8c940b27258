"""Header fields that can be read in one way only, read without a parser: one plain address, a date as RFC 5322 has it.

Most mails have no others, and mail-parser takes more time for them than for all else that it is asked. A property test
holds both to the same reading.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_SPEC = r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"
_ADDRESS = re.compile(rf"([A-Za-z][A-Za-z0-9-]*(?: [A-Za-z0-9-]+)*) <({_SPEC})>|<({_SPEC})>|({_SPEC})", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# mail-parser gives the offset in tenths of an hour, so that only these come through unchanged
_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d{{1,2}}) ({'|'.join(_MONTHS)}) ((?:19|20)\d\d)"
    r" ([01]\d|2[0-3]):([0-5]\d):([0-5]\d) ([+-])(0\d|1[0-3])(00|30)",
    re.ASCII,
)
_LISTS = ("from", "reply-to", "to", "cc")


@dataclass(frozen=True, slots=True)
class PlainFields:
    """What mail-parser says of such fields, under its names. `timezone` is in hours."""

    message: dict[str, str]
    from_: list[tuple[str, str]]
    reply_to: list[tuple[str, str]]
    to: list[tuple[str, str]]
    cc: list[tuple[str, str]]
    date: datetime | None
    timezone: float
    address_header_defects: tuple[()] = ()


def plain_fields(fields: Iterable[tuple[str, str]]) -> PlainFields | None:
    """The reading of addresses and date; None where any of them, or their number, is anything but plain."""
    values: dict[str, str] = {}
    for name, value in fields:
        if name in values:
            return None
        values[name] = value
    lists: dict[str, list[tuple[str, str]]] = {name: [] for name in _LISTS}
    for name in lists.keys() & values.keys():
        match = _ADDRESS.fullmatch(values[name])
        if match is None:
            return None
        lists[name] = [(match[1] or "", match[2] or match[3] or match[4])]
    at, hours = None, 0.0
    if "date" in values:
        found = _date(values["date"])
        if found is None:
            return None
        at, hours = found
    return PlainFields(values, lists["from"], lists["reply-to"], lists["to"], lists["cc"], at, hours)


def _date(value: str) -> tuple[datetime, float] | None:
    match = _DATE.fullmatch(value)
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        local = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
    except ValueError:
        return None
    return local - offset, offset / timedelta(hours=1)
