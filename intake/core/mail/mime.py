"""The tree of a mail's parts as slices of its raw bytes (RFC 2045, 2046).

Bodies are never copied while the tree is made: the stdlib's feed parser takes 1.3 s and 240 MB for a mail of
25 MB, and raises RecursionError on deep ones. A property test holds both to the same leaves.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from intake.core.mail.header import Headers, base64_bytes, looks_like_field, parameters, split_fields
from intake.core.mail.message import Limits, Unreadable
from intake.core.sentences import sentence

_DELIMITER_ENDS = re.compile(rb"(--)?+[ \t\r]*+(?:\n|\Z)")
_BLANK = re.compile(rb"\n\r*\n")
_START = re.compile(rb"(?:\r*\n)+")
_GUESSED_BOUNDARY = re.compile(rb"(?:^|\n)--([^\r\n]{1,200}?)[ \t\r]*\n[Cc]ontent-[^\n]*:")
_GUESS_WITHIN = 65_536
_MOST_LOOKS = 100_000
_MOST_SEARCHED = 300_000_000
_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=\r\n"
_LOOKED_AT = 4_096
_MOST_JUNK = 0.08
_MESSAGES = frozenset({"message/rfc822", "message/global"})
_TYPE = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One part. `start` and `end` bound its encoded body in the raw mail; `place` is its path from the root."""

    headers: Headers
    content_type: str
    parameters: dict[str, str]
    disposition: str
    disposition_parameters: dict[str, str]
    start: int
    end: int
    place: tuple[int, ...]
    children: tuple["Part", ...] = ()

    @property
    def charset(self) -> str | None:
        """The declared charset as written."""
        return self.parameters.get("charset")

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in their order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True)
class _Split:
    """What one splitting carries through the tree."""

    raw: bytes
    limits: Limits
    parts: int = 0
    looks: int = 0
    searched: int = 0
    defects: list[str] = field(default_factory=list)


def split(raw: bytes, limits: Limits) -> tuple[Part, tuple[str, ...]]:
    """The root part of a mail and what was wrong with its structure. Raises only Unreadable, beyond the limits."""
    work = _Split(raw, limits)
    return _part(work, _beginning(raw), len(raw), (), "text/plain"), tuple(dict.fromkeys(work.defects))


def payload(raw: bytes, part: Part, most: int | None = None) -> bytes:
    """The decoded bytes of a leaf; of its first `most` encoded bytes where that is given."""
    end = part.end if most is None else min(part.end, part.start + most)
    data = raw[part.start : end]
    match (part.headers.get("content-transfer-encoding") or "").strip(" \t;\"'").lower():
        case "base64" if not _plainly_not_base64(data[:_LOOKED_AT]):
            return base64_bytes(data)
        case "quoted-printable" | "quoted_printable":
            return binascii.a2b_qp(data)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            return uudecoded(data)
        case _:
            return data


def _plainly_not_base64(data: bytes) -> bool:
    """Text that was declared wrongly, which a person still reads: its spaces and marks are many."""
    return len(data.translate(None, _BASE64)) > 1 + len(data) * _MOST_JUNK


def _beginning(raw: bytes) -> int:
    """Where the header block begins: after a byte order mark, and after blank lines that some scripts send."""
    start = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    match = _START.match(raw, start)
    if match and looks_like_field(raw[match.end() : match.end() + 200]):
        return match.end()
    return start


def _part(work: _Split, start: int, end: int, place: tuple[int, ...], default_type: str) -> Part:
    work.parts += 1
    if work.parts > work.limits.parts:
        raise Unreadable(sentence("more than {most} parts", most=work.limits.parts))
    if len(place) > work.limits.depth:
        raise Unreadable(sentence("parts nested more than {most} deep", most=work.limits.depth))
    headers, body = _header_block(work, start, end)
    hint = None
    written = headers.get("content-type") or ""
    content_type, type_parameters = parameters(written, hint)
    if not _TYPE.fullmatch(content_type):
        if written:
            work.defects.append("a Content-Type cannot be read")
        content_type = default_type if not written else "text/plain"
    disposition, disposition_parameters = parameters(headers.get("content-disposition") or "", hint)
    children: tuple[Part, ...] = ()
    if content_type.startswith("multipart/"):
        children = _children(work, content_type, type_parameters.get("boundary", ""), (body, end), place)
        if not children:
            content_type = "text/plain"
    elif content_type in _MESSAGES:
        _count_within(work, body, end, place)
    return Part(headers, content_type, type_parameters, disposition, disposition_parameters, body, end, place, children)


def _count_within(work: _Split, start: int, end: int, place: tuple[int, ...]) -> None:
    """Holds a forwarded message to the limits too (THREATS 29); its parts and defects are not this mail's."""
    known = len(work.defects)
    _part(work, start, end, (*place, 0), "text/plain")
    del work.defects[known:]


