"""What a person at the desk does to a case. An act that cannot be done raises `Refused` with the reason."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks, consent, escalating, exemption, people_acts, severity_acts
from intake.core.case.act import Act, Refused, Setting, not_of_erased
from intake.core.case.case import Case, Customer, Decision, Entry, Notice, State, Wish
from intake.core.case.owed import owed
from intake.core.mail.labels import labels_of
from intake.core.policy.because import HOUSE, Because
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence, joined, sentence, translated

OF_ERASED = ("note", "assign")
"""What is still done with a case whose data were erased: nothing of it reaches anybody outside."""
SETTABLE: tuple[State, ...] = ("open", "waiting", "resolved", "closed")


def act(policy: Policy, case: Case, wanted: Act, customer: Customer | None, now: datetime) -> Decision:
    """The act done by the person named in it. Raises `Refused`."""
    if wanted.what not in ACTS:
        raise Refused(sentence('no act is named "{name}"; known are {known}', name=wanted.what, known=", ".join(ACTS)))
    if case.merged_into:
        raise Refused(
            sentence("{case} is a part of {whole} by now; do it there", case=case.reference, whole=case.merged_into)
        )
    if wanted.what not in OF_ERASED:
        not_of_erased(case)
    return ACTS[wanted.what](Setting(policy, customer, now), Decision(replace(case, changed_at=now)), wanted)


def _reply(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    decision = _answered(setting, decision, wanted)
    return decision.then(wishes=(Wish("reply", text=wanted.value),))


def _answered(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """The customer has the answer already: nothing is sent."""
    return _answer(setting, decision, wanted, waits=decision.case.state == "waiting")


def _ask(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    decision = _answer(setting, decision, wanted, waits=True).then(wishes=(Wish("reply", text=wanted.value),))
    before = decision.case.state
    if before == "waiting":
        return decision
    entry = Entry("state", _becomes(before, "waiting", sentence("the customer has the next turn")), wanted.by)
    return replace(decision, case=replace(decision.case, state="waiting", closed_at=None)).then(entry)


def _answer(setting: Setting, decision: Decision, wanted: Act, *, waits: bool) -> Decision:
    case = decision.case
    if "spam" in case.marks:
        raise Refused(sentence("{case} is closed as spam and gets no answer; open it first", case=case.reference))
    if not wanted.value.strip():
        raise Refused(sentence("an empty reply would be sent; give its text"))
    if not case.contact.address:
        raise Refused(sentence("{case} has nobody to reply to: its mail named no sender", case=case.reference))
    first = case.running("response") is not None
    over = case.state in ("resolved", "closed")
    case = clocks.answered(setting.policy, case, setting.now, setting.customer, waits=waits or over)
    case = _manager_answered(setting, case, wanted)
    state: State = "open" if case.state == "new" else case.state
    case = replace(
        case, state=state, assignee=case.assignee or _assignable(wanted.by), answered=case.answered | {"reply"}
    )
    entry = Entry("answered", "first response" if first else "response", wanted.by)
    return replace(decision, case=case).then(entry)


def _assignable(by: str) -> str | None:
    """Notices go to whoever has a case, so a name without an address has none."""
    return by if "@" in by else None


def _manager_answered(setting: Setting, case: Case, wanted: Act) -> Case:
    """An escalation is answered by somebody of the role that the policy names, or of the level that was reached."""
    part = setting.policy.file.escalation
    owners = {part.answered_by} if part else set()
    owners |= {case.escalation.owner} if case.escalation else set()
    return clocks.end(case, "escalation", setting.now) if owners & wanted.roles else case


def _note(_setting: Setting, decision: Decision, wanted: Act) -> Decision:
    if not wanted.value.strip():
        raise Refused(sentence("an empty note says nothing; give its text"))
    return decision.then(Entry("note", sentence("a note was added"), wanted.by))


def _agreed(_setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """Next steps agreed with the customer: recorded; no clock moves."""
    if not wanted.value.strip():
        raise Refused(sentence("say what was agreed with the customer"))
    return decision.then(Entry("agreed", sentence("agreed with the customer: {what}", what=wanted.value), wanted.by))


def _assign(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    policy = setting.policy
    if wanted.value and "@" not in wanted.value and wanted.value not in policy.roles:
        roles = ", ".join(sorted(policy.roles))
        raise Refused(
            sentence(
                '"{written}" is neither an address nor a role; the roles of {policy} are {roles}',
                written=wanted.value,
                policy=policy.name,
                roles=roles,
            )
        )
    before, case = decision.case.assignee, replace(decision.case, assignee=wanted.value or None)
    text = sentence("assigned to {whom}", whom=wanted.value) if wanted.value else sentence("assigned to nobody")
    decision = replace(decision, case=case).then(Entry("assigned", text, wanted.by))
    if not wanted.value or wanted.value == before:
        return decision
    who = sentence("you") if "@" in wanted.value else sentence("the role {role}", role=wanted.value)
    said = sentence("{by} assigned this case to {who}", by=wanted.by, who=who)
    return decision.then(notices=(Notice("desk-assigned", wanted.value, said, but=wanted.by),))


def _have_it(_setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """Somebody has it: what was told already is not repeated, and goes up no further."""
    case = decision.case
    for clock in case.clocks:
        if clock.state != "ended" and clock.kind != "information":
            left = [step for step in clock.steps if step.what == "missed" and clock.missed_at is None]
            case = case.with_clock(replace(clock, steps=tuple(left)))
    case = replace(case, assignee=_assignable(wanted.by) or case.assignee)
    return replace(decision, case=case).then(
        Entry("have-it", sentence("{who} has it: no more repeats", who=wanted.by), wanted.by)
    )


def _status(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    state = next((each for each in SETTABLE if each == wanted.value), None)
    if state is None:
        known = ", ".join(SETTABLE)
        raise Refused(
            sentence('no status "{written}"; right would be one of {known}', written=wanted.value, known=known)
        )
    case, policy, now = decision.case, setting.policy, setting.now
    if case.state == state:
        raise Refused(sentence("{case} is {state} already", case=case.reference, state=translated(state)))
    closing = state in ("resolved", "closed")
    if closing:
        case = clocks.end_all(case, now)
    elif state == "waiting":
        case = clocks.pause(clocks.end(case, "update", now), now, "the customer has the next turn")
    else:
        case = clocks.resume(policy, case, now)
    reopening = case.state in ("resolved", "closed") and not closing
    if reopening and "reply" not in case.answered and not case.running("response"):
        case = case.with_clock(clocks.started(policy, case, "response", now, setting.customer))
    case = replace(case, state=state, closed_at=now if closing else None)
    case = case if closing else case.unmarked("spam")
    text = _becomes(decision.case.state, state, wanted.because)
    wishes = (Wish("resolved", text=wanted.because),) if state == "resolved" else ()
    return replace(decision, case=case).then(Entry("state", text, wanted.by), wishes=wishes)


def _becomes(before: State, after: State, because: str) -> Sentence:
    change = sentence("{before} becomes {after}", before=translated(before), after=translated(after))
    return joined(": ", (change, *([because] if because else [])))


def _waive(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    case, policy = decision.case, setting.policy
    left = owed(policy, case)
    named = labels_of(policy.specs)(wanted.value)
    key = wanted.value if wanted.value in left or named is None else named.key
    if key not in left:
        known = joined(", ", map(policy.label, left)) or sentence("none is missing")
        raise Refused(
            sentence(
                '"{written}" is not missing in {case}; missing: {known}',
                written=wanted.value,
                case=case.reference,
                known=known,
            )
        )
    case = replace(case, waived=case.waived | {key})
    decision = decision.then(
        Entry("waived", sentence("{field} is not needed here", field=policy.label(key)), wanted.by)
    )
    if len(left) > 1:
        return replace(decision, case=case)
    case = clocks.end(case.unmarked("missing-information"), "information", setting.now)
    entry = Entry("complete", sentence("nothing is missing any more"), wanted.by)
    return replace(decision, case=case).then(entry, wishes=(Wish("acknowledgment"),))


def _spam(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    if "spam" in decision.case.marks:
        raise Refused(sentence("{case} is closed as spam already", case=decision.case.reference))
    case = clocks.end_all(decision.case, setting.now)
    case = replace(case, state="closed", closed_at=setting.now).marked("spam")
    return replace(decision, case=case).then(
        Entry("spam", sentence("closed as spam; nothing more is answered"), wanted.by)
    )


def _not_ours(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """The cause is not the vendor's own: a resolution target holds no more."""
    if not wanted.because.strip():
        raise Refused(sentence("say why the cause is not ours: the reason stays on the case"))
    if decision.case.running("resolution") is None:
        raise Refused(sentence("{case} has no open resolution target", case=decision.case.reference))
    said = sentence("not ours: {because}", because=wanted.because)
    case = clocks.end(decision.case, "resolution", setting.now, Because.of(HOUSE, said))
    return replace(decision, case=case).then(Entry("not-ours", said, wanted.by))


