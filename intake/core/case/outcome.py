"""What becomes of a mail on a route: the table of outcomes, and the decision that follows from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from intake.core.case import copied
from intake.core.case.case import NONE_YET, Case, Contract, Customer, Decision, Entry, Followed, Notice, Record
from intake.core.case.digest_answer import UNCLEAR
from intake.core.case.matching import SAID, Candidate, Match, match, match_staff, own_subject
from intake.core.case.opening import Opening, open_case
from intake.core.case.replies import Reply, may_reopen, take_reply
from intake.core.case.reply_fields import fields_of_reply
from intake.core.case.returned import came_back, copy_came_back, only_copies
from intake.core.case.staff import Staff
from intake.core.mail.farewell import Farewell, farewell
from intake.core.mail.form import FieldValue
from intake.core.mail.message import Address, Message
from intake.core.mail.trimmings import is_trimming
from intake.core.policy.policy import Policy
from intake.core.sentences import NOTHING, Sentence, sentence

Outcome = Literal["new_case", "reply", "automatic", "duplicate", "junk", "parked"]
SUBJECT = 500


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that came to a route, with all that is known about it.

    `fields` are read from the whole mail. `candidates` are cases that it may belong to, `our_words` what we wrote on
    them. `bounced` is the case whose letter came back, `bounced_reply` that it was the one answer of a person there,
    `to_bounce_address` that the mail went to an envelope sender of ours. `duplicate_of` is the kept mail that had the
    same content, `linked` are cases that the same mail opened on other routes. `oversize` is the size in bytes of a
    mail that stayed in its mailbox, `place` where it is. `record` is what the customer's other cases say, `case_text`
    the words that opened the case it may belong to. `private` and `asks_escalation` come from the route.
    `staff` is the person of the desk as whom it came, `digest` the cases of the digest of ours that they answer, None
    where they answer none; `forwarded_by` one who passed a customer's mail on, which is then
    the `message`, with `forward_words` above it. `elsewhere` is what a sender who is no customer under the policy has
    under another.
    """

    message: Message
    received_at: datetime
    route: str
    queue: str
    policy: Policy
    fields: Mapping[str, FieldValue]
    customer: Customer | None
    candidates: tuple[Candidate, ...] = ()
    our_words: str = ""
    bounced: Case | None = None
    bounced_reply: bool = False
    bounced_policy: Policy | None = None
    to_bounce_address: bool = False
    duplicate_of: int | None = None
    linked: tuple[str, ...] = ()
    backlog: bool = False
    oversize: int | None = None
    place: str = ""
    envelope_from: str | None = None
    record: Record = NONE_YET
    private: bool = False
    asks_escalation: bool = False
    case_text: str = ""
    staff: Staff | None = None
    forwarded_by: str = ""
    forward_words: str = ""
    digest: tuple[str, ...] | None = None
    elsewhere: Contract | None = None

    @property
    def of_a_colleague(self) -> bool:
        """Whether one of the desk's people stands in From who is nobody's customer."""
        if self.staff is None or self.message.from_ is None or self.customer or self.elsewhere:
            return False
        return self.message.from_.address.lower() == self.staff.address


@dataclass(frozen=True, slots=True)
class Classified:
    """Which outcome a mail has on a route, and why. `match` is set for new cases and replies."""

    outcome: Outcome
    because: str
    match: Match | None = None


def classify(arrival: Arrival) -> Classified:
    """The outcome by the first row of the table that applies."""
    for outcome, reason in TABLE:
        because = reason(arrival)
        if because:
            return Classified(outcome, because)
    if arrival.digest is not None and not any(each.evidence == "token" for each in arrival.candidates):
        return Classified("parked", UNCLEAR)
    found = match_staff(arrival.candidates, arrival.staff, arrival.message) if arrival.staff else None
    if found is not None:
        return Classified("reply", found.because, found)
    if arrival.forwarded_by:
        because = f"{arrival.forwarded_by} passed it on"
        return Classified("new_case", because, Match(None, because))
    return _by_match(arrival, match(arrival.candidates))


def _by_match(arrival: Arrival, found: Match) -> Classified:
    if found.case is None:
        return Classified("new_case", found.because, found)
    if found.case.state == "closed" and _farewell(arrival.message) in ("thanks", "solved", "close"):
        return Classified("reply", found.because, found)
    if found.case.state == "closed" and not may_reopen(found.policy or arrival.policy, found.case, arrival.received_at):
        days = (found.policy or arrival.policy).file.reopening.within_days
        why = f"{found.because}, but {found.case.reference} was closed more than {days} days before"
        late = Match(None, why, linked=(found.case.reference,), follows=_followed(arrival, found, found.case))
        return Classified("new_case", why, late)
    return Classified("reply", found.because, found)


