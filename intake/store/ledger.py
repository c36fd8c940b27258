"""The ledger: what became of each mail on each route, what still waits, and what a person has to look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, select, true
from sqlalchemy.exc import IntegrityError

from intake.errors import Stale
from intake.store import tables
from intake.store.seen import Sight, routes_seen
from intake.store.spool import KEPT_COLUMNS, KeptMail

AT_A_TIME = 500

# what a person may have decided again
AGAIN = ("parked", "junk", "automatic")
LOOKS_AT = 20_000
OUTCOMES = ("new_case", "reply", "automatic", "duplicate", "junk", "parked")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept mail on one of the `routes` that it was sent to, how many there be."""

    mail: KeptMail
    route: str
    recipient: str
    routes: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mail on a route."""

    mail_id: int
    route: str
    outcome: str
    because: str
    case_id: int | None = None
    content_hash: str | None = None


OUTCOME_COLUMNS = tuple(Outcome.__dataclass_fields__)
INSERT_OUTCOMES, INSERT_ORIGINALS = insert(tables.outcome), insert(tables.original)
CASES_OF = select(tables.outcome.c.mail_id, tables.outcome.c.case_id).where(
    tables.outcome.c.mail_id.in_(bindparam("mail_ids", expanding=True)), tables.outcome.c.case_id.is_not(None)
)
# the key begins with the route: without it every content that ever came would be looked at
ORIGINALS = select(tables.original).where(
    tables.original.c.route.in_(bindparam("routes", expanding=True)),
    tables.original.c.content_hash.in_(bindparam("hashes", expanding=True)),
)


def _work() -> Select[Any]:
    route, other = tables.mail_route, tables.mail_route.alias()
    many = select(func.count()).select_from(other).where(other.c.mail_id == route.c.mail_id).scalar_subquery()
    columns = (*KEPT_COLUMNS, route.c.route, route.c.recipient, many)
    return select(*columns).select_from(tables.mail.join(route, route.c.mail_id == tables.mail.c.id))


def _in_turn() -> Select[Any]:
    """What waits above an id, the first of each sender before the second of any."""
    mail, route, outcome = tables.mail, tables.mail_route, tables.outcome
    decided = (outcome.c.mail_id == route.c.mail_id) & (outcome.c.route == route.c.route)
    sender = func.coalesce(mail.c.login, mail.c.envelope_from, mail.c.source)
    queue = (
        select(route.c.mail_id, route.c.route, sender.label("sender"))
        .select_from(route.join(mail, mail.c.id == route.c.mail_id).outerjoin(outcome, decided))
        .where(route.c.mail_id > bindparam("after"), outcome.c.mail_id.is_(None))
        .order_by(route.c.mail_id, route.c.route)
        .limit(LOOKS_AT)
        .subquery()
    )
    order = (queue.c.mail_id, queue.c.route)
    turn = func.row_number().over(partition_by=queue.c.sender, order_by=order).label("turn")
    turns = select(*order, turn).subquery()
    first = (turns.c.turn, turns.c.mail_id, turns.c.route)
    chosen = select(*first).order_by(*first).limit(bindparam("most")).subquery()
    mine = (chosen.c.mail_id == route.c.mail_id) & (chosen.c.route == route.c.route)
    return _work().join(chosen, mine).order_by(chosen.c.turn, chosen.c.mail_id, chosen.c.route)


WAITING = _in_turn()


def waiting(connection: Connection, after: int, limit: int, following: int = 0) -> list[Waiting]:
    """Mails above the id `after` that have no outcome yet, in their order. The connection must see the spool.

    Senders take turns: one that floods us waits behind its own mails, and nobody else does (THREATS 32). The mail
    that waits longest is always among them, and those of one sender come in their order. So many of those whose turn
    comes after theirs stand behind them.
    """
    rows = connection.execute(WAITING, {"after": after, "most": limit + following})
    works = [_waiting(row) for row in rows]
    # of one mail the routes are in their order already
    return [work for some in (works[:limit], works[limit:]) for work in sorted(some, key=lambda each: each.mail.id)]


def work(connection: Connection, mail_id: int) -> list[Waiting]:
    """A kept mail on each of its routes, whatever became of it."""
    return [_waiting(row) for row in connection.execute(_work().where(tables.mail.c.id == mail_id))]


def _waiting(row: Row[Any]) -> Waiting:
    *mail, route, recipient, routes = tuple(row)
    return Waiting(KeptMail(*mail), route, recipient, routes)


def cases_of(connection: Connection, mail_ids: Iterable[int]) -> dict[int, list[int]]:
    """The cases that the outcomes so far of these mails name, for each mail that has any."""
    found: dict[int, list[int]] = {}
    for row in connection.execute(CASES_OF, {"mail_ids": sorted(set(mail_ids))}):
        found.setdefault(row.mail_id, []).append(row.case_id)
    return found


def last_mail(connection: Connection) -> int:
    """The highest id in the spool; 0 where it is empty."""
    return int(connection.scalar(select(func.max(tables.mail.c.id))) or 0)


def record(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Writes the one outcome of each mail on its route. Raises `Stale` where one has an outcome already.

    Stale too is a mail whose content was claimed in the meantime. What was written until then is the caller's to undo.
    """
    rows = [{name: getattr(each, name) for name in OUTCOME_COLUMNS} | {"decided_at": now} for each in outcomes]
    claims = [
        {"route": each.route, "content_hash": each.content_hash, "mail_id": each.mail_id}
        for each in outcomes
        if each.content_hash is not None and each.outcome not in ("duplicate", "parked")
    ]
    try:
        connection.execute(INSERT_OUTCOMES, rows)
        if claims:
            connection.execute(INSERT_ORIGINALS, claims)
    except IntegrityError:
        raise Stale("decided in the meantime") from None


