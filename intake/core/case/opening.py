"""The opening of a case: its severity, marks and clocks, and which letter tells the customer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time

from intake.core.case import clocks, copied, escalating
from intake.core.case.alarm import alarm
from intake.core.case.case import (
    NONE_YET,
    Case,
    Contract,
    Customer,
    Decision,
    Entry,
    Followed,
    Notice,
    Participant,
    Record,
    Wish,
)
from intake.core.hours import add_local_days, zone_named
from intake.core.mail.fields import missing_fields
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy
from intake.core.policy.severity import Asked, Judged, alerts_at, judge
from intake.core.sentences import NOTHING, Sentence, sentence

ALERTED = "alerted"
"""The tag of a case of which the policy had a role told at once."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case is opened from. `text` is the subject and the writer's own words.

    `opened_at` is the instant of receipt (aware). `customer` is None where nobody knows the sender. `marks` come
    from what was found out about the sender. `linked` are cases that the mail named without the right to join.
    `oversize` is the size in bytes of a mail of which only the headers were taken. `record` is what the customer's
    other cases say. `asks_escalation`: it came to an escalation route. `tags` are those that a person gave it.
    `their_numbers` are ticket numbers of the writer's own system, `copied` whom the mail brings in by its Cc.
    `elsewhere` is what a sender without a contract under this policy has under another. `of_a_colleague`: the
    writer is one of the desk's people, who get no letters to customers. `follows` is the case that the mail came too
    late for.
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
    alert: Sentence = NOTHING
    backlog: bool = False
    oversize: int | None = None
    because: str = ""
    by: str = "intake"
    record: Record = NONE_YET
    asks_escalation: bool = False
    tags: frozenset[str] = frozenset()
    their_numbers: tuple[str, ...] = ()
    copied: tuple[Address, ...] = ()
    elsewhere: Contract | None = None
    of_a_colleague: bool = False
    follows: Followed | None = None


def open_case(policy: Policy, opening: Opening, now: datetime) -> Decision:
    """The new case with its clocks and letters. A case of old mail (`backlog`) has neither clocks nor letters."""
    judged = _judge(policy, opening)
    case = _new_case(policy, opening, judged, now)
    entries = [Entry("opened", opening.because or f"opened by {opening.channel}", opening.by, case.because)]
    if opening.alert:
        entries.append(Entry("alert", opening.alert))
    if opening.elsewhere:
        entries.append(Entry("elsewhere", _known_elsewhere(policy, opening.elsewhere)))
    if opening.backlog:
        return Decision(case.marked("backlog"), tuple(entries))
    missing = missing_fields(policy.specs, opening.fields)
    case = clocks.opened(policy, case, opening.customer)
    if missing:
        case = clocks.asked(policy, case.marked("missing-information"), opening.opened_at)
        labels = ", ".join(policy.label(key) for key in missing)
        entries.append(Entry("missing", f"missing or off the list: {labels}", because=information_because(policy)))
    notices = [Notice("desk-new-case", case.assignee or policy.file.chasing.remind, _why_new(case, opening.follows))]
    if opening.alert:
        notices.append(Notice("desk-alert", policy.file.chasing.remind, opening.alert))
    notices += _alerts(policy, case, judged, opening.contact.address or opening.by)
    decision = Decision(case, tuple(entries), _first_letters(policy, case, missing, opening), tuple(notices))
    decision = copied.join(decision, opening.copied, opening.customer, opening.contact.address)
    decision = _flood(policy, decision, opening)
    if opening.asks_escalation or escalating.asked(policy, opening.text):
        decision = escalating.request(policy, decision, opening.text, opening.opened_at, urgent=opening.asks_escalation)
    return decision


def _why_new(case: Case, follows: Followed | None) -> Sentence:
    """Why a reply became a case of its own, for the desk."""
    if follows is None:
        return NOTHING
    return sentence(
        "{case} follows {before}, which was closed too long ago to be reopened.",
        case=case.reference,
        before=follows.reference,
    )


def registered(policy: Policy, customer: Customer | None, address: str) -> bool:
    """Whether a sender counts as the customer: on its record and, where the policy insists, at no generic domain."""
    part = policy.file.registration
    if customer is None or part is None:
        return customer is not None
    domain = address.rpartition("@")[2].lower()
    return not any(domain == each or domain.endswith(f".{each}") for each in part.generic_domains)


def _judge(policy: Policy, opening: Opening) -> Judged:
    customer = opening.customer
    plan = (customer.plan if customer else None) or policy.file.fallback_plan
    asked = Asked(
        opening.channel,
        plan,
        opening.fields,
        opening.text,
        known=customer is not None,
        registered=registered(policy, customer, opening.contact.address),
    )
    return judge(policy, asked, opening.tags)


