"""Reads a form's fields out of the texts of a mail, as people write them."""

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from intake.core.mail.attributions import quote_depth, quote_starts
from intake.core.mail.form import FieldSpec, FieldValue
from intake.core.mail.labels import Hit, Labels
from intake.core.mail.values import Judged, judge

_DELIMITER = re.compile(r"--\s*$")
_RULE = re.compile(r"\s*(?:[-=_*~#]{3,}|[|+:\s-]*-{3,}[|+:\s-]*)\s*$")
_EMPHASIS = re.compile(r"([*_`]{1,3})(?=\S)(.*\S)\1", re.S)
_SENTENCE_END = ".!?:;"
_WRAPPED_LENGTH = 60
_CONTINUATIONS = 5
# Far beyond any form, and still read in a fraction of a second.
# what web pages and word processors leave in a copied form, and nobody sees
_MOST_LISTED = 50
_LONGEST_CHOICE = 200
_UNSEEN = "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_SEEN = str.maketrans({"\u00a0": " ", **dict.fromkeys(_UNSEEN, "")})
_LONGEST = 500_000
_MOST_LABELS = 2_000


@dataclass(slots=True)
class _Entry:
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
        self.lines.append((depth, line))
        self.filled = self.filled or bool(line.strip())


def read_fields(specs: Sequence[FieldSpec], texts: Sequence[str]) -> dict[str, FieldValue]:
    """The fields that the texts give, by key, in the order of `specs`; what no text gives is absent.

    `texts` are renderings of one mail, best first (the new text, the whole text, the text of its HTML part). What an
    earlier text gives stands, even if it is not valid, so that a quoted old form never overrides a new answer;
    a form's own hint left in place gives way. Within one text the first valid value stands, else the first written.
    A text is read up to 500,000 characters and 2,000 labels.
    """
    labels = Labels(specs)
    found: dict[str, Judged] = {}
    for text in dict.fromkeys(texts):
        for key, judged in _read_text(labels, text).items():
            if key not in found or (judged.given and not found[key].given):
                found[key] = judged
    return {spec.key: found[spec.key].value for spec in specs if spec.key in found}


