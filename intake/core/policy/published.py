"""A policy as it would be published: plain values for text, pages and JSON, made from the file that runs."""

from datetime import date
from typing import Any

from intake.core.policy.policy import ALWAYS, Policy
from intake.core.policy.promise import CLOCKS, Stated, Terms, stated
from intake.core.policy.published_rules import rules
from intake.core.policy.published_when import condition
from intake.core.policy.schema_rules import SeverityRule

YEARS = 2


def published(policy: Policy, today: date) -> dict[str, Any]:
    """Everything that a reader of the policy should know. Closed dates are those of this year and the next."""
    file = policy.file
    return {
        "name": policy.name,
        "title": file.title,
        "source": file.source,
        "version": policy.version,
        "plans": file.plans,
        "fallback_plan": file.fallback_plan,
        "severities": [
            {
                "level": part.level,
                "title": part.title,
                "definition": part.definition,
                "examples": [example.text for example in part.examples],
                "clause": part.clause,
            }
            for part in sorted(file.severities, key=lambda part: part.level)
        ],
        "targets": [table for kind in CLOCKS if (table := _targets(policy, kind))["rows"]],
        "calendars": [_calendar(policy, name, today) for name in file.calendars],
        "fields": [
            {
                "label": field.label,
                "required": field.required,
                "allowed": [choice.value for choice in field.allowed],
                "help": field.help,
                "clause": field.clause,
            }
            for field in file.fields
        ],
        "rules": [
            {"when": condition(rule.when), "then": _then(rule), "because": rule.reason.published, "clause": rule.clause}
            for rule in file.severity_rules
        ],
        "marks": [
            {
                "when": condition(rule.when),
                "then": ", ".join((*rule.marks, *rule.tags)),
                "because": rule.reason.published,
                "clause": rule.clause,
            }
            for rule in file.mark_rules
        ],
        "ladder": [
            {
                "after": rung.after if rung.own_hours else f"{rung.after}, in the hours of the missed target",
                "role": rung.role,
                "where": [*rung.regions, *rung.countries],
                "tells_customer": rung.tells_customer,
                "clause": rung.clause,
            }
            for rung in file.ladder
        ],
        "further": rules(policy),
        "chasing": _chasing(policy),
        "clauses": file.clauses,
    }


def _targets(policy: Policy, kind: Any) -> dict[str, Any]:
    """One clock's table: a row for each plan, and for tags that have targets of their own; a cell for each severity."""
    parts = [part for part in policy.file.targets if part.clock == kind]
    tags = dict.fromkeys(frozenset(part.tags) for part in sorted(parts, key=lambda part: len(part.tags)))
    levels = sorted(part.level for part in policy.file.severities)
    rows: list[dict[str, Any]] = []
    plans: list[str | None] = [*policy.file.plans] or [None]
    for plan in plans:
        for tagged in dict.fromkeys((frozenset[str](), *tags)):
            found = {level: stated(policy, kind, level, Terms(plan=plan, tags=tagged)) for level in levels}
            cells = {level: _cell(each) for level, each in found.items()}
            same = any(row["plan"] == plan and row["cells"] == cells for row in rows)
            if any(cells.values()) and not same:
                rows.append({"plan": plan, "tags": sorted(tagged), "cells": cells})
    return {"clock": kind, "levels": levels, "rows": rows}


def _cell(found: Stated | None) -> dict[str, str] | None:
    """A target in a table. One that counts from the first response starts when that is due, if it comes later."""
    if found is None:
        return None
    after = ", from the response" if found.starts == "response" else ""
    return {
        "target": f"{found.sentence}{after}",
        "clause": found.clause,
        "because": found.absent.text if found.absent else "",
    }


def _calendar(policy: Policy, name: str, today: date) -> dict[str, Any]:
    part, calendar = policy.file.calendars[name], policy.calendars[name]
    zone = "the customer's own time zone" if part.zone == "customer" else part.zone
    closed = {
        year: [{"date": each.day.isoformat(), "day": f"{each.day:%a %d %b}", "name": each.name, "part": _part(each)}
               for each in calendar.closures(year)]
        for year in range(today.year, today.year + YEARS)
    }  # fmt: skip
    always = " around the clock, on holidays too" if calendar.always else ""
    words = f"{', '.join(part.hours) if not always else ALWAYS + always}, {zone}"
    default = name == policy.file.calendar
    return {"name": name, "default": default, "words": words, "closed": closed, "clause": part.clause}


def _part(closed: Any) -> str:
    """What of a day is closed, where that is not all of it."""
    if closed.end - closed.start == 24 * 60:
        return ""
    return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (closed.start, closed.end))


def _chasing(policy: Policy) -> list[dict[str, str]]:
    """Who is told of what, what happens to silence, and until when a reply reopens a case: a sentence each."""
    file, out = policy.file, []
    chasing = file.chasing
    share = f"at the low end of a range, else at {chasing.remind_at_percent} % of the time, {chasing.remind} is told"
    out.append((f"Before a target is missed: {share}. When it is missed: {chasing.missed}.", chasing.clause))
    if file.triage:
        out.append((f"A case to be sorted out is looked at within {file.triage.due}.", file.triage.clause))
    if file.information:
        reminders = " and ".join(file.information.reminders)
        said = f"What is missing is asked for within {file.information.due}"
        out.append((f"{said}{f', with reminders after {reminders}' if reminders else ''}.", file.information.clause))
    within = f"A reply within {file.reopening.within_days} days of its closing reopens a case."
    out.append((within, file.reopening.clause))
    return [{"text": text, "clause": clause} for text, clause in out]


def _then(rule: SeverityRule) -> str:
    severity = {
        "given": "the severity that was given",
        "example": "the severity of the example",
    }.get(str(rule.severity), f"Severity {rule.severity}")
    return "; ".join((severity, *(["held"] if rule.held else []), *rule.marks, *rule.tags))
