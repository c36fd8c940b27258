"""The work list as people see it: open cases in the order of their policies, then the rest. Reads only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from intake.core.case.case import Case
from intake.core.case.work_list import OVER as OVER
from intake.core.case.work_list import Place, key, ordered
from intake.desk.policies import Policies
from intake.desk.show import summary
from intake.store import cases, search

OPEN = ("new", "open", "waiting")
SEARCHED = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """A case of the list; `place_because` is why it stands where it does, empty for one that is over."""

    case: Case
    place_because: str = ""

    def json(self) -> dict[str, Any]:
        """The row in the outside's form."""
        return summary(self.case) | {"place_because": self.place_because or None}


def listed(
    connection: Connection,
    policies: Policies,
    state: str | None,
    limit: int,
    *,
    queue: str | None = None,
    shown: Callable[[Case], bool] = lambda _case: True,
) -> list[Row]:
    """At most `limit` cases of a state and queue, or of all: open ones in the work list's order, then the newest over.

    Of cases that are over no more is read than `limit` has room for. `shown` leaves out others.
    """
    rows = _open(connection, policies, [each for each in OPEN if state in (None, each)])
    rows = [row for row in rows if shown(row.case) and queue in (None, row.case.queue)][:limit]
    over = [each for each in OVER if state in (None, each)]
    ids = cases.of_states(connection, over, limit - len(rows), queue=queue) if over and len(rows) < limit else []
    return rows + [Row(case) for case in cases.each(connection, ids) if shown(case)]


def found(
    connection: Connection,
    policies: Policies,
    words: str,
    state: str | None,
    limit: int,
    *,
    shown: Callable[[Case], bool],
) -> list[Row]:
    """At most `limit` cases that have all of the words, the newest first; of a state or of all. `shown` leaves out."""
    known = {policy.name: policy for policy in policies}
    rows = []
    for case in cases.each(connection, search.cases_with(connection, words, SEARCHED)):
        if state in (None, case.state) and shown(case):
            place = "" if case.state in OVER else key(known.get(case.policy), case).because
            rows.append(Row(case, place))
    return rows[:limit]


def _open(connection: Connection, policies: Policies, states: list[str]) -> list[Row]:
    known = {policy.name: policy for policy in policies}
    found: dict[int, Case] = {}
    places: dict[int, Place] = {}
    for case in cases.each(connection, cases.of_states(connection, states) if states else []):
        found[case.id] = case
        places[case.id] = key(known.get(case.policy), case)
    return [Row(found[case_id], places[case_id].because) for case_id in ordered(places)]
