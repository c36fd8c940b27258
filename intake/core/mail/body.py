"""The readable body and the attachments of a part tree."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from intake.core.mail import html
from intake.core.mail.attached import PKCS7, attachment, attachments_inside, below, name_given
from intake.core.mail.charset import charset_of_html, clean_text, decode
from intake.core.mail.files_read import texts_of_files
from intake.core.mail.invitation import invitation_text
from intake.core.mail.message import Attachment, Limits, Unreadable
from intake.core.mail.mime import Part, payload, split
from intake.core.mail.opened import has_uuencode, is_tnef, without_uuencode
from intake.core.mail.phrases import HTML_STUB
from intake.core.mail.rtf import decompressed, read_rtf
from intake.core.mail.signed import armoured, sealed, signed_content
from intake.core.mail.tnef import read_tnef

_PLAIN = {"text/plain", "text/markdown", "text/x-markdown", "text/enriched", "text/x-amp-html", "text/watch-html"}
_UNWANTED_IN_ALTERNATIVE = {"text/x-amp-html", "text/watch-html", "text/enriched"}
# Read for the text only where nothing else says something.
_LAST_RESORTS = {"text/calendar", "application/ics"}
_MOST_SIGNATURES = 3
_STUB_LENGTH = 400
# Some machines declare as plain text what is HTML.
_HTML = re.compile(r"\s{0,100}<(!doctype html|html)[\s>]", re.IGNORECASE)
_TABLE = re.compile(r"<t[dh][\s>]", re.IGNORECASE)
# Of a character: bytes at most, and bytes at most once they are encoded for the way.
_MOST_BYTES = 4
_MOST_ENCODED = 12
_LONGEST_HTML = 500_000


@dataclass(slots=True)
class Body:
    """What the parts give: the whole text, that of an HTML part beside it, those of files, attachments, defects."""

    text: str = ""
    html_text: str | None = None
    file_texts: tuple[str, ...] = ()
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
    attachments: list[Part | Attachment] = field(default_factory=list)
    named_text: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    signatures: int = 0


def read_body(raw: bytes, root: Part, limits: Limits) -> Body:
    """The body of a mail. Text of nested mails is not the writer's: they are attachments."""
    work = _Reading(raw, limits, limits.text_characters)
    blocks = _blocks(work, root, root=True)
    if not _any_says_something(blocks):
        blocks = _last_resort(work)
    texts: list[str] = []
    renderings: list[str] = []
    for block in blocks:
        plain = block.plain if _says_something(block.plain) else None
        poor = plain is None or (bool(block.html) and _is_stub(plain))
        rendered = html.to_text(block.html) if block.html and (poor or _TABLE.search(block.html)) else ""
        if plain is None or (poor and rendered.strip()):
            texts.append(rendered or block.plain or "")
        else:
            texts.append(plain)
            renderings.append(rendered)
    text, armour = armoured(_few_lines(work, _joined(texts)))
    if armour:
        work.defects.append(armour)
    return Body(
        text=text,
        html_text=clean_text(_few_lines(work, _joined(renderings))) or None,
        file_texts=texts_of_files(raw, (part for part in work.attachments if isinstance(part, Part))),
        attachments=_attachments(work, blocks),
        defects=work.defects,
    )


def read_html(raw: bytes, root: Part, limits: Limits) -> str:
    """The body's HTML as the sender wrote it, unchecked; empty where there is none."""
    blocks = _blocks(_Reading(raw, limits, limits.text_characters), root, root=True)
    return "\n".join(block.html for block in blocks if block.html)


def _attachments(work: _Reading, blocks: list[_Block]) -> tuple[Attachment, ...]:
    cids = "".join(b.html for b in blocks if b.html and "cid:" in b.html)
    out: list[Attachment] = []
    for found in work.attachments:
        if isinstance(found, Attachment):
            out.append(found)
        else:
            out.append(attachment(work.raw, found, cids))
            if is_tnef(found):
                out.extend(attachments_inside(work.raw, found))
                _note_broken(work, found)
    return tuple(out)


def _note_broken(work: _Reading, part: Part) -> None:
    """Says where Outlook's wrapping cannot be opened, or not to its end."""
    found = read_tnef(payload(work.raw, part))
    if found is None:
        work.defects.append("winmail.dat is broken: what it holds cannot be read")
    elif found.cut:
        work.defects.append("winmail.dat is cut off: it was read as far as it goes")


def _any_says_something(blocks: list[_Block]) -> bool:
    return any(_says_something(b.plain) or b.html for b in blocks)


def _last_resort(work: _Reading) -> list[_Block]:
    """The text of a mail without any: a text with a file's name, what Outlook wrapped, or an invitation."""
    if work.named_text:
        part = work.named_text[0]
        work.attachments = [one for one in work.attachments if one is not part]
        return [_text_block(work, part)]
    parts = [one for one in work.attachments if isinstance(one, Part)]
    found = [_wrapped(work, part) for part in parts if is_tnef(part)]
    found += [_invitation(work, part) for part in parts if part.content_type in _LAST_RESORTS]
    return [block for block in found if _any_says_something([block])][:1]


