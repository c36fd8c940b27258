"""Reads a form's fields out of the texts of a mail, as people write them."""

import re
import textwrap
from collections.abc import Mapping, Sequence

from intake.core.mail.apart import set_apart
from intake.core.mail.boxes import has_box
from intake.core.mail.comma_rows import without_commas
from intake.core.mail.entries import RULE, WRAPPED_LENGTH, Entry, Scan
from intake.core.mail.form import FieldSpec, FieldValue
from intake.core.mail.grids import rejoined, unmarked, upright
from intake.core.mail.labels import Labels, labels_of
from intake.core.mail.pasted import spread
from intake.core.mail.signatures import farewell_start
from intake.core.mail.values import Judged, judge

_EMPHASIS = re.compile(r"([*_`~]{1,3})(?=\S)(.*\S)\1", re.S)
_EMPHASISING = "*_`~"
_QUOTED = re.compile(r"[\"'“„«]([^\"'“”„«»]*)[\"'”“»],?")
# How servers name their software in HTTP (RFC 9110, 10.2.4): "nginx/1.18.0 (Ubuntu)".
_SOFTWARE = re.compile(r"[A-Za-z][\w.-]*/\d[\w.-]*(?: (?:\([^()]*\)|[\w.-]+(?:/[\w.-]+)?))*")
_SEPARATED = re.compile(r"^\s*[:=：＝]\s+")
_CONTINUATIONS = 5
_MOST_LISTED = 50
_LONGEST_CHOICE = 200
# What web pages and word processors leave in a copied form, and nobody sees.
_UNSEEN = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069"
    "\ufe0e\ufe0f\ufeff"
)
_SEEN = str.maketrans({**dict.fromkeys("\u00a0\u2007\u202f\u3000", " "), **dict.fromkeys(_UNSEEN, "")})
_FEWEST_OF_A_FORM = 2
_OFTEN = 2
# Far beyond any form, and still read in a fraction of a second.
_LONGEST = 500_000


def read_fields(specs: Sequence[FieldSpec], texts: Sequence[str], files: Sequence[str] = ()) -> dict[str, FieldValue]:
    """The fields that the texts give, by key, in the order of `specs`; what no text gives is absent,
    and so is a field that may stay empty with the form's own words in it.

    `texts` are renderings of one mail, best first (the new text, the whole text, the text of its HTML part). What an
    earlier text gives stands, even if it is not valid, so that a quoted old form never overrides a new answer;
    a form's own hint left in place gives way. Within one text the first valid value stands, else the first written.
    `files` are texts of attached files: those that are a form give what no text gave. A text is read up to 500,000
    characters and 2,000 labels.
    """
    labels = labels_of(tuple(specs))
    found: dict[str, Judged] = {}
    for text in dict.fromkeys(texts):
        _add(found, _judged(_entries(labels, text)))
    for text in dict.fromkeys(files):
        entries = _entries(labels, text)
        judged = _judged(entries)
        if _is_form(specs, entries, judged):
            _add(found, judged)
    said = (spec for spec in specs if spec.key in found and (spec.required or found[spec.key].given))
    return {spec.key: found[spec.key].value for spec in said}


def _add(found: dict[str, Judged], more: Mapping[str, Judged]) -> None:
    for key, judged in more.items():
        if key not in found or (judged.given and not found[key].given):
            found[key] = judged


