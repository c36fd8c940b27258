"""Deliveries that failed: the delivery report (RFC 3464), then flufl.bounce, then servers' own forms."""

import email
import logging
import re

from intake.core.mail.clues import Clues
from intake.core.mail.header import Headers, readable, split_fields, visible
from intake.core.mail.message import Bounce
from intake.core.mail.mime import Part, payload
from intake.core.mail.phrases import DELAYED, GAVE_UP, ORIGINAL_BEGINS, UNDELIVERED_SUBJECT, UNDELIVERED_TEXT

# a detector that trips over a broken mail would tell of it with a traceback
logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

_ID = re.compile(r"<([^<>\s]+)>")
_WIDE = "（）「」『』【】〈〉《》：；，、。！？“”"
_ADDRESS = re.compile(
    rf"""[^\s<>()\[\]:;,"'@\\{_WIDE}]+@[^\s<>()\[\]:;,"'@\\/{_WIDE}]+[^\s<>()\[\]:;,"'@\\/.?!{_WIDE}]"""
)
_ORIGINAL_ID = re.compile(r"^[> \t]*(?:original-)?message-id:\s*<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE)
_XTEXT = re.compile(r"\+([0-9A-F]{2})")
_MOST_FIELDS = 65_536
_MOST_RAW = 400_000

_PERMANENT_CODE = re.compile(r"(?<![\d.])(5\.\d{1,3}\.\d{1,3}|5[0-5]\d[ -](?=[\d#(A-Za-z]))")
_PASSING_CODE = re.compile(r"(?<![\d.])(4\.\d{1,3}\.\d{1,3}|4[2-5]\d[ -](?=[\d#(A-Za-z]))")


def delivery_status(clues: Clues) -> list[Headers] | None:
    """The field groups of a message/delivery-status part, None where there is no such part."""
    part = clues.part("message/delivery-status", "message/global-delivery-status")
    if part is None:
        return None
    text = payload(clues.raw, part, most=_MOST_FIELDS).replace(b"\r\n", b"\n")
    groups = [Headers.of(split_fields(group)[0]) for group in re.split(rb"\n[ \t]*\n", text.strip(b"\n"))[:200]]
    return [group for group in groups if group.fields]


def actions(groups: list[Headers]) -> set[str]:
    """The Action of each recipient, its first word in lower case."""
    return {word for group in groups if (word := _action(group))}


def own_form(clues: Clues) -> str | None:
    """Why a mail without a delivery report is a bounce; the sender's word alone is never enough for a person's mail."""
    null = clues.return_path == ""
    machine = null or clues.from_daemon
    if clues.headers.get("x-failed-recipients") and (machine or clues.local == "postmaster"):
        return "X-Failed-Recipients from a mail system"
    if not machine and clues.local != "postmaster":
        return None
    subject, phrase = UNDELIVERED_SUBJECT.search(clues.subject), UNDELIVERED_TEXT.search(clues.text[:5000])
    if clues.from_daemon and (subject or phrase):
        return "a mail system says that it could not deliver"
    if null and (clues.from_daemon or clues.local == "postmaster") and _names_code_and_address(clues.text[:5000]):
        return "a mail system's null return path, an address and the code that it was refused with"
    if not null and not _returns_a_mail(clues):
        return None  # (at a mail provider a person may well write as postmaster)
    if subject and phrase:
        return f"{'null return path' if null else 'from postmaster'}, and it says that it could not deliver"
    return None


def _names_code_and_address(text: str) -> bool:
    return bool((_PERMANENT_CODE.search(text) or _PASSING_CODE.search(text)) and _ADDRESS.search(text))


def _returns_a_mail(clues: Clues) -> bool:
    """Whether a mail gives another one back, or its head."""
    part = clues.part("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
    return part is not None or bool(_ORIGINAL_ID.search(clues.text) or ORIGINAL_BEGINS.search(clues.text[:20_000]))


def read_bounce(clues: Clues) -> Bounce:
    """Whom a delivery failed for, whether for good, and which mail of ours it was."""
    groups = delivery_status(clues) or []
    recipients: list[str] = []
    verdicts: list[bool] = []
    for group in groups:
        if _action(group) in {"delivered", "relayed", "expanded"}:
            continue
        address = _recipient(group)
        if address:
            recipients.append(address)
            status = group.get("status") or ""
            verdicts.append(_action(group) != "delayed" and not status.strip().startswith("4"))
    if recipients:
        return Bounce(tuple(dict.fromkeys(recipients)), any(verdicts), _original_id(clues))
    temporary, permanent = _flufl(clues)
    original = _original_id(clues)
    # (a Message-ID that is quoted looks like an address)
    found = [address for address in permanent or temporary or _from_text(clues) if address != original]
    # (flufl counts a blocked mail as passing, for the sake of list members; nobody tries it again either)
    passing = temporary and not permanent and not GAVE_UP.search(clues.text[:20_000])
    return Bounce(tuple(found), _permanent_by_text(clues) and not passing, original)


def _action(group: Headers) -> str:
    value = re.sub(r"\([^()]*\)", "", group.get("action") or "").strip().lower()
    return "failed" if value.startswith(("fail", "error")) else "delayed" if value.startswith("delay") else value


def _recipient(group: Headers) -> str:
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        value = readable(group.get(name) or "")
        kind, separator, address = value.partition(";")
        address = (address if separator else kind).strip().strip("<>").strip()
        if kind.strip().lower() == "rfc822" and name == "original-recipient":
            address = _XTEXT.sub(lambda m: chr(int(m.group(1), 16)), address)
        address = visible(address)
        if "@" in address and " " not in address:
            return address
    return ""


def _flufl(clues: Clues) -> tuple[list[str], list[str]]:
    if len(clues.raw) > _MOST_RAW:
        return [], []
    from flufl.bounce import all_failures  # heavy, and few mails are bounces

    try:
        temporary, permanent = all_failures(email.message_from_bytes(clues.raw))
    except Exception:  # (its detectors trip over broken mails in ways of their own)
        return [], []
    return _sorted(temporary), _sorted(permanent)


def _sorted(addresses: frozenset[bytes]) -> list[str]:
    texts = (visible(address.decode("ascii", "replace")).strip("<>.,;: ") for address in addresses)
    return sorted(text for text in texts if _ADDRESS.fullmatch(text))


def _from_text(clues: Clues) -> list[str]:
    """Addresses named before the returned mail begins, without the mail system's own."""
    failed = _ADDRESS.findall(readable(clues.headers.get("x-failed-recipients") or ""))
    if failed:
        return list(dict.fromkeys(failed))
    text = clues.text[:20_000]
    begins = ORIGINAL_BEGINS.search(text)
    own = {
        clues.from_.address.lower() if clues.from_ else "",
        *map(str.lower, _ADDRESS.findall(clues.headers.get("to") or "")),
    }
    named = _ADDRESS.findall(text[: begins.start()] if begins else text[:5000])
    return list(
        dict.fromkeys(
            a for a in named if a.lower() not in own and not a.lower().startswith(("postmaster@", "mailer-daemon@"))
        )
    )


def _permanent_by_text(clues: Clues) -> bool:
    text = clues.text[:20_000]
    if _PERMANENT_CODE.search(text) or GAVE_UP.search(text):
        return True
    return not (_PASSING_CODE.search(text) or DELAYED.search(clues.subject) or DELAYED.search(text[:2000]))


def _original_id(clues: Clues) -> str | None:
    part = clues.part("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")
    if part is not None and part.place:
        found = _id_in(_head(clues, part), "message-id")
        if found:
            return found
    written = _ORIGINAL_ID.search(clues.text)
    if written:
        return written.group(1)
    groups = delivery_status(clues) or []
    for headers in (*groups, clues.headers):
        for name in ("original-message-id", "x-original-message-id", "in-reply-to", "references"):
            found = _id_in(headers, name)
            if found:
                return found
    return None


def _head(clues: Clues, part: Part) -> Headers:
    block = payload(clues.raw, part, most=_MOST_FIELDS).lstrip(b"\r\n")
    return Headers.of(split_fields(re.split(rb"\n\r*\n", block, maxsplit=1)[0])[0])


def _id_in(headers: Headers, name: str) -> str | None:
    found = _ID.findall(headers.get(name) or "")
    return found[-1] if found else None
