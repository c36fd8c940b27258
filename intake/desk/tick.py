"""Time: which clocks ask for something now, and the digests that are due. The same steps as for a mail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import Connection

from intake.core.answer.letters import Thread
from intake.core.case.case import Case, Decision
from intake.core.case.chasing import chase
from intake.core.case.returned import came_back, copy_came_back
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence
from intake.desk import facts, post
from intake.desk.house import House
from intake.errors import Stale
from intake.store import cases, outbox, people
from intake.store.engine import reading

log = structlog.get_logger()
BATCH = 100
# longer than any letter is tried
FAILED_WITHIN = timedelta(days=30)


def tick(house: House, now: datetime) -> int:
    """Does everything that clocks ask for at `now`, and what failed letters ask for; gives back how many cases changed.

    Each thing is done once: what was done is saved with the letters it made, or both are not.
    """
    done = sum(_each(house, case_id, now, decide) for case_id, decide in _returned(house, now))
    done += sum(_each(house, case_id, now, decide, told) for case_id, decide, told in _copies_returned(house, now))
    tried: set[int] = set()
    while True:
        with reading(house.databases.reading) as connection:
            asking = [each for each in cases.asking(connection, now, BATCH + len(tried)) if each not in tried]
        if not asking:
            return done
        tried |= set(asking)
        done += sum(_each(house, case_id, now, partial(_chase, now)) for case_id in asking)


# the case under its policy; whether any letter to its customer has left
Decide = Callable[[Policy, Case, bool], Decision]


def _returned(house: House, now: datetime) -> list[tuple[int, Decide]]:
    """Cases whose letters failed at the smarthost and that have not heard of it: as if they had come back."""
    with reading(house.databases.reading) as connection:
        failed = outbox.failed_letters(connection, now - FAILED_WITHIN)
        loaded = cases.load(connection, failed)
        answers = {case_id for case_id in loaded if outbox.reached_nobody(connection, case_id)}
    return [
        (case_id, partial(_came_back, failed[case_id][-1], now, case_id in answers))
        for case_id, case in loaded.items()
        if "undeliverable" not in case.marks or ("reply" in case.answered and case_id in answers)
    ]


def _copies_returned(house: House, now: datetime) -> list[tuple[int, Decide, Callable[[Connection], None]]]:
    """The same for copies that failed while the letter arrived, with what notes that the desk was told."""
    with reading(house.databases.reading) as connection:
        refused = outbox.refused_copies(connection)
    return [
        (case_id, partial(_copy_came_back, failed, now), partial(outbox.tell_refused_copies, mail_id=mail_id))
        for case_id, mail_id, failed in refused
    ]


def _chase(now: datetime, _policy: Policy, case: Case, heard: bool) -> Decision:
    return chase(case, now, heard=heard)


def _came_back(text: str, now: datetime, was_the_answer: bool, policy: Policy, case: Case, _heard: bool) -> Decision:
    return came_back(policy, case, Sentence(text), now, was_the_answer=was_the_answer)


def _copy_came_back(failed: list[str], now: datetime, policy: Policy, case: Case, _heard: bool) -> Decision:
    return copy_came_back(policy, case, failed, now)


def _each(
    house: House,
    case_id: int,
    now: datetime,
    decide: Decide,
    told: Callable[[Connection], None] = lambda _connection: None,
) -> int:
    """One case; what goes wrong with it must not hold up the others. `told` joins the transaction."""
    try:
        with reading(house.databases.reading) as connection:
            posted = _decide(house, connection, case_id, now, decide)
        with house.databases.desk.begin() as connection:
            told(connection)
            post.save(house, connection, posted, now)
    except Stale:
        return 0
    except Exception:
        log.exception("chasing failed", case=case_id)
        return 0
    return 1


def _decide(house: House, connection: Connection, case_id: int, now: datetime, decide: Decide) -> post.Posted:
    case = cases.load(connection, [case_id])[case_id]
    policy = house.policy_of(connection, case)
    customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
    heard = not facts.unheard(house, connection, case)
    return post.finish(
        house,
        connection,
        policy,
        decide(policy, case, heard),
        lambda changed, kind: replace(facts.asking(house, connection, changed, kind, now), unheard=not heard),
        now,
        thread=Thread(),
        customer=customer,
    )
