"""A case's page: the conversation, what is owed and until when, what may be done, and what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from intake.core.case.case import Case, Clock
from intake.core.case.owed import owed
from intake.core.policy.counting import unfolded
from intake.core.policy.policy import Policy
from intake.desk.sight import Sight
from intake.errors import IntakeError
from intake.store import cases, drafts, messages, outbox, people
from intake.store.drafts import SavedDraft
from intake.store.engine import reading
from intake.store.messages import StoredMessage
from intake.web.door import Looking, OurSite, Visitor
from intake.web.site import Site
from intake.web.words import Standing, standing

router = APIRouter()
WRITING = timedelta(minutes=3)
LETTERS = {
    "acknowledgment": "Acknowledgment",
    "missing-information": "What is missing",
    "not-entitled": "Not entitled",
    "unverified": "Not verified yet",
    "reminder": "Reminder",
    "closed-for-silence": "Closed for silence",
    "too-big": "Too big",
    "escalated": "Escalated",
    "escalation-early": "Too early to escalate",
    "escalation-top": "Escalated to the top",
    "resolved": "Resolved",
    "severity-set": "Severity set",
    "digest": "Digest",
}


class NoSuchCase(IntakeError):  # noqa: N818
    """A case that is not there, or that this person does not see: nobody can tell which."""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of the conversation: a message by its number on the case, or a letter by its number in the outbox."""

    kind: str
    who: str
    address: str
    at: datetime
    number: int
    text: str
    whole: str = ""
    title: str = ""
    state: str = ""
    attachments: Sequence[dict[str, Any]] = ()
    mail_id: int | None = None
    marks: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """What somebody wanted to do to a case that had changed in the meantime, and what had happened."""

    what: str
    value: str
    because: str
    happened: Sequence[dict[str, Any]]


class Onlooker(Protocol):
    """Whoever sees some cases and not others."""

    @property
    def sight(self) -> Sight: ...


def seen_case(connection: Connection, who: Onlooker, reference: str) -> Case:
    """The case of a reference. Raises `NoSuchCase` where there is none that they see."""
    ids = cases.by_reference(connection, [reference])
    found = cases.load(connection, ids.values())
    case = next(iter(found.values()), None)
    if case is None or not who.sight.sees(case):
        raise NoSuchCase(f"No case has the reference {reference[:40]}.")
    return case


@router.get("/cases/{reference}")
def page(site: OurSite, visitor: Looking, reference: str, done: str = "") -> Response:
    """The page."""
    return show(site, visitor, reference, done=done)


def show(
    site: Site,
    visitor: Visitor,
    reference: str,
    *,
    done: str = "",
    said: str = "",
    unsent: SavedDraft | None = None,
    conflict: Conflict | None = None,
    status: int = 200,
) -> Response:
    """The page; `said` is what went wrong, `unsent` a text that was to go, `conflict` an act that came too late."""
    now = visitor.reader.now
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
        policy = site.house.policy_of(connection, case)
        customers = people.load(connection, [case.customer_id] if case.customer_id else [])
        stored = messages.of_case(connection, case.id)
        letters = outbox.listed(connection, case.id)
        history = cases.history(connection, case.id)
        draft = unsent or drafts.mine(connection, case.id, visitor.account.address)
        writing = drafts.writing(connection, case.id, visitor.account.address, now - WRITING)
        agents = people.agents(connection)
        linked = _linked(connection, visitor, case)
    language = site.house.settings.service.language
    clocks = [(clock, standing(policy, case, clock, now), _reasons(clock, language)) for clock in reversed(case.clocks)]
    mine = visitor.account.address
    return site.page(
        "case.html",
        status,
        visitor=visitor,
        case=case,
        language=language,
        policy=policy,
        customer=customers.get(case.customer_id or 0),
        items=_conversation(stored, letters),
        history=list(reversed(history)),
        entries=len(history),
        told=_told(history, mine) if done else [],
        said=said,
        conflict=conflict,
        draft=draft,
        writing=writing,
        agents=agents,
        roles=sorted(policy.roles),
        linked=linked,
        clocks=_running_first(clocks),
        copies=[each for each in case.participants if each.role == "cc" and not _same(each.address, case)],
        mails=[each for each in stored if each.direction == "in" and each.mail_id is not None],
        missed=[clock.kind for clock in case.clocks if clock.missed_at is not None],
        fields=_fields(policy, case),
        owed=[(key, policy.label(key)) for key in owed(policy, case)],
        levels=policy.file.severities,
        lowering=sorted({part.act for part in policy.file.lowering} | {"workaround"}),
        shadow=site.house.settings.answers.shadow,
        attachments_mb=f"{site.house.settings.answers.attachments_mb:g}"
        if site.house.settings.answers.attachments_mb
        else "",
    )


