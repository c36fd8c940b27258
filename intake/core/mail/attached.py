"""Attachments as values: a part's, and those of files inside a part. A place leads to the bytes again."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from intake.core.mail.header import Headers, readable, split_fields
from intake.core.mail.message import Attachment, Limits
from intake.core.mail.mime import Part, payload, split
from intake.core.mail.names import made_name, safe_name
from intake.core.mail.opened import files_inside
from intake.core.mail.signed import signed_content

PKCS7 = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_NESTED = {"message/rfc822", "message/global", "message/news"}


def attachment(raw: bytes, part: Part, cids: str) -> Attachment:
    """The value of a part; `cids` is the HTML whose pictures are inline."""
    data = raw[part.start : part.end] if part.children else payload(raw, part)
    cid = (part.headers.get("content-id") or "").strip(" <>")
    picture = part.content_type.startswith("image/")
    shown = bool(cid) and f"cid:{cid}" in cids
    return Attachment(
        filename=_filename(raw, part),
        content_type=part.content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        place=part.place,
        inline=shown or (picture and part.disposition == "inline"),
        content_id=cid if shown else "",
    )


def attachments_inside(raw: bytes, part: Part) -> Iterator[Attachment]:
    """The values of the files in a leaf; their places go on from the leaf's."""
    for index, file in enumerate(files_inside(raw, part)):
        place = (*part.place, index)
        yield Attachment(
            filename=safe_name(file.name) or made_name(file.content_type, place),
            content_type=file.content_type,
            size=len(file.data),
            sha256=hashlib.sha256(file.data).hexdigest(),
            place=place,
        )


def below(part: Part, inner: Attachment) -> Attachment:
    """An attachment of the mail inside a signed part, at its place in the outer mail."""
    return replace(inner, place=(*part.place, 0, *inner.place))


def located(raw: bytes, place: tuple[int, ...], limits: Limits) -> bytes:
    """The decoded bytes at a place. Raises Unreadable as `split` does, LookupError where nothing stands there."""
    part, _ = split(raw, limits)
    for depth, index in enumerate(place):
        if not part.children:
            return _located_inside(raw, part, place[depth:], limits)
        part = part.children[index]
    return raw[part.start : part.end] if part.children else payload(raw, part)


def _located_inside(raw: bytes, part: Part, place: tuple[int, ...], limits: Limits) -> bytes:
    if part.content_type not in PKCS7:
        return files_inside(raw, part)[place[0]].data
    content = signed_content(payload(raw, part))
    if content is None:
        raise LookupError(place)
    return located(content, place[1:], limits)


def name_given(part: Part) -> str:
    """The name that the sender gave a part, as written; empty where there is none."""
    return part.disposition_parameters.get("filename") or part.parameters.get("name") or ""


def _filename(raw: bytes, part: Part) -> str:
    given = safe_name(name_given(part))
    if given:
        return given
    if part.content_type in _NESTED:
        subject = _nested_subject(raw, part)
        named = safe_name(f"{subject[:120]}.eml") if subject else ""
        if named:
            return named
    return made_name(part.content_type, part.place)


def _nested_subject(raw: bytes, part: Part) -> str:
    block = payload(raw, part, most=65_536).lstrip(b"\r\n")
    end = re.search(rb"\n\r*\n", block)
    fields, _, _ = split_fields(block[: end.start()] if end else block)
    return safe_name(readable(Headers.of(fields).get("subject") or "").replace("/", "-").replace("\\", "-"))
