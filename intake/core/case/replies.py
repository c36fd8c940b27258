"""What a mail on a case does to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake.core.case import clocks, consent, copied, escalating, farewells, severity_change, severity_wish, tasks
from intake.core.case.alarm import alarm
from intake.core.case.case import WROTE_SINCE, Case, Customer, Decision, Entry, Notice, NoticeKind, Wish
from intake.core.case.opening import ALERTED, information_because, registered
from intake.core.case.owed import owed
from intake.core.mail.farewell import Farewell
from intake.core.mail.fields import missing_fields
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.core.policy.severity import Asked, Judged, given_severity, judge
from intake.core.sentences import NOTHING, Sentence, joined, sentence


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail on a case, received at an aware instant: what it starts counts from there.

    `text` is its subject and new text, `case_text` that of the mail that opened the case. `customer` is the writer's,
    by its record. `third_party`: the writer takes no part; the mail is kept on the case and does nothing, unless it is
    the consent that the case waits for. `asks_escalation`: it came to an escalation route. `authentication` is how far
    the sender is believed. `farewell`: it says nothing but that; `proven`: by a token, or by an authenticated sender.
    `their_numbers` are ticket numbers of the writer's own system, `copied` whom the mail brings in by its Cc.
    `unproven` is why nobody vouches for the writer, where a host was asked.
    """

    writer: Address
    fields: Mapping[str, FieldValue]
    text: str
    customer: Customer | None
    because: str
    received_at: datetime
    third_party: bool = False
    case_text: str = ""
    asks_escalation: bool = False
    authentication: str = "none"
    farewell: Farewell = ""
    proven: bool = False
    their_numbers: tuple[str, ...] = ()
    copied: tuple[Address, ...] = ()
    unproven: Sentence = NOTHING


def may_reopen(policy: Policy, case: Case, now: datetime) -> bool:
    """Whether a reply still reopens the case, or is a new matter: within the policy's days after closing."""
    if case.state != "closed" or case.closed_at is None:
        return True
    return now <= case.closed_at + timedelta(days=policy.file.reopening.within_days)


def take_reply(policy: Policy, case: Case, reply: Reply, now: datetime) -> Decision:
    """A mail on a case: it may supply what was missing, wake a case that waits or is closed, ask for escalation."""
    who = reply.writer.address or "somebody without an address"
    if reply.third_party:
        return _third_party(policy, case, reply, now)
    decision = Decision(replace(case, changed_at=now), (Entry("reply", f"{who} wrote: {reply.because}", who),))
    decision = _reached_again(decision, reply)
    decision = _join(policy, decision, reply)
    decision = _verify(policy, decision, reply, now)
    decision = copied.join(decision, reply.copied, reply.customer, reply.writer.address)
    decision = _supply(policy, decision, reply, now)
    decision = _outcry(policy, decision, reply)
    decision = _still_owed(policy, decision, reply.received_at)
    if reply.farewell and "spam" not in case.marks:
        at, who = reply.received_at, reply.writer.address
        taken = farewells.take(policy, decision, reply.farewell, who, at, proven=reply.proven)
        if taken is not None:
            said = joined("; ", (_wrote(reply), taken.entries[-1].text))
            return taken.then(notices=(_tell(policy, case, "desk-reply", said),))
    decision = _wake(policy, decision, reply)
    text = escalating.own_words(case, reply.text)
    decision = tasks.ask(policy, decision, text, reply.received_at)
    if reply.asks_escalation or escalating.asked(policy, text):
        decision = escalating.request(
            policy, decision, text, reply.received_at, urgent=reply.asks_escalation, who=reply.writer.address
        )
    return decision.then(notices=(_tell(policy, case, "desk-reply", _wrote(reply)),))


def _wrote(reply: Reply) -> Sentence:
    """Who wrote, and whether anybody vouches for that."""
    who = reply.writer.address or sentence("somebody without an address")
    if reply.unproven:
        return sentence("{who} writes, but nobody vouches for the sender ({why})", who=who, why=reply.unproven)
    return sentence("{who} writes", who=who)


def _third_party(policy: Policy, case: Case, reply: Reply, now: datetime) -> Decision:
    """A mail of somebody who takes no part: kept, and told to the desk; a consent that the case waits for counts."""
    who = reply.writer.address or sentence("somebody without an address")
    entry = Entry("third-party", f"a mail of {who}, who takes no part in the case, was kept on it: {reply.because}")
    decision = Decision(replace(case, changed_at=now), (entry,))
    who_wrote, at = reply.writer.address, reply.received_at
    given = consent.by_mail(policy, decision, who_wrote, reply.text, reply.authentication, at, reply.unproven)
    if given is not None:
        return given
    said = sentence(
        "{who}, who takes no part in {case}, wrote about it; nothing was sent to the customer",
        who=who,
        case=case.reference,
    )
    return decision.then(notices=(_tell(policy, case, "desk-alert", said),))


