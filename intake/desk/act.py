"""A person's act on a case: load, let the core decide, save and queue in one commit."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from intake.core.answer.letter import Enclosure
from intake.core.answer.letters import Thread
from intake.core.case.act import Act, Refused
from intake.core.case.acts import act
from intake.core.case.case import Case, Customer, Decision, Entry
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.desk import enclosures, facts, post
from intake.desk.house import House
from intake.desk.notices import send_notices
from intake.errors import IntakeError, Overtaken, Stale
from intake.store import cases, messages, people
from intake.store.engine import reading

TRIES = 5
ANSWERS = ("reply", "ask")


def find(connection: Connection, reference: str) -> Case:
    """The case of a reference. Raises `IntakeError` where there is none."""
    ids = cases.by_reference(connection, [reference])
    if not ids:
        raise IntakeError(f'no case has the reference "{reference}"; `intake case list` shows them')
    return cases.load(connection, ids.values())[next(iter(ids.values()))]


@dataclass(frozen=True, slots=True)
class Done:
    """The case as it is after an act, and what the policy warns of."""

    case: Case
    warnings: tuple[str, ...]


def perform(
    house: House,
    reference: str,
    wanted: Act,
    now: datetime,
    seen: int | None = None,
    files: tuple[Enclosure, ...] = (),
) -> Done:
    """Does an act; decided again where somebody was quicker. `seen` is the case's version that the person looked at.

    `files` go along with an answer (`reply` or `ask`), as `enclosures.given` makes them.

    Raises `IntakeError` where refused, `Overtaken` where the case is no longer the one that was seen, `Stale` where
    somebody was quicker every time.
    """
    if files and wanted.what not in ANSWERS:
        raise IntakeError(f"only an answer takes attachments, not {wanted.what}")
    for left in reversed(range(TRIES)):
        posted = _decide(house, reference, wanted, now, seen, files)
        try:
            with house.databases.desk.begin() as connection:
                _save(house, connection, posted, wanted, now, files)
            break
        except Stale:
            if not left:
                raise
    send_notices(house, now)
    warnings = tuple(entry.text for entry in posted.decision.entries if entry.event == "warning")
    with reading(house.databases.reading) as connection:
        return Done(find(connection, reference), warnings)


def _decide(
    house: House, reference: str, wanted: Act, now: datetime, seen: int | None, files: tuple[Enclosure, ...]
) -> post.Posted:
    with reading(house.databases.reading) as connection:
        case = find(connection, reference)
        if seen not in (None, case.version):
            raise Overtaken(f"{case.reference} has changed since you looked at it; nothing was done")
        policy = house.policy_of(connection, case)
        customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
        if wanted.what == "customer":
            customer = people.customers_of(connection, [wanted.value], case.policy).get(wanted.value.lower())
        try:
            decision = act(policy, case, replace(wanted, roles=house.roles_of(wanted.by)), customer, now)
        except Refused as refused:
            raise IntakeError(str(refused)) from None
        return letters(house, connection, policy, decision, wanted.by, customer, now, files=files)


def open_by_hand(
    house: House, *, contact: Address, subject: str, text: str, route: str, channel: str, by: str, now: datetime
) -> Case:
    """Opens a case for somebody who called, under the route's policy. Its letters go to the contact."""
    if route not in house.routes:
        raise IntakeError(f"no route has the address {route}; known are {', '.join(house.routes)}")
    policy = house.policies.get(house.routes[route].policy)
    with house.databases.desk.begin() as connection:
        number = cases.reserve(connection, 1)
    with reading(house.databases.reading) as connection:
        customer = people.customers_of(connection, [contact.address], policy.name).get(contact.address.lower())
        language = policy.speaks(customer.language if customer else None)
        opening = Opening(
            reference=f"{policy.file.prefix}-{number}",
            route=route,
            queue=house.routes[route].queue,
            channel=channel,
            customer=customer,
            contact=contact,
            subject=subject,
            text=f"{subject}\n{text}",
            language=language or "en",
            opened_at=now,
            fields=read_fields(policy.specs, [text]),
            because=f"opened by hand ({channel})",
            marks=frozenset({"security"}) if house.routes[route].private else frozenset(),
            by=by,
            record=facts.record(connection, policy, customer, now),
        )
        decision = open_case(policy, opening, now)
        decision = replace(decision, case=replace(decision.case, answer_to=contact.address or None))
        posted = letters(house, connection, policy, decision, by, customer, now)
    note = Act("note", text, by)
    with house.databases.desk.begin() as connection:
        case_id = _save(house, connection, posted, note if text.strip() else None, now)
    send_notices(house, now)
    with reading(house.databases.reading) as connection:
        return cases.load(connection, [case_id])[case_id]


def letters(
    house: House,
    connection: Connection,
    policy: Policy,
    decision: Decision,
    by: str,
    customer: Customer | None,
    now: datetime,
    name: str = "",
    files: tuple[Enclosure, ...] = (),
    excerpt: str = "",
) -> post.Posted:
    """The decision with its letters, as an act of the person `by` has them: on the case's thread, in their name.

    `name` is theirs where it is known; nobody's address signs a letter, the desk's name alone does instead. `files` go
    along with their answer, and the history names them. `excerpt` are the customer's words that notices quote.
    """
    if files:
        said = ", ".join(f"{each.filename} ({len(each.data):,} bytes)" for each in files)
        decision = decision.then(Entry("attached", f"goes along with the answer: {said}", by))
    author = name or _name(connection, by)
    return post.finish(
        house,
        connection,
        policy,
        decision,
        lambda changed, kind: replace(facts.asking(house, connection, changed, kind, now), by_person=True),
        now,
        thread=_thread(connection, decision.case),
        customer=customer,
        author="" if "@" in author else author,
        excerpt=excerpt,
        files=files,
    )


def _thread(connection: Connection, case: Case) -> Thread:
    """An answer threads onto the last message that came in."""
    stored = messages.of_case(connection, case.id) if case.id else []
    ids = [each.message_id for each in stored if each.message_id]
    last = next((each.message_id for each in reversed(stored) if each.direction == "in" and each.message_id), None)
    return Thread(last, tuple(each for each in ids if each != last))


def _name(connection: Connection, address: str) -> str:
    """An agent's name by their address; the address itself for somebody who is on no list."""
    return next((each.name for each in people.agents(connection) if each.address == address.lower()), address)


def _save(
    house: House,
    connection: Connection,
    posted: post.Posted,
    wanted: Act | None,
    now: datetime,
    files: tuple[Enclosure, ...] = (),
) -> int:
    case = posted.decision.case
    case_id = post.save(house, connection, posted, now)
    if wanted is not None and wanted.what in ("reply", "ask", "note"):
        reply = next((draft for draft in posted.drafts if draft.letter.kind == "reply"), None)
        messages.add(
            connection,
            messages.StoredMessage(
                case_id=case_id,
                direction="out" if reply else "note",
                author_name=_name(connection, wanted.by),
                author_address=wanted.by,
                role="agent",
                at=now,
                message_id=reply.letter.message_id if reply else None,
                subject=reply.rendered.subject if reply else case.subject,
                text=wanted.value,
                new_text=wanted.value,
                kind="person",
                attachments=enclosures.listed(files),
            ),
        )
    return case_id
