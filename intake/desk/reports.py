"""Reports: how promises were kept, how much came, how fast it was answered, what was missed and why, what is ahead."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from intake.core.case.forecast import Event, foreseen
from intake.desk import service_credits
from intake.desk.forecast import permitted
from intake.desk.house import House
from intake.desk.service_credits import Earned
from intake.desk.sight import Sight
from intake.store import cases, figures, misses
from intake.store.misses import Miss

MOST = 1_000
# bounds of the distribution, in seconds, with their names
BOUNDS = (
    (900, "15 min"),
    (3_600, "1 h"),
    (14_400, "4 h"),
    (28_800, "8 h"),
    (86_400, "1 day"),
    (172_800, "2 days"),
    (604_800, "1 week"),
)
SPANS = tuple(f"up to {name}" for _, name in BOUNDS)
LONGER = f"over {BOUNDS[-1][1]}"


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a reader's zone, from its Monday on."""

    start: datetime
    end: datetime


@dataclass
class Kept:
    """How many promises were met, missed, and are open."""

    met: int = 0
    missed: int = 0
    open: int = 0

    @property
    def percent(self) -> float | None:
        """The share that was met of those whose fate is known; None where there is none."""
        known = self.met + self.missed
        return 100 * self.met / known if known else None

    def add(self, stands: str, count: int) -> None:
        """Counts some more."""
        setattr(self, stands, getattr(self, stands) + count)


@dataclass
class Report:
    """Cases by the week in which they were opened, and what became of their promises."""

    weeks: Sequence[Week]
    by_week: list[Kept]
    opened: list[int]
    by_policy: dict[str, Kept] = field(default_factory=dict)
    by_plan: dict[str, Kept] = field(default_factory=dict)
    by_severity: dict[str, Kept] = field(default_factory=dict)
    volume: dict[str, Counter[str]] = field(default_factory=dict)
    answered: list[tuple[str, int]] = field(default_factory=list)

    @property
    def whole(self) -> Kept:
        """All weeks together."""
        return Kept(*(sum(getattr(each, name) for each in self.by_week) for name in ("met", "missed", "open")))


def weeks(now: datetime, zone: ZoneInfo, count: int) -> list[Week]:
    """The last weeks, the one that is running the last of them."""
    today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    monday = today - timedelta(days=today.weekday())
    starts = [monday - timedelta(weeks=each) for each in range(count - 1, -2, -1)]
    aware = [each.replace(tzinfo=zone) for each in starts]
    return [Week(start, end) for start, end in pairwise(aware)]


def report(
    connection: Connection,
    sight: Sight,
    spans: Sequence[Week],
    now: datetime,
    *,
    policy: str = "",
    kind: str = "response",
) -> Report:
    """The figures of some weeks, as far as somebody sees the cases; of one policy or all, for one kind of promise."""
    made = Report(spans, [Kept() for _ in spans], [0] * len(spans))
    ends, bounds = [spans[0].start, *(each.end for each in spans)], [seconds for seconds, _ in BOUNDS]
    promised = figures.promises(connection, sight, ends, policy, kind, now, bounds)
    for found in promised:
        made.opened[found.span] += found.cases
        for what, key in zip(("policy", "plan", "severity"), _names(found), strict=True):
            made.volume.setdefault(what, Counter())[key] += found.cases
    groups = (made.by_policy, made.by_plan, made.by_severity)
    for each in promised:
        if each.stands != "none":
            made.by_week[each.span].add(each.stands, each.number)
            for group, key in zip(groups, _names(each), strict=True):
                group.setdefault(key, Kept()).add(each.stands, each.number)
    if kind != "response":
        promised = figures.promises(connection, sight, ends, policy, "response", now, bounds)
    took = Counter[int]()
    for each in promised:
        if each.place is not None:
            took[each.place] += each.number
    made.answered = [(name, took[place]) for place, name in enumerate((*SPANS, LONGER))]
    return made


def _names(of: figures.Promises) -> tuple[str, str, str]:
    """By what figures are grouped: policy, plan and severity."""
    return of.policy, _plan(of.policy, of.plan), f"Severity {of.severity}"


def _plan(policy: str, plan: str | None) -> str:
    return f"{policy}, {plan}" if plan else f"{policy}, no plan"


# why a target was missed: how its case stood when it was
CAUSES: Mapping[str, str] = {
    "triage": "waited to be sorted out",
    "unverified": "waited for the sender to be verified",
    "unassigned": "nobody had it",
    "assigned": "somebody had it",
    "unknown": "not on record",
}


def cause(miss: Miss) -> str:
    """Why a target was missed, in few words."""
    return CAUSES[miss.missed_while]


def credits_of(
    house: House, connection: Connection, sight: Sight, since: datetime, until: datetime, now: datetime
) -> tuple[list[Earned], bool]:
    """Service credits for targets missed then, of cases that somebody sees; and whether these are not all."""
    clocks = {policy.name: policy.file.credits.clocks for policy in house.policies if policy.file.credits}
    found = misses.newest(connection, sight, since, until, MOST + 1, policies=sorted(clocks)) if clocks else []
    among = [each.id for each in found[:MOST]]
    earned = service_credits.of_store(house, connection, now, since=since, until=until, among=among)
    return list(earned), len(found) > MOST


def ahead(
    house: House, connection: Connection, sight: Sight, now: datetime, until: datetime
) -> tuple[list[Event], bool]:
    """What will be asked for until then if nobody did anything, of the cases that somebody sees; the soonest cases.

    And whether there are more cases than were looked at.
    """
    ids, letters = cases.asking(connection, until, MOST + 1), permitted(house, connection)
    found = [event for case in cases.each(connection, ids[:MOST]) if sight.sees(case)
             for event in foreseen(case, now, until, letters)]  # fmt: skip
    return sorted(found, key=lambda event: (event.at, event.case)), len(ids) > MOST


def by_day(
    events: Sequence[Event], now: datetime, zone: ZoneInfo, days: int
) -> Iterator[tuple[datetime, Counter[str]]]:
    """How many events of each kind fall on each of the next days of a zone, today first."""
    first = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    counts: dict[int, Counter[str]] = {}
    for event in events:
        day = (event.at.astimezone(zone).date() - first.date()).days
        counts.setdefault(day, Counter())[event.what] += 1
    for day in range(days):
        yield (first + timedelta(days=day)).replace(tzinfo=zone), counts.get(day, Counter())
