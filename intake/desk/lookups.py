"""What is looked up about the mails of a wave: one function a fact, each for all of them in a few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from intake.config import Route
from intake.core.answer.letters import PERSONAL
from intake.core.answer.tokens import Token
from intake.core.case.case import Case, Contract, Customer
from intake.core.case.consent import awaited_from
from intake.core.case.matching import Candidate, Evidence, belongs, gave_number, numbers_in
from intake.core.case.opening import registered
from intake.core.case.staff import Staff
from intake.core.mail.message import Message
from intake.core.mail.ticket_numbers import ticket_key
from intake.core.policy.policy import Policy
from intake.desk.house import House
from intake.desk.reader import Reading
from intake.outbound.render import text_of
from intake.store import cases, ledger, messages, people
from intake.store import correspondence as store
from intake.store.ledger import Waiting


@dataclass(frozen=True, slots=True)
class Seen:
    """A readable mail on a route of ours before anything is looked up about its cases.

    `message` carries whom we believe, `named` are the cases that its tokens name.
    """

    work: Waiting
    route: Route
    read: Reading
    message: Message
    tokens: tuple[Token, ...]
    named: tuple[str, ...]
    answer_to: str | None
    staff: Staff | None
    digest: tuple[str, ...] | None = None


def agreements(house: House, connection: Connection, seen: Sequence[Seen]) -> list[tuple[Policy, Customer | None]]:
    """The policy of the route and the customer under it; at an escalation route, the policy of whoever writes."""
    asked: dict[str, set[str]] = {}
    for each in seen:
        address = _believed(each.message)
        for policy in _asked(house, each) if address else ():
            asked.setdefault(policy.name, set()).add(str(address))
    found = {name: people.customers_of(connection, wanted, name) for name, wanted in asked.items()}
    return [_agreement(house, each, found) for each in seen]


def _asked(house: House, seen: Seen) -> list[Policy]:
    """The policies that a writer may be a customer under, first the route's."""
    own = house.policies.get(seen.route.policy)
    return [own, *(each for each in house.policies if seen.route.escalation and each.name != own.name)]


def _agreement(house: House, seen: Seen, found: Mapping[str, Mapping[str, Customer]]) -> tuple[Policy, Customer | None]:
    asked, address = _asked(house, seen), _believed(seen.message)
    known = ((policy, found[policy.name].get(address)) for policy in asked if address)
    return next(((policy, customer) for policy, customer in known if customer), (asked[0], None))


def elsewhere(
    house: House, connection: Connection, asked: Sequence[tuple[Policy, str | None]]
) -> list[Contract | None]:
    """What each address, no customer's under its policy, has under another one; None for no address."""
    wanted = {address.lower() for _, address in asked if address}
    found = {each.name: people.customers_of(connection, wanted, each.name) for each in house.policies} if wanted else {}
    return [_elsewhere(house, found, policy, (address or "").lower()) for policy, address in asked]


def _elsewhere(
    house: House, found: Mapping[str, Mapping[str, Customer]], here: Policy, address: str
) -> Contract | None:
    for policy in house.policies:
        customer = found.get(policy.name, {}).get(address) if policy.name != here.name else None
        if customer is not None:
            return Contract(customer, policy.file.title, house.address_for(policy.name))
    return None


def strangers(seen: Sequence[Seen], owned: Sequence[Customer | None]) -> list[str | None]:
    """The address of each writer who is no customer under the policy and whom the answer goes to; else None.

    Nobody else hears who has a contract.
    """
    asked = zip(seen, owned, strict=True)
    return [_believed(each.message) if customer is None and _is_answered(each) else None for each, customer in asked]


def _is_answered(seen: Seen) -> bool:
    return _believed(seen.message) == (seen.answer_to or "").lower()


def _believed(message: Message) -> str | None:
    """The address that From names, unless it can be read two ways or is known to be forged."""
    if message.from_ is None or message.ambiguous_sender or message.authentication == "fail":
        return None
    return message.from_.address.lower()


