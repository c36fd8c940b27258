"""Letters from decisions: to whom, with which values, and the headers that thread and protect them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from intake.core.answer.desk import Desk
from intake.core.answer.letter import Enclosure, Letter
from intake.core.answer.notices import have_it_link, ladder_values, told_values
from intake.core.answer.tokens import Token, tagged
from intake.core.answer.values import (
    asked_for,
    because_values,
    case_values,
    clock_values,
    escalation_values,
    of_severity,
)
from intake.core.answer.wording import foreign, instant
from intake.core.case.case import Case, Customer, Notice, Wish
from intake.core.case.notices import Told
from intake.core.case.severity_acts import DECIDED
from intake.core.case.severity_wish import REFUSED
from intake.core.case.tasks import offered
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy

REFERENCES = 20
PERSONAL = 1


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
    files: tuple[Enclosure, ...] = (),
    by_person: bool = False,
) -> Letter:
    """A letter to the customer. `unique` makes its Message-ID; `author` is the agent of a person's reply.

    `files` go along with it; `by_person`: a person's act brought it about.
    """
    values = case_values(policy, case, case.language, case.zone, to, desk, customer)
    values |= asked_for(policy, case, case.language)
    values["reminder"] = {"number": str(wish.number)}
    values["reply"] = {"text": wish.text, "agent_name": "" if _signed(wish.text, author) else author}
    contract = wish.contract
    values["contract"] = {
        "policy_title": contract.title if contract else "",
        "address": contract.address if contract else "",
    }
    follows = wish.follows if wish.follows and to.address.lower() in wish.follows.people else None
    values["follows"] = {"reference": follows.reference if follows else ""}
    values["because"] = because_values(of_severity(policy, case), case.language, desk.phone)
    values["mail"] = {"subject": values["case"]["subject"], "size": wish.text, "limit": desk.size_limit}
    values["escalation"] = escalation_values(policy, case, wish, desk)
    values["offers"] = [part.offer_in.get(case.language, part.offer) for part in offered(policy, case)]
    values["resolved"] = {"text": wish.text}
    values["wish"] = {
        "refused": REFUSED if wish.text == REFUSED else "",
        "decided": DECIDED if wish.text == DECIDED else "",
        "because": because_values(wish.because, case.language, desk.phone),
    }
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
        enclosures=files,
        by_person=by_person,
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
    values = case_values(policy, case, language, zone, to, desk, customer, subject=case.subject)
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


def digest(
    policy: Policy, cases: Sequence[Case], to: Address, desk: Desk, now: datetime, *, unique: str, key: str
) -> Letter:
    """One letter about several cases of one contact. `key` makes its Message-ID with `unique`."""
    first = cases[0]
    values = case_values(policy, first, first.language, first.zone, to, desk, None)
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
