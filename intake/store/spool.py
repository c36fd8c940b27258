"""The spool: raw mails as they came, written by the receiver alone, each in one durable commit with its routes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Engine, bindparam, case, func, insert, select, update

from intake.store import tables
from intake.store.calls import call
from intake.store.engine import reading

LOOKS_BACK = 2_000
# bytes of a mail that is fetched with others at once
SHORT = 262_144
Source = Literal["smtp", "lmtp", "imap", "file"]


@dataclass(frozen=True, slots=True)
class RoutedTo:
    """A route that a mail was sent to: the route's address, and the recipient as it was written."""

    route: str
    recipient: str


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail to keep. `received_at` is aware; `envelope_from` is "" for `<>`, None where the channel has none.

    `origin` names an IMAP mail for ever (mailbox, UIDVALIDITY, UID): kept twice, it is one mail.
    `oversize` is the size in bytes of a mail that stays in its mailbox; `raw` then holds its headers alone.
    """

    raw: bytes
    source: Source
    received_at: datetime
    routes: tuple[RoutedTo, ...]
    envelope_from: str | None = None
    login: str | None = None
    peer: str | None = None
    origin: str | None = None
    answerable: bool = True
    backlog: bool = False
    oversize: int | None = None


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail of the spool without its bytes."""

    id: int
    source: Source
    received_at: datetime
    envelope_from: str | None
    login: str | None
    peer: str | None
    origin: str | None
    answerable: bool
    backlog: bool
    oversize: int | None


@dataclass(frozen=True, slots=True)
class MailboxState:
    """How far a mailbox has been read: every UID up to `seen_uid` under `uidvalidity` is kept."""

    uidvalidity: int
    seen_uid: int
    looked_at: datetime | None


KEPT_COLUMNS = [tables.mail.c[name] for name in KeptMail.__dataclass_fields__]
MAIL_COLUMNS = [name for name in NewMail.__dataclass_fields__ if name != "routes"]
KNOWN_ORIGIN = select(tables.mail.c.id).where(tables.mail.c.origin == bindparam("origin"))
INSERT_MAILS = insert(tables.mail).returning(tables.mail.c.id, sort_by_parameter_order=True)
INSERT_ROUTES = insert(tables.mail_route)
RAW = select(tables.mail.c.raw).where(tables.mail.c.id == bindparam("mail_id"))
# (neither database reads a mail's bytes to tell how many they are)
SHORT_RAWS = select(tables.mail.c.id, case((func.length(tables.mail.c.raw) <= SHORT, tables.mail.c.raw))).where(
    tables.mail.c.id.in_(bindparam("mail_ids", expanding=True))
)


def keep(engine: Engine, mails: Sequence[NewMail]) -> list[int]:
    """Keeps the mails in one durable commit and gives back their ids, in order.

    A mail whose `origin` is already kept gives its first id. Raises the driver's error with nothing kept.
    """
    with engine.begin() as connection:
        call(connection)
        if not any(mail.origin for mail in mails):
            return _insert(connection, mails)
        return [_known(connection, mail) or _insert(connection, [mail])[0] for mail in mails]


def _known(connection: Connection, mail: NewMail) -> int | None:
    return connection.scalar(KNOWN_ORIGIN, {"origin": mail.origin}) if mail.origin else None


def _insert(connection: Connection, mails: Sequence[NewMail]) -> list[int]:
    # statements made once, and one for many rows: this runs for every mail before its 250
    values = [{name: getattr(mail, name) for name in MAIL_COLUMNS} for mail in mails]
    ids = [int(row.id) for row in connection.execute(INSERT_MAILS, values)]
    connection.execute(
        INSERT_ROUTES,
        [
            {"mail_id": mail_id, "route": routed.route, "recipient": routed.recipient}
            for mail_id, mail in zip(ids, mails, strict=True)
            for routed in {routed.route: routed for routed in mail.routes}.values()
        ],
    )
    return ids


def kept_origins(engine: Engine, origins: Sequence[str]) -> dict[str, bool]:
    """Those of the origins (at most 1,000) that are kept; true where the mail is kept whole, not by its headers."""
    columns = tables.mail.c
    with reading(engine) as connection:
        rows = connection.execute(select(columns.origin, columns.oversize).where(columns.origin.in_(origins)))
        return {origin: oversize is None for origin, oversize in rows}


def raw(engine: Engine, mail_id: int) -> bytes:
    """A kept mail's bytes. Raises `KeyError` where there is no such mail."""
    with reading(engine) as connection:
        return raw_of(connection, mail_id)


def raw_of(connection: Connection, mail_id: int) -> bytes:
    """The same where several are wanted, over a connection that sees the spool."""
    found = connection.scalar(RAW, {"mail_id": mail_id})
    if found is None:
        raise KeyError(mail_id)
    return bytes(found)


def raws_of(connection: Connection, mail_ids: Sequence[int]) -> Iterator[bytes]:
    """The bytes of a few kept mails, in their order: short mails are fetched at once, each long one when it is due."""
    short: dict[int, bytes | None] = {row[0]: row[1] for row in connection.execute(SHORT_RAWS, {"mail_ids": mail_ids})}
    for mail_id in mail_ids:
        found = short.pop(mail_id, None)
        yield raw_of(connection, mail_id) if found is None else found


def mailbox_state(engine: Engine, name: str) -> MailboxState | None:
    """What is remembered of a mailbox; None at its first sight."""
    columns = tables.mailbox.c
    with reading(engine) as connection:
        row = connection.execute(
            select(columns.uidvalidity, columns.seen_uid, columns.looked_at).where(columns.name == name)
        ).one_or_none()
    return MailboxState(*row) if row else None


def save_mailbox_state(engine: Engine, name: str, state: MailboxState) -> None:
    """Remembers how far a mailbox has been read, over what was there before."""
    values = {"uidvalidity": state.uidvalidity, "seen_uid": state.seen_uid, "looked_at": state.looked_at}
    with engine.begin() as connection:
        done = connection.execute(update(tables.mailbox).where(tables.mailbox.c.name == name).values(values))
        if done.rowcount == 0:
            connection.execute(insert(tables.mailbox).values(name=name, **values))


def last_received(connection: Connection) -> dict[str, datetime]:
    """The last receipt by source, among the newest mails. The connection must see the spool."""
    columns = tables.mail.c
    newest = select(columns.source, columns.received_at).order_by(columns.id.desc()).limit(LOOKS_BACK).subquery()
    rows = connection.execute(select(newest.c.source, func.max(newest.c.received_at)).group_by(newest.c.source))
    return {row[0]: row[1] for row in rows}


def looked_at(connection: Connection) -> dict[str, datetime | None]:
    """When each mailbox was last looked into. The connection must see the spool."""
    columns = tables.mailbox.c
    return {row.name: row.looked_at for row in connection.execute(select(columns.name, columns.looked_at))}