def candidates(
    house: House, connection: Connection, seen: Sequence[Seen], owned: Sequence[Customer | None]
) -> list[tuple[Candidate, ...]]:
    """Cases that the mails name, by token, by the messages they answer, by a number in the subject, ours or theirs.

    `owned` are the writers' records.
    """
    references = [name for each in seen for name in (*each.named, *numbers_in(each.message.subject))]
    ids = cases.following(connection, references)
    threads = cases.by_message_ids(connection, [one for each in seen for one in _answered(each.message)])
    keys = {ticket_key(one) for each in seen for one in each.message.ticket_numbers if _proven(each.message)}
    theirs = cases.by_their_numbers(connection, keys)
    named = (case_id for found in (*threads.values(), *theirs.values()) for case_id in found)
    loaded = cases.load(connection, {*ids.values(), *named})
    owners = people.load(connection, {case.customer_id for case in loaded.values() if case.customer_id})
    out = []
    for each, writer in zip(seen, owned, strict=True):
        ways = _ways(each, ids, threads, loaded)
        found = [_candidate(house, connection, each, evidence, loaded[one], owners) for evidence, one in ways]
        found += _by_their_numbers(house, connection, each, writer, theirs, loaded)
        own_route = each.work.routes > 1 and not each.route.escalation
        out.append(tuple(one for one in found if one.case.route == each.work.route or not own_route))
    return out


def _answered(message: Message) -> list[str]:
    """The message answered first, then the thread from its newest end."""
    parent = [message.in_reply_to] if message.in_reply_to else []
    return list(dict.fromkeys([*parent, *reversed(message.references)]))


def _ways(
    seen: Seen, ids: Mapping[str, int], threads: Mapping[str, Sequence[int]], loaded: Mapping[int, Case]
) -> list[tuple[Evidence, int]]:
    """How the mail comes to each case."""
    ways: list[tuple[Evidence, int]] = [("token", ids[each]) for each in seen.named if each in ids]
    for each in _answered(seen.message):
        # one mail may stand in a case of each route
        own_first = sorted(threads.get(each, ()), key=lambda case_id: loaded[case_id].route != seen.work.route)
        ways += [("reference", case_id) for case_id in own_first]
    ways += [("number", ids[each]) for each in numbers_in(seen.message.subject) if each in ids]
    return list(dict.fromkeys(ways))


def _candidate(
    house: House,
    connection: Connection,
    seen: Seen,
    evidence: Evidence,
    case: Case,
    owners: Mapping[int, Customer],
) -> Candidate:
    owner = owners.get(case.customer_id) if case.customer_id else None
    policy = house.policy_of(connection, case)
    domains = owner.domains if owner else ()
    contacts = owner.contacts if owner and registered(policy, owner, _believed(seen.message) or "") else ()
    writer_belongs = belongs(case, seen.message, domains, contacts)
    return Candidate(
        case,
        evidence,
        writer_belongs,
        may_verify=_may_verify(policy, connection, case, seen.message),
        may_consent=_proven(seen.message) and awaited_from(policy, case, _believed(seen.message) or ""),
        policy=policy,
    )


def _proven(message: Message) -> bool:
    return message.authentication == "pass" and not message.ambiguous_sender


def _by_their_numbers(
    house: House,
    connection: Connection,
    seen: Seen,
    writer: Customer | None,
    theirs: Mapping[str, Sequence[int]],
    loaded: Mapping[int, Case],
) -> list[Candidate]:
    """Cases that the writer's own side gave a ticket number which the subject has. Others' are no evidence at all."""
    domains = writer.domains if writer else ()
    return [
        Candidate(case, "their-number", writer_belongs=True, policy=house.policy_of(connection, case), number=number)
        for number in seen.message.ticket_numbers
        for case in (loaded[one] for one in theirs.get(ticket_key(number), ()) if one in loaded)
        if gave_number(case, seen.message, domains, number)
    ]


