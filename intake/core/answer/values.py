"""What templates may name of a case, as plain values: instants, promises, reasons and what is asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from intake.core.answer.desk import Desk
from intake.core.answer.wording import foreign, instant
from intake.core.case import chasing
from intake.core.case.case import Case, Clock, Customer, Notice, Wish
from intake.core.case.owed import owed
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy
from intake.core.policy.target_words import target_said


def case_values(
    policy: Policy,
    case: Case,
    language: str,
    zone: str,
    to: Address,
    desk: Desk,
    customer: Customer | None,
    subject: str | None = None,
) -> dict[str, Any]:
    """What every template may name."""
    severity = policy.severity(case.severity)
    wished = case.wished_severity if case.wished_severity != case.severity else None
    response = case.latest("response")
    owed = response is not None and response.state != "ended"
    return {
        "desk": {"name": desk.name, "address": desk.route, "phone": desk.phone},
        "reader": {"name": to.name, "address": to.address, "zone": zone},
        "case": {
            "reference": case.reference,
            "subject": foreign(case.subject) if subject is None else subject,
            "severity": str(case.severity),
            "severity_title": severity.title_in.get(language, severity.title),
            "severity_definition": severity.definition_in.get(language, severity.definition),
            "wished_severity": str(wished or ""),
            "state": case.state,
            "policy_title": policy.file.title,
            "plan": case.plan or "",
            "marks": sorted(case.marks),
            "opened": instant(case.opened_at, zone, language),
            "contact_name": case.contact.name if subject is not None else "",
            "contact_address": case.contact.address if subject is not None else "",
            "customer_name": customer.name if customer else "",
            "url": f"{desk.public_url}/cases/{case.reference}" if desk.public_url else "",
        },
        "because": because_values(case.because, language, desk.phone),
        "response": {
            "due": instant(response.due_at if owed and response else None, zone, language),
            "aim": instant(response.aim_at if owed and response else None, zone, language),
            "target": target_said(response.target).said(language) if response else "",
            "missed": "missed" if response and response.missed_at else "",
            "given": instant(case.first_answered_at, zone, language),
            "absent_because": _absent_because(response, language, desk.phone),
        },
        "promises": _promises(case, zone, language),
    }


def _promises(case: Case, zone: str, language: str) -> list[dict[str, str]]:
    """The case's other clocks that run towards a due time."""
    return [
        {
            "kind": clock.kind,
            "target": target_said(clock.target).said(language),
            "due": instant(clock.due_at, zone, language),
            "missed": "missed" if clock.missed_at else "",
        }
        for clock in case.clocks
        if clock.kind in ("update", "resolution", "escalation") and clock.state == "running" and clock.due_at
    ]


def _absent_because(response: Clock | None, language: str, phone: str) -> str:
    """The reasons in words; the target's own sentence before them says no more than that there is no due time."""
    if response is None or response.due_at is not None:
        return ""
    said = (each.said(language, phone) for each in response.because)
    texts = (each.removeprefix(response.target).removeprefix(": ") for each in said)
    return " ".join(filter(None, texts))


def asked_for(policy: Policy, case: Case, language: str) -> dict[str, Any]:
    """What is missing or off the list, with what is allowed, and the form to copy, in a language."""
    keys = owed(policy, case)
    missing = []
    for field in policy.file.fields:
        if field.key in keys:
            written = case.fields[field.key].written if field.key in case.fields else ""
            shown = foreign(written)
            missing.append(
                {
                    "label": policy.label(field.key).said(language),
                    "problem": "not on the list" if shown else "missing",
                    "written": shown,
                    "allowed": [choice.value for choice in field.allowed],
                }
            )
    information = case.running("information")
    closes = information.closes_at if information and chasing.closes_for_silence(case) else None
    due = instant(closes, case.zone, language)
    part = policy.file.information
    because = part.because_in.get(language, part.because) if part else ""
    return {
        "missing": missing,
        "form": form_to_copy(policy, keys, language),
        "information": {"due": due, "because": because},
    }


def form_to_copy(policy: Policy, keys: Sequence[str], language: str = "") -> str:
    """The lines of the form for the fields named, in a language, ready to be filled in."""
    lines = []
    for field in policy.file.fields:
        if field.key in keys:
            label = policy.label(field.key).said(language)
            lines.append(f"{label}:" if field.kind == "block" else f"{label}: ")
            if field.kind == "block":
                lines.append("")
    return "\n".join(lines).rstrip()


def clock_values(clock: Clock | None, notice: Notice, now: datetime, zone: str, language: str) -> dict[str, Any]:
    """A clock for a template; empty strings where the notice is about none."""
    due = clock.due_at if clock else None
    return {
        "kind": clock.kind if clock else "",
        "target": target_said(clock.target).said(language) if clock else "",
        "due": instant(due, zone, language),
        "aim": instant(clock.aim_at if clock else None, zone, language),
        "overdue_by": _length((now - due).total_seconds()) if due and now > due else "",
        "step": str(notice.number or ""),
        "because": because_values(clock.because if clock else (), language),
    }


def escalation_values(policy: Policy, case: Case, wish: Wish, desk: Desk) -> dict[str, str]:
    """The level that a case reached and why, or from when the next may be asked for.

    The policy's rule stands there for who asked for escalation; a person's own reason is the desk's alone.
    """
    clock, part, reached = case.running("escalation"), policy.file.escalation, case.escalation
    early = wish.kind == "escalation-early"
    asked = reached is None if early else reached is not None and reached.asked
    climbs = early or not asked or part is None or part.climbs
    return {
        "level": str(wish.number or "") if climbs else "",
        "due": instant(clock.due_at if clock else None, case.zone, case.language),
        "from": instant(wish.at, case.zone, case.language),
        "missed": "missed" if wish.scheduled else "",
        "because": part.reason.said(case.language, desk.phone) if part and asked else "",
    }


def because_values(reasons: Sequence[Because], language: str, phone: str = "") -> list[Mapping[str, str]]:
    """Reasons, each with its clause, in a language; `phone` is the desk's, for those that name it."""
    return [{"clause": each.clause, "text": each.said(language, phone)} for each in reasons]


def of_severity(policy: Policy, case: Case) -> list[Because]:
    """The case's reasons without the one that says no more than that nobody knows the sender: letters say so apart."""
    stranger = policy.file.entitlement.reason
    return [each for each in case.because if not each.same_as(stranger)]


def _length(seconds: float) -> str:
    minutes = int(seconds // 60)
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{left} min"]
    return " ".join(part for part in parts if part)
