"""Markdown's tokens as readable plain text: the same words as the HTML, lines as the template broke them."""

import re
from collections.abc import Sequence

from markdown_it.token import Token

from intake.outbound.constructs import STAND_IN, stand_in

LONE_TAGS = re.compile("(?:\ue000[TL][0-9]+\ue001)+")
RULE = "-" * 40


class PlainText:
    """The text of the tokens. `prefixes`: what each further line of a many-line value begins with, by number."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.prefixes: dict[int, str] = {}
        self._out: list[str] = []
        self._prefix: list[str] = []
        self._marker = ""
        self._numbers: list[int | None] = []
        self._row: list[str] = []
        self._hidden = False
        for token in tokens:
            handler = getattr(self, f"_{token.type}", None)
            if handler is not None:
                handler(token)
        self.text = "".join(self._out)

    def _lines(self, text: str) -> None:
        for line in text.split("\n"):
            if LONE_TAGS.fullmatch(line):
                self._out.append(STAND_IN.sub(lambda found: stand_in("T", int(found[2])), line))
                continue
            prefix = "".join(self._prefix)
            first = "".join(self._prefix[:-1]) + self._marker if self._marker else prefix
            self._marker = ""
            for found in STAND_IN.finditer(line):
                if found[1] == "B":
                    self.prefixes[int(found[2])] = prefix
            self._out.append((first + line).rstrip(" ") + "\n")

    def _gap(self, _token: Token | None = None) -> None:
        self._out.append("\n")

    def _tag(self, token: Token) -> None:
        self._out.append(token.content)

    def _inline(self, token: Token) -> None:
        text = inline_text(token.children or [])
        if self._row and self._row[-1] == "":
            self._row[-1] = text
        else:
            self._lines(text)

    def _paragraph_close(self, token: Token) -> None:
        if not token.hidden:
            self._gap()

    _heading_close = _gap

    def _hr(self, _token: Token) -> None:
        self._lines(RULE)
        self._gap()

    def _fence(self, token: Token) -> None:
        self._lines(token.content.removesuffix("\n"))
        self._gap()

    def _blockquote_open(self, _token: Token) -> None:
        self._prefix.append("> ")

    def _blockquote_close(self, _token: Token) -> None:
        self._prefix.pop()

    def _bullet_list_open(self, _token: Token) -> None:
        self._numbers.append(None)

    def _ordered_list_open(self, token: Token) -> None:
        self._numbers.append(int(token.attrs.get("start", 1)))

    def _list_item_open(self, _token: Token) -> None:
        number = self._numbers[-1]
        self._marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._numbers[-1] = number + 1
        self._prefix.append(" " * len(self._marker))

    def _list_item_close(self, _token: Token) -> None:
        self._prefix.pop()
        self._marker = ""

    def _bullet_list_close(self, _token: Token) -> None:
        self._numbers.pop()
        if not self._numbers:
            self._gap()

    _ordered_list_close = _bullet_list_close

    def _td_open(self, _token: Token) -> None:
        self._row.append("")

    _th_open = _td_open

    def _tr_close(self, _token: Token) -> None:
        if any(self._row):
            two = len(self._row) == 2 and self._row[0]
            self._lines(f"{self._row[0].removesuffix(':')}: {self._row[1]}" if two else " | ".join(self._row))
        self._row = []

    _table_close = _gap


def inline_text(children: Sequence[Token]) -> str:
    """A line's words without marks; a link as its words and, where they differ, its address in brackets."""
    out: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        if child.type in ("softbreak", "hardbreak"):
            out.append("\n")
        elif child.type == "link_open":
            links.append((str(child.attrs.get("href", "")), len(out)))
        elif child.type == "link_close":
            href, start = links.pop()
            words = _as_values("".join(out[start:]))
            if _as_values(href).removeprefix("mailto:") not in (words, words.removeprefix("mailto:")):
                out.append(f" ({href})")
        else:
            out.append(child.content)
    return "".join(out)


def _as_values(text: str) -> str:
    return STAND_IN.sub("\ue000", text)