def _tell(policy: Policy, case: Case, kind: NoticeKind, text: Sentence = NOTHING) -> Notice:
    role = case.assignee or policy.file.chasing.remind
    return Notice(kind, role, text)


def _join(policy: Policy, decision: Decision, reply: Reply) -> Decision:
    case = decision.case.knowing(reply.their_numbers)
    if case.participant(reply.writer.address):
        return replace(decision, case=case)
    entry = Entry("participant", f"{reply.writer.address} takes part from now on")
    contact = case.contact if case.contact.address else reply.writer
    joined = replace(case.joined(reply.writer, policy.file.writers), contact=contact)
    return replace(decision, case=joined).then(entry)


def _reached_again(decision: Decision, reply: Reply) -> Decision:
    """The contact, proven, wrote from the address that a letter had come back from."""
    case, who = decision.case, reply.writer.address
    if "undeliverable" not in case.marks or reply.authentication != "pass":
        return decision
    if who.lower() != case.contact.address.lower():
        return decision
    said = sentence("mail reaches {who} again: they wrote, and nobody doubts the sender", who=who)
    return replace(decision, case=case.unmarked("undeliverable")).then(Entry("deliverable", said, who))


def _verify(policy: Policy, decision: Decision, reply: Reply, now: datetime) -> Decision:
    """A mail from the registered address clears the mark: the case is the customer's, judged and counted as such."""
    case, customer = decision.case, reply.customer
    waits = policy.file.registration is not None and "unverified" in case.marks
    if not waits or customer is None or not registered(policy, customer, reply.writer.address):
        return decision
    case = belonging(policy, case.unmarked("unverified", "unentitled", "triage"), customer, reply.writer)
    plan = case.plan
    text = f"{reply.case_text}\n{reply.text}"
    judged = judge(policy, Asked(case.channel, plan, {**case.fields, **reply.fields}, text))
    case = replace(case.marked(*judged.marks), tags=case.tags | judged.tags, held=judged.held, because=judged.because)
    after = severity_change.changed(policy, case, judged.severity, now, customer)
    after = severity_change.recounted(policy, replace(after, wished_severity=judged.wished), now, customer)
    entry = Entry("verified", f"{reply.writer.address} is registered for {customer.name}", because=judged.because)
    return replace(decision, case=after).then(
        entry, severity_change.entry(decision.case, after, reply.writer.address), wishes=(Wish("acknowledgment"),)
    )


def belonging(policy: Policy, case: Case, customer: Customer, contact: Address) -> Case:
    """The case as that customer's, with its plan, zone and place."""
    return replace(
        case,
        customer_id=customer.id,
        plan=customer.plan or policy.file.fallback_plan,
        zone=policy.zone(customer.zone, customer.region, customer.country),
        region=customer.region,
        country=customer.country,
        contact=contact,
    )


def _supply(policy: Policy, decision: Decision, reply: Reply, now: datetime) -> Decision:
    """Takes over fields that were missing; a field that stood already is not overwritten."""
    case = decision.case
    news = {key: reply.fields[key] for key in missing_fields(policy.specs, case.fields) if key in reply.fields}
    decision = _severity(policy, decision, reply, now)
    if not news:
        return decision
    case = replace(decision.case, fields={**case.fields, **news})
    labels = ", ".join(policy.label(key) for key, value in news.items() if value.valid)
    if labels:
        decision = decision.then(Entry("supplied", f"now given: {labels}", reply.writer.address))
    if owed(policy, case) or "missing-information" not in case.marks:
        return replace(decision, case=case)
    case = clocks.end(case.unmarked("missing-information"), "information", now)
    entry = Entry("complete", "everything that the form asks for is there", because=information_because(policy))
    # the acknowledgment says it as well: severity, wish and reasons stand in it
    others = tuple(wish for wish in decision.wishes if wish.kind not in ("severity-wish", severity_change.TOLD))
    return replace(decision, case=case, wishes=others).then(entry, wishes=(Wish("acknowledgment"),))