def _followed(arrival: Arrival, found: Match, case: Case) -> Followed | None:
    """The case that the mail came too late for; a private one is named in no case that others see."""
    if case.private and not arrival.private:
        return None
    wrote = () if found.third_party else (writer(arrival).address,)
    people = (*(each.address for each in case.participants), *wrote)
    return Followed(case.reference, frozenset(each.lower() for each in people if each))


def _farewell(message: Message) -> Farewell:
    """What the mail says where it says nothing more; a signature's picture or a business card is nothing more."""
    if not all(map(is_trimming, message.attachments)):
        return ""
    return farewell(message.new_text, message.from_.name if message.from_ else "")


def _duplicate(arrival: Arrival) -> str:
    return f"the same mail as number {arrival.duplicate_of}" if arrival.duplicate_of else ""


def _automatic(arrival: Arrival) -> str:
    """Lists are no machines that answer: their mail is a case, without an acknowledgment (THREATS 44)."""
    if arrival.message.kind in ("person", "list"):
        return "sent to an envelope sender of ours, where only machines write" if arrival.to_bounce_address else ""
    return f"{arrival.message.kind}: {arrival.message.kind_because}"


TABLE: tuple[tuple[Outcome, Callable[[Arrival], str]], ...] = (
    ("junk", lambda arrival: arrival.message.junk_because or ""),
    ("duplicate", _duplicate),
    ("automatic", _automatic),
)


def carry_out(arrival: Arrival, classified: Classified, reference: str, now: datetime) -> Decision | None:
    """The decision that follows; None where no case is touched. `reference` is for a new case.

    The history says what of the mail could not be read.
    """
    decision = _decision(arrival, classified, reference, now)
    unread = [Entry("unread", each) for each in arrival.message.unread]
    return decision.then(*unread) if decision is not None and unread else decision


def _decision(arrival: Arrival, classified: Classified, reference: str, now: datetime) -> Decision | None:
    if classified.outcome == "automatic":
        return _on_its_case(arrival, now)
    found = classified.match
    if found is None:
        return None
    if found.case is None:
        opened = open_case(arrival.policy, _opening(arrival, found, reference, classified.because), now)
        return opened.then(notices=_told_colleague(arrival, opened.case))
    message = arrival.message
    reply = Reply(
        writer=writer(arrival),
        fields=fields_of_reply(message, arrival.our_words, found.policy or arrival.policy),
        text=f"{message.subject}\n{message.new_text}",
        customer=arrival.customer,
        because=found.because,
        received_at=arrival.received_at,
        third_party=found.third_party,
        case_text=arrival.case_text,
        asks_escalation=arrival.asks_escalation,
        authentication=message.authentication,
        farewell=_farewell(message),
        proven=message.authentication == "pass" or found.because == SAID["token"],
        their_numbers=_their_numbers(arrival, found.policy or arrival.policy),
        copied=copied.allowed(found.policy or arrival.policy, message, arrival.customer),
        unproven=NOTHING if message.authentication == "pass" else message.authentication_because or NOTHING,
    )
    return take_reply(found.policy or arrival.policy, found.case, reply, now)


def _told_colleague(arrival: Arrival, case: Case) -> tuple[Notice, ...]:
    """What the person of the desk hears whose mail opened a case: whose it is, or the question."""
    if arrival.forwarded_by and case.contact.address:
        text = sentence(
            "{case} was opened for {customer}, whose mail you passed on; letters go there.",
            case=case.reference,
            customer=case.contact.address,
        )
    elif arrival.forwarded_by:
        text = sentence(
            "{case} was opened from your mail, which does not say clearly whose case it is. "
            "Who is the customer? Reply with the line /customer ADDRESS.",
            case=case.reference,
        )
    elif arrival.of_a_colleague and arrival.staff is not None and not arrival.staff.old:
        text = sentence(
            "{case} was opened from a mail in your name; nobody was written to: {doubt}. "
            "Who is the customer? Reply with the line /customer ADDRESS.",
            case=case.reference,
            doubt=arrival.staff.doubt,
        )
    else:
        return ()
    return (Notice("desk-alert", arrival.forwarded_by or (arrival.staff.address if arrival.staff else ""), text),)


