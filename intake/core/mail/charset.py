"""Bytes to text: as declared, then the declared charset's superset, then as detected, then with replacements."""

import re
from codecs import charmap_decode
from dataclasses import dataclass
from functools import lru_cache

from webencodings import LABELS

from intake.core.mail.guess import likely_charset
from intake.core.mail.iso2022jp import iso_2022_jp
from intake.core.mail.turkish import is_turkish

# What clients write and the WHATWG table does not know, or knows only for web pages.
_MORE_LABELS = {
    "ansi": "windows-1252",
    "utf-7": "utf-7",
    "unicode-1-1-utf-7": "utf-7",
    "csunicode11utf7": "utf-7",
    "hz-gb-2312": "hz",
    "hz": "hz",
    "iso-2022-kr": "iso2022_kr",
    "csiso2022kr": "iso2022_kr",
    "iso-2022-jp": "iso-2022-jp",
    "iso-2022-jp-1": "iso-2022-jp",
    "iso-2022-jp-2": "iso2022_jp_2",
    "iso-2022-jp-3": "iso2022_jp_3",
    "iso-2022-jp-2004": "iso2022_jp_2004",
    "iso-2022-jp-ms": "iso-2022-jp",
    "cp50220": "iso-2022-jp",
    "cp50221": "iso-2022-jp",
    "cp932": "cp932",
    "cp936": "gb18030",
    "cp949": "cp949",
    "uhc": "cp949",
    "ks_c_5601": "cp949",
    "cp950": "big5",
    "utf8mb4": "utf-8",
    "utf-8-sig": "utf-8",
    "x-utf8": "utf-8",
    "unicode-2-0-utf-8": "utf-8",
    "utf-16": "utf-16",
    "utf-32": "utf-32",
    "johab": "johab",
    "x-mac-roman": "mac_roman",
    "macroman": "mac_roman",
    "koi8-ru": "koi8-u",
    "iso-8859-8-e": "cp1255",
}
_DOS_PAGES = (437, 737, 775, 850, 852, 855, 857, 858, 860, 861, 862, 863, 864, 865, 869)
_MORE_LABELS |= {f"{maker}{page}": f"cp{page}" for page in _DOS_PAGES for maker in ("cp", "ibm", "ibm00", "cp00")}
# Codecs that read all that the declared one does and what clients send under its name besides.
_SUPERSET = {
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc-kr": "cp949",
    "iso-8859-8": "cp1255",
    "iso-8859-8-i": "cp1255",
    "x-mac-cyrillic": "mac_cyrillic",
    "macintosh": "mac_roman",
    "windows-874": "cp874",
    "ibm866": "cp866",
}
_CODE_PAGE = re.compile(r"(?:cp|ibm|win|windows|ms|dos)-?([0-9]{3,4})(?:-.*)?")
_NOT_ON_THE_WIRE = {"replacement", "x-user-defined"}
_STATEFUL = {"utf-7", "hz", "iso-2022-jp", "iso2022_kr", "iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_2004"}
_MULTIBYTE = {"gb18030", "cp932", "cp949", "euc_jp", "euc-jp", "big5"}
_ASCII_LABELS = {"us-ascii", "ascii", "ansi_x3.4-1968", "iso-ir-6", "646", "csascii", "iso646-us", "us", "cp367"}
_META = re.compile(rb"<meta[^>]{1,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.IGNORECASE)
_META_WITHIN = 4_096

_WESTERN = {"windows-1252", "iso-8859-1", "iso-8859-15"}
_BEYOND, _SPACES, _C1 = re.compile(rb"[\x80-\xff]"), re.compile(rb"\s"), re.compile(rb"[\x80-\x84\x86-\x9f]")
_DIFFERENT = 12
_SURROGATES = re.compile("[\ud800-\udfff]")
_C0 = dict.fromkeys((*range(9), 11, *range(14, 32), 127))
_TEXT_CONTROLS = {**_C0, 0x0C: "\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n", 0xFEFF: None}
_TEXT_CONTROLS |= {code: None for code in range(0x80, 0xA0) if code != 0x85}


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and a line about how it was come by where that was not plainly as declared."""

    text: str
    defect: str | None = None


@lru_cache(maxsize=256)
def codec_for(label: str | None) -> str | None:
    """The Python codec to read a declared charset with, None for one that says nothing or is not known."""
    if not label:
        return None
    clean = label.strip("\"'`;, \t\r\n").split(";")[0].split()
    name = clean[0].strip("\"'`,").lower() if clean else ""
    if name in _ASCII_LABELS:
        return "ascii"
    bare = name.removeprefix("x-").replace("_", "-")
    spellings = (name, bare, bare.replace("-", ""), _CODE_PAGE.sub(r"windows-\1", bare), _CODE_PAGE.sub(r"cp\1", bare))
    found = next((table[one] for one in spellings for table in (_MORE_LABELS, LABELS) if one in table), None)
    if found is None or found in _NOT_ON_THE_WIRE:
        return None
    return _SUPERSET.get(found, found)


def charset_of_html(data: bytes, declared: str | None) -> str | None:
    """The charset that HTML is to be read in: the one declared for it, else what it says of itself."""
    if codec_for(declared) is not None:
        return declared
    meta = _META.search(data[:_META_WITHIN])
    return meta.group(1).decode("ascii") if meta else declared


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Text of `data`. Never raises, never loses the rest for one bad byte, never gives lone surrogates."""
    codec = codec_for(declared)
    if data.startswith(b"\xef\xbb\xbf"):
        return _as_utf8(data[3:])
    if codec is None or codec == "ascii":
        return _undeclared(data, declared, codec)
    if (other := _plainly_another(data, codec)) is not None:
        return Decoded(other[1], f"declared as {_shown(declared)} but written in {other[0]}")
    if codec == "utf-8":
        return _as_utf8(data)
    if _is_no_western(data, codec) or (codec.startswith("iso-8859-") and _C1.search(data)):
        return _detected(data, f"not {_shown(declared)} as declared")
    text = _strict(data, codec)
    if text is not None:
        return Decoded(text)
    if codec.startswith("utf-") and data.isascii() and b"\0" not in data:
        return Decoded(data.decode("ascii"), f"declared as {_shown(declared)} but written in ASCII")
    if codec in _MULTIBYTE and _is_utf8(data):
        return Decoded(_whole(data.decode("utf-8")), f"declared as {_shown(declared)} but written in utf-8")
    loose = data.decode(_python(codec), "replace")
    if loose.count("\ufffd") * 20 <= _beyond_ascii(loose):
        return Decoded(_whole(loose), f"some bytes are not {_shown(declared)}")
    return _detected(data, f"not {_shown(declared)} as declared")


def clean_text(text: str) -> str:
    """Body text fit for a database and a page: lines end with a newline, no NUL, no other controls but tabs."""
    if "\r" in text:
        text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    if text.isascii() and text.isprintable():
        return text
    return _whole(text.translate(_TEXT_CONTROLS))


def _plainly_another(data: bytes, codec: str) -> tuple[str, str] | None:
    """The charset that text is in for sure instead of the declared one, and the text; None where it may be that one."""
    if data.isascii():
        japanese = b"\x1b$" in data and codec not in _STATEFUL and _strict(data, "iso-2022-jp")
        return ("iso-2022-jp", japanese) if japanese else None
    if codec not in _MULTIBYTE and not codec.startswith("utf-") and _is_utf8(data):
        return "utf-8", _whole(data.decode("utf-8"))
    if codec in _WESTERN and is_turkish(data):
        return "windows-1254", data.decode("cp1254", "replace")
    return _eight_bit_japanese(data) if codec == "iso-2022-jp" else None


def _eight_bit_japanese(data: bytes) -> tuple[str, str] | None:
    """The likelier of Japanese's two charsets of eight bits that a text is in, and the text."""
    likely = likely_charset(data)
    found = ((codec, _strict(data, codec)) for codec in sorted(("cp932", "euc_jp"), key=lambda each: each != likely))
    return next(((codec, text) for codec, text in found if text is not None), None)


def _is_no_western(data: bytes, codec: str) -> bool:
    """Whether half of a text is beyond ASCII, in many letters, as no language has it that Western charsets write.

    Machines declare that where they know nothing. Who tries umlauts alone uses a few letters.
    """
    if codec not in _WESTERN or data.isascii():
        return False
    beyond = _BEYOND.findall(data)
    different = set(b"".join(beyond).decode("latin-1").casefold())
    return len(different) >= _DIFFERENT and len(beyond) * 2 > len(data) - len(_SPACES.findall(data))


def _shown(declared: str | None) -> str:
    return ascii((declared or "")[:40])[1:-1]


def _whole(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text) if not text.isascii() else text


def _python(codec: str) -> str:
    return {"iso-2022-jp": "iso2022_jp_ext"}.get(codec, codec)


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _strict(data: bytes, codec: str) -> str | None:
    try:
        if codec == "iso-2022-jp":
            return iso_2022_jp(data)
        if codec in {"windows-1252", "iso-8859-1"}:
            return _windows_1252(data)
        if codec == "big5":
            return _big5(data)
        return _whole(data.decode(codec))
    except (UnicodeError, LookupError, ValueError):
        return None


def _windows_1252(data: bytes) -> str:
    """As the WHATWG reads it: the five bytes without a letter stay C1 controls, so that nothing fails."""
    return charmap_decode(data, "strict", _WINDOWS_1252)[0]


_WINDOWS_1252 = "".join(
    bytes((b,)).decode("cp1252" if b not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else "latin-1") for b in range(256)
)


def _big5(data: bytes) -> str:
    try:
        return data.decode("cp950")
    except UnicodeDecodeError:
        return data.decode("big5hkscs")


def _as_utf8(data: bytes) -> Decoded:
    """What is declared as UTF-8, and is but for stray bytes: as many characters are, or one byte is no Western sign."""
    try:
        return Decoded(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    loose = data.decode("utf-8", "replace")
    bad = loose.count("\ufffd")
    stray = bad == 1 and likely_charset(data) != "windows-1252"
    if stray or bad * 2 <= _beyond_ascii(loose):
        return Decoded(loose, "some bytes are not utf-8")
    return _detected(data, "not utf-8 as declared")


def _undeclared(data: bytes, declared: str | None, codec: str | None) -> Decoded:
    defect = f"charset {_shown(declared)} is not known" if declared and codec is None else None
    if data.isascii():
        if b"\x1b$" in data:
            text = _strict(data, "iso-2022-jp") or _strict(data, "iso2022_kr")
            if text is not None:
                return Decoded(text, defect or "charset not declared, read as iso-2022")
        if data.count(b"\0") * 3 > len(data):
            return _detected(data, defect or "charset not declared")
        return Decoded(data.decode("ascii"), defect)
    return _detected(data, defect or "8-bit text without a declared charset")


def _detected(data: bytes, defect: str) -> Decoded:
    for mark, codec in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return Decoded(_whole(data.decode(codec, "replace")), f"{defect}, read as {codec}")
    if data.count(b"\0") * 3 > len(data) > 3:
        codec = "utf-16-le" if data[1:2] == b"\0" else "utf-16-be"
        return Decoded(_whole(data.decode(codec, "replace")), f"{defect}, read as {codec}")
    loose = data.decode("utf-8", "replace")
    bad = loose.count("\ufffd")
    if bad * 2 <= _beyond_ascii(loose) - bad:
        return Decoded(loose, f"{defect}, read as utf-8")
    codec = likely_charset(data)
    text = _strict(data, codec)
    if text is None:
        text = _whole(data.decode(codec, "replace"))
    return Decoded(text, f"{defect}, read as {codec}")
