"""The readable body and the attachments of a part tree."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from intake.core.mail import html
from intake.core.mail.charset import clean_text, codec_for, decode
from intake.core.mail.header import Headers, readable, split_fields
from intake.core.mail.message import Attachment, Limits, Unreadable
from intake.core.mail.mime import Part, payload, split
from intake.core.mail.names import made_name, safe_name
from intake.core.mail.phrases import HTML_STUB
from intake.core.mail.signed import armoured, signed_content

_PLAIN = {"text/plain", "text/markdown", "text/x-markdown", "text/enriched", "text/x-amp-html", "text/watch-html"}
_UNWANTED_IN_ALTERNATIVE = {"text/x-amp-html", "text/watch-html", "text/enriched"}
_NESTED = {"message/rfc822", "message/global", "message/news"}
_PKCS7 = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_STUB_LENGTH = 400
_META = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_META_WITHIN = 4_096
# Some machines declare as plain text what is HTML.
_HTML = re.compile(r"\s{0,100}<(!doctype html|html)[\s>]", re.IGNORECASE)
_TABLE = re.compile(r"<t[dh][\s>]", re.IGNORECASE)
# Of a character: bytes at most, and bytes at most once they are encoded for the way.
_MOST_BYTES = 4
_MOST_ENCODED = 12
_LONGEST_HTML = 500_000


@dataclass(slots=True)
class Body:
    """What the parts give: the whole text, the rendering of an HTML part beside it, attachments, defects."""

    text: str = ""
    html_text: str | None = None
    attachments: tuple[Attachment, ...] = ()
    defects: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Block:
    """A stretch of the body, in one or both renderings."""

    plain: str | None = None
    html: str | None = None


@dataclass(slots=True)
class _Reading:
    raw: bytes
    limits: Limits
    left: int
    attachments: list[tuple[Part, bool]] = field(default_factory=list)
    named_text: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    inside_signature: bool = False


def read_body(raw: bytes, root: Part, limits: Limits) -> Body:
    """The body of a mail. Text of nested mails is not the writer's: they are attachments."""
    work = _Reading(raw, limits, limits.text_characters)
    blocks = _blocks(work, root, root=True)
    if not any(_says_something(b.plain) or b.html for b in blocks) and work.named_text:
        part = work.named_text[0]
        work.attachments = [(p, inline) for p, inline in work.attachments if p is not part]
        blocks = [_text_block(work, part)]
    texts: list[str] = []
    renderings: list[str] = []
    for block in blocks:
        plain = block.plain if _says_something(block.plain) else None
        poor = plain is None or _is_stub(plain)
        rendered = html.to_text(block.html) if block.html and (poor or _TABLE.search(block.html)) else ""
        if plain is None or (poor and rendered.strip()):
            texts.append(rendered or block.plain or "")
        else:
            texts.append(plain)
            renderings.append(rendered)
    text, armour = armoured(_joined(texts))
    if armour:
        work.defects.append(armour)
    cids = "".join(b.html for b in blocks if b.html and "cid:" in b.html)
    return Body(
        text=text,
        html_text=clean_text(_joined(renderings)) or None,
        attachments=tuple(_attachment(raw, part, inline, cids) for part, inline in work.attachments),
        defects=work.defects,
    )


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(stripped for text in texts if (stripped := text.strip("\n").rstrip()))


def _says_something(text: str | None) -> bool:
    return bool(text and text.strip(" \t\r\n\xa0\u200b\ufeff"))


def _is_stub(plain: str) -> bool:
    return len(plain) <= _STUB_LENGTH and bool(HTML_STUB.search(plain))


def _blocks(work: _Reading, part: Part, *, root: bool = False, alternative: bool = False) -> list[_Block]:
    kind = part.content_type
    if part.children:
        if part.disposition == "attachment" and not root:
            work.attachments.append((part, False))
            return []
        if kind == "multipart/alternative":
            return [_alternative(work, part)]
        if kind == "multipart/encrypted":
            work.defects.append("encrypted (PGP): the text cannot be read here")
        return [block for child in part.children for block in _blocks(work, child)]
    if kind in _PKCS7:
        return _pkcs7(work, part)
    if not _is_text(part, root=root):
        work.attachments.append((part, False))
        return []
    if _name_given(part) and not root and not alternative:
        work.named_text.append(part)
        work.attachments.append((part, False))
        return []
    if alternative and kind in _UNWANTED_IN_ALTERNATIVE:
        return []
    return [_text_block(work, part)]


