"""Letters from decisions: the values that templates may name, and the headers that thread and protect them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.core.answer.letter import Letter
from intake.core.answer.notices import have_it_link, ladder_values, told_values
from intake.core.answer.tokens import Keys, Token, tagged
from intake.core.answer.wording import foreign, instant
from intake.core.case import chasing
from intake.core.case.case import Case, Clock, Customer, Notice, Wish
from intake.core.case.notices import Told
from intake.core.case.tasks import offered
from intake.core.mail.fields import missing_fields
from intake.core.mail.message import Address
from intake.core.policy.because import Because
from intake.core.policy.policy import Policy

REFERENCES = 20
PERSONAL = 1


@dataclass(frozen=True, slots=True)
class Desk:
    """How the desk signs: its name and host, the address of the case's route, how tokens stand in it."""

    name: str
    hostname: str
    route: str
    separator: str
    keys: Keys
    public_url: str = ""
    size_limit: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """The messages that a letter answers: the last one's id, and the ids before it."""

    in_reply_to: str | None = None
    references: tuple[str, ...] = ()

    def after(self) -> tuple[str, ...]:
        """References of an answer (RFC 5322 3.6.4), the oldest and the newest where there are too many."""
        before = (each for each in dict.fromkeys(self.references) if each != self.in_reply_to)
        ids = (*before, *((self.in_reply_to,) if self.in_reply_to else ()))
        return ids if len(ids) <= REFERENCES else (ids[0], *ids[-REFERENCES + 1 :])


def to_customer(
    policy: Policy,
    case: Case,
    wish: Wish,
    to: Address,
    desk: Desk,
    now: datetime,
    *,
    thread: Thread,
    unique: str,
    customer: Customer | None = None,
    author: str = "",
) -> Letter:
    """A letter to the customer. `unique` makes its Message-ID; `author` is the agent of a person's reply."""
    values = _values(policy, case, case.language, case.zone, to, desk, customer)
    values |= asked_for(policy, case, case.language)
    values["reminder"] = {"number": str(wish.number)}
    values["reply"] = {"text": wish.text, "agent_name": "" if _signed(wish.text, author) else author}
    contract = wish.contract
    values["contract"] = {
        "policy_title": contract.title if contract else "",
        "address": contract.address if contract else "",
    }
    values["because"] = _because(_of_severity(policy, case), case.language, desk.phone)
    values["mail"] = {"subject": foreign(case.subject), "size": wish.text, "limit": desk.size_limit}
    values["escalation"] = _escalation(policy, case, wish, desk)
    values["offers"] = [part.offer_in.get(case.language, part.offer) for part in offered(policy, case)]
    values["resolved"] = {"text": wish.text}
    values["wish"] = {"refused": wish.text, "because": _because(wish.because, case.language, desk.phone)}
    personal = wish.kind == "reply"
    participant = case.participant(to.address)
    token = desk.keys.sign(Token("reply", case.reference, participant.number if participant else 0))
    return Letter(
        kind=wish.kind,
        language=case.language,
        to=to,
        sender=Address(f"{author} ({desk.name})" if author else desk.name, desk.route),
        envelope_from=_envelope_sender(case, desk, personal=personal),
        message_id=_message_id(case, wish.kind, unique, desk),
        date=now,
        values=values,
        cc=_copies(case, to) if personal else (),
        automatic=None if personal else ("auto-generated" if wish.scheduled else "auto-replied"),
        reply_to=Address(desk.name, tagged(desk.route, desk.separator, token)),
        in_reply_to=thread.in_reply_to,
        references=thread.after(),
        loop_mark=None if personal else case.reference,
        # a stranger's words in an automatic letter only as they are harmless (THREATS 20)
        their_numbers=tuple(each for each in case.their_numbers if personal or foreign(each) == each),
    )