def _header_block(work: _Split, start: int, end: int) -> tuple[Headers, int]:
    raw, limits = work.raw, work.limits
    blank = _START.match(raw, start, min(end, start + 8))
    if blank:
        return Headers(), min(end, raw.index(b"\n", start) + 1)
    if start >= end:
        return Headers(), end
    if not looks_like_field(raw[start : min(end, start + 1000)]) and start + 1000 < end:
        second = raw.find(b"\n", start, start + 1000)
        if second < 0 or not looks_like_field(raw[second + 1 : second + 1000]):
            return Headers(), start
    match = _BLANK.search(raw, start, end)
    close = match.start() if match else end
    if close - start > limits.header_bytes:
        raise Unreadable(
            sentence("a header of {size} bytes, more than {most}", size=close - start, most=limits.header_bytes)
        )
    block = raw[start:close]
    if block.count(b"\n") >= limits.header_lines:
        raise Unreadable(sentence("a header of more than {most} lines", most=limits.header_lines))
    fields, missing, skipped = split_fields(block)
    if skipped:
        work.defects.append("lines in a header that are no fields were skipped")
    if missing is not None:
        if fields:
            work.defects.append("no blank line between header and body")
        return Headers.of(fields), start + missing
    return Headers.of(fields), match.end() if match else end


def _children(
    work: _Split, content_type: str, boundary: str, span: tuple[int, int], place: tuple[int, ...]
) -> tuple[Part, ...]:
    start, end = span
    bounds, closed = _bounds(work, boundary.rstrip(), start, end)
    if not bounds:
        guessed = _GUESSED_BOUNDARY.search(work.raw, start, min(end, start + _GUESS_WITHIN))
        if guessed:
            work.defects.append("the boundary declared is not the one used")
            bounds, closed = _bounds(work, guessed.group(1).decode("latin-1"), start, end)
    if not bounds:
        work.defects.append("a multipart without parts was read as text")
        return ()
    if not closed:
        work.defects.append("a multipart is not closed: the mail may be cut off")
    default = "message/rfc822" if content_type == "multipart/digest" else "text/plain"
    return tuple(_part(work, first, last, (*place, index), default) for index, (first, last) in enumerate(bounds))


def _bounds(work: _Split, boundary: str, start: int, end: int) -> tuple[list[tuple[int, int]], bool]:
    """Start and end of each child between delimiter lines, and whether a closing delimiter was found."""
    if not boundary:
        return [], False
    raw = work.raw
    # Each level looks through all that is below it: a big mail cannot be nested deep as well.
    work.searched += end - start
    if work.searched > _MOST_SEARCHED:
        raise Unreadable(sentence("too big for parts nested so deep"))
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    # Without a newline before it a delimiter line counts at the very beginning only.
    at = start if raw.startswith(mark, start) else _next(raw, mark, start, end, work)
    found: list[tuple[int, int]] = []
    opened = -1
    while at >= 0:
        match = _DELIMITER_ENDS.match(raw, at + len(mark), end)
        if match:
            if opened >= 0:
                found.append((opened, max(opened, _before_newline(raw, at))))
                if len(found) > work.limits.parts:
                    raise Unreadable(sentence("more than {most} parts", most=work.limits.parts))
            if match.group(1):
                return found, True
            opened = match.end()
        # The newline that ends a delimiter line may begin the next one.
        at = _next(raw, mark, match.end() - 1 if match else at + len(mark), end, work)
    if opened >= 0:
        found.append((opened, end))
    return found, False


def _next(raw: bytes, mark: bytes, start: int, end: int, work: _Split) -> int:
    """The next line that begins with `mark`, -1 where there is none. Counted, so that a flood of them ends."""
    work.looks += 1
    if work.looks > _MOST_LOOKS:
        raise Unreadable(sentence("too many lines that look like boundaries"))
    found = raw.find(b"\n" + mark, start, end)
    return found + 1 if found >= 0 else -1


def _before_newline(raw: bytes, at: int) -> int:
    return at - 2 if raw[at - 2 : at] == b"\r\n" else at - 1


def uudecoded(data: bytes) -> bytes:
    """The file in a block of uuencode; the bytes themselves where none begins."""
    out: list[bytes] = []
    inside = False
    for line in data.splitlines():
        if not inside:
            inside = line.startswith(b"begin ")
        elif line.strip(b" \t`") in (b"end", b""):
            break
        else:
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                out.append(_broken_uu_line(line))
    return b"".join(out) if inside else data


def _broken_uu_line(line: bytes) -> bytes:
    """A line with a wrong length, read as far as its length byte says."""
    count = (((line[0] - 32) & 63) * 4 + 5) // 3
    try:
        return binascii.a2b_uu(line[:count])
    except binascii.Error:
        return b""
