"""From the wishes and notices of a decision to finished mails, rendered before any transaction begins."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog
from sqlalchemy import Connection

from intake.core.answer.letter import Enclosure, Letter
from intake.core.answer.letters import Thread, to_customer, to_desk, to_staff
from intake.core.answer.permission import Asking, Permission, judge
from intake.core.case.case import Case, Customer, Decision, Entry, Notice, Wish
from intake.core.case.notices import EXCERPT, Held, Told, of_one_mail
from intake.core.mail.message import Address, Message
from intake.core.policy.policy import Policy
from intake.core.sentences import said
from intake.desk.house import House
from intake.errors import Mistake
from intake.outbound.headers import BadAddress
from intake.outbound.render import Rendered, render
from intake.store import cases, correspondence, notices, outbox, people
from intake.store.ledger import Waiting

log = structlog.get_logger()
HOUR = timedelta(hours=1)
FOR_THE_DIGEST = "waits for the digest"
SHADOW = "shadow mode: nothing leaves"


@dataclass(frozen=True, slots=True)
class Draft:
    """A finished mail that is to be queued, or withheld with a reason."""

    letter: Letter
    rendered: Rendered
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Posted:
    """A decision with its finished mails, and the letters that it asked for and that do not go out: kind and reason.

    `held` are notices that wait for their readers' hours and for each other; `told` those that finished mails tell.
    """

    decision: Decision
    drafts: tuple[Draft, ...] = ()
    unanswered: tuple[tuple[str, str], ...] = ()
    held: tuple[Held, ...] = ()
    told: tuple[tuple[Held, str], ...] = ()


def finish(
    house: House,
    connection: Connection,
    policy: Policy,
    decision: Decision,
    ask: Callable[[Case, str], Asking],
    now: datetime,
    *,
    thread: Thread,
    customer: Customer | None,
    author: str = "",
    excerpt: str = "",
    files: tuple[Enclosure, ...] = (),
) -> Posted:
    """The decision with every letter that it asks for. `ask` tells what the judgment about a kind is made from.

    `author` is the agent whose own words a reply is, `files` go along with it; `excerpt` is shown to the desk.
    """
    posted = Posted(decision)
    for wish in decision.wishes:
        if wish.kind == "reply":
            more = _personal(house, policy, posted.decision, wish, author, files, thread, customer, now)
        else:
            asked = ask(posted.decision.case, wish.key)
            more = _automatic(house, policy, posted.decision, wish, asked, thread, customer, now)
        posted = Posted(more.decision, (*posted.drafts, *more.drafts), (*posted.unanswered, *more.unanswered))
    return _with_notices(house, connection, policy, posted, decision.notices, customer, now, excerpt)


def save(house: House, connection: Connection, posted: Posted, now: datetime) -> int:
    """Stores the case with its history and queues its letters; gives back the case's id. Raises `Stale`."""
    return save_all(house, connection, [posted], now)[0]


def save_all(house: House, connection: Connection, posted: Sequence[Posted], now: datetime) -> list[int]:
    """The same for many, in a handful of statements; the cases' ids, in order. Raises `Stale` for any of them."""
    ids = cases.save_all(connection, [each.decision.case for each in posted], house.ranks)
    saved = list(zip(ids, posted, strict=True))
    cases.add_histories(connection, ((case_id, each.decision.entries) for case_id, each in saved), now)
    queue(connection, ((case_id, draft) for case_id, each in saved for draft in each.drafts), now)
    notices.add_all(connection, ((case_id, each.held, each.told) for case_id, each in saved), now)
    return ids


def queue(connection: Connection, drafts: Iterable[tuple[int | None, Draft]], now: datetime) -> None:
    """Queues finished mails, each with its case, in order."""
    outbox.queue_all(
        connection, ((case_id, draft.letter, draft.rendered, draft.withheld) for case_id, draft in drafts), now
    )


def _automatic(
    house: House,
    policy: Policy,
    decision: Decision,
    wish: Wish,
    asked: Asking,
    thread: Thread,
    customer: Customer | None,
    now: datetime,
) -> Posted:
    """An automatic letter to the customer, if it may go out. Every automatic letter comes through here."""
    permission = judge(asked)
    if permission.verdict == "never" or asked.to is None:
        entry = Entry("not-answered", f"no {wish.kind}: {permission.because}")
        if asked.undeliverable:
            decision = replace(decision, case=decision.case.marked("undeliverable"))
        return Posted(decision.then(entry), unanswered=((wish.kind, permission.because),))
    case = replace(decision.case, answered=decision.case.answered | {asked.kind})
    decision = decision.then(Entry("letter", f"{wish.kind} to {asked.to}"), case=case)
    desk, to = house.desk(case.route), Address("", asked.to)
    letter = to_customer(
        policy, case, wish, to, desk, now,
        thread=thread, unique=house.unique(), customer=customer, by_person=asked.by_person,
    )  # fmt: skip
    try:
        rendered = render(letter, house.templates)
    except BadAddress as error:
        return Posted(
            decision.then(Entry("not-answered", f"no {wish.kind}: {error}")), unanswered=((wish.kind, str(error)),)
        )
    return Posted(decision, (Draft(letter, rendered, _withheld(permission)),))


def _withheld(permission: Permission) -> str:
    return {"digest": FOR_THE_DIGEST, "withhold": SHADOW}.get(permission.verdict, "")


