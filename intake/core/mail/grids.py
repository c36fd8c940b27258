"""Tables whose labels stand in a heading row, turned into a label and its value below each other."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from intake.core.mail.attributions import quote_depth
from intake.core.mail.form import FieldSpec
from intake.core.mail.labels import Labels
from intake.core.mail.values import judge

_RULE = re.compile(r"(?=[^-=─━═]*[-=─━═])[\s|+:=─━═│┃║┼╋╬┬┴├┤┌┐└┘╔╗╚╝╠╣╦╩╞╡╪-]+$")
_EDGES = re.compile(r"[|│┃║]")
_FIRST_CELLS = re.compile(r"[\s|│┃║>*_]*([^|│┃║\t]?)[^|│┃║\t]{0,60}?(?:[|│┃║\t]|\s\s)[\s|│┃║*_]*([^|│┃║\t]?)")
_CELLS = re.compile(r"[|│┃║\t]")
_GAP = re.compile(r"\s{2,}|\t")
_PARTED = re.compile(r"\s\s|[\t|│┃║]")
_BREAK = re.compile(r"<br\s*/?>", re.I)
# what a column is called, or a value in plain words
_WORDS = re.compile(r"[^\W\d_][^\W\d]*(?:[ /-][^\W\d]+){0,2}")
_MOST_LINES = 200
_MOST_PIECES = 4
_MOST_BLANK = 3
_MOST_CELLS = 60
_LONGEST = 2_000
_LONGEST_LABEL = 100
_LONGEST_OTHER = 40
# A mail has a table or two; a log has thousands of rows that look like one.
_MOST_STRANGE = 20
# Values that no list knows say less: so many of them make a form.
_FEWEST_UNLISTED = 3
# With nothing but space between the columns two words beside each other are no table yet.
_FEWEST = {"edges": 2, "tabs": 2, "gaps": 3}


class _Row(NamedTuple):
    depth: int
    way: str
    cells: list[str]
    goes_on: bool = False
    sure: bool = True


def upright(labels: Labels, lines: Sequence[str]) -> list[str]:
    """`lines` with each table that has a heading row of labels written as "Label: value", a label a line.

    Cells stand between pipes, tabs, or wide gaps. The values are the first row below; lines whose first cell is empty
    or begins with a space go on in it. Further rows tell of other things, and are left out.
    """
    if not _has_cells("\n".join(lines)):
        return list(lines)
    out: list[str] = []
    number = strange = 0
    while number < len(lines):
        heading = _heading(labels, lines[number], strange=strange < _MOST_STRANGE)
        if heading is None:
            out.append(lines[number])
            number += 1
            continue
        strange += not heading.sure
        values, end = _values(labels, lines, number + 1, heading)
        most = len(lines) if heading.sure else end + 1
        last = _further(labels, lines, end, heading, most) if values else number
        if values and (heading.sure or (last == end and _tell(labels, heading, values))):
            out += _written(labels, heading, values)
            number = last
        else:
            out.append(lines[number])
            number += 1
    return out


def unmarked(labels: Labels, lines: Sequence[str]) -> list[str]:
    """`lines` with the heading cells of a wiki's tables set off as other cells are: "||Server||" as "|Server|"."""
    return [line.replace("||", "|") if "||" in line and _marked(labels, line) else line for line in lines]


def _marked(labels: Labels, line: str) -> bool:
    """Whether a line begins with a wiki's heading cell that is a label."""
    own = quote_depth(line)[1].strip()
    return own.startswith("||") and _label(labels, own[2:].lstrip("|").partition("|")[0].strip())


def rejoined(labels: Labels, lines: Sequence[str]) -> list[str]:
    """`lines` with each label that is broken over lines of its cell put together again, in the row's first line."""
    out = list(lines)
    for number, line in enumerate(lines[:-1]):
        if "\t" in line and lines[number + 1].lstrip(">")[:1].isspace():
            _rejoin(labels, out, number)
    return [line for number, line in enumerate(out) if line.strip("> \t") or line == lines[number]]


def heads_other_table(labels: Labels, lines: Sequence[str], number: int) -> bool:
    """Whether a line whose first cell is a label heads a table of other things: "| host | state | since |" in a log.

    Words stand beside the label, none of them on its list; no row below begins with a label, as a form's rows do. Two
    columns may be a label and its value: they are a heading where a rule is below, or first cells that it is the name
    of.
    """
    line = lines[number]
    # (a look that spares most lines the search)
    if line.isascii() and line.isprintable() and not _has_cells(line):
        return False
    row = _row(line) if _PARTED.search(line) else None
    if row is None or len(row.cells) < 2 or (number and _same_columns(row, lines[number - 1])):
        return False
    spec, beside = labels(row.cells[0].strip("*_` :")), [cell.strip("*_` ") for cell in row.cells[1:] if cell]
    if spec is None or not beside or not all(map(_WORDS.fullmatch, beside)):
        return False
    if any((found := judge(spec, cell)) is not None and found.value.valid for cell in beside if spec.allowed):
        return False
    rows = [_row(line, row.way) for line in _table_below(row, lines, number)]
    below = [each for each in rows if each is not None]
    if any(_names_field(labels, each.cells[0]) for each in below):
        return False
    if len(row.cells) > 2:
        return bool(below) or row.way == "edges"
    ruled = number + 1 < len(lines) and bool(_RULE.match(quote_depth(lines[number + 1])[1]))
    return bool(below) and (ruled or _name_things(spec, [each.cells[0] for each in below]))


