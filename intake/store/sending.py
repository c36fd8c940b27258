"""Finished mails in the hands of whoever sends them, each in one hand at a time.

    queued -> sending -> sent | queued again | failed         withheld -> queued by a person, or never

A mail whose sender vanished between handing it over and noting so is `unknown`: it may have left. It goes out again
with the same bytes and the same Message-ID (THREATS 53), and stays `unknown` until its fate is certain.
`next_try_at` is the instant from which anybody may take the mail; while it is in hand, the end of its lease.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Row, String, and_, bindparam, func, insert, or_, select, update

from intake.store.engine import reading
from intake.store.tables import history, outgoing

ACTOR = "intake"
TWICE = "it may have left twice, under one Message-ID"
TAKEN_OVER = "may have left already: its sender stopped before noting so"
ON_ITS_WAY = ("queued", "sending", "unknown")

# longer than any pause or lease: an instant beyond it was set by a clock that has been put back since
FARTHEST = timedelta(hours=2)

# made once: SQLAlchemy takes longer to make a statement than SQLite to run it
UNDERWAY = outgoing.c.state.in_(ON_ITS_WAY)
DUE = or_(
    and_(UNDERWAY, outgoing.c.next_try_at <= bindparam("now")),
    and_(UNDERWAY, outgoing.c.next_try_at > bindparam("farthest")),
)
ANY_DUE = select(outgoing.c.id).where(DUE).limit(1)
NEEDED = (
    "id",
    "case_id",
    "kind",
    "recipient",
    "envelope_from",
    "envelope_to",
    "message_id",
    "state",
    "reason",
    "queued_at",
    "tries",
    "raw",
)
ALL_DUE = (
    select(*(outgoing.c[name] for name in NEEDED))
    .where(DUE)
    .order_by(outgoing.c.next_try_at, outgoing.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
)
TAKE = (
    update(outgoing)
    .where(outgoing.c.id == bindparam("mail"))
    .values({name: bindparam(name) for name in ("state", "reason", "owner", "lease_until", "next_try_at", "tries")})
)
NOT_SENT = (
    select(outgoing.c.id)
    .where(outgoing.c.id.in_(bindparam("mails", expanding=True)), outgoing.c.state != "sent")
    .order_by(outgoing.c.id)
    .with_for_update()
)
MARK_SENT = (
    update(outgoing)
    .where(outgoing.c.id == bindparam("mail"))
    .values(
        state="sent", sent_at=bindparam("at"), reason=bindparam("why"), next_try_at=None, owner=None, lease_until=None
    )
)
PUT_BACK = (
    update(outgoing)
    .where(
        outgoing.c.id == bindparam("mail"),
        outgoing.c.owner == bindparam("hand"),
        outgoing.c.tries == bindparam("taken"),
    )
    .values(
        state=bindparam("state"),
        next_try_at=bindparam("at"),
        tries=bindparam("left"),
        # why it was tried before stands until something else does
        reason=func.coalesce(bindparam("why", type_=String), outgoing.c.reason),
        owner=None,
        lease_until=None,
    )
)
NOTE = insert(history)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail in one sender's hands. `tries` counts this one; `again`: an earlier try may have delivered it.

    `envelope_from` is "" for the null return path.
    """

    id: int
    case_id: int | None
    kind: str
    recipient: str
    envelope_from: str
    envelope_to: tuple[str, ...]
    message_id: str
    raw: bytes
    queued_at: datetime
    tries: int
    again: bool


@dataclass(frozen=True, slots=True)
class Left:
    """A mail that has left, and when. `note`: what else came of it, such as a recipient who was refused."""

    mail: OutgoingMail
    at: datetime
    note: str = ""

    @property
    def why(self) -> str | None:
        """What stands beside "sent" in the outbox."""
        return "; ".join(part for part in (self.note, TWICE if self.mail.again else "") if part) or None

    @property
    def told(self) -> str:
        """What the history says of it."""
        return "; ".join(part for part in (f"{self.mail.kind} to {self.mail.recipient}", self.why) if part)


def claim(engine: Engine, owner: str, now: datetime, lease: timedelta, limit: int) -> list[OutgoingMail]:
    """Takes up to `limit` mails whose time has come, for `owner` alone until the lease runs out."""
    instants = {"now": now, "farthest": now + FARTHEST}
    with reading(engine) as connection:
        # an empty outbox must not take the desk's write lock every few seconds
        if connection.scalar(ANY_DUE, instants) is None:
            return []
    hand = {"owner": owner, "lease_until": now + lease, "next_try_at": now + lease}
    with engine.begin() as connection:
        rows = connection.execute(ALL_DUE, {**instants, "most": limit}).all()
        if rows:
            connection.execute(TAKE, [hand | _taken(row) for row in rows])
    return [_mail(row) for row in rows]


def _taken(row: Row[Any]) -> dict[str, Any]:
    """What changes in a mail's row when somebody takes it in hand."""
    return {
        "mail": row.id,
        "state": "sending" if row.state == "queued" else "unknown",
        "reason": TAKEN_OVER if row.state == "sending" else row.reason,
        "tries": row.tries + 1,
    }


