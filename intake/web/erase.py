"""Erasing what belongs to a person: what there is is shown first, and the address typed again does it."""

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Form, Response

from intake.desk import erasing
from intake.desk.acting import must_be_address
from intake.errors import IntakeError
from intake.store.erasing import Found
from intake.web.door import Forbidden, Managing, ManagingAct, OurSite, Visitor
from intake.web.site import Site

log = structlog.get_logger()
router = APIRouter()
Address = Annotated[str, Form(max_length=320)]
HIDDEN = "A private queue is hidden from you, and erasing tells of every case. An admin who sees it may erase."


@router.get("/erase")
def page(site: OurSite, visitor: Managing) -> Response:
    """Where an address is given."""
    return _show(site, visitor)


@router.post("/erase/look")
def look(site: OurSite, visitor: ManagingAct, address: Address) -> Response:
    """What erasing an address would take away; nothing is changed."""
    _must_see_all(visitor)
    address = address.strip().lower()
    try:
        must_be_address(address, "address")
        return _show(site, visitor, found=erasing.preview(site.house, address))
    except IntakeError as error:
        return _show(site, visitor, said=str(error), status=400)


@router.post("/erase")
def erase(site: OurSite, visitor: ManagingAct, address: Address, typed: Address) -> Response:
    """Erases it, where the address was typed once more."""
    _must_see_all(visitor)
    try:
        must_be_address(address, "address")
        if typed.strip().lower() != address.lower():
            found = erasing.preview(site.house, address)
            said = f'"{typed.strip()}" is not {address}; nothing was erased'
            return _show(site, visitor, found=found, said=said, status=400)
        found = erasing.erase(site.house, address, visitor.account.address, site.now())
    except IntakeError as error:
        return _show(site, visitor, said=str(error), status=400)
    # (not whose: the log outlasts what was erased)
    log.info("what belonged to a person was erased", by=visitor.account.address, cases=len(found.cases))
    return _show(site, visitor, found=found, done=True)


def _must_see_all(visitor: Visitor) -> None:
    if visitor.sight.routes:
        raise Forbidden(HIDDEN)


def _show(
    site: Site, visitor: Visitor, *, found: Found | None = None, done: bool = False, said: str = "", status: int = 200
) -> Response:
    numbers: dict[str, Any] = erasing.told(found) if found else {}
    hidden = HIDDEN if visitor.sight.routes else ""
    return site.page(
        "erase.html", status, visitor=visitor, numbers=numbers, done=done, said=said, hidden=hidden,
    )  # fmt: skip