def writer(arrival: Arrival) -> Address:
    """Who wrote: From, else the envelope sender, else nobody."""
    message = arrival.message
    if message.from_ is not None:
        return Address(message.from_.name[:200], message.from_.address[:320])
    return Address("", (arrival.envelope_from or "")[:320])


def _on_its_case(arrival: Arrival, now: datetime) -> Decision | None:
    """A machine's mail kept on the case that it is about; only a letter that came back for good changes anything."""
    message = arrival.message
    case = arrival.bounced or (_case_of_receipt(arrival) if message.kind == "receipt" else None)
    if case is None:
        return None
    if message.bounce is None or not message.bounce.permanent:
        return Decision(replace(case, changed_at=now), (Entry(message.kind, message.kind_because),))
    if only_copies(case, message.bounce.recipients):
        return copy_came_back(arrival.bounced_policy or arrival.policy, case, message.bounce.recipients, now)
    failed = ", ".join(message.bounce.recipients) or case.contact.address
    text = sentence("mail to {failed} came back for good", failed=failed)
    return came_back(arrival.bounced_policy or arrival.policy, case, text, now, was_the_answer=arrival.bounced_reply)


def _case_of_receipt(arrival: Arrival) -> Case | None:
    """The case that a receipt names: a client sends it for its user, who may be known to take part."""
    found = match(arrival.candidates)
    return None if found.third_party else found.case


def _opening(arrival: Arrival, found: Match, reference: str, because: str) -> Opening:
    message, marks = arrival.message, _marks(arrival)
    return Opening(
        reference=reference,
        route=arrival.route,
        queue=arrival.queue,
        channel="email",
        customer=arrival.customer,
        contact=writer(arrival),
        subject=own_subject(message.subject, arrival.policy.file.prefix)[:SUBJECT],
        text=f"{message.subject}\n{message.new_text}",
        language=_language(arrival),
        opened_at=arrival.received_at,
        fields=arrival.fields,
        marks=marks,
        linked=tuple(dict.fromkeys((*found.linked, *arrival.linked))),
        alert=found.alert or _oversize(arrival),
        follows=found.follows,
        oversize=arrival.oversize,
        backlog=arrival.backlog,
        because=f"{because}; {message.authentication_because}" if "unverified" in marks else because,
        record=arrival.record,
        asks_escalation=arrival.asks_escalation,
        their_numbers=_their_numbers(arrival, arrival.policy),
        copied=() if arrival.forwarded_by else copied.allowed(arrival.policy, message, arrival.customer),
        elsewhere=arrival.elsewhere,
        of_a_colleague=arrival.of_a_colleague,
    )


def _their_numbers(arrival: Arrival, policy: Policy) -> tuple[str, ...]:
    """Ticket numbers in the subject that are none of ours."""
    ours = f"{policy.file.prefix}-"
    return tuple(each for each in arrival.message.ticket_numbers if not each.strip("[]() ").upper().startswith(ours))


def _oversize(arrival: Arrival) -> Sentence:
    if arrival.oversize is None:
        return NOTHING
    size = arrival.oversize / 1_000_000
    if size < 1:
        return sentence("the server would not give the mail; it was left where it is: {place}", place=arrival.place)
    return sentence(
        "the mail of {size} MB is too big and was left where it is: {place}; only its headers are kept",
        size=f"{size:.0f}",
        place=arrival.place,
    )


def _marks(arrival: Arrival) -> frozenset[str]:
    checks: Sequence[tuple[bool, str]] = (
        (bool(arrival.forwarded_by) and arrival.message.from_ is None, "triage"),
        (arrival.message.ambiguous_sender, "ambiguous-sender"),
        (arrival.message.authentication == "fail" or _unproven(arrival), "unverified"),
        (arrival.private, "security"),
    )
    return frozenset(mark for holds, mark in checks if holds)


def _unproven(arrival: Arrival) -> bool:
    """Whether a mail counts as a customer's that the host which was asked does not vouch for.

    Where nobody was asked nothing is known, and a stranger's case shows that it is one.
    """
    message = arrival.message
    asked = message.authentication_because is not None
    return asked and message.authentication != "pass" and arrival.customer is not None


def _language(arrival: Arrival) -> str:
    """The customer's language, else the mail's, else English, as far as the policy speaks it."""
    customer = arrival.customer or (arrival.elsewhere.customer if arrival.elsewhere else None)
    wanted = (customer.language if customer else None, arrival.message.language)
    return next((spoken for each in wanted if (spoken := arrival.policy.speaks(each))), "en")
