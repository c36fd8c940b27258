"""Loading what decisions about mails need to know, for a whole wave at a time. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from intake.core.answer.permission import Asking, recipient
from intake.core.answer.tokens import Token, tag_of
from intake.core.case.case import NONE_YET, Case, Customer, Record
from intake.core.case.outcome import Arrival
from intake.core.mail.message import Message
from intake.core.policy.policy import Policy
from intake.core.sentences import sentence
from intake.desk import forwards, lookups, staff
from intake.desk.house import House
from intake.desk.post import SHADOW
from intake.desk.reader import Reading
from intake.store import cases, outbox, people
from intake.store import correspondence as store
from intake.store.ledger import Waiting

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Correspondence:
    """What an address got from us: automatic letters within the hour, whether a digest was among them, what returned.

    `undeliverable`: mail to the address came back for good.
    """

    letters: int = 0
    digest: bool = False
    undeliverable: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """An arrival with what the judgment about an answer needs besides."""

    work: Waiting
    arrival: Arrival
    answer_to: str | None
    tokens: tuple[Token, ...]
    correspondence: Correspondence


def load(house: House, connection: Connection, mails: Sequence[tuple[Waiting, Reading]], now: datetime) -> list[Known]:
    """All that is known about each mail on its route, in order. The readings have messages, the routes are ours.

    Each fact is one function, which loads it for all mails in statements whose number does not grow with theirs; only
    what few policies ask for is looked up for each mail.
    """
    senders = [read.message.from_.address for _, read in mails if read.message and read.message.from_]
    agents = people.agents_of(connection, senders)
    seen = [_seen(house, connection, work, read, agents) for work, read in mails]
    agreements = lookups.agreements(house, connection, seen)
    owned = [customer for _, customer in agreements]
    policies = [policy for policy, _ in agreements]
    strangers = lookups.strangers(seen, owned)
    elsewhere = lookups.elsewhere(house, connection, list(zip(policies, strangers, strict=True)))
    candidates = lookups.candidates(house, connection, seen, owned)
    words = lookups.our_words(connection, candidates)
    bounced = lookups.bounced(connection, seen)
    replies = lookups.were_the_answer(connection, seen, bounced)
    originals = lookups.duplicates(connection, seen)
    linked = lookups.linked(connection, seen)
    written = correspondence(connection, (each.answer_to for each in seen), now)
    out = []
    for number, each in enumerate(seen):
        (policy, customer), case = agreements[number], bounced[number]
        mail, route = each.work.mail, house.routes[each.work.route]
        to_bounce_address = any(token.purpose == "bounce" for token in each.tokens)
        arrival = Arrival(
            message=each.message,
            received_at=mail.received_at,
            route=each.work.route,
            queue=route.queue,
            policy=policy,
            fields=each.read.fields.get(policy.name, {}),
            customer=customer,
            candidates=candidates[number],
            our_words=words[number],
            bounced=case,
            bounced_reply=replies[number],
            bounced_policy=house.policy_of(connection, case) if case else None,
            to_bounce_address=to_bounce_address and not each.read.released,
            duplicate_of=originals[number],
            linked=linked[number],
            backlog=mail.backlog,
            oversize=mail.oversize,
            place=mail.origin or "",
            envelope_from=mail.envelope_from,
            record=record(connection, policy, customer, mail.received_at),
            private=route.private,
            asks_escalation=route.escalation,
            case_text=lookups.case_text(connection, candidates[number]),
            staff=each.staff,
            digest=each.digest,
            elsewhere=elsewhere[number],
        )
        known = Known(each.work, arrival, each.answer_to, each.tokens, written[number])
        out.append(_passed_on(house, connection, known, now) or known)
    return out


def _passed_on(house: House, connection: Connection, known: Known, now: datetime) -> Known | None:
    """The customer's mail that one of the desk's people passed on; None for any other."""
    arrival = known.arrival
    if arrival.staff is None or not arrival.staff.authenticated or arrival.candidates or arrival.digest is not None:
        return None
    theirs = forwards.of_customer(house, connection, arrival)
    if theirs is None:
        return None
    theirs = replace(theirs, record=record(connection, theirs.policy, theirs.customer, theirs.received_at))
    to = theirs.message.from_.address if theirs.message.from_ else None
    return replace(known, arrival=theirs, answer_to=to, correspondence=correspondence(connection, [to], now)[0])


def _seen(
    house: House, connection: Connection, work: Waiting, read: Reading, agents: Mapping[str, people.Agent]
) -> lookups.Seen:
    mail = work.mail
    assert read.message is not None
    message = _signed_in(read.message, mail.login)
    tokens = _tokens(house, work, message)
    wrote = staff.of(house, connection, work, message, agents)
    named = [token.reference for token in tokens if token.purpose == "reply"]
    return lookups.Seen(
        work=work,
        route=house.routes[work.route],
        read=read,
        message=message,
        tokens=tokens,
        named=(*named, *([wrote.reference] if wrote.reference else ())),
        answer_to=recipient(message, source=mail.source, envelope_from=mail.envelope_from),
        staff=wrote.person,
        digest=wrote.digest,
    )


def asking(
    house: House, connection: Connection, case: Case, kind: str, now: datetime, known: Known | None = None
) -> Asking:
    """What the judgment about a letter is made from; `known` is the mail that it answers, None for a scheduled one."""
    to = known.answer_to if known else case.answer_to
    written = known.correspondence if known else correspondence(connection, [to], now)[0]
    mail, arrival = (known.work.mail, known.arrival) if known else (None, None)
    return Asking(
        kind=kind,
        to=to,
        case_kinds=case.answered,
        marks=case.marks,
        message=arrival.message if arrival else None,
        envelope_from=mail.envelope_from if mail else None,
        answerable=mail.answerable if mail else True,
        own_addresses=house.own_addresses,
        separator=house.settings.answers.token_separator,
        undeliverable=written.undeliverable and not (arrival and lives(arrival.message, to)),
        known_contact=(arrival.customer if arrival else case.customer_id) is not None,
        sent_last_hour=written.letters,
        digest_last_hour=written.digest,
        cap=house.settings.answers.per_sender_per_hour,
        shadow=house.settings.answers.shadow,
    )


def unheard(house: House, connection: Connection, case: Case) -> bool:
    """Whether shadow mode is over, and nothing but what it held back was ever written to the case's customer."""
    return not house.settings.answers.shadow and outbox.held_back(connection, case.id, SHADOW)


