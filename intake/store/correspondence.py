"""What was written to whom: what caps, quotes and returned mail are judged by. Each question is for many at once."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Connection, Integer, LargeBinary, bindparam, cast, delete, func, insert, select

from intake.store.tables import outgoing, undeliverable

CASE_IDS: BindParameter[int] = bindparam("case_ids", expanding=True)
ADDRESSES: BindParameter[str] = bindparam("addresses", expanding=True)
RECENT = (
    select(
        outgoing.c.recipient,
        func.count().label("letters"),
        func.sum(cast(outgoing.c.kind == "digest", Integer)).label("digests"),
    )
    .where(
        outgoing.c.recipient.in_(ADDRESSES),
        outgoing.c.queued_at > bindparam("since"),
        outgoing.c.queued_at < bindparam("until"),
        outgoing.c.automatic,
        outgoing.c.state != "withheld",
        outgoing.c.kind.not_like("desk-%"),
    )
    .group_by(outgoing.c.recipient)
)
# the text comes first in a letter, before whatever goes along with it
TEXT_WITHIN = 1_000_000
LETTERS = (
    select(outgoing.c.case_id, func.substr(outgoing.c.raw, 1, TEXT_WITHIN, type_=LargeBinary).label("raw"))
    .where(outgoing.c.case_id.in_(CASE_IDS), outgoing.c.kind.not_like("desk-%"))
    .order_by(outgoing.c.id)
)
REPLIES = select(outgoing.c.case_id, outgoing.c.message_id).where(
    outgoing.c.case_id.in_(CASE_IDS), outgoing.c.kind == "reply"
)
RECIPIENTS = select(outgoing.c.case_id, outgoing.c.recipient).where(outgoing.c.case_id.in_(CASE_IDS)).distinct()
UNDELIVERABLE = select(undeliverable.c.address).where(undeliverable.c.address.in_(ADDRESSES))
LIFT_UNDELIVERABLE = delete(undeliverable).where(undeliverable.c.address.in_(ADDRESSES))


def recent(
    connection: Connection, addresses: Iterable[str], now: datetime, within: timedelta
) -> dict[str, tuple[int, bool]]:
    """How many automatic letters to customers were queued for each address of late, and whether a digest was.

    By the addresses in lower case; those who had none are left out. As far ahead as behind: clocks differ a little,
    and what one queued that was far ahead and has been put back counts no more.
    """
    wanted = sorted({address.lower() for address in addresses})
    if not wanted:
        return {}
    rows = connection.execute(RECENT, {"addresses": wanted, "since": now - within, "until": now + within})
    return {row.recipient: (row.letters, bool(row.digests)) for row in rows}


def was_told(connection: Connection, kind: str, recipient: str, now: datetime, within: timedelta) -> bool:
    """Whether a mail of that kind was queued for an address of late, as `recent` has it."""
    columns = outgoing.c
    of_late = columns.queued_at > now - within, columns.queued_at < now + within
    same = columns.recipient == recipient.lower(), columns.kind == kind
    return connection.scalar(select(columns.id).where(*same, *of_late).limit(1)) is not None


def letters_of(connection: Connection, case_ids: Iterable[int]) -> dict[int, list[bytes]]:
    """The bytes of what went to the customer on each of the cases, the oldest first; of long ones the beginning."""
    wanted = sorted(set(case_ids))
    found: dict[int, list[bytes]] = {case_id: [] for case_id in wanted}
    for row in connection.execute(LETTERS, {"case_ids": wanted}) if wanted else ():
        # of a letter that was erased nothing is left, and SQLite's part of nothing is NULL
        found[row.case_id].append(bytes(row.raw or b""))
    return found


def replies_of(connection: Connection, case_ids: Iterable[int]) -> dict[int, list[str]]:
    """The Message-IDs of the replies of persons on each of the cases."""
    wanted = sorted(set(case_ids))
    found: dict[int, list[str]] = {case_id: [] for case_id in wanted}
    for row in connection.execute(REPLIES, {"case_ids": wanted}) if wanted else ():
        found[row.case_id].append(row.message_id)
    return found


def recipients_of(connection: Connection, case_ids: Iterable[int]) -> set[tuple[int, str]]:
    """(case, address in lower case) for everybody whom we wrote to on these cases."""
    wanted = sorted(set(case_ids))
    rows = connection.execute(RECIPIENTS, {"case_ids": wanted}) if wanted else ()
    return {(row.case_id, row.recipient) for row in rows}


def is_undeliverable(connection: Connection, address: str) -> bool:
    """Whether a mail of ours to the address came back for good."""
    return bool(undeliverable_among(connection, [address]))


def undeliverable_among(connection: Connection, addresses: Iterable[str]) -> set[str]:
    """Those of the addresses, in lower case, that a mail of ours came back from for good."""
    wanted = sorted({address.lower() for address in addresses})
    return set(connection.scalars(UNDELIVERABLE, {"addresses": wanted})) if wanted else set()


def lift_undeliverable(connection: Connection, addresses: Iterable[str]) -> None:
    """Forgets that mail to addresses came back: their owners have written from them."""
    wanted = sorted({address.lower() for address in addresses})
    if wanted:
        connection.execute(LIFT_UNDELIVERABLE, {"addresses": wanted})


def mark_undeliverable(connection: Connection, failed: Mapping[str, str], now: datetime) -> None:
    """Remembers addresses that a mail of ours could not reach, with why, from now on; the first reason stands."""
    reasons: dict[str, str] = {}
    for address, because in failed.items():
        reasons.setdefault(address.lower()[:320], because)
    known = undeliverable_among(connection, reasons)
    rows = [
        {"address": address, "since": now, "because": because}
        for address, because in reasons.items()
        if address not in known
    ]
    if rows:
        connection.execute(insert(undeliverable), rows)
