"""The order of the work list: which open case stands where, and why, by the policy's own order of keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from heapq import heapify, heappop, heappush
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

Key = tuple[float | datetime, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case stands. `key` compares cases of one policy, `common` those of several; smaller comes first."""

    policy: str
    key: Key
    common: Key
    why: Callable[[], str] = field(compare=False)

    @property
    def because(self) -> str:
        """The sentence that explains it, made when somebody asks: a list has many cases, and a page few of them."""
        return self.why()


@dataclass(frozen=True, slots=True)
class _Part:
    """One key of a case: what it compares by, and in words."""

    value: float | datetime
    said: Callable[[], str]


def key(policy: Policy | None, case: Case) -> Place:
    """The place of a case by its policy (None: one that is no longer there), with the sentence that explains it.

    A case nobody sorted out yet whose words say outage comes before all others.
    """
    ahead = 0 if _first_in_triage(case) else 1
    common = (ahead, case.severity, due(case) or NEVER, case.opened_at, case.id)
    own = (ahead, *(each.value for each in _parts(policy, case)), case.opened_at, case.id)
    return Place(case.policy, own, common, partial(_why, policy, case))


def _parts(policy: Policy | None, case: Case) -> list[_Part]:
    part = policy.file.work_list if policy else None
    return [PARTS[each](policy, case) for each in (part.order if part else BY_DEFAULT)]


def _why(policy: Policy | None, case: Case) -> str:
    part = policy.file.work_list if policy else None
    said = [words for each in _parts(policy, case) if (words := each.said())]
    clause = part.clause if part else HOUSE
    first = _first_in_triage(case)
    if first:
        clauses = dict.fromkeys((_clause_of_triage(policy, case), clause))
        said, clause = [first, *said], ", ".join(clauses)
    return "; ".join((*said, clause))


def ordered(places: Mapping[int, Place]) -> list[int]:
    """The ids of cases in the work list's order.

    Within a policy its own order holds. Between policies the gravest comes first, then what is due first, among
    those that are at the head of their policies' lists.
    """
    waiting: dict[str, list[int]] = {}
    for case_id, place in places.items():
        waiting.setdefault(place.policy, []).append(case_id)
    for ids in waiting.values():
        ids.sort(key=lambda case_id: places[case_id].key, reverse=True)
    if len(waiting) == 1:
        return next(iter(waiting.values()))[::-1]
    heads = [(places[ids[-1]].common, policy) for policy, ids in waiting.items()]
    heapify(heads)
    out = []
    while heads:
        _, policy = heappop(heads)
        ids = waiting[policy]
        out.append(ids.pop())
        # its next ones follow as long as they come before every other head
        while ids and (not heads or (places[ids[-1]].common, policy) < heads[0]):
            out.append(ids.pop())
        if ids:
            heappush(heads, (places[ids[-1]].common, policy))
    return out


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
