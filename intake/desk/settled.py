"""Writing what was decided about mails: each in its entirety or not at all, as many as possible in one go."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from intake.core.case.outcome import Classified
from intake.core.mail.message import Message
from intake.desk import facts, merging, post
from intake.desk.house import House
from intake.desk.merging import Moved
from intake.store import cases, correspondence, ledger, messages, obeyed
from intake.store.engine import is_trouble
from intake.store.ledger import Waiting

One = TypeVar("One")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Settled:
    """A mail on a route with its outcome and, where a case is touched, the finished mails.

    `stored` are the messages to keep on the case, where they are not the mail itself. `obeyed` are the keys by which a
    copy of an agent's mail is known. `moved`: what an agent's mail merged or split off.
    """

    work: Waiting
    classified: Classified
    message: Message | None
    posted: post.Posted | None
    notices: tuple[post.Draft, ...] = ()
    stored: tuple[messages.StoredMessage, ...] | None = None
    obeyed: tuple[str, ...] = ()
    moved: tuple[Moved, ...] = ()


def together(
    connection: Connection, work: Callable[[Sequence[One]], Iterable[Result]], items: Sequence[One]
) -> list[Result | Exception]:
    """What the work gives for all items at once, in a savepoint; where that fails, for each in a savepoint of its own.

    So one that fails spoils itself alone, and its error stands in its place. Raises what only waiting mends.
    """
    savepoint = connection.begin_nested()
    try:
        done: list[Result | Exception] = [*work(items)]
        savepoint.commit()
    except Exception as error:
        if is_trouble(error):
            # a full disk has ended the whole transaction: there is no savepoint any more
            raise
        savepoint.rollback()
        if len(items) == 1:
            return [error]
    else:
        return done
    return [result for each in items for result in together(connection, work, [each])]


def save(
    house: House, connection: Connection, settled: Sequence[Settled], now: datetime, *, again: bool
) -> list[int | None]:
    """Mails with all that came of them; the cases' ids, in order. Raises `Stale` where somebody was quicker at one."""
    for each in settled if again else ():
        ledger.forget(connection, each.work.mail.id, each.work.route)
    touching = [each for each in settled if each.posted]
    ids = post.save_all(house, connection, [each.posted for each in touching if each.posted], now)
    saved = list(zip(touching, ids, strict=True))
    _link(connection, saved)
    messages.add_all(connection, (one for each, case_id in saved for one in _messages(each, case_id)))
    _save_fates(connection, saved, now)
    obeyed.add(connection, ((each.work.mail.id, each.obeyed) for each in settled if each.obeyed), now)
    post.queue(connection, ((None, draft) for each in settled for draft in each.notices), now)
    made = {(each.work.mail.id, each.work.route): case_id for each, case_id in saved}
    case_ids = [made.get((each.work.mail.id, each.work.route)) or _named(each.classified) for each in settled]
    ledger.record(connection, [_outcome(*each) for each in zip(settled, case_ids, strict=True)], now)
    for each, case_id in saved:
        for moved in each.moved:
            merging.save(house, connection, case_id, moved, now)
    return case_ids


def _named(classified: Classified) -> int | None:
    return classified.match.case.id if classified.match and classified.match.case else None


def _outcome(settled: Settled, case_id: int | None) -> ledger.Outcome:
    work, classified, message = settled.work, settled.classified, settled.message
    content = message.content_hash if message else None
    return ledger.Outcome(work.mail.id, work.route, classified.outcome, classified.because, case_id, content)


def _link(connection: Connection, saved: Sequence[tuple[Settled, int]]) -> None:
    """The cases of a mail that was sent to several routes name each other."""
    many = [(each.work.mail.id, case_id) for each, case_id in saved if each.work.routes > 1]
    others = ledger.cases_of(connection, [mail_id for mail_id, _ in many]) if many else {}
    for mail_id, case_id in many:
        cases.link(connection, [case_id, *others.get(mail_id, ())])


def _save_fates(connection: Connection, saved: Sequence[tuple[Settled, int]], now: datetime) -> None:
    """Which addresses failed for good or proved alive, each by the last that was heard of it."""
    bounced = [case_id for each, case_id in saved if _failed(each)]
    # only addresses that we wrote to: a forged report must not silence anybody else's letters
    written_to = correspondence.recipients_of(connection, bounced)
    alive: set[str] = set()
    failed: dict[str, str] = {}
    for each, case_id in saved:
        sender = each.message.from_ if each.message else None
        if each.message and sender and facts.lives(each.message, sender.address):
            alive.add(sender.address.lower())
            failed.pop(sender.address.lower(), None)
        for address in _failed(each):
            if (case_id, address) in written_to:
                failed.setdefault(address, each.classified.because)
    correspondence.lift_undeliverable(connection, alive)
    correspondence.mark_undeliverable(connection, failed, now)


def _failed(settled: Settled) -> list[str]:
    bounce = settled.message.bounce if settled.message else None
    return [each.lower() for each in bounce.recipients] if bounce and bounce.permanent else []


def _messages(settled: Settled, case_id: int) -> list[messages.StoredMessage]:
    if settled.message is None:
        return []
    if settled.stored is not None:
        return [replace(each, case_id=case_id) for each in settled.stored]
    mail = stored(settled.work, settled.message)
    return [replace(mail, case_id=case_id, role=_role(settled, mail.author_address))]


def _role(settled: Settled, address: str) -> str:
    """As whom somebody wrote on a case."""
    match = settled.classified.match
    if match is not None and match.third_party:
        return "third-party"
    person = settled.posted.decision.case.participant(address) if settled.posted else None
    return person.role if person else "customer"


def stored(work: Waiting, message: Message) -> messages.StoredMessage:
    """A customer's mail as a message that has no case yet."""
    sender = message.from_
    return messages.StoredMessage(
        case_id=0,
        direction="in",
        author_name=sender.name if sender else "",
        author_address=(sender.address if sender else work.mail.envelope_from or "")[:320],
        role="customer",
        at=work.mail.received_at,
        message_id=message.message_id,
        subject=message.subject,
        text=message.text,
        new_text=message.new_text,
        kind=message.kind,
        mail_id=work.mail.id,
        unverified=message.authentication == "fail"
        or (message.authentication_because is not None and message.authentication != "pass"),
        attachments=messages.attachments_row(message),
    )
