"""Instants and times left in words, in the reader's zone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from intake.core.case.case import Case, Clock
from intake.core.hours.calendars import Calendar
from intake.core.hours.reckon import open_between
from intake.core.policy.policy import Policy

Mood = Literal["late", "soon", "fine", "still", "none"]

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NEAR = timedelta(days=6)
SOON = HOUR


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads a page: their zone, and the instant at which it was made."""

    zone: ZoneInfo
    now: datetime

    def at(self, instant: datetime) -> str:
        """Short: the day only where it is not today, the date only where the weekday does not say it."""
        local, today = instant.astimezone(self.zone), self.now.astimezone(self.zone)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        if abs(local - today) < NEAR:
            return f"{local:%a %H:%M}"
        return f"{local:%a %d %b %H:%M}" if local.year == today.year else f"{local:%d %b %Y %H:%M}"

    def whole(self, instant: datetime) -> str:
        """In full, with the zone."""
        return f"{instant.astimezone(self.zone):%A %d %B %Y, %H:%M %Z} ({self.place})"

    @property
    def place(self) -> str:
        """The zone's city, as people say it."""
        return self.zone.key.rpartition("/")[2].replace("_", " ")

    def ago(self, instant: datetime) -> str:
        """How long ago, roughly."""
        passed = self.now - instant
        return "just now" if passed < MINUTE else f"{length(passed)} ago"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a promise stands: by its mood in few words, and the instant it is due."""

    mood: Mood
    words: str
    due: datetime | None = None


def length(time: timedelta, *, days: bool = True) -> str:
    """A length in its two largest units, rounded down to minutes. Without `days` in hours: working time has no days."""
    minutes = int(time / MINUTE)
    if days and minutes >= 2 * DAY / MINUTE:
        count, hours = divmod(minutes // 60, 24)
        return f"{count} d {hours} h" if hours else f"{count} d"
    hours, left = divmod(minutes, 60)
    if not hours:
        return f"{left} min"
    return f"{hours} h {left} min" if left else f"{hours} h"


def standing(policy: Policy, case: Case, clock: Clock | None, now: datetime) -> Standing:
    """How a clock of a case stands at an instant, counted in the target's own calendar."""
    if clock is None:
        return Standing("none", "nothing due")
    if clock.state == "ended":
        missed = clock.missed_at is not None
        return Standing("late" if missed else "none", "missed" if missed else "ended", clock.due_at)
    if clock.state == "paused":
        return Standing("still", "stands still", clock.due_at)
    if clock.due_at is None:
        return Standing("none", "no target")
    calendar = _calendar(policy, case, clock)
    late = now > clock.due_at
    start, end = (clock.due_at, now) if late else (now, clock.due_at)
    working = calendar is not None and not calendar.always
    left = open_between(calendar, start, end) if calendar is not None and working else end - start
    said = length(left, days=not working) + (" working" if working else "")
    if late:
        return Standing("late", f"{said} late", clock.due_at)
    return Standing("soon" if left <= SOON else "fine", said, clock.due_at)


def _calendar(policy: Policy, case: Case, clock: Clock) -> Calendar | None:
    try:
        return policy.calendar(clock.calendar, case.zone) if clock.calendar else None
    except (KeyError, ValueError):
        # a contract's own calendar that the policy no longer has: plain time is still right
        return None
