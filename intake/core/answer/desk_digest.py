"""One letter in place of many notices to the same person: what each case wants, the most pressing first.

It can be answered: where it tells of one case, the answer is about that; else about the case whose number stands alone
in the answer's first line, or in its subject.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intake.core.answer.desk import Desk
from intake.core.answer.letter import Letter
from intake.core.answer.letters import Thread, agents_address, to_staff
from intake.core.answer.notices import answer_link, have_it_link
from intake.core.answer.tokens import DIGEST, tagged
from intake.core.answer.values import asked_for, clock_values
from intake.core.answer.wording import instant
from intake.core.case.case import Case, Customer
from intake.core.case.notices import Held, clock_of
from intake.core.case.work_list import first_due
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy

KIND, WHICH_CASE = "desk-digest", "desk-which-case"
LISTED = 50
ASKED_ABOUT = 8
EXCERPT = 300
PRESSING = (
    "desk-escalated",
    "desk-missed",
    "desk-due-soon",
    "desk-undeliverable",
    "desk-alert",
    "desk-assigned",
    "desk-new-case",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One case of a digest with its notices for the reader. `desk` is how its route signs."""

    policy: Policy
    case: Case
    customer: Customer | None
    desk: Desk
    notices: tuple[Held, ...]


def desk_digest(
    parts: Sequence[Part], to: Address, now: datetime, *, unique: str, language: str, zone: str = ""
) -> Letter:
    """The letter; instants are in `zone`, or in each policy's own. Beyond 50 cases the others are counted."""
    ordered = sorted(parts, key=_urgency)
    values: dict[str, Any] = {
        "items": [
            row for part in ordered[:LISTED] for row in _rows(part, to, now, language, zone or part.policy.file.zone)
        ],
        "count": str(len(ordered)),
        "more": str(len(ordered) - LISTED) if len(ordered) > LISTED else "",
    }
    letter_zone = zone or ordered[0].policy.file.zone
    first, desk = ordered[0].case, ordered[0].desk
    letter = to_staff(KIND, values, to, desk, now, unique=unique, language=language, zone=letter_zone)
    back = agents_address(first, to.address, desk) if len(ordered) == 1 else _digests_address(to.address, desk)
    return replace(letter, reply_to=Address(desk.name, back))


def _digests_address(holder: str, desk: Desk) -> str:
    """Where the reader of a digest of several cases answers to."""
    return tagged(desk.route, desk.separator, desk.keys.sign_for(DIGEST, holder))


def which_case(
    cases: Sequence[tuple[Case, Desk]],
    to: Address,
    desk: Desk,
    now: datetime,
    *,
    unique: str,
    thread: Thread,
    language: str,
    zone: str,
    doubt: str,
) -> Letter:
    """What an answer to a digest gets back that does not say which case it is about: how to say it.

    `cases` are those that the digest told of, the likeliest first: a few are listed, the others counted. `doubt` is why
    the mail is not believed, empty where it is.
    """
    rows = []
    for case, signs in cases[:ASKED_ABOUT]:
        address = agents_address(case, to.address, signs)
        rows.append(
            {
                "reference": case.reference,
                "subject": case.subject,
                "answer": answer_link(case.reference, address, case.subject),
                "have_it": have_it_link(case.reference, address),
            }
        )
    more = str(len(cases) - len(rows)) if len(cases) > len(rows) else ""
    values = {"which": {"because": doubt, "cases": rows, "more": more}}
    letter = to_staff(WHICH_CASE, values, to, desk, now, unique=unique, language=language, zone=zone)
    back = Address(desk.name, _digests_address(to.address, desk))
    return replace(letter, reply_to=back, in_reply_to=thread.in_reply_to, references=thread.after())


def _urgency(part: Part) -> tuple[int, bool, datetime, int, str]:
    kinds = [PRESSING.index(each.notice.kind) for each in part.notices if each.notice.kind in PRESSING]
    due = first_due(part.case)
    at = due.due_at if due and due.due_at else part.case.opened_at
    return min(kinds, default=len(PRESSING)), due is None, at, part.case.severity, part.case.reference


def _rows(part: Part, to: Address, now: datetime, language: str, zone: str) -> Iterator[Mapping[str, str]]:
    """A row for each notice of a case, with the case's facts; the first `begins` the case, the last `ends` it."""
    facts = _facts(part, to, language, zone)
    for held in part.notices:
        ends = {
            "begins": "begins" if held is part.notices[0] else "",
            "ends": "ends" if held is part.notices[-1] else "",
        }
        yield {**facts, **ends, **_notice(part, held, now, language, zone)}


def _facts(part: Part, to: Address, language: str, zone: str) -> Mapping[str, str]:
    case, policy, desk = part.case, part.policy, part.desk
    severity = policy.severity(case.severity)
    due, address = first_due(case), agents_address(case, to.address, desk)
    return {
        "reference": case.reference,
        "subject": case.subject,
        "severity": str(case.severity),
        "severity_title": severity.title_in.get(language, severity.title),
        "state": case.state,
        "customer_name": part.customer.name if part.customer else "",
        "contact_address": case.contact.address or "",
        "next_due": instant(due.due_at if due else None, zone, language),
        "next_kind": due.kind if due else "",
        "missing": ", ".join(each["label"] for each in asked_for(policy, case, language)["missing"]),
        "url": f"{desk.public_url}/cases/{case.reference}" if desk.public_url else "",
        "have_it": have_it_link(case.reference, address),
        "answer": answer_link(case.reference, address, case.subject),
    }


def _notice(part: Part, held: Held, now: datetime, language: str, zone: str) -> Mapping[str, str]:
    clock = clock_values(clock_of(part.case, held.notice), held.notice, now, zone, language)
    return {
        "kind": held.notice.kind,
        "text": held.notice.text.said(language),
        "excerpt": " ".join(held.excerpt.split())[:EXCERPT],
        "clock": clock["kind"],
        "target": clock["target"],
        "due": clock["due"],
        "overdue_by": clock["overdue_by"],
        "step": clock["step"],
        "since": instant(held.asked_at, zone, language),
    }
