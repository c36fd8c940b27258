"""Header lines as bytes, made by hand: the stdlib's own generator takes several times as long.

Every value is made safe here: no CR, LF or control can end a line (THREATS 27), no address can carry a command
(THREATS 28). RFC 5322, RFC 2047 for names and subjects, RFC 6532 where an address is not ASCII.
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

from intake.core.mail.message import Address
from intake.errors import IntakeError
from intake.outbound.filters import line

FOLD = 76
WORD = 60
ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
MESSAGE_ID = re.compile(r"[!-;=?-~]{1,900}")
REFERENCES = 20
FORBIDDEN = re.compile(r"[\s<>()\[\]\\,;:\"\x00-\x20\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")


class BadAddress(IntakeError, ValueError):  # noqa: N818
    """An address that no mail may be sent to or from; its text says which and why."""


@lru_cache(maxsize=4096)
def safe_address(address: str) -> str:
    """The address as it may stand in a header or an SMTP command: its domain in ASCII.

    A local part that is not ASCII stays as it is (RFC 6531: only a server with SMTPUTF8 takes it). Raises
    `BadAddress`, also for quoted local parts and address literals, which nobody uses but attackers.
    """
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        raise BadAddress(f"not a mail address: {line(address)[:100]!r}")
    if FORBIDDEN.search(address) or "@" in local or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadAddress(f"not an address that mail can be sent to: {line(address)[:100]!r}")
    ascii_domain = ".".join(_ascii_label(label, address) for label in domain.rstrip(".").split("."))
    if len(local.encode()) > 64 or len(ascii_domain) > 253:
        raise BadAddress(f"too long for a mail address: {line(address)[:100]!r}")
    return f"{unicodedata.normalize('NFC', local)}@{ascii_domain}"


def _ascii_label(label: str, address: str) -> str:
    """A domain's label in lower case, as an A-label where it is not ASCII (RFC 5891, without mapping ß or ς)."""
    lower = unicodedata.normalize("NFKC", label.lower())
    if not lower.isascii():
        usable = all(unicodedata.category(c)[0] in "LMN" or c == "-" for c in lower)
        if not usable or unicodedata.category(lower[0])[0] == "M":
            raise BadAddress(f"not a domain: {line(address)[:100]!r}")
        lower = "xn--" + lower.encode("punycode").decode("ascii")
    if not LABEL.fullmatch(lower):
        raise BadAddress(f"not a domain: {line(address)[:100]!r}")
    return lower


@lru_cache(maxsize=4096)
def mailbox(name: str, address: str) -> str:
    """`Name <address>` with the name quoted or encoded as needed; the address alone where there is no name."""
    safe = safe_address(address)
    plain = line(name)[:200].strip()
    if not plain:
        return safe
    if not plain.isascii() or "=?" in plain or len(plain) > WORD:
        return f"{encoded(plain)}\r\n <{safe}>"
    if not ATOM.fullmatch(plain):
        plain = '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
    gap = " " if len(plain) + len(safe) < WORD else "\r\n "
    return f"{plain}{gap}<{safe}>"


def mailboxes(addresses: Sequence[Address]) -> str:
    """A list of addresses, each on a line of its own."""
    return ",\r\n ".join(mailbox(address.name, address.address) for address in addresses)


def encoded(text: str) -> str:
    """The text as encoded words of at most 75 characters (RFC 2047), cut between characters, folded."""
    words: list[str] = []
    chunk = b""
    for character in text:
        piece = character.encode()
        if len(chunk) + len(piece) > 36:
            words.append(chunk.decode())
            chunk = b""
        chunk += piece
    words.append(chunk.decode())
    return "\r\n ".join(f"=?utf-8?b?{b64encode(word.encode()).decode()}?=" for word in words)


def unstructured(name: str, value: str) -> str:
    """A header line of free text: one line of plain words, folded, or encoded words where it must be."""
    plain = line(value).strip()
    if not plain.isascii() or "=?" in plain or any(len(word) > WORD for word in plain.split(" ")):
        return f"{name}: {encoded(plain)}\r\n"
    if len(name) + 2 + len(plain) <= FOLD:
        return f"{name}: {plain}\r\n"
    return f"{name}: {_folded(plain.split(' '), len(name) + 2)}\r\n"


def _folded(words: Sequence[str], used: int) -> str:
    out: list[str] = []
    for word in words:
        if out and used + 1 + len(word) > FOLD:
            out.append("\r\n " + word)
            used = 1 + len(word)
        else:
            out.append((" " if out else "") + word)
            used += len(word) + (1 if len(out) > 1 else 0)
    return "".join(out)


def own_id(message_id: str) -> str:
    """Our Message-ID in angle brackets. Raises `IntakeError` where it is none."""
    if not MESSAGE_ID.fullmatch(message_id) or "@" not in message_id:
        raise IntakeError(f"not a Message-ID: {line(message_id)[:100]!r}")
    return f"<{message_id}>"


def foreign_ids(ids: Sequence[str]) -> str:
    """Ids from outside in angle brackets, a line each: those that are ids, the first and the last ones."""
    good = [one for one in dict.fromkeys(ids) if MESSAGE_ID.fullmatch(one)]
    if len(good) > REFERENCES:
        good = [good[0], *good[1 - REFERENCES :]]
    return "\r\n ".join(f"<{one}>" for one in good)


def date(instant: datetime) -> str:
    """The instant as RFC 5322 writes it, in its own zone. Raises `ValueError` for one without a zone."""
    if instant.tzinfo is None:
        raise ValueError("a mail's date needs a zone")
    return _written(instant, instant.utcoffset())


# many letters are made at one instant; the same instant is written otherwise in another zone
@lru_cache(maxsize=64)
def _written(instant: datetime, _offset: timedelta | None) -> str:
    return format_datetime(instant)
