"""Cases: list, show, open, act, merge, split. Each act is the console's, by the same functions of the desk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from intake.core.case.act import Act
from intake.core.case.case import Case
from intake.core.case.work_list import OVER, why
from intake.core.mail.message import Address
from intake.desk import act, enclosures, merging, service_credits, show
from intake.store import cases, listing, outbox, people, search, spool
from intake.store.engine import reading
from intake.store.listing import Asked
from intake.web.api.door import Caller, CaseReader, CaseWriter, OurSite
from intake.web.api.once import PARAMETER, Once
from intake.web.api.problems import NotThere, Refused, told_as
from intake.web.api.shapes import Acted, Cases, CasesAsked, Done, Merged, Opened, Shown, Split
from intake.web.case import seen_case
from intake.web.mails import download, mail_of, message_of
from intake.web.site import Site

router = APIRouter(tags=["cases"])
writes = APIRouter(tags=["cases"], route_class=Once)
FOUND = 2_000
ONCE: dict[str, Any] = {"parameters": [PARAMETER]}

Reference = Annotated[str, Path(max_length=40, description="The case's reference, such as OX-1042.")]
IfMatch = Annotated[
    str | None,
    Header(max_length=100, description="The ETag of the case as you saw it; where it has changed, nothing is done."),
]
Place = Annotated[int, Path(ge=0, le=1_000_000)]
BYTES: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}
}


@dataclass(frozen=True, slots=True)
class _Place:
    """A case of the list, where a page that ends with it goes on, and whether it has a place in the list's order."""

    id: int
    cursor: str
    placed: bool = False


@router.get("/cases", response_model=Cases, responses=told_as())
def list_(site: OurSite, caller: CaseReader, asked: Annotated[CasesAsked, Query()]) -> dict[str, Any]:
    """The work list in its order, then cases that are over, the newest first. A search gives the newest first."""
    with reading(site.house.databases.reading) as connection:
        wanted = _wanted(connection, caller, asked)
        found = list(islice(_places(connection, asked, wanted), asked.limit))
        whole = cases.load(connection, [place.id for place in found])
    items = [show.summary(whole[place.id]) | {"place_because": _why(site, place, whole)} for place in found]
    return {"items": items, "next": found[-1].cursor if len(found) == asked.limit else None}


def _places(connection: Connection, asked: CasesAsked, wanted: Asked) -> Iterator[_Place]:
    """From where the page begins: open cases in the list's order, then those that are over; or what was found."""
    kind, number = asked.after[:1], int(asked.after[1:] or 0) if asked.after[:1].isalpha() else 0
    if asked.after and kind not in ("w", "n"):
        raise Refused(422, f'after: "{asked.after}" is no `next` of this list')
    if asked.search.strip():
        ids = listing.among(connection, wanted, search.cases_with(connection, asked.search, FOUND))
        yield from (_Place(each, f"n{each}") for each in ids if kind != "n" or each < number)
        return
    if kind != "n" and asked.state not in OVER:
        in_order = listing.open_cases(connection, wanted, number + asked.limit)
        for place, case_id in enumerate(islice(in_order, number, None), number + 1):
            yield _Place(case_id, f"w{place}", placed=True)
    if asked.state in (None, *OVER):
        ids = listing.over(connection, wanted, asked.limit, number if kind == "n" else None)
        yield from (_Place(each, f"n{each}") for each in ids)


def _why(site: Site, place: _Place, whole: Mapping[int, Case]) -> str | None:
    case = whole[place.id]
    return why(site.house.policies.serving(case.policy), case) if place.placed else None


def _wanted(connection: Connection, caller: Caller, asked: CasesAsked) -> Asked:
    """The filters that are set. Raises `Refused` for a customer that nobody knows."""
    customer_id = people.customer_named(connection, asked.customer) if asked.customer is not None else None
    if asked.customer is not None and customer_id is None:
        raise Refused(422, f'customer: nobody is named "{asked.customer}"')
    named = {"nobody": "", "me": caller.account.address}
    return Asked(
        caller.sight,
        state=asked.state,
        queue=asked.queue,
        policy=asked.policy,
        severity=asked.severity,
        customers=None if customer_id is None else (customer_id,),
        assignee=None if asked.assignee is None else named.get(asked.assignee, asked.assignee.lower()),
        mark=asked.mark,
        due_before=asked.due_before,
    )


@router.get("/cases/{reference}", response_model=Shown, responses=told_as(404))
def show_(site: OurSite, caller: CaseReader, reference: Reference) -> Response:
    """A case with messages, clocks, letters, history and reasons; its ETag names what was seen."""
    house = site.house
    with reading(house.databases.reading) as connection:
        case = seen_case(connection, caller, reference)
        policy = house.policy_of(connection, case)
        customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
        letters, language = outbox.listed(connection, case.id), house.settings.service.language
        whole = show.whole(connection, policy, case, customer, letters, language)
        linked = cases.load(connection, cases.by_reference(connection, case.linked).values())
    seen = {each.reference for each in linked.values() if caller.sight.sees(each)}
    whole["linked"] = [each for each in case.linked if each in seen]
    whole["credits"] = service_credits.of_case(policy, case, caller.now)
    return _tagged(case, whole)


