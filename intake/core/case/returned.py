"""A letter that reached nobody: what that does to its case."""

from dataclasses import replace
from datetime import datetime

from intake.core.case import clocks
from intake.core.case.case import Case, Decision, Entry, Notice
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence


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
