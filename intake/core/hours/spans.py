"""Lengths of business time, and the sentences in which a policy states its targets."""

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Literal

_AMOUNT = r"(\d{1,6})"
_UNIT = r"(minutes?|min|hours?|h|business hours?|business days?|working hours?|working days?)"
_TARGET = re.compile(rf"(?:up to |within )?(?:{_AMOUNT}(?: {_UNIT})? ?(?:-|to) ?)?{_AMOUNT} ?{_UNIT}(?:, ?(.+))?")
_ABSENT = ("best effort", "not available")
_RIGHT = (
    'right would be "30 minutes, 24x7", "2 business hours", "1 to 3 hours", "2 business days", '
    '"best effort" or "not available"'
)


@dataclass(frozen=True, slots=True)
class Span:
    """A length of open time (`elapsed`, a timedelta), or a number of `business_days` (an int, at least 1)."""

    kind: Literal["elapsed", "business_days"]
    amount: timedelta | int

    def __post_init__(self) -> None:
        if isinstance(self.amount, int):
            good = self.kind == "business_days" and self.amount >= 1
        else:
            good = self.kind == "elapsed" and self.amount >= timedelta(0)
        if not good:
            right = "elapsed time of 0 or more, or 1 business day or more"
            raise ValueError(f"{self.amount} is no length for {self.kind}; right would be {right}")


@dataclass(frozen=True, slots=True)
class Target:
    """A target as stated: remind from `aim` on, missed after `due`, counted in the calendar of that name.

    No `calendar` means the policy's default. Without `due` there is no clock, and `absent` says why.
    """

    aim: Span | None = None
    due: Span | None = None
    calendar: str | None = None
    absent: str | None = None


def elapsed(length: timedelta) -> Span:
    """That much open time. Raises ValueError below zero."""
    return Span("elapsed", length)


def business_days(count: int) -> Span:
    """That many business days. Raises ValueError below 1."""
    return Span("business_days", count)


@lru_cache(maxsize=1024)
def parse_target(sentence: str) -> Target:
    """Read a target. "2 business hours" and "4 hours" count alike: in the named calendar, else the policy's default.

    A range ("1 to 3 hours") has its low end as `aim` and its high end as `due`.
    Raises ValueError, one line, for a sentence that is no target.
    """
    sentence = " ".join(sentence.split())
    plain = re.sub("[–—]", "-", sentence)
    words = plain.casefold()
    if words in _ABSENT:
        return Target(absent=words)
    found = _TARGET.fullmatch(words)
    if found is None:
        raise ValueError(f'"{sentence}" is no target; {_RIGHT}')
    low, low_unit, high, unit = found.group(1, 2, 3, 4)
    name = plain[found.start(5) :].strip() if found[5] else None
    due = _span(high, unit, sentence)
    if low is None:
        return Target(due=due, calendar=name)
    aim = _span(low, low_unit or unit, sentence)
    if aim.kind != due.kind or not _shorter(aim, due):
        raise ValueError(f'"{sentence}" does not go from less to more of one kind; right would be "1 to 3 hours"')
    return Target(aim, due, name)


def _shorter(one: Span, other: Span) -> bool:
    if isinstance(one.amount, int) or isinstance(other.amount, int):
        return isinstance(one.amount, int) and isinstance(other.amount, int) and one.amount < other.amount
    return one.amount < other.amount


def _span(amount: str, unit: str, sentence: str) -> Span:
    count = int(amount)
    if not count:
        raise ValueError(f'"{sentence}" gives no time at all; {_RIGHT}')
    if "day" in unit:
        return business_days(count)
    return elapsed(timedelta(minutes=count) if unit.startswith("min") else timedelta(hours=count))
