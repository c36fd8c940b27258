"""Customers, the ledger, mails that need a person, and outgoing mails."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from intake.desk import letters, parked, show
from intake.store import ledger, outbox, people
from intake.store.engine import reading
from intake.web.api.door import Caller, CustomerReader, MailReader, MailWriter, OurSite
from intake.web.api.once import PARAMETER, Once
from intake.web.api.problems import NotThere, Refused, told_as
from intake.web.api.shapes import (
    BIGGEST,
    Customer,
    Customers,
    Decided,
    Ledger,
    Mails,
    MailsAsked,
    Outbox,
    OutgoingMail,
    Page,
)
from intake.web.site import Site

router = APIRouter()
writes = APIRouter(tags=["mail"], route_class=Once)
ONCE: dict[str, Any] = {"parameters": [PARAMETER]}
MailId = Annotated[int, Path(ge=1, le=BIGGEST, description="The mail's number.")]
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
        return ledger.counts(connection, caller.sight)


@router.get("/mails", response_model=Mails, responses=told_as(), tags=["mail"])
def mails(site: OurSite, caller: MailReader, asked: Annotated[MailsAsked, Query()]) -> dict[str, Any]:
    """Mails that need a person, on routes whose cases the caller sees, the newest first."""
    with reading(site.house.databases.reading) as connection:
        items = ledger.newest_parked(connection, asked.outcome, caller.sight, _start(asked) or None, asked.limit)
    return {"items": items, "next": str(items[-1]["id"]) if len(items) == asked.limit else None}


@writes.post("/mails/{number}/retry", response_model=Decided, responses=told_as(404, 409), openapi_extra=ONCE)
def mail_retry(site: OurSite, caller: MailWriter, number: MailId) -> dict[str, Any]:
    """Decides a parked mail again, or releases one called junk or a machine's."""
    return {"id": number, "outcomes": parked.retry(site.house, caller.sight, number, caller.now)}


@writes.post("/mails/{number}/spam", response_model=Decided, responses=told_as(404, 409), openapi_extra=ONCE)
def mail_spam(site: OurSite, caller: MailWriter, number: MailId) -> dict[str, Any]:
    """Calls a parked mail, or one taken for a machine's, junk: nothing is answered, until it is released."""
    by = caller.account.address
    return {"id": number, "outcomes": parked.spam(site.house, caller.sight, number, by, caller.now)}


@router.get("/outbox", response_model=Outbox, responses=told_as(), tags=["mail"])
def outbox_(site: OurSite, caller: MailReader, asked: Annotated[Page, Query()]) -> dict[str, Any]:
    """Outgoing mails on cases that the caller sees, the newest first."""
    with reading(site.house.databases.reading) as connection:
        items = outbox.below(connection, caller.sight, _start(asked) or BIGGEST, asked.limit)
    return {"items": items, "next": str(items[-1]["id"]) if len(items) == asked.limit else None}


@router.get("/outbox/{number}", response_model=OutgoingMail, responses=told_as(404), tags=["mail"])
def outgoing(site: OurSite, caller: MailReader, number: OutgoingId) -> dict[str, Any]:
    """One outgoing mail, with its envelope and tries."""
    with reading(site.house.databases.reading) as connection:
        seen = outbox.seen_raw(connection, caller.sight, number) is not None
        found = outbox.show(connection, number) if seen else None
    if found is None:
        raise NotThere(f"No outgoing mail has the number {number}.")
    return found


@writes.post("/outbox/{number}/retry", response_model=OutgoingMail, responses=told_as(404, 409), openapi_extra=ONCE)
def retry(site: OurSite, caller: MailWriter, number: OutgoingId) -> dict[str, Any]:
    """Tries a failed or waiting mail again at once."""
    return _act(site, caller, number, "retry")


@writes.post("/outbox/{number}/withhold", response_model=OutgoingMail, responses=told_as(404, 409), openapi_extra=ONCE)
def withhold(site: OurSite, caller: MailWriter, number: OutgoingId) -> dict[str, Any]:
    """Keeps a queued mail back."""
    return _act(site, caller, number, "withhold")


@writes.post("/outbox/{number}/release", response_model=OutgoingMail, responses=told_as(404, 409), openapi_extra=ONCE)
def release(site: OurSite, caller: MailWriter, number: OutgoingId) -> dict[str, Any]:
    """Lets a withheld mail go."""
    return _act(site, caller, number, "release")


def _act(site: Site, caller: Caller, number: int, what: letters.LetterAct) -> dict[str, Any]:
    letters.act(site.house, caller.sight, number, what, caller.account.address, caller.now)
    return outgoing(site, caller, number)


def _start(asked: Page) -> int:
    if asked.after and not asked.after.isdigit():
        raise Refused(422, f'after: "{asked.after}" is no `next` of this list')
    return int(asked.after or 0)
