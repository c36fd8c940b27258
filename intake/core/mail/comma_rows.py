"""Rows of a spreadsheet pasted as comma- or semicolon-separated text (RFC 4180), turned into lines of a form."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, takewhile

from intake.core.mail.attributions import quote_depth
from intake.core.mail.labels import Labels
from intake.core.mail.values import judge

_DELIMITERS = ";,"
_MOST_LINES = 200
_MOST_RECORDS = 40
# A mail has a table or two; what begins like one more often is a list or a log.
_MOST_LOOKS = 50
_MOST_CELLS = 60
_LONGEST_LABEL = 100
_LONGEST_HEADING = 2_000
_LONGEST = 20_000
# Fewer labels in a row, or below each other, are words that happen to stand beside a comma.
_FEWEST = 3


def without_commas(labels: Labels, lines: Sequence[str]) -> list[str]:
    """`lines` with each separated row of labels and the row below it, or labels below each other with a value beside

    each, written as "Label: value". Anything else stays as it is.
    """
    out: list[str] = []
    number = looks = 0
    while number < len(lines):
        line = lines[number]
        begins = looks < _MOST_LOOKS and ("," in line or ";" in line) and _begins(labels, line)
        looks += begins
        written, end = _form_at(labels, lines, number) if begins else ([], number)
        if written:
            out += ["", *written, ""]
            number = end
        else:
            out.append(line)
            number += 1
    return out


def _begins(labels: Labels, line: str) -> bool:
    """Whether a line has enough labels between its commas, or begins with one: a look that spares most lines others."""
    for delimiter in _DELIMITERS:
        if delimiter in line and len(line) <= _LONGEST_HEADING:
            cells = [cell.strip('>\ufeff" \t') for cell in line.split(delimiter, _MOST_CELLS)]
            if _is_label(labels, cells[0]) or sum(_is_label(labels, cell) for cell in cells) >= _FEWEST:
                return True
    return False


def _form_at(labels: Labels, lines: Sequence[str], start: int) -> tuple[list[str], int]:
    """The form that begins in a line, as lines of "Label: value", and the line after it; no lines where none does."""
    depth, first = quote_depth(lines[start])
    for delimiter in _DELIMITERS:
        if delimiter not in first:
            continue
        below = takewhile(lambda line: line[0] == depth, map(quote_depth, lines[start : start + _MOST_LINES]))
        records = list(islice(_records((own for _, own in below), delimiter), _MOST_RECORDS))
        for way in (_across, _down):
            written, count = way(labels, records, delimiter)
            if written:
                return [f"{'> ' * depth}{line}" for line in written], start + count
    return [], start


def _records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[str], int]]:
    """The records up to an empty line, each with the number of the line after it."""
    reader = csv.reader((line[:_LONGEST].strip() + "\n" for line in lines), delimiter=delimiter, skipinitialspace=True)
    try:
        for cells in reader:
            if not any(cells) or len(cells) > _MOST_CELLS:
                return
            yield [cell.strip() for cell in cells], reader.line_num
    except csv.Error:
        return


def _across(labels: Labels, records: list[tuple[list[str], int]], _delimiter: str) -> tuple[list[str], int]:
    """A row of labels and one row of values below it."""
    if len(records) < 2:
        return [], 0
    (heading, _), (values, end) = records[:2]
    known = [(labels(name), value) for name, value in zip(heading, values, strict=False) if _is_label(labels, name)]
    if len(heading) != len(values) or len(known) < _FEWEST or len(known) * 2 < len([each for each in heading if each]):
        return [], 0
    if _is_label(labels, values[0]):
        return [], 0
    judged = [judge(spec, value) for spec, value in known if spec and spec.allowed and value]
    if judged and not any(each and each.value.valid for each in judged):
        return [], 0
    return [line for spec, value in known if spec and value for line in _written(spec.label, value)], end


def _down(labels: Labels, records: list[tuple[list[str], int]], delimiter: str) -> tuple[list[str], int]:
    """Labels below each other, each with its value beside it."""
    out: list[str] = []
    end, seen = 0, set()
    for cells, after in records:
        spec = labels(cells[0]) if len(cells) > 1 and _is_label(labels, cells[0]) else None
        if spec is None or spec.key in seen:
            break
        seen.add(spec.key)
        out += _written(spec.label, f"{delimiter} ".join(filter(None, cells[1:])))
        end = after
    return (out, end) if len(seen) >= _FEWEST else ([], 0)


def _written(label: str, value: str) -> list[str]:
    first, *more = value.split("\n")
    return [f"{label}: {first}", *more]


def _is_label(labels: Labels, cell: str) -> bool:
    name = cell.strip("*_` :")
    return 0 < len(name) <= _LONGEST_LABEL and labels.may_begin(name[:1]) and labels(name) is not None
