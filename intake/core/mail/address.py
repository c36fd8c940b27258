"""Who wrote, and to whom: address lists as several readers understand them (RFC 5322 3.4 and 4.4)."""

import re
from collections.abc import Callable, Iterable, Sequence
from email.message import Message as StdlibMessage
from email.utils import getaddresses
from functools import partial
from inspect import signature
from typing import Any

from mailparser import MailParser

from intake.core.mail.header import decode_words, unescaped, visible, words_spans
from intake.core.mail.message import Address
from intake.core.mail.plain_fields import plain_fields

_GUARD = re.compile("[\ue000\ue001]")
_TOKEN = re.compile("\ue000([0-9]+)\ue001")
# Begins at a word's start and never goes back, so that a long word without an @ is looked at once.
_ADDR_SPEC = re.compile(r"""(?<![^\s<>()\[\]:;,"@\\])[^\s<>()\[\]:;,"@\\]++@(?:[^\s<>()\[\]:;,"@\\']+|\[[^\]\s]+\])""")
_PLAIN = re.compile(
    r"""\s*(?:[\w.+-]+@[\w.-]+|(?:"[^"\\\r\n]*+"|[\w '.\ue000\ue001-]*+)\s*<[\w.+-]+@[\w.-]+>)\s*""", re.ASCII
)
_ANGLE = re.compile(r"<\s*([^<>\s]+)\s*>")
_ENDS_ITEM = re.compile(
    r'"(?:[^"\\]|\\.)*+"?|\((?:[^()\\]|\\.)*+\)?|<[^<>]*+>?|\[[^\]]*+\]?|[,;:]|[^"(<\[,;:]++|.', re.DOTALL
)


class _Fields(MailParser):  # type: ignore[misc]
    """mail-parser without its summary of the mail, drawn up twice a reading, which nobody here asks for."""

    def _make_mail(self, complete: bool = True) -> dict[str, Any]:  # noqa: ARG002
        return {}


class Words:
    """Encoded words of a header put out of the parsers' way.

    Structure is read before words are decoded (RFC 2047 5): each word stands as one private atom meanwhile.
    Afterwards a name gets its text, and an address its word as written, never decoded (THREATS 25).
    """

    def __init__(self) -> None:
        self._words: list[str] = []

    def hide(self, value: str) -> str:
        """The value with an atom in place of each encoded word."""
        if value.isascii() and "=?" not in value:
            return value
        value = _GUARD.sub("", value)
        out: list[str] = []
        at = 0
        for start, end in words_spans(value):
            out.append(value[at:start])
            out.append(f"\ue000{len(self._words)}\ue001")
            self._words.append(value[start:end])
            at = end
        out.append(value[at:])
        return "".join(out)

    def name(self, text: str) -> str:
        """A display name with its words decoded."""
        name = visible(decode_words(self._written(text)))
        return name[1:-1] if len(name) > 2 and name[0] == name[-1] == "'" else name

    def address(self, text: str) -> str:
        """An address with its words as they were written."""
        address = visible(self._written(text))
        return address if address.startswith('"') else address.replace(" ", "")

    def _written(self, text: str) -> str:
        if "\ue000" not in text:
            return text
        return _TOKEN.sub(lambda m: self._words[int(m.group(1))] if int(m.group(1)) < len(self._words) else "", text)


def prepared(value: str, words: Words, hint: str | None, most: int) -> tuple[str, bool]:
    """A list as the parsers get it: raw bytes decoded, words hidden, semicolons of no group made commas.

    At most `most` items are kept; the second value says whether some were left out (THREATS 30).
    """
    value = words.hide(unescaped(value, hint))
    if not value.isprintable():
        value = value.translate({0: None, 10: " ", 13: " "})
    if ";" not in value and value.count(",") < most:
        return value, False
    pieces = _ENDS_ITEM.findall(value)
    grouped = ":" in pieces
    out: list[str] = []
    items = 1
    for piece in pieces:
        if piece in ",;":
            items += 1
            if items > most:
                return "".join(out), True
        out.append("," if piece == ";" and not grouped else piece)
    return "".join(out), False


def read_list(parser: Any, name: str, values: list[str], words: Words) -> tuple[Address, ...]:
    """The addresses of a field, mail-parser's reading; an item that it cannot read gives what looks like one."""
    if not values:
        return ()
    found: list[tuple[str, str]] = list(getattr(parser, name))
    for defect in parser.address_header_defects:
        if defect["header"] == name.replace("_", "-") and not defect["recovered"]:
            found.extend(("", spec) for spec in _ADDR_SPEC.findall(defect["raw"]))
    seen: dict[str, Address] = {}
    for display, spec in found:
        address = Address(words.name(display), words.address(spec).strip("'"))
        if address.address:
            seen.setdefault(address.address.lower(), address)
    return tuple(seen.values())


