"""Receiving: kept mails become outcomes. Load the facts, let the core decide, save and queue in one commit."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import Connection

from intake.core.answer.permission import judge
from intake.core.case.case import Decision, Entry
from intake.core.case.matching import numbers_in
from intake.core.case.outcome import Classified, carry_out, classify
from intake.core.mail.form import FieldSpec
from intake.core.mail.message import Message
from intake.core.mail.ticket_numbers import ticket_key
from intake.core.sentences import sentence
from intake.desk import agents, digest_answers, facts, post
from intake.desk.house import House
from intake.desk.notices import send_notices
from intake.desk.reader import Reading, released
from intake.desk.settled import Settled, save, stored, together
from intake.errors import IntakeError, Stale
from intake.store import cases, correspondence, ledger, messages, spool
from intake.store.engine import is_trouble, reading
from intake.store.ledger import Waiting
from intake.store.migrate import refuse_newer
from intake.store.sharing import in_hand

log = structlog.get_logger()

# so many batches are decided before it is asked again whose turn it is, which takes long where many mails wait
BATCHES = 4
# so many are read while one is decided: with one, the readers stand still before its decisions are made
AHEAD = 2
# on a shared database so many batches are looked at, since other instances may have the first of them in hand
OTHERS = 8


def receive(house: House, now: datetime) -> int:
    """Decides the next batches of waiting mails; gives back how many outcomes were written."""
    most, shared = house.settings.reading.batch, house.databases.shared
    batches = 1 if shared else BATCHES
    with reading(house.databases.reading) as connection:
        following = most * (OTHERS if shared else AHEAD)
        waiting = ledger.waiting(connection, house.done_up_to, batches * most, following=following)
        last = ledger.last_mail(connection) if shared or not waiting else 0
    done = waiting[0].mail.id - 1 if waiting else last
    house.done_up_to = max(house.done_up_to, min(done, house.watermark.below(last)) if shared else done)
    if not waiting:
        return 0
    with in_hand(house.databases, waiting, (batches + AHEAD) * most) as mine:
        return sum(_batch(house, mine[start:], most, now) for start in range(0, batches * most, most))


def _batch(house: House, works: Sequence[Waiting], most: int, now: datetime) -> int:
    """Decides the first so many mails, while those of the batches after them are read."""
    batch, following = works[:most], works[most : (1 + AHEAD) * most]
    if not batch:
        return 0
    readings = house.ahead.take(_ids(batch), _ids(following), _asked(house, works))
    return sum(_settle(house, wave, readings, now) for wave in waves(batch, readings, _counting(house)))


def _ids(works: Sequence[Waiting]) -> list[int]:
    return list(dict.fromkeys(work.mail.id for work in works))


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
    if not spool.raw(house.databases.spool, mail_id):
        raise IntakeError(f"mail {mail_id} was erased on request; nothing of it is left to be decided")
    read = house.reader.kept([mail_id], _asked(house, works))[mail_id]
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
        correspondence.lift_undeliverable(connection, recipients)
        for case in cases.load(connection, ledger.cases_of(connection, [mail_id]).get(mail_id, ())).values():
            if "undeliverable" in case.marks:
                case_id = cases.save(connection, replace(case.unmarked("undeliverable"), changed_at=now), house.ranks)
                said = f"mail {mail_id} is no bounce, a person says: the address can be written to"
                cases.add_history(connection, case_id, now, [Entry("deliverable", said)])


def specs(house: House) -> dict[str, tuple[FieldSpec, ...]]:
    """The fields that each policy asks for."""
    return {policy.name: policy.specs for policy in house.policies}


def _asked(house: House, works: Sequence[Waiting]) -> dict[str, tuple[FieldSpec, ...]]:
    """The fields of those policies alone that the mails may come under."""
    routes = [house.routes[work.route] for work in works if work.route in house.routes]
    if any(route.escalation for route in routes):
        return specs(house)
    asked = {route.policy for route in routes}
    return {name: fields for name, fields in specs(house).items() if name in asked}


def _counting(house: House) -> frozenset[str]:
    """The routes whose policies count the requests of a customer."""
    counting = {policy.name for policy in house.policies if policy.file.allowance or policy.file.flood}
    return frozenset(address for address, route in house.routes.items() if route.policy in counting)


def waves(
    batch: Sequence[Waiting], readings: dict[int, Reading], counting: Collection[str] = ()
) -> Iterator[list[Waiting]]:
    """The batch in parts that share no sender or thread, so that each mail sees what came of those before.

    On a route that counts requests they share no sender's domain either.
    """
    wave: list[Waiting] = []
    taken: set[str] = set()
    for work in batch:
        message = readings[work.mail.id].message
        keys = _keys(work, message)
        if message is not None and work.route in counting:
            keys |= {f"domain {each.rpartition('@')[2].lower()}" for each in message.sender_addresses}
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
        keys |= {f"number {each}" for each in (*numbers_in(message.subject), *map(ticket_key, message.ticket_numbers))}
        keys.discard("from ")
    return keys


def _settle(
    house: House, wave: Sequence[Waiting], readings: dict[int, Reading], now: datetime, *, again: bool = False
) -> int:
    with reading(house.databases.reading) as connection:
        settled = _decide_all(house, connection, wave, readings, now)
    if again:
        # whoever wrote a mail that stays parked was told when it was parked first
        settled = [replace(each, notices=()) for each in settled]
    done, failed = _save_all(house, settled, now, again=again)
    if failed:
        with reading(house.databases.reading) as connection:
            settled = [_park(house, connection, work, error, now) for work, error in failed]
        parked, failed = _save_all(house, settled, now, again=again)
        done += parked
    if failed:
        raise failed[0][1]
    return done


def _save_all(
    house: House, settled: Sequence[Settled], now: datetime, *, again: bool
) -> tuple[int, list[tuple[Waiting, Exception]]]:
    """All in one commit. What somebody else decided in the meantime stands; what cannot be stored is given back."""
    with house.databases.desk.begin() as connection:
        saved = together(connection, lambda some: save(house, connection, some, now, again=again), settled)
    _keep_fresh(house, settled, saved)
    failed = [
        (each.work, result)
        for each, result in zip(settled, saved, strict=True)
        if isinstance(result, Exception) and not isinstance(result, Stale)
    ]
    return sum(not isinstance(result, Exception) for result in saved), failed


def _keep_fresh(house: House, settled: Sequence[Settled], saved: Sequence[int | Exception | None]) -> None:
    """The cases whose notices are looked at next."""
    for each, result in zip(settled, saved, strict=True):
        if each.posted and each.posted.held and isinstance(result, int):
            house.fresh.add(result, each.posted.decision.case)


def _decide_all(
    house: House, connection: Connection, wave: Sequence[Waiting], readings: dict[int, Reading], now: datetime
) -> list[Settled]:
    first = _classify_all(house, connection, wave, readings, now)
    fresh = [known for _, known, classified in first if known is not None and opens_a_case(known, classified)]
    number = _reserve(house, len(fresh))
    asked = []
    for work, known, classified in first:
        reference = ""
        if known is not None and opens_a_case(known, classified):
            reference = f"{known.arrival.policy.file.prefix}-{number}"
            number += 1
        asked.append((work, known, classified, reference))
    decided = together(connection, lambda some: [decide(house, connection, *each, now) for each in some], asked)
    return [
        _park(house, connection, work, result, now) if isinstance(result, Exception) else result
        for (work, *_), result in zip(asked, decided, strict=True)
    ]


def opens_a_case(known: facts.Known, classified: Classified) -> bool:
    """Whether the mail needs the number of a new case: for itself, or for what an agent splits off by it."""
    of_staff = classified.match is not None and classified.match.staff is not None
    return agents.splits(known) if of_staff else classified.outcome == "new_case"


def _reserve(house: House, count: int) -> int:
    if not count:
        return 0
    with house.databases.desk.begin() as connection:
        return cases.reserve(connection, count)


def _park(house: House, connection: Connection, work: Waiting, error: Exception, now: datetime) -> Settled:
    """The mail parked with a notice to whoever triages, where that can be made."""
    parked = _parked(house, work, error)
    try:
        return Settled(work, parked, None, None, post.parked(house, connection, work, parked.because, now))
    except Exception:
        log.exception("nobody can be told of a parked mail", mail=work.mail.id)
        return Settled(work, parked, None, None)


def _parked(house: House, work: Waiting, error: Exception) -> Classified:
    """An error of ours parks the mail, for a person, and its neighbours go on. Raises what only waiting mends.

    Nor is a mail parked for what a newer version made of the tables meanwhile: `Outdated`, and that version decides it.
    """
    if is_trouble(error):
        raise error
    refuse_newer(house.databases)
    log.error("mail parked", mail=work.mail.id, route=work.route, exc_info=error)
    return Classified("parked", sentence("deciding failed: {error}", error=f"{type(error).__name__}: {error}"[:500]))


def _classify_all(
    house: House, connection: Connection, wave: Sequence[Waiting], readings: dict[int, Reading], now: datetime
) -> list[tuple[Waiting, facts.Known | None, Classified]]:
    """Each mail's outcome with what is known about it; None where it is not ours to decide."""
    ours = [(work, readings[work.mail.id]) for work in wave if not _unfit(house, work, readings[work.mail.id])]
    loaded = iter(together(connection, lambda some: facts.load(house, connection, some, now), ours))
    out: list[tuple[Waiting, facts.Known | None, Classified]] = []
    for work in wave:
        because = _unfit(house, work, readings[work.mail.id])
        if because:
            out.append((work, None, Classified("parked", because)))
            continue
        known = next(loaded)
        if isinstance(known, Exception):
            out.append((work, None, _parked(house, work, known)))
        else:
            out.append(_classified(house, work, known))
    return out