def _is_form(specs: Sequence[FieldSpec], entries: Sequence[Entry], judged: Mapping[str, Judged]) -> bool:
    """Whether a file is a form that was filled in: a fair part of the fields, none time and again as logs have them."""
    valid = sum(1 for each in judged.values() if each.value.valid)
    return valid >= max(_FEWEST_OF_A_FORM, len(specs) // 3) and len(entries) <= _OFTEN * len(judged)


def missing_fields(specs: Sequence[FieldSpec], values: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """The keys of required fields without a valid value and of others with a value off their list, as in `specs`."""
    return tuple(s.key for s in specs if not (values[s.key].valid if s.key in values else not s.required))


def _entries(labels: Labels, text: str) -> Sequence[Entry]:
    text = text[:_LONGEST]
    if not text.isascii():
        text = text.translate(_SEEN)
    lines = text.splitlines()
    if "||" in text:
        lines = unmarked(labels, lines)
    if "\t" in text:
        lines = rejoined(labels, lines)
    if "," in text or ";" in text:
        lines = without_commas(labels, lines)
    return Scan(labels, set_apart(labels, spread(labels, upright(labels, lines)))).entries()


def _judged(entries: Sequence[Entry]) -> dict[str, Judged]:
    found: dict[str, Judged] = {}
    for entry in entries:
        old = found.get(entry.spec.key)
        if old and old.value.valid and not _is_software(entry.spec, old):
            continue
        new = judge(entry.spec, _written(entry))
        if new and not new.value.valid and entry.spec.allowed and _left_empty(entry):
            continue
        if new and (old is None or new.value.valid or (new.given and not old.given)):
            found[entry.spec.key] = new
    return found


def _is_software(spec: FieldSpec, judged: Judged) -> bool:
    """Whether a line's value is what a web server says of itself, as in a header that somebody pasted."""
    return spec.kind == "line" and bool(_SOFTWARE.fullmatch(judged.value.written))


def _left_empty(entry: Entry) -> bool:
    """Whether an empty line parts a label from the words below it, which are the mail's and not the field's."""
    below = entry.lines[:1]
    return not entry.first.strip() and bool(below) and not below[0][1].strip()


def _written(entry: Entry) -> str:
    """What the sender wrote for the label: beside it, below it, or unquoted below a quoted label."""
    if entry.depth and not _says_something(entry):
        answer = _answer_below(entry)
        if answer:
            return answer
    kept = [line for _, line in entry.lines]
    if entry.depth:
        kept = kept[: next((place for place, (depth, _) in enumerate(entry.lines) if depth < entry.depth), None)]
    if entry.cell and entry.first.strip():
        kept = _cell(kept)
    if not entry.closed:
        kept = kept[: farewell_start(kept)]
    if entry.spec.kind == "block":
        return _block(entry, kept)
    if entry.spec.kind == "lines":
        return _block(entry, kept if entry.closed else _first_paragraph(entry.first, kept))
    if not kept and not (entry.spec.allowed and has_box(entry.first)):
        return _unquoted(_plain(entry.first))
    if not entry.first.strip():
        kept = _below_rule(kept)
    if entry.spec.allowed and (boxes := _boxes(entry.first, kept)):
        return boxes
    listed = _listed(entry, kept)
    beside = ", ".join(listed) if listed else _unquoted(_plain(_line(entry.first, kept)))
    return _below_hint(entry, beside, kept) or beside


def _below_rule(lines: list[str]) -> list[str]:
    """The lines without a rule under their label, as some set off a heading."""
    return lines[1:] if lines and RULE.match(lines[0]) else lines


def _boxes(first: str, lines: list[str]) -> str:
    """Boxes to tick, beside their label or one a line below it; empty where there are none."""
    boxes = [first] if has_box(first) else []
    if first.strip() and not boxes:
        return ""
    for line in lines[:_MOST_LISTED]:
        if has_box(line):
            boxes.append(line)
        elif line.strip():
            break
    return "\n".join(boxes).strip()


def _below_hint(entry: Entry, beside: str, lines: list[str]) -> str:
    """The answer in the line below a form's hint that was left standing beside the label; else empty."""
    if not lines or not entry.first.strip() or not lines[0].strip():
        return ""
    judged = judge(entry.spec, beside)
    if judged is None or judged.given:
        return ""
    below = _unquoted(_plain(_line("", lines)))
    answer = judge(entry.spec, below)
    alone = entry.closed and not any(line.strip() for line in lines[1:])
    return below if answer and answer.given and (answer.value.valid if entry.spec.allowed else alone) else ""


def _listed(entry: Entry, lines: list[str]) -> list[str]:
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


def _says_something(entry: Entry) -> bool:
    judged = judge(entry.spec, entry.first.strip())
    return bool(judged and judged.given) or any(d == entry.depth and line.strip() for d, line in entry.lines[:1])


def _answer_below(entry: Entry) -> str:
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


def _block(entry: Entry, lines: list[str]) -> str:
    """Paragraphs without the quoted lines and rules at their end, common indentation taken away."""
    if not lines:
        return _plain(entry.first)
    depths = [depth for depth, _ in entry.lines[: len(lines)]]
    if not entry.first.strip():
        lines = _below_rule(lines)
    depths = depths[len(depths) - len(lines) :]
    end = len(lines)
    while end and (not lines[end - 1].strip() or depths[end - 1] > entry.depth or RULE.match(lines[end - 1])):
        end -= 1
    kept = [line.rstrip() for line in lines[:end]]
    below = "\n".join(kept).replace("\t", " ")
    if all(line[0] in " \t" for line in kept if line):
        below = textwrap.dedent(below)
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
        if start >= len(lines) or not lines[start].strip() or RULE.match(lines[start]):
            return ""
        value, rest = _SEPARATED.sub("", lines[start]), lines[start + 1 :]
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
        len(last) >= WRAPPED_LENGTH
        or last.endswith((",", "/", "&"))
        or (value.endswith(" ") and len(value) >= 40)
        or following[:2].isspace()
    )


def _plain(value: str) -> str:
    """`value` without a table's last edge, and without emphasis around the whole of it."""
    value = value.strip().strip("|│┃║").strip()
    if value[:1] not in _EMPHASISING:
        return value
    emphasised = _EMPHASIS.fullmatch(value)
    return emphasised[2].strip() if emphasised and emphasised[1] not in emphasised[2] else value


def _unquoted(value: str) -> str:
    quoted = _QUOTED.fullmatch(value)
    return quoted[1].strip() if quoted else value
