"""The outbox: letters and notices with their states, and what a person may do about one."""

from typing import Literal

import structlog
from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse

from intake.desk import letters
from intake.desk.letters import ACTS, LetterAct
from intake.store import outbox
from intake.store.engine import reading
from intake.web.door import Before, Looking, OurSite, RowNumber, Working
from intake.web.mails import download

log = structlog.get_logger()
router = APIRouter()
PAGE = 50

State = Literal["", "queued", "sending", "sent", "unknown", "failed", "withheld"]
STATES: tuple[tuple[State, str], ...] = (
    ("", "All"),
    ("queued", "Queued"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("unknown", "Unknown"),
    ("failed", "Failed"),
    ("withheld", "Withheld"),
)


@router.get("/mail/outbox")
def page(site: OurSite, visitor: Looking, state: State = "", before: Before = None, done: str = "") -> Response:
    """Outgoing mails, the newest first."""
    with reading(site.house.databases.desk) as connection:
        rows = outbox.page(connection, visitor.sight, state, before, PAGE + 1)
    return site.page(
        "outbox.html",
        visitor=visitor,
        rows=rows[:PAGE],
        further=rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
        before=before,
        state=state,
        states=STATES,
        acts=ACTS,
        done=done[:100],
    )


@router.get("/mail/outbox/{number}/raw")
def raw(site: OurSite, visitor: Looking, number: RowNumber) -> Response:
    """A letter's bytes as they are sent, to download."""
    return download(letters.raw(site.house, visitor.sight, number), f"letter-{number}.eml")


@router.post("/mail/outbox/{number}/{what}")
def act(site: OurSite, visitor: Working, number: RowNumber, what: LetterAct, state: State = "") -> Response:
    """Tries it again, keeps it back, or lets it go."""
    by = visitor.account.address
    became = letters.act(site.house, visitor.sight, number, what, by, visitor.reader.now)
    log.info("an act on an outgoing mail", by=by, mail=number, what=what)
    return RedirectResponse(f"/mail/outbox?state={state}&done={number}+is+{became}", 303)
