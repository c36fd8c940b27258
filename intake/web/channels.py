"""Channels: the ways by which mail comes in and goes out, when each last worked, and a button that tries one."""

import threading
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Response

from intake.desk.channels import used
from intake.errors import IntakeError
from intake.store.engine import reading
from intake.web.door import Changing, Looking, OurSite, Visitor
from intake.web.site import Site

log = structlog.get_logger()
router = APIRouter()
# one try at a time: each holds a connection of its own, and a mail server may lock an account that asks too often
TURN = threading.Lock()


@router.get("/mail/channels")
def page(site: OurSite, visitor: Looking) -> Response:
    """Every channel with its last success."""
    return _show(site, visitor)


@router.post("/mail/channels/test")
def test(site: OurSite, visitor: Changing, channel: Annotated[str, Form(max_length=300)]) -> Response:
    """Tries a channel, and says what answered; no mail is taken or sent."""
    found = next((each for each in site.channels if each.key == channel), None)
    if found is None:
        raise IntakeError("no such channel is configured")
    if not TURN.acquire(blocking=False):
        raise IntakeError("another channel is being tried at this moment; try again when it is done")
    try:
        said, works = found.test(), True
    except IntakeError as error:
        said, works = str(error), False
    finally:
        TURN.release()
    log.info("a channel was tried", by=visitor.account.address, channel=channel, works=works)
    return _show(site, visitor, said, works)


def _show(site: Site, visitor: Visitor, said: str = "", works: bool = True) -> Response:
    with reading(site.house.databases.reading) as connection:
        uses = used(connection, site.channels)
    return site.page("channels.html", visitor=visitor, uses=uses, said=said, works=works)
