"""What must hold in every store at every moment, as queries for whatever breaks it. Reads only."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, exists, func, select

from intake.store.ledger import OUTCOMES
from intake.store.sending import ON_ITS_WAY
from intake.store.tables import case, clock, history, mail, mail_route, message, original, outcome, outgoing

SHOWN = 10
WITH_A_CASE = ("new_case", "reply")


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule, how many rows were looked at, how many break it, and the first few of these."""

    rule: str
    looked_at: int
    broken: int
    examples: tuple[str, ...]


def audit(connection: Connection) -> list[Finding]:
    """Every rule with what breaks it. The connection must see spool and desk, in one snapshot."""
    return [_look(connection, *each) for each in RULES]


def _look(connection: Connection, rule: str, all_of: Select[Any], breaks: ColumnElement[bool]) -> Finding:
    broken = all_of.where(breaks)
    counts = [
        int(connection.scalar(select(func.count()).select_from(each.subquery())) or 0) for each in (all_of, broken)
    ]
    rows = connection.execute(broken.limit(SHOWN)) if counts[1] else ()
    return Finding(rule, counts[0], counts[1], tuple(" ".join(str(value) for value in row) for row in rows))


def _same_mail(table: Table) -> ColumnElement[bool]:
    return (table.c.mail_id == outcome.c.mail_id) & (table.c.route == outcome.c.route)


def _letters(kind: str) -> Any:
    """How many letters of a kind a case has."""
    mine = (outgoing.c.case_id == case.c.id) & (outgoing.c.kind == kind)
    return select(func.count()).select_from(outgoing).where(mine).correlate(case).scalar_subquery()


def _opened_by() -> Any:
    """How many mails opened a case."""
    # (as an expression: SQLite would go through all outcomes of that kind, for each case)
    mine = (outcome.c.case_id == case.c.id) & (func.coalesce(outcome.c.outcome, "") == "new_case")
    return select(func.count()).select_from(outcome).where(mine).correlate(case).scalar_subquery()


_MAILS = select(mail.c.id)
_OUTCOMES = select(outcome.c.mail_id, outcome.c.route)
_CASES = select(case.c.reference)
_part = case.alias()
# what was merged brings its mails and letters along; a list of these is made once, and not looked for at each case
_WHOLES = select(_part.c.merged_into).where(_part.c.merged_into.is_not(None))
_UNMERGED = _CASES.where(case.c.reference.not_in(_WHOLES))
_LETTERS = select(outgoing.c.id, outgoing.c.message_id)
_CLOCKS = select(case.c.reference, clock.c.number).join(case, case.c.id == clock.c.case_id)

# rule, the rows that it is about, and when one of them breaks it
RULES: tuple[tuple[str, Select[Any], ColumnElement[bool]], ...] = (
    (
        "each kept mail stands on a route",
        _MAILS,
        ~exists().where(mail_route.c.mail_id == mail.c.id),
    ),
    (
        "each outcome is of a mail that was kept, on a route that it was sent to",
        _OUTCOMES,
        ~exists().where(_same_mail(mail_route)),
    ),
    (
        "each outcome is one of the ledger's",
        _OUTCOMES,
        outcome.c.outcome.not_in(OUTCOMES),
    ),
    (
        "each mail that opened or joined a case names it",
        _OUTCOMES.where(outcome.c.outcome.in_(WITH_A_CASE)),
        outcome.c.case_id.is_(None),
    ),
    (
        "each mail that opened or joined a case can be read there",
        _OUTCOMES.where(outcome.c.outcome.in_(WITH_A_CASE)),
        ~exists().where((message.c.mail_id == outcome.c.mail_id) & (message.c.case_id == outcome.c.case_id)),
    ),
    (
        "each content was claimed by a mail that has an outcome",
        select(original.c.mail_id, original.c.route),
        ~exists().where(_same_mail(original)),
    ),
    (
        "no case was opened by two mails",
        _UNMERGED,
        _opened_by() > 1,
    ),
    (
        "each case that fresh mail opened has clocks",
        _CASES.join(outcome, (outcome.c.case_id == case.c.id) & (outcome.c.outcome == "new_case")).join(
            mail, (mail.c.id == outcome.c.mail_id) & ~mail.c.backlog
        ),
        ~exists().where(clock.c.case_id == case.c.id),
    ),
    (
        "no clock that stands still or has ended asks for anything",
        _CLOCKS,
        (clock.c.state != "running") & clock.c.next_at.is_not(None),
    ),
    (
        "each case has a history",
        _CASES,
        ~exists().where(history.c.case_id == case.c.id),
    ),
    (
        "no case was acknowledged twice",
        _UNMERGED,
        _letters("acknowledgment") > 1,
    ),
    (
        "each letter that is on its way has an instant at which it is tried",
        _LETTERS.where(outgoing.c.state.in_(ON_ITS_WAY)),
        outgoing.c.next_try_at.is_(None),
    ),
    (
        "each letter that left has the instant at which it did, and no other has",
        _LETTERS,
        (outgoing.c.state == "sent") != outgoing.c.sent_at.is_not(None),
    ),
)
