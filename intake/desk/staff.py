"""Who of the desk's people a mail comes from: their addresses, and the tokens that were signed for them. Reads only."""

from sqlalchemy import Connection

from intake.core.answer.tokens import tag_of
from intake.core.case.staff import Clue, Staff, staff
from intake.core.mail.message import Message
from intake.desk.house import House
from intake.store import people
from intake.store.ledger import Waiting

ADDRESSES = 100


def of(house: House, connection: Connection, work: Waiting, message: Message) -> tuple[Staff | None, str | None]:
    """The person of the desk as whom a mail came, and the case that their token names; None for either."""
    known = people.staff(connection)
    sender = message.from_.address.lower() if message.from_ else ""
    everybody = [sender, *(each for each in sorted({*known, *house.role_addresses}) if each != sender)]
    separator = house.settings.answers.token_separator
    addresses = [work.recipient, *(each.address for each in (*message.to, *message.cc))][:ADDRESSES]
    tags = dict.fromkeys(tag_of(address, separator) for address in addresses)
    held = next((found for tag in tags if (found := house.keys.held(tag, everybody))), None)
    reference, holder = held or (None, None)
    clue = Clue(
        message,
        member=sender in known or sender in house.role_addresses,
        name=known.get(sender, ""),
        holder=holder,
        shared=holder in house.role_addresses and holder not in known,
        old=work.mail.backlog or not work.mail.answerable,
    )
    return staff(clue), reference
