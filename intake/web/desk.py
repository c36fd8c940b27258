"""The desk itself: whether each part of the program does its work, and who answers, in which roles and hours."""

from fastapi import APIRouter, Response

from intake.desk import health
from intake.store import accounts
from intake.store.accounts import Account
from intake.store.engine import reading
from intake.web.door import Looking, OurSite, Visitor
from intake.web.site import Site

router = APIRouter()


@router.get("/desk")
def page(site: OurSite, visitor: Looking) -> Response:
    """Parts with their state, and people."""
    with reading(site.house.databases.reading) as connection:
        parts = health.parts(site.house, connection, site.channels, visitor.reader.now)
        everybody = accounts.accounts(connection)
    return site.page(
        "desk.html",
        visitor=visitor,
        parts=parts,
        late=[each for each in parts if each.state == "late"],
        everybody=everybody,
        roles={each.address: sorted(site.house.roles_of(each.address)) for each in everybody},
        hours={each.address: _hours(site, each) for each in everybody},
        away=_without_account(site, visitor, everybody),
    )


def _hours(site: Site, who: Account) -> list[str]:
    """When notices reach somebody: their own hours, else by the roles that have some, else everybody's."""
    notices = site.house.settings.notices
    own = notices.hours_of.get(who.address)
    if own:
        return [", ".join(own)]
    by_role = [f"as {role}: {', '.join(notices.hours_of[role])}" for role in sorted(site.house.roles_of(who.address))
               if role in notices.hours_of]  # fmt: skip
    return by_role or [", ".join(notices.hours)]


def _without_account(site: Site, visitor: Visitor, everybody: list[Account]) -> list[tuple[str, list[str]]]:
    """Addresses behind roles that are no agents: lists, or people whom nobody added. Hidden queues' are left out."""
    known = {each.address for each in everybody} | visitor.sight.people
    rest = sorted(site.house.role_addresses - known)
    return [(address, sorted(site.house.roles_of(address))) for address in rest]
