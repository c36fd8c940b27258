"""Signing in and out, and the page behind a one-time link, where somebody chooses a password."""

import secrets
from typing import Annotated
from zoneinfo import available_timezones

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from intake.desk import customers
from intake.errors import IntakeError
from intake.store import accounts, attempts, people
from intake.store.accounts import Account, Welcome
from intake.store.engine import reading
from intake.web.door import Acting, OurSite, keep_session
from intake.web.site import DEVICE_LASTS, PER_ADDRESS, PER_CLIENT, PER_DEVICE, Site
from intake.web.words import Reader

log = structlog.get_logger()
router = APIRouter()
DEVICE_COOKIE = "intake_device"
WRONG = "Address and password do not belong together."


@router.get("/sign-in")
def sign_in_page(site: OurSite, next: str = "/") -> Response:  # noqa: A002  (the name in the address)
    """The form."""
    return site.page("sign_in.html", next=_ours(next), address="", said="")


@router.post("/sign-in")
def sign_in(
    request: Request,
    site: OurSite,
    address: Annotated[str, Form(max_length=320)],
    password: Annotated[str, Form(max_length=1000)],
    next: Annotated[str, Form()] = "/",  # noqa: A002
) -> Response:
    """Signs in, or says that it did not work; never which of the two was wrong."""
    address, now = address.strip().lower(), site.now()
    device = site.device_of(request.cookies.get(DEVICE_COOKIE, ""), address)
    client = request.client.host if request.client else ""
    counts = [(PER_DEVICE, device)] if device else [(PER_ADDRESS, address), (PER_CLIENT, client)]
    with reading(site.house.databases.desk) as connection:
        waits = [attempts.wait_until(connection, limit, key, now) for limit, key in counts]
        account = accounts.account(connection, address)
    until = max((when for when in waits if when), default=None)
    if until:
        said = f"Too many attempts. Try again at {Reader(site.zone(None), now).whole(until)}."
        return site.page("sign_in.html", 429, next=_ours(next), address=address, said=said)
    # counted before the check: attempts at the same time count as well
    with site.house.databases.desk.begin() as connection:
        for limit, key in counts:
            attempts.count(connection, limit, key, now)
    if not site.passwords.fits(password, account.password if account and account.role else None) or account is None:
        log.warning("sign-in refused", address=address[:80], client=client)
        return site.page("sign_in.html", 401, next=_ours(next), address=address, said=WRONG)
    with site.house.databases.desk.begin() as connection:
        for limit, key in counts:
            attempts.forget(connection, limit, key)
    if site.passwords.outdated(account.password or ""):
        with site.house.databases.desk.begin() as connection:
            accounts.rehashed(connection, address, site.passwords.hashed(password))
    return _signed_in(request, site, account, _ours(next))


@router.post("/sign-out")
def sign_out(site: OurSite, visitor: Acting) -> Response:
    """Ends this browser's session."""
    with site.house.databases.desk.begin() as connection:
        accounts.end_session(connection, visitor.session.id)
    response = RedirectResponse("/sign-in", 303)
    response.delete_cookie(site.session_cookie, path="/", secure=site.behind_tls, httponly=True, samesite="lax")
    return response


@router.get("/welcome/{secret}")
def welcome_page(site: OurSite, secret: str) -> Response:
    """The form behind a one-time link."""
    with reading(site.house.databases.desk) as connection:
        made = accounts.welcome_of(connection, secret, site.now())
        account = accounts.account(connection, made.address) if made and made.address else None
    if made is None:
        return _used(site)
    name, zone = (account.name, account.zone) if account else ("", None)
    return _welcome(site, made, {"address": made.address or "", "name": name, "zone": zone}, "")


@router.post("/welcome/{secret}")
def welcome(
    request: Request,
    site: OurSite,
    secret: str,
    password: Annotated[str, Form()],
    name: Annotated[str, Form(max_length=200)] = "",
    address: Annotated[str, Form(max_length=320)] = "",
    zone: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Stores name, zone and password, uses the link up, and signs in."""
    now = site.now()
    with reading(site.house.databases.desk) as connection:
        made = accounts.welcome_of(connection, secret, now)
    if made is None:
        return _used(site)
    values = {"address": made.address or address.strip(), "name": name.strip(), "zone": zone.strip() or None}
    try:
        agent = customers.agent(str(values["address"]), str(values["name"]), values["zone"])
        customers.must_be_no_route([agent], site.house.own_addresses)
        hashed = site.passwords.hashed(password)
    except IntakeError as error:
        return _welcome(site, made, values, str(error), 400)
    with site.house.databases.desk.begin() as connection:
        if not accounts.use_welcome(connection, secret):
            return _used(site)
        # the first admin's form knows nothing of an agent who was there before: what was said of them stays
        if made.address or people.agent(connection, agent.address) is None:
            people.save_agents(connection, [agent])
        accounts.set_role(connection, agent.address, made.role)
        accounts.set_password(connection, agent.address, hashed)
        account = accounts.account(connection, agent.address)
    assert account is not None
    log.info("a password was chosen", address=account.address, role=made.role)
    return _signed_in(request, site, account, "/")


def first_link(site: Site) -> str:
    """The path of a one-time link that makes the first admin; empty where there is one."""
    with site.house.databases.desk.begin() as connection:
        if accounts.has_admin(connection):
            return ""
        secret = secrets.token_urlsafe(24)
        accounts.add_welcome(connection, secret, Welcome(None, "admin"), site.now())
    return f"/welcome/{secret}"


def _signed_in(request: Request, site: Site, account: Account, to: str) -> Response:
    secret = secrets.token_urlsafe(32)
    client = request.headers.get("user-agent", "")
    with site.house.databases.desk.begin() as connection:
        accounts.open_session(connection, secret, account.address, client, site.now())
    response = RedirectResponse(to, 303)
    keep_session(site, response, secret)
    token = site.device_token(secrets.token_urlsafe(12), account.address)
    response.set_cookie(
        DEVICE_COOKIE, token, DEVICE_LASTS, path="/sign-in", secure=site.behind_tls, httponly=True, samesite="strict"
    )
    return response


def _welcome(site: Site, made: Welcome, values: dict[str, str | None], said: str, status: int = 200) -> Response:
    zones = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc", "SystemV")))
    return site.page("welcome.html", status, made=made, said=said, zones=["UTC", *zones], **values)


def _used(site: Site) -> Response:
    said = "This link was used already, or has run out. Whoever runs the console can make another."
    return site.page("message.html", 410, title="The link works no more", said=said, visitor=None)


def _ours(path: str) -> str:
    """Where to go after signing in: a path of ours, and nowhere else."""
    plain = path.startswith("/") and not path.startswith("//") and not any(each in "\\\r\n\t" for each in path)
    return path if plain else "/"
