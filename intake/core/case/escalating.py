"""Escalation that a customer asks for: when it may rise, how far, who answers, and what the customer is told."""

from dataclasses import replace
from datetime import datetime, timedelta

from intake.core.case import clocks, steps
from intake.core.case.case import SYSTEM, Case, Decision, Entry, Escalation, Notice, Wish
from intake.core.case.escalation_words import asks_for_escalation, first_words
from intake.core.hours import parse_target
from intake.core.policy import words
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.counting import read_in
from intake.core.policy.policy import Policy
from intake.core.policy.promise import Promise, counted_span, span_from
from intake.core.policy.schema_rules import EscalationPart, LadderStep
from intake.core.sentences import Sentence, joined, sentence


def asked(policy: Policy, text: str) -> bool:
    """Whether a mail asks for it, in its subject or first line: in a policy's own words or in everybody's.

    `text` is the subject, then the new text.
    """
    part, head = policy.file.escalation, first_words(text)
    return asks_for_escalation(head) or (part is not None and words.found(part.words, head) is not None)


def own_words(case: Case, text: str) -> str:
    """The text of a reply without the case's subject, which each reply repeats whether it asks for something or not."""
    subject, line, rest = text.partition("\n")
    return f"{subject.replace(case.subject, ' ') if case.subject else subject}{line}{rest}"


def request(policy: Policy, decision: Decision, text: str, at: datetime, *, urgent: bool, who: str = "") -> Decision:
    """What a request does, received at `at`: a clock for the answer, a level of the ladder, or an instant to wait for.

    `urgent`: it came to the escalation route. `who` wrote, where that is not the case's contact. A policy without such
    rules has the desk look at it.
    """
    part = policy.file.escalation
    if part is None:
        who = who or decision.case.contact.address
        unnamed = sentence("the customer asks for escalation")
        said = sentence("{who} asks for escalation", who=who) if who else unnamed
        return decision.then(Entry("escalation-asked", said), notices=(_alert(policy, decision.case, said),))
    why = part.reason
    if part.climbs:
        return _climb(policy, part, decision, text, at, why)
    hurries = urgent or words.found(part.urgent_words, first_words(text)) is not None
    target = part.urgent_target if hurries and part.urgent_target else part.target
    kind = "urgent" if hurries else "non-urgent"
    decision = decision.then(Entry("escalation-asked", f"escalation asked for, {kind}", because=(why,)))
    case = replace(decision.case.marked("escalated"), escalation=Escalation(1, at, part.answered_by, asked=True))
    case = _with_clock(policy, case, target, at, why) if target else case
    clock = case.running("escalation")
    urgently = sentence("the customer asks for escalation (urgent)")
    calmly = sentence("the customer asks for escalation (non-urgent)")
    notice = Notice(
        "desk-escalated",
        part.answered_by,
        _under(urgently if hurries else calmly, why),
        clock.number if clock else None,
        1,
    )
    # each request with a clock of its own is confirmed
    wish = Wish("escalated", clock.number if clock else 1)
    return replace(decision, case=case).then(notices=(notice,), wishes=(wish,))


def by_hand(policy: Policy, decision: Decision, at: datetime, *, by: str, because: str) -> Decision:
    """The case one level up its ladder because a person says so; the reason is the desk's alone."""
    said = sentence("{who} escalated the case by hand", who=by)
    said = joined(": ", (said, because)) if because else said
    return _rise(policy, decision, at, said, by=by, because=because)


def _rise(
    policy: Policy,
    decision: Decision,
    at: datetime,
    said: Sentence,
    *,
    by: str = SYSTEM,
    because: str = "",
    asked: Because | None = None,
) -> Decision:
    """The case one level up its ladder, with an owner there and everybody told; `said` is why, for the owner.

    `asked` is the policy's rule where the customer wants it, `because` the reason of the person who does it.
    """
    case, ladder = decision.case, steps.ladder(policy, decision.case)
    level = min((case.escalation.level if case.escalation else 0) + 1, len(ladder))
    rung = ladder[level - 1]
    text = sentence("level {level} of the ladder, {role}", level=level, role=rung.role)
    text = joined(": ", (text, because)) if because else text
    reasons = (asked,) if asked else (Because(HOUSE, because),) if because else ()
    case = replace(
        case.marked("escalated"), escalation=Escalation(level, at, rung.role, asked is not None, by != SYSTEM)
    )
    return replace(decision, case=case).then(
        Entry("escalated", text, by, reasons),
        wishes=(Wish("escalated", level),),
        notices=(Notice("desk-escalated", rung.role, said, None, level),),
    )


