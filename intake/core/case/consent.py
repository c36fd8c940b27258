"""The end customer's consent: a case that waits for it, a mail that gives it, a person who records it."""

from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.case import Case, Customer, Decision, Entry, Notice
from intake.core.policy import words
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy

MARK = "awaiting-consent"


def by_mail(
    policy: Policy, decision: Decision, sender: str, text: str, authentication: str, at: datetime
) -> Decision | None:
    """The consent that the case waits for, where the mail is one; None for any other mail.

    It must come from the end customer's own domain and say so. Where the sender is known to be forged a person is
    asked; where nothing could be checked the consent counts, and the history says so.
    """
    part, case = policy.file.consent, decision.case
    if part is None or MARK not in case.marks or not words.found(part.words, text):
        return None
    if not _is_end_customers(case, part.field, sender):
        return None
    if authentication == "fail":
        said = f"a consent from {sender} came, but its sender is forged or not authorised; a person decides"
        return decision.then(Entry("consent-doubted", said), notices=(_tell(policy, case, said),))
    how = "its sender is authenticated" if authentication == "pass" else "its sender could not be checked"
    said = f"the end customer consents by mail from {sender}; {how}"
    return given(policy, decision, said, sender, at, None).then(notices=(_tell(policy, case, said),))


def given(
    policy: Policy, decision: Decision, said: str, actor: str, at: datetime, customer: Customer | None
) -> Decision:
    """The case with the consent recorded; where the customer has the word, `update` starts now."""
    part = policy.file.consent
    why = (Because(part.clause, part.said(decision.case.language)),) if part else ()
    case = decision.case.unmarked(MARK)
    if "reply" in case.answered and case.state != "waiting":
        case = clocks.next_update(policy, case, at, customer)
    return replace(decision, case=case).then(Entry("consent", said, actor, why))


def _is_end_customers(case: Case, field: str, sender: str) -> bool:
    """Whether a sender writes from the end customer's domain, which the form's field names."""
    value = case.fields.get(field)
    domain = sender.rpartition("@")[2].lower()
    if value is None or not domain or not isinstance(value.value, str):
        return False
    named = {word.strip("<>()[],;:\"'.").lower() for word in value.value.split()}
    return any(
        domain == own or domain.endswith(f".{own}") for own in (word.rpartition("@")[2] for word in named) if "." in own
    )


def _tell(policy: Policy, case: Case, text: str) -> Notice:
    return Notice("desk-alert", case.assignee or policy.file.chasing.remind, text)