def missing_fields(specs: Sequence[FieldSpec], values: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """The keys of required fields without a valid value, in the order of `specs`."""
    return tuple(s.key for s in specs if s.required and not (s.key in values and values[s.key].valid))


def _read_text(labels: Labels, text: str) -> dict[str, Judged]:
    found: dict[str, Judged] = {}
    for entry in _Scan(labels).entries(text[:_LONGEST].translate(_SEEN).splitlines()):
        old = found.get(entry.spec.key)
        if old and old.value.valid:
            continue
        new = judge(entry.spec, _written(entry))
        if new and (old is None or new.value.valid or (new.given and not old.given)):
            found[entry.spec.key] = new
    return found


class _Scan:
    """One way down through the lines of a text."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._entry: _Entry | None = None
        self._given: set[str] = set()
        self._before = ""

    def entries(self, lines: Sequence[str]) -> Iterable[_Entry]:
        """The labels with what follows them, in their order."""
        done: list[_Entry] = []
        starts = quote_starts(lines)
        for number, raw in enumerate(lines):
            depth, line = quote_depth(raw)
            if number in starts or _DELIMITER.match(line):
                self._close(None)
            elif len(done) < _MOST_LABELS and (hit := self._labels.at_start(line)) and self._believed(hit, depth):
                done += self._open(hit, depth)
            elif self._entry:
                self._entry.add(depth, line)
            self._before = line
        self._close(None)
        return done

    def _open(self, hit: Hit, depth: int) -> list[_Entry]:
        row: list[tuple[FieldSpec, str]] = []
        first = hit.rest
        if hit.spec.kind not in ("block", "lines"):
            first, row = self._labels.split_row(hit.spec, hit.rest)
        opened = [
            _Entry(spec, depth, rest, filled=bool(rest.strip()), cell=hit.cell)
            for spec, rest in ((hit.spec, first), *row)
        ]
        for entry in opened:
            self._close(entry)
        return opened

    def _close(self, following: _Entry | None) -> None:
        if self._entry:
            self._entry.closed = following is not None
            if self._entry.filled:
                self._given.add(self._entry.spec.key)
        self._entry = following

    def _believed(self, hit: Hit, depth: int) -> bool:
        """Whether a label begins a field here, or is a line of the block that it stands in."""
        entry = self._entry
        blank_before = not self._before.strip()
        in_block = entry is not None and entry.spec.kind == "block" and entry.filled and entry.depth == depth
        if hit.lone and not (hit.sure or blank_before or " " in hit.spec.label):
            return entry is not None and not in_block
        if entry is None or not in_block:
            return entry is None or entry.spec.kind != "lines" or not entry.filled or hit.spec.key not in self._given
        if hit.spec.key in self._given or hit.spec.key == entry.spec.key:
            return False
        before = self._before.rstrip()
        sentence = hit.lower and len(before) >= _WRAPPED_LENGTH and before[-1] not in _SENTENCE_END
        return not sentence and (hit.sure or hit.lone or blank_before)


def _written(entry: _Entry) -> str:
    """What the sender wrote for the label: beside it, below it, or unquoted below a quoted label."""
    if entry.depth and not _says_something(entry):
        answer = _answer_below(entry)
        if answer:
            return answer
    own = [line if depth >= entry.depth else None for depth, line in entry.lines]
    lines = own[: own.index(None)] if None in own else own
    kept = [line for line in lines if line is not None]
    if entry.cell and entry.first.strip():
        kept = _cell(kept)
    if entry.spec.kind == "block":
        return _block(entry, kept)
    if entry.spec.kind == "lines":
        return _block(entry, kept if entry.closed else _first_paragraph(entry.first, kept))
    listed = _listed(entry, kept)
    return ", ".join(listed) if listed else _plain(_line(entry.first, kept))


def _listed(entry: _Entry, lines: list[str]) -> list[str]:
    """Several choices, one a line below their label, with or without bullets; empty unless each line is one of them."""
    if entry.spec.kind != "choices" or entry.first.strip():
        return []
    listed: list[str] = []
    for line in lines[:_MOST_LISTED]:
        plain = line.strip().lstrip("-*•· ").strip()
        if not plain and listed:
            break
        if plain:
            judged = judge(entry.spec, plain[:_LONGEST_CHOICE])
            if judged is None or not judged.value.valid:
                return []
            listed.append(plain)
    return listed if len(listed) > 1 else []


def _says_something(entry: _Entry) -> bool:
    judged = judge(entry.spec, entry.first.strip())
    return bool(judged and judged.given) or any(d == entry.depth and line.strip() for d, line in entry.lines[:1])


def _answer_below(entry: _Entry) -> str:
    """The lines less deeply quoted that follow a quoted label at once."""
    answer: list[str] = []
    for depth, line in entry.lines:
        if depth >= entry.depth and line.strip():
            break
        if depth < entry.depth:
            answer.append(line)
    if entry.spec.kind in ("block", "lines"):
        return "\n".join(answer).strip()
    return _plain(_line("", answer))


def _block(entry: _Entry, lines: list[str]) -> str:
    """Paragraphs without the quoted lines and rules at their end, common indentation taken away."""
    depths = [depth for depth, _ in entry.lines[: len(lines)]]
    end = len(lines)
    while end and (not lines[end - 1].strip() or depths[end - 1] > entry.depth or _RULE.match(lines[end - 1])):
        end -= 1
    below = textwrap.dedent("\n".join(line.rstrip() for line in lines[:end]).replace("\t", " "))
    return _plain(f"{entry.first.strip()}\n{below}".strip("\n").rstrip())


def _cell(lines: list[str]) -> list[str]:
    """The lines of one cell of a table laid out as text: below a blank line, only those that begin with a tab."""
    end = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if number > end and line[0] != "\t":
            break
        end = number + 1
    return lines[:end]


def _first_paragraph(first: str, lines: list[str]) -> list[str]:
    start = 0
    if not first.strip():
        while start < len(lines) and not lines[start].strip():
            start += 1
    end = start
    while end < len(lines) and lines[end].strip():
        end += 1
    return lines[:end]


def _line(first: str, lines: list[str]) -> str:
    """A value of one line, which may stand on the next line, or wrap."""
    value = first
    rest = lines
    if not value.strip():
        start = 0
        while start < len(lines) and start < 2 and not lines[start].strip():
            start += 1
        if start >= len(lines) or not lines[start].strip() or _RULE.match(lines[start]):
            return ""
        value, rest = lines[start], lines[start + 1 :]
        alone = not rest or not rest[0].strip()
        if start and not alone:
            return ""
    for line in rest[:_CONTINUATIONS]:
        if not line.strip() or not _wraps(value, line):
            break
        value = f"{value.rstrip()} {line.strip()}"
    return value


def _wraps(value: str, following: str) -> bool:
    """Whether a line goes on in the next: it is long, ends with a comma or a soft break, or the next is indented."""
    last = value.rstrip()
    return (
        len(last) >= _WRAPPED_LENGTH
        or last.endswith((",", "/", "&"))
        or (value.endswith(" ") and len(value) >= 40)
        or following[:2].isspace()
    )


def _plain(value: str) -> str:
    """`value` without a table's last edge, and without emphasis around the whole of it."""
    value = value.strip().strip("|│").strip()
    emphasised = _EMPHASIS.fullmatch(value)
    return emphasised[2].strip() if emphasised and emphasised[1] not in emphasised[2] else value
