"""Receiving: kept mails become outcomes. Load the facts, let the core decide, save and queue in one commit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from intake.core.answer.permission import judge
from intake.core.case.case import Decision, Entry
from intake.core.case.matching import numbers_in
from intake.core.case.outcome import Classified, carry_out, classify
from intake.core.mail.form import FieldSpec
from intake.core.mail.message import Message
from intake.desk import agents, facts, post
from intake.desk.house import House
from intake.desk.notices import send_notices
from intake.desk.reader import Reading, released
from intake.errors import Stale
from intake.store import cases, ledger, messages, outbox
from intake.store.engine import is_trouble, reading
from intake.store.ledger import Waiting

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Settled:
    """A mail on a route with its outcome and, where a case is touched, the finished mails.

    `stored` are the messages to keep on the case, where they are not the mail itself.
    """

    work: Waiting
    classified: Classified
    message: Message | None
    posted: post.Posted | None
    notices: tuple[post.Draft, ...] = ()
    stored: tuple[messages.StoredMessage, ...] | None = None


def receive(house: House, now: datetime) -> int:
    """Decides the next batch of waiting mails; gives back how many outcomes were written."""
    with reading(house.databases.reading) as connection:
        batch = ledger.waiting(connection, house.done_up_to, house.settings.reading.batch)
        last = ledger.last_mail(connection) if not batch else 0
    if not batch:
        house.done_up_to = max(house.done_up_to, last)
        return 0
    house.done_up_to = batch[0].mail.id - 1
    readings = house.reader.kept(list(dict.fromkeys(work.mail.id for work in batch)), specs(house))
    return sum(_settle(house, wave, readings, now) for wave in waves(batch, readings))


def again(house: House, mail_id: int, now: datetime) -> int:
    """Decides a parked, junk or automatic mail again, as a person asked; gives back how many outcomes changed.

    The old outcome goes in the transaction that writes the new one. What a filter called junk is none to the person,
    and what was taken for automatic is a person's mail; no machine answers that one, whatever it is.
    """
    with reading(house.databases.reading) as connection:
        before = {row["route"]: row["outcome"] for row in ledger.outcomes(connection, mail_id)}
        works = [work for work in ledger.work(connection, mail_id) if before.get(work.route) in ledger.AGAIN]
    if not works:
        return 0
    read = house.reader.kept([mail_id], specs(house))[mail_id]
    if "automatic" in before.values() and read.message is not None and read.message.bounce is not None:
        _lift(house, mail_id, read.message.bounce.recipients, now)
    if read.message is not None:
        read = replace(read, message=replace(read.message, junk_because=None))
    done = sum(
        _settle(
            house, [work], {mail_id: released(read) if before[work.route] == "automatic" else read}, now, again=True
        )
        for work in works
    )
    send_notices(house, now)
    return done


def _lift(house: House, mail_id: int, recipients: Sequence[str], now: datetime) -> None:
    """What a false bounce had marked is marked no more: a person says that it is none."""
    with house.databases.desk.begin() as connection:
        for address in recipients:
            outbox.lift_undeliverable(connection, address)
        for case in cases.load(connection, ledger.cases_of(connection, mail_id)).values():
            if "undeliverable" in case.marks:
                case_id = cases.save(connection, replace(case.unmarked("undeliverable"), changed_at=now))
                said = f"mail {mail_id} is no bounce, a person says: the address can be written to"
                cases.add_history(connection, case_id, now, [Entry("deliverable", said)])


def specs(house: House) -> dict[str, tuple[FieldSpec, ...]]:
    """The fields that each policy asks for."""
    return {policy.name: policy.specs for policy in house.policies}


def waves(batch: Sequence[Waiting], readings: dict[int, Reading]) -> Iterator[list[Waiting]]:
    """The batch in parts that share no sender, thread or content, so that each mail sees what came of those before."""
    wave: list[Waiting] = []
    taken: set[str] = set()
    for work in batch:
        keys = _keys(work, readings[work.mail.id].message)
        if taken & keys:
            yield wave
            wave, taken = [], set()
        wave.append(work)
        taken |= keys
    yield wave


def _keys(work: Waiting, message: Message | None) -> set[str]:
    keys = {f"mail {work.mail.id}"}
    if message is not None:
        ids = (message.message_id, message.in_reply_to, *message.references)
        keys |= {f"id {each}" for each in ids if each}
        keys |= {f"from {each.lower()}" for each in message.sender_addresses}
        keys |= {f"from {(each or '').lower()}" for each in (work.mail.envelope_from, message.return_path)}
        keys |= {f"content {message.content_hash}"}
        keys |= {f"number {each}" for each in numbers_in(message.subject)}
        keys.discard("from ")
    return keys


def _settle(
    house: House, wave: Sequence[Waiting], readings: dict[int, Reading], now: datetime, *, again: bool = False
) -> int:
    with reading(house.databases.reading) as connection:
        settled = _decide_all(house, connection, wave, readings, now)
    done, failed = _save_all(house, settled, now, again=again)
    if failed:
        with reading(house.databases.reading) as connection:
            settled = [_park(house, connection, work, error, now) for work, error in failed]
        with house.databases.desk.begin() as connection:
            done += sum(_save(connection, each, now, again=again) for each in settled)
    return done


def _save_all(
    house: House, settled: Sequence[Settled], now: datetime, *, again: bool
) -> tuple[int, list[tuple[Waiting, Exception]]]:
    """All in one commit; what cannot be stored is given back, and its neighbours are."""
    done, failed = 0, []
    with house.databases.desk.begin() as connection:
        for each in settled:
            try:
                done += _save(connection, each, now, again=again)
            except Exception as error:
                if is_trouble(error):
                    raise
                failed.append((each.work, error))
    return done, failed


def _decide_all(
    house: House, connection: Connection, wave: Sequence[Waiting], readings: dict[int, Reading], now: datetime
) -> list[Settled]:
    first: list[tuple[Waiting, facts.Known | None, Classified]] = []
    for work in wave:
        try:
            first.append(_classify(house, connection, work, readings[work.mail.id]))
        except Exception as error:
            first.append((work, None, _parked(work, error)))
    fresh = sum(1 for _, _, classified in first if classified.outcome == "new_case")
    number = _reserve(house, fresh)
    out = []
    for work, known, classified in first:
        reference = ""
        if known is not None and classified.outcome == "new_case":
            reference = f"{known.arrival.policy.file.prefix}-{number}"
            number += 1
        try:
            out.append(decide(house, connection, work, known, classified, reference, now))
        except Exception as error:
            out.append(_park(house, connection, work, error, now))
    return out


def _reserve(house: House, count: int) -> int:
    if not count:
        return 0
    with house.databases.desk.begin() as connection:
        return cases.reserve(connection, count)


def _park(house: House, connection: Connection, work: Waiting, error: Exception, now: datetime) -> Settled:
    """The mail parked with a notice to whoever triages, where that can be made."""
    parked = _parked(work, error)
    try:
        return Settled(work, parked, None, None, post.parked(house, connection, work, parked.because, now))
    except Exception:
        log.exception("nobody can be told of a parked mail", mail=work.mail.id)
        return Settled(work, parked, None, None)


def _parked(work: Waiting, error: Exception) -> Classified:
    """An error of ours parks the mail, for a person, and its neighbours go on. Raises what only waiting mends."""
    if is_trouble(error):
        raise error
    log.error("mail parked", mail=work.mail.id, route=work.route, exc_info=error)
    return Classified("parked", f"deciding failed: {type(error).__name__}: {error}"[:500])


def _classify(
    house: House, connection: Connection, work: Waiting, read: Reading
) -> tuple[Waiting, facts.Known | None, Classified]:
    if read.message is None:
        return work, None, Classified("parked", f"cannot be read: {read.problem}")
    if work.route not in house.routes:
        return work, None, Classified("parked", f"no route has the address {work.route} any more")
    known = facts.load(house, connection, work, read.message, read)
    return work, known, classify(known.arrival)


def decide(
    house: House,
    connection: Connection,
    work: Waiting,
    known: facts.Known | None,
    classified: Classified,
    reference: str,
    now: datetime,
) -> Settled:
    """The whole of what becomes of a mail on a route. Reads, and writes nothing."""
    if known is None:
        return Settled(work, classified, None, None, post.parked(house, connection, work, classified.because, now))
    message = known.arrival.message
    if classified.match is not None and classified.match.staff is not None:
        of_staff = agents.settle(house, connection, known, classified.match, now)
        return Settled(work, classified, message, of_staff.posted, stored=of_staff.stored)
    decision = carry_out(known.arrival, classified, reference, now)
    if decision is None:
        return Settled(work, classified, message, None)
    posted = _post(house, connection, known, _with_answer_address(house, connection, known, decision, now), now)
    return Settled(work, classified, message, posted, stored=_with_forwarders_words(work, known))


def _with_forwarders_words(work: Waiting, known: facts.Known) -> tuple[messages.StoredMessage, ...] | None:
    """A mail that was passed on, and as a note what was written above it; None for any other mail."""
    arrival = known.arrival
    if not arrival.forwarded_by:
        return None
    first = _stored(0, work, arrival.message)
    words = arrival.forward_words
    note = replace(
        first, direction="note", author_name="", author_address=arrival.forwarded_by, role="agent", message_id=None,
        text=words, new_text=words, attachments=[],
    )  # fmt: skip
    return (first, note) if words else (first,)


def _with_answer_address(
    house: House, connection: Connection, known: facts.Known, decision: Decision, now: datetime
) -> Decision:
    """A new case remembers where its scheduled letters may go: where its first answer may, or nowhere."""
    if decision.case.version:
        return decision
    asked = facts.asking(house, connection, decision.case, "acknowledgment", now, known)
    allowed = judge(asked).verdict != "never" or asked.sent_last_hour >= asked.cap
    return replace(decision, case=replace(decision.case, answer_to=known.answer_to if allowed else None))


def _post(house: House, connection: Connection, known: facts.Known, decision: Decision, now: datetime) -> post.Posted:
    arrival = known.arrival
    policy = house.policy_of(connection, decision.case) if decision.case.version else arrival.policy
    return post.finish(
        house,
        policy,
        decision,
        lambda changed, kind: facts.asking(house, connection, changed, kind, now, known),
        now,
        thread=post.thread_of(arrival.message),
        customer=arrival.customer,
        excerpt=arrival.message.new_text,
    )


def _save(connection: Connection, settled: Settled, now: datetime, *, again: bool = False) -> int:
    """One mail in a savepoint: what was decided in the meantime by somebody else stands, and this is looked at anew."""
    work, classified, posted = settled.work, settled.classified, settled.posted
    try:
        with connection.begin_nested():
            if again:
                ledger.forget(connection, work.mail.id, work.route)
            case_id = _save_case(connection, settled, posted, now) if posted else None
            if case_id is None and classified.match is not None and classified.match.case is not None:
                case_id = classified.match.case.id
            for draft in settled.notices:
                outbox.queue(connection, None, draft.letter, draft.rendered, now, withheld=draft.withheld)
            content = settled.message.content_hash if settled.message else None
            args = (work.mail.id, work.route, classified.outcome, classified.because, now)
            if not ledger.record(connection, *args, case_id=case_id, content_hash=content):
                raise Stale("decided in the meantime")
    except Stale:
        return 0
    return 1


def _save_case(connection: Connection, settled: Settled, posted: post.Posted, now: datetime) -> int:
    sender = settled.message.from_.address if settled.message and settled.message.from_ else None
    if settled.message is not None and facts.lives(settled.message, sender):
        outbox.lift_undeliverable(connection, str(sender))
    case_id = post.save(connection, posted, now)
    if settled.work.routes > 1:
        cases.link(connection, [case_id, *ledger.cases_of(connection, settled.work.mail.id)])
    message = settled.message
    if message is not None:
        kept = (_stored(case_id, settled.work, message),) if settled.stored is None else settled.stored
        for each in kept:
            role = each.role if settled.stored is not None else _role(settled, posted, each.author_address)
            messages.add(connection, replace(each, case_id=case_id, role=role))
        if message.bounce is not None and message.bounce.permanent:
            # only addresses that we wrote to: a forged report must not silence anybody else's letters
            written_to = {row["to"].lower() for row in outbox.listed(connection, case_id)}
            failed = [each for each in message.bounce.recipients if each.lower() in written_to]
            outbox.mark_undeliverable(connection, failed, settled.classified.because, now)
    return case_id


def _role(settled: Settled, posted: post.Posted, address: str) -> str:
    """As whom somebody wrote on a case."""
    match = settled.classified.match
    if match is not None and match.third_party:
        return "third-party"
    person = posted.decision.case.participant(address)
    return person.role if person else "customer"


def _stored(case_id: int, work: Waiting, message: Message) -> messages.StoredMessage:
    sender = message.from_
    return messages.StoredMessage(
        case_id=case_id,
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
