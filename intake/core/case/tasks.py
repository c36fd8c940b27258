"""Follow-ups that a policy offers on a resolved case, such as an analysis of the root cause."""

from dataclasses import replace
from datetime import datetime

from intake.core.case.case import Case, Decision, Entry, Notice, Task
from intake.core.policy import words
from intake.core.policy.policy import ENGINEER, Policy
from intake.core.policy.schema_rules import TaskPart
from intake.core.sentences import sentence


def offered(policy: Policy, case: Case) -> list[TaskPart]:
    """What the customer of a case may ask for and has not asked for yet."""
    ever = range(case.worst or case.severity, case.severity + 1)
    asked = {task.name for task in case.tasks}
    return [
        part
        for part in policy.file.tasks
        if case.plan in part.plans and part.name not in asked and any(level in ever for level in part.severity)
    ]


def ask(policy: Policy, decision: Decision, text: str, at: datetime) -> Decision:
    """The follow-ups that a mail asks for, each opened once with its owner told."""
    for part in offered(policy, decision.case):
        if words.found(part.words, text):
            decision = opened(policy, decision, part, at)
    return decision


def opened(policy: Policy, decision: Decision, part: TaskPart, at: datetime) -> Decision:
    """The case with the follow-up."""
    case = decision.case
    named = case.assignee if part.owner == ENGINEER else part.owner
    owner = named or policy.file.chasing.remind
    task = Task(len(case.tasks) + 1, part.name, part.title, owner, at)
    text = sentence("follow-up asked for: {title}", title=part.title)
    return replace(decision, case=replace(case, tasks=(*case.tasks, task))).then(
        Entry("task", f"{text}; owner {owner}", because=(part.reason,)),
        notices=(Notice("desk-alert", owner, text),),
    )