def _signed(text: str, author: str) -> bool:
    """Whether a text ends with its writer's name, or the first or last part of it, on a line of its own."""
    last = text.rstrip().rpartition("\n")[2].casefold()
    words, names = last.replace(",", " ").replace(".", " ").split(), author.casefold().replace(".", " ").split()
    return bool(words) and len(words) <= len(names) and set(words) <= set(names)


def _copies(case: Case, to: Address) -> tuple[Address, ...]:
    """Who gets a copy of a person's answer: those whom a person of the desk added to the case."""
    copied = (each for each in case.participants if each.role == "cc" and each.address.lower() != to.address.lower())
    return tuple(Address(each.name, each.address) for each in copied)


def to_desk(
    policy: Policy,
    case: Case,
    notice: Notice,
    to: Address,
    desk: Desk,
    now: datetime,
    *,
    unique: str,
    language: str,
    zone: str,
    customer: Customer | None = None,
    excerpt: str = "",
    asked_at: datetime | None = None,
    told: Sequence[Told] = (),
) -> Letter:
    """A notice to the desk, in the desk's language and the reader's zone.

    `asked_at` is when the decision asked for it, `told` who was told of the case's promises before.
    """
    values = _values(policy, case, language, zone, to, desk, customer, subject=case.subject)
    values |= asked_for(policy, case, language)
    values["marks"] = sorted(case.marks)
    values["message"] = {"from": case.contact.address or "", "excerpt": excerpt}
    values["alert"] = {"text": notice.text.said(language)}
    clock = next((each for each in case.clocks if each.number == notice.clock), None)
    values["clock"] = clock_values(clock, notice, now, zone, language)
    values["ladder"] = ladder_values(policy, case, notice, asked_at or now, zone, language)
    values["told"] = told_values(case, told, zone, language)
    values["have_it"] = {"url": have_it_link(case.reference, agents_address(case, to.address, desk))}
    return Letter(
        kind=notice.kind,
        language=language,
        to=to,
        sender=Address(desk.name, desk.route),
        envelope_from=_envelope_sender(case, desk, personal=False),
        message_id=_message_id(case, notice.kind, unique, desk),
        date=now,
        values=values,
        automatic="auto-generated",
        reply_to=Address(desk.name, agents_address(case, to.address, desk)),
        references=(f"{case.reference.lower()}.desk@{desk.hostname}",),
        loop_mark=case.reference,
    )


def agents_address(case: Case, holder: str, desk: Desk) -> str:
    """Where the holder of a notice answers to: the case's address with a token for them alone."""
    return tagged(desk.route, desk.separator, desk.keys.sign_for(case.reference, holder))


def clock_values(clock: Clock | None, notice: Notice, now: datetime, zone: str, language: str) -> dict[str, Any]:
    """A clock for a template; empty strings where the notice is about none."""
    due = clock.due_at if clock else None
    return {
        "kind": clock.kind if clock else "",
        "target": clock.target if clock else "",
        "due": instant(due, zone, language),
        "aim": instant(clock.aim_at if clock else None, zone, language),
        "overdue_by": _length((now - due).total_seconds()) if due and now > due else "",
        "step": str(notice.number or ""),
        "because": _because(clock.because if clock else (), language),
    }


def _escalation(policy: Policy, case: Case, wish: Wish, desk: Desk) -> dict[str, str]:
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


def digest(
    policy: Policy, cases: Sequence[Case], to: Address, desk: Desk, now: datetime, *, unique: str, key: str
) -> Letter:
    """One letter about several cases of one contact. `key` makes its Message-ID with `unique`."""
    first = cases[0]
    values = _values(policy, first, first.language, first.zone, to, desk, None)
    values["cases"] = [
        {
            "reference": case.reference,
            "subject": foreign(case.subject),
            "due": instant(_due(case), case.zone, first.language),
        }
        for case in cases
    ]
    return Letter(
        kind="digest",
        language=first.language,
        to=to,
        sender=Address(desk.name, desk.route),
        envelope_from=_envelope_sender(first, desk, personal=False),
        message_id=f"{key}.{unique}@{desk.hostname}",
        date=now,
        values=values,
        automatic="auto-generated",
        loop_mark=first.reference,
    )