def _alerts(policy: Policy, case: Case, judged: Judged, who: str) -> list[Notice]:
    """Who is told at once, each role once."""
    found = {each.role: each for each in (*alerts_at(policy, case.severity, case.plan), *judged.alerts)}
    return [Notice("desk-alert", role, alarm(who, case, alert.because), at_once=True) for role, alert in found.items()]


def _flood(policy: Policy, decision: Decision, opening: Opening) -> Decision:
    """Too many cases of a kind from one customer: told once a window."""
    part, record, customer = policy.file.flood, opening.record, opening.customer
    if part is None or customer is None or record.flood_told or part.tag not in decision.case.tags:
        return decision
    count = record.tagged + 1
    if count <= part.more_than:
        return decision
    text = sentence(
        "{customer}: {count} cases of the kind {tag} within {days} days. {because}",
        customer=customer.name,
        count=count,
        tag=part.tag,
        days=part.within_days,
        because=part.reason,
    )
    return decision.then(
        Entry("flood", text, because=(part.reason,)),
        notices=(Notice("desk-alert", part.role, text),),
    )


def information_because(policy: Policy) -> tuple[Because, ...]:
    """The clauses that the form's fields rest on, each once."""
    ids = dict.fromkeys(field.clause for field in policy.file.fields)
    return tuple(Because(each, policy.file.clauses.get(each, "a rule of the house")) for each in ids)


def _first_letters(policy: Policy, case: Case, missing: tuple[str, ...], opening: Opening) -> tuple[Wish, ...]:
    """The letter that tells of the case, where its writer is no colleague."""
    return () if opening.of_a_colleague else (_first_letter(policy, case, missing, opening),)


def _first_letter(policy: Policy, case: Case, missing: tuple[str, ...], opening: Opening) -> Wish:
    return replace(_of_which_kind(policy, case, missing, opening), follows=opening.follows)


def _of_which_kind(policy: Policy, case: Case, missing: tuple[str, ...], opening: Opening) -> Wish:
    if opening.oversize is not None:
        return Wish("too-big", text=f"{opening.oversize / 1_000_000:.0f} MB")
    if opening.elsewhere:
        return Wish("not-entitled", contract=opening.elsewhere)
    if policy.file.registration and not registered(policy, opening.customer, opening.contact.address):
        return Wish("unverified")
    if "unentitled" in case.marks:
        return Wish("not-entitled")
    return Wish("missing-information" if missing else "acknowledgment")


def _known_elsewhere(policy: Policy, contract: Contract) -> Sentence:
    return sentence(
        "{customer} has a contract under {there}, but none under {here}",
        customer=contract.customer.name,
        there=contract.title,
        here=policy.file.title,
    )


def _over_allowance(policy: Policy, opening: Opening, plan: str | None, zone: str) -> tuple[Because, ...]:
    """Why a case is beyond what the plan includes; empty where it is not."""
    customer = opening.customer
    for part in policy.file.allowance:
        if customer is None or plan not in part.plans:
            continue
        ends = None
        if customer.since is not None:
            first = datetime.combine(customer.since, time(), zone_named(zone))
            ends = add_local_days(zone, first, part.within_days)
        if opening.record.requests >= part.requests or (ends is not None and opening.opened_at >= ends):
            return (part.reason,)
    return ()


def _new_case(policy: Policy, opening: Opening, judged: Judged, now: datetime) -> Case:
    customer = opening.customer
    plan = (customer.plan if customer else None) or policy.file.fallback_plan
    region, country = (customer.region, customer.country) if customer else (None, None)
    zone = policy.zone(customer.zone if customer else None, region, country)
    marks, because = opening.marks | judged.marks, judged.because
    if customer is None:
        marks |= {"unentitled"}
        because = (*because, policy.file.entitlement.reason)
    if over := _over_allowance(policy, opening, plan, zone):
        marks |= {"over-allowance"}
        because = (*because, *over)
    contact = opening.contact
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
        contact=contact,
        answer_to=None,
        subject=opening.subject,
        language=opening.language,
        zone=zone,
        state="new",
        severity=judged.severity,
        wished_severity=judged.wished,
        because=because,
        marks=marks,
        fields=dict(opening.fields),
        waived=frozenset(),
        linked=opening.linked,
        assignee=None if "security" in opening.marks else _engineer(policy, customer, plan),
        opened_at=opening.opened_at,
        changed_at=now,
        closed_at=None,
        answered=frozenset(),
        participants=(Participant(1, contact.address, contact.name, policy.file.writers),) if contact.address else (),
        clocks=(),
        channel=opening.channel,
        region=region,
        country=country,
        tags=judged.tags | ({ALERTED} if judged.alerts and not opening.backlog else set()),
        held=judged.held,
        worst=judged.severity,
    )
    return case.knowing(opening.their_numbers)


def _engineer(policy: Policy, customer: Customer | None, plan: str | None) -> str | None:
    """The engineer named in the customer's record, where the plan has one."""
    part = policy.file.engineer
    if part is None or customer is None or plan not in part.plans:
        return None
    return customer.engineer
