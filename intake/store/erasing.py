"""Erasing what somebody wrote and what was written to them; rows stay, so that ledger and history still add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, Text, cast, delete, func, or_, select, text, update

from intake.core.case.case import ERASED
from intake.store import tables
from intake.store.engine import Databases
from intake.store.search import INDEXES, written
from intake.store.sending import ON_ITS_WAY

AT_A_TIME = 500
OPTIMIZE = "INSERT INTO $name($name) VALUES ('optimize')"


@dataclass(frozen=True, slots=True)
class Found:
    """What the store has of an address, by ids: cases whose contact it is, and what it has elsewhere.

    `messages` are what it wrote on cases of others, `mails` all mails to be emptied, `letters` all letters.
    `undecided` are mails of it that wait.
    """

    address: str
    cases: tuple[int, ...]
    messages: tuple[int, ...]
    elsewhere: tuple[int, ...]
    mails: tuple[int, ...]
    letters: tuple[int, ...]
    customers: tuple[str, ...]
    undecided: int


def find(connection: Connection, address: str) -> Found:
    """Everything that belongs to an address, compared in lower case. The connection must see the spool."""
    wanted = address.lower()
    case, message, mail, outcome = tables.case.c, tables.message.c, tables.mail.c, tables.outcome.c
    own = _ids(connection, case.id, func.lower(case.contact_address) == wanted)
    written = _ids(connection, message.id, func.lower(message.author_address) == wanted)
    on_others = [each for each in written if each not in set(_among(connection, message.id, message.case_id, own))]
    takes_part = _ids(connection, tables.participant.c.case_id, func.lower(tables.participant.c.address) == wanted)
    its_mails = {
        *_ids(connection, mail.id, func.lower(mail.envelope_from) == wanted),
        *_among(connection, message.mail_id, message.id, written),
        *_among(connection, message.mail_id, message.case_id, own),
        *_among(connection, outcome.mail_id, outcome.case_id, own),
    } - {None}
    decided = set(_among(connection, outcome.mail_id, outcome.mail_id, sorted(its_mails)))
    elsewhere = sorted(set(takes_part) - set(own))
    letters = {
        *_ids(connection, tables.outgoing.c.id, func.lower(tables.outgoing.c.recipient) == wanted),
        *_among(connection, tables.outgoing.c.id, tables.outgoing.c.case_id, own),
        *_letters_naming(connection, elsewhere, wanted),
    }
    contact, customer = tables.customer_address.c, tables.customer.c
    named = select(customer.name).join(tables.customer_address, contact.customer_id == customer.id)
    names = connection.scalars(named.where(contact.kind == "contact", contact.value == wanted).order_by(customer.name))
    return Found(
        wanted,
        tuple(own),
        tuple(on_others),
        tuple(elsewhere),
        tuple(sorted(its_mails & decided)),
        tuple(sorted(letters)),
        tuple(names),
        len(its_mails - decided),
    )


def _letters_naming(connection: Connection, cases: Sequence[int], address: str) -> list[int]:
    """Letters of other people's cases that the address stands in, and all to the desk: these quote mails."""
    columns = tables.outgoing.c
    found: list[int] = []
    for some in _some(cases):
        for row in connection.execute(select(columns.id, columns.kind, columns.raw).where(columns.case_id.in_(some))):
            if row.kind.startswith("desk-") or address.encode() in bytes(row.raw).lower():
                found.append(row.id)
    return found


def erase(connection: Connection, found: Found) -> None:
    """Empties what was found, in the desk's transaction; the mails themselves are the matter of `empty_mails`."""
    _thoroughly(connection)
    case, message, outgoing = tables.case, tables.message, tables.outgoing
    nobody = {"author_name": ERASED, "author_address": ""}
    emptied: dict[str, Any] = {"subject": "", "text": ERASED, "new_text": ERASED, "attachments": []}
    _update(connection, message, message.c.case_id, found.cases, emptied)
    _update(connection, message, message.c.id, found.messages, emptied | nobody)
    wrote = func.lower(message.c.author_address) == found.address
    connection.execute(update(message).where(wrote).values(nobody))
    contact: dict[str, Any] = {
        "contact_name": ERASED,
        "contact_address": "",
        "answer_to": None,
        "subject": ERASED,
        "fields": {},
    }
    _update(connection, case, case.c.id, found.cases, contact | {"version": case.c.version + 1})
    _update(connection, case, case.c.id, found.elsewhere, {"version": case.c.version + 1})
    people = tables.participant
    connection.execute(delete(people).where(func.lower(people.c.address) == found.address))
    stops = {"state": "withheld", "reason": ERASED, "next_try_at": None, "owner": None, "lease_until": None}
    emptied_letter: dict[str, Any] = {"raw": b"", "subject": ERASED, "envelope_to": [], "refused_copies": None}
    for some in _some(found.letters):
        mine = outgoing.c.id.in_(some)
        connection.execute(update(outgoing).where(mine, outgoing.c.state.in_(ON_ITS_WAY)).values(stops))
        connection.execute(update(outgoing).where(mine).values(emptied_letter))
        to = mine & (func.lower(outgoing.c.recipient) == found.address)
        connection.execute(update(outgoing).where(to).values(recipient=""))
    notice = tables.notice
    told = {"text": ERASED, "text_in": {}, "excerpt": ""}
    _update(connection, notice, notice.c.case_id, (*found.cases, *found.elsewhere), told)
    for some in _some(found.cases):
        connection.execute(delete(tables.draft).where(tables.draft.c.case_id.in_(some)))
    connection.execute(delete(tables.undeliverable).where(tables.undeliverable.c.address == found.address))
    contacts = tables.customer_address.c
    named = contacts.kind == "contact", contacts.value == found.address
    connection.execute(delete(tables.customer_address).where(*named))
    _forget_answers(connection, found)
    _unname(connection, found)


