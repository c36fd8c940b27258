"""Quotes that carry other signs than `>`: `|`, `:`, `}`, `»`, the full-width `＞`, or the initials of who wrote."""

import re
from collections.abc import Sequence
from itertools import pairwise

from intake.core.mail.attributions import names_writer_and_day
from intake.core.mail.header_blocks import begins_mail
from intake.core.mail.signatures import farewell_start

_MARKED = re.compile(
    r"[ \t]{0,3}(?:([|:}»¦]|[A-Z][A-Za-z]{0,3}>)((?: ?[|:}»¦>])*)(?=[ \t]|$)|(＞)((?:[ \u3000]?＞)*))[ \t\u3000]?"
)
_MAY_BE = re.compile(r"\n[ \t]{0,3}(?:[|:}»¦＞]|[A-Z][A-Za-z]{0,3}>)")
# no list and no drawing is made with this one
_PLAIN = "＞"
# these stand before lines that somebody quotes, and seldom before others
_SIGNS = frozenset("|:}»¦")
# a paragraph of at least so many lines, wrapped at one width that is no narrower, is no list
_WRAPPED, _NARROWEST = 3, 60
_MOST_READ = 200
_FEWEST_WORDS = 5
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST = 2
_ABOVE = 4
_HEADS = 14


def with_plain_marks(text: str) -> str:
    """`text` with `>` before the lines of such quotes; no other line is touched.

    Tables, trees and prompts use the same signs: a quote is two lines or more in a row with one sign, right below an
    attribution that names a day or an address, beginning with the headers of a mail, or that reads as one: sentences
    with an empty line among them, wrapped at one width, or with a closing formula at their end. Where there is one,
    single lines with its sign further down are quoted, too, as between answers. Lines with the full-width sign need
    nothing above them.
    """
    if _MAY_BE.search(f"\n{text}") is None:
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
    if begins_mail(inside, 0) or (mark in _SIGNS and _reads_as_mail(lines[first : min(end, first + _MOST_READ)])):
        return True
    above = [line.strip() for line in lines[max(0, first - _ABOVE) : first]]
    while above and not above[-1]:
        above.pop()
    paragraph = above[len(above) - next((n for n, line in enumerate(reversed(above)) if not line), len(above)) :]
    return names_writer_and_day(paragraph[-_FEWEST:])


def _reads_as_mail(marked: Sequence[str]) -> bool:
    """Whether what stands behind the signs are a mail's sentences, and no list, table or log."""
    inside = [_MARKED.sub("", line, count=1).strip() for line in marked]
    filled = [line for line in inside if line]
    if len(filled) < _FEWEST or any("|" in line or "\t" in line for line in filled):
        return False
    if not any(len(_WORD.findall(line)) >= _FEWEST_WORDS for line in filled):
        return False
    paragraphs = "\n".join(inside).strip("\n").split("\n\n")
    return len(paragraphs) > 1 or farewell_start(filled) is not None or _is_wrapped(filled)


def _is_wrapped(lines: Sequence[str]) -> bool:
    """Whether lines are one paragraph: it ends a sentence, and no line had room for the first word of the next one."""
    width = max(map(len, lines))
    if len(lines) < _WRAPPED or width < _NARROWEST or lines[-1][-1] not in ".?!":
        return False
    return all(
        len(line) + 1 + len(below.split()[0]) > width and not below[0].isdigit() for line, below in pairwise(lines)
    )


def _plain(line: str) -> str:
    found = _MARKED.match(line)
    assert found is not None
    deeper = (found[2] or found[4] or "").translate({32: None, 0x3000: None})
    return "> " * (1 + len(deeper)) + line[found.end() :]