def to_staff(
    kind: str,
    values: Mapping[str, Any],
    to: Address,
    desk: Desk,
    now: datetime,
    *,
    unique: str,
    language: str,
    zone: str = "",
) -> Letter:
    """A notice that is about no case or several: a parked mail, a broken file, a digest. Its return path is null."""
    return Letter(
        kind=kind,
        language=language,
        to=to,
        sender=Address(desk.name, desk.route),
        envelope_from="",
        message_id=f"{kind}.{unique}@{desk.hostname}",
        date=now,
        values={
            "desk": {"name": desk.name, "address": desk.route, "phone": desk.phone},
            "reader": {"name": to.name, "address": to.address, "zone": zone},
            **values,
        },
        automatic="auto-generated",
        loop_mark=kind,
    )


def _due(case: Case) -> datetime | None:
    response = case.latest("response")
    return response.due_at if response else None


def _envelope_sender(case: Case, desk: Desk, *, personal: bool) -> str:
    """Takes bounces and never answers; its token tells a person's answer from a machine's letter."""
    token = desk.keys.sign(Token("bounce", case.reference, PERSONAL if personal else 0))
    return tagged(desk.route, desk.separator, token)


def _message_id(case: Case, kind: str, unique: str, desk: Desk) -> str:
    return f"{case.reference.lower()}.{kind}.{unique}@{desk.hostname}"


def _values(
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
        "because": _because(case.because, language, desk.phone),
        "response": {
            "due": instant(response.due_at if owed and response else None, zone, language),
            "aim": instant(response.aim_at if owed and response else None, zone, language),
            "target": response.target if response else "",
            "missed": "missed" if response and response.missed_at else "",
            "given": instant(_given(case, response), zone, language),
            "absent_because": _absent_because(response, language, desk.phone),
        },
        "promises": _promises(case, zone, language),
    }


def _promises(case: Case, zone: str, language: str) -> list[dict[str, str]]:
    """The case's other clocks that run towards a due time."""
    return [
        {
            "kind": clock.kind,
            "target": clock.target,
            "due": instant(clock.due_at, zone, language),
            "missed": "missed" if clock.missed_at else "",
        }
        for clock in case.clocks
        if clock.kind in ("update", "resolution", "escalation") and clock.state == "running" and clock.due_at
    ]


def _given(case: Case, response: Clock | None) -> datetime | None:
    """When a person first answered; a clock that ended without an answer gives none."""
    return response.ended_at if response and "reply" in case.answered else None


def _absent_because(response: Clock | None, language: str, phone: str) -> str:
    """The reasons in words; the target's own sentence before them says no more than that there is no due time."""
    if response is None or response.due_at is not None:
        return ""
    said = (each.said(language, phone) for each in response.because)
    texts = (each.removeprefix(response.target).removeprefix(": ") for each in said)
    return " ".join(filter(None, texts))


def asked_for(policy: Policy, case: Case, language: str) -> dict[str, Any]:
    """What is missing or off the list, with what is allowed, and the form to copy, in a language."""
    keys = [key for key in missing_fields(policy.specs, case.fields) if key not in case.waived]
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


def _because(reasons: Sequence[Because], language: str, phone: str = "") -> list[Mapping[str, str]]:
    return [{"clause": each.clause, "text": each.said(language, phone)} for each in reasons]


def _of_severity(policy: Policy, case: Case) -> list[Because]:
    """The case's reasons without the one that says no more than that nobody knows the sender: letters say so apart."""
    stranger = policy.file.entitlement.reason
    return [each for each in case.because if not each.same_as(stranger)]


def _length(seconds: float) -> str:
    minutes = int(seconds // 60)
    days, rest = divmod(minutes, 1440)
    hours, left = divmod(rest, 60)
    parts = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{left} min"]
    return " ".join(part for part in parts if part)
