"""Reports: promises kept, volume, times of answers, misses with causes, credits owed, what is ahead; also as CSV."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from intake.core.case.forecast import Event
from intake.desk import reports
from intake.desk.reports import Kept, Report, Week
from intake.desk.service_credits import Earned, by_customer
from intake.desk.spreadsheet import as_csv
from intake.store import misses
from intake.store.engine import reading
from intake.store.misses import Miss
from intake.web.door import Looking, OurSite, Visitor
from intake.web.mails import download
from intake.web.plots import bars
from intake.web.site import Site

router = APIRouter()
T = TypeVar("T")
PAGE = 50
ROWS = 10_000
DAYS = 7
# a report counts many rows; who looks again within this time sees the same
LASTS = timedelta(minutes=1)
KEPT = 50

Kind = Literal["response", "update", "resolution"]


class Wanted(BaseModel):
    """What a report is about, as its address says."""

    weeks: int = Field(13, ge=1, le=52)
    policy: str = ""
    kind: Kind = "response"
    page: int = Field(1, ge=1, le=1_000_000)

    def address(self, **changes: object) -> str:
        """The query of this report with changes."""
        return urlencode(self.model_dump() | changes)


Asked = Annotated[Wanted, Query()]


@router.get("/reports")
def page(site: OurSite, visitor: Looking, wanted: Asked) -> Response:
    """Promises kept by week, policy, plan and severity; volume; how fast the first answers came."""
    made = _report(site, visitor, wanted)
    labels = [f"{week.start:%d %b}" for week in made.weeks]
    kept = [(name, [getattr(each, name) for each in made.by_week]) for name in ("met", "missed", "open")]
    return _page(
        site,
        visitor,
        wanted,
        "reports.html",
        report=made,
        kept=bars(f"Promises of {wanted.kind} by week: met, missed, open", labels, kept),
        opened=bars("Cases opened by week", labels, [("opened", made.opened)]),
        answered=bars("First answers by how long they took", [name for name, _ in made.answered],
                      [("answers", [count for _, count in made.answered])]),
        groups=(("Policy", made.by_policy), ("Plan", made.by_plan), ("Severity", made.by_severity)),
    )  # fmt: skip


@router.get("/reports/misses")
def missed(site: OurSite, visitor: Looking, wanted: Asked) -> Response:
    """Targets that were missed, the last first, and why."""
    found = _misses(site, visitor, wanted, (wanted.page - 1) * PAGE, PAGE + 1)
    rows = [(each, reports.cause(each)) for each in found[:PAGE]]
    return _page(site, visitor, wanted, "report_misses.html", rows=rows, more=len(found) > PAGE)


@router.get("/reports/credits")
def credits_(site: OurSite, visitor: Looking, wanted: Asked) -> Response:
    """Service credits by customer."""
    earned, more = _credits(site, visitor, wanted)
    return _page(site, visitor, wanted, "report_credits.html", groups=by_customer(earned), more=more, most=reports.MOST)


@router.get("/reports/ahead")
def ahead(site: OurSite, visitor: Looking, wanted: Asked) -> Response:
    """What will be asked for in the next days if nobody did anything."""
    events, more = _ahead(site, visitor)
    face = visitor.reader
    days = list(reports.by_day(events, face.now, face.zone, DAYS))
    kinds = sorted({event.what for event in events})
    plot = bars(
        "What is ahead, by day", [f"{day:%a %d}" for day, _ in days],
        [(kind, [counts[kind] for _, counts in days]) for kind in kinds],
    )  # fmt: skip
    return _page(
        site, visitor, wanted, "report_ahead.html", events=events[:PAGE], count=len(events), plot=plot, more=more,
        most=reports.MOST, totals=sorted(Counter(event.what for event in events).items()),
    )  # fmt: skip


@router.get("/reports/{name}.csv")
def as_file(
    site: OurSite, visitor: Looking, name: Literal["targets", "misses", "credits", "ahead"], wanted: Asked
) -> Response:
    """The same for a spreadsheet."""
    columns, rows = CSVS[name](site, visitor, wanted)
    return download(as_csv(columns, rows).encode(), f"{name}.csv")


def _page(site: Site, visitor: Visitor, wanted: Wanted, name: str, **values: Any) -> Response:
    policies = sorted(policy.name for policy in site.house.policies)
    return site.page(name, visitor=visitor, wanted=wanted, policies=policies, **values)


def _report(site: Site, visitor: Visitor, wanted: Wanted) -> Report:
    def make() -> Report:
        spans = _weeks(visitor, wanted)
        with reading(site.house.databases.desk) as connection:
            return reports.report(
                connection, visitor.sight, spans, visitor.reader.now, policy=wanted.policy, kind=wanted.kind
            )

    return _kept(site, visitor, ("report", wanted.weeks, wanted.policy, wanted.kind), make)


def _credits(site: Site, visitor: Visitor, wanted: Wanted) -> tuple[list[Earned], bool]:
    def make() -> tuple[list[Earned], bool]:
        now, since = visitor.reader.now, _weeks(visitor, wanted)[0].start
        with reading(site.house.databases.desk) as connection:
            return reports.credits_of(site.house, connection, visitor.sight, since, now, now)

    return _kept(site, visitor, ("credits", wanted.weeks), make)


def _ahead(site: Site, visitor: Visitor) -> tuple[list[Event], bool]:
    def make() -> tuple[list[Event], bool]:
        now = visitor.reader.now
        with reading(site.house.databases.desk) as connection:
            return reports.ahead(site.house, connection, visitor.sight, now, now + timedelta(days=DAYS))

    return _kept(site, visitor, ("ahead",), make)


def _misses(site: Site, visitor: Visitor, wanted: Wanted, start: int, limit: int) -> list[Miss]:
    since = _weeks(visitor, wanted)[0].start
    policies = [wanted.policy] if wanted.policy else []
    with reading(site.house.databases.desk) as connection:
        return misses.newest(
            connection, visitor.sight, since, visitor.reader.now, limit, start=start, policies=policies
        )


def _weeks(visitor: Visitor, wanted: Wanted) -> list[Week]:
    return reports.weeks(visitor.reader.now, visitor.reader.zone, wanted.weeks)


def _kept(site: Site, visitor: Visitor, what: tuple[object, ...], make: Callable[[], T]) -> T:
    """What was made for the same sight and zone a moment ago, else made now."""
    kept: dict[object, tuple[datetime, Any]] = site.kept.setdefault("reports", {})
    key, now = (*what, visitor.sight, visitor.reader.zone.key), visitor.reader.now
    if key in kept and timedelta(0) <= now - kept[key][0] < LASTS:
        found: T = kept[key][1]
        return found
    made = make()
    kept[key] = (now, made)
    for old in list(kept)[:-KEPT]:
        kept.pop(old, None)
    return made


Table = tuple[Sequence[str], Sequence[Sequence[object]]]


def _targets_csv(site: Site, visitor: Visitor, wanted: Wanted) -> Table:
    made = _report(site, visitor, wanted)
    by_week = {week.start.date().isoformat(): kept for week, kept in zip(made.weeks, made.by_week, strict=True)}
    groups: tuple[tuple[str, Mapping[str, Kept]], ...] = (
        ("week", by_week),
        ("policy", made.by_policy),
        ("plan", made.by_plan),
        ("severity", made.by_severity),
    )
    rows = [(what, name, kept.met, kept.missed, kept.open) for what, each in groups for name, kept in each.items()]
    return ("by", "name", "met", "missed", "open"), rows


def _misses_csv(site: Site, visitor: Visitor, wanted: Wanted) -> Table:
    rows = [
        (each.reference, each.subject, each.policy, each.plan, each.severity, each.kind, each.target,
         each.missed_at, each.ended_at, each.assignee, reports.cause(each))
        for each in _misses(site, visitor, wanted, 0, ROWS)
    ]  # fmt: skip
    names = ("case", "subject", "policy", "plan", "severity", "clock", "target", "was due", "came", "with", "cause")
    return names, rows


def _credits_csv(site: Site, visitor: Visitor, wanted: Wanted) -> Table:
    earned, _ = _credits(site, visitor, wanted)
    rows = [(each.customer, each.case, each.clock.kind, each.missed, each.clock.ended_at, each.credit.days,
             each.credit.because.clause, each.credit.because.text) for each in earned]  # fmt: skip
    return ("customer", "case", "clock", "was due", "came", "days", "clause", "why"), rows


def _ahead_csv(site: Site, visitor: Visitor, _wanted: Wanted) -> Table:
    events, _ = _ahead(site, visitor)
    rows = [(event.at, event.case, event.what, event.clock, event.role, event.level) for event in events]
    return ("at", "case", "what", "clock", "who is told", "level"), rows


CSVS: Mapping[str, Callable[[Site, Visitor, Wanted], Table]] = {
    "targets": _targets_csv,
    "misses": _misses_csv,
    "credits": _credits_csv,
    "ahead": _ahead_csv,
}
