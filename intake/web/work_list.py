"""The work list: open cases in the order of their policies, with time left, filters and search."""

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
from intake.core.case.work_list import OVER, PROMISES, due, first_due
from intake.desk.open_cases import OpenCases
from intake.store import cases, finding, people, search
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
        found, whole = _found(site, connection, visitor, wanted)
        first = (max(wanted.page, 1) - 1) * PAGE
        # one more than is shown tells that there are more; of open cases all are at hand, and counted
        matching = list(islice(found, None if whole else first + PAGE + 1))
        shown = cases.each(connection, [case.id for case in matching[first : first + PAGE]])
        lines = _lines(site, connection, visitor, list(shown), open_cases(site).why if whole else _unplaced)
    drawn = site.pages.get_template("lines.html").render(site=site, visitor=visitor, lines=lines, wanted=wanted)
    settings = site.house.settings
    queues = {route.queue for route in settings.route} - visitor.sight.queues
    return {
        "wanted": wanted,
        "lines": lines,
        "drawn": drawn,
        "count": len(matching) if whole or len(matching) <= first + PAGE else None,
        "more": len(matching) > first + PAGE,
        "queues": sorted(queues),
        "policies": sorted(policy.name for policy in site.house.policies),
        "seen": sha256(f"{len(matching)} {drawn}".encode()).hexdigest()[:16],
    }


def _found(site: Site, connection: Connection, visitor: Visitor, wanted: Wanted) -> tuple[Iterable[Case], bool]:
    """The cases that the list is of, and whether they are at hand, all of them."""
    tests = _tests(visitor, wanted)
    if wanted.q.strip():
        some = _some_at_a_time(connection, search.cases_with(connection, wanted.q, SEARCHED))
    elif wanted.show == "over":
        some = _some_at_a_time(connection, finding.newest(connection, list(OVER), SEARCHED))
    else:
        at_hand = open_cases(site).seen_by(site.house, connection, visitor.sight)
        for test in tests:
            at_hand = [case for case in at_hand if test(case)]
        return at_hand, True
    return (case for case in some if visitor.sight.sees(case) and all(test(case) for test in tests)), False


def _some_at_a_time(connection: Connection, ids: Sequence[int]) -> Iterator[Case]:
    """Cases in the order of their ids given, read as far as somebody looks."""
    for start in range(0, len(ids), PAGE):
        yield from cases.each(connection, ids[start : start + PAGE])


def open_cases(site: Site) -> OpenCases:
    """The open cases, kept for all who look."""
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


def _unplaced(_case_id: int) -> str:
    """A case found by its words, or one that is over, has no place in the order."""
    return ""


def _lines(
    site: Site, connection: Connection, visitor: Visitor, shown: Sequence[Case], why: Callable[[int], str]
) -> list[Line]:
    customers = people.load(connection, [case.customer_id for case in shown if case.customer_id])
    names = {each.id: each.name for each in customers.values()}
    lines = []
    for case in shown:
        stands = standing(site.house.policy_of(connection, case), case, _shown_clock(case), visitor.reader.now)
        if case.state in OVER:
            stands = Standing("none", case.state, None)
        lines.append(Line(case, names.get(case.customer_id or 0, ""), stands, why(case.id)))
    return lines