def _is_text(part: Part, *, root: bool) -> bool:
    if part.disposition == "attachment":
        return False
    if part.content_type in _PLAIN or part.content_type == "text/html":
        return True
    # Some machines send a body as text/anything; inside a mail that is a file.
    return root and part.content_type.startswith("text/") and part.content_type != "text/calendar"


def _name_given(part: Part) -> str:
    return part.disposition_parameters.get("filename") or part.parameters.get("name") or ""


def _alternative(work: _Reading, part: Part) -> _Block:
    blocks = [block for child in part.children for block in _blocks(work, child, alternative=True)]
    plain = [b.plain for b in blocks if b.plain is not None]
    rich = [b.html for b in blocks if b.html is not None]
    return _Block("\n\n".join(plain) if plain else None, "\n".join(rich) if rich else None)


def _text_block(work: _Reading, part: Part) -> _Block:
    if work.left <= 0:
        return _Block()
    data = payload(work.raw, part, most=work.left * _MOST_ENCODED)
    data = data[: work.left * _MOST_BYTES + 1]
    charset = part.charset
    if part.content_type == "text/html" and codec_for(charset) is None:
        meta = _META.search(data[:_META_WITHIN])
        charset = meta.group(1).decode("ascii") if meta else charset
    decoded = decode(data, charset)
    if decoded.defect:
        work.defects.append(decoded.defect)
    text = clean_text(decoded.text)
    most = min(work.left, _LONGEST_HTML) if part.content_type == "text/html" else work.left
    if len(text) > most or len(data) > work.left * _MOST_BYTES:
        work.defects.append(f"the text was cut at {most} characters")
        text = text[:most]
    work.left -= len(text)
    if part.content_type == "text/html" or _HTML.match(text):
        return _Block(html=text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    elif part.content_type == "text/enriched":
        text = re.sub(r"<[^<>\n]{1,80}>", "", text.replace("<<", "\0")).replace("\0", "<")
    return _Block(plain=text)


def unflowed(text: str, *, delsp: bool) -> str:
    """Soft line breaks taken out (RFC 3676), paragraph by paragraph and by depth of quotation."""
    out: list[list[str]] = []
    open_depth = -1
    for line in text.split("\n"):
        content = line.lstrip(">")
        depth = len(line) - len(content)
        content = content.removeprefix(" ")
        soft = content.endswith(" ") and content != "-- "
        if content == "-- ":
            open_depth = -1
        kept = content[:-1] if soft and delsp else content
        if open_depth == depth:
            out[-1].append(kept)
        else:
            out.append([">" * depth + " " if depth else "", kept])
        open_depth = depth if soft else -1
    return "\n".join("".join(pieces) for pieces in out)


def _pkcs7(work: _Reading, part: Part) -> list[_Block]:
    work.attachments.append((part, False))
    kind = part.parameters.get("smime-type", "").lower()
    content = None if kind == "enveloped-data" or work.inside_signature else signed_content(payload(work.raw, part))
    if content is None:
        work.defects.append("encrypted (S/MIME): the text cannot be read here")
        return []
    try:
        root, _ = split(content, work.limits)
    except Unreadable as reason:
        work.defects.append(f"the content of the S/MIME signature cannot be read: {reason}")
        return []
    inner = _Reading(content, work.limits, work.left, inside_signature=True)
    blocks = _blocks(inner, root, root=True)
    if inner.attachments:
        work.defects.append("attachments inside the S/MIME signature are in the signed file only")
    work.left = inner.left
    work.defects.extend(inner.defects)
    return blocks


def _attachment(raw: bytes, part: Part, inline: bool, cids: str) -> Attachment:
    data = raw[part.start : part.end] if part.children else payload(raw, part)
    cid = (part.headers.get("content-id") or "").strip(" <>")
    picture = part.content_type.startswith("image/")
    inline = inline or (bool(cid) and f"cid:{cid}" in cids) or (picture and part.disposition == "inline")
    return Attachment(
        filename=_filename(raw, part),
        content_type=part.content_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        place=part.place,
        inline=inline,
    )


def _filename(raw: bytes, part: Part) -> str:
    given = safe_name(_name_given(part))
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
