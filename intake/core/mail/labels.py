"""Finds the labels of a form in lines as people write them."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from intake.core.mail.form import FieldSpec
from intake.core.mail.misspelt import Misspelt

_NOT_WORD = re.compile(r"[\W_]+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
# Bullets and numbers, then what stands around a label: emphasis, a table's edge, brackets and quotation marks.
_LEAD = re.compile(
    r"\s*[|│┃║]?\s*(?:(?:[-*+•·▪◦‣⁃∙§–—→►➢●○■□✓✔☑☐☒✅➤➔▶▸◆◇»›o\uf0a7\uf0b7\uf0d8\uf0fc]|h[1-6]\."
    r"|\[[xX ]\]|\(?\d{1,2}[.)]|\d{1,2}(?:\.\d{1,2}){1,2}[.)]?|#\d{1,2}[.:)]?|\d{1,2}(?=\t)"
    r"|\d{1,2}\s*[|│┃║]|\(?[A-Za-z][.)])\s+)*"
    r"\s*(?P<mark>[*_#`~|│┃║\s=\[<{\"'“„«]*)"
)
_CLOSING = {"[": "]", "{": "}", "<": ">"}
_BRACKETS = " =[<{\"'“„«"
_SEPARATOR = re.compile(r"[:：﹕∶︰=＝|│┃║\t]")
_MORE = tuple(":：=＝>")
_MORE_SEPARATOR = re.compile(r"^[:：=＝>]+(?=\s|$)")
_LOOSE = re.compile(r"\s[-–—]\s+|[ \u00a0]{2,}|(?:[-–]>|→|⇒|\.{3,}|_{3,}|…)\s*")
_CLOSED = re.compile(r"([^*_`~\[\]<>(){}\"“”'«»:=|\t]{1,80})(?:[*_`~]{1,3}|[\]>}\"”“'»])\s*[:：=]?\s*")
_GLUED_NUMBER = re.compile(
    r"([^\d:=()]{1,40}?)(?:\([^()]{0,60}\))?(?:\s(?:is|ist|est|es|è|é|jest|är)(?:\s(?:now|jetzt|nun|nu|teraz))?(?=\s))?"
    r"[\s#.–-]{0,5}(\d+)\s*(?=$|[:(,;/–-]|\.\s*$|(?:of|von)\s\d)"
)
_NUMBERED = re.compile(r"\s*\(?\d{1,2}[.)](?=\S)")
_PARENTHESIS = re.compile(r"[(\[<{][^()\[\]<>{}]*[)\]>}]\s*$")
_PARENTHESES_END = (")", "]", ">", "}")
_REMARKED = re.compile(r"([^()\[\]:=|]{1,80})[(\[][^()\[\]]{0,150}[)\]][\s*_.]{0,9}[:：﹕∶=＝|\t]")
_PIECES = re.compile(r"([,;|│┃║\t:：﹕=＝])")
_HEAD_CHARACTERS = 200
_ROW_CHARACTERS = 2_000
_EQUALS = frozenset("=＝")
_EMPHASIS = "*_`~"
_CELL = frozenset("|│┃║\t")
_AROUND = " \t*_`~-•·|│1234567890.)"
# What the rest of a line has where nothing in it can set a label off: no sign of `_SEPARATOR`.
_UNMARKED = r"[\x00-\x08\x0a-9;<>-{}-\xff]*+"
_MOST_KNOWN = 10_000
_MOST_FORMS = 32
# A look at a line's first letters spares most lines the dearer looks.
_OPENING = 3
_OPENING_WITHIN = 12


@lru_cache(maxsize=8_192)
def fold(text: str) -> str:
    """`text` without case, width, spaces and punctuation, umlauts spelt out: spellings of one word compare equal."""
    if text.isascii():
        return _NOT_WORD.sub("", text.lower())
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", text).casefold()).translate(_UMLAUTS)


class Hit(NamedTuple):
    """A label at the start of a line. `rest` is what follows it.

    `sure` says that a colon, a cell's edge or emphasis sets the label off, `weak` that an equals sign or brackets do;
    `lone` that nothing follows and nothing but the line's end sets it off; `cell` that the edge of a table's cell does;
    `lower` that it is in lower case; `misspelt` that it is a label but for a slip of the fingers.
    """

    spec: FieldSpec
    rest: str
    sure: bool
    lone: bool = False
    cell: bool = False
    lower: bool = False
    weak: bool = False
    misspelt: bool = False


def labels_of(specs: tuple[FieldSpec, ...]) -> "Labels":
    """The labels of a form, made once for the many mails that are read with them."""
    same = _same.get(id(specs))
    if same is not None and same[0] is specs:
        return same[1]
    if len(_same) >= _MOST_FORMS:
        _same.clear()
    labels = _labels_of_equal(specs)
    _same[id(specs)] = (specs, labels)
    return labels


# Mails that are read together bring the very same fields, those of the next batch equal ones; comparing takes longer.
_same: dict[int, tuple[tuple[FieldSpec, ...], "Labels"]] = {}


@lru_cache(maxsize=_MOST_FORMS)
def _labels_of_equal(specs: tuple[FieldSpec, ...]) -> "Labels":
    return Labels(specs)


class Labels:
    """The labels and aliases of some fields, to be found in lines. Each look costs a bounded time."""

    def __init__(self, specs: Sequence[FieldSpec]) -> None:
        self._specs: dict[str, FieldSpec] = {}
        self._known: dict[str, FieldSpec | None] = {}
        # names that stood plainly before a colon, as those of most forms do
        self._before_colon: dict[str, FieldSpec] = {}
        names = [(name, spec) for spec in specs for name in (spec.label, *spec.aliases)]
        for name, spec in names:
            if folded := fold(name):
                self._specs.setdefault(folded, spec)
        self.fields = len({spec.key for spec in specs})
        self._initials = frozenset(folded[0] for folded in self._specs)
        self._openings = frozenset(folded[:_OPENING] for folded in self._specs)
        self._words = max((len(name.split()) for name, _ in names), default=1)
        self._misspelt = Misspelt((name, self._specs[fold(name)]) for name, _ in names if fold(name))
        cut = [" ".join(name.casefold().split()[:count]) for name, _ in names for count in range(1, len(name.split()))]
        self._beginnings = frozenset(cut)
        self._longest_beginning = max(map(len, cut), default=0) + len("  10. **")
        self.no_label = self._no_label().fullmatch
        """Finds the lines, most of those in a mail, that a quick look shows to be no label and not half of one."""

    def _no_label(self) -> re.Pattern[str]:
        """What matches an empty line, and one that begins with letters as no label does and has no separator."""
        openings = sorted(opening for opening in self._openings if opening.isascii())
        groups = [(initial, list(group)) for initial, group in groupby(openings, key=itemgetter(0))]
        known = "|".join(f"{_letter(initial)}(?:{'|'.join(map(_further, group))})" for initial, group in groups)
        return re.compile(rf"(?:(?!{known})[A-Za-z]{{2}} ?[A-Za-z]{_UNMARKED})?")

    def __call__(self, name: str) -> FieldSpec | None:
        """The field that `name` is a label of; a remark in brackets after the label does not matter."""
        try:
            return self._known[name]
        except KeyError:
            return self._learnt(name) if self._opens(name) else None

    def _learnt(self, name: str) -> FieldSpec | None:
        spec = self._specs.get(fold(name)) or self._specs.get(fold(_without_remark(name))) or self._twice(name)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
            self._before_colon.clear()
        self._known[name] = spec
        return spec

    def _twice(self, name: str) -> FieldSpec | None:
        """The field of two names for it with a slash between: "Severity / Schweregrad"."""
        if "/" not in name:
            return None
        found = {self._specs.get(fold(part)) for part in name.split("/")}
        return found.pop() if len(found) == 1 else None

    def at_start(self, line: str) -> Hit | None:
        """The label that `line` begins with, after bullets, numbers and emphasis."""
        name, colon, rest = line.partition(":")
        spec = self._before_colon.get(name)
        if spec and colon and not rest.startswith(_MORE):
            return Hit(spec, rest, sure=True, lower=name[0].islower())
        lead = None if line[:2].isalpha() else _LEAD.match(line)
        start = lead.end() if lead else 0
        if self._promising(line, start):
            return self._head(line[start:], lead["mark"] if lead else "")
        if numbered := _NUMBERED.match(line):
            return self._head(line[numbered.end() :], "") if self._promising(line, numbered.end()) else None
        return None

    def breaks(self, line: str) -> bool:
        """Whether all that `line` has is the beginning of a label."""
        return len(line) <= self._longest_beginning and line.strip(_AROUND).casefold() in self._beginnings

    def at_break(self, line: str, following: str) -> Hit | None:
        """The label that begins in `line` and goes on in the next, which only wrapping can do."""
        hit = self.at_start(f"{line.strip()} {following.strip()}")
        return hit if hit and (hit.sure or hit.weak or hit.lone) else None

    def may_begin(self, initial: str) -> bool:
        """Whether a label may begin with a character."""
        return self._promising(initial, 0)

    def _promising(self, line: str, start: int) -> bool:
        initial = line[start : start + 1].lower()
        return initial in self._initials or (not initial.isascii() and fold(initial)[:1] in self._initials)

    def _opens(self, line: str) -> bool:
        """Whether a label may begin with the first letters of `line`, or these are too few or strange to tell."""
        head = line[: _OPENING + 1]
        if head.isascii() and head.isalpha() and len(head) > _OPENING:
            letters = head.lower()
        else:
            head = line[:_OPENING_WITHIN]
            letters = fold(head)
        if not head.isascii() or len(letters) <= _OPENING:
            return True
        return not self._openings.isdisjoint((letters[:1], letters[:2], letters[:_OPENING]))

    def _head(self, line: str, mark: str) -> Hit | None:
        lower = line[:1].islower()
        marked = bool(mark.strip(_BRACKETS))
        separator = _SEPARATOR.search(line, 0, _HEAD_CHARACTERS)
        if separator:
            name = line[: separator.start()]
            spec, misspelt = self(name), False
            if spec is None:
                remarked = _REMARKED.match(line)
                if remarked and (spec := self(remarked[1]) or self._misspelt(remarked[1])):
                    return Hit(spec, _MORE_SEPARATOR.sub("", line[remarked.end() :], count=1), sure=True, lower=lower)
                spec, misspelt = self._misspelt(_without_remark(name)), True
            if spec:
                sign = separator[0]
                if sign == ":" and not mark and not misspelt and name[:2].isalpha():
                    self._before_colon[name] = spec
                weak = (sign in _EQUALS and not marked) or mark != mark.rstrip(_BRACKETS[1:])
                rest = _rest(line, separator, mark, marked=marked)
                return Hit(spec, rest, not weak, cell=sign == "\t", lower=lower, weak=weak, misspelt=misspelt)
        if not self._opens(line):
            return None
        if mark.strip() and (closed := _CLOSED.match(line)) and (spec := self(closed[1])):
            return Hit(spec, line[closed.end() :], sure=marked, lone=not line[closed.end() :].strip(), lower=lower)
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
                row[-1] = (row[-1][0], "".join([*value, words]).strip(" ,;|│┃║\t"))
                row.append((other, ""))
                taken.add(other.key)
                value = []
            else:
                value += (piece, mark)
        row[-1] = (row[-1][0], "".join([*value, pieces[-1], rest[_ROW_CHARACTERS:]]).strip(" |│┃║\t"))
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


def _without_remark(name: str) -> str:
    return _PARENTHESIS.sub("", name) if name.rstrip().endswith(_PARENTHESES_END) else name


def _letter(letter: str) -> str:
    return f"[{letter}{letter.upper()}]"


def _further(opening: str) -> str:
    return "".join(f" ?{_letter(each)}" for each in opening[1:])


def _rest(line: str, separator: re.Match[str], mark: str, *, marked: bool) -> str:
    """What follows a label and its separator, without the rest of both, and what closes brackets around all of it."""
    rest = line[separator.end() :]
    if separator[0] in _EQUALS:
        rest = rest.lstrip("=>")
    elif more := _MORE_SEPARATOR.match(rest):
        rest = rest[more.end() :]
    if not mark:
        return rest
    if marked and line[: separator.start()].rstrip()[-1:] not in _EMPHASIS:
        rest = rest.lstrip(_EMPHASIS)
    closing = _CLOSING.get(mark.strip()[-1:])
    if closing and closing not in line[: separator.start()] and rest.rstrip().endswith(closing):
        rest = rest.rstrip()[:-1]
    return rest