def correspondence(connection: Connection, addresses: Iterable[str | None], now: datetime) -> list[Correspondence]:
    """What each address got from us within the hour up to `now`, in order; nothing for None."""
    asked = [(address or "").lower() for address in addresses]
    wanted = {address for address in asked if address}
    recent = store.recent(connection, wanted, now, HOUR)
    returned = store.undeliverable_among(connection, wanted)
    return [Correspondence(*recent.get(address, (0, False)), address in returned) for address in asked]


def lives(message: Message, address: str | None) -> bool:
    """Whether a mail proves that an address can be reached again: its owner, authenticated, wrote from it."""
    written = message.from_.address.lower() if message.from_ else None
    return message.authentication == "pass" and address is not None and address.lower() == written


def _signed_in(message: Message, login: str | None) -> Message:
    """Who signed in by SMTP AUTH under the address in From is believed to be its owner."""
    if login is None or message.from_ is None or message.ambiguous_sender:
        return message
    same = login.lower() == message.from_.address.lower()
    because = sentence("signed in as {login}", login=login)
    return replace(message, authentication="pass", authentication_because=because) if same else message


def _tokens(house: House, work: Waiting, message: Message) -> tuple[Token, ...]:
    """The signed tokens in the addresses that the mail was sent to."""
    separator = house.settings.answers.token_separator
    addresses = [work.recipient, *(each.address for each in (*message.to, *message.cc))]
    read = (house.keys.read(tag_of(address, separator)) for address in addresses[:100])
    return tuple(dict.fromkeys(token for token in read if token))


def record(connection: Connection, policy: Policy, customer: Customer | None, at: datetime) -> Record:
    """What the customer's other cases say, where the policy asks."""
    if customer is None or not (policy.file.allowance or policy.file.flood):
        return NONE_YET
    return cases.record_of(connection, customer, policy.file.flood, at)
