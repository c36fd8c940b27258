"""What a change of severity does to a case's clocks (POLICIES, reading of time)."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from intake.core.case import clocks
from intake.core.case.case import Case, Clock, Customer, Entry, Pause
from intake.core.hours import add, remaining
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.counting import read_in
from intake.core.policy.policy import Policy
from intake.core.policy.promise import has_target
from intake.core.policy.target_words import target_said
from intake.core.sentences import Sentence, joined, sentence, translated

TOLD: Final = "severity-set"
"""The wish for the letter that tells a customer of another severity."""
UNTOUCHED = ("information", "escalation")


def changed(
    policy: Policy, case: Case, new: int, now: datetime, customer: Customer | None, *, without_new: bool = False
) -> Case:
    """The case under another severity, its open clocks reckoned anew.

    Lowered (a larger number): from the instant at which each started. Raised: due at the earlier of the old due time
    and the new target counted from now. A clock that the old severity lacked starts now, unless `without_new`. A target
    missed stays missed. Letters that told of an earlier severity no longer stand in the way of one that tells of it
    again.
    """
    if new == case.severity:
        return case
    answered = frozenset(kind for kind in case.answered if not kind.startswith(TOLD))
    out = replace(case, severity=new, worst=min(case.worst or case.severity, new), answered=answered)
    for clock in case.clocks:
        if clock.state != "ended" and clock.kind not in UNTOUCHED:
            out = out.with_clock(_changed(policy, out, clock, case.severity, now, customer))
    lacked = not has_target(policy, "resolution", case.severity, clocks.terms(case, customer))
    if lacked and not without_new and out.running("resolution") is None:
        out = clocks.start_resolution(policy, out, now, customer)
    return out


def recounted(policy: Policy, case: Case, now: datetime, customer: Customer | None) -> Case:
    """The case with its open clocks reckoned anew from their starts, because its terms changed and not its severity."""
    for clock in case.clocks:
        if clock.state != "ended" and clock.kind not in UNTOUCHED:
            case = case.with_clock(_lowered(policy, case, clock.noted(now), now, customer))
    return case


def hurried(policy: Policy, case: Case, now: datetime, customer: Customer | None) -> Case:
    """The case whose terms became sharper: each open clock is due at the earlier of its old due time and the new."""
    for clock in case.clocks:
        if clock.state != "ended" and clock.kind not in UNTOUCHED:
            again = _raised if clock.due_at is not None else _lowered
            case = case.with_clock(again(policy, case, clock.noted(now), now, customer))
    return case


def entry(before: Case, after: Case, actor: str) -> Entry:
    """A change of severity for the history, with the old and the new figures of the clocks."""
    if before.severity != after.severity:
        said = sentence("Severity {before} becomes {after}", before=before.severity, after=after.severity)
    else:
        said = sentence("Severity {after} confirmed", after=after.severity)
    return Entry("severity", joined("; ", filter(None, (said, figures_of(before, after)))), actor, after.because[:1])


def figures_of(before: Case, after: Case) -> Sentence:
    """What a change did to the due times of open clocks, in words for the history: old and new, in the case's zone."""
    found = []
    for clock in before.clocks:
        now = next(each for each in after.clocks if each.number == clock.number)
        if (now.due_at, now.target) != (clock.due_at, clock.target):
            old, new = _figure(clock, before.zone), _figure(now, after.zone)
            found.append(sentence("{clock} {old} becomes {new}", clock=translated(clock.kind), old=old, new=new))
    return joined("; ", found)


def _figure(clock: Clock, zone: str) -> Sentence:
    due = (
        sentence("due {instant}", instant=read_in(zone, clock.due_at))
        if clock.due_at
        else sentence("without a due time")
    )
    return joined(" ", (due, target_said(clock.target).changed("({})".format))) if clock.target else due


def _changed(policy: Policy, case: Case, clock: Clock, old: int, now: datetime, customer: Customer | None) -> Clock:
    """An open clock under the case's new severity."""
    clock = clock.noted(now)
    if case.severity < old and clock.due_at is not None:
        return _raised(policy, case, clock, now, customer)
    return _lowered(policy, case, clock, now, customer)


def _raised(policy: Policy, case: Case, clock: Clock, now: datetime, customer: Customer | None) -> Clock:
    assert clock.due_at is not None
    ahead = clocks.resolution_from(policy, case, now, customer) if clock.kind == "resolution" else now
    fresh = _fresh(policy, case, clock, max(now, ahead or now), customer)
    old_due = _standing(policy, case, clock, now)
    if fresh.due_at is None or old_due <= fresh.due_at:
        why = Because.of(HOUSE, sentence("raised: the old due time is the earlier one and stays"))
        return replace(clock, severity=case.severity, because=(*clock.because, why))
    later = clock.started_at > now
    fresh = replace(fresh, started_at=fresh.started_at if later else clock.started_at, pauses=clock.pauses)
    if clock.state == "paused":  # what stood still until now is used up; the new figure stands still from now on
        before = replace(clock.pauses[-1], end=now)
        stands = Pause(now, None, before.because)
        fresh = replace(fresh, state="paused", pauses=(*clock.pauses[:-1], before, stands))
    return _keeping_miss(clock, fresh)


def _standing(policy: Policy, case: Case, clock: Clock, now: datetime) -> datetime:
    """The old due time as it is now: a paused clock's moves with the pause."""
    assert clock.due_at is not None
    if clock.paused_since is None:
        return clock.due_at
    calendar = policy.calendar(clock.calendar, case.zone)
    return add(calendar, now, remaining(calendar, clock.due_at, clock.paused_since))


def _lowered(policy: Policy, case: Case, clock: Clock, now: datetime, customer: Customer | None) -> Clock:
    """Counted from its start, and later by what it stood still. One that had no target starts now."""
    began = clock.started_at
    if clock.due_at is None:
        began = now
    elif clock.kind == "resolution" and began > now:
        began = clocks.resolution_from(policy, case, now, customer) or began
    fresh = _fresh(policy, case, clock, began, customer)
    for stood in clock.pauses:
        fresh = clocks.shifted(policy, case, fresh, stood)
    return _keeping_miss(clock, replace(fresh, state=clock.state, pauses=clock.pauses))


def _fresh(policy: Policy, case: Case, clock: Clock, at: datetime, customer: Customer | None) -> Clock:
    assert clock.kind != "information"
    return replace(clocks.started(policy, case, clock.kind, at, customer), number=clock.number)


def _keeping_miss(clock: Clock, fresh: Clock) -> Clock:
    if clock.missed_at is None:
        return fresh
    return replace(
        fresh,
        missed_at=clock.missed_at,
        missed_calendar=clock.missed_calendar,
        missed_while=clock.missed_while,
        steps=clock.steps,
    )
