"""Finds the labels of a form in lines as people write them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from intake.core.mail.form import FieldSpec

_NOT_WORD = re.compile(r"[\W_]+")
_LEAD = re.compile(r"\s*(?:(?:[-*+•·▪◦‣–—→►➢o]|\(?\d{1,2}[.)]|[A-Za-z]\))\s+)*\s*(?P<mark>[*_#`|│\s]*)")
_SEPARATOR = re.compile(r"[:：﹕=＝|│\t]")
_LOOSE = re.compile(r"\s[-–—]\s+|[ \u00a0]{2,}")
_GLUED_NUMBER = re.compile(r"([^\d:=]{1,40}?)[\s#.–-]{0,5}(\d+)\s*(?=$|[(,;/–-])")
_NUMBERED = re.compile(r"\s*\(?\d{1,2}[.)](?=\S)")
_PARENTHESIS = re.compile(r"[(\[<{][^()\[\]<>{}]*[)\]>}]\s*$")
_REMARKED = re.compile(r"([^()\[\]:=|]{1,80})[(\[][^()\[\]]{0,150}[)\]][\s*_]{0,5}[:：﹕=＝|\t]")
_PIECES = re.compile(r"([,;|│\t:：﹕=＝])")
_HEAD_CHARACTERS = 200
_ROW_CHARACTERS = 2_000
_STRONG = frozenset(":：﹕|│\t")
_EMPHASIS = "*_`"
_CELL = frozenset("|│\t")


@lru_cache(maxsize=8_192)
def fold(text: str) -> str:
    """`text` without case, width, spaces and punctuation, so that spellings of one word compare equal."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True, slots=True)
class Hit:
    """A label at the start of a line. `rest` is what follows it.

    `sure` says that a colon, a cell's edge or emphasis sets the label off; `lone` that nothing follows and nothing
    but the line's end sets it off; `cell` that the edge of a table's cell does; `lower` that it is in lower case.
    """

    spec: FieldSpec
    rest: str
    sure: bool
    lone: bool = False
    cell: bool = False
    lower: bool = False


class Labels:
    """The labels and aliases of some fields, to be found in lines. Each look costs a bounded time."""

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        self._specs: dict[str, FieldSpec] = {}
        self._known: dict[str, FieldSpec | None] = {}
        names = [(name, spec) for spec in specs for name in (spec.label, *spec.aliases)]
        for name, spec in names:
            if folded := fold(name):
                self._specs.setdefault(folded, spec)
        self._initials = frozenset(folded[0] for folded in self._specs)
        self._words = max((len(name.split()) for name, _ in names), default=1)

    def __call__(self, name: str) -> FieldSpec | None:
        """The field that `name` is a label of; a remark in brackets after the label does not matter."""
        if name in self._known:
            return self._known[name]
        spec = self._specs.get(fold(name)) or self._specs.get(fold(_PARENTHESIS.sub("", name)))
        if len(self._known) < 10_000:
            self._known[name] = spec
        return spec

    def at_start(self, line: str) -> Hit | None:
        """The label that `line` begins with, after bullets, numbers and emphasis."""
        lead = None if line[:2].isalpha() else _LEAD.match(line)
        start = lead.end() if lead else 0
        if self._promising(line, start):
            marked = bool(lead and lead["mark"].strip())
            return self._head(line[start:], marked)
        if numbered := _NUMBERED.match(line):
            return self._head(line[numbered.end() :], False) if self._promising(line, numbered.end()) else None
        return None

    def _promising(self, line: str, start: int) -> bool:
        initial = line[start : start + 1].lower()
        return initial in self._initials or (not initial.isascii() and fold(initial)[:1] in self._initials)

    def _head(self, line: str, marked: bool) -> Hit | None:
        lower = line[:1].islower()
        separator = _SEPARATOR.search(line, 0, _HEAD_CHARACTERS)
        if separator and (spec := self(line[: separator.start()])):
            rest = line[separator.end() :]
            if separator[0] in "=＝":
                rest = rest.lstrip("=>")
            if marked and line[: separator.start()].rstrip()[-1:] not in _EMPHASIS:
                rest = rest.lstrip(_EMPHASIS)
            sure = marked or separator[0] in _STRONG
            return Hit(spec, rest, sure, cell=separator[0] == "\t", lower=lower)
        if separator and (remarked := _REMARKED.match(line)) and (spec := self(remarked[1])):
            return Hit(spec, line[remarked.end() :], sure=True, lower=lower)
        loose = _LOOSE.search(line, 0, _HEAD_CHARACTERS)
        if loose and (spec := self(line[: loose.start()])) and line[loose.end() :].strip():
            return Hit(spec, line[loose.end() :], sure=marked, lower=lower)
        glued = _GLUED_NUMBER.match(line)
        if glued and (spec := self(glued[1])) and spec.kind == "number":
            return Hit(spec, line[glued.start(2) :], sure=marked, lower=lower)
        if not separator and len(line) <= _HEAD_CHARACTERS and (spec := self(line)):
            return Hit(spec, "", sure=marked, lone=True, lower=lower)
        return None

    def split_row(self, spec: FieldSpec, rest: str) -> tuple[str, list[tuple[FieldSpec, str]]]:
        """Several fields on one line: the value of `spec`, then the fields that follow it with theirs.

        Another label counts after a comma, a semicolon or a cell's edge, or as the last words before a colon.
        """
        if not _SEPARATOR.search(rest, 0, _ROW_CHARACTERS):
            return rest.strip(), []
        pieces = _PIECES.split(rest[:_ROW_CHARACTERS])
        row: list[tuple[FieldSpec, str]] = [(spec, "")]
        value: list[str] = []
        taken = {spec.key}
        for place in range(0, len(pieces) - 1, 2):
            piece, mark = pieces[place], pieces[place + 1]
            before = pieces[place - 1] if place else ""
            label = self._label_before(piece, mark, before)
            if label and label[0].key not in taken and row[-1][0].kind not in ("block", "lines"):
                other, words = label
                row[-1] = (row[-1][0], "".join([*value, words]).strip(" ,;|│\t"))
                row.append((other, ""))
                taken.add(other.key)
                value = []
            else:
                value += (piece, mark)
        row[-1] = (row[-1][0], "".join([*value, pieces[-1], rest[_ROW_CHARACTERS:]]).strip(" |│\t"))
        return row[0][1], row[1:]

    def _label_before(self, piece: str, mark: str, before: str) -> tuple[FieldSpec, str] | None:
        """The label that `piece` ends with, and the words before it."""
        if mark in ",;":
            return None
        if mark in _CELL:
            spec = self(piece.strip(" *_`")) if before in _CELL and before else None
            return (spec, "") if spec else None
        if before and before in ",;|│\t" and (spec := self(piece)):
            return spec, ""
        words = piece[-_HEAD_CHARACTERS:].split(" ")
        for count in range(min(self._words, len(words) - 1), 0, -1):
            name = " ".join(words[-count:])
            if name.strip() and mark not in "=" and (spec := self(name)):
                return spec, piece[: len(piece) - len(name)]
        return None
