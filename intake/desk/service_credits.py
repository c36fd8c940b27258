"""Service credits out of the store, by customer and case. Reads only."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from intake.core.case.case import Case, Clock
from intake.core.case.credits import Credit, earned
from intake.core.policy.policy import Policy
from intake.desk.house import House
from intake.store import cases, people


@dataclass(frozen=True, slots=True)
class Earned:
    """What one missed clock of a case earned. `missed` is the due time that was missed."""

    customer: str | None
    case: str
    clock: Clock
    missed: datetime
    credit: Credit

    def json(self) -> dict[str, Any]:
        """The credit in the outside's form."""
        return {"case": self.case} | _json(self.clock, self.missed, self.credit)


def of_store(
    house: House,
    connection: Connection,
    now: datetime,
    *,
    customer: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    shown: Callable[[Case], bool] = lambda _case: True,
    among: Sequence[int] | None = None,
) -> Iterator[Earned]:
    """Every credit of at least one day, for targets missed from `since` to before `until`, in the order of cases.

    `customer` is a customer's name, `shown` says of which cases; `among` are the ids of those looked at, instead of all
    that missed something. What is still unanswered counts up to `now`.
    """
    named = people.customers_named(connection, [customer] if customer is not None else []).values()
    wanted = next((each.id for each in named), None)
    names: dict[int, str] = {}
    late = cases.late(connection, now, wanted) if among is None else sorted(set(among))
    for case in filter(shown, cases.each(connection, late)):
        for clock, missed, credit in _of_case(house.policy_of(connection, case), case, now):
            inside = (since is None or missed >= since) and (until is None or missed < until)
            if inside and (customer is None or case.customer_id == wanted):
                whose = case.customer_id
                if whose is not None and whose not in names:
                    names[whose] = people.load(connection, [whose])[whose].name
                yield Earned(names.get(whose or 0), case.reference, clock, missed, credit)


def by_customer(found: list[Earned]) -> list[dict[str, Any]]:
    """Credits by customer, with the days in all; cases of nobody's stand last."""
    groups: dict[str | None, list[Earned]] = {}
    for each in found:
        groups.setdefault(each.customer, []).append(each)
    return [
        {
            "customer": name,
            "days": sum(each.credit.days for each in groups[name]),
            "credits": [each.json() for each in groups[name]],
        }
        for name in sorted(groups, key=lambda name: (name is None, name or ""))
    ]


def of_case(policy: Policy, case: Case, now: datetime) -> list[dict[str, Any]]:
    """What each missed clock of a case earned, in the outside's form."""
    return [_json(clock, missed, credit) for clock, missed, credit in _of_case(policy, case, now)]


def _of_case(policy: Policy, case: Case, now: datetime) -> Iterator[tuple[Clock, datetime, Credit]]:
    by_number = {clock.number: clock for clock in case.clocks}
    for credit in earned(policy, case, now):
        clock = by_number[credit.clock]
        missed = clock.missed_at or clock.due_at
        if credit.days and missed is not None:
            yield clock, missed, credit


def _json(clock: Clock, missed: datetime, credit: Credit) -> dict[str, Any]:
    return {
        "clock": clock.kind,
        "missed": missed.isoformat(),
        "answered": clock.ended_at.isoformat() if clock.ended_at else None,
        "minutes_over": int(credit.over.total_seconds() // 60),
        "days": credit.days,
        "because": {"clause": credit.because.clause, "text": credit.because.text},
    }
