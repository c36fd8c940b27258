"""Questions that change nothing: what would become of a mail, and when something is due."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request

from intake.desk import due, trial
from intake.desk.house import House
from intake.store.engine import reading
from intake.store.spool import RoutedTo
from intake.web.api.door import Caller, OurSite, PolicyReader
from intake.web.api.problems import Refused, told_as
from intake.web.api.shapes import Address, Asked, DueAnswer, DueAsked, Explained, Instant

router = APIRouter(tags=["questions"])
MAIL: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"message/rfc822": {"schema": {"type": "string", "format": "binary", "minLength": 1}}},
    }
}


class MailAsked(Asked):
    """A mail's envelope: the recipient, the sender where one is known, and when it came; without an instant, now."""

    to: Address
    envelope_from: Address | None = None
    at: Instant | None = None


async def _body(request: Request) -> bytes:
    return await request.body()


@router.post("/explain", response_model=Explained, responses=told_as(), openapi_extra=MAIL)
def explain(
    site: OurSite, caller: PolicyReader, asked: Annotated[MailAsked, Query()], raw: Annotated[bytes, Depends(_body)]
) -> dict[str, Any]:
    """What would become of a mail, and why; nothing is kept. The body is the mail as it stands in a file (.eml)."""
    if not raw.strip():
        raise Refused(422, "the body is empty; it takes the mail as it stands in a file")
    route = _route(site.house, caller, asked.to)
    tried = trial.Tried(
        "mail", raw, (RoutedTo(route, asked.to),), asked.at or caller.now, asked.envelope_from, caller.sight.sees
    )
    with reading(site.house.databases.reading) as connection:
        return trial.explain(site.house, connection, tried)[0]


@router.post("/due", response_model=DueAnswer, responses=told_as())
def due_(site: OurSite, _caller: PolicyReader, asked: DueAsked) -> dict[str, Any]:
    """When a case of that kind is due by its policy, and why; nothing is kept."""
    return due.due(site.house.policies.get(asked.policy), asked.model_dump())


def _route(house: House, caller: Caller, recipient: str) -> str:
    """The route of an address, with a token in it or without. Raises `Refused` for one that the caller may not know."""
    local, _, domain = recipient.lower().rpartition("@")
    plain = f"{local.split(house.settings.answers.token_separator)[0]}@{domain}"
    for route in house.settings.route:
        if {recipient.lower(), plain} & {route.address, *route.aliases} and route.address not in caller.sight.routes:
            return route.address
    raise Refused(422, f"to: no route has the address {recipient}")
