"""People: who answers, what each may do in the console, where they are signed in; one-time links for new ones."""

import secrets
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from intake.desk import customers
from intake.errors import IntakeError
from intake.store import accounts, people
from intake.store.accounts import Welcome
from intake.store.engine import reading
from intake.web.door import Managing, ManagingAct, OurSite, Visitor
from intake.web.rights import MEANING, RIGHTS, ROLES
from intake.web.site import Site

log = structlog.get_logger()
router = APIRouter()

Address = Annotated[str, Form(max_length=320)]
RoleName = Annotated[str, Form(max_length=16)]


@router.get("/people")
def page(site: OurSite, visitor: Managing) -> Response:
    """Everybody, with their role and sessions."""
    return _show(site, visitor)


@router.post("/people/link")
def make_link(
    site: OurSite, visitor: ManagingAct, address: Address, role: RoleName, name: Annotated[str, Form()] = ""
) -> Response:
    """A one-time link by which somebody chooses a password: for a new agent, or for one who lost theirs."""
    _must_be_role(role)
    address, secret = address.strip().lower(), secrets.token_urlsafe(24)
    agent = customers.agent(address, name.strip() or address.partition("@")[0], None)
    customers.must_be_no_route([agent], site.house.own_addresses)
    with site.house.databases.desk.begin() as connection:
        if accounts.account(connection, address) is None:
            people.save_agents(connection, [agent])
        accounts.add_welcome(connection, secret, Welcome(address, role), site.now())
    log.info("a link was made", by=visitor.account.address, address=address, role=role)
    return _show(site, visitor, made=(address, f"/welcome/{secret}"))


@router.post("/people/role")
def give_role(site: OurSite, visitor: ManagingAct, address: Address, role: RoleName = "") -> Response:
    """Gives somebody another role, or none; they are signed out everywhere."""
    if role:
        _must_be_role(role)
    if address.lower() == visitor.account.address:
        raise IntakeError("nobody changes their own role; another admin can")
    with site.house.databases.desk.begin() as connection:
        accounts.set_role(connection, address, role or None)
    log.info("a role was given", by=visitor.account.address, address=address, role=role or None)
    return RedirectResponse("/people", 303)


@router.post("/people/end")
def end(site: OurSite, visitor: ManagingAct, session: Annotated[str, Form(max_length=64)]) -> Response:
    """Signs a browser out."""
    with site.house.databases.desk.begin() as connection:
        accounts.end_session(connection, session)
    log.info("a session was ended", by=visitor.account.address)
    return RedirectResponse("/people", 303)


def _show(site: Site, visitor: Visitor, made: tuple[str, str] | None = None) -> Response:
    with reading(site.house.databases.desk) as connection:
        everybody = accounts.accounts(connection)
        sessions = accounts.sessions(connection)
    return site.page(
        "people.html",
        visitor=visitor,
        everybody=everybody,
        sessions={each.address: [one for one in sessions if one.address == each.address] for each in everybody},
        roles=ROLES,
        meaning={role: [MEANING[right] for right in MEANING if right in RIGHTS[role]] for role in ROLES},
        made=made,
        url=site.house.settings.service.public_url.rstrip("/"),
        desk_roles={each.address: sorted(site.house.roles_of(each.address)) for each in everybody},
    )


def _must_be_role(role: str) -> None:
    if role not in ROLES:
        raise IntakeError(f'no role is named "{role}"; known are {", ".join(ROLES)}')
