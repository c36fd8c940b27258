"""The order of the work list: which open case stands where, and why, by the policy's own order of keys."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heapreplace
from zoneinfo import ZoneInfo

from intake.core.case.case import Case, Clock, ClockKind
from intake.core.policy.because import HOUSE
from intake.core.policy.policy import Policy
from intake.core.policy.schema_rules import OrderKey

BY_DEFAULT: tuple[OrderKey, ...] = ("severity", "due", "opened")
URGENT = "critical"
UNSORTED = frozenset({"unverified", "triage"})
HOW_TO = "how-to"
IMPACT = "impact"
OVER = ("resolved", "closed")
PROMISES: tuple[ClockKind, ...] = ("response", "update", "resolution", "escalation")
NEVER = datetime.max.replace(tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WIDTH = 8

Common = tuple[bytes, int, datetime, datetime, int]


@dataclass(frozen=True, slots=True)
class _Part:
    """One key of a case: what it compares by, and in words."""

    value: int | datetime
    said: Callable[[], str]


def rank(policy: Policy | None, case: Case) -> bytes:
    """Compares open cases of one policy (None: one that is no longer there): what is smaller comes first.

    A case nobody sorted out yet whose words say outage comes before all others. Of equal ones the older id comes first.
    """
    ahead = 0 if _first_in_triage(case) else 1
    values = (ahead, *(each.value for each in _parts(policy, case)), case.opened_at)
    return b"".join(map(_bytes, values))


def _bytes(value: int | datetime) -> bytes:
    number = (value - EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value
    return max(number, 0).to_bytes(WIDTH, "big")


def common(rank: bytes, severity: int, due_at: datetime | None, opened_at: datetime, case_id: int) -> Common:
    """Compares open cases of several policies, by the rank and what else is known of each: smaller comes first."""
    return rank[:WIDTH], severity, due_at or NEVER, opened_at, case_id


def _parts(policy: Policy | None, case: Case) -> list[_Part]:
    part = policy.file.work_list if policy else None
    return [PARTS[each](policy, case) for each in (part.order if part else BY_DEFAULT)]


def why(policy: Policy | None, case: Case) -> str:
    """The sentence that explains the place of a case in the list."""
    part = policy.file.work_list if policy else None
    said = [words for each in _parts(policy, case) if (words := each.said())]
    clause = part.clause if part else HOUSE
    first = _first_in_triage(case)
    if first:
        clauses = dict.fromkeys((_clause_of_triage(policy, case), clause))
        said, clause = [first, *said], ", ".join(clauses)
    return "; ".join((*said, clause))


def merged(lists: Iterable[Iterator[Common]]) -> Iterator[int]:
    """The ids of cases in the work list's order, from one list for each policy, in that policy's own order.

    Between policies the gravest comes first, then what is due first, among those that are at the head of their
    lists. No list is read further than it is needed.
    """
    heads = [(first, place, rest) for place, rest in enumerate(map(iter, lists)) if (first := next(rest, None))]
    heapify(heads)
    while heads:
        first, place, rest = heads[0]
        yield first[-1]
        following = next(rest, None)
        if following is None:
            heappop(heads)
        else:
            heapreplace(heads, (following, place, rest))


def _first_in_triage(case: Case) -> str:
    unsorted = sorted(case.marks & UNSORTED, reverse=True)
    urgent = URGENT in case.tags | case.marks
    return f"{unsorted[0]}, and its words say outage: first in triage" if unsorted and urgent else ""


def _clause_of_triage(policy: Policy | None, case: Case) -> str:
    part = policy.file.registration if policy else None
    return part.clause if part and "unverified" in case.marks else HOUSE


def first_due(case: Case) -> Clock | None:
    """The running promise that falls due first; None where none runs, or the case is over."""
    first: Clock | None = None
    for clock in case.clocks if case.state not in OVER else ():
        runs = clock.state == "running" and clock.due_at is not None and clock.kind in PROMISES
        if runs and (first is None or (clock.due_at or NEVER) < (first.due_at or NEVER)):
            first = clock
    return first


def due(case: Case) -> datetime | None:
    """When that is due."""
    clock = first_due(case)
    return clock.due_at if clock else None


def _severity(_policy: Policy | None, case: Case) -> _Part:
    return _Part(case.severity, lambda: f"Severity {case.severity}")


def _plan(policy: Policy | None, case: Case) -> _Part:
    """The plan's place in the policy's list; one that is not in it comes after them."""
    part = policy.file.work_list if policy else None
    plans: Sequence[str] = part.plans if part else ()
    if case.plan not in plans:
        after = f" (queued after {', '.join(plans)})" if plans else ""
        return _Part(len(plans), lambda: f"plan {case.plan}{after}" if case.plan else "")
    place = plans.index(case.plan)
    turn = f"queued after {plans[place - 1]}" if place else "queued first"
    return _Part(place, lambda: f"plan {case.plan} ({turn})")


def _impact(policy: Policy | None, case: Case) -> _Part:
    """The business impact that the form asks for: by its place in the list of values, else stated before not stated.

    What the policy's rules tagged as impact was stated, too.
    """
    asked = next((each for each in policy.file.fields if "impact" in each.key), None) if policy else None
    value = case.fields.get(asked.key) if asked else None
    if (asked is None or not asked.allowed) and IMPACT in case.tags:
        return _Part(0, lambda: "business impact stated")
    if asked is None or value is None or not value.valid or not value.value:
        return _Part(len(asked.allowed) if asked and asked.allowed else 1, lambda: "no business impact stated")
    written = value.value if isinstance(value.value, str) else value.value[0]
    known = [each.value for each in asked.allowed]
    if written in known:
        return _Part(known.index(written), lambda: f"business impact {written}")
    return _Part(0, lambda: "business impact stated")


def _how_to(policy: Policy | None, case: Case) -> _Part:
    """How-to questions, by the tag that the policy counts them by, come after the rest."""
    tag = policy.file.flood.tag if policy and policy.file.flood else HOW_TO
    return _Part(1, lambda: "how-to question (after others)") if tag in case.tags else _Part(0, lambda: "")


def _by_due(_policy: Policy | None, case: Case) -> _Part:
    at = due(case)
    return _Part(at or NEVER, lambda: f"due {_local(at, case)}" if at else "nothing due")


def _opened(_policy: Policy | None, case: Case) -> _Part:
    return _Part(case.opened_at, lambda: f"opened {_local(case.opened_at, case)}")


def _local(at: datetime, case: Case) -> str:
    return f"{at.astimezone(ZoneInfo(case.zone)):%a %d %b %H:%M}"


PARTS: Mapping[OrderKey, Callable[[Policy | None, Case], _Part]] = {
    "severity": _severity,
    "plan": _plan,
    "impact": _impact,
    "how-to": _how_to,
    "due": _by_due,
    "opened": _opened,
}
