"""Mail that needs a person: parked, junk and automatic mails, to look at and to have decided again; and the ledger."""

from typing import Literal

import structlog
from fastapi import APIRouter, Response

from intake.desk import parked
from intake.store import ledger
from intake.store.engine import reading
from intake.web.door import Before, Looking, OurSite, RowNumber, Visitor, Working
from intake.web.mails import download
from intake.web.site import Site

log = structlog.get_logger()
router = APIRouter()
PAGE = 50

Kind = Literal["parked", "junk", "automatic"]
WHAT = {
    "parked": "Nothing is parked. What cannot be read or decided would stand here, with the reason.",
    "junk": "No mail was called junk, by the filter that is trusted or by a person.",
    "automatic": "No mail was taken for a machine’s.",
}


@router.get("/mail")
def page(site: OurSite, visitor: Looking, show: Kind = "parked", before: Before = None) -> Response:
    """Mails of one kind, the newest first."""
    return _show(site, visitor, show, before)


@router.get("/mail/ledger")
def balance(site: OurSite, visitor: Looking) -> Response:
    """What was received, each outcome, what waits, and whether the sum comes out."""
    with reading(site.house.databases.reading) as connection:
        counts = ledger.counts(connection, visitor.sight)
    return site.page("ledger.html", visitor=visitor, counts=counts, outcomes=ledger.OUTCOMES)


@router.get("/mail/{number}/raw")
def raw(site: OurSite, visitor: Looking, number: RowNumber) -> Response:
    """The mail's bytes as they were kept, to download."""
    return download(parked.raw(site.house, visitor.sight, number), f"mail-{number}.eml")


@router.post("/mail/{number}/retry")
def retry(site: OurSite, visitor: Working, number: RowNumber, show: Kind = "parked") -> Response:
    """Has the mail decided again; what a filter called junk is released."""
    became = parked.retry(site.house, visitor.sight, number, visitor.reader.now)
    log.info("a mail was decided again", by=visitor.account.address, mail=number)
    return _show(site, visitor, show, None, [(number, each["outcome"], each["because"]) for each in became])


@router.post("/mail/{number}/spam")
def spam(site: OurSite, visitor: Working, number: RowNumber, show: Kind = "parked") -> Response:
    """Calls the mail junk, so that nothing is answered."""
    became = parked.spam(site.house, visitor.sight, number, visitor.account.address, visitor.reader.now)
    log.info("a mail was called spam", by=visitor.account.address, mail=number)
    return _show(site, visitor, show, None, [(number, each["outcome"], each["because"]) for each in became])


def _show(
    site: Site, visitor: Visitor, show: Kind, before: int | None, became: list[tuple[int, str, str]] | None = None
) -> Response:
    with reading(site.house.databases.reading) as connection:
        rows = ledger.newest_parked(connection, show, visitor.sight, before, PAGE + 1)
    return site.page(
        "mail.html",
        visitor=visitor,
        show=show,
        rows=rows[:PAGE],
        further=rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
        before=before,
        became=became or [],
        empty=WHAT[show],
    )
