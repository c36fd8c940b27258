"""The heads that old versions of Notes put above a quote without signs: frames of dashes, columns, indented lines."""

import re
from collections.abc import Sequence

from intake.core.mail.attribution_words import HEADER_ROLES

_FRAME_BEGINS = re.compile(r"\s*\|-{5,}\+-{5,}>\s*")
_FRAME_ENDS = re.compile(r"\s*>-{20,}\|\s*")
_MOST_FRAMED = 60
# where the right column's labels stand, and how many lines lie between To and Subject
_INDENT = " " * 20
_MOST_IN_COLUMNS, _MOST_BESIDE = 16, 6
_LABEL = re.compile(r"\s*([^\W\d_]{1,12})\s*:(?:\s|$)")
_DAY = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}")
_DAY_ALONE = re.compile(rf"\s*(?:{_DAY.pattern})[ ,]+\d{{1,2}}[:.]\d\d(?:[:.]\d\d)?(?: ?[AaPp][Mm])?\s*")
_ROLES = ["to", "cc", "subject"]
_MORE_WORDS = {"thema": "subject", "copy": "cc"}


def notes_head(lines: Sequence[str], number: int) -> tuple[int, int] | None:
    """The first line of such a head, and the line behind it, where line `number` begins or ends one; None elsewhere."""
    line = lines[number]
    if line.lstrip()[:6] == "|-----":
        return _framed(lines, number)
    if line.startswith(_INDENT):
        return _in_columns(lines, number)
    return _indented(lines, number) if line[:1] == "\t" or line[:4] == "    " else None


def _framed(lines: Sequence[str], number: int) -> tuple[int, int] | None:
    """A frame around who wrote and when, and one around the rest, which an arrow ends."""
    if not _FRAME_BEGINS.fullmatch(lines[number]):
        return None
    rules = ends = 0
    for place in range(number, min(number + _MOST_FRAMED, len(lines))):
        rules += _FRAME_BEGINS.fullmatch(lines[place]) is not None
        ends += _FRAME_ENDS.fullmatch(lines[place]) is not None
        if rules > 2:
            return None
        if ends > 1:
            return number, place + 1
    return None


def _in_columns(lines: Sequence[str], subject: int) -> tuple[int, int] | None:
    """Two columns: who wrote and when, and To, Cc and Subject with their values below them."""
    if _role(lines[subject].strip()) != "subject":
        return None
    roles, first = ["subject"], subject
    for place in range(subject - 1, max(-1, subject - _MOST_IN_COLUMNS), -1):
        words = lines[place].rsplit(maxsplit=1)
        role = _role(words[-1]) if words and len(lines[place].rstrip()) > len(_INDENT) else None
        if role == ("cc" if len(roles) == 1 else "to"):
            roles.append(role)
            first = place
        if len(roles) == len(_ROLES):
            break
    if len(roles) < len(_ROLES) or not any(_DAY.search(line) for line in lines[first:subject]):
        return None
    least = max(0, first - _MOST_BESIDE)
    while first > least and lines[first - 1].strip() and lines[first - 1].startswith("    "):
        first -= 1
    after = subject + 1
    while after < len(lines) and lines[after].strip() and lines[after].startswith(_INDENT):
        after += 1
    return first, after


def _indented(lines: Sequence[str], number: int) -> tuple[int, int] | None:
    """A writer's line, a line with day and time alone, and To, Cc and Subject indented below."""
    labels = [_LABEL.match(line) for line in lines[number : number + len(_ROLES)]]
    if [_role(label[1]) if label else None for label in labels] != _ROLES:
        return None
    day = number - 1
    while day > 0 and not lines[day].strip() and number - day < len(_ROLES):
        day -= 1
    if day < 1 or not _DAY_ALONE.fullmatch(lines[day]) or not lines[day - 1].strip():
        return None
    return day - 1, number + len(_ROLES)


def _role(word: str) -> str | None:
    word = word.casefold()
    return HEADER_ROLES.get(word) or _MORE_WORDS.get(word)
