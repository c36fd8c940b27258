"""Notices to the desk on their way: in their readers' hours, without what is stale, many in one letter."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import structlog
from sqlalchemy import Connection

from intake.core.answer.desk_digest import KIND, Part, desk_digest
from intake.core.case.case import SYSTEM, Case, Customer
from intake.core.case.notices import CHASES, NOBODY, Held, Since, at_any_hour, collapsed, of_people
from intake.core.hours import Calendar, calendar, is_open, next_open
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.desk import post
from intake.desk.house import House
from intake.errors import Stale
from intake.outbound.headers import BadAddress
from intake.outbound.render import render
from intake.store import notices as store
from intake.store import outbox, people
from intake.store.engine import reading

log = structlog.get_logger()
AT_ONCE = 2_000
MANY = 3
"""From so many notices to one person on, a digest tells them."""
STEPS = 2
"""From so many steps of ladders on as well: each of them stands for a whole story."""


@dataclass(frozen=True, slots=True)
class Known:
    """What notices are judged by: cases with their policies and customers, what people did, the agents' zones."""

    cases: Mapping[int, Case]
    policies: Mapping[int, Policy]
    customers: Mapping[int, Customer]
    since: Mapping[int, Since]
    zones: Mapping[str, str]

    def customer(self, case: Case) -> Customer | None:
        """The customer of a case."""
        return self.customers.get(case.customer_id) if case.customer_id else None


@dataclass(frozen=True, slots=True)
class Sorted:
    """The notices of one letter: those that it tells, by case, and those that say nothing any more, with the reason."""

    recipient: str
    told: tuple[tuple[Case, tuple[Held, ...]], ...]
    stale: tuple[tuple[Held, str], ...]

    @property
    def ids(self) -> list[int]:
        """The notices that the letter tells."""
        return [number for _, held in self.told for each in held for number in (each.id, *each.also)]


def send_notices(house: House, now: datetime) -> int:
    """Queues the letters of all notices whose time has come; gives back how many letters. Each notice is told once.

    What nobody may be told at this hour waits for the reader's next opening.
    """
    try:
        return _send_waiting(house, now)
    finally:
        house.fresh.clear()


def _send_waiting(house: House, now: datetime) -> int:
    letters = 0
    while True:
        with reading(house.databases.reading) as connection:
            held = store.waiting(connection, now, AT_ONCE)
            known = _known(house, connection, held) if held else None
        if known is None:
            return letters
        later = {each.id: at for each in held if (at := _opening(house, known, each, now)) > now}
        done = _postponed(house, later)
        queues = {case_id: house.private_queue(case) for case_id, case in known.cases.items()}
        for group in of_people([each for each in held if each.id not in later], queues):
            for each in _letters(_sorted(known, group, now)):
                sent = _send(house, known, each, now)
                letters += sent or 0
                done += sent is not None
        if not done or len(held) < AT_ONCE:
            return letters


def _known(house: House, connection: Connection, held: Sequence[Held]) -> Known:
    loaded = house.fresh.load(connection, sorted({each.case_id for each in held}))
    customers = people.load(connection, {case.customer_id for case in loaded.values() if case.customer_id})
    policies = {case_id: house.policy_of(connection, case) for case_id, case in loaded.items()}
    zones = {agent.address: agent.zone for agent in people.agents(connection) if agent.zone}
    return Known(loaded, policies, customers, store.since(connection, loaded), zones)


def _opening(house: House, known: Known, held: Held, now: datetime) -> datetime:
    """From when a notice may go out: now, or the next opening of its reader."""
    case = known.cases[held.case_id]
    settings = house.settings.notices
    hours = settings.hours_of.get(held.recipient) or settings.hours_of.get(held.role) or settings.hours
    zone = _zone(house, known, held.recipient) or known.policies[case.id].file.zone
    own = _calendar(tuple(hours), zone)
    if is_open(own, now) or at_any_hour(known.policies[case.id], case, held.notice):
        return now
    return next_open(own, now)


@lru_cache(maxsize=256)
def _calendar(hours: tuple[str, ...], zone: str) -> Calendar:
    return calendar("notices", zone, hours)


def _zone(house: House, known: Known, recipient: str) -> str:
    """The reader's own zone, else the desk's; empty for the policy's."""
    return known.zones.get(recipient) or house.settings.notices.zone


