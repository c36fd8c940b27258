"""Who of the desk's people a mail comes from: their addresses, and the tokens that were signed for them. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from intake.core.answer.tokens import AGENT_TOKEN, DIGEST, tag_of
from intake.core.case.digest_answer import meant, named
from intake.core.case.staff import Clue, Staff, staff
from intake.core.mail.message import Message
from intake.core.mail.quotes import own_words
from intake.desk.house import House
from intake.store import notices, people
from intake.store.ledger import Waiting

ADDRESSES = 100


@dataclass(frozen=True, slots=True)
class Wrote:
    """The person of the desk as whom a mail came, and the case that it is about by their token, each None for none.

    `digest` are the cases of which the digest told them that the mail answers; None where it answers none.
    """

    person: Staff | None
    reference: str | None = None
    digest: tuple[str, ...] | None = None


def of(
    house: House, connection: Connection, work: Waiting, message: Message, agents: Mapping[str, people.Agent]
) -> Wrote:
    """Who of the desk wrote a mail, about which case. `agents` are those among the senders, by their addresses."""
    sender = message.from_.address.lower() if message.from_ else ""
    agent = agents.get(sender)
    separator = house.settings.answers.token_separator
    addresses = [work.recipient, *(each.address for each in (*message.to, *message.cc))][:ADDRESSES]
    tags = {tag for address in addresses if AGENT_TOKEN.fullmatch(tag := tag_of(address, separator).lower())}
    listed = {each.address for each in people.agents(connection)} if tags else set()
    holders = [sender, *sorted({*listed, *house.role_addresses} - {sender})]
    held = next((found for tag in sorted(tags) if (found := house.keys.held(tag, holders))), None)
    reference, holder = held or (None, None)
    clue = Clue(
        message,
        member=agent is not None or sender in house.role_addresses,
        name=agent.name if agent else _shown(house, message),
        holder=holder,
        shared=holder in house.role_addresses and holder not in listed,
        old=work.mail.backlog or not work.mail.answerable,
    )
    person = staff(clue)
    if person is None or reference not in (None, DIGEST):
        return Wrote(person, reference)
    told = _told(connection, message, {sender, *house.role_addresses})
    if told is None and reference is None:
        return Wrote(person)
    words = own_words(message.text)
    if told or holder is None:
        return Wrote(person, meant(told or (), message.subject, words), told or ())
    # the client named no letter: the token says that its holder had a digest, and the words which case of whichever
    of_any = tuple(notices.told_in_digests(connection, holder, named(message.subject, words)))
    return Wrote(
        person, meant(of_any, message.subject, words), of_any or tuple(notices.last_digest(connection, holder))
    )


def _shown(house: House, message: Message) -> str:
    """How a role's own mailbox calls itself; empty for anybody else, and where that is but an address."""
    sender = message.from_
    ours = sender is not None and sender.address.lower() in house.role_addresses
    return sender.name if sender is not None and ours and "@" not in sender.name else ""


def answered(message: Message) -> list[str]:
    """The Message-IDs that a mail answers."""
    return [each for each in (message.in_reply_to, *message.references) if each]


def _told(connection: Connection, message: Message, readers: Iterable[str]) -> tuple[str, ...] | None:
    """The cases that the digest told one of these readers of which the mail answers; None where it answers none."""
    found = notices.of_digests(connection, answered(message))
    wanted = {each.lower() for each in readers}
    return tuple(dict.fromkeys(case for reader, case in found if reader in wanted)) if found else None