def _forget_answers(connection: Connection, found: Found) -> None:
    """Answers of the API that are kept to be given again hold what cases said."""
    kept = tables.idempotency
    references: list[str] = []
    for some in _some((*found.cases, *found.elsewhere)):
        references += connection.scalars(select(tables.case.c.reference).where(tables.case.c.id.in_(some)))
    said = func.lower(cast(kept.c.answer, Text))
    for words in _some([found.address, *(each.lower() for each in references)]):
        connection.execute(delete(kept).where(or_(*(said.contains(each, autoescape=True) for each in words))))


def _unname(connection: Connection, found: Found) -> None:
    """Takes the address out of sentences of history, ledger and outbox, and of others' messages, that name it."""
    history, outcome, message, outgoing = tables.history, tables.outcome, tables.message, tables.outgoing
    texts = [(history, history.c.text), (history, history.c.actor), (outcome, outcome.c.because)]
    texts += [(outgoing, outgoing.c.reason)]
    texts += [(message, message.c[name]) for name in ("subject", "text", "new_text")]
    for table, column in texts:
        keys = list(table.primary_key)
        named = select(*keys, column).where(func.lower(column).contains(found.address, autoescape=True))
        for *key, said in connection.execute(named).all():
            mine = [own == value for own, value in zip(keys, key, strict=True)]
            connection.execute(update(table).where(*mine).values({column.name: without(said, found.address)}))


def without(said: str, address: str) -> str:
    """A sentence without an address, in whatever case it is written."""
    parts, low = [], said.lower()
    start = 0
    while (at := low.find(address, start)) >= 0:
        parts += [said[start:at], "(erased)"]
        start = at + len(address)
    return "".join((*parts, said[start:]))


def empty_mails(spool: Engine, ids: Sequence[int]) -> None:
    """Takes the bytes and the envelope of kept mails away; that they came, when and on which route, stays."""
    mail, route = tables.mail, tables.mail_route
    with spool.begin() as connection:
        _thoroughly(connection)
        gone = {"raw": b"", "envelope_from": None, "login": None, "peer": None}
        _update(connection, mail, mail.c.id, ids, gone)
        # the address as it was written has a token that names the participant
        _update(connection, route, route.c.mail_id, ids, {"recipient": route.c.route})


def scrub(databases: Databases) -> None:
    """Has SQLite give up what it still holds of erased words, in the index of words and in its journals."""
    if databases.shared:
        return
    with databases.desk.begin() as connection:
        _thoroughly(connection)
        for index in INDEXES:
            connection.execute(text(written(index, OPTIMIZE)))
    for engine in (databases.desk, databases.spool):
        raw = engine.raw_connection()
        try:
            raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            raw.close()


def _thoroughly(connection: Connection) -> None:
    """From now on SQLite overwrites what this connection deletes."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON").fetchall()


def _ids(connection: Connection, column: ColumnElement[Any], where: ColumnElement[bool]) -> list[int]:
    return sorted(set(connection.scalars(select(column).where(where))))


def _among(
    connection: Connection, column: ColumnElement[Any], key: ColumnElement[Any], ids: Sequence[int]
) -> list[int]:
    found: list[int] = []
    for some in _some(ids):
        found += connection.scalars(select(column).where(key.in_(some), column.is_not(None)).distinct())
    return found


def _update(
    connection: Connection, table: Table, key: ColumnElement[Any], ids: Sequence[int], values: dict[str, Any]
) -> None:
    for some in _some(ids):
        connection.execute(update(table).where(key.in_(some)).values(values))


def _some(ids: Sequence[Any]) -> list[Sequence[Any]]:
    return [ids[start : start + AT_A_TIME] for start in range(0, len(ids), AT_A_TIME)]
