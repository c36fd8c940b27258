"""Loading what a decision about a mail needs to know. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from intake.config import Route
from intake.core.answer.letters import PERSONAL
from intake.core.answer.permission import Asking, recipient
from intake.core.answer.tokens import Token, tag_of
from intake.core.case.case import NONE_YET, Case, Customer, Record
from intake.core.case.matching import Candidate, Evidence, belongs, numbers_in
from intake.core.case.opening import registered
from intake.core.case.outcome import Arrival
from intake.core.mail.message import Message
from intake.core.policy.policy import Policy
from intake.desk import forwards, staff
from intake.desk.house import House
from intake.desk.reader import Reading
from intake.store import cases, ledger, messages, outbox, people
from intake.store.ledger import Waiting

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Known:
    """An arrival with what the judgment about an answer needs besides."""

    work: Waiting
    arrival: Arrival
    answer_to: str | None
    tokens: tuple[Token, ...]


def load(
    house: House,
    connection: Connection,
    work: Waiting,
    message: Message,
    read: Reading,
) -> Known:
    """All that is known about a mail on a route; `message` is the reading's."""
    mail, route = work.mail, house.routes[work.route]
    message = _signed_in(message, mail.login)
    tokens = _tokens(house, work, message)
    policy, customer = _agreement(house, connection, route, message)
    person, held = staff.of(house, connection, work, message)
    named = [token.reference for token in tokens if token.purpose == "reply"]
    found = _candidates(house, connection, work, message, [*named, *([held] if held else [])])
    duplicates = ledger.originals(connection, [message.content_hash])
    duplicate_of = duplicates.get((work.route, message.content_hash))
    bounced = _bounced(connection, message, tokens)
    arrival = Arrival(
        message=message,
        received_at=mail.received_at,
        route=work.route,
        queue=route.queue,
        policy=policy,
        fields=read.fields.get(policy.name, {}),
        customer=customer,
        candidates=found,
        our_words=_our_words(connection, found),
        bounced=bounced,
        bounced_reply=_was_the_answer(connection, message, tokens, bounced),
        bounced_policy=house.policy_of(connection, bounced) if bounced else None,
        to_bounce_address=not read.released and any(token.purpose == "bounce" for token in tokens),
        duplicate_of=duplicate_of if duplicate_of != mail.id else None,
        linked=_linked(connection, work),
        backlog=mail.backlog,
        oversize=mail.oversize,
        place=mail.origin or "",
        envelope_from=mail.envelope_from,
        record=record(connection, policy, customer, mail.received_at),
        private=route.private,
        asks_escalation=route.escalation,
        case_text=_case_text(connection, found),
        staff=person,
    )
    to = recipient(message, source=mail.source, envelope_from=mail.envelope_from)
    if person is not None and person.authenticated and not found:
        theirs = forwards.of_customer(house, connection, arrival)
        if theirs is not None:
            arrival = replace(theirs, record=record(connection, policy, theirs.customer, mail.received_at))
            to = arrival.message.from_.address if arrival.message.from_ else None
    return Known(work, arrival, to, tokens)


def asking(
    house: House, connection: Connection, case: Case, kind: str, now: datetime, known: Known | None = None
) -> Asking:
    """What the judgment about a letter is made from; `known` is the mail that it answers, None for a scheduled one."""
    to = known.answer_to if known else case.answer_to
    sent, digest = recent(connection, to, now)
    asked = Asking(
        kind=kind,
        to=to,
        case_kinds=case.answered,
        marks=case.marks,
        own_addresses=house.own_addresses,
        separator=house.settings.answers.token_separator,
        undeliverable=to is not None and outbox.is_undeliverable(connection, to),
        known_contact=case.customer_id is not None,
        sent_last_hour=sent,
        digest_last_hour=digest,
        cap=house.settings.answers.per_sender_per_hour,
        shadow=house.settings.answers.shadow,
    )
    if known is None:
        return asked
    mail, arrival = known.work.mail, known.arrival
    return replace(
        asked,
        undeliverable=asked.undeliverable and not lives(arrival.message, to),
        message=arrival.message,
        envelope_from=mail.envelope_from,
        answerable=mail.answerable,
        known_contact=arrival.customer is not None,
    )


def lives(message: Message, address: str | None) -> bool:
    """Whether a mail proves that an address can be reached again: its owner, authenticated, wrote from it."""
    written = message.from_.address.lower() if message.from_ else None
    return message.authentication == "pass" and address is not None and address.lower() == written


def recent(connection: Connection, address: str | None, now: datetime) -> tuple[int, bool]:
    """How many automatic letters to customers went to an address within the hour, and whether a digest did."""
    return outbox.recent(connection, address, now - HOUR) if address else (0, False)


def _signed_in(message: Message, login: str | None) -> Message:
    """Who signed in by SMTP AUTH under the address in From is believed to be its owner."""
    if login is None or message.from_ is None or message.ambiguous_sender:
        return message
    same = login.lower() == message.from_.address.lower()
    because = f"signed in as {login}"
    return replace(message, authentication="pass", authentication_because=because) if same else message


def _tokens(house: House, work: Waiting, message: Message) -> tuple[Token, ...]:
    """The signed tokens in the addresses that the mail was sent to."""
    separator = house.settings.answers.token_separator
    addresses = [work.recipient, *(each.address for each in (*message.to, *message.cc))]
    read = (house.keys.read(tag_of(address, separator)) for address in addresses[:100])
    return tuple(dict.fromkeys(token for token in read if token))


