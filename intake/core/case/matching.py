"""Which case a mail belongs to. A wrong match is worse than a new case: the evidence is part of the answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from intake.core.case.case import Case, Followed
from intake.core.case.staff import Staff
from intake.core.mail.message import Message
from intake.core.mail.ticket_numbers import bare_subject, tells_alone
from intake.core.policy.policy import Policy
from intake.core.sentences import NOTHING, Sentence, sentence

Evidence = Literal["token", "reference", "number", "their-number"]

# strongest first: what a mail carries that may lead to a case
PRECEDENCE: tuple[Evidence, ...] = ("token", "reference", "number", "their-number")
NUMBER = re.compile(r"(?<![\w-])([A-Z][A-Z0-9]{0,7}-[0-9]{1,12})(?![\w-])")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case that a mail may belong to, and how it came to be one.

    `writer_belongs`: the writer takes part, or is authenticated at the customer's domain or as its contact.
    `may_verify`: the case waits for a mail from a registered address, and this is one. `may_consent`: it waits for the
    consent of an end customer, and the writer is authenticated at their domain. `policy` is the version that it runs
    under. `number` is the ticket number of the other side's own, where that is the evidence.
    """

    case: Case
    evidence: Evidence
    writer_belongs: bool
    may_verify: bool = False
    may_consent: bool = False
    policy: Policy | None = None
    number: str = ""

    @property
    def said(self) -> str:
        """The evidence, for a person."""
        if self.evidence != "their-number":
            return SAID[self.evidence]
        return f'its subject has "{self.number}", a number of their own that {self.case.reference} was given by them'


@dataclass(frozen=True, slots=True)
class Match:
    """Where a mail belongs. `linked` are cases that it named without the right to join them.

    `policy` is the version that the case runs under. `staff`: one of the desk's people wrote. `follows` is the case
    that the mail came too late for.
    """

    case: Case | None
    because: str
    linked: tuple[str, ...] = ()
    third_party: bool = False
    alert: Sentence = NOTHING
    policy: Policy | None = None
    staff: Staff | None = None
    follows: Followed | None = None


SAID: dict[str, Sentence] = {
    "token": sentence("its recipient address carries the case's signed token"),
    "reference": sentence("it replies to a message of the case"),
    "number": sentence("its subject names the case"),
}


def numbers_in(subject: str) -> tuple[str, ...]:
    """What looks like a case reference in a subject, in order, at most five."""
    return tuple(dict.fromkeys(NUMBER.findall(subject.upper())))[:5]


def own_subject(subject: str, prefix: str) -> str:
    """The subject of a new case: without numbers of ours in brackets, which would lead answers to their cases."""
    if "[" in subject:
        subject = re.sub(rf"\[{re.escape(prefix)}-[0-9]{{1,12}}\]", " ", subject, flags=re.IGNORECASE)
    return " ".join(subject.split())


def belongs(
    case: Case, message: Message, customer_domains: Sequence[str], customer_contacts: Sequence[str] = ()
) -> bool:
    """Whether the writer takes part in the case, or is authenticated at the customer's domain or as its contact."""
    if message.from_ is None or message.ambiguous_sender or message.authentication == "fail":
        return False
    if case.participant(message.from_.address):
        return True
    domain = message.from_.domain
    known = message.from_.address.lower() in customer_contacts or any(_under(domain, each) for each in customer_domains)
    return known and message.authentication == "pass"


def gave_number(case: Case, message: Message, domains: Sequence[str], number: str) -> bool:
    """Whether a mail quotes a ticket number that the writer's own side gave the case. Whoever quotes it must be proven.

    The writer takes part, or shares a registered domain (`domains`) with somebody who does. A number too short to
    tell one matter from another counts under the case's own subject alone.
    """
    if message.from_ is None or message.ambiguous_sender or message.authentication != "pass":
        return False
    if not tells_alone(number) and bare_subject(message.subject) != bare_subject(case.subject):
        return False
    people = [each for each in case.participants if each.role in ("customer", "partner")]
    if any(each.address.lower() == message.from_.address.lower() for each in people):
        return True
    shared = [each for each in domains if _under(message.from_.domain, each)]
    return any(_under(each.address.rpartition("@")[2].lower(), one) for each in people for one in shared)


def _under(domain: str, registered: str) -> bool:
    return domain == registered or domain.endswith(f".{registered}")


def match(candidates: Sequence[Candidate]) -> Match:
    """The case to join, by the strongest evidence that may be believed.

    A signed token joins whoever wrote: only someone who was sent it can know it; a writer who takes no part stays
    a third party. References and numbers can be guessed, so they count only from a writer who belongs (THREATS 16);
    a case that waits for its registered sender takes References from there as well, and one that waits for an end
    customer's consent takes both from their authenticated domain, as a third party's. A number of the other side's own
    counts where one case alone has it.
    """
    theirs = {candidate.case.id for candidate in candidates if candidate.evidence == "their-number"}
    ranked = sorted(candidates, key=lambda candidate: PRECEDENCE.index(candidate.evidence))
    for candidate in ranked:
        if candidate.evidence == "their-number" and len(theirs) > 1:
            named = tuple(dict.fromkeys(each.case.reference for each in ranked))
            return Match(None, f'"{candidate.number}" is a number of several cases: {", ".join(named)}', linked=named)
        verifies = candidate.may_verify and candidate.evidence != "number"
        if candidate.writer_belongs or verifies or candidate.evidence == "token":
            third_party = not (candidate.writer_belongs or verifies)
            return Match(candidate.case, candidate.said, third_party=third_party, policy=candidate.policy)
        if candidate.may_consent:
            because = f"{candidate.said}, which waits for a consent from the writer's domain"
            return Match(candidate.case, because, third_party=True, policy=candidate.policy)
    if not ranked:
        return Match(None, "nothing in it names a case")
    named = tuple(dict.fromkeys(candidate.case.reference for candidate in ranked))
    why = sentence(
        "{evidence} {case}, but the writer takes no part in it and is not proven to belong to its customer",
        evidence=SAID[ranked[0].evidence],
        case=named[0],
    )
    return Match(None, why, linked=named, alert=sentence("{why}: opened as a case of its own", why=why))


def match_staff(candidates: Sequence[Candidate], person: Staff, message: Message) -> Match | None:
    """The case that a mail of one of the desk's people is about, by the strongest evidence; None where it names none.

    None as well for somebody who writes as the case's customer: a colleague of ours with a case of their own, or a
    customer who answers to an address that an agent passed on.
    """
    for candidate in sorted(candidates, key=lambda candidate: PRECEDENCE.index(candidate.evidence)):
        known = candidate.case.participant(message.from_.address) if message.from_ else None
        customers = known is not None and known.role in ("customer", "partner") and not person.believed
        if customers or (known is None and candidate.writer_belongs and not person.authenticated):
            return None
        return Match(candidate.case, candidate.said, policy=candidate.policy, staff=person)
    return None