def parse_headers(fields: Sequence[tuple[str, str]]) -> Any:
    """Addresses and the date, read as mail-parser reads them."""
    return plain_fields(fields) or by_mail_parser(fields)


def by_mail_parser(fields: Iterable[tuple[str, str]]) -> Any:
    """mail-parser over the few fields that it reads for us."""
    message = StdlibMessage()
    for name, value in fields:
        message[name] = value
    return _Fields(message)


def read_sender(parser: Any, values: list[str], words: Words) -> tuple[Address | None, tuple[str, ...], bool]:
    """The sender, every address that some reader takes for it, and whether readers disagree (THREATS 24)."""
    readings: dict[str, Address] = {}
    # Where nothing but one plain address can be meant, the other readers cost time only.
    plain = len(values) == 1 and _PLAIN.fullmatch(values[0])
    for reader in _READERS:
        if plain and readings:
            break
        for value in values:
            for display, spec in reader(parser, value):
                address = words.address(spec).strip("'")
                for each in (address, _up_to_second_at(address)):
                    if "@" in each:
                        readings.setdefault(_identity(each), Address(words.name(display), each))
    if not readings:
        return _without_domain(values, words), (), len(values) > 1
    first = next(iter(readings.values()))
    if not first.name:
        names = [a.name for key, a in readings.items() if key == _identity(first.address) and a.name]
        first = Address(names[0] if names else "", first.address)
    return first, tuple(a.address for a in readings.values()), len(readings) > 1 or len(values) > 1


def _up_to_second_at(address: str) -> str:
    """`a@b` of `a@b@c`, where some readers stop; empty where there is one `@` outside quotes."""
    pieces = [] if address.startswith('"') else [piece for piece in address.split("@") if piece]
    return "@".join(pieces[:2]) if len(pieces) > 2 else ""


def _identity(address: str) -> str:
    return address.strip("\"'").lower()


def _by_mail_parser(parser: Any, value: str) -> list[tuple[str, str]]:
    found = [pair for pair in parser.from_ if value == parser.message.get("from")]
    for defect in parser.address_header_defects:
        if defect["header"] == "from":
            found.extend((c["display_name"], c["address"]) for c in defect["candidates"])
    return found


def _by_stdlib(_parser: Any, value: str) -> list[tuple[str, str]]:
    return _lenient([value])


def _by_angles(_parser: Any, value: str) -> list[tuple[str, str]]:
    """As a reader does who believes every `<…>` outside quotes and comments, or else every bare addr-spec."""
    bare = "".join(p if p[0] not in '"(' else " " for p in _ENDS_ITEM.findall(value))
    angles = [a for a in _ANGLE.findall(bare) if "@" in a]
    outside = _ADDR_SPEC.findall(_ANGLE.sub(" ", bare))
    return [("", spec.rpartition(":")[2] if spec.startswith("@") else spec) for spec in angles] + [
        ("", spec) for spec in outside
    ]


_READERS: tuple[Callable[[Any, str], list[tuple[str, str]]], ...] = (_by_mail_parser, _by_stdlib, _by_angles)


def _without_domain(values: list[str], words: Words) -> Address | None:
    """`MAILER-DAEMON` and its like: one word where an address should stand."""
    for value in values:
        angle = _ANGLE.search(value)
        spec = words.address(angle.group(1) if angle else "") or words.address(re.sub(r"\([^()]*\)", "", value))
        comment = re.search(r"\(([^()]*)\)", value)
        if spec and not re.search(r"[\s<>:;,()\"]|=\?", spec):
            name = words.name(value[: angle.start()] if angle else comment.group(1) if comment else "")
            return Address(name.strip('" '), spec)
    return None


def _lenient(values: list[str]) -> list[tuple[str, str]]:
    """stdlib's reading before it became strict, so that it is the same on each Python."""
    try:
        return _getaddresses(values)
    except (RecursionError, ValueError, IndexError):
        return []


_getaddresses: Callable[[list[str]], list[tuple[str, str]]] = getaddresses
if "strict" in signature(getaddresses).parameters:
    _getaddresses = partial(getaddresses, strict=False)
