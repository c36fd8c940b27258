"""The work list: open cases in the order of their policies, with time left, filters and search."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from intake.core.case.case import Case, Clock
from intake.core.case.work_list import PROMISES, Place, due, first_due, key, ordered
from intake.desk.house import House
from intake.desk.policies import Policies
from intake.desk.work_list import OPEN, OVER, Row
from intake.store import cases, finding, people
from intake.store.engine import reading
from intake.web.door import Looking, OurSite, Visitor
from intake.web.site import Site
from intake.web.words import Standing, standing

router = APIRouter()
PAGE = 50
SEARCHED = 2_000
HOUR = timedelta(hours=1)
UNSORTED = frozenset({"triage", "unverified"})


class Wanted(BaseModel):
    """What a list shows, as its address says."""

    q: str = ""
    show: Literal["open", "new", "waiting", "over"] = "open"
    only: Literal["", "mine", "nobody", "due", "triage"] = ""
    queue: str = ""
    policy: str = ""
    severity: int | None = None
    customer: str = ""
    page: int = 1

    def address(self, **changes: object) -> str:
        """The query of this list with changes; what is as usual is left out."""
        values = self.model_dump() | changes
        usual = Wanted().model_dump()
        return urlencode({key: value for key, value in values.items() if value not in (usual[key], None)})


@dataclass(frozen=True, slots=True)
class Line:
    """A case as the list shows it."""

    case: Case
    customer: str
    standing: Standing
    because: str


class OpenCases:
    """The open cases in order. What changed since somebody looked last is read again, and nothing else."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._policies: Policies | None = None
        self._cases: dict[int, Case] = {}
        self._places: dict[int, Place] = {}
        self._rows: list[Row] = []

    def rows(self, house: House, connection: Connection) -> list[Row]:
        """Every open case in the work list's order."""
        versions = finding.versions(connection, OPEN)
        with self._lock:
            same = self._policies is house.policies
            known = self._cases if same else {}
            changed = [
                each for each, version in versions.items() if each not in known or known[each].version != version
            ]
            if same and not changed and len(versions) == len(known):
                return self._rows
            fresh = {case.id: case for case in cases.each(connection, changed)}
            by_name = {policy.name: policy for policy in house.policies}
            places = {each: key(by_name.get(case.policy), case) for each, case in fresh.items()}
            self._cases = {each: fresh[each] if each in fresh else known[each] for each in versions}
            self._places = {each: places[each] if each in places else self._places[each] for each in versions}
            self._policies = house.policies
            self._rows = [Row(self._cases[each], self._places[each].because) for each in ordered(self._places)]
            return self._rows


@router.get("/")
def page(site: OurSite, visitor: Looking, wanted: Annotated[Wanted, Query()]) -> Response:
    """The list with its filters."""
    return site.page("work_list.html", visitor=visitor, **_shown(site, visitor, wanted))


@router.get("/rows")
def rows(site: OurSite, visitor: Looking, wanted: Annotated[Wanted, Query()], seen: str = "") -> Response:
    """The rows alone, for a list that keeps itself fresh; nothing where they are as the browser has them."""
    shown = _shown(site, visitor, wanted)
    if shown["seen"] == seen:
        return Response(status_code=204)
    return site.page("rows.html", visitor=visitor, **shown)


def _shown(site: Site, visitor: Visitor, wanted: Wanted) -> dict[str, Any]:
    with reading(site.house.databases.reading) as connection:
        every = _rows(site, connection, wanted)
        seen = (row for row in every if visitor.sight.sees(row.case))
        first = (max(wanted.page, 1) - 1) * PAGE
        tests = _tests(visitor, wanted)
        matching = (row for row in seen if all(test(row.case) for test in tests))
        # one more than is shown tells that there are more; of open cases all are at hand, and counted
        found = list(matching if isinstance(every, list) else islice(matching, first + PAGE + 1))
        shown = found[first : first + PAGE]
        lines = [_line(site, connection, visitor, row, names) for names in [_names(connection, shown)] for row in shown]
    drawn = site.pages.get_template("lines.html").render(site=site, visitor=visitor, lines=lines, wanted=wanted)
    settings = site.house.settings
    queues = {route.queue for route in settings.route} - visitor.sight.queues
    return {
        "wanted": wanted,
        "lines": lines,
        "drawn": drawn,
        "count": len(found) if isinstance(every, list) or len(found) <= first + PAGE else None,
        "more": len(found) > first + PAGE,
        "queues": sorted(queues),
        "policies": sorted(policy.name for policy in site.house.policies),
        "seen": sha256(f"{len(found)} {drawn}".encode()).hexdigest()[:16],
    }


def _rows(site: Site, connection: Connection, wanted: Wanted) -> Iterable[Row]:
    if wanted.q.strip():
        ids = finding.by_words(connection, wanted.q, SEARCHED)
        return _some_at_a_time(connection, ids)
    if wanted.show == "over":
        ids = finding.newest(connection, list(OVER), SEARCHED)
        return _some_at_a_time(connection, ids)
    return _open_cases(site).rows(site.house, connection)


def _some_at_a_time(connection: Connection, ids: Sequence[int]) -> Iterator[Row]:
    """Cases in the order of their ids given, read as far as somebody looks."""
    for start in range(0, len(ids), PAGE):
        loaded = cases.load(connection, ids[start : start + PAGE])
        yield from (Row(loaded[each]) for each in ids[start : start + PAGE] if each in loaded)


def _open_cases(site: Site) -> OpenCases:
    found: OpenCases = site.kept.setdefault("open cases", OpenCases())
    return found


def _tests(visitor: Visitor, wanted: Wanted) -> list[Callable[[Case], bool]]:
    """The filters that are set."""
    now, me = visitor.reader.now, visitor.account.address
    only: Mapping[str, Callable[[Case], bool]] = {
        "mine": lambda case: (case.assignee or "").lower() == me,
        "nobody": lambda case: case.assignee is None,
        "due": lambda case: _due_before(case, now + HOUR),
        "triage": lambda case: bool(case.marks & UNSORTED),
    }
    tests: list[Callable[[Case], bool]] = [only[wanted.only]] if wanted.only else []
    if wanted.show in ("new", "waiting") and not wanted.q.strip():
        tests.append(lambda case: case.state == wanted.show)
    if wanted.queue:
        tests.append(lambda case: case.queue == wanted.queue)
    if wanted.policy:
        tests.append(lambda case: case.policy == wanted.policy)
    if wanted.severity is not None:
        tests.append(lambda case: case.severity == wanted.severity)
    if wanted.customer.isdigit():
        tests.append(lambda case: case.customer_id == int(wanted.customer))
    return tests


def _due_before(case: Case, at: datetime) -> bool:
    falls = due(case)
    return falls is not None and falls <= at


def _shown_clock(case: Case) -> Clock | None:
    """The promise that is due first; one that stands still, where none runs."""
    still = (clock for clock in case.clocks if clock.kind in PROMISES and clock.state != "ended")
    return first_due(case) or next(still, None)


def _names(connection: Connection, shown: Sequence[Row]) -> dict[int, str]:
    ids = [row.case.customer_id for row in shown if row.case.customer_id]
    return {each.id: each.name for each in people.load(connection, ids).values()}


def _line(site: Site, connection: Connection, visitor: Visitor, row: Row, names: Mapping[int, str]) -> Line:
    case = row.case
    policy = site.house.policy_of(connection, case)
    stands = standing(policy, case, _shown_clock(case), visitor.reader.now)
    if case.state in OVER:
        stands = Standing("none", case.state, None)
    return Line(case, names.get(case.customer_id or 0, ""), stands, row.place_because)
