"""The opening of a case: its severity, marks and clocks, and which letter tells the customer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.case import Case, Customer, Decision, Entry, Notice, Participant, Wish
from intake.core.mail.fields import missing_fields
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy
from intake.core.policy.severity import Asked, judge


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case is opened from. `text` is the subject and the writer's own words.

    `opened_at` is the instant of receipt (aware). `customer` is None where nobody knows the sender. `marks` come
    from what was found out about the sender. `linked` are cases that the mail named without the right to join.
    `oversize` is the size in bytes of a mail of which only the headers were taken.
    """

    reference: str
    route: str
    queue: str
    channel: str
    customer: Customer | None
    contact: Address
    subject: str
    text: str
    language: str
    opened_at: datetime
    fields: Mapping[str, FieldValue]
    marks: frozenset[str] = frozenset()
    linked: tuple[str, ...] = ()
    alert: str = ""
    backlog: bool = False
    oversize: int | None = None
    because: str = ""
    by: str = "intake"


def open_case(policy: Policy, opening: Opening, now: datetime) -> Decision:
    """The new case with its clocks and letters. A case of old mail (`backlog`) has neither clocks nor letters."""
    case = _new_case(policy, opening, now)
    entries = [Entry("opened", opening.because or f"opened by {opening.channel}", opening.by, case.because)]
    if opening.alert:
        entries.append(Entry("alert", opening.alert))
    if opening.backlog:
        return Decision(case.marked("backlog"), tuple(entries))
    missing = missing_fields(policy.specs, opening.fields)
    case = case.with_clock(clocks.started(policy, case, "response", opening.opened_at, opening.customer))
    if missing:
        case = case.marked("missing-information")
        case = case.with_clock(clocks.information(policy, case, opening.opened_at))
        labels = ", ".join(policy.label(key) for key in missing)
        entries.append(Entry("missing", f"missing or off the list: {labels}", because=information_because(policy)))
    notices = [Notice("desk-new-case", policy.file.chasing.remind)]
    if opening.alert:
        notices.append(Notice("desk-alert", policy.file.chasing.remind, opening.alert))
    return Decision(case, tuple(entries), (_first_letter(case, missing, opening),), tuple(notices))


def information_because(policy: Policy) -> tuple[Because, ...]:
    """The clauses that the form's fields rest on, each once."""
    ids = dict.fromkeys(field.clause for field in policy.file.fields)
    return tuple(Because(each, policy.file.clauses.get(each, "a rule of the house")) for each in ids)


def _first_letter(case: Case, missing: tuple[str, ...], opening: Opening) -> Wish:
    if opening.oversize is not None:
        return Wish("too-big", text=f"{opening.oversize / 1_000_000:.0f} MB")
    if "unentitled" in case.marks:
        return Wish("not-entitled")
    return Wish("missing-information" if missing else "acknowledgment")


def _new_case(policy: Policy, opening: Opening, now: datetime) -> Case:
    customer = opening.customer
    plan = (customer.plan if customer else None) or policy.file.fallback_plan
    judged = judge(policy, Asked(opening.channel, plan, opening.fields, opening.text), opening.language)
    marks = opening.marks | judged.marks
    because = judged.because
    if customer is None:
        marks |= {"unentitled"}
        said = policy.file.entitlement
        because = (*because, Because(said.clause, said.because_in.get(opening.language, said.because)))
    case = Case(
        id=0,
        reference=opening.reference,
        version=0,
        policy=policy.name,
        policy_version=policy.version,
        plan=plan,
        route=opening.route,
        queue=opening.queue,
        customer_id=customer.id if customer else None,
        contact=opening.contact,
        answer_to=None,
        subject=opening.subject,
        language=opening.language,
        zone=(customer.zone if customer else None) or policy.file.zone,
        state="new",
        severity=judged.severity,
        wished_severity=judged.wished,
        because=because,
        marks=marks,
        fields=dict(opening.fields),
        waived=frozenset(),
        linked=opening.linked,
        assignee=None,
        opened_at=opening.opened_at,
        changed_at=now,
        closed_at=None,
        answered=frozenset(),
        participants=(),
        clocks=(),
    )
    if opening.contact.address:
        case = replace(case, participants=(Participant(1, opening.contact.address, opening.contact.name, "customer"),))
    return case
