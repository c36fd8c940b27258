"""What notices to the desk say besides the case: the step of the ladder, who was told, a link that says "I have it"."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

from intake.core.answer.wording import instant
from intake.core.case import steps
from intake.core.case.case import Case, Notice
from intake.core.case.notices import Told
from intake.core.policy.policy import Policy

HAVE_IT = "/have-it"
SUBJECT = 200


def have_it_link(reference: str, address: str) -> str:
    """A link that opens a mail to the case's address which says "I have it" (RFC 6068)."""
    return f"{answer_link(reference, address, 'I have it')}&body={quote(HAVE_IT, safe='')}"


def answer_link(reference: str, address: str, subject: str) -> str:
    """A link that opens a mail to the case's address under its number (RFC 6068)."""
    under = quote(f"[{reference}] {subject}"[:SUBJECT], safe="", errors="replace")
    return f"mailto:{quote(address, safe='@.-_')}?subject={under}"


def ladder_values(
    policy: Policy, case: Case, notice: Notice, since: datetime, zone: str, language: str
) -> dict[str, str]:
    """Which step of how many a case has reached, since when, and why; `because` is empty for a promise not kept."""
    escalation, part = case.escalation, policy.file.escalation
    asked = escalation is not None and escalation.asked and escalation.level == notice.number
    climbs = not asked or (part is not None and part.climbs)
    return {
        "step": str(notice.number or "") if climbs else "",
        "of": str(len(steps.ladder(policy, case)) or "") if climbs else "",
        "since": instant(since, zone, language),
        "because": notice.text.said(language) if asked or notice.clock is None else "",
    }


def told_values(case: Case, told: Iterable[Told], zone: str, language: str) -> list[dict[str, str]]:
    """Who was told what before, when, and of which promise."""
    clocks = {clock.number: clock for clock in case.clocks}
    rows = []
    for each in told:
        clock = clocks.get(each.clock or 0)
        due = (clock.missed_at or clock.due_at) if clock else None
        rows.append(
            {
                "who": each.recipient,
                "kind": each.kind,
                "step": str(each.number or ""),
                "when": instant(each.at, zone, language),
                "clock": clock.kind if clock else "",
                "due": instant(due, zone, language),
            }
        )
    return rows
