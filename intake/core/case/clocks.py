"""Starting, ending and pausing a case's clocks (POLICIES, reading of time). What falls due when is not decided here."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from intake.core.case import steps
from intake.core.case.case import Case, Clock, ClockKind, Customer, Pause
from intake.core.case.owed import owed
from intake.core.hours import add, elapsed, explain, open_between, remaining
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.counting import BEGAN, GOES_ON, OPENED, counted, stood_still
from intake.core.policy.policy import Policy
from intake.core.policy.promise import (
    Promise,
    Terms,
    counted_span,
    has_target,
    promise,
    remind_at,
    stated,
)
from intake.core.policy.schema_types import ClockKind as TargetKind
from intake.core.sentences import sentence

Promised = Literal["response", "update", "resolution"]
PROMISED: tuple[Promised, ...] = ("response", "update", "resolution")
EXEMPT = "exempt from the policy's targets"
PROVISIONAL = Because.of(
    HOUSE, sentence("provisional: counts from the first response, or from its due time where that comes first")
)


def terms(case: Case, customer: Customer | None) -> Terms:
    """What the case's promises are made under."""
    return Terms(
        plan=case.plan,
        zone=case.zone,
        targets=customer.targets if customer else {},
        hours=customer.hours if customer else {},
        tags=case.tags | case.marks,
    )


def opened(policy: Policy, case: Case, customer: Customer | None) -> Case:
    """The case with the clocks that start at its opening."""
    case = case.with_clock(started(policy, case, "response", case.opened_at, customer))
    return start_resolution(policy, case, case.opened_at, customer)


def started(policy: Policy, case: Case, kind: TargetKind, at: datetime, customer: Customer | None) -> Clock:
    """A clock of the case's plan, severity and contract that starts at `at`, with what is to be done about it."""
    began = _began(case, at)
    return made(policy, case, kind, at, promise(policy, kind, case.severity, at, terms(case, customer), began))


def _began(case: Case, at: datetime) -> str:
    """The word for the instant that a count begins at."""
    return OPENED if at == case.opened_at else BEGAN


def made(policy: Policy, case: Case, kind: ClockKind, at: datetime, of: Promise) -> Clock:
    """The clock of a promise."""
    return Clock(
        number=case.next_clock,
        kind=kind,
        severity=case.severity,
        target=of.target,
        calendar=of.calendar,
        started_at=at,
        aim_at=of.aim,
        due_at=of.due,
        because=of.because,
        steps=tuple(steps.of_promise(policy, case, kind, at, of)),
    )


def information(policy: Policy, case: Case, at: datetime) -> Clock:
    """The clock of what the customer owes us; without a length in the policy it never falls due."""
    part = policy.file.information
    if part is None:
        return Clock(case.next_clock, "information", None, "", None, at, None, None, ())
    due, calendar, count = counted_span(policy, part.due, at, case.zone, part.clause, _began(case, at))
    asked = Because.of(part.clause, sentence("what is missing is asked for within {span}", span=part.due))
    todo = steps.of_information(policy, part, case, at)
    number = case.next_clock
    return Clock(number, "information", None, part.due, calendar, at, None, due, (asked, count), steps=todo)


def asked(policy: Policy, case: Case, at: datetime) -> Case:
    """The case with that clock, where something is missing that the form requires.

    A value off its list in a field that may stay empty is asked about once; no case is closed for want of it.
    """
    left = owed(policy, case)
    required = any(spec.required and spec.key in left for spec in policy.specs)
    return case.with_clock(information(policy, case, at)) if required else case


def owed_anew(policy: Policy, case: Case, clock: Clock, at: datetime) -> Clock:
    """The information clock counted from another instant; reminders that went out do not come again."""
    left = {step.number for step in clock.steps}
    fresh = information(policy, case, at)
    return replace(fresh, number=clock.number, steps=tuple(step for step in fresh.steps if step.number in left))


def answered(policy: Policy, case: Case, now: datetime, customer: Customer | None, *, waits: bool) -> Case:
    """The case after a person's answer: `response` and `update` end, a resolution that starts with the answer starts.

    `waits`: the answer is a question, so the customer has the next turn. Otherwise the next `update` starts.
    """
    case = _met_while_exempt(end(end(case, "response", now), "update", now))
    early = case.running("resolution")
    if early is not None and early.started_at > now:
        fresh = replace(started(policy, case, "resolution", now, customer), number=early.number)
        stands = (Pause(now, None, early.pauses[-1].because),) if early.state == "paused" else ()
        case = case.with_clock(replace(fresh, state=early.state, pauses=stands))
    elif early is None and case.latest("resolution") is None:
        case = start_resolution(policy, case, now, customer)
    return pause(case, now, "the customer has the next turn") if waits else next_update(policy, case, now, customer)


def next_update(policy: Policy, case: Case, at: datetime, customer: Customer | None) -> Case:
    """The case with an `update` clock from `at` on, where the policy has such a target and none runs.

    While the end customer's consent is awaited, none starts.
    """
    if case.running("update") or "awaiting-consent" in case.marks or _exempt(case):
        return case
    if not has_target(policy, "update", case.severity, terms(case, customer)):
        return case
    return case.with_clock(started(policy, case, "update", at, customer))


