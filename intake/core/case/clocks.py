"""Starting clocks, ending them, and what a change of severity does to those that run."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from intake.core.case.case import Case, Clock, ClockKind, Customer, Step
from intake.core.hours import parse_target
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy
from intake.core.policy.promise import Promise, Terms, promise, span_from
from intake.core.policy.schema_types import ClockKind as TargetKind


def started(
    policy: Policy, case: Case, kind: TargetKind, at: datetime, customer: Customer | None, severity: int | None = None
) -> Clock:
    """A clock of the case's plan, severity and contract that starts at `at`, with what is to be done about it."""
    made = _promise(policy, case, kind, severity or case.severity, at, customer)
    return _clock(policy, case, kind, severity or case.severity, at, made)


def information(policy: Policy, case: Case, at: datetime) -> Clock:
    """The clock of what the customer owes us; without a length in the policy it never falls due."""
    part = policy.file.information
    if part is None:
        return Clock(case.next_clock, "information", None, "", None, at, None, None, ())
    due = span_from(policy, part.due, at, case.zone)
    reminders = [span_from(policy, each, at, case.zone) for each in part.reminders]
    steps = [Step(each, "remind-customer", number=count) for count, each in enumerate(reminders, 1)]
    return Clock(
        case.next_clock,
        "information",
        None,
        part.due,
        parse_target(part.due).calendar or policy.file.calendar,
        at,
        None,
        due,
        (Because(part.clause, f"what is missing is asked for within {part.due}"),),
        steps=(*steps, Step(due, "close", policy.file.chasing.remind)),
    )


def owed_anew(policy: Policy, case: Case, clock: Clock, at: datetime) -> Clock:
    """The information clock counted from another instant; reminders that went out do not come again."""
    left = {step.number for step in clock.steps}
    fresh = information(policy, case, at)
    return replace(fresh, number=clock.number, steps=tuple(step for step in fresh.steps if step.number in left))


def end(case: Case, kind: ClockKind, now: datetime) -> Case:
    """The case with its running clock of that kind ended, if there is one."""
    clock = case.running(kind)
    return case.with_clock(clock.ended(now)) if clock else case


def end_all(case: Case, now: datetime) -> Case:
    """The case with every clock ended."""
    clocks = tuple(clock if clock.state == "ended" else clock.ended(now) for clock in case.clocks)
    return replace(case, clocks=clocks)


def severity_changed(policy: Policy, case: Case, new: int, now: datetime, customer: Customer | None) -> Case:
    """The case under another severity, its open clocks reckoned anew (POLICIES, reading of time).

    Lowered (a larger number): from the instant at which each started. Raised: due at the earlier of the old due
    time and the new target counted from now. A clock that had no target starts now. A target missed stays missed.
    """
    if new == case.severity:
        return case
    out = replace(case, severity=new)
    for clock in case.clocks:
        if clock.state != "ended" and clock.kind != "information":
            out = out.with_clock(_changed(policy, out, clock, case.severity, now, customer))
    return out


def _changed(policy: Policy, case: Case, clock: Clock, old: int, now: datetime, customer: Customer | None) -> Clock:
    """An open clock under the case's new severity."""
    assert clock.kind != "information"
    raised = case.severity < old
    began = now if clock.due_at is None else clock.started_at
    made = _promise(policy, case, clock.kind, case.severity, now if raised else began, customer)
    fresh = replace(
        _clock(policy, case, clock.kind, case.severity, began, made), number=clock.number, state=clock.state
    )
    if raised and clock.due_at is not None and (fresh.due_at is None or clock.due_at < fresh.due_at):
        why = Because("house", "raised: the old due time is the earlier one and stays")
        return replace(clock, severity=case.severity, because=(*clock.because, why))
    late = clock.due_at is not None and now > clock.due_at
    missed_at = clock.missed_at or (clock.due_at if late else None)
    return replace(fresh, missed_at=missed_at, steps=clock.steps if missed_at else fresh.steps)


def reopened(policy: Policy, case: Case, clock: Clock) -> Clock:
    """An ended clock that runs again with its old times; what was told before it ended is not told again."""
    made = Promise(clock.target, clock.calendar, clock.aim_at, clock.due_at, None, clock.because)
    steps = tuple(step for step in _steps(policy, case, made) if clock.ended_at is None or step.at > clock.ended_at)
    return replace(clock, state="running", ended_at=None, steps=steps)


def figures(before: Case, after: Case) -> str:
    """What a change did to the due times of open clocks, in words for the history: old and new, in UTC."""
    changed = []
    for clock in before.clocks:
        now = next(each for each in after.clocks if each.number == clock.number)
        if (now.due_at, now.target) != (clock.due_at, clock.target):
            changed.append(f"{clock.kind} {_figure(clock)} becomes {_figure(now)}")
    return "; ".join(changed)


def _figure(clock: Clock) -> str:
    due = f"due {clock.due_at:%Y-%m-%d %H:%M} UTC" if clock.due_at else "without a due time"
    return f"{due} ({clock.target})" if clock.target else due


def _promise(
    policy: Policy, case: Case, kind: TargetKind, severity: int, at: datetime, customer: Customer | None
) -> Promise:
    return promise(policy, kind, severity, at, terms(case, customer))


def terms(case: Case, customer: Customer | None) -> Terms:
    """What the case's promises are made under."""
    return Terms(
        plan=case.plan,
        zone=case.zone,
        targets=customer.targets if customer else {},
        language=case.language,
    )


def _clock(policy: Policy, case: Case, kind: ClockKind, severity: int, at: datetime, made: Promise) -> Clock:
    return Clock(
        number=case.next_clock,
        kind=kind,
        severity=severity,
        target=made.target,
        calendar=made.calendar,
        started_at=at,
        aim_at=made.aim,
        due_at=made.due,
        because=made.because,
        steps=tuple(_steps(policy, case, made)),
    )


def _steps(policy: Policy, case: Case, made: Promise) -> Iterable[Step]:
    """Reminder at the aim, the miss, then the ladder, in the order of their instants."""
    if made.due is None:
        return
    chasing = policy.file.chasing
    if made.remind is not None and made.remind < made.due:
        yield Step(made.remind, "remind-desk", chasing.remind)
    yield Step(made.due, "missed", chasing.missed)
    ladder = [
        Step(_after(policy, made, rung.after, case.zone), "escalate", rung.role, level)
        for level, rung in enumerate(policy.file.ladder, 1)
    ]
    yield from sorted(ladder, key=lambda step: step.at)


def _after(policy: Policy, made: Promise, sentence: str, zone: str) -> datetime:
    """A delay after the miss, in the calendar of the missed target unless the sentence names one."""
    assert made.due is not None
    named = parse_target(sentence).calendar is not None
    return span_from(policy, sentence if named or not made.calendar else f"{sentence}, {made.calendar}", made.due, zone)
