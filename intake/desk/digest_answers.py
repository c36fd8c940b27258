"""Answers of the desk's people to a digest: what the digest said, and what comes back where no case is named."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from intake.core.answer.desk_digest import KIND, WHICH_CASE, which_case
from intake.core.answer.letters import Thread
from intake.core.case.digest_answer import UNCLEAR, likely
from intake.core.mail.message import Address, Message
from intake.core.mail.quotes import own_words
from intake.desk import facts, post
from intake.desk.house import House
from intake.desk.staff import answered
from intake.outbound.render import render, text_of
from intake.store import cases, notices, outbox, people

HOUR = timedelta(hours=1)
RECEIPTS_AN_HOUR, UNPROVEN_AN_HOUR = 30, 3


def texts(connection: Connection, message: Message, reference: str) -> list[str]:
    """What the digests say that the mail answers, or may: those that told of the case."""
    ids = [*answered(message), *notices.digests_on(connection, reference)]
    return [text_of(raw) for raw in outbox.sent_as(connection, ids, KIND)]


def receipt(house: House, connection: Connection, known: facts.Known, now: datetime) -> tuple[post.Draft, ...]:
    """The letter to whoever answered a digest without saying which case it is about, with a link for each.

    Somebody in whose name an unproven mail came is told so three times an hour at most, and of old mail never. Where no
    digest is known that went to them, or they left the desk, whoever triages hears that the mail is parked.
    """
    arrival = known.arrival
    person, message = arrival.staff, arrival.message
    if person is None or person.old:
        return ()
    if not arrival.digest or person.gone:
        return post.parked(house, connection, known.work, person.doubt or UNCLEAR, now)
    most = RECEIPTS_AN_HOUR if person.believed else UNPROVEN_AN_HOUR
    if outbox.told(connection, WHICH_CASE, person.address, now - HOUR) >= most:
        return ()
    ids = cases.by_reference(connection, arrival.digest)
    loaded = cases.load(connection, ids.values())
    agent = people.agent(connection, person.address)
    said = f"{message.subject}\n{own_words(message.text)}"
    letter = which_case(
        [(case, house.desk(case.route)) for case in likely(list(loaded.values()), person.address, said)],
        Address("", person.address),
        house.desk(arrival.route),
        now,
        unique=house.unique(),
        thread=Thread(message.message_id, message.references),
        language=house.settings.service.language,
        zone=(agent.zone if agent else None) or house.settings.notices.zone or arrival.policy.file.zone,
        doubt=person.doubt.said(house.settings.service.language),
    )
    return (post.Draft(letter, render(letter, house.templates), post.SHADOW if house.settings.answers.shadow else ""),)
