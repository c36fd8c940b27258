"""Why a mail must get no automatic answer, as far as the mail itself shows (RFC 3834 2)."""

import re

from intake.core.mail.clues import Clues, local_part, token
from intake.core.mail.header import Headers
from intake.core.mail.message import Kind

_NO_REPLY = re.compile(
    r"((do|does)?no?t?|please)?[-_.]?(no|not|dont|donot)[-_.]?(reply|respond|answer|antwort\w*)([-_.+].*|\d*)?"
    r"|(no|do[-_.]?not|dont)[-_.]?(reply|respond|answer)\w*([-_.+].*)?|.*[-_.+](no|donot|do-not)[-_.]?reply([-_.+].*)?"
    r"|(nicht|keine)[-_.]?antwort\w*|ne[-_.]?pas[-_.]?repondre|no[-_.]?responder|non[-_.]?rispondere|nao[-_.]?responda"
)
_MACHINES = re.compile(
    r"(mailer-?daemon|postmaster|owner-.+|.+-request|.+-owner|mail-?daemon|listserv|majordomo)([+].*)?"
)
_KINDS: dict[Kind, str] = {
    "bounce": "a bounce",
    "receipt": "a receipt",
    "report": "a report of a machine",
    "auto-reply": "an automatic mail",
    "list": "mail of a list",
}


def reason_for_silence(
    clues: Clues, kind: Kind, kind_because: str, loop_marks: tuple[str, ...], own_addresses: frozenset[str]
) -> str | None:
    """A line that says why, or None where nothing in the mail speaks against an automatic answer.

    Junk, caps and who is answered are other places' business.
    """
    if loop_marks:
        return "it carries our own loop mark"
    if clues.return_path == "":
        return "null return path"
    if kind != "person":
        return f"{_KINDS[kind]}: {kind_because}"
    own = {address.lower() for address in own_addresses}
    sender = clues.from_.address.lower() if clues.from_ else ""
    if sender in own or (clues.return_path or "").lower() in own:
        return "it comes from one of our own addresses"
    if _NO_REPLY.fullmatch(clues.local):
        return f"{sender} takes no answers"
    for local in (clues.local, local_part(clues.return_path or "")):
        if _MACHINES.fullmatch(local):
            return f"{local} is a machine's address"
    written = clues.headers.get("auto-submitted")
    if written is not None and token(written) != "no":
        return "Auto-Submitted says neither no nor what"
    if asks_for_silence(clues.headers):
        return "X-Auto-Response-Suppress asks for no automatic answer"
    word = token(clues.headers.get("precedence"))
    return f"Precedence: {word}" if word in {"bulk", "list", "junk"} else None


def asks_for_silence(headers: Headers) -> bool:
    """Whether X-Auto-Response-Suppress speaks of automatic answers: machines set it, and a few cautious people."""
    suppressed = (headers.get("x-auto-response-suppress") or "").lower()
    return any(word.strip() in ("all", "autoreply") for word in suppressed.split(","))


def takes_no_answers(address: str) -> bool:
    """Whether an address is a machine's, or says of itself that nobody reads answers there."""
    local = local_part(address)
    return bool(_NO_REPLY.fullmatch(local) or _MACHINES.fullmatch(local))
