"""Customers, the ledger, and outgoing mails."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection

from intake.desk import show
from intake.store import cases, ledger, outbox, people
from intake.store.engine import reading
from intake.web.api.door import Caller, CustomerReader, MailReader, MailWriter, OurSite
from intake.web.api.once import PARAMETER, Once
from intake.web.api.problems import NotThere, Refused, told_as
from intake.web.api.shapes import BIGGEST, Customer, Customers, Ledger, Outbox, OutgoingMail, Page
from intake.web.site import Site

router = APIRouter()
writes = APIRouter(tags=["mail"], route_class=Once)
ONCE: dict[str, Any] = {"parameters": [PARAMETER]}
OutgoingId = Annotated[int, Path(ge=1, le=BIGGEST, description="The outgoing mail's number.")]


@router.get("/customers", response_model=Customers, responses=told_as(), tags=["customers"])
def customers(site: OurSite, _caller: CustomerReader, asked: Annotated[Page, Query()]) -> dict[str, Any]:
    """Customers by name."""
    start = _start(asked)
    with reading(site.house.databases.reading) as connection:
        every = people.every_customer(connection)
    end = start + asked.limit
    return {
        "items": [show.customer_json(each) for each in every[start:end]],
        "next": str(end) if end < len(every) else None,
    }


@router.get("/customers/{name}", response_model=Customer, responses=told_as(404), tags=["customers"])
def customer(site: OurSite, _caller: CustomerReader, name: Annotated[str, Path(max_length=200)]) -> dict[str, Any]:
    """One customer's record."""
    with reading(site.house.databases.reading) as connection:
        customer_id = people.customer_named(connection, name)
        found = people.load(connection, [customer_id]) if customer_id is not None else {}
    if customer_id is None:
        raise NotThere(f'no customer is named "{name}"')
    return show.customer_json(found[customer_id])


@router.get("/ledger", response_model=Ledger, responses=told_as(), tags=["mail"])
def ledger_(site: OurSite, caller: MailReader) -> dict[str, Any]:
    """Mails by outcome, on the routes whose cases the caller sees: received is the sum of the outcomes and waiting."""
    with reading(site.house.databases.reading) as connection:
        return ledger.counts(connection, without=caller.sight.routes)


@router.get("/outbox", response_model=Outbox, responses=told_as(), tags=["mail"])
def outbox_(
    site: OurSite,
    caller: MailReader,
    asked: Annotated[Page, Query()],
) -> dict[str, Any]:
    """Outgoing mails on cases that the caller sees, the newest first."""
    before = _start(asked) or BIGGEST
    with reading(site.house.databases.reading) as connection:
        items, last = outbox.before(connection, before, asked.limit)
        items = _seen_of(connection, caller, items)
    return {"items": items, "next": str(last) if last is not None else None}


@router.get("/outbox/{number}", response_model=OutgoingMail, responses=told_as(404), tags=["mail"])
def outgoing(site: OurSite, caller: MailReader, number: OutgoingId) -> dict[str, Any]:
    """One outgoing mail, with its envelope and tries."""
    with reading(site.house.databases.reading) as connection:
        return _seen(connection, caller, number)


@writes.post("/outbox/{number}/retry", response_model=OutgoingMail, responses=told_as(404, 409), openapi_extra=ONCE)
def retry(site: OurSite, caller: MailWriter, number: OutgoingId) -> dict[str, Any]:
    """Tries a failed or waiting mail again at once."""
    return _change(site, caller, number, lambda connection: outbox.retry(connection, number, caller.now))


@writes.post("/outbox/{number}/withhold", response_model=OutgoingMail, responses=told_as(404, 409), openapi_extra=ONCE)
def withhold(site: OurSite, caller: MailWriter, number: OutgoingId) -> dict[str, Any]:
    """Keeps a queued mail back."""
    by = caller.account.address
    return _change(site, caller, number, lambda connection: outbox.withhold(connection, number, by, caller.now))


@writes.post("/outbox/{number}/release", response_model=OutgoingMail, responses=told_as(404, 409), openapi_extra=ONCE)
def release(site: OurSite, caller: MailWriter, number: OutgoingId) -> dict[str, Any]:
    """Lets a withheld mail go."""
    by = caller.account.address
    return _change(site, caller, number, lambda connection: outbox.release(connection, number, by, caller.now))


def _change(site: Site, caller: Caller, number: int, change: Callable[[Connection], None]) -> dict[str, Any]:
    with site.house.databases.desk.begin() as connection:
        _seen(connection, caller, number)
        change(connection)
        return _seen(connection, caller, number)


def _seen(connection: Connection, caller: Caller, number: int) -> dict[str, Any]:
    found = outbox.show(connection, number)
    if found is None or not _seen_of(connection, caller, [found]):
        raise NotThere(f"there is no outgoing mail {number}")
    return found


def _seen_of(connection: Connection, caller: Caller, letters: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those on cases that the caller sees; a mail on no case (a digest) where no queue is hidden from them."""
    ids = cases.by_reference(connection, [each["case"] for each in letters if each["case"]])
    seen = {case.reference for case in cases.load(connection, ids.values()).values() if caller.sight.sees(case)}
    return [each for each in letters if (each["case"] in seen if each["case"] else not caller.sight.routes)]


def _start(asked: Page) -> int:
    if asked.after and not asked.after.isdigit():
        raise Refused(422, f'after: "{asked.after}" is no `next` of this list')
    return int(asked.after or 0)