def _escalate(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """A person moves the case one level up its ladder."""
    if not setting.policy.file.ladder:
        raise Refused(sentence("{policy} has no ladder to climb", policy=setting.policy.name))
    return escalating.by_hand(setting.policy, decision, setting.now, by=wanted.by, because=wanted.because.strip())


def _consent(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    if consent.MARK not in decision.case.marks:
        raise Refused(sentence("{case} waits for no consent", case=decision.case.reference))
    if not wanted.value.strip():
        raise Refused(sentence("say who consented, and how"))
    said = f"consent recorded: {wanted.value}"
    return consent.given(setting.policy, decision, said, wanted.by, setting.now, setting.customer)


def _correct(_setting: Setting, decision: Decision, wanted: Act) -> Decision:
    """A miss taken back, with a reason: the only way in which a missed target is not missed."""
    clock = next(
        (each for each in reversed(decision.case.clocks) if each.kind == wanted.value and each.missed_at), None
    )
    if clock is None:
        raise Refused(sentence('{case} has no missed "{clock}"', case=decision.case.reference, clock=wanted.value))
    if not wanted.because.strip():
        raise Refused(sentence("say why it was not missed: the reason stays on the case"))
    case = decision.case.with_clock(replace(clock, missed_at=None, missed_calendar=None, missed_while=None))
    return replace(decision, case=case).then(
        Entry("corrected", f"{clock.kind} was not missed: {wanted.because}", wanted.by)
    )


def _done(setting: Setting, decision: Decision, wanted: Act) -> Decision:
    case = decision.case
    task = next((each for each in case.tasks if each.name == wanted.value and each.done_at is None), None)
    if task is None:
        known = ", ".join(each.name for each in case.tasks if each.done_at is None) or sentence("none is open")
        raise Refused(
            sentence(
                '{case} has no open follow-up "{written}"; open: {known}',
                case=case.reference,
                written=wanted.value,
                known=known,
            )
        )
    done = tuple(replace(each, done_at=setting.now) if each is task else each for each in case.tasks)
    return replace(decision, case=replace(case, tasks=done)).then(
        Entry("done", sentence("done: {title}", title=task.title), wanted.by)
    )


ACTS: Mapping[str, Callable[[Setting, Decision, Act], Decision]] = {
    "reply": _reply,
    "ask": _ask,
    "answered": _answered,
    "note": _note,
    "agreed": _agreed,
    "assign": _assign,
    "cc": people_acts.copy,
    "uncc": people_acts.no_copy,
    "customer": people_acts.hand_over,
    "have-it": _have_it,
    "severity": severity_acts.severity,
    "critical": severity_acts.critical,
    "workaround": severity_acts.lower,
    "cannot-go-on": severity_acts.lower,
    "restored": severity_acts.lower,
    "status": _status,
    "waive": _waive,
    "spam": _spam,
    "not-ours": _not_ours,
    "escalate": _escalate,
    "consent": _consent,
    "exempt": exemption.exempt,
    "correct": _correct,
    "done": _done,
}