def _unfit(house: House, work: Waiting, read: Reading) -> str:
    """Why a mail cannot be decided at all; empty where it can."""
    if read.message is None:
        return sentence("cannot be read: {problem}", problem=read.problem)
    if work.route not in house.routes:
        return sentence("no route has the address {route} any more", route=work.route)
    return ""


def _classified(house: House, work: Waiting, known: facts.Known) -> tuple[Waiting, facts.Known | None, Classified]:
    try:
        return work, known, classify(known.arrival)
    except Exception as error:
        return work, None, _parked(house, work, error)


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
        of_staff = agents.settle(house, connection, known, classified.match, reference, now)
        return Settled(
            work,
            classified,
            message,
            of_staff.posted,
            stored=of_staff.stored,
            obeyed=of_staff.obeyed,
            moved=of_staff.moved,
        )
    if classified.outcome == "parked":
        return Settled(work, classified, message, None, digest_answers.receipt(house, connection, known, now))
    decision = carry_out(known.arrival, classified, reference, now)
    if decision is None:
        return Settled(work, classified, message, None)
    posted = _post(house, connection, known, _with_answer_address(house, connection, known, decision, now), now)
    return Settled(work, classified, message, posted, stored=_with_forwarders_words(work, known))


def _with_forwarders_words(work: Waiting, known: facts.Known) -> tuple[messages.StoredMessage, ...] | None:
    """A mail that was passed on, and as a note what was written above it; None for any other mail.

    Where it names no writer it is shown as the mail of whoever passed it on.
    """
    arrival = known.arrival
    if not arrival.forwarded_by:
        return None
    first = stored(work, arrival.message)
    words = arrival.forward_words
    note = replace(
        first, direction="note", author_name="", author_address=arrival.forwarded_by, role="agent", message_id=None,
        text=words, new_text=words, attachments=[],
    )  # fmt: skip
    if arrival.message.from_ is None:
        first = replace(first, author_address=arrival.forwarded_by, role="agent")
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
        connection,
        policy,
        decision,
        lambda changed, kind: facts.asking(house, connection, changed, kind, now, known),
        now,
        thread=post.thread_of(arrival.message),
        customer=arrival.customer,
        excerpt=arrival.message.new_text,
    )
