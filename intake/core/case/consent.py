"""The end customer's consent: a case that waits for it, a mail that gives it, a person who records it."""

import re
from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.case import Case, Customer, Decision, Entry, Notice
from intake.core.policy import words
from intake.core.policy.policy import Policy
from intake.core.sentences import NOTHING, Sentence, sentence

MARK = "awaiting-consent"
SENTENCE = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
# who says so may consent one day, and a person reads it
CONDITION = re.compile(
    r"\b(?:if|unless|once|until|before|provided|as soon as|must|needs?|should|would|could|might|may|not|"
    r"will (?:\w+ ){0,2}(?:consent|agree|approve|confirm|decide)|"
    r"wenn|falls|sofern|sobald|bevor|bis|muss|müssen|soll|sollte|würden?|könnten?|nicht|kein\w*)\b",
    re.IGNORECASE,
)


def by_mail(
    policy: Policy,
    decision: Decision,
    sender: str,
    text: str,
    authentication: str,
    at: datetime,
    unproven: Sentence = NOTHING,
) -> Decision | None:
    """The consent that the case waits for, where the mail is one; None for any other mail.

    It must come from the end customer's own domain and say so. Where the sender is known to be forged, or a
    host that was asked does not vouch for them (`unproven` is why), a person is asked; where nobody could be asked the
    consent counts, and the history says so.
    """
    part, case = policy.file.consent, decision.case
    if part is None or not awaited_from(policy, case, sender) or not words.found(part.words, _statements(text)):
        return None
    if authentication == "fail":
        said = sentence(
            "a consent from {sender} came, but its sender is forged or not authorised; a person decides", sender=sender
        )
        return decision.then(Entry("consent-doubted", said), notices=(_tell(policy, case, said),))
    if unproven:
        said = sentence(
            "a consent from {sender} came, but nobody vouches for the sender ({why}); a person decides",
            sender=sender,
            why=unproven,
        )
        return decision.then(Entry("consent-doubted", said), notices=(_tell(policy, case, said),))
    checked, unchecked = sentence("its sender is authenticated"), sentence("its sender could not be checked")
    how = checked if authentication == "pass" else unchecked
    said = sentence("the end customer consents by mail from {sender}; {how}", sender=sender, how=how)
    return given(policy, decision, said, sender, at, None).then(notices=(_tell(policy, case, said),))


def awaited_from(policy: Policy, case: Case, sender: str) -> bool:
    """Whether the case waits for the consent of an end customer at whose domain the sender writes."""
    part = policy.file.consent
    return part is not None and MARK in case.marks and _is_end_customers(policy, case, part.field, sender)


def given(
    policy: Policy, decision: Decision, said: str, actor: str, at: datetime, customer: Customer | None
) -> Decision:
    """The case with the consent recorded; where the customer has the word, `update` starts now."""
    part = policy.file.consent
    why = (part.reason,) if part else ()
    case = decision.case.unmarked(MARK)
    if "reply" in case.answered and case.state != "waiting":
        case = clocks.next_update(policy, case, at, customer)
    return replace(decision, case=case).then(Entry("consent", said, actor, why))


def _statements(text: str) -> str:
    """What a mail states without a condition. Its subject is ours as often as the writer's, and states nothing."""
    said = SENTENCE.split(text.partition("\n")[2])
    return "\n".join(each for each in said if not each.rstrip().endswith("?") and not CONDITION.search(each))


def _is_end_customers(policy: Policy, case: Case, field: str, sender: str) -> bool:
    """Whether a sender writes from the end customer's domain, which the form's field names.

    At a generic domain, where anybody may have an address, only the address that was named counts. The partner's own
    domain is not the end customer's.
    """
    value, sender = case.fields.get(field), sender.lower()
    domain = sender.rpartition("@")[2]
    if value is None or not domain or not isinstance(value.value, str):
        return False
    named = {word.strip("<>()[],;:\"'.").lower() for word in value.value.split()}
    if sender in named:
        return sender != case.contact.address.lower()
    if _within(domain, case.contact.address.rpartition("@")[2].lower()):
        return False
    generic = policy.file.registration.generic_domains if policy.file.registration else []
    owned = (word.rpartition("@")[2] for word in named)
    return any(_within(domain, own) for own in owned if "." in own and own not in generic)


def _within(domain: str, own: str) -> bool:
    return domain == own or domain.endswith(f".{own}")


def _tell(policy: Policy, case: Case, text: Sentence) -> Notice:
    return Notice("desk-alert", case.assignee or policy.file.chasing.remind, text)
