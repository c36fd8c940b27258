"""Cases and customers in the outside's form: plain values for JSON, pages and scripts. Instants are ISO 8601 in UTC."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from intake.core.case.case import Case, Customer, Task
from intake.core.case.work_list import due
from intake.core.mail.fields import missing_fields
from intake.core.policy.policy import Policy
from intake.desk.outside import because_json, clock_json, fields_json
from intake.store import cases, messages


def summary(case: Case) -> dict[str, Any]:
    """A case in a list: what it is, where it stands, when the next running promise is due."""
    at = due(case)
    return {
        "reference": case.reference,
        "state": case.state,
        "severity": case.severity,
        "subject": case.subject,
        "from": {"name": case.contact.name, "address": case.contact.address},
        "policy": case.policy,
        "plan": case.plan,
        "route": case.route,
        "queue": case.queue,
        "marks": sorted(case.marks),
        "assignee": case.assignee,
        "opened": case.opened_at.isoformat(),
        "zone": case.zone,
        "due": at.isoformat() if at else None,
    }


def whole(
    connection: Connection,
    policy: Policy,
    case: Case,
    customer: Customer | None,
    letters: list[dict[str, Any]],
    language: str,
) -> dict[str, Any]:
    """A case with its fields, clocks, messages, letters, history, and reasons in the reader's language."""
    owed = missing_fields(policy.specs, case.fields)
    return summary(case) | {
        "policy_version": case.policy_version,
        "customer": customer.name if customer else None,
        "language": case.language,
        "wished_severity": case.wished_severity,
        "because": because_json(case.because, language),
        "fields": fields_json(policy, case.fields),
        "missing": [key for key in owed if key not in case.waived],
        "waived": sorted(case.waived),
        "tags": sorted(case.tags),
        "channel": case.channel,
        "region": case.region,
        "country": case.country,
        "held": because_json([case.held], language)[0] if case.held else None,
        "escalation": _escalation(case),
        "tasks": [_task(task) for task in case.tasks],
        "linked": list(case.linked),
        "merged_into": case.merged_into,
        "their_numbers": list(case.their_numbers),
        "closed": case.closed_at.isoformat() if case.closed_at else None,
        "participants": [
            {"address": person.address, "name": person.name, "role": person.role} for person in case.participants
        ],
        "clocks": [clock_json(clock, language) for clock in case.clocks],
        "messages": [_message(each) for each in messages.of_case(connection, case.id)],
        "outgoing": letters,
        "history": [_entry(row, language) for row in cases.history(connection, case.id)],
    }


def _escalation(case: Case) -> dict[str, Any] | None:
    found = case.escalation
    if found is None:
        return None
    return {"level": found.level, "since": found.at.isoformat(), "owner": found.owner, "asked": found.asked}


def _task(task: Task) -> dict[str, Any]:
    return {
        "name": task.name,
        "title": task.title,
        "owner": task.owner,
        "opened": task.opened_at.isoformat(),
        "done": task.done_at.isoformat() if task.done_at else None,
    }


def _message(message: messages.StoredMessage) -> dict[str, Any]:
    return {
        "direction": message.direction,
        "from": {"name": message.author_name, "address": message.author_address},
        "role": message.role,
        "at": message.at.isoformat(),
        "message_id": message.message_id,
        "subject": message.subject,
        "text": message.text,
        "new_text": message.new_text,
        "kind": message.kind,
        "mail": message.mail_id,
        "attachments": message.attachments,
        "unverified": message.unverified,
    }


def _entry(row: dict[str, Any], language: str) -> dict[str, Any]:
    return {**row, "at": row["at"].isoformat(), "because": because_json(row["because"], language)}


def customer_json(customer: Customer) -> dict[str, Any]:
    """A customer's record."""
    return {
        "name": customer.name,
        "domains": list(customer.domains),
        "contacts": list(customer.contacts),
        "policy": customer.policy,
        "plan": customer.plan,
        "since": customer.since.isoformat() if customer.since else None,
        "zone": customer.zone,
        "country": customer.country,
        "region": customer.region,
        "language": customer.language,
        "support_keys": list(customer.support_keys),
        "engineer": customer.engineer,
        "account_manager": customer.account_manager,
        "targets": {kind: dict(levels) for kind, levels in customer.targets.items()},
        "hours": dict(customer.hours),
    }


def plain(value: Any) -> str:
    """A value of a record for people, on one line."""
    if isinstance(value, Mapping):
        tables = ((kind, each if isinstance(each, Mapping) else {"": each}) for kind, each in value.items())
        return "; ".join(
            f"{kind} {level}".strip() + f": {text}" for kind, each in tables for level, text in each.items()
        )
    return ", ".join(value) if isinstance(value, list) else str(value or "")
