"""What Outlook wraps into winmail.dat: files and a body ([MS-OXTNEF], [MS-OXCMAIL])."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from struct import Struct, error
from typing import NamedTuple

from intake.core.mail.charset import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_U16, _U32, _ATTRIBUTE = Struct("<H"), Struct("<I"), Struct("<BHHI")
_MOST_ATTRIBUTES = 20_000
_MOST_PROPERTIES = 5_000
_MOST_FILES = 500
# Properties ([MS-OXPROPS]).
_TEXT, _RTF, _HTML, _INTERNET_CODEPAGE = 0x1000, 0x1009, 0x1013, 0x3FDE
_DATA, _LONG_NAME, _NAME, _DISPLAY_NAME, _TYPE = 0x3701, 0x3707, 0x3704, 0x3001, 0x370E
_WIDTHS = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_PACKED = {0x02: 2, 0x0B: 2}
_STRING, _UNICODE, _OBJECT = 0x1E, 0x1F, 0x0D
_VARIABLE = {_STRING, _UNICODE, _OBJECT, 0x102}
_SEVERAL, _NAMED = 0x1000, 0x8000
_INTERFACE = 16
_MESSAGE = bytes.fromhex("0703020000000000c000000000000046")
_MIME_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,80}")


class Of(IntEnum):
    """Attributes of a message and of its files."""

    BODY = 0x800C
    MESSAGE_PROPERTIES = 0x9003
    CODEPAGE = 0x9007
    NEW_FILE = 0x9002
    FILE_TITLE = 0x8010
    FILE_DATA = 0x800F
    FILE_PROPERTIES = 0x9005


class TnefFile(NamedTuple):
    """A file inside: its name as written, its type where it says one, its bytes."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Tnef:
    """What was found. The bodies are empty where there is none; `rtf` is compressed. `cut`: it ends too soon."""

    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: tuple[TnefFile, ...] = ()
    cut: bool = False


_Properties = dict[int, tuple[int, bytes]]


def read_tnef(data: bytes) -> Tnef | None:
    """The contents of a TNEF stream, as far as it can be read; None where the bytes are no TNEF. Never raises."""
    if not data.startswith(_SIGNATURE):
        return None
    text: bytes = b""
    codepage: str | None = None
    message: _Properties = {}
    files: list[dict[int, bytes]] = []
    for identity, value in _attributes(data):
        match identity:
            case Of.FILE_TITLE | Of.FILE_DATA | Of.FILE_PROPERTIES if files:
                files[-1][identity] = value
            case Of.NEW_FILE if len(files) < _MOST_FILES:
                files.append({})
            case Of.BODY:
                text = value
            case Of.MESSAGE_PROPERTIES:
                message = _properties(value)
            case Of.CODEPAGE:
                codepage = _label(value)
    charset = _label(message[_INTERNET_CODEPAGE][1]) if _INTERNET_CODEPAGE in message else codepage
    return Tnef(
        text=_string(message, _TEXT, codepage) or _decoded(text, codepage),
        html=_string(message, _HTML, charset),
        rtf=message.get(_RTF, (0, b""))[1],
        files=tuple(_file(file, codepage) for file in files),
        cut=_is_cut(data),
    )


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Identity and value of each attribute; one that is cut off gives what is there."""
    at = len(_SIGNATURE) + _U16.size
    for _ in range(_MOST_ATTRIBUTES):
        if at + _ATTRIBUTE.size > len(data):
            return
        _, identity, _, length = _ATTRIBUTE.unpack_from(data, at)
        at += _ATTRIBUTE.size
        yield identity, data[at : at + length]
        at += length + _U16.size


def _is_cut(data: bytes) -> bool:
    """Whether the last attribute is not all there, or there is none."""
    first = at = len(_SIGNATURE) + _U16.size
    for _ in range(_MOST_ATTRIBUTES):
        if at + _ATTRIBUTE.size > len(data):
            break
        at += _ATTRIBUTE.size + _ATTRIBUTE.unpack_from(data, at)[3] + _U16.size
    return at == first or at > len(data)


def _properties(data: bytes) -> _Properties:
    """Type and first value of each property that has no name of its own; as many as can be read."""
    found: _Properties = {}
    try:
        (count,) = _U32.unpack_from(data)
        at = _U32.size
        for _ in range(min(count, _MOST_PROPERTIES)):
            at = _property(data, at, found)
    except (error, KeyError):
        pass
    return found


def _property(data: bytes, at: int, found: _Properties) -> int:
    """Reads the property at `at` into `found`, and says where the next one begins. Raises beyond the end."""
    (kind,), (identity,) = _U16.unpack_from(data, at), _U16.unpack_from(data, at + 2)
    at += 4
    if identity >= _NAMED:
        named_by_text = _U32.unpack_from(data, at + 16)[0]
        at += 24 + (_padded(_U32.unpack_from(data, at + 20)[0]) if named_by_text else 0)
    several, kind = bool(kind & _SEVERAL), kind & ~_SEVERAL
    count = 1
    if several or kind in _VARIABLE:
        (count,) = _U32.unpack_from(data, at)
        at += 4
    if kind not in _VARIABLE:
        width = _padded(_PACKED.get(kind, _WIDTHS[kind]) * count) if several else _WIDTHS[kind]
        found.setdefault(identity, (kind, data[at : at + width]))
        return at + width
    for _ in range(min(count, _MOST_PROPERTIES)):
        (length,) = _U32.unpack_from(data, at)
        at += 4
        found.setdefault(identity, (kind, data[at : at + length]))
        at += _padded(length)
    return at


def _padded(length: int) -> int:
    return length + -length % 4


def _label(value: bytes) -> str | None:
    if len(value) < _U32.size:
        return None
    (number,) = _U32.unpack_from(value)
    return {65001: "utf-8", 20127: "us-ascii"}.get(number) or _windows(number)


def _windows(number: int) -> str | None:
    """The label of a Windows code page with another name than its number."""
    known = {28591: "iso-8859-1", 28592: "iso-8859-2", 28595: "iso-8859-5", 28605: "iso-8859-15", 20866: "koi8-r"}
    known |= {50220: "iso-2022-jp", 50221: "iso-2022-jp", 51932: "euc-jp", 51949: "euc-kr", 54936: "gb18030"}
    return known.get(number) or (f"cp{number}" if number else None)


def _decoded(value: bytes, charset: str | None) -> str:
    return decode(value.rstrip(b"\0"), charset).text


def _string(found: _Properties, identity: int, charset: str | None) -> str:
    kind, value = found.get(identity, (0, b""))
    if kind == _UNICODE:
        return value.decode("utf-16-le", "replace").rstrip("\0")
    return _decoded(value, charset)


def _file(file: dict[int, bytes], codepage: str | None) -> TnefFile:
    found = _properties(file.get(Of.FILE_PROPERTIES, b""))
    kind, data = found.get(_DATA, (0, b""))
    declared = _string(found, _TYPE, codepage).strip().lower()
    if kind == _OBJECT:
        # The first bytes say what kind of object it is; a message inside is TNEF again.
        if data.startswith(_MESSAGE):
            declared = "application/ms-tnef"
        data = data[_INTERFACE:]
    names = (_string(found, _LONG_NAME, codepage), _string(found, _NAME, codepage))
    title = _decoded(file.get(Of.FILE_TITLE, b""), codepage)
    return TnefFile(
        next((name for name in (*names, title, _string(found, _DISPLAY_NAME, codepage)) if name.strip()), ""),
        declared if _MIME_TYPE.fullmatch(declared) else "application/octet-stream",
        file.get(Of.FILE_DATA, b"") or data,
    )