def _severity(policy: Policy, decision: Decision, reply: Reply, now: datetime) -> Decision:
    """A severity in a reply: taken where none had been given, else a wish that the policy answers.

    The customer is told of what is not the severity that the case had so far, with what is promised now.
    """
    case = decision.case
    given = given_severity(policy, reply.fields)
    if given is None or given == case.wished_severity:
        return decision
    if case.wished_severity is not None or "triage" not in case.marks:
        return severity_wish.wished(
            policy,
            decision,
            given,
            writer=reply.writer.address,
            fields=reply.fields,
            text=reply.text,
            customer=reply.customer,
        )
    judged = _judged(policy, case, reply)
    sorted_out = replace(case.unmarked("triage").marked(*judged.marks), tags=case.tags | judged.tags)
    changed = severity_change.changed(policy, sorted_out, judged.severity, now, reply.customer)
    changed = replace(changed, wished_severity=given, because=(*judged.because, *case.because[1:]))
    entry = severity_change.entry(case, changed, reply.writer.address)
    told = (Wish(severity_change.TOLD, changed.severity),) if changed.severity != case.severity else ()
    return replace(decision, case=changed).then(entry, wishes=told)


def _judged(policy: Policy, case: Case, reply: Reply) -> Judged:
    """What the policy's rules say of the case with what the reply adds."""
    known = reply.customer is not None
    ours = registered(policy, reply.customer, reply.writer.address)
    text = f"{reply.case_text}\n{reply.text}"
    return judge(policy, Asked(case.channel, case.plan, reply.fields, text, known, ours), case.tags)


def _alerts(policy: Policy, case: Case, reply: Reply) -> tuple[Notice, ...]:
    """Whom the policy has told at once of what a reply wishes."""
    asked = Asked(case.channel, case.plan, reply.fields, reply.text)
    alerts = judge(policy, asked, case.tags).alerts
    who = reply.writer.address or sentence("somebody without an address")
    return tuple(Notice("desk-alert", each.role, alarm(who, case, each.because), at_once=True) for each in alerts)


def _outcry(policy: Policy, decision: Decision, reply: Reply) -> Decision:
    """A reply whose words alone have a role told at once, where nobody was told of the case yet."""
    case = decision.case
    if ALERTED in case.tags or any(notice.at_once for notice in decision.notices):
        return decision
    notices = _alerts(policy, case, reply)
    return (
        replace(decision, case=replace(case, tags=case.tags | {ALERTED})).then(notices=notices) if notices else decision
    )


def _still_owed(policy: Policy, decision: Decision, at: datetime) -> Decision:
    """Who wrote is not silent: what is still owed falls due counted from this mail.

    Where nothing of it came, a person decides: machines ask no more.
    """
    case = decision.case
    clock = case.running("information")
    if clock is None:
        return decision
    if not any(entry.event == "supplied" for entry in decision.entries):
        text = "the customer wrote without what is missing: reminders stop, and a person decides"
        return replace(decision, case=clocks.end(case, "information", at)).then(Entry("asked-enough", text))
    owing = case.with_clock(clocks.owed_anew(policy, case, clock, at))
    return replace(decision, case=replace(owing, tags=_owing_tags(owing)))


def _owing_tags(case: Case) -> frozenset[str]:
    """The case's tags once its customer wrote and still owes us something."""
    return case.tags | {WROTE_SINCE}


def _wake(policy: Policy, decision: Decision, reply: Reply) -> Decision:
    """Wakes the case. What was closed for silence once is not closed so again: each letter goes out once a case."""
    case = decision.case
    if "spam" in case.marks:
        return decision
    if case.state not in ("waiting", "resolved", "closed"):
        case = clocks.customer_wrote(policy, case, reply.received_at, reply.customer)
        return replace(decision, case=case)
    entry = Entry("reopened" if case.state == "closed" else "state", f"{case.state} becomes open: a reply came in")
    case = replace(case, state="open", closed_at=None)
    silent_before = "closed-for-silence" in case.answered
    # of one that only waited, what is owed runs on, or machines have asked enough
    was_over = decision.case.state != "waiting"
    if was_over and "missing-information" in case.marks and not case.running("information") and not silent_before:
        case = replace(clocks.asked(policy, case, reply.received_at), tags=_owing_tags(case))
    if case.latest("response") and "reply" not in case.answered and not case.running("response"):
        # closed for silence before anybody had answered: the response counts anew
        case = case.with_clock(clocks.started(policy, case, "response", reply.received_at, reply.customer))
    case = clocks.customer_wrote(policy, case, reply.received_at, reply.customer)
    return replace(decision, case=case).then(entry)
