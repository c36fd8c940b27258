"""Files inside a part that is no multipart: winmail.dat, uuencode in a text; nothing else is unpacked (THREATS 34)."""

import re

from intake.core.mail.charset import decode
from intake.core.mail.mime import Part, payload, uudecoded
from intake.core.mail.tnef import TnefFile, read_tnef

TNEF = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_TNEF_NAME = "winmail.dat"
_MOST_BLOCKS = 1_000
# Whole blocks only: what has no end stays in the text, where a person sees it.
_BLOCK = re.compile(
    rb"^begin [0-7]{3,4} ([^\r\n]{1,300})\r*\n(?:[!-`][ -`]{0,90}+\r*\n)*+(?:[` ]?\r*\n){0,3}end[ \t]*\r*$",
    re.MULTILINE,
)


def is_tnef(part: Part) -> bool:
    """Whether a part is Outlook's wrapping, by its type, or by its name where a gateway changed the type."""
    if part.content_type in TNEF:
        return True
    name = part.disposition_parameters.get("filename") or part.parameters.get("name") or ""
    return part.content_type == "application/octet-stream" and name.lower() == _TNEF_NAME


def files_inside(raw: bytes, part: Part) -> tuple[TnefFile, ...]:
    """The files in a leaf, the same at every reading."""
    if is_tnef(part):
        found = read_tnef(payload(raw, part))
        return found.files if found else ()
    if part.content_type == "text/plain" and has_uuencode(raw, part):
        return without_uuencode(payload(raw, part), part.charset)[1]
    return ()


def has_uuencode(raw: bytes, part: Part) -> bool:
    """Whether it is worth looking for blocks of uuencode in a text: not where each line claims to begin one."""
    found = raw.find(b"begin ", part.start, part.end) >= 0
    return found and raw.count(b"\nbegin ", part.start, part.end) <= _MOST_BLOCKS


def without_uuencode(data: bytes, charset: str | None) -> tuple[bytes, tuple[TnefFile, ...]]:
    """A text's bytes without its blocks of uuencode, and the files in them."""
    files: list[TnefFile] = []
    out: list[bytes] = []
    at = 0
    for block in _BLOCK.finditer(data):
        out.append(data[at : block.start()].rstrip(b"\r\n"))
        at = block.end()
        name = decode(block.group(1), charset).text
        files.append(TnefFile(name, "application/octet-stream", uudecoded(block.group())))
    return b"".join((*out, data[at:])), tuple(files)
