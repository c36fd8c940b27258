"""The work list: open cases in the order of their policies, with time left, filters and search."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from itertools import islice
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlalchemy import Connection

from intake.core.case.case import Case, Clock
from intake.core.case.work_list import OVER, PROMISES, first_due, why
from intake.store import cases, ledger, listing, people, search
from intake.store.engine import reading
from intake.store.listing import Asked
from intake.web.door import Looking, OurSite, Visitor
from intake.web.site import Site
from intake.web.words import Standing, standing

router = APIRouter()
PAGE = 50
SEARCHED = 2_000
# beyond that a list is long, and says so
COUNTED = 1_000
HOUR = timedelta(hours=1)
# a customer's number has fewer digits
NUMBER = 19
# of more that have the words nobody looks for one
CUSTOMERS = 100


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
    with reading(site.house.databases.desk) as connection:
        parked = ledger.count(connection, "parked", visitor.sight, COUNTED)
    return site.page("work_list.html", visitor=visitor, parked=parked, **_shown(site, visitor, wanted))


@router.get("/rows")
def rows(site: OurSite, visitor: Looking, wanted: Annotated[Wanted, Query()], seen: str = "") -> Response:
    """The rows alone, for a list that keeps itself fresh; nothing where they are as the browser has them."""
    shown = _shown(site, visitor, wanted)
    if shown["seen"] == seen:
        return Response(status_code=204)
    return site.page("rows.html", visitor=visitor, **shown)


def _shown(site: Site, visitor: Visitor, wanted: Wanted) -> dict[str, Any]:
    first = (max(wanted.page, 1) - 1) * PAGE
    with reading(site.house.databases.reading) as connection:
        of, customer = _customers(connection, wanted.customer)
        asked = replace(_asked(visitor, wanted), customers=of)
        # one more than is shown tells that there are more
        ids, count = _found(connection, wanted, asked, first + PAGE + 1)
        shown = list(cases.each(connection, ids[first : first + PAGE]))
        lines = _lines(site, connection, visitor, shown, placed=not wanted.q.strip())
    drawn = site.pages.get_template("lines.html").render(site=site, visitor=visitor, lines=lines, wanted=wanted)
    settings = site.house.settings
    queues = {route.queue for route in settings.route} - visitor.sight.queues
    more = len(ids) > first + PAGE
    return {
        "wanted": wanted,
        "customer": customer,
        "lines": lines,
        "drawn": drawn,
        "count": len(ids) if count is None and not more else count,
        "counted": COUNTED,
        "more": more,
        "queues": sorted(queues),
        "policies": sorted(policy.name for policy in site.house.policies),
        "seen": sha256(f"{count or len(ids)} {drawn}".encode()).hexdigest()[:16],
    }


def _found(connection: Connection, wanted: Wanted, asked: Asked, limit: int) -> tuple[list[int], int | None]:
    """Ids of the first cases of the list, and how many it has; None where nobody counted."""
    if wanted.q.strip():
        return listing.among(connection, asked, search.cases_with(connection, wanted.q, SEARCHED)), None
    if wanted.show == "over":
        return listing.over(connection, asked, limit), None
    ids = list(islice(listing.open_cases(connection, asked, limit), limit))
    return ids, listing.count_open(connection, asked, COUNTED) if len(ids) == limit else len(ids)


def _customers(connection: Connection, wanted: str) -> tuple[tuple[int, ...] | None, str]:
    """Ids of the customers that a list is of, by a number, a name or a part of one; and how the filter names them."""
    named = wanted.replace("\0", "").strip()
    if not named:
        return None, ""
    if named.isdecimal() and len(named) < NUMBER:
        customer = people.load(connection, [int(named)]).get(int(named))
        return (int(named),), customer.name if customer else named
    one = people.customer_named(connection, named)
    ids = [one] if one is not None else people.customers_with(connection, named, 0, CUSTOMERS)
    return tuple(ids), named


def _asked(visitor: Visitor, wanted: Wanted) -> Asked:
    """The filters that are set, besides the customer, of what the visitor may see."""
    holders = {"mine": visitor.account.address, "nobody": ""}
    return Asked(
        visitor.sight,
        state=wanted.show if wanted.show in ("new", "waiting") and not wanted.q.strip() else None,
        queue=wanted.queue or None,
        policy=wanted.policy or None,
        severity=wanted.severity,
        assignee=holders.get(wanted.only),
        unsorted=True if wanted.only == "triage" else None,
        due_before=visitor.reader.now + HOUR if wanted.only == "due" else None,
    )


def _shown_clock(case: Case) -> Clock | None:
    """The promise that is due first; one that stands still, where none runs."""
    still = (clock for clock in case.clocks if clock.kind in PROMISES and clock.state != "ended")
    return first_due(case) or next(still, None)


def _lines(site: Site, connection: Connection, visitor: Visitor, shown: Sequence[Case], *, placed: bool) -> list[Line]:
    """Cases as the list shows them; those that are `placed` have a place in its order, and a reason for it."""
    customers = people.load(connection, [case.customer_id for case in shown if case.customer_id])
    names = {each.id: each.name for each in customers.values()}
    lines = []
    for case in shown:
        stands = standing(site.house.policy_of(connection, case), case, _shown_clock(case), visitor.reader.now)
        if case.state in OVER:
            stands = Standing("none", case.state, None)
        because = why(site.house.policies.serving(case.policy), case) if placed and case.state not in OVER else ""
        lines.append(Line(case, names.get(case.customer_id or 0, ""), stands, because))
    return lines
