"""Mails of a case as they came: the bytes to download, and the formatted text, cleaned, in a frame of its own.

What a stranger formatted is cleaned in the process that reads mails, and shown where it can do nothing: under a
Content-Security-Policy of its own that loads nothing, pictures from elsewhere only when somebody asks for them.
"""

from email import message_from_bytes
from email.policy import default
from urllib.parse import quote

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from intake.desk import enclosures
from intake.errors import IntakeError
from intake.store import messages, outbox, spool
from intake.store.engine import reading
from intake.web.case import Onlooker, seen_case
from intake.web.door import Looking, OurSite, Visitor
from intake.web.site import Site

router = APIRouter()
NONE = "<p>This mail has no formatted text.</p>"
TOO_INTRICATE = "<p>This mail is too intricate to be shown formatted. Its text and the original mail are there.</p>"
FRAME = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'self'; img-src {images}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


@router.get("/cases/{reference}/messages/{number}/raw")
def raw(site: OurSite, visitor: Looking, reference: str, number: int) -> Response:
    """The mail's bytes as they were kept, to download."""
    mail_id = mail_of(site, visitor, reference, number)
    return download(spool.raw(site.house.databases.spool, mail_id), f"mail-{mail_id}.eml")


@router.get("/cases/{reference}/messages/{number}/files/{index}")
def file(site: OurSite, visitor: Looking, reference: str, number: int, index: int) -> Response:
    """An attachment, to download and never to be shown here: whatever it is, the browser only keeps it."""
    stored = message_of(site, visitor, reference, number)
    found = enclosures.found(site.house, stored, index)
    if found is None:
        raise IntakeError(f"message {number} has no attachment {index} that can be read; the original mail is there")
    return download(found, stored.attachments[index]["filename"])


@router.get("/cases/{reference}/letters/{number}/raw")
def letter(site: OurSite, visitor: Looking, reference: str, number: int) -> Response:
    """A letter of ours, to download."""
    return download(_letter(site, visitor, reference, number), f"letter-{number}.eml")


def _letter(site: Site, visitor: Visitor, reference: str, number: int) -> bytes:
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
        shown = outbox.show(connection, number)
        found = outbox.raw(connection, number) if shown and shown["case"] == case.reference else None
    if found is None:
        raise IntakeError(f"{case.reference} has no letter {number}")
    return found


@router.get("/cases/{reference}/letters/{number}/text")
def letter_text(site: OurSite, visitor: Looking, reference: str, number: int) -> Response:
    """The text of a letter of ours, to stand in the conversation."""
    made = message_from_bytes(_letter(site, visitor, reference, number), policy=default)
    part = made.get_body(("plain",))
    return site.page("letter_text.html", text=part.get_content() if part else "")


@router.get("/cases/{reference}/messages/{number}/formatted")
def formatted(site: OurSite, visitor: Looking, reference: str, number: int, images: bool = False) -> Response:
    """The mail's HTML, cleaned, for a frame; pictures from elsewhere only with `images`."""
    html = site.house.reader.html(mail_of(site, visitor, reference, number), images=images)
    body = (TOO_INTRICATE if html is None else html) or NONE
    policy = FRAME.format(images="https: http:" if images else "'none'")
    headers = {"content-security-policy": policy, "x-frame-options": "SAMEORIGIN", "referrer-policy": "no-referrer"}
    page = site.pages.get_template("formatted.html").render(body=body)
    return HTMLResponse(page, headers=headers)


def message_of(site: Site, visitor: Onlooker, reference: str, number: int) -> messages.StoredMessage:
    """A case's message by its place. Raises `NoSuchCase` for an unseen case, `IntakeError` for no such place."""
    with reading(site.house.databases.reading) as connection:
        case = seen_case(connection, visitor, reference)
        stored = messages.of_case(connection, case.id)
    if not 0 <= number < len(stored):
        raise IntakeError(f"{case.reference} has no message {number}")
    return stored[number]


def mail_of(site: Site, visitor: Onlooker, reference: str, number: int) -> int:
    """The kept mail that a message came by. Raises as `message_of`, and for what came by none."""
    mail_id = message_of(site, visitor, reference, number).mail_id
    if mail_id is None:
        raise IntakeError(f"message {number} came by no mail")
    return mail_id


def download(found: bytes, name: str) -> Response:
    """Bytes that a browser keeps and never shows, whatever they are (THREATS 35)."""
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(found, media_type="application/octet-stream", headers=headers)
