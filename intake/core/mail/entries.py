"""Finds the labels of a form in a text, each with the lines that follow it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from intake.core.mail.attributions import quote_depth, quote_starts
from intake.core.mail.form import FieldSpec
from intake.core.mail.grids import heads_other_table
from intake.core.mail.labels import Hit, Labels
from intake.core.mail.pasted import is_pasted

RULE = re.compile(r"\s*(?:[-=_*~#]{3,}|[|+:\s-]*-{3,}[|+:\s-]*)\s*$")
_DELIMITER = re.compile(r"--\s*$")
_SENTENCE_END = ".!?:;"
WRAPPED_LENGTH = 60
_MOST_LABELS = 2_000
# A form filled in a second time: this many of its labels within that many lines.
_SECOND_FORM = 4
_SECOND_WITHIN = 8


@dataclass(slots=True)
class Entry:
    """A label as it was found, with the lines up to whatever ends it."""

    spec: FieldSpec
    depth: int
    first: str
    lines: list[tuple[int, str]] = field(default_factory=list)
    filled: bool = False
    cell: bool = False
    closed: bool = False
    """Whether another label follows: then all the lines lie inside the form."""

    def add(self, depth: int, line: str) -> None:
        """Takes a line that follows the label."""
        self.lines.append((depth, line))
        self.filled = self.filled or bool(line.strip())


class Scan:
    """One way down through the lines of a text."""

    def __init__(self, labels: Labels, lines: Sequence[str]) -> None:
        self._labels = labels
        self._lines = lines
        self._entry: Entry | None = None
        self._given: set[str] = set()
        self._before = ""
        self._weak = False
        self._number = 0

    def entries(self) -> Sequence[Entry]:
        """The labels with what follows them, in their order."""
        done: list[Entry] = []
        starts = quote_starts(self._lines)
        no_label = self._labels.no_label
        skip = -1
        for number, raw in enumerate(self._lines):
            if number == skip:
                continue
            if no_label(raw) and number not in starts:
                if self._entry:
                    self._entry.add(0, raw)
                self._before = raw
                continue
            self._number = number
            depth, line = quote_depth(raw)
            if number in starts or (line.startswith("--") and _DELIMITER.match(line)):
                self._close(None)
            elif len(done) < _MOST_LABELS and (hit := self._labels.at_start(line)) and self._believed(hit, depth):
                self._open(hit, depth, done)
            elif len(done) < _MOST_LABELS and (hit := self._over_two_lines(line, depth)) and self._believed(hit, depth):
                self._open(hit, depth, done)
                skip = number + 1
            elif self._entry:
                self._entry.add(depth, line)
            self._before = line
        self._close(None)
        return done

    def _over_two_lines(self, line: str, depth: int) -> Hit | None:
        """A label that a mail program wrapped."""
        if not self._labels.breaks(line) or self._number + 1 >= len(self._lines):
            return None
        depth_below, below = quote_depth(self._lines[self._number + 1])
        return self._labels.at_break(line, below) if depth_below == depth else None

    def _open(self, hit: Hit, depth: int, done: list[Entry]) -> None:
        spec, first = hit.spec, hit.rest
        row: Sequence[tuple[FieldSpec, str]] = ()
        if spec.kind not in ("block", "lines"):
            first, row = self._labels.split_row(spec, first)
        self._weak = self._weak or hit.weak
        opened = [Entry(spec, depth, first, [], bool(first.strip()), hit.cell)]
        if row:
            opened += [Entry(other, depth, rest, [], bool(rest.strip()), hit.cell) for other, rest in row]
        for entry in opened:
            self._close(entry)
        done += opened

    def _close(self, following: Entry | None) -> None:
        if self._entry:
            self._entry.closed = following is not None
            if self._entry.filled:
                self._given.add(self._entry.spec.key)
        self._entry = following

    def _believed(self, hit: Hit, depth: int) -> bool:
        """Whether a label begins a field here, or is a line of the block, or of the table, that it stands in."""
        if not hit.misspelt and heads_other_table(self._labels, self._lines, self._number):
            return False
        if is_pasted(self._labels, self._lines, self._number, hit):
            return False
        entry = self._entry
        blank_before = not self._before.strip()
        in_block = entry is not None and entry.spec.kind == "block" and entry.filled and entry.depth == depth
        if hit.lone and not (hit.sure or blank_before or " " in hit.spec.label):
            return entry is not None and not in_block
        if entry is None or not in_block:
            return entry is None or entry.spec.kind != "lines" or not entry.filled or hit.spec.key not in self._given
        if hit.spec.key in self._given or hit.spec.key == entry.spec.key:
            return (blank_before or bool(RULE.match(self._before))) and self._form_begins(depth)
        before = self._before.rstrip()
        sentence = hit.lower and len(before) >= WRAPPED_LENGTH and before[-1] not in _SENTENCE_END
        return not sentence and (blank_before or self._sets_off(hit))

    def _sets_off(self, hit: Hit) -> bool:
        """Whether a label stands out of a block's lines without an empty line before it."""
        several_words = " " in hit.spec.label
        if hit.misspelt:
            return several_words and (hit.sure or hit.weak)
        # One word and an equals sign are a line of some configuration, unless the form is filled in that way.
        return hit.sure or hit.lone or (hit.weak and (several_words or self._weak))

    def _form_begins(self, depth: int) -> bool:
        """Whether the form comes once more from here on, and not a block's lines that look like some of it."""
        found = set()
        for raw in self._lines[self._number : self._number + _SECOND_WITHIN]:
            depth_there, line = quote_depth(raw)
            if depth_there == depth and (hit := self._labels.at_start(line)) and not hit.misspelt:
                found.add(hit.spec.key)
        return len(found) >= _SECOND_FORM
