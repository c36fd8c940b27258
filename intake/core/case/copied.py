"""Whom a mail was copied to: who of them takes part, as the policy and the participants allow."""

from collections.abc import Sequence
from dataclasses import replace

from intake.core.case.case import Customer, Decision, Entry
from intake.core.mail.message import Address, Message
from intake.core.policy.policy import Policy

MOST = 10


def allowed(policy: Policy, message: Message, customer: Customer | None) -> tuple[Address, ...]:
    """Whom a mail may bring into its case by To and Cc. `customer` is the writer's, by its record.

    Nobody unless the policy says `copies = "registered"`, and the writer is proven and writes from a domain that the
    customer registered; then those at such a domain. So a forged Cc reads nothing (THREATS 17).
    """
    proven = message.authentication == "pass" and not message.ambiguous_sender and message.from_ is not None
    if policy.file.copies != "registered" or not proven or customer is None or message.from_ is None:
        return ()
    if not _registered(message.from_, customer.domains):
        return ()
    named = {each.address.lower(): each for each in (*message.to, *message.cc) if _registered(each, customer.domains)}
    named.pop(message.from_.address.lower(), None)
    return tuple(Address(each.name[:200], each.address[:320]) for each in named.values())[:MOST]


def _registered(person: Address, domains: Sequence[str]) -> bool:
    return any(person.domain == each or person.domain.endswith(f".{each}") for each in domains)


def join(decision: Decision, people: Sequence[Address], customer: Customer | None, writer: str) -> Decision:
    """The people with a copy of the desk's answers from now on, where the case is the same customer's.

    Whom a person took off stays off: a reply to all brings nobody back.
    """
    case = decision.case
    fresh = [each for each in people if case.participant(each.address) is None and not case.was_taken_off(each.address)]
    room = MOST - sum(1 for each in case.participants if each.role == "cc")
    if customer is None or case.customer_id != customer.id or not fresh[: max(room, 0)]:
        return decision
    for each in fresh[:room]:
        case = case.joined(each, "cc")
    named = ", ".join(each.address for each in fresh[:room])
    said = f"{named} gets a copy of answers from now on: in the copy of {writer}'s proven mail, at a registered domain"
    return replace(decision, case=case).then(Entry("participant", said, writer))
