"""What is to be done about a clock, and when: reminders, triage, the miss, the ladder, closing for silence."""

from collections.abc import Iterator
from datetime import datetime

from intake.core.case.case import Case, ClockKind, Step
from intake.core.policy.policy import Policy
from intake.core.policy.promise import Promise, span_from
from intake.core.policy.schema import InformationPart
from intake.core.policy.schema_rules import LadderStep


def of_promise(policy: Policy, case: Case, kind: ClockKind, start: datetime, made: Promise) -> Iterator[Step]:
    """Triage, a reminder at the aim, the miss, then the ladder, in the order of their instants."""
    triage = policy.file.triage
    chasing = policy.file.chasing
    todo = []
    if kind == "response" and triage is not None and "triage" in case.marks:
        todo.append(Step(span_from(policy, triage.due, start, case.zone), "triage", chasing.remind))
    if made.due is not None:
        if made.remind is not None and made.remind < made.due:
            todo.append(Step(made.remind, "remind-desk", chasing.remind))
        todo.append(Step(made.due, "missed", chasing.missed))
        todo += [
            Step(
                _after(policy, made.due, made.calendar, rung, case.zone),
                "escalate",
                rung.role,
                level,
                rung.tells_customer,
            )
            for level, rung in enumerate(ladder(policy, case), 1)
        ]
    yield from sorted(todo, key=lambda step: step.at)


def of_information(policy: Policy, part: InformationPart, case: Case, at: datetime) -> tuple[Step, ...]:
    """Reminders to the customer, then the closing."""
    reminders = [span_from(policy, each, at, case.zone) for each in part.reminders]
    todo = [Step(each, "remind-customer", number=count) for count, each in enumerate(reminders, 1)]
    return (*todo, Step(span_from(policy, part.due, at, case.zone), "close", policy.file.chasing.remind))


def ladder(policy: Policy, case: Case) -> list[LadderStep]:
    """The steps of the ladder that hold for a customer of the case's region and country; level 1 first."""
    region = policy.region(case.region, case.country)
    return [
        rung
        for rung in policy.file.ladder
        if (not rung.regions or (region is not None and region.name in rung.regions))
        and (not rung.countries or case.country in rung.countries)
    ]


def _after(policy: Policy, due: datetime, calendar: str | None, rung: LadderStep, zone: str) -> datetime:
    """A delay after the miss, in the calendar of the missed target unless the sentence says in which."""
    own = rung.own_hours or not calendar
    return span_from(policy, rung.after if own else f"{rung.after}, {calendar}", due, zone)