def _postponed(house: House, later: Mapping[int, datetime]) -> int:
    by_opening: dict[datetime, list[int]] = {}
    for notice_id, at in later.items():
        by_opening.setdefault(at, []).append(notice_id)
    if by_opening:
        with house.databases.desk.begin() as connection:
            for at, ids in by_opening.items():
                store.postpone(connection, ids, at)
    return len(later)


def _sorted(known: Known, group: Sequence[Held], now: datetime) -> Sorted:
    by_case: dict[int, list[Held]] = {}
    for each in group:
        by_case.setdefault(each.case_id, []).append(each)
    told, stale = [], []
    for case_id, held in by_case.items():
        case = known.cases[case_id]
        left, gone = collapsed(case, held, known.since.get(case_id, NOBODY), now)
        stale += gone
        told += [(case, tuple(left))] if left else []
    return Sorted(group[0].recipient, tuple(told), tuple(stale))


def _letters(of: Sorted) -> list[Sorted]:
    """One letter where there are many notices or several steps of ladders, else one each."""
    alone = [(case, (each,)) for case, held in of.told for each in held]
    steps = sum(held.notice.kind == "desk-escalated" for _, (held,) in alone)
    if not alone or len(alone) >= MANY or steps >= STEPS:
        return [of]
    return [replace(of, told=(each,), stale=() if place else of.stale) for place, each in enumerate(alone)]


def _send(house: House, known: Known, of: Sorted, now: datetime) -> int | None:
    """Queues the letter and settles its notices in one commit; None where somebody was faster or it went wrong."""
    try:
        draft = _draft(house, known, of, now) if of.told else None
        with house.databases.desk.begin() as connection:
            _settle(connection, of, draft, now)
    except Stale:
        return None
    except Exception:
        log.exception("notices wait", recipient=of.recipient)
        return None
    return 1 if draft else 0


def _settle(connection: Connection, of: Sorted, draft: post.Draft | None, now: datetime) -> None:
    """All of it or nothing. Raises `Stale` where somebody was faster."""
    whole = True
    for held, because in of.stale:
        whole &= store.settle(connection, [held.id], now, because=because)
    message_id = draft.letter.message_id if draft else None
    nobody = "" if draft else "its address cannot be written to"
    whole &= store.settle(connection, of.ids, now, message_id=message_id, because=nobody)
    if not whole:
        raise Stale("told in the meantime")
    store.add_history(connection, _lines(of, draft), now, SYSTEM)
    if draft is not None:
        case_id = None if draft.letter.kind == KIND else of.told[0][0].id
        outbox.queue(connection, case_id, draft.letter, draft.rendered, now, withheld=draft.withheld)


def _lines(of: Sorted, draft: post.Draft | None) -> Iterator[tuple[int, str, str]]:
    """What the cases' histories say: of a digest, whom it told what; of a notice left out, why."""
    for held, because in of.stale:
        yield held.case_id, "not-told", f"{held.notice.kind} to {held.recipient}: {because}"
    if draft is not None and draft.letter.kind == KIND:
        for case, held_of in of.told:
            kinds = ", ".join(each.notice.kind for each in held_of)
            yield case.id, "told", f"{kinds} to {of.recipient}, in the digest {draft.letter.message_id}"


def _draft(house: House, known: Known, of: Sorted, now: datetime) -> post.Draft | None:
    """The letter: the notice's own where there is one, else a digest; None where its address cannot be written to."""
    zone = _zone(house, known, of.recipient)
    (case, held), *others = of.told
    if not others and len(held) == 1:
        policy, customer = known.policies[case.id], known.customer(case)
        with reading(house.databases.reading) as connection:
            told = store.told_of(connection, case.id, CHASES)
        return post.notice_draft(house, policy, case, held[0], customer, now, zone, told)
    parts = [
        Part(known.policies[case.id], case, known.customer(case), house.desk(case.route), held)
        for case, held in of.told
    ]
    letter = desk_digest(
        parts,
        Address("", of.recipient),
        now,
        unique=house.unique(),
        language=house.settings.service.language,
        zone=zone,
    )
    try:
        withheld = post.SHADOW if house.settings.answers.shadow else ""
        return post.Draft(letter, render(letter, house.templates), withheld)
    except BadAddress as error:
        log.error("a digest goes to nobody", recipient=of.recipient, because=str(error))
        return None
