"""Jinja2's tags in a Markdown text: found, stood in for while Markdown is converted, and put back.

A stand-in is a private-use character, a letter, a number and another private-use character: a word to Markdown.
The letter says how it is put back (`Mode`).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from jinja2 import Environment

OPEN, CLOSE = "\ue000", "\ue001"
STAND_IN = re.compile(f"{OPEN}([A-Z])([0-9]+){CLOSE}")
TAG_LINE = re.compile(rf"\s*(?:{OPEN}T[0-9]+{CLOSE}\s*)+")
RESERVED = re.compile("[\x00-\x08\x0b-\x1f\x7f\ue000\ue001]")
CLOSING = {"endif": "if", "endfor": "for"}


class Mode(StrEnum):
    """How a stand-in is put back."""

    VALUE = "V"  # a value on one line
    BLOCK = "B"  # a value that keeps its lines
    TAG = "T"  # a tag
    TAG_LINE = "L"  # a tag that takes the end of its line with it
    LINK = "U"  # a value that is a whole link
    LINK_PART = "P"  # a value inside a link


@dataclass(frozen=True, slots=True)
class Construct:
    """A tag of the template: what stands between its braces, and the line it begins on, from 1."""

    kind: Literal["value", "open", "middle", "end"]
    word: str
    inner: str
    line: int

    @property
    def source(self) -> str:
        """A tag as it is put back. Values are put back by whoever knows where they stand."""
        return f"{{%{self.inner}%}}"


class Unfit(Exception):  # noqa: N818
    """A template that cannot be converted: the line, from 1, and what to do about it."""

    def __init__(self, line: int, text: str) -> None:
        self.line, self.text = line, text
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Marked:
    """A text with stand-ins, and what they stand for by number."""

    text: str
    constructs: tuple[Construct, ...]


def stand_in(mode: str, number: int) -> str:
    """The characters that stand for a construct."""
    return f"{OPEN}{mode}{number}{CLOSE}"


def mark(environment: Environment, source: str) -> Marked:
    """The source with a stand-in for each tag, comments left out. The source is one that Jinja2 can parse.

    Raises `Unfit` for what only confuses here: raw blocks and whitespace signs.
    """
    out: list[str] = []
    constructs: list[Construct] = []
    inner: list[str] = []
    begun: tuple[str, int] = ("", 0)
    for line, kind, text in environment.lexer.tokeniter(source, None):
        if kind == "data":
            out.append(text)
        elif kind.startswith("raw"):
            raise Unfit(line, "raw blocks are not possible in templates")
        elif kind in ("variable_begin", "block_begin", "comment_begin"):
            begun, inner = (kind, line), []
            _plain(text, line)
        elif kind in ("variable_end", "block_end"):
            _plain(text, line)
            out.append(stand_in("V" if kind == "variable_end" else "T", len(constructs)))
            constructs.append(_construct(begun, "".join(inner)))
        elif kind == "comment_end":
            _plain(text, line)
            out.append(OPEN)
        else:
            inner.append(text)
    text = re.sub(f"^[ \t]*{OPEN}[ \t]*\n|{OPEN}(?![A-Z])", "", "".join(out), flags=re.MULTILINE)
    return Marked(text, tuple(constructs))


def _plain(brace: str, line: int) -> None:
    if brace.strip() not in ("{{", "}}", "{%", "%}", "{#", "#}"):
        raise Unfit(line, f"write {brace.strip().strip('-+')} without a sign: a tag alone on its line leaves no line")


def _construct(begun: tuple[str, int], inner: str) -> Construct:
    kind, line = begun
    word = (inner.split() or [""])[0]
    if kind == "variable_begin":
        return Construct("value", "", inner, line)
    if word in CLOSING:
        return Construct("end", CLOSING[word], inner, line)
    return Construct("middle" if word in ("else", "elif") else "open", word, inner, line)


def put_back(text: str, literal: Callable[[str], str], construct: Callable[[str, int], str]) -> str:
    """The text with each stand-in replaced by `construct(mode, number)`, and the rest by `literal(text)`."""
    out: list[str] = []
    end = 0
    for found in STAND_IN.finditer(text):
        out += literal(text[end : found.start()]), construct(found[1], int(found[2]))
        end = found.end()
        if found[1] == Mode.TAG_LINE and text[end : end + 1] == "\n":
            end += 1
    out.append(literal(text[end:]))
    return "".join(out)
