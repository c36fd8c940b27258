"""A letter that reached nobody, or not all: what that does to its case."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.case import Case, Decision, Entry, Notice
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence, sentence


def came_back(policy: Policy, case: Case, text: Sentence, now: datetime, *, was_the_answer: bool) -> Decision:
    """The case marked, the desk told. `was_the_answer`: it was the one reply of a person that the case has.

    Such an answer reached nobody: `response` reopens with its old due time (POLICIES, reading of time).
    """
    role = case.assignee or policy.file.chasing.remind
    decision = Decision(replace(case.marked("undeliverable"), changed_at=now))
    decision = decision.then(Entry("undeliverable", text), notices=(Notice("desk-undeliverable", role, text),))
    clock = case.latest("response")
    if not was_the_answer or clock is None or clock.state != "ended" or case.state == "closed":
        return decision
    reopened = decision.case.with_clock(clocks.reopened(policy, case, clock))
    reopened = replace(reopened, answered=case.answered - {"reply"})
    entry = Entry("unanswered", "the answer reached nobody: the response clock runs on")
    return replace(decision, case=reopened).then(entry)


def only_copies(case: Case, failed: Sequence[str]) -> bool:
    """Whether nobody failed but people who get a copy of answers: the letter itself did not come back."""
    copied = {each.address.lower() for each in case.participants if each.role == "cc"}
    copied -= {case.contact.address.lower(), (case.answer_to or "").lower()}
    return bool(failed) and {each.lower() for each in failed} <= copied


def copy_came_back(policy: Policy, case: Case, failed: Sequence[str], now: datetime) -> Decision:
    """The desk told that a copy did not arrive; the customer has the letter, so no mark and no clock changes."""
    text = sentence(
        "the copy for {failed} came back for good; the customer's own letter did not", failed=", ".join(failed)
    )
    role = case.assignee or policy.file.chasing.remind
    return Decision(replace(case, changed_at=now)).then(
        Entry("copy-undeliverable", text), notices=(Notice("desk-alert", role, text),)
    )