def _personal(
    house: House,
    policy: Policy,
    decision: Decision,
    wish: Wish,
    author: str,
    files: tuple[Enclosure, ...],
    thread: Thread,
    customer: Customer | None,
    now: datetime,
) -> Posted:
    """A person's own words to the customer; no machine's rule stands in their way."""
    case, desk, unique = decision.case, house.desk(decision.case.route), house.unique()
    letter = to_customer(
        policy, case, wish, case.contact, desk, now,
        thread=thread, unique=unique, customer=customer, author=author, files=files,
    )  # fmt: skip
    withheld = SHADOW if house.settings.answers.shadow else ""
    return Posted(decision, (Draft(letter, render(letter, house.templates), withheld),))


def _with_notices(
    house: House,
    connection: Connection,
    policy: Policy,
    posted: Posted,
    wanted: Iterable[Notice],
    customer: Customer | None,
    now: datetime,
    excerpt: str,
) -> Posted:
    """Notices to the people behind each role, each person once for each matter. Only alerts go out at once."""
    case = posted.decision.case
    wanted_by: dict[str, list[Held]] = {}
    for notice in wanted:
        role = house.meant(notice.role, case, customer)
        readers = house.people(notice.role, case, customer)
        if not readers:
            log.error("a notice goes to nobody", case=case.reference, role=notice.role)
        for address in (each for each in readers if each.lower() != notice.but.lower()):
            held = Held(0, case.id, address, role, notice, excerpt[:EXCERPT], now)
            wanted_by.setdefault(address, []).append(held)
    found = [each for of_one in wanted_by.values() for each in of_one_mail(of_one)]
    told = [each for each in found if each.notice.at_once]
    zones = _zones(connection, told)
    drafts = [
        (each, draft)
        for each in told
        if (draft := notice_draft(house, policy, case, each, customer, now, zones.get(each.recipient.lower(), "")))
    ]
    return replace(
        posted,
        drafts=(*posted.drafts, *(draft for _, draft in drafts)),
        told=tuple((each, draft.letter.message_id) for each, draft in drafts),
        held=tuple(each for each in found if not each.notice.at_once),
    )


def _zones(connection: Connection, told: Sequence[Held]) -> dict[str, str]:
    """The own zones of those agents whom a notice tells at once."""
    agents = people.agents_of(connection, [each.recipient for each in told]) if told else {}
    return {address: agent.zone for address, agent in agents.items() if agent.zone}


def notice_draft(
    house: House,
    policy: Policy,
    case: Case,
    held: Held,
    customer: Customer | None,
    now: datetime,
    zone: str = "",
    told: Sequence[Told] = (),
) -> Draft | None:
    """The finished letter of one notice, in the reader's zone; None where its address cannot be written to."""
    letter = to_desk(
        policy,
        case,
        held.notice,
        Address("", held.recipient),
        house.desk(case.route),
        now,
        unique=house.unique(),
        language=house.settings.service.language,
        zone=zone or house.settings.notices.zone or policy.file.zone,
        customer=customer,
        excerpt=held.excerpt,
        asked_at=held.asked_at,
        told=told,
    )
    try:
        return Draft(letter, render(letter, house.templates), SHADOW if house.settings.answers.shadow else "")
    except BadAddress as error:
        log.error("a notice goes to nobody", case=case.reference, role=held.role, because=str(error))
        return None


def parked(house: House, connection: Connection, work: Waiting, reason: str, now: datetime) -> tuple[Draft, ...]:
    """Tells whoever triages that a mail is parked; once an hour, since many may be parked together."""
    route = house.routes.get(work.route)
    policy = house.policies.get(route.policy if route else house.settings.route[0].policy)
    sender = work.mail.envelope_from or ""
    values = {
        "mail": {
            "from": sender,
            "subject": "",
            "id": str(work.mail.id),
            "reason": said(reason, house.settings.service.language),
        }
    }
    readers = house.people((route.role if route else "") or policy.file.chasing.remind)
    fresh = [each for each in readers if not correspondence.was_told(connection, "desk-parked", each, now, HOUR)]
    return tuple(_to_staff(house, "desk-parked", values, each, house.unique(), now) for each in fresh)


def broken_files(house: House, connection: Connection, mistakes: Iterable[Mistake], now: datetime) -> tuple[Draft, ...]:
    """Tells whoever triages that a file is broken and its last good version serves; the same mistakes once."""
    files = [{"place": f"{each.file}:{each.line}", "text": each.text} for each in mistakes]
    if not files:
        return ()
    unique = sha256(repr(files).encode()).hexdigest()[:16]
    roles = sorted({policy.file.chasing.remind for policy in house.policies})
    readers = dict.fromkeys(address for role in roles for address in house.people(role))
    drafts = [
        _to_staff(house, "desk-broken-file", {"files": files}, each, f"{unique}.{number}", now)
        for number, each in enumerate(readers)
    ]
    return tuple(each for each in drafts if not outbox.has_message_id(connection, each.letter.message_id))


def _to_staff(house: House, kind: str, values: Mapping[str, Any], address: str, unique: str, now: datetime) -> Draft:
    desk = house.desk(house.settings.route[0].address)
    language = house.settings.service.language
    letter = to_staff(kind, values, Address("", address), desk, now, unique=unique, language=language)
    return Draft(letter, render(letter, house.templates), SHADOW if house.settings.answers.shadow else "")


def thread_of(message: Message) -> Thread:
    """How an answer to a message threads: onto its References, else onto what it answers (RFC 5322 3.6.4)."""
    parents = message.references or ((message.in_reply_to,) if message.in_reply_to else ())
    return Thread(message.message_id, parents)
