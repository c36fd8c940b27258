"""Time: which clocks ask for something now, and the digests that are due. The same steps as for a mail."""

from datetime import datetime

import structlog
from sqlalchemy import Connection

from intake.core.answer.letters import Thread
from intake.core.case.chasing import chase
from intake.desk import facts, post
from intake.desk.house import House
from intake.errors import Stale
from intake.store import cases, people
from intake.store.engine import reading

log = structlog.get_logger()
BATCH = 100


def tick(house: House, now: datetime) -> int:
    """Does everything that clocks ask for at `now`; gives back how many cases changed.

    Each thing is done once: what was done is saved with the letters it made, or both are not.
    """
    done = 0
    tried: set[int] = set()
    while True:
        with reading(house.databases.reading) as connection:
            asking = [each for each in cases.asking(connection, now, BATCH + len(tried)) if each not in tried]
        if not asking:
            return done
        for case_id in asking:
            tried.add(case_id)
            try:
                done += _chase(house, case_id, now)
            except Exception:
                # one case that cannot be chased must not hold up the others
                log.exception("chasing failed", case=case_id)


def _chase(house: House, case_id: int, now: datetime) -> int:
    with reading(house.databases.reading) as connection:
        posted = _decide(house, connection, case_id, now)
    try:
        with house.databases.desk.begin() as connection:
            post.save(connection, posted, now)
    except Stale:
        return 0
    return 1


def _decide(house: House, connection: Connection, case_id: int, now: datetime) -> post.Posted:
    case = cases.load(connection, [case_id])[case_id]
    policy = house.policy_of(connection, case)
    customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
    return post.finish(
        house,
        policy,
        chase(case, now),
        lambda changed, kind: facts.asking_scheduled(house, connection, changed, kind, now),
        now,
        thread=Thread(),
        customer=customer,
    )
