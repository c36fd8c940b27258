"""One letter in place of many: a known contact beyond the hour's cap hears of several cases at once."""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Connection

from intake.core.answer.letters import digest
from intake.core.answer.permission import Asking, judge
from intake.core.mail.message import Address
from intake.desk import facts, post
from intake.desk.house import House
from intake.outbound.render import render
from intake.store import cases, outbox
from intake.store.engine import reading

WAIT = timedelta(minutes=15)


def send_digests(house: House, now: datetime) -> int:
    """Queues a digest for everybody whose letters have waited long enough; gives back how many."""
    with reading(house.databases.reading) as connection:
        waiting = outbox.waiting_for_digest(connection, post.FOR_THE_DIGEST, now - WAIT)
        drafts = [(held, _draft(house, connection, address, held, now)) for address, held in waiting.items()]
    done = 0
    for held, draft in drafts:
        if draft is None:
            continue
        with house.databases.desk.begin() as connection:
            ids = [mail_id for mail_id, _ in held]
            if outbox.told_in_digest(connection, ids, post.FOR_THE_DIGEST, draft.letter.message_id):
                outbox.queue(connection, None, draft.letter, draft.rendered, now, withheld=draft.withheld)
                done += 1
    return done


def _draft(
    house: House, connection: Connection, address: str, held: list[tuple[int, int]], now: datetime
) -> post.Draft | None:
    """The digest, unless one went out within the hour: then it waits."""
    written = facts.correspondence(connection, [address], now)[0]
    if written.digest:
        return None
    loaded = cases.load(connection, [case_id for _, case_id in held])
    told = [loaded[case_id] for case_id in sorted(loaded)]
    asked = Asking(
        kind="digest",
        to=address,
        case_kinds=frozenset(),
        marks=frozenset(),
        own_addresses=house.own_addresses,
        undeliverable=written.undeliverable,
        cap=1,
        shadow=house.settings.answers.shadow,
    )
    verdict = judge(asked).verdict
    if verdict == "never":
        return None
    policy, desk = house.policy_of(connection, told[0]), house.desk(told[0].route)
    key = f"digest.{sha256(repr(held).encode()).hexdigest()[:16]}"
    letter = digest(policy, told, Address("", address), desk, now, unique=house.unique(), key=key)
    return post.Draft(letter, render(letter, house.templates), post.SHADOW if verdict == "withhold" else "")