def _mail(row: Row[Any]) -> OutgoingMail:
    return OutgoingMail(
        id=row.id,
        case_id=row.case_id,
        kind=row.kind,
        recipient=row.recipient,
        envelope_from=row.envelope_from,
        envelope_to=tuple(row.envelope_to),
        message_id=row.message_id,
        raw=bytes(row.raw),
        queued_at=row.queued_at,
        tries=row.tries + 1,
        again=row.state != "queued",
    )


def mark_sent(connection: Connection, left: Sequence[Left]) -> int:
    """Notes that mails have left, whoever holds them by now; of how many that was not noted yet."""
    fresh = set(connection.scalars(NOT_SENT, {"mails": [each.mail.id for each in left]}))
    noted = list({each.mail.id: each for each in left if each.mail.id in fresh}.values())
    if noted:
        connection.execute(MARK_SENT, [{"mail": each.mail.id, "at": each.at, "why": each.why} for each in noted])
    if told := [_event(each.mail, each.at, "sent", each.told) for each in noted if each.mail.case_id is not None]:
        connection.execute(NOTE, told)
    return len(noted)


def mark_retry(
    engine: Engine,
    mail: OutgoingMail,
    owner: str,
    reason: str,
    next_try_at: datetime,
    *,
    unsure: bool = False,
    remaining: Sequence[str] = (),
) -> bool:
    """Puts the mail back for another try; false where it is in other hands by now.

    `unsure`: it may have left. `remaining`: the recipients who still wait for it, where not all do.
    """
    values: dict[str, Any] = {"state": _waiting(mail, unsure), "reason": reason, "next_try_at": next_try_at}
    if remaining:
        values["envelope_to"] = list(remaining)
    with engine.begin() as connection:
        return _let_go(connection, mail, owner, values)


def put_back(
    engine: Engine, mails: Sequence[OutgoingMail], owner: str, next_try_at: datetime, reason: str | None = None
) -> int:
    """Puts mails back that were claimed and not tried, in one commit; how many were still in the owner's hands."""
    if not mails:
        return 0
    with engine.begin() as connection:
        return connection.execute(PUT_BACK, [_put_back(mail, owner, next_try_at, reason) for mail in mails]).rowcount


def _put_back(mail: OutgoingMail, owner: str, next_try_at: datetime, reason: str | None) -> dict[str, Any]:
    held = {"mail": mail.id, "hand": owner, "taken": mail.tries}
    return held | {"state": _waiting(mail), "at": next_try_at, "left": mail.tries - 1, "why": reason}


def mark_failed(
    engine: Engine, mail: OutgoingMail, owner: str, reason: str, now: datetime, *, remaining: Sequence[str] = ()
) -> bool:
    """Stops the mail for good, with the reason on its case; false where it is in other hands by now.

    `remaining`: the recipients who do not have it, where others do.
    """
    told = f"{reason}; an earlier try may have arrived" if mail.again else reason
    values: dict[str, Any] = {"state": "failed", "reason": told, "next_try_at": None}
    if remaining:
        values["envelope_to"] = list(remaining)
    with engine.begin() as connection:
        done = _let_go(connection, mail, owner, values)
        if done:
            _note(connection, mail, now, "failed", f"{mail.kind} to {mail.recipient}: {told}")
    return done


def note_refused_copies(engine: Engine, mail: OutgoingMail, refused: Mapping[str, str], now: datetime) -> None:
    """Writes on the case who gets no copy of a mail, by address and why; the desk is told once the mail has left."""
    with engine.begin() as connection:
        known = connection.scalar(select(outgoing.c.refused_copies).where(outgoing.c.id == mail.id)) or []
        all_of_them = list(dict.fromkeys([*known, *refused]))
        connection.execute(update(outgoing).where(outgoing.c.id == mail.id).values(refused_copies=all_of_them))
        for address, words in refused.items():
            _note(connection, mail, now, "failed", f"{mail.kind}: {address} refused: {words}")


def _waiting(mail: OutgoingMail, unsure: bool = False) -> str:
    return "unknown" if unsure or mail.again else "queued"


def _let_go(connection: Connection, mail: OutgoingMail, owner: str, values: dict[str, Any]) -> bool:
    held = outgoing.c.id == mail.id, outgoing.c.owner == owner, outgoing.c.tries == mail.tries
    done = connection.execute(update(outgoing).where(*held).values(**values, owner=None, lease_until=None))
    return bool(done.rowcount)


def _note(connection: Connection, mail: OutgoingMail, now: datetime, event: str, text: str) -> None:
    if mail.case_id is not None:
        connection.execute(NOTE, _event(mail, now, event, text))


def _event(mail: OutgoingMail, at: datetime, event: str, text: str) -> dict[str, Any]:
    return {"case_id": mail.case_id, "at": at, "actor": ACTOR, "event": event, "text": text, "because": []}