@router.get(
    "/cases/{reference}/messages/{number}/files/{index}", response_class=Response, responses=BYTES | told_as(404)
)
def file(site: OurSite, caller: CaseReader, reference: Reference, number: Place, index: Place) -> Response:
    """An attachment's bytes: of the case's message at that place, the first being 0, the attachment at that one."""
    stored = message_of(site, caller, reference, number)
    found = enclosures.found(site.house, stored, index)
    if found is None:
        raise NotThere(f"message {number} has no attachment {index} that can be read")
    return download(found, stored.attachments[index]["filename"])


@router.get("/cases/{reference}/messages/{number}/raw", response_class=Response, responses=BYTES | told_as(404))
def raw(site: OurSite, caller: CaseReader, reference: Reference, number: Place) -> Response:
    """The mail that a message came by, byte for byte."""
    mail_id = mail_of(site, caller, reference, number)
    return download(spool.raw(site.house.databases.spool, mail_id), f"mail-{mail_id}.eml")


@writes.post("/cases", status_code=201, response_model=Shown, responses=told_as(409), openapi_extra=ONCE)
def open_(site: OurSite, caller: CaseWriter, opened: Opened) -> Response:
    """Opens a case by hand, under the route's policy; its letters go to the address that it is from."""
    route = opened.route or next(each for each in site.house.routes if each not in caller.sight.routes)
    if route in caller.sight.routes:
        raise Refused(422, f"no route has the address {route}")
    case = act.open_by_hand(
        site.house,
        contact=Address(opened.name, opened.from_),
        subject=opened.subject,
        text=opened.text,
        route=route,
        channel=opened.channel,
        by=caller.account.address,
        now=caller.now,
    )
    return _tagged(case, show.summary(case), 201, {"location": f"/api/v1/cases/{case.reference}"})


@writes.post("/cases/{reference}/acts", response_model=Done, responses=told_as(404, 409, 412), openapi_extra=ONCE)
def act_(site: OurSite, caller: CaseWriter, reference: Reference, acted: Acted, if_match: IfMatch = None) -> Response:
    """Does an act under the name of the token's owner: a reply, a note, a severity, a state, and the rest."""
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, caller, reference)
    wanted = Act(acted.act, acted.value, caller.account.address, acted.because)
    along = enclosures.given(site.house, ((each.filename, each.content_type, each.data) for each in acted.attachments))
    done = act.perform(site.house, case.reference, wanted, caller.now, _version(if_match), along)
    return _tagged(done.case, show.summary(done.case) | {"warnings": list(done.warnings)})


@writes.post("/cases/{reference}/merge", response_model=Done, responses=told_as(404, 409), openapi_extra=ONCE)
def merge(site: OurSite, caller: CaseWriter, reference: Reference, merged: Merged) -> Response:
    """Makes the case a part of another one, which is answered: mails, people and the sooner promise go over."""
    with reading(site.house.databases.reading) as connection:
        part, whole = (seen_case(connection, caller, each) for each in (reference, merged.into))
    by = caller.account.address
    case = merging.merge(site.house, part.reference, whole.reference, by, merged.because, caller.now)
    return _tagged(case, show.summary(case) | {"warnings": []})


@writes.post(
    "/cases/{reference}/split", status_code=201, response_model=Done, responses=told_as(404, 409), openapi_extra=ONCE
)
def split(site: OurSite, caller: CaseWriter, reference: Reference, parted: Split) -> Response:
    """Opens a case of its own for some mails of the case; the new one is answered."""
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, caller, reference)
    by = caller.account.address
    case = merging.split(site.house, case.reference, parted.mails, by, parted.because, caller.now)
    return _tagged(case, show.summary(case) | {"warnings": []}, 201, {"location": f"/api/v1/cases/{case.reference}"})


def _tagged(case: Case, body: dict[str, Any], status: int = 200, more: dict[str, str] | None = None) -> Response:
    return JSONResponse(body, status, {"etag": f'"{case.version}"', **(more or {})})


def _version(if_match: str | None) -> int | None:
    """The version that an If-Match names; None for none and for `*` (RFC 9110 13.1.1)."""
    if if_match is None or if_match.strip() == "*":
        return None
    written = if_match.strip().removeprefix("W/").strip('"')
    if not written.isascii() or not written.isdigit() or len(written) > 18:
        raise Refused(422, "If-Match: right would be the ETag that the case was shown with")
    return int(written)
