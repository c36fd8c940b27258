"""The lists of cases that people see: open ones in the work list's order, others by their age; found by the database.

`intake.store.cases` keeps where each open case stands (`cases.rank`), so that a list reads no more than it shows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, cast, func, select, update

from intake.core.case.work_list import OVER, Common, common, merged
from intake.store.seen import Sight, cases_seen
from intake.store.tables import MISPLACED, case

COLUMNS = (case.c.rank, case.c.severity, case.c.due_at, case.c.opened_at, case.c.id)
Group = tuple[str, str]
AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Which cases a list is of; what is None is as it may be. `assignee` is empty for nobody; `sight` is a person's.

    `customers` are ids of some.
    """

    sight: Sight | None = None
    state: str | None = None
    queue: str | None = None
    policy: str | None = None
    severity: int | None = None
    customers: tuple[int, ...] | None = None
    assignee: str | None = None
    mark: str | None = None
    unsorted: bool | None = None
    due_before: datetime | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """The same of a row of `cases`."""
        columns = case.c
        plain = ("state", "queue", "policy", "severity", "unsorted")
        wanted = [columns[name] == value for name in plain if (value := getattr(self, name)) is not None]
        if self.sight is not None:
            wanted.append(cases_seen(self.sight))
        if self.customers is not None:
            wanted.append(columns.customer_id.in_(self.customers))
        if self.assignee is not None:
            wanted.append(func.lower(func.coalesce(columns.assignee, "")) == self.assignee)
        if self.mark is not None:
            wanted.append(cast(columns.marks, Text).contains(f'"{self.mark}"', autoescape=True))
        if self.due_before is not None:
            wanted.append(columns.due_at <= self.due_before)
        return wanted


def open_cases(connection: Connection, asked: Asked, limit: int | None = None) -> Iterator[int]:
    """Ids of open cases in the work list's order; read as far as somebody looks, and no further than to a limit."""
    return merged(_ranked(connection, asked, group, limit) for group in _groups(connection))


def count_open(connection: Connection, asked: Asked, most: int) -> int:
    """How many open cases there are; beyond `most` nobody counts."""
    found = 0
    for group in _groups(connection):
        some = select(case.c.id).where(*_of(group), *asked.conditions()).limit(most - found).subquery()
        found += connection.scalar(select(func.count()).select_from(some)) or 0
    return found


def over(connection: Connection, asked: Asked, limit: int, below: int | None = None) -> list[int]:
    """Ids of cases that are over, the newest first; of those below an id where one is named."""
    wanted = [case.c.state.in_(OVER), *asked.conditions()]
    wanted += [case.c.id < below] if below is not None else []
    return list(connection.scalars(select(case.c.id).where(*wanted).order_by(case.c.id.desc()).limit(limit)))


def among(connection: Connection, asked: Asked, ids: Sequence[int]) -> list[int]:
    """Those of some ids that the list is of, the newest first."""
    wanted = select(case.c.id).where(case.c.id.in_(ids), *asked.conditions())
    return list(connection.scalars(wanted.order_by(case.c.id.desc()))) if ids else []


def assigned_to(connection: Connection, address: str, states: Sequence[str]) -> list[tuple[int, str]]:
    """Ids and references of the cases in these states that somebody has, in the order of their ids."""
    mine = func.lower(case.c.assignee) == address.lower(), case.c.state.in_(states)
    return [
        (row.id, row.reference)
        for row in connection.execute(select(case.c.id, case.c.reference).where(*mine).order_by(case.c.id))
    ]


def assign_to_nobody(connection: Connection, ids: Sequence[int]) -> None:
    """Nobody has these cases any more; whoever decides on one of them decides again."""
    for start in range(0, len(ids), AT_A_TIME):
        some = case.c.id.in_(ids[start : start + AT_A_TIME])
        connection.execute(update(case).where(some).values(assignee=None, version=case.c.version + 1))


def ranked_otherwise(connection: Connection, above: int, limit: int, *, policy: str, version: str) -> list[int]:
    """Ids of a policy's open cases above an id that were ranked by another version of it."""
    groups = [group for group in _groups(connection) if group[0] == policy and group[1] != version]
    found: list[int] = []
    for group in groups:
        mine = select(case.c.id).where(*_of(group), case.c.id > above).order_by(case.c.id).limit(limit)
        found += connection.scalars(mine)
    return sorted(found)[:limit]


def misplaced(connection: Connection, above: int, limit: int) -> list[int]:
    """Ids of cases above an id that are open and have no rank, or are over and have one."""
    return list(
        connection.scalars(select(case.c.id).where(MISPLACED, case.c.id > above).order_by(case.c.id).limit(limit))
    )


def policies(connection: Connection) -> list[str]:
    """The policies that open cases have."""
    return list(dict.fromkeys(policy for policy, _ in _groups(connection)))


def place_anew(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps what the list goes by of cases by `id` and `version`; one that changed in the meantime has its own."""
    for row in rows:
        mine = case.c.id == row["id"], case.c.version == row["version"]
        connection.execute(update(case).where(*mine).values(row))


def _groups(connection: Connection) -> list[Group]:
    """Policies with the versions that open cases are ranked by: a few, each found by one step in the index."""
    policy, version = case.c.policy, case.c.ranked_by
    first = select(policy, version).where(version.is_not(None)).order_by(policy, version).limit(1)
    found: list[Group] = []
    row = connection.execute(first).first()
    while row is not None:
        found.append((row.policy, row.ranked_by))
        # not as one comparison of two values: SQLite would read all that have the first in common
        same = first.where(policy == row.policy, version > row.ranked_by)
        row = connection.execute(same).first() or connection.execute(first.where(policy > row.policy)).first()
    return found


def _of(group: Group) -> tuple[ColumnElement[bool], ...]:
    return case.c.policy == group[0], case.c.ranked_by == group[1]


def _ranked(connection: Connection, asked: Asked, group: Group, limit: int | None) -> Iterator[Common]:
    wanted = select(*COLUMNS).where(*_of(group), *asked.conditions())
    for row in connection.execute(wanted.order_by(case.c.rank, case.c.id).limit(limit)):
        yield common(*row)
