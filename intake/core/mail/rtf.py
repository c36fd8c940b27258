"""The text of compressed RTF, as Outlook keeps a mail's body ([MS-OXRTFCP], [MS-OXRTFEX])."""

import re
from html import escape
from struct import Struct

from intake.core.mail.charset import decode

_HEAD = Struct("<II4sI")
_LONGEST = 300_000
_WINDOW = 4_096
_FIRST = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor "
    rb"MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_TOKEN = re.compile(
    r"\\([a-z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-z])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
_UNREAD = frozenset(("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "listtable"))
_SIGNS = {
    "par": "\n", "line": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t", "row": "\n", "emdash": "—",
    "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•",
}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}


def decompressed(data: bytes) -> bytes:
    """RTF out of its compressed form, at most 300,000 bytes; what was read so far where it is broken."""
    if len(data) < _HEAD.size:
        return b""
    _, size, magic, _ = _HEAD.unpack_from(data)
    most = min(size, _LONGEST)
    if magic == b"MELA":
        return data[_HEAD.size : _HEAD.size + most]
    if magic != b"LZFu":
        return b""
    out = bytearray(_FIRST)
    end = len(_FIRST) + most
    at = _HEAD.size
    while at < len(data) and len(out) < end:
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= len(data) or len(out) >= end:
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            pair = int.from_bytes(data[at : at + 2], "big")
            at += 2
            # Offsets count places in a ring of 4,096 bytes.
            back = (len(out) - (pair >> 4)) % _WINDOW
            if not back:
                return bytes(out[len(_FIRST) : end])
            for _ in range((pair & 15) + 2):
                out.append(out[-back] if back <= len(out) else 32)
    return bytes(out[len(_FIRST) : end])


def read_rtf(rtf: bytes) -> tuple[str, bool]:
    """Text of an RTF document, and whether it is the HTML that Outlook had wrapped into it. Never raises."""
    source = rtf[:_LONGEST].decode("latin-1")
    work = _Rtf(wrapped="\\fromhtml1" in source[:1_000])
    for token in _TOKEN.finditer(source):
        work.take(*token.groups())
    return work.finished(), work.wrapped


class _Rtf:
    """A walk through the tokens."""

    def __init__(self, *, wrapped: bool) -> None:
        self.wrapped = wrapped
        self.out: list[str] = []
        self.bytes = bytearray()
        self.charset = "cp1252"
        self.skip = 0
        # Of each group: whether it is unread, whether it is HTML's own tag, how many characters stand for \\u.
        self.groups: list[tuple[bool, bool, int]] = [(False, False, 1)]
        self.hidden = False
        self.starred = False

    def take(self, word: str, number: str, code: str, symbol: str, brace: str, text: str) -> None:
        """One token."""
        if code:
            self._byte(int(code, 16))
            return
        if brace == "{":
            self._flush()
            self.groups.append(self.groups[-1])
        elif brace == "}":
            self._flush()
            if len(self.groups) > 1:
                self.groups.pop()
        elif word:
            self._word(word, number)
        elif symbol == "*":
            self.starred = True
        elif symbol:
            self._say(_SYMBOLS.get(symbol, ""))
        elif text:
            if self.skip:
                text, self.skip = text[self.skip :], max(0, self.skip - len(text))
            for character in text if not text.isascii() else ():
                self._byte(ord(character))
            if text.isascii():
                self._say(text)

    def finished(self) -> str:
        """All that was said."""
        self._flush()
        # Characters beyond the first 65,536 come in two halves.
        return "".join(self.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _word(self, word: str, number: str) -> None:
        unread, tag, after = self.groups[-1]
        starred, self.starred = self.starred, False
        if word == "htmltag":
            self.groups[-1] = (not self.wrapped, True, after)
        elif word in _UNREAD or starred:
            self.groups[-1] = (True, tag, after)
        elif word == "htmlrtf":
            self._flush()
            self.hidden = self.wrapped and number != "0"
        elif word == "ansicpg" and number:
            self.charset = f"cp{number}"
        elif word == "uc" and number:
            self.groups[-1] = (unread, tag, max(0, min(int(number), 8)))
        elif word == "u" and number:
            self._say(chr(int(number) % 65_536))
            self.skip = after
        elif word in _SIGNS:
            self._say(_SIGNS[word])

    def _byte(self, value: int) -> None:
        if self.skip:
            self.skip -= 1
        elif not self.groups[-1][0] and not self.hidden:
            self.bytes.append(value)

    def _say(self, text: str) -> None:
        self._flush()
        unread, tag, _ = self.groups[-1]
        if not unread and not self.hidden:
            self.out.append(escape(text, quote=False) if self.wrapped and not tag else text)

    def _flush(self) -> None:
        if self.bytes:
            text = decode(bytes(self.bytes), self.charset).text
            self.bytes.clear()
            self.out.append(text)