def customer_wrote(policy: Policy, case: Case, at: datetime, customer: Customer | None) -> Case:
    """The case after the customer's mail: what waited for it goes on, a first unanswered mail starts `update`."""
    case = resume(policy, case, at)
    return next_update(policy, case, at, customer) if "reply" in case.answered else case


def pause(case: Case, now: datetime, because: str) -> Case:
    """The case with `resolution` standing still; `response` never does."""
    clock = case.running("resolution")
    if clock is None or clock.state == "paused" or clock.due_at is None:
        return case
    return case.with_clock(replace(clock.noted(now), state="paused", pauses=(*clock.pauses, Pause(now, None, because))))


def resume(policy: Policy, case: Case, now: datetime) -> Case:
    """The case with a paused `resolution` going on with the open time that it had left."""
    clock = case.running("resolution")
    if clock is None or clock.state != "paused":
        return case
    stood = replace(clock.pauses[-1], end=now)
    going = replace(clock, state="running", pauses=(*clock.pauses[:-1], stood))
    if clock.missed_at is None:
        going = shifted(policy, case, going, stood)
    return case.with_clock(going)


def shifted(policy: Policy, case: Case, clock: Clock, stood: Pause) -> Clock:
    """The clock later by a pause: its due time and its aim keep the open time that they had left.

    A pause that began when the time was over already moves nothing.
    """
    if stood.end is None or clock.due_at is None or stood.start >= clock.due_at:
        return clock
    calendar = policy.calendar(clock.calendar, case.zone)
    left = open_between(calendar, stood.start, clock.due_at)
    reckoned = explain(calendar, stood.end, elapsed(left))
    due = reckoned.due
    aim = add(calendar, stood.end, remaining(calendar, clock.aim_at, stood.start)) if clock.aim_at else None
    why = (
        Because.of(HOUSE, stood_still(calendar, stood.start, stood.end, stood.because, left)),
        Because.of(HOUSE, counted(calendar, stood.end, reckoned, GOES_ON)),
    )
    of = Promise(
        clock.target, clock.calendar, aim, due, remind_at(policy, calendar, stood.end, aim, due), (*clock.because, *why)
    )
    todo = tuple(steps.of_promise(policy, case, clock.kind, stood.end, of))
    return replace(clock, aim_at=aim, due_at=due, because=of.because, steps=todo)


def end(case: Case, kind: ClockKind, now: datetime, because: Because | None = None) -> Case:
    """The case with its running clock of that kind ended, if there is one."""
    clock = case.running(kind)
    if clock is None:
        return case
    ended = clock.ended(now)
    return case.with_clock(replace(ended, because=(*ended.because, because)) if because else ended)


def end_all(case: Case, now: datetime) -> Case:
    """The case with every clock ended."""
    clocks = tuple(clock if clock.state == "ended" else clock.ended(now) for clock in case.clocks)
    return replace(case, clocks=clocks)


def reopened(policy: Policy, case: Case, clock: Clock) -> Clock:
    """An ended clock that runs again with its old times; what was told before it ended is not told again."""
    remind = None
    if clock.due_at is not None:
        calendar = policy.calendar(clock.calendar, case.zone)
        remind = remind_at(policy, calendar, clock.started_at, clock.aim_at, clock.due_at)
    of = Promise(clock.target, clock.calendar, clock.aim_at, clock.due_at, remind, clock.because)
    todo = steps.of_promise(policy, case, clock.kind, clock.started_at, of)
    left = tuple(step for step in todo if clock.ended_at is None or step.at > clock.ended_at)
    return replace(clock, state="running", ended_at=None, steps=left)


def resolution_from(policy: Policy, case: Case, at: datetime, customer: Customer | None) -> datetime | None:
    """From when a resolution counts that comes to be at `at`; None where that is not known yet."""
    part = stated(policy, "resolution", case.severity, terms(case, customer))
    response = case.running("response")
    if part is None or part.starts == "opening" or response is None:
        return at
    return max(at, response.due_at) if response.due_at else None


def start_resolution(policy: Policy, case: Case, at: datetime, customer: Customer | None) -> Case:
    """The case with the resolution clock of its severity, where there is such a target."""
    if _exempt(case) or not has_target(policy, "resolution", case.severity, terms(case, customer)):
        return case
    since = resolution_from(policy, case, at, customer)
    if since is None:
        return case
    clock = started(policy, case, "resolution", since, customer)
    return case.with_clock(replace(clock, because=(*clock.because, PROVISIONAL)) if since > at else clock)


def ended_by_exemption(clock: Clock) -> bool:
    """Whether an exemption ended the clock, and nothing was answered since."""
    return clock.state == "ended" and bool(clock.because) and clock.because[-1].text.startswith(EXEMPT)


def _met_while_exempt(case: Case) -> Case:
    """An answer meets what an exemption had ended: should that be taken back, nothing is owed any more."""
    for kind in PROMISED[:2]:
        clock = case.latest(kind)
        if clock is not None and ended_by_exemption(clock):
            met = Because.of(HOUSE, sentence("answered while it was exempt"))
            case = case.with_clock(replace(clock, because=(*clock.because, met)))
    return case


def _exempt(case: Case) -> bool:
    return "exempt" in case.marks
