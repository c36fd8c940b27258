"""Header fields: cut out of the raw bytes, unfolded, and made readable (RFC 5322, 2047, 2231)."""

import binascii
import re
from dataclasses import dataclass, field

from intake.core.mail.charset import codec_for, decode

# Marks that turn or hide text, and have no place in a name or a subject (THREATS 26).
_HIDDEN = {
    *range(0x20),
    *range(0x7F, 0xA0),
    0x061C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
    0xFFF9,
    0xFFFA,
    0xFFFB,
}
# Joiners belong to words (Persian) and to emoji.
_STRIPPED: dict[int, str | None] = dict.fromkeys(_HIDDEN - {8204, 8205})
_STRIPPED |= {0x09: " ", 0x0A: " ", 0x0D: " ", 0x0B: " ", 0x0C: " ", 0x2028: " ", 0x2029: " "}
_SURROGATES = re.compile("[\ud800-\udfff]")

_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:")
_KNOWN = re.compile(
    rb"(?:from|to|cc|subject|date|received|reply-to|return-path|sender|message-id|mime-version|content-[a-z-]+"
    rb"|in-reply-to|references|delivered-to|x-[!-9;-~]+)[ \t]*:",
    re.IGNORECASE,
)
_WORD_START = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?")
_Q_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")
_PARAMETER = re.compile(r"""[;\s]\s*([^\s=;"]{1,80})\s*=\s*("(?:[^"\\]|\\.)*+"|[^;]*)""", re.DOTALL)
_TOKEN_ENDS = re.compile(r"[;\s]")
_CONTINUED = re.compile(r"([^*]+)(?:\*(\d{1,4}))?(\*)?")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_MOST_PARAMETERS = 200


@dataclass(frozen=True, slots=True)
class Headers:
    """Fields in their order, names in lower case, values unfolded; raw 8-bit bytes are kept as surrogates."""

    fields: tuple[tuple[str, str], ...] = ()
    _index: dict[str, list[str]] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, fields: list[tuple[str, str]]) -> "Headers":
        """Headers with their index."""
        index: dict[str, list[str]] = {}
        for name, value in fields:
            index.setdefault(name, []).append(value)
        return cls(tuple(fields), index)

    def get(self, name: str) -> str | None:
        """The topmost value, None where the field is missing."""
        values = self._index.get(name)
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """All values from the top."""
        return self._index.get(name, [])

    def names(self) -> list[str]:
        """The names that occur, each once."""
        return list(self._index)


def split_fields(block: bytes) -> tuple[list[tuple[str, str]], int | None, bool]:
    """The fields of a header block.

    Out: the fields; the offset at which the body begins where its separating blank line is missing, else None;
    and whether lines were skipped. A bare CR never ends a line, so it makes no header (THREATS 5).
    """
    fields: list[tuple[str, list[bytes]]] = []
    at = 0
    skipped = False
    for line in block.split(b"\n"):
        start, at = at, at + len(line) + 1
        line = line.rstrip(b"\r")
        if line[:1] in (b" ", b"\t"):
            if fields:
                fields[-1][1].append(line.strip(b" \t"))
            continue
        match = _FIELD.match(line)
        if match:
            fields.append((match.group(1).decode("ascii").lower(), [line[match.end() :].strip(b" \t")]))
        elif start == 0 and line.startswith((b"From ", b">From ")):
            continue
        elif line:
            if not any(_KNOWN.match(later) for later in block[at:].split(b"\n", 50)[:50]):
                return _joined(fields), start, skipped
            skipped = True
    return _joined(fields), None, skipped


def _joined(fields: list[tuple[str, list[bytes]]]) -> list[tuple[str, str]]:
    return [
        (name, b" ".join(lines).replace(b"\r", b" ").replace(b"\0", b"").decode("ascii", "surrogateescape"))
        for name, lines in fields
    ]


def looks_like_field(line: bytes) -> bool:
    """Whether a line can begin a header block."""
    return bool(_FIELD.match(line)) or line.startswith((b"From ", b">From "))


def unescaped(value: str, hint: str | None = None) -> str:
    """A field's value with raw 8-bit bytes read as text; encoded words stay as they are."""
    if value.isascii():
        if "\x1b$" not in value:
            return value
        return decode(value.encode("ascii")).text
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data, hint if codec_for(hint) not in {None, "ascii", "utf-8"} else None).text


def readable(value: str, hint: str | None = None) -> str:
    """An unstructured value as a person reads it: decoded, on one line, without controls and direction marks."""
    return visible(decode_words(unescaped(value, hint)))


