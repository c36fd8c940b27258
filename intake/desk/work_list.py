"""The work list as people see it: open cases in the order of their policies, then the rest. Reads only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from intake.core.case.case import Case
from intake.core.case.work_list import OVER as OVER
from intake.core.case.work_list import why
from intake.desk.policies import Policies
from intake.desk.show import summary
from intake.store import cases, listing, search
from intake.store.listing import Asked

OPEN = ("new", "open", "waiting")
SEARCHED = 10_000
AT_A_TIME = 200


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

    No more is read than `limit` has room for. `shown` leaves out others.
    """
    rows: list[Row] = []
    if state not in OVER:
        in_order = listing.open_cases(connection, Asked(state=state, queue=queue))
        here = (case for case in _each(connection, in_order) if shown(case))
        rows = [Row(case, why(policies.serving(case.policy), case)) for case in islice(here, limit)]
    over = [each for each in OVER if state in (None, each)]
    ids = cases.of_states(connection, over, limit - len(rows), queue=queue) if over and len(rows) < limit else []
    return rows + [Row(case) for case in cases.each(connection, ids) if shown(case)]


def _each(connection: Connection, ids: Iterator[int]) -> Iterator[Case]:
    while some := list(islice(ids, AT_A_TIME)):
        yield from cases.each(connection, some)


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
    rows = []
    for case in cases.each(connection, search.cases_with(connection, words, SEARCHED)):
        if state in (None, case.state) and shown(case):
            place = "" if case.state in OVER else why(policies.serving(case.policy), case)
            rows.append(Row(case, place))
    return rows[:limit]