def originals(connection: Connection, routes: Iterable[str], hashes: Iterable[str]) -> dict[tuple[str, str], int]:
    """The first mail of each of these contents on each of these routes: (route, hash) to mail id."""
    wanted = {"routes": sorted(set(routes)), "hashes": sorted(set(hashes))}
    if not all(wanted.values()):
        return {}
    rows = connection.execute(ORIGINALS, wanted)
    return {(row.route, row.content_hash): row.mail_id for row in rows}


def counts(connection: Connection, sight: Sight | None = None) -> dict[str, Any]:
    """The ledger by (mail, route): what was received, each outcome, what waits, and whether the sum comes out.

    Received and waiting are counted from the spool, the outcomes from the desk; the connection must see both, in one
    snapshot. With a sight only of the routes that it sees.
    """
    route, outcome = tables.mail_route, tables.outcome
    kept, decided = (true() if sight is None else routes_seen(sight, each.c.route) for each in (route, outcome))
    received = connection.scalar(select(func.count()).select_from(route).where(kept)) or 0
    rows = connection.execute(select(outcome.c.outcome, func.count()).where(decided).group_by(outcome.c.outcome)).all()
    by_outcome = dict.fromkeys(OUTCOMES, 0) | {row[0]: row[1] for row in rows}
    joined = route.outerjoin(outcome, (outcome.c.mail_id == route.c.mail_id) & (outcome.c.route == route.c.route))
    left = connection.scalar(select(func.count()).select_from(joined).where(kept, outcome.c.mail_id.is_(None))) or 0
    balanced = received == sum(by_outcome.values()) + left
    return {"received": received, **by_outcome, "waiting": left, "balanced": balanced}


def parked(connection: Connection, kind: str = "parked") -> list[dict[str, Any]]:
    """Parked mails (or those of another outcome), the oldest first. The connection must see the spool."""
    rows = connection.execute(_parked(kind).order_by(tables.outcome.c.mail_id))
    return [dict(row._mapping) for row in rows]


def newest_parked(
    connection: Connection, kind: str, sight: Sight, before: int | None, limit: int
) -> list[dict[str, Any]]:
    """The newest mails of such an outcome that somebody sees, the newest first, below an id."""
    outcome = tables.outcome.c
    wanted = _parked(kind).where(routes_seen(sight, outcome.route))
    wanted = wanted.where(outcome.mail_id < before) if before is not None else wanted
    rows = connection.execute(wanted.order_by(outcome.mail_id.desc(), outcome.route).limit(limit))
    return [dict(row._mapping) for row in rows]


def count(connection: Connection, kind: str, sight: Sight, most: int) -> int:
    """How many of such an outcome somebody sees; beyond `most` nobody counts."""
    outcome = tables.outcome.c
    some = select(outcome.mail_id).where(outcome.outcome == kind, routes_seen(sight, outcome.route)).limit(most)
    return connection.scalar(select(func.count()).select_from(some.subquery())) or 0


def _parked(kind: str) -> Select[Any]:
    outcome, mail = tables.outcome, tables.mail
    return (
        select(
            outcome.c.mail_id.label("id"),
            outcome.c.route,
            outcome.c.because.label("reason"),
            outcome.c.decided_at.label("parked_at"),
            mail.c.received_at,
            mail.c.source,
            mail.c.envelope_from,
            func.length(mail.c.raw).label("size"),
        )
        .join(mail, mail.c.id == outcome.c.mail_id)
        .where(outcome.c.outcome == kind)
    )


def outcomes(connection: Connection, mail_id: int) -> list[dict[str, Any]]:
    """What became of a mail, on each of its routes."""
    table = tables.outcome
    query = select(table.c.route, table.c.outcome, table.c.because, table.c.decided_at)
    return [dict(row._mapping) for row in connection.execute(query.where(table.c.mail_id == mail_id))]


def known_already(connection: Connection, mail_ids: Sequence[int]) -> int:
    """How many of these mails are nothing but copies of others that were kept before."""
    outcome, wanted = tables.outcome.c, list(mail_ids)
    copies: set[int] = set()
    others: set[int] = set()
    for begin in range(0, len(wanted), AT_A_TIME):
        some = outcome.mail_id.in_(wanted[begin : begin + AT_A_TIME])
        for row in connection.execute(select(outcome.mail_id, outcome.outcome).where(some)):
            (copies if row.outcome == "duplicate" else others).add(row.mail_id)
    return len(copies - others)


def forget(connection: Connection, mail_id: int, route: str) -> None:
    """Takes an outcome that may change away, in the transaction that writes another one.

    The mail leaves the case that it was put on as a machine's; the case's history goes on saying that it was there.
    """
    table, original, message = tables.outcome, tables.original, tables.message
    open_to_change = table.c.outcome.in_(AGAIN)
    mine = (table.c.mail_id == mail_id) & (table.c.route == route)
    held = connection.execute(select(table.c.case_id).where(mine, open_to_change)).scalar()
    if connection.execute(delete(table).where(mine, open_to_change)).rowcount:
        connection.execute(delete(message).where(message.c.mail_id == mail_id, message.c.case_id == held))
        same = (original.c.mail_id == mail_id) & (original.c.route == route)
        connection.execute(delete(original).where(same))