def visible(text: str) -> str:
    """Text without controls, newlines, direction and zero-width marks; nothing else changes."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _SURROGATES.sub("\ufffd", text.translate(_STRIPPED)).strip()


def decode_words(value: str) -> str:
    """Encoded words (RFC 2047) decoded; characters split over adjacent words are put together again.

    More lenient than the RFC, as mail clients are: spaces inside a word, missing padding, words not set off
    by spaces, a superset of the charset named. What cannot be read stays as it is.
    """
    if "=?" not in value:
        return value
    out: list[str] = []
    run: list[tuple[str, bytes]] = []
    at = 0
    for start, end, charset, data in _words(value):
        between = value[at:start]
        if run and between.strip(" \t\r\n"):
            out.append(_run_text(run))
            run = []
        if not run:
            out.append(between)
        run.append((charset, data))
        at = end
    out.append(_run_text(run))
    out.append(value[at:])
    return "".join(out)


def words_spans(value: str) -> list[tuple[int, int]]:
    """Where the encoded words of a value stand."""
    return [(start, end) for start, end, _, _ in _words(value)]


def _words(value: str) -> list[tuple[int, int, str, bytes]]:
    """Start, end, charset and bytes of each encoded word, in one pass over the value."""
    found: list[tuple[int, int, str, bytes]] = []
    at, close = 0, 0
    while (at := value.find("=?", at)) >= 0:
        head = _WORD_START.match(value, at)
        if head is None:
            at += 1
            continue
        if close < head.end():
            close = value.find("?=", head.end())
            if close < 0:
                break
        inner = value.find("=?", head.end(), close)
        if inner >= 0 and _WORD_START.match(value, inner):
            at = inner
            continue
        found.append((at, close + 2, head.group(1), _word_bytes(head.group(2), value[head.end() : close])))
        at = close + 2
    return found


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if encoding in "qQ":
        return _Q_ESCAPE.sub(lambda m: bytes.fromhex(m.group(1).decode()), data.replace(b"_", b" "))
    return base64_bytes(data)


def _run_text(run: list[tuple[str, bytes]]) -> str:
    out: list[str] = []
    at = 0
    while at < len(run):
        charset = run[at][0].lower()
        end = at
        while end < len(run) and run[end][0].lower() == charset:
            end += 1
        # ISO-2022 words each start in ASCII; the others may be cut in the middle of a character.
        if charset.startswith(("iso-2022", "utf-7", "hz")):
            out.extend(decode(data, charset).text for _, data in run[at:end])
        else:
            out.append(decode(b"".join(data for _, data in run[at:end]), charset).text)
        at = end
    return "".join(out)


_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=]")
_PADDED_LINES = re.compile(rb"[A-Za-z0-9+/\r\n]++(?:={1,2}[\r\n]*+[A-Za-z0-9+/\r\n]++)+={0,2}[\r\n \t]*")


def base64_bytes(data: bytes) -> bytes:
    """Base64 as mail clients read it: foreign characters skipped, missing padding supplied."""
    padding = data.find(b"=")
    if 0 <= padding < len(data) - 4 and _PADDED_LINES.fullmatch(data):
        # Some scripts encode line by line; decoders that stop at the first padding would lose the rest.
        return b"".join(base64_bytes(piece) for piece in re.split(rb"=+", data))
    try:
        return binascii.a2b_base64(data)
    except (binascii.Error, ValueError):
        clean = _NOT_BASE64.sub(b"", data).split(b"=", 1)[0]
        clean = clean[: len(clean) - (len(clean) % 4 == 1)]
        return binascii.a2b_base64(clean + b"=" * (-len(clean) % 4))


def parameters(value: str, hint: str | None = None) -> tuple[str, dict[str, str]]:
    """The first token of a Content-* value in lower case, and its parameters decoded (RFC 2045, 2231, 2047).

    At most 200 parameters are read (THREATS 31).
    """
    if not value:
        return "", {}
    token = _TOKEN_ENDS.split(value.strip(), maxsplit=1)[0].lower()
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for count, match in enumerate(_PARAMETER.finditer(value)):
        if count >= _MOST_PARAMETERS:
            break
        name, text = match.group(1).lower(), _unquoted(match.group(2))
        shape = _CONTINUED.fullmatch(name)
        if shape is None or "*" not in name:
            plain.setdefault(name, readable(text, hint))
        else:
            number = int(shape.group(2) or 0)
            pieces.setdefault(shape.group(1), {}).setdefault(number, (text, bool(shape.group(3))))
    for name, numbered in pieces.items():
        plain[name] = _rfc2231([numbered[number] for number in sorted(numbered)], hint)
    return token, plain


def _unquoted(text: str) -> str:
    text = text.strip()
    if text.startswith('"'):
        text = text[1:-1] if len(text) > 1 and text.endswith('"') else text[1:]
        return text.replace('\\"', '"').replace("\\\\", "\\")
    return text


def _rfc2231(pieces: list[tuple[str, bool]], hint: str | None) -> str:
    charset: str | None = None
    data = b""
    for index, (text, encoded) in enumerate(pieces):
        if encoded and index == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        chunk = text.encode("utf-8", "surrogateescape")
        data += _PERCENT.sub(lambda m: bytes.fromhex(m.group(1).decode()), chunk) if encoded else chunk
    return visible(decode_words(decode(data, charset or hint).text))