def _climb(policy: Policy, part: EscalationPart, decision: Decision, text: str, at: datetime, why: Because) -> Decision:
    """One level for a mail, and at most one within a step's delay; not before the time from which it may be asked."""
    case, ladder = decision.case, steps.ladder(policy, decision.case)
    if not ladder:
        return decision.then(
            notices=(_alert(policy, case, sentence("the customer asks for escalation, and there is no ladder")),)
        )
    at_once = words.found(part.at_once_words, text) is not None
    earliest = _earliest(policy, part, case, ladder, at_once=at_once)
    if earliest is not None and at < earliest:
        from_ = read_in(case.zone, earliest)
        said = sentence("escalation asked for too early: it may be asked for from {instant}", instant=from_)
        wish = Wish("escalation-early", case.escalation.level if case.escalation else 0, at=earliest)
        return decision.then(
            Entry("escalation-early", said, because=(why,)),
            wishes=(wish,),
            notices=(_alert(policy, case, _under(said, why)),),
        )
    if case.escalation is not None and case.escalation.level >= len(ladder):
        said = sentence("escalation asked for, and the case is at the top of its ladder")
        owner = Notice("desk-alert", case.escalation.owner, _under(said, why))
        return decision.then(
            Entry("escalation-asked", said, because=(why,)),
            wishes=(Wish("escalation-top", case.escalation.level),),
            notices=(_alert(policy, case, _under(said, why)), owner),
        )
    return _rise(policy, decision, at, _under(sentence("the customer asks for escalation"), why), asked=why)


def _earliest(
    policy: Policy, part: EscalationPart, case: Case, ladder: list[LadderStep], *, at_once: bool
) -> datetime | None:
    """From when the next level may be asked for; None for at once."""
    if case.escalation is None:
        response = case.latest("response")
        waits = part.not_before == "response" and not at_once and response is not None
        return response.due_at if waits and response is not None else None
    level = case.escalation.level
    if level >= len(ladder):
        return None
    target, calendar = _between(ladder[level - 1].after, ladder[level].after), _hours(case)
    own = ladder[level].own_hours or calendar is None
    return span_from(policy, target if own else f"{target}, {calendar}", case.escalation.at, case.zone)


def _hours(case: Case) -> str | None:
    """The calendar that a step's delay counts in, as the scheduler's own climbing has it: that of what we owe."""
    running = (case.running(kind) for kind in ("response", "update", "resolution"))
    return next((clock.calendar for clock in (*running, case.latest("response")) if clock and clock.calendar), None)


def _between(lower: str, upper: str) -> str:
    """The delay from one level to the next: the difference of their delays after the miss."""
    low, high = parse_target(lower), parse_target(upper)
    if low.due is None or high.due is None or low.due.kind != high.due.kind:
        return upper
    if isinstance(high.due.amount, int) and isinstance(low.due.amount, int):
        length = f"{max(high.due.amount - low.due.amount, 1)} business days"
    elif isinstance(high.due.amount, timedelta) and isinstance(low.due.amount, timedelta):
        length = f"{max(int((high.due.amount - low.due.amount).total_seconds() // 60), 1)} minutes"
    else:
        return upper
    return f"{length}, {high.calendar}" if high.calendar else length


def _with_clock(policy: Policy, case: Case, target: str, at: datetime, why: Because) -> Case:
    """The case with the clock of the answer; a request that hurries more than the one before is due earlier."""
    due, calendar, count = counted_span(policy, target, at, case.zone, why.clause)
    running = case.running("escalation")
    if running is not None and running.due_at is not None and running.due_at <= due:
        return case
    of = Promise(target, calendar, None, due, None, (why, count))
    clock = clocks.made(policy, case, "escalation", at, of)
    return case.with_clock(replace(clock, number=running.number) if running else clock)


def _alert(policy: Policy, case: Case, text: Sentence) -> Notice:
    return Notice("desk-alert", case.assignee or policy.file.chasing.remind, text)


def _under(text: Sentence, why: Because) -> Sentence:
    """A sentence with the clause that it rests on, where a source has one."""
    return text if why.clause == HOUSE else sentence("{what} ({clause})", what=text, clause=why.clause)