def _running_first(clocks: list[tuple[Clock, Standing, Any]]) -> list[tuple[Clock, Standing, Any]]:
    return sorted(clocks, key=lambda each: each[0].state == "ended")


def _same(address: str, case: Case) -> bool:
    return address.lower() == case.contact.address.lower()


def _reasons(clock: Clock, language: str) -> list[tuple[str, str, list[str]]]:
    """Clause, reason, and the steps by which a due time was counted."""
    out = []
    for each in clock.because:
        first, *steps = unfolded(each.said(language))
        out.append((each.clause, first, steps))
    return out


def _told(history: Sequence[dict[str, Any]], by: str) -> list[dict[str, Any]]:
    """What the last act of this person brought, warnings included."""
    if not history:
        return []
    last = history[-1]["at"]
    entries = [each for each in history if each["at"] == last]
    return entries if any(each["actor"] == by for each in entries) else []


def _linked(connection: Connection, visitor: Visitor, case: Case) -> list[Case]:
    found = cases.load(connection, cases.by_reference(connection, case.linked).values())
    return [each for each in found.values() if visitor.sight.sees(each)]


def _conversation(stored: Sequence[StoredMessage], letters: Sequence[dict[str, Any]]) -> list[Item]:
    """Messages and automatic letters by time; a person's reply is a message already, so its letter adds its state."""
    sent = {letter["message_id"]: letter for letter in letters}
    items = [
        Item(
            kind=each.direction,
            who=each.author_name or each.author_address,
            address=each.author_address,
            at=each.at,
            number=number,
            text=each.new_text.strip() or each.text.strip(),
            whole=each.text.strip() if each.text.strip() != each.new_text.strip() and each.new_text.strip() else "",
            title=each.subject,
            state=_state(sent.get(each.message_id or "")),
            attachments=each.attachments,
            mail_id=each.mail_id,
            marks=_marks(each),
        )
        for number, each in enumerate(stored)
    ]
    for letter in letters:
        if letter["kind"] != "reply" and not letter["kind"].startswith("desk-"):
            name = LETTERS.get(letter["kind"], letter["kind"])
            at = datetime.fromisoformat(letter["queued_at"])
            items.append(
                Item("letter", name, letter["to"], at, letter["id"], "", title=letter["subject"], state=_state(letter))
            )
    return sorted(items, key=lambda item: item.at)


def _marks(message: StoredMessage) -> list[str]:
    """What is to be known of a single mail: how far its sender is believed, whose it is, whether a machine wrote it."""
    marks = ["unverified"] if message.unverified else []
    marks += [message.role] if message.role in ("partner", "cc") else []
    return [*marks, message.kind] if message.kind != "person" else marks


def _state(letter: dict[str, Any] | None) -> str:
    if letter is None:
        return ""
    return f"{letter['state']}: {letter['reason']}" if letter["reason"] else str(letter["state"])


def _fields(policy: Policy, case: Case) -> list[tuple[str, str, str]]:
    """Each field's name and value, and what is wrong with that."""
    listed = {spec.key for spec in policy.specs if spec.allowed}
    out: list[tuple[str, str, str]] = []
    for key, field in case.fields.items():
        value = ", ".join(field.value) if isinstance(field.value, tuple) else str(field.value)
        wrong = "" if field.valid else "not on the list" if key in listed else "no real value"
        out.append((policy.label(key), value if field.valid else field.written, wrong))
    return out
