"""What a clock asks for when the scheduler looks: reminders, misses, the ladder, closing for silence."""

from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.case import WROTE_SINCE, Case, Clock, Decision, Entry, Escalation, Notice, Step, Wish
from intake.core.sentences import NOTHING, Sentence, sentence, translated


def chase(case: Case, now: datetime, *, heard: bool = True) -> Decision:
    """Everything that the case's clocks ask for at `now`, each once: what was done is no longer among the steps.

    `heard`: whether any letter of the case has left to the customer, who cannot be silent otherwise.
    """
    decision = Decision(case)
    for number in [clock.number for clock in case.clocks]:
        while (clock := _clock(decision.case, number)) and clock.next_at is not None and clock.next_at <= now:
            decision = _do(decision, clock, now, heard=heard)
    return decision


def _clock(case: Case, number: int) -> Clock | None:
    return next((clock for clock in case.clocks if clock.number == number), None)


def _do(decision: Decision, clock: Clock, now: datetime, *, heard: bool) -> Decision:
    step, rest = clock.steps[0], clock.steps[1:]
    case = decision.case.with_clock(replace(clock, steps=rest))
    decision = replace(decision, case=replace(case, changed_at=now))
    match step.what:
        case "remind-desk":
            return _remind_desk(decision, clock, step, now)
        case "triage":
            return _triage(decision, clock, step)
        case "missed":
            return _missed(decision, clock, step)
        case "escalate":
            return _escalate(decision, clock, step, now)
        case "remind-customer":
            return _remind_customer(decision, clock, step, now)
        case "close":
            return _close_for_silence(decision, clock, step, now, heard=heard)


def _remind_desk(decision: Decision, clock: Clock, step: Step, now: datetime) -> Decision:
    """A reminder that comes after the miss would say nothing that the miss does not."""
    if clock.due_at is not None and now >= clock.due_at:
        return decision
    text = sentence("the {clock} target nears", clock=translated(clock.kind))
    return decision.then(
        Entry("due-soon", text, because=clock.because),
        notices=(Notice("desk-due-soon", _to(decision.case, step), text, clock.number),),
    )


def _triage(decision: Decision, clock: Clock, step: Step) -> Decision:
    """A case that somebody has looked at asks for nothing."""
    if "triage" not in decision.case.marks:
        return decision
    text = sentence("still waits for triage")
    return decision.then(
        Entry("triage", text), notices=(Notice("desk-alert", _to(decision.case, step), text, clock.number),)
    )


def _missed(decision: Decision, clock: Clock, step: Step) -> Decision:
    current = _clock(decision.case, clock.number) or clock
    case = decision.case.with_clock(current.missed(step.at))
    text = sentence("the {clock} target was missed", clock=translated(clock.kind))
    return replace(decision, case=case).then(
        Entry("missed", text, because=clock.because),
        notices=(Notice("desk-missed", _to(case, step), text, clock.number),),
    )


def _escalate(decision: Decision, clock: Clock, step: Step, now: datetime) -> Decision:
    """A level that a request or a person reached while the promise ran is not told again."""
    before = decision.case.escalation
    by_people = before is not None and (before.asked or before.by_hand) and clock.started_at <= before.at
    if before is not None and by_people and before.level >= step.number:
        return decision
    text = sentence(
        "{clock} still open: level {level} of the ladder, {role}",
        clock=translated(clock.kind),
        level=step.number,
        role=step.role,
    )
    higher = before is not None and before.level > step.number
    reached = before if higher else Escalation(step.number, now, step.role, asked=False)
    case = replace(decision.case.marked("escalated"), escalation=reached)
    wishes = (Wish("escalated", step.number, scheduled=True),) if step.tells_customer else ()
    return replace(decision, case=case).then(
        Entry("escalated", text, because=clock.because),
        wishes=wishes,
        notices=(Notice("desk-escalated", step.role, text, clock.number, step.number),),
    )


def _remind_customer(decision: Decision, clock: Clock, step: Step, now: datetime) -> Decision:
    """A reminder; what follows it comes no sooner than half the planned distance from now.

    So a customer is never reminded and closed at once because nothing had run for a while.
    """
    current = _clock(decision.case, clock.number) or clock
    steps = tuple(replace(each, at=max(each.at, now + (each.at - step.at) / 2)) for each in current.steps)
    text = f"reminder {step.number}: information is still missing"
    return replace(decision, case=decision.case.with_clock(replace(current, steps=steps))).then(
        Entry("reminder", text, because=clock.because),
        wishes=(Wish("reminder", step.number, scheduled=True),),
    )


def _close_for_silence(decision: Decision, clock: Clock, step: Step, now: datetime, *, heard: bool) -> Decision:
    """Closes what the customer owes and does not send; where that is no silence, the desk is told in its place."""
    text = _no_silence(decision.case, heard=heard)
    if text:
        return decision.then(
            Entry("not-closed", text, because=clock.because),
            notices=(Notice("desk-alert", _to(decision.case, step), text, clock.number),),
        )
    case = replace(clocks.end_all(decision.case, now), state="closed", closed_at=now)
    text = sentence("closed: what was missing did not come")
    return replace(decision, case=case).then(
        Entry("closed", text, because=clock.because),
        wishes=(Wish("closed-for-silence", scheduled=True),),
        notices=(Notice("desk-alert", _to(decision.case, step), text, clock.number),),
    )


def closes_for_silence(case: Case) -> bool:
    """Whether the case as it stands would be closed where nothing comes, once a letter has asked for it."""
    return not _no_silence(replace(case, answered=case.answered or frozenset({"missing-information"})), heard=True)


def _no_silence(case: Case, *, heard: bool) -> Sentence:
    """Why a customer who sent nothing is not silent; empty where that is silence."""
    if not heard:
        return sentence("information is missing, and our letters were held back")
    if not case.answered:
        return sentence("information is missing, and no letter could ask the customer for it")
    if "undeliverable" in case.marks:
        return sentence("information is missing, and our letters came back")
    if "reply" not in case.answered and WROTE_SINCE in case.tags:
        return sentence("information is still missing; the customer wrote, and nobody has answered yet")
    if "reply" in case.answered and case.state != "waiting":
        return sentence("information is still missing; a person has answered, so the case stays open")
    return NOTHING


def _to(case: Case, step: Step) -> str:
    """The person who has the case, else the step's role."""
    return case.assignee or step.role
