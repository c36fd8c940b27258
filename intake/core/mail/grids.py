"""Tables whose labels stand in a heading row, turned into a label and its value below each other."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from intake.core.mail.attributions import quote_depth
from intake.core.mail.labels import Labels

_RULE = re.compile(r"(?=[^-=─━═]*[-=─━═])[\s|+:=─━═│┃║┼╋╬┬┴├┤┌┐└┘╔╗╚╝╠╣╦╩╞╡╪-]+$")
_EDGES = re.compile(r"[|│┃║]")
_FIRST_CELLS = re.compile(r"[\s|│┃║>*_]*([^|│┃║\t]?)[^|│┃║\t]{0,60}?(?:[|│┃║\t]|\s\s)[\s|│┃║*_]*([^|│┃║\t]?)")
_GAP = re.compile(r"\s{2,}|\t")
_BREAK = re.compile(r"<br\s*/?>", re.I)
_MOST_LINES = 200
_MOST_BLANK = 3
_MOST_CELLS = 60
_LONGEST = 2_000
_LONGEST_LABEL = 100
# With nothing but space between the columns two words beside each other are no table yet.
_FEWEST = {"edges": 2, "tabs": 2, "gaps": 3}


class _Row(NamedTuple):
    depth: int
    way: str
    cells: list[str]
    goes_on: bool = False


def upright(labels: Labels, lines: Sequence[str]) -> list[str]:
    """`lines` with each table that has a heading row of labels written as "Label: value", a label a line.

    Cells stand between pipes, tabs, or wide gaps. The values are the first row below; lines whose first cell is empty
    or begins with a space go on in it. Further rows tell of other things, and are left out.
    """
    out: list[str] = []
    number = 0
    while number < len(lines):
        heading = _heading(labels, lines[number])
        values, end = _values(labels, lines, number + 1, heading) if heading else ([], number)
        if heading and values:
            out += _written(labels, heading, values)
            number = _further(labels, lines, end, heading)
        else:
            out.append(lines[number])
            number += 1
    return out


def _heading(labels: Labels, line: str) -> _Row | None:
    """The row that a line is if its cells are labels, some others among them."""
    if not ("\t" in line or "  " in line or _EDGES.search(line)) or not _begins(labels, line):
        return None
    row = _row(line)
    if row is None or not 2 <= len(row.cells) <= _MOST_CELLS:
        return None
    named = [cell for cell in row.cells if cell]
    known = sum(1 for cell in named if _label(labels, cell))
    return row if known >= _FEWEST[row.way] and known * 3 >= len(named) * 2 else None


def _begins(labels: Labels, line: str) -> bool:
    """Whether the first cell of a line, or the one after it, may be a label: a look that spares most lines others."""
    first = _FIRST_CELLS.match(line)
    return first is not None and (labels.may_begin(first[1]) or labels.may_begin(first[2]))


def _label(labels: Labels, cell: str) -> bool:
    name = cell.strip("*_` :")
    return len(name) <= _LONGEST_LABEL and labels.may_begin(name[:1]) and labels(name) is not None


def _row(line: str, way: str = "") -> _Row | None:
    """The cells of a line, parted in the `way` of the heading where that is given."""
    if len(line) > _LONGEST:
        return None
    depth, own = quote_depth(line)
    plain = own.strip()
    if way == "tabs" or (not way and "\t" in own.rstrip() and not _EDGES.search(plain)):
        cells = [cell.strip() for cell in own.rstrip().split("\t")]
        return _Row(depth, "tabs", cells, own.startswith(" ") or not cells[0])
    if way == "edges" or (not way and _EDGES.search(plain)):
        cells = [cell.strip() for cell in _EDGES.split(plain[1:] if _EDGES.match(plain) else plain)]
        if not cells[-1]:
            cells.pop()
        return _Row(depth, "edges", cells, bool(cells) and not cells[0])
    return _Row(depth, "gaps", _GAP.split(plain))


def _values(labels: Labels, lines: Sequence[str], start: int, heading: _Row) -> tuple[list[str], int]:
    """The cells of the row below a heading, and the line after it; no cells where there is no such row."""
    values: list[str] = []
    gap = "\n"
    end = number = start
    while number < min(len(lines), start + _MOST_LINES):
        depth, own = quote_depth(lines[number])
        number += 1
        if not own.strip() and number - end < _MOST_BLANK:
            gap = "\n\n"
            continue
        if _RULE.match(own):
            continue
        row = _row(lines[number - 1], heading.way)
        if depth != heading.depth or row is None or not _fits(heading, row, below=bool(values)):
            break
        cells = [*row.cells, *[""] * (len(heading.cells) - len(row.cells))]
        if not values and _label(labels, next(filter(None, cells), "")):
            break
        values = [gap.join(filter(None, both)) for both in zip(values, cells, strict=True)] if values else cells
        gap = "\n"
        end = number
    return (values, end) if any(values) else ([], start)


def _further(labels: Labels, lines: Sequence[str], number: int, heading: _Row) -> int:
    """The number of the line after further rows of the same table, up to another heading row."""
    while number < len(lines) and not _heading(labels, lines[number]):
        row = _row(lines[number], heading.way)
        if row is None or row.depth != heading.depth or len(row.cells) < 2 or not _fits(heading, row, below=False):
            break
        number += 1
    return number


def _fits(heading: _Row, row: _Row, *, below: bool) -> bool:
    """Whether a row has the heading's columns; a row below the values must go on in them."""
    if len(row.cells) > len(heading.cells):
        return False
    if below:
        return row.goes_on and any(row.cells)
    fewest = len(heading.cells) if row.way == "gaps" else 2
    return len(row.cells) >= fewest and any(row.cells)


def _written(labels: Labels, heading: _Row, values: list[str]) -> list[str]:
    quote = "> " * heading.depth
    out = [quote.rstrip()]
    for cell, value in zip(heading.cells, values, strict=False):
        name = cell.strip("*_` :")
        if labels(name):
            lines = _BREAK.sub("\n", value).split("\n")
            out += [f"{quote}{name}: {lines[0]}", *(f"{quote}{line.strip()}" for line in lines[1:])]
    return [*out, quote.rstrip()]
