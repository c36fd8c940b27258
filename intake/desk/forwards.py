"""A customer's mail that one of the desk's people passed on to a route: the customer's, not theirs. Reads only."""

from dataclasses import replace

from sqlalchemy import Connection

from intake.core.case.outcome import Arrival
from intake.core.mail.fields import read_fields
from intake.core.mail.forwarded import Forwarded, inline
from intake.core.mail.quotes import is_forward, new_text
from intake.desk import lookups
from intake.desk.house import House
from intake.store import people

CHARACTERS = 200_000


def of_customer(house: House, connection: Connection, arrival: Arrival) -> Arrival | None:
    """The arrival as the mail that was passed on; None for a mail of one who is a customer as well and passes none on.

    Who the customer is may be unclear, as in a mail of the agent's own: then From is None. Nobody of ours is a customer
    by being passed on.
    """
    message = arrival.message
    ours = house.own_addresses | house.role_addresses | {agent.address for agent in people.agents(connection)}
    found, message_id, language = inline(message.text, ours), None, message.language
    if found is None and message.attached is not None:
        inner = message.attached
        found = Forwarded(inner.from_, inner.subject, inner.text, message.new_text)
        message_id, language = inner.message_id, inner.language
    if found is None:
        if not (arrival.of_a_colleague or is_forward(message.text, message.subject)):
            return None
        found = Forwarded(None, message.subject, message.text, "")
    sender = found.from_ if found.from_ and found.from_.address.lower() not in ours else None
    address = sender.address.lower() if sender else ""
    customer = people.customers_of(connection, [address], arrival.policy.name).get(address) if sender else None
    stranger = address if sender and customer is None else None
    (elsewhere,) = lookups.elsewhere(house, connection, [(arrival.policy, stranger)])
    subject, text = found.subject or message.subject, found.text[:CHARACTERS]
    theirs = replace(
        message, from_=sender, subject=subject, text=found.text, new_text=new_text(text, subject), form_texts=(text,),
        message_id=message_id, in_reply_to=None, references=(), language=language, authentication="none",
        authentication_because=None, sender_addresses=(address,) if sender else (),
    )  # fmt: skip
    return replace(
        arrival,
        message=theirs,
        fields=read_fields(arrival.policy.specs, [text]),
        customer=customer,
        elsewhere=elsewhere,
        envelope_from=None,
        forwarded_by=arrival.staff.address if arrival.staff else "",
        forward_words=found.words,
        staff=None,
    )