def _may_verify(policy: Policy, connection: Connection, case: Case, message: Message) -> bool:
    """Whether the case waits for a mail from a registered address, and this is one."""
    if policy.file.registration is None or "unverified" not in case.marks or message.from_ is None:
        return False
    address = _believed(message)
    customer = people.customers_of(connection, [address], case.policy).get(address) if address else None
    return registered(policy, customer, message.from_.address)


def case_text(connection: Connection, found: Sequence[Candidate]) -> str:
    """The words that opened the case which waits for a mail from its registered sender, or for its severity."""
    waits = next((each.case for each in found if each.may_verify or "triage" in each.case.marks), None)
    stored = messages.of_case(connection, waits.id) if waits else []
    return next((f"{each.subject}\n{each.new_text}" for each in stored if each.direction == "in"), "")


def our_words(connection: Connection, candidates: Sequence[tuple[Candidate, ...]]) -> list[str]:
    """What we wrote on the cases that a mail may belong to: a quote of it is nothing that the customer gave."""
    ids = [sorted({candidate.case.id for candidate in found}) for found in candidates]
    letters = store.letters_of(connection, (case_id for found in ids for case_id in found))
    words = {case_id: "\n".join(text_of(raw) for raw in raws) for case_id, raws in letters.items()}
    return ["\n".join(words[case_id] for case_id in found) for found in ids]


def bounced(connection: Connection, seen: Sequence[Seen]) -> list[Case | None]:
    """The case whose letter a machine's mail is about: by our token or by the Message-ID of a mail of ours."""
    ids = cases.following(connection, [token.reference for each in seen for token in each.tokens])
    sent = cases.by_sent_ids(connection, [one for each in seen for one in _about(each.message)])
    first: list[int | None] = []
    for each in seen:
        by_token = [ids[token.reference] for token in each.tokens if token.reference in ids]
        by_id = [sent[one] for one in _about(each.message) if one in sent]
        first.append(next(iter([*by_token, *by_id]), None))
    loaded = cases.load(connection, [case_id for case_id in first if case_id is not None])
    return [loaded.get(case_id) if case_id is not None else None for case_id in first]


def _about(message: Message) -> list[str]:
    original = message.bounce.original_message_id if message.bounce else None
    return [each for each in (original, message.in_reply_to) if each]


def were_the_answer(connection: Connection, seen: Sequence[Seen], bounced: Sequence[Case | None]) -> list[bool]:
    """Whether what came back is the one reply of a person that the case has."""
    pairs = list(zip(seen, bounced, strict=True))
    asked = [case.id for each, case in pairs if case is not None and each.message.bounce is not None]
    replies = store.replies_of(connection, asked)
    return [_was_the_answer(each, replies[case.id]) if case and case.id in replies else False for each, case in pairs]


def _was_the_answer(seen: Seen, replies: Sequence[str]) -> bool:
    if seen.message.bounce is None:
        return False
    by_token = any(token.purpose == "bounce" and token.participant == PERSONAL for token in seen.tokens)
    return len(replies) == 1 and (seen.message.bounce.original_message_id in replies or by_token)


def duplicates(connection: Connection, seen: Sequence[Seen]) -> list[int | None]:
    """The kept mail that had the same content on the route."""
    routes, hashes = [each.work.route for each in seen], [each.message.content_hash for each in seen]
    found = ledger.originals(connection, routes, hashes)
    first = [found.get((each.work.route, each.message.content_hash)) for each in seen]
    return [mail if mail != each.work.mail.id else None for each, mail in zip(seen, first, strict=True)]


def linked(connection: Connection, seen: Sequence[Seen]) -> list[tuple[str, ...]]:
    """Cases that the same mail opened or joined on other routes."""
    named = ledger.cases_of(connection, (each.work.mail.id for each in seen))
    loaded = cases.load(connection, (case_id for found in named.values() for case_id in found))
    return [
        tuple(loaded[case_id].reference for case_id in sorted(set(named.get(each.work.mail.id, ())))) for each in seen
    ]
