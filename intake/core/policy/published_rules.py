"""What a published policy says besides its tables: a line for each rule about people, acts and mails."""

from collections.abc import Iterator
from typing import Any

from intake.core.policy.policy import Policy
from intake.core.policy.published_when import condition
from intake.core.policy.schema_rules import EscalationPart

Line = tuple[str, str, str]
"""What it is about, what it says, and its clause."""


def rules(policy: Policy) -> list[dict[str, Any]]:
    """Each rule that no table holds, in the order in which a case meets them."""
    lines = (*_opening(policy), *_people(policy), *_acts(policy), *_customers(policy))
    return [{"what": what, "text": text, "clause": clause} for what, text, clause in lines]


def _opening(policy: Policy) -> Iterator[Line]:
    file = policy.file
    yield "Unknown sender", file.entitlement.because, file.entitlement.clause
    if part := file.registration:
        yield "Registered sender", part.because, part.clause
    for alert in file.alerts:
        yield f"{alert.role} is told at once", f"{condition(alert.when)}. {alert.reason.published}", alert.clause
    for allowance in file.allowance:
        within = f"{allowance.requests} requests within {allowance.within_days} days"
        yield "Allowance", f"{', '.join(allowance.plans)}: {within}. {allowance.because}", allowance.clause
    if flood := file.flood:
        said = f"More than {flood.more_than} cases tagged {flood.tag} within {flood.within_days} days"
        yield "Flood", f"{said}: {flood.role} is told. {flood.because}", flood.clause
    if consent := file.consent:
        yield (
            "Consent",
            f"{consent.because} It comes from the domain of: {policy.label(consent.field)}.",
            consent.clause,
        )


def _people(policy: Policy) -> Iterator[Line]:
    file = policy.file
    if engineer := file.engineer:
        yield "Named engineer", f"{', '.join(engineer.plans)}: {engineer.because}", engineer.clause
    if work := file.work_list:
        plans = f"; plans: {', '.join(work.plans)}" if work.plans else ""
        yield "Work list", f"in the order of {', '.join(work.order)}{plans}", work.clause


def _acts(policy: Policy) -> Iterator[Line]:
    file = policy.file
    for part in file.lowering:
        steps = ", ".join(f"{old} becomes {new}" for old, new in part.severity.items())
        stands = "; resolution stands still" if part.pauses else ""
        yield part.act.replace("-", " ").capitalize(), f"Severity {steps}{stands}. {part.because}", part.clause
    for warning in file.warnings:
        levels = ", ".join(map(str, warning.severity))
        yield f"Raising to Severity {levels}", warning.because, warning.clause
    for task in file.tasks:
        levels = ", ".join(map(str, task.severity))
        yield task.title, f"{', '.join(task.plans)}, ever Severity {levels}: {task.because}", task.clause


def _customers(policy: Policy) -> Iterator[Line]:
    file = policy.file
    if part := file.escalation:
        yield "Escalation asked for", f"{_escalation(part)} {part.because}", part.clause
    if credits_ := file.credits:
        rate = f"{credits_.days} day for every {credits_.every_minutes} minutes over {', '.join(credits_.clocks)}"
        yield "Service credits", f"{rate}. {credits_.because}", credits_.clause
    for hours in file.contract_hours:
        yield "Contract's hours", f"{', '.join(hours.plans)}: {hours.because}", hours.clause
    for region in file.regions:
        where = ", ".join((*region.countries, *(f"{country} {zone}" for country, zone in region.zones.items())))
        yield f"Region {region.name}", f"{region.zone or 'by country'}: {where}", region.clause


def _escalation(part: EscalationPart) -> str:
    said = [f"{part.answered_by} answers within {part.target}" if part.target else ""]
    said += [f"where it is urgent within {part.urgent_target}" if part.urgent_target else ""]
    said += ["each request climbs the ladder" if part.climbs else ""]
    said += [f"not before the {part.not_before} is due" if part.not_before else ""]
    return ", ".join(filter(None, said)).capitalize() + "."