def _invitation(work: _Reading, part: Part) -> _Block:
    shown = invitation_text(clean_text(decode(payload(work.raw, part, most=_LONGEST_HTML), part.charset).text))
    return _Block(plain=shown)


def _wrapped(work: _Reading, part: Part) -> _Block:
    """The body inside winmail.dat: its plain text, its HTML, or its RTF."""
    found = read_tnef(payload(work.raw, part))
    if found is None:
        return _Block()
    most = min(work.left, _LONGEST_HTML)
    plain, rich = clean_text(found.text[:most]), clean_text(found.html[:most])
    if not (plain.strip() or rich.strip()) and found.rtf:
        text, is_html = read_rtf(decompressed(found.rtf))
        plain, rich = ("", clean_text(text)) if is_html else (clean_text(text), "")
    return _Block(plain or None, rich or None)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(stripped for text in texts if (stripped := text.strip("\n").rstrip()))


def _few_lines(work: _Reading, text: str) -> str:
    """The text up to as many lines as are read: each costs the finders of quotes, signatures and fields some time."""
    if text.count("\n") < work.limits.text_lines:
        return text
    work.defects.append(f"the text was cut at {work.limits.text_lines} lines")
    return "\n".join(text.split("\n", work.limits.text_lines)[:-1])


def _says_something(text: str | None) -> bool:
    return bool(text and text.strip(" \t\r\n\xa0\u200b\ufeff"))


def _is_stub(plain: str) -> bool:
    return len(plain) <= _STUB_LENGTH and bool(HTML_STUB.search(plain))


def _blocks(work: _Reading, part: Part, *, root: bool = False, alternative: bool = False) -> list[_Block]:
    kind = part.content_type
    if part.children:
        if part.disposition == "attachment" and not root:
            work.attachments.append(part)
            return []
        if kind == "multipart/alternative":
            return [_alternative(work, part)]
        if kind == "multipart/encrypted":
            work.defects.append("encrypted (PGP): the text cannot be read here")
        return [block for child in part.children for block in _blocks(work, child)]
    if kind in PKCS7:
        return _pkcs7(work, part)
    if kind == "message/partial":
        return _piece(work, part)
    if not _is_text(part, root=root):
        if kind == "message/external-body":
            work.defects.append("an attachment lies elsewhere and was not fetched (message/external-body)")
        work.attachments.append(part)
        return []
    if name_given(part) and not root and not alternative:
        work.named_text.append(part)
        work.attachments.append(part)
        return []
    if alternative and kind in _UNWANTED_IN_ALTERNATIVE:
        return []
    return [_text_block(work, part)]


def _is_text(part: Part, *, root: bool) -> bool:
    if part.disposition == "attachment" and not root:
        return False
    if part.content_type in _PLAIN or part.content_type == "text/html":
        return True
    # Some machines send a body as text/anything; inside a mail that is a file.
    return root and part.content_type.startswith("text/") and part.content_type != "text/calendar"


def _alternative(work: _Reading, part: Part) -> _Block:
    blocks = [block for child in part.children for block in _blocks(work, child, alternative=True)]
    plain = [b.plain for b in blocks if b.plain is not None]
    rich = [b.html for b in blocks if b.html is not None]
    return _Block("\n\n".join(plain) if plain else None, "\n".join(rich) if rich else None)


def _text_block(work: _Reading, part: Part) -> _Block:
    if work.left <= 0:
        return _Block()
    charset = part.charset
    if part.content_type == "text/plain" and has_uuencode(work.raw, part):
        data, _ = without_uuencode(payload(work.raw, part), charset)
        work.attachments.extend(attachments_inside(work.raw, part))
    else:
        data = payload(work.raw, part, most=work.left * _MOST_ENCODED)
    data = data[: work.left * _MOST_BYTES + 1]
    if part.content_type == "text/html":
        charset = charset_of_html(data, charset)
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


def _piece(work: _Reading, part: Part) -> list[_Block]:
    """One of several mails that are one: shown as it came (RFC 2046 5.2.2)."""
    number, total = part.parameters.get("number", "?")[:9], part.parameters.get("total", "?")[:9]
    work.defects.append(f"a piece of a mail that was cut up (message/partial): {number} of {total}")
    return [_text_block(work, part)]


def _pkcs7(work: _Reading, part: Part) -> list[_Block]:
    work.attachments.append(part)
    data = payload(work.raw, part)
    content = signed_content(data) if work.signatures < _MOST_SIGNATURES else None
    if content is None:
        work.defects.append(sealed(data, part.parameters.get("smime-type", "").lower()))
        return []
    try:
        root, _ = split(content, work.limits)
    except Unreadable as reason:
        work.defects.append(f"the content of the S/MIME signature cannot be read: {reason}")
        return []
    inner = _Reading(content, work.limits, work.left, signatures=work.signatures + 1)
    blocks = _blocks(inner, root, root=True)
    work.attachments.extend(below(part, one) for one in _attachments(inner, blocks))
    work.left = inner.left
    work.defects.extend(inner.defects)
    return blocks