def _agreement(house: House, connection: Connection, route: Route, message: Message) -> tuple[Policy, Customer | None]:
    """The policy of the route and the customer under it; at an escalation route, the policy of whoever writes."""
    policy = house.policies.get(route.policy)
    customer = _customer(connection, message, policy.name)
    if customer is not None or not route.escalation:
        return policy, customer
    others = (each for each in house.policies if each.name != policy.name)
    found = ((each, _customer(connection, message, each.name)) for each in others)
    return next(((each, known) for each, known in found if known is not None), (policy, None))


def _customer(connection: Connection, message: Message, policy: str) -> Customer | None:
    """The customer that From belongs to, unless From can be read two ways or is known to be forged."""
    if message.from_ is None or message.ambiguous_sender or message.authentication == "fail":
        return None
    address = message.from_.address.lower()
    return people.customers_of(connection, [address], policy).get(address)


def record(connection: Connection, policy: Policy, customer: Customer | None, at: datetime) -> Record:
    """What the customer's other cases say, where the policy asks."""
    if customer is None or not (policy.file.allowance or policy.file.flood):
        return NONE_YET
    return cases.record_of(connection, customer, policy.file.flood, at)


def _case_text(connection: Connection, found: Sequence[Candidate]) -> str:
    """The words that opened the case which waits for a mail from its registered sender, or for its severity."""
    unsorted = (each.case for each in found if each.may_verify or "triage" in each.case.marks)
    waits = next(unsorted, None)
    stored = messages.of_case(connection, waits.id) if waits else []
    return next((f"{each.subject}\n{each.new_text}" for each in stored if each.direction == "in"), "")


def _candidates(
    house: House, connection: Connection, work: Waiting, message: Message, named: Sequence[str]
) -> tuple[Candidate, ...]:
    """Cases that the mail names: `named` by token, others by the messages it answers, by a number in its subject."""
    numbers = numbers_in(message.subject)
    ids = cases.following(connection, [*named, *numbers])
    answered = [message.in_reply_to] if message.in_reply_to else []
    threads = cases.by_message_ids(connection, [*answered, *message.references])
    loaded = cases.load(connection, {*ids.values(), *(case_id for found in threads.values() for case_id in found)})
    ways: list[tuple[Evidence, int]] = [("token", ids[each]) for each in named if each in ids]
    # the message answered first, then the thread from its newest end; one mail may stand in a case of each route
    for each in dict.fromkeys([*answered, *reversed(message.references)]):
        own_first = sorted(threads.get(each, ()), key=lambda case_id: loaded[case_id].route != work.route)
        ways += [("reference", case_id) for case_id in own_first]
    ways += [("number", ids[each]) for each in numbers if each in ids]
    customers = people.load(connection, {case.customer_id for case in loaded.values() if case.customer_id})
    out = []
    for evidence, case_id in dict.fromkeys(ways):
        case = loaded[case_id]
        owner = customers.get(case.customer_id) if case.customer_id else None
        domains = owner.domains if owner else ()
        policy = house.policy_of(connection, case)
        verifies = _may_verify(policy, connection, case, message)
        out.append(Candidate(case, evidence, belongs(case, message, domains), verifies, policy))
    own_route = [each for each in out if each.case.route == work.route]
    return tuple(own_route if work.routes > 1 and not house.routes[work.route].escalation else out)


def _may_verify(policy: Policy, connection: Connection, case: Case, message: Message) -> bool:
    """Whether the case waits for a mail from a registered address, and this is one."""
    if policy.file.registration is None or "unverified" not in case.marks or message.from_ is None:
        return False
    customer = _customer(connection, message, case.policy)
    return registered(policy, customer, message.from_.address)


def _bounced(connection: Connection, message: Message, tokens: Sequence[Token]) -> Case | None:
    """The case whose letter a machine's mail is about: by our token or by the Message-ID of a mail of ours."""
    ids = cases.following(connection, [token.reference for token in tokens])
    original = message.bounce.original_message_id if message.bounce else None
    about = cases.by_sent_ids(connection, [each for each in (original, message.in_reply_to) if each])
    found = [*ids.values(), *about.values()]
    return next(iter(cases.load(connection, found[:1]).values()), None)


def _was_the_answer(connection: Connection, message: Message, tokens: Sequence[Token], bounced: Case | None) -> bool:
    """Whether what came back is the one reply of a person that the case has."""
    if bounced is None or message.bounce is None:
        return False
    replies = [each for kind, each, _ in outbox.letters_of(connection, bounced.id) if kind == "reply"]
    about = message.bounce.original_message_id
    by_token = any(token.purpose == "bounce" and token.participant == PERSONAL for token in tokens)
    return len(replies) == 1 and (about in replies or by_token)


def _our_words(connection: Connection, found: Sequence[Candidate]) -> str:
    """What we wrote on the cases that a mail may belong to: a quote of it is nothing that the customer gave."""
    ids = sorted({candidate.case.id for candidate in found})
    return "\n".join(outbox.text_of(raw) for case_id in ids for _, _, raw in outbox.letters_of(connection, case_id))


def _linked(connection: Connection, work: Waiting) -> tuple[str, ...]:
    """Cases that the same mail opened or joined on other routes."""
    found = cases.load(connection, ledger.cases_of(connection, work.mail.id))
    return tuple(case.reference for case in found.values())
