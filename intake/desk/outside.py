"""Messages, fields, reasons and clocks in the outside's form: plain values for JSON, instants as ISO 8601 in UTC."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from intake.core.case.case import Clock
from intake.core.mail.form import FieldKind, FieldValue
from intake.core.mail.message import Address, Message
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy


def message_json(message: Message) -> dict[str, Any]:
    """The facts of a mail in the outside's form."""
    bounce = message.bounce
    return {
        "message_id": message.message_id,
        "subject": message.subject,
        "from": _address(message.from_),
        "to": [each.address for each in message.to],
        "cc": [each.address for each in message.cc],
        "date": message.date.isoformat() if message.date else None,
        "text": message.text,
        "new_text": message.new_text,
        "attachments": [
            {"filename": each.filename, "content_type": each.content_type, "size": each.size}
            for each in message.attachments
        ],
        "kind": message.kind,
        "bounce": None
        if bounce is None
        else {
            "recipients": list(bounce.recipients),
            "permanent": bounce.permanent,
            "original_message_id": bounce.original_message_id,
        },
        "in_reply_to": message.in_reply_to,
        "references": list(message.references),
        "language": message.language,
        "authenticated": message.authentication == "pass",
        "defects": list(message.defects),
    }


def _address(address: Address | None) -> dict[str, str]:
    return {"name": address.name if address else "", "address": address.address if address else ""}


def fields_json(policy: Policy, fields: Mapping[str, FieldValue]) -> dict[str, Any]:
    """The fields of a form in the outside's form."""
    kinds = {spec.key: spec.kind for spec in policy.specs}
    return {
        key: {
            "label": policy.label(key),
            "value": _typed(kinds.get(key, "line"), value),
            "written": value.written,
            "valid": value.valid,
        }
        for key, value in fields.items()
    }


def _typed(kind: FieldKind, value: FieldValue) -> str | int | list[str]:
    """A list field's value is a list and a number field's a number, as far as one was given; all others are text."""
    if isinstance(value.value, tuple):
        return list(value.value)
    if kind == "choices":
        return [value.value]
    return int(value.value) if kind == "number" and value.valid else value.value


def because_json(reasons: Iterable[Because], language: str) -> list[dict[str, str]]:
    """Reasons in the outside's form, in the reader's language."""
    return [{"clause": each.clause, "text": each.said(language)} for each in reasons]


def clock_json(clock: Clock, language: str) -> dict[str, Any]:
    """A clock in the outside's form; instants in UTC, reasons in the reader's language."""
    return {
        "kind": clock.kind,
        "started": _iso(clock.started_at),
        "aim": _iso(clock.aim_at),
        "due": _iso(clock.due_at),
        "calendar": clock.calendar,
        "state": clock.state,
        "ended": _iso(clock.ended_at),
        "missed": _iso(clock.missed_at),
        "pauses": [
            {"from": _iso(pause.start), "to": _iso(pause.end), "because": pause.because} for pause in clock.pauses
        ],
        "because": because_json(clock.because, language),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
