"""A customer as the desk looks at one: the record, and what their cases say, as far as somebody sees those."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection

from intake.core.case.case import Case, Customer
from intake.core.hours import add_local_days, zone_named
from intake.desk import service_credits
from intake.desk.house import House
from intake.desk.service_credits import Earned
from intake.desk.sight import Sight
from intake.errors import IntakeError
from intake.store import cases, finding, misses, people
from intake.store.misses import Miss

YEAR = timedelta(days=365)
NEWEST = 20
MISSES = 200


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many of the requests that a plan includes were used, and from when to when.

    `until` is None for a customer without a first day.
    """

    used: int
    requests: int
    since: datetime
    until: datetime | None
    clause: str


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer with the newest cases, the misses and credits of the last year, and the plan's allowances."""

    customer: Customer
    cases: Sequence[Case]
    misses: Sequence[Miss]
    more_misses: bool
    credits: Sequence[Earned]
    allowances: Sequence[Allowance]


class NoSuchCustomer(IntakeError):  # noqa: N818
    """There is no such customer."""


def customer_of(connection: Connection, customer_id: int) -> Customer:
    """The customer of an id. Raises `NoSuchCustomer`."""
    found = people.load(connection, [customer_id]).get(customer_id)
    if found is None:
        raise NoSuchCustomer(f"No customer has the number {customer_id}.")
    return found


def view(house: House, connection: Connection, sight: Sight, customer_id: int, now: datetime) -> CustomerView:
    """What there is to show of a customer. Raises `NoSuchCustomer`."""
    customer = customer_of(connection, customer_id)
    ids = finding.newest_of(connection, sight, customer.id, NEWEST)
    missed = misses.newest(connection, sight, now - YEAR, now, MISSES + 1, customer_id=customer.id)
    late = [each.id for each in missed[:MISSES]]
    earned = service_credits.of_store(house, connection, now, customer=customer.name, since=now - YEAR, among=late)
    return CustomerView(
        customer,
        list(cases.each(connection, ids)),
        missed[:MISSES],
        len(missed) > MISSES,
        list(earned),
        _allowances(house, connection, sight, customer),
    )


def _allowances(house: House, connection: Connection, sight: Sight, customer: Customer) -> list[Allowance]:
    try:
        policy = house.policies.get(customer.policy)
    except IntakeError:
        # the record stays to be seen while its policy's file is away
        return []
    plan = customer.plan or policy.file.fallback_plan
    zone = policy.zone(customer.zone, customer.region, customer.country)
    found = []
    for part in policy.file.allowance:
        if plan not in part.plans:
            continue
        first = datetime.combine(customer.since, time(), zone_named(zone)) if customer.since else None
        ends = add_local_days(zone, first, part.within_days) if first else None
        since = first.astimezone(UTC) if first else datetime.fromtimestamp(0, UTC)
        used = finding.opened_since(connection, sight, customer.id, since)
        found.append(Allowance(used, part.requests, since, ends, part.clause))
    return found
