"""What will happen to a case if nobody does anything: the chaser's own steps, taken one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from intake.core.case.case import Case, ClockKind, Decision
from intake.core.case.chasing import chase

What = Literal["due-soon", "triage", "missed", "escalated", "reminder", "closed", "not-closed"]
CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that is going to happen. `role` is who is told; `level` counts the ladder's steps and reminders."""

    at: datetime
    case: str
    what: What
    clock: ClockKind
    role: str
    level: int | None = None


Letters = Callable[[Case, str, datetime], Case]
"""The case after it asked for a letter of a kind at an instant: the kind is among `answered` where the letter goes."""


def sent(case: Case, kind: str, _at: datetime) -> Case:
    """As if every letter went out."""
    return replace(case, answered=case.answered | {kind})


def foreseen(case: Case, now: datetime, until: datetime, letters: Letters = sent) -> Iterator[Event]:
    """What the case's clocks will ask for from now to `until`, both included, in order of time.

    What should have been done before now is done now, as the scheduler would.
    """
    at = now
    while (asks := _next(case)) is not None and (at := max(at, asks)) <= until:
        decision = chase(case, at)
        after = decision.case
        for wish in decision.wishes:
            after = letters(after, wish.key, at)
        yield from _events(case, decision, after, at)
        case = after


def _next(case: Case) -> datetime | None:
    return min((clock.next_at for clock in case.clocks if clock.next_at is not None), default=None)


def _events(case: Case, decision: Decision, after: Case, at: datetime) -> Iterator[Event]:
    """What a step did: notices to people, and reminders that go to the customer."""
    for notice in decision.notices:
        clock = next(each for each in case.clocks if each.number == notice.clock)
        what = NOTICED.get(notice.kind) or _of_alert(decision, clock.kind)
        yield Event(at, case.reference, what, clock.kind, notice.role, notice.number or None)
    for wish in decision.wishes:
        if wish.kind == "reminder" and wish.key in after.answered:
            yield Event(at, case.reference, "reminder", "information", CUSTOMER, wish.number)


NOTICED: dict[str, What] = {"desk-due-soon": "due-soon", "desk-missed": "missed", "desk-escalated": "escalated"}


def _of_alert(decision: Decision, clock: ClockKind) -> What:
    """The chaser's other notices: a case still to be sorted out, or one that closes or does not close for silence."""
    if clock != "information":
        return "triage"
    return "closed" if decision.case.state == "closed" else "not-closed"