def _name_things(spec: FieldSpec, cells: Sequence[str]) -> bool:
    """Whether cells below a label are what it is the heading of: values of its list, or no words."""
    listed = (judge(spec, cell) for cell in cells) if spec.allowed else ()
    return not any(map(_WORDS.fullmatch, cells)) or any(each is not None and each.value.valid for each in listed)


def _table_below(row: _Row, lines: Sequence[str], number: int) -> Iterator[str]:
    """The lines of the same columns right below a row, without rules."""
    for line in lines[number + 1 : number + _MOST_LINES]:
        if _RULE.match(quote_depth(line)[1]):
            continue
        if not _same_columns(row, line):
            return
        yield line


def _same_columns(row: _Row, line: str) -> bool:
    other = _row(line, row.way)
    return other is not None and other.depth == row.depth and len(other.cells) == len(row.cells)


def _rejoin(labels: Labels, lines: list[str], number: int) -> None:
    depth, own = quote_depth(lines[number])
    if own[:1].isspace():
        return
    rows = [own.split("\t")]
    for line in lines[number + 1 : number + _MOST_PIECES]:
        depth_there, below = quote_depth(line)
        if depth_there != depth or not below[:1].isspace() or not below.strip():
            break
        rows.append(below.split("\t"))
    mended = False
    for column in range(min(len(rows[0]), _MOST_CELLS)):
        pieces = [row[column].strip() if column < len(row) else "" for row in rows]
        for count in range(len(pieces), 1, -1):
            name = " ".join(pieces[:count])
            if all(pieces[:count]) and len(name) <= _LONGEST_LABEL and labels(name.strip("*_` :")):
                rows[0][column], mended = name, True
                for row in rows[1:count]:
                    row[column] = ""
                break
    if mended:
        quote = "> " * depth
        for place, row in enumerate(rows):
            lines[number + place] = quote + "\t".join(row)


def _heading(labels: Labels, line: str, *, strange: bool = False) -> _Row | None:
    """The row that a line is if its cells are labels, others among them; with `strange`, mostly others: not `sure`."""
    if not _has_cells(line) or not _begins(labels, line, strange=strange):
        return None
    row = _row(line)
    if row is None or not 2 <= len(row.cells) <= _MOST_CELLS:
        return None
    named = [cell for cell in row.cells if cell]
    known = sum(1 for cell in named if _label(labels, cell))
    if known < _FEWEST[row.way]:
        return None
    if known * 3 >= len(named) * 2:
        return row
    return row._replace(sure=False) if strange and all(map(_like_a_label, named)) else None


def _has_cells(line: str) -> bool:
    return "\t" in line or "  " in line or "|" in line or (not line.isascii() and _EDGES.search(line) is not None)


def _like_a_label(cell: str) -> bool:
    sentence = " " in cell and cell.endswith((".", ",", ";"))
    return len(cell) <= _LONGEST_OTHER and not sentence and not cell[:1].isdigit()


def _tell(labels: Labels, heading: _Row, values: list[str]) -> bool:
    """Whether the values below a heading of mostly strange cells show that it is the form: those on lists are there."""
    pairs = [(labels(cell.strip("*_` :")), value) for cell, value in zip(heading.cells, values, strict=False)]
    given = [(spec, value) for spec, value in pairs if spec and value]
    listed = [judge(spec, value) for spec, value in given if spec.allowed]
    if listed:
        return len(given) > 1 and all(each is not None and each.value.valid for each in listed)
    return len(given) >= _FEWEST_UNLISTED


def _begins(labels: Labels, line: str, *, strange: bool) -> bool:
    """Whether the first cell of a line, or the one after it, may be a label, or a cell with an edge is one.

    A look that spares most lines others.
    """
    first = _FIRST_CELLS.match(line)
    if first is not None and (labels.may_begin(first[1]) or labels.may_begin(first[2])):
        return True
    return (
        strange
        and len(line) <= _LONGEST
        and any(_label(labels, cell.strip()) for cell in _CELLS.split(line, _MOST_CELLS)[2:])
    )


def _label(labels: Labels, cell: str) -> bool:
    return labels.may_begin(cell.lstrip("*_` :")[:1]) and _names_field(labels, cell)


def _names_field(labels: Labels, cell: str) -> bool:
    """Whether a cell is a label, behind a bullet or in brackets too."""
    name = cell.strip("*_` :")
    return len(name) <= _LONGEST_LABEL and labels(name) is not None


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


def _further(labels: Labels, lines: Sequence[str], number: int, heading: _Row, most: int) -> int:
    """The number of the line after further rows of the same table, up to another heading row or the line `most`."""
    while number < min(len(lines), most) and not _heading(labels, lines[number]):
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
