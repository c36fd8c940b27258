"""Who of the desk's people a mail comes from: their addresses, and the tokens that were signed for them. Reads only."""

from sqlalchemy import Connection

from intake.core.answer.tokens import AGENT_TOKEN, tag_of
from intake.core.case.staff import Clue, Staff, staff
from intake.core.mail.message import Message
from intake.desk.house import House
from intake.store import people
from intake.store.ledger import Waiting

ADDRESSES = 100


def of(house: House, connection: Connection, work: Waiting, message: Message) -> tuple[Staff | None, str | None]:
    """The person of the desk as whom a mail came, and the case that their token names; None for either."""
    sender = message.from_.address.lower() if message.from_ else ""
    agent = people.agent(connection, sender)
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
    return staff(clue), reference


def _shown(house: House, message: Message) -> str:
    """How a role's own mailbox calls itself; empty for anybody else, and where that is but an address."""
    sender = message.from_
    ours = sender is not None and sender.address.lower() in house.role_addresses
    return sender.name if sender is not None and ours and "@" not in sender.name else ""
