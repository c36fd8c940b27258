"""Tokens of the API: an admin makes them, sees whose there are, and ends them. A secret is shown once."""

from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from intake.errors import IntakeError
from intake.store import accounts, tokens
from intake.store.engine import reading
from intake.web.api.scopes import MEANING, checked
from intake.web.door import Managing, ManagingAct, OurSite, Visitor
from intake.web.site import Site

log = structlog.get_logger()
router = APIRouter()


@router.get("/tokens")
def page(site: OurSite, visitor: Managing) -> Response:
    """Every token there was."""
    return _show(site, visitor)


@router.post("/tokens")
def create(
    site: OurSite,
    visitor: ManagingAct,
    address: Annotated[str, Form(max_length=320)],
    name: Annotated[str, Form(max_length=tokens.LONGEST_NAME)],
    scope: Annotated[list[str], Form()] = [],  # noqa: B006  (FastAPI copies it)
    days: Annotated[int, Form(ge=1, le=3_650)] = 365,
) -> Response:
    """Makes a token and shows it, this once."""
    now, by = visitor.reader.now, visitor.account.address
    try:
        with site.house.databases.desk.begin() as connection:
            owner = accounts.account(connection, address)
            if owner is None or owner.role is None:
                raise IntakeError(f"{address} has no role in the console")
            if not name.strip() or not name.isprintable():
                raise IntakeError("say what the token is for")
            scopes, ends = checked(scope, owner.role), now + timedelta(days=days)
            made, secret = tokens.create(connection, owner.address, name.strip(), scopes, by, now, ends)
    except IntakeError as error:
        return _show(site, visitor, said=str(error), status=400)
    log.info("a token was made", by=by, address=made.address, scopes=made.scopes)
    return _show(site, visitor, made=(made.address, secret))


@router.post("/tokens/revoke")
def revoke(site: OurSite, visitor: ManagingAct, token: Annotated[int, Form(ge=1, le=2**63 - 1)]) -> Response:
    """Ends a token at once."""
    with site.house.databases.desk.begin() as connection:
        ended = tokens.revoke(connection, token, visitor.account.address, visitor.reader.now)
    log.info("a token was revoked", by=visitor.account.address, address=ended.address)
    return RedirectResponse("/tokens", 303)


def _show(
    site: Site, visitor: Visitor, *, made: tuple[str, str] | None = None, said: str = "", status: int = 200
) -> Response:
    with reading(site.house.databases.desk) as connection:
        found = tokens.listed(connection)
        owners = [each for each in accounts.accounts(connection) if each.role]
    return site.page(
        "tokens.html",
        status,
        visitor=visitor,
        tokens=[(each, each.state(visitor.reader.now)) for each in reversed(found)],
        owners=owners,
        scopes=MEANING,
        made=made,
        said=said,
    )
