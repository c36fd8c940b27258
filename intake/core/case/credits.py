"""Service credits: what a missed target earns the customer, by the policy's rule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from intake.core.case.case import Case, Clock
from intake.core.hours import open_between
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy


@dataclass(frozen=True, slots=True)
class Credit:
    """Days that a missed clock earned up to an instant, with how they were counted. `over` is open time."""

    clock: int
    days: int
    over: timedelta
    because: Because


def earned(policy: Policy, case: Case, now: datetime) -> tuple[Credit, ...]:
    """What each missed clock of a case earned until it was answered, or until `now` while it is not.

    Counted in completed periods, in the calendar of the missed target, against the due time in force at the miss.
    """
    part = policy.file.credits
    if part is None:
        return ()
    found = []
    for clock in case.clocks:
        if clock.kind in part.clocks and (since := _missed(clock, now)) is not None:
            calendar = policy.calendar(clock.missed_calendar or clock.calendar, case.zone)
            over = open_between(calendar, since, clock.ended_at or now)
            days = over // timedelta(minutes=part.every_minutes) * part.days
            minutes = int(over.total_seconds() // 60)
            rate = f"{part.days} day for every {part.every_minutes} min"
            said = f"{clock.kind}: {minutes} min over in {calendar.name}, {rate}"
            found.append(Credit(clock.number, days, over, Because(part.clause, said)))
    return tuple(found)


def owed(policy: Policy, case: Case, now: datetime) -> int:
    """The days that a case earned in all."""
    return sum(credit.days for credit in earned(policy, case, now))


def _missed(clock: Clock, now: datetime) -> datetime | None:
    """The due time that was missed, noticed or not."""
    return clock.missed_at or (clock.noted(now).missed_at if clock.state != "ended" else None)
