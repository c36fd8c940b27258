"""A hash that two copies of one mail share, whatever way they came (THREATS 22, 23)."""

import hashlib
import re

from intake.core.mail.header import Headers
from intake.core.mail.message import Limits
from intake.core.mail.mime import Part, split

# Written by the sender's side; Received, Return-Path, results, signatures and X-* change on the way.
_KEPT = {
    "message-id",
    "from",
    "sender",
    "to",
    "cc",
    "subject",
    "date",
    "in-reply-to",
    "references",
    "mime-version",
}
# runs of space that are not the one space that they become
_SPACE = re.compile(r"[\t\r\n][ \t\r\n]*| [ \t\r\n]+")
# a split and a join take two thirds of a replacement's time, and memory for each line that long bodies shall not have
_SHORT = 500_000


def content_hash(raw: bytes, limits: Limits | None = None) -> str:
    """The hash of raw bytes, in hexadecimal. Raises Unreadable as `read` does."""
    return hash_of(raw, split(raw, limits or Limits())[0])


def hash_of(raw: bytes, root: Part) -> str:
    """sha256 over the lasting headers, unfolded, and the body with plain newlines and no blank lines at its end."""
    head = "".join(f"{name}:{value}\n" for name, value in _lasting(root.headers))
    digest = hashlib.sha256(f"{head}\n".encode("utf-8", "surrogateescape"))
    digest.update(_with_plain_newlines(raw[root.start :]).rstrip(b"\r\n"))
    return digest.hexdigest()


def _with_plain_newlines(body: bytes) -> bytes:
    return b"\n".join(body.split(b"\r\n")) if len(body) <= _SHORT else body.replace(b"\r\n", b"\n")


def _lasting(headers: Headers) -> list[tuple[str, str]]:
    kept = ((name, value) for name, value in headers.fields if name in _KEPT or name.startswith("content-"))
    # Relays may put headers in another order, but not those of one name.
    return sorted(((name, _with_single_spaces(value)) for name, value in kept), key=lambda pair: pair[0])


def _with_single_spaces(value: str) -> str:
    single = "  " not in value and value.isprintable()
    return (value if single else _SPACE.sub(" ", value)).strip()
