"""A case exempt from its policy's targets: said by a person, and taken back."""

from dataclasses import replace

from intake.core.case import clocks, severity_change
from intake.core.case.act import Act, Refused, Setting
from intake.core.case.case import Case, Clock, Decision, Entry
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.counting import read_in
from intake.core.sentences import sentence

MARK, PROPOSED = "exempt", "exempt-proposed"
GOES_ON = Because.of(HOUSE, sentence("not exempt after all: it goes on with its old due time"))


def exempt(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """A person says whether the policy's targets hold for the case; until then its clocks ran."""
    if wanted.value not in ("yes", "no"):
        raise Refused(sentence('"{written}" says nothing; right would be "yes" or "no"', written=wanted.value))
    case, was_exempt = decision.case.unmarked(PROPOSED), MARK in decision.case.marks
    if wanted.value == "no":
        after = _held_again(setting, case.unmarked(MARK)) if was_exempt else case
        said = ": ".join(filter(None, ("not exempt", wanted.because)))
        figures = _figures(case, after)
        return replace(decision, case=after).then(Entry(MARK, "; ".join((said, *figures)), wanted.by))
    if was_exempt:
        raise Refused(sentence("{case} is exempt already", case=case.reference))
    text = f"{clocks.EXEMPT}: {wanted.because}" if wanted.because else clocks.EXEMPT
    why = Because(HOUSE, text)
    for kind in clocks.PROMISED:
        case = clocks.end(case, kind, setting.now, why)
    return replace(decision, case=case.marked(MARK)).then(Entry(MARK, why.text, wanted.by))


def _held_again(setting: Setting, case: Case) -> Case:
    """The case whose targets hold after all: the promises stood from the start, so they go on with their due times.

    What was answered in the meantime is met. A case that is over by now keeps its clocks ended.
    """
    policy, now, customer = setting.policy, setting.now, setting.customer
    if case.state in ("resolved", "closed"):
        return case
    stopped = [clock for kind in clocks.PROMISED if (clock := _stopped(case, kind)) is not None]
    severity = next((clock.severity for clock in stopped if clock.severity is not None), case.severity)
    for clock in stopped:
        again = _stood(setting, case, clocks.reopened(policy, case, clock), clock)
        case = case.with_clock(replace(again, because=(*again.because, GOES_ON)))
    case = severity_change.changed(policy, replace(case, severity=severity), case.severity, now, customer)
    if case.latest("resolution") is None:
        case = clocks.start_resolution(policy, case, now, customer)
    if case.state == "waiting":
        return clocks.pause(clocks.end(case, "update", now), now, "the customer has the next turn")
    return clocks.next_update(policy, case, now, customer) if "reply" in case.answered else case


def _stopped(case: Case, kind: clocks.Promised) -> Clock | None:
    """The clock of that kind that the exemption ended."""
    clock = case.latest(kind)
    return clock if clock is not None and clocks.ended_by_exemption(clock) else None


def _stood(setting: Setting, case: Case, again: Clock, before: Clock) -> Clock:
    """One that stood still when the exemption came did so until now: it goes on later by that."""
    last = before.pauses[-1] if before.pauses else None
    if last is None or last.end != before.ended_at:
        return again
    whole = replace(last, end=setting.now)
    return clocks.shifted(setting.policy, case, replace(again, pauses=(*before.pauses[:-1], whole)), whole)


def _figures(before: Case, after: Case) -> list[str]:
    """The clocks that go on, with their due times in the case's zone."""
    ended = {clock.number for clock in before.clocks if clock.state == "ended"}
    again = (clock for clock in after.clocks if clock.number in ended and clock.state != "ended")
    return [f"{clock.kind} goes on, due {read_in(after.zone, clock.due_at)}" for clock in again if clock.due_at]
