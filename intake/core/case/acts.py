"""What a person at the desk does to a case. An act that cannot be done raises `Refused` with the reason."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from intake.core.case import clocks
from intake.core.case.case import Case, Customer, Decision, Entry, State, Wish
from intake.core.case.replies import severity_entry
from intake.core.mail.fields import missing_fields
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy

SETTABLE: tuple[State, ...] = ("open", "waiting", "resolved", "closed")


class Refused(Exception):  # noqa: N818  (the field's word for it)
    """An act that cannot be done; its one argument says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Act:
    """An act by name, with its one argument and the person's reason, which letters may show to the customer.

    `reply` and `note`: the text. `assign`: an address or a role. `severity`: the number. `status`: the state.
    `waive`: a field's key. `spam`: nothing.
    """

    what: Literal["reply", "note", "assign", "severity", "status", "waive", "spam"]
    value: str
    by: str
    because: str = ""


def act(policy: Policy, case: Case, wanted: Act, customer: Customer | None, now: datetime) -> Decision:
    """The act done by the person named in it. Raises `Refused`."""
    decision = Decision(replace(case, changed_at=now))
    match wanted.what:
        case "reply":
            return _reply(decision, wanted, now)
        case "note":
            return _note(decision, wanted)
        case "assign":
            return _assign(policy, decision, wanted)
        case "severity":
            return _severity(policy, decision, wanted, customer, now)
        case "status":
            return _status(policy, decision, wanted, customer, now)
        case "waive":
            return _waive(policy, decision, wanted, now)
        case "spam":
            return _spam(decision, wanted, now)


def _reply(decision: Decision, wanted: Act, now: datetime) -> Decision:
    case = decision.case
    if not wanted.value.strip():
        raise Refused("an empty reply would be sent; give its text")
    if not case.contact.address:
        raise Refused(f"{case.reference} has nobody to reply to: its mail named no sender")
    first = case.running("response") is not None
    case = clocks.end(case, "response", now)
    state: State = "open" if case.state == "new" else case.state
    case = replace(case, state=state, assignee=case.assignee or wanted.by, answered=case.answered | {"reply"})
    entry = Entry("answered", "first response" if first else "response", wanted.by)
    return replace(decision, case=case).then(entry, wishes=(Wish("reply", text=wanted.value),))


def _note(decision: Decision, wanted: Act) -> Decision:
    if not wanted.value.strip():
        raise Refused("an empty note says nothing; give its text")
    return decision.then(Entry("note", "a note was added", wanted.by))


def _assign(policy: Policy, decision: Decision, wanted: Act) -> Decision:
    if wanted.value and "@" not in wanted.value and wanted.value not in policy.roles:
        roles = ", ".join(sorted(policy.roles))
        raise Refused(f'"{wanted.value}" is neither an address nor a role; the roles of {policy.name} are {roles}')
    case = replace(decision.case, assignee=wanted.value or None)
    text = f"assigned to {wanted.value}" if wanted.value else "assigned to nobody"
    return replace(decision, case=case).then(Entry("assigned", text, wanted.by))


def _severity(policy: Policy, decision: Decision, wanted: Act, customer: Customer | None, now: datetime) -> Decision:
    levels = [part.level for part in policy.file.severities]
    if wanted.value not in map(str, levels):
        known = ", ".join(map(str, levels))
        raise Refused(f'no severity "{wanted.value}" under {policy.name}; right would be one of {known}')
    case, new = decision.case, int(wanted.value)
    clause = policy.severity(new).clause
    if new == case.severity and "triage" not in case.marks:
        raise Refused(f"{case.reference} has Severity {new} already")
    why = Because(clause, wanted.because or f"A person of the support team set Severity {new}.")
    changed = clocks.severity_changed(policy, case, new, now, customer)
    changed = replace(changed, because=(why, *case.because[1:])).unmarked("triage")
    return replace(decision, case=changed).then(severity_entry(case, changed, wanted.by))


def _status(policy: Policy, decision: Decision, wanted: Act, customer: Customer | None, now: datetime) -> Decision:
    state = next((each for each in SETTABLE if each == wanted.value), None)
    if state is None:
        raise Refused(f'no status "{wanted.value}"; right would be one of {", ".join(SETTABLE)}')
    case = decision.case
    if case.state == state:
        raise Refused(f"{case.reference} is {state} already")
    closing = state in ("resolved", "closed")
    if closing:
        case = clocks.end_all(case, now)
    elif case.state in ("resolved", "closed") and "reply" not in case.answered and not case.running("response"):
        case = case.with_clock(clocks.started(policy, case, "response", now, customer))
    case = replace(case, state=state, closed_at=now if closing else None)
    case = case if closing else case.unmarked("spam")
    text = f"{decision.case.state} becomes {state}" + (f": {wanted.because}" if wanted.because else "")
    return replace(decision, case=case).then(Entry("state", text, wanted.by))


def _waive(policy: Policy, decision: Decision, wanted: Act, now: datetime) -> Decision:
    case = decision.case
    owed = [key for key in missing_fields(policy.specs, case.fields) if key not in case.waived]
    if wanted.value not in owed:
        known = ", ".join(owed) or "none is missing"
        raise Refused(f'"{wanted.value}" is not missing in {case.reference}; missing: {known}')
    case = replace(case, waived=case.waived | {wanted.value})
    decision = decision.then(Entry("waived", f"{policy.label(wanted.value)} is not needed here", wanted.by))
    if len(owed) > 1:
        return replace(decision, case=case)
    case = clocks.end(case.unmarked("missing-information"), "information", now)
    entry = Entry("complete", "nothing is missing any more", wanted.by)
    return replace(decision, case=case).then(entry, wishes=(Wish("acknowledgment"),))


def _spam(decision: Decision, wanted: Act, now: datetime) -> Decision:
    if "spam" in decision.case.marks:
        raise Refused(f"{decision.case.reference} is closed as spam already")
    case = clocks.end_all(decision.case, now)
    case = replace(case, state="closed", closed_at=now).marked("spam")
    return replace(decision, case=case).then(Entry("spam", "closed as spam; nothing more is answered", wanted.by))
