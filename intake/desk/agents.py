"""Mail of the desk's people on a case: obeyed, answered with a receipt, or kept as unverified. Reads and renders."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import get_args

from sqlalchemy import Connection

from intake.core.answer.letters import Thread
from intake.core.answer.receipt import Brought, receipt
from intake.core.case.act import Act, Refused
from intake.core.case.acts import act as do
from intake.core.case.by_mail import AgentMail, Handled, Result, handle
from intake.core.case.case import Case, Customer, Decision, Entry, Notice, WishKind
from intake.core.case.commands import instructions
from intake.core.case.digest_answer import without_number
from intake.core.case.matching import Match
from intake.core.case.staff import Staff
from intake.core.mail.message import Address, Message
from intake.core.mail.quotes import is_forward, own_words
from intake.core.mail.trimmings import TECHNICAL
from intake.core.policy.policy import Policy
from intake.core.sentences import sentence, translated
from intake.desk import act, digest_answers, enclosures, facts, merging, post
from intake.desk.house import House
from intake.outbound.render import render, text_of
from intake.store import messages, notices, obeyed, outbox, people
from intake.store.messages import StoredMessage

HOUR = timedelta(hours=1)
# a machine that answers receipts is not told more often than that
RECEIPTS_AN_HOUR = 30
ALERTS_AN_HOUR = 3
KEPT = "was kept, and nothing else was done"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The finished mails of a decision, and what is to be stored as messages of the case.

    `obeyed` are the keys by which a copy of the mail is known, `moved` what it merged or split off.
    """

    posted: post.Posted
    stored: tuple[StoredMessage, ...]
    obeyed: tuple[str, ...] = ()
    moved: tuple[merging.Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail of one of the desk's people on a case, with what is known about it."""

    known: facts.Known
    case: Case
    policy: Policy
    person: Staff
    customer: Customer | None

    @property
    def message(self) -> Message:
        return self.known.arrival.message


def splits(known: facts.Known) -> bool:
    """Whether a mail of the desk's people has the command that opens a case for another mail, and names one."""
    lines = instructions(own_words(known.arrival.message.text)).lines
    return any(line.command is not None and line.command.name == "split" and line.value for line in lines)


def settle(house: House, connection: Connection, known: facts.Known, match: Match, new: str, now: datetime) -> Outcome:
    """What becomes of a mail that one of the desk's people wrote on a case. `match` names both.

    `new` is the reference of a case that the mail may split off.
    """
    case, person = match.case, match.staff
    assert case is not None
    assert person is not None
    customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
    mail = _Mail(known, case, match.policy or known.arrival.policy, person, customer)
    copied = _customer_has_it(case, mail.message)
    if not (person.believed or (person.authenticated and copied)):
        return _unverified(house, connection, mail, now)
    keys = replay_keys(case.reference, person.address, mail.message)
    first = obeyed.before(connection, keys, known.work.mail.id)
    if first is not None:
        doubt = sentence("it is a copy of mail {number}, which was obeyed already", number=first)
        return _unverified(house, connection, replace(mail, person=replace(person, doubt=doubt)), now)
    if person.believed:
        elsewhere = merging.Elsewhere(house, connection, person.address, new, now)
        written = replace(_agent_mail(house, connection, mail, copied=copied), elsewhere=elsewhere)
        handled = handle(mail.policy, case, written, customer, now)
        return replace(_obeyed(house, connection, mail, handled, now, elsewhere.moved), obeyed=keys)
    return replace(_answered_directly(house, connection, mail, now), obeyed=keys)


def replay_keys(reference: str, address: str, message: Message) -> tuple[str, ...]:
    """What no copy of a mail can change without losing what proves its sender: each signature, and, where a host checks

    signatures and does not hand them on, words and Date. A copy under another Message-ID, or without one, has them too.
    """
    written = message.date.isoformat() if message.date else ""
    words = " ".join(message.text.split())
    # some hosts vouch for a mail by its server alone: its Date may be another then, its own id hardly
    told = (written, *([f"id {message.message_id}"] if message.message_id else []))
    said = ("\0".join((reference, address, each, words)) for each in told)
    return (*message.signature_marks, *(sha256(each.encode("utf-8", "replace")).hexdigest() for each in said))


def _customer_has_it(case: Case, message: Message) -> bool:
    """Whether the mail went to the customer as well."""
    theirs = {case.contact.address.lower()} | {
        each.address.lower() for each in case.participants if each.role in ("customer", "partner")
    }
    return any(each.address.lower() in theirs for each in (*message.to, *message.cc) if each.address)


def _agent_mail(house: House, connection: Connection, mail: _Mail, *, copied: bool) -> AgentMail:
    case, message = mail.case, mail.message
    stored = messages.of_case(connection, case.id)
    taking_part = {each.address.lower() for each in case.participants}
    theirs = (each.text for each in stored if each.direction == "in" and each.author_address.lower() in taking_part)
    of_ours = [text_of(raw) for kind, raw in outbox.letters_to_desk(connection, case.id) if kind != "desk-receipt"]
    words = own_words(message.text)
    if mail.known.arrival.digest is not None:
        of_ours += digest_answers.texts(connection, message, case.reference)
        words = without_number(words, case.reference)
    return AgentMail(
        agent=mail.person.address,
        text=words,
        received_at=mail.known.work.mail.received_at,
        notices="\n".join(of_ours),
        customer_words="\n".join(theirs),
        sent_before=tuple(each.text for each in stored if each.direction == "out"),
        unreadable=next((each for each in message.defects if each.startswith("encrypted")), ""),
        forward=is_forward(message.text, message.subject),
        copied=copied,
        files=any(each.content_type not in TECHNICAL for each in message.attachments),
        roles=house.roles_of(mail.person.address),
        ours=lambda address: address in house.role_addresses or people.agent(connection, address) is not None,
        customers=lambda address: people.customers_of(connection, [address], case.policy).get(address.lower()),
    )


def _obeyed(
    house: House,
    connection: Connection,
    mail: _Mail,
    handled: Handled,
    now: datetime,
    moved: Sequence[merging.Moved] = (),
) -> Outcome:
    decision, customer = handled.decision, mail.customer
    if decision.case.customer_id != mail.case.customer_id and decision.case.customer_id:
        customer = people.load(connection, [decision.case.customer_id]).get(decision.case.customer_id)
    by = mail.person.address
    along = enclosures.Along()
    if handled.answer and any(wish.kind == "reply" for wish in decision.wishes):
        along = enclosures.of_mail(house, mail.known.work.mail.id, mail.message.attachments, handled.answer)
    posted = act.letters(house, connection, mail.policy, decision, by, customer, now, mail.person.name, along.files)
    reply = next((draft for draft in posted.drafts if draft.letter.kind == "reply"), None)
    stored = []
    if handled.answer:
        sent_id = reply.letter.message_id if reply else mail.message.message_id
        subject = reply.rendered.subject if reply else mail.message.subject
        answer = _stored(mail, handled.answer, subject, sent_id, "out", "agent")
        files = messages.attachments_row(mail.message, along.sent) if reply else answer.attachments
        stored.append(replace(answer, attachments=files))
    if handled.note:
        stored.append(_stored(mail, handled.note, mail.message.subject, None, "note", "agent"))
    if not stored:
        # every mail on a case can be read there, one that holds only commands as well
        text = own_words(mail.message.text) or mail.message.new_text
        stored.append(_stored(mail, text, mail.message.subject, None, "note", "agent"))
    sent_to = list(reply.rendered.envelope_to) if reply else []
    brought = [letter for each in (posted, *(one.other for one in moved)) for letter in _brought(each)]
    told = _receipt(house, connection, mail, handled, posted.decision.case, customer, sent_to, brought, along, now)
    return Outcome(replace(posted, drafts=(*posted.drafts, *told)), tuple(stored), moved=tuple(moved))


def _brought(posted: post.Posted) -> list[Brought]:
    """The letters to the customer besides the answer, those that do not go out with the reason."""
    to_customer = (draft for draft in posted.drafts if draft.letter.kind in get_args(WishKind))
    sent = [
        Brought(
            draft.letter.kind,
            draft.letter.to.address,
            draft.rendered.subject,
            draft.rendered.text,
            translated(draft.withheld),
        )
        for draft in to_customer
        if draft.letter.kind != "reply"
    ]
    return [*sent, *(Brought(kind, because=because) for kind, because in posted.unanswered)]


def _answered_directly(house: House, connection: Connection, mail: _Mail, now: datetime) -> Outcome:
    """The agent wrote to the customer from their own client, with a copy to us: that is an answer."""
    message, at = mail.message, mail.known.work.mail.received_at
    text = own_words(message.text) or message.new_text or message.subject
    roles = house.roles_of(mail.person.address)
    try:
        decision = do(
            mail.policy, mail.case, Act("answered", text, mail.person.address, roles=roles), mail.customer, at
        )
    except Refused as refused:
        handled = Handled(Decision(mail.case), note=text, because=refused.text)
        return _obeyed(house, connection, mail, handled, now)
    unread = sentence("not done, since the customer has this mail; write it in a reply to a notice")
    told = instructions(text)
    results = tuple(Result(each, False, unread) for each in (*(line.written for line in told.lines), *told.stray))
    return _obeyed(house, connection, mail, Handled(decision, results, answer=text), now)


def _unverified(house: House, connection: Connection, mail: _Mail, now: datetime) -> Outcome:
    """Kept, and nothing else; the person in whose name it came is told, or whoever has the case where they left."""
    message, person = mail.message, mail.person
    sender = message.from_.address if message.from_ else sentence("nobody")
    of_another = sentence(
        "a mail from {sender} in the name of {person} was kept, and nothing else was done: {doubt}",
        sender=sender,
        person=person.address,
        doubt=person.doubt,
    )
    theirs = sentence(
        "a mail of {sender} was kept, and nothing else was done: {doubt}", sender=sender, doubt=person.doubt
    )
    said = theirs if sender.lower() == person.address else of_another
    decision = Decision(replace(mail.case, changed_at=now), (Entry("unverified-agent", said),))
    reader = (mail.case.assignee or mail.policy.file.chasing.remind) if person.gone else person.address
    readers = house.people(reader, mail.case, mail.customer)
    told = max((notices.asked(connection, each, KEPT, now - HOUR) for each in readers), default=0)
    if not person.old and told < ALERTS_AN_HOUR:
        decision = decision.then(notices=(Notice("desk-alert", reader, said.changed(_sentence)),))
    posted = act.letters(house, connection, mail.policy, decision, person.address, mail.customer, now)
    stored = _stored(mail, message.new_text, message.subject, None, "note", "unverified")
    return Outcome(posted, (replace(stored, author_name="", author_address=sender, text=message.text),))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _stored(
    mail: _Mail, text: str, subject: str, message_id: str | None, direction: messages.Direction, role: str
) -> StoredMessage:
    return StoredMessage(
        case_id=mail.case.id,
        direction=direction,
        author_name=mail.person.name,
        author_address=mail.person.address,
        role=role,
        at=mail.known.work.mail.received_at,
        message_id=message_id,
        subject=subject,
        text=text,
        new_text=text,
        kind=mail.message.kind,
        mail_id=mail.known.work.mail.id,
        attachments=messages.attachments_row(mail.message),
    )


def _receipt(
    house: House,
    connection: Connection,
    mail: _Mail,
    handled: Handled,
    case: Case,
    customer: Customer | None,
    sent_to: list[str],
    letters: list[Brought],
    along: enclosures.Along,
    now: datetime,
) -> tuple[post.Draft, ...]:
    if outbox.told(connection, "desk-receipt", mail.person.address, now - HOUR) >= RECEIPTS_AN_HOUR:
        return ()
    agent = people.agent(connection, mail.person.address)
    letter = receipt(
        mail.policy,
        case,
        handled,
        Address(mail.person.name if "@" not in mail.person.name else "", mail.person.address),
        house.desk(case.route),
        now,
        sent_to=sent_to,
        letters=letters,
        enclosed=[each.filename for each in along.files],
        files=along.kept,
        thread=Thread(mail.message.message_id, mail.message.references),
        unique=house.unique(),
        language=house.settings.service.language,
        zone=(agent.zone if agent else None) or house.settings.notices.zone or mail.policy.file.zone,
        customer=customer,
    )
    withheld = post.SHADOW if house.settings.answers.shadow else ""
    return (post.Draft(letter, render(letter, house.templates), withheld),)
