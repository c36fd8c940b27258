"""Quotes that carry other signs than `>`: `|`, `:`, `}`, `»`, the full-width `＞`, or the initials of who wrote."""

import re
from collections.abc import Sequence

from intake.core.mail.attributions import begins_mail, names_writer_and_day

_MARKED = re.compile(
    r"[ \t]{0,3}(?:([|:}»¦]|[A-Z][A-Za-z]{0,3}>)((?: ?[|:}»¦>])*)(?=[ \t]|$)|(＞)((?:[ \u3000]?＞)*))[ \t\u3000]?"
)
_MAY_BE = re.compile(r"^[ \t]{0,3}(?:[|:}»¦＞]|[A-Z][A-Za-z]{0,3}>)", re.MULTILINE)
# no list and no drawing is made with this one
_PLAIN = "＞"
_FEWEST = 2
_ABOVE = 4
_HEADS = 14


def with_plain_marks(text: str) -> str:
    """`text` with `>` before the lines of such quotes; no other line is touched.

    Tables, trees and prompts use the same signs: a quote is two lines or more in a row with one sign, right below an
    attribution that names a day or an address, or beginning with the headers of a mail. Where there is one, single
    lines with its sign further down are quoted, too, as between answers. Lines with the full-width sign need nothing
    above them.
    """
    if _MAY_BE.search(text) is None:
        return text
    lines = text.splitlines()
    marks = [_mark(line) for line in lines]
    known: set[str] = set()
    number = 0
    while number < len(lines):
        end = number + 1
        while end < len(lines) and marks[end] == marks[number]:
            end += 1
        mark = marks[number]
        if mark and mark not in known and end - number >= _FEWEST and _is_quote(lines, mark, number, end):
            known.add(mark)
        if mark in known:
            lines[number:end] = map(_plain, lines[number:end])
        number = end
    return "\n".join(lines) if known else text


def _mark(line: str) -> str:
    """The sign that a line begins with; none for a row of a table, which has the sign at its end as well."""
    found = _MARKED.match(line)
    mark = (found[1] or found[3]) if found else ""
    return "" if mark == "|" and line.rstrip().endswith("|") and len(line.strip()) > 1 else mark


def _is_quote(lines: Sequence[str], mark: str, first: int, end: int) -> bool:
    if mark == _PLAIN:
        return True
    inside = [_MARKED.sub("", line, count=1) for line in lines[first : min(end, first + _HEADS)]]
    if begins_mail(inside, 0):
        return True
    above = [line.strip() for line in lines[max(0, first - _ABOVE) : first]]
    while above and not above[-1]:
        above.pop()
    paragraph = above[len(above) - next((n for n, line in enumerate(reversed(above)) if not line), len(above)) :]
    return names_writer_and_day(paragraph[-_FEWEST:])


def _plain(line: str) -> str:
    found = _MARKED.match(line)
    assert found is not None
    deeper = (found[2] or found[4] or "").translate({32: None, 0x3000: None})
    return "> " * (1 + len(deeper)) + line[found.end() :]
