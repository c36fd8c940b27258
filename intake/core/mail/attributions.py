"""Where somebody else's mail begins in a plain text: what mail programs write above a quote or a forward."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from intake.core.mail.attribution_words import (
    ABOVE,
    ABOVE_ENDS,
    ALONE_WORDS,
    FORWARD_WORDS,
    HEADER_ROLES,
    OPENING,
    REPLY_WORDS,
    SENT_WORDS,
    STAMPED,
    VERBS,
)
from intake.core.mail.header_blocks import begins_mail, header_lines, header_name, next_text
from intake.core.mail.notes_heads import notes_head
from intake.core.mail.unaddressed import is_name, unaddressed

# A look at a line's first characters spares most lines the dearer looks.
_HEADS = frozenset(word for word, role in HEADER_ROLES.items() if role == "from") | {*SENT_WORDS, "date"}
_HEAD_BEGINNINGS = frozenset(word[:3] for word in _HEADS)
_ALONE_INITIALS = frozenset(words[0] for words in ALONE_WORDS) | {">", "m"}
_DASHES = "-_=*~#"
# Lines that begin with none of these, and end in none of theirs, introduce nothing.
_BEGINNINGS = _HEAD_BEGINNINGS | {words[:3] for words in ALONE_WORDS} | {"mes"}
_SIGNS = frozenset(_DASHES + ">")
_RULE = re.compile(r"\s*(?:_{10,}|-{10,}|-{2,}[^-\n]{1,40}-{2,})\s*$")
_DIGIT = re.compile(r"\d")
_CLOCK = re.compile(r"\d{1,2}[:.hH時点时]\d\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\d{1,2}[./]\d{1,2}[./]\d\d(?!\d)")
# Marks of direction, which stand behind a line's last character where they end an embedding.
_UNSEEN = " \t\r\n\f\v\xa0\u200e\u200f\u202a\u202b\u202c\u2068\u2069"
_ENDS = ":：\u202c"
# An attribution with the quote behind it in the same line, as a client for phones makes plain text.
_RUN_ON = re.compile(r"(.{10,300}?[:：])\s{3,}\S")
_POINTED = re.compile(r">>>(?!>).{0,300}?\d.{0,100} >>>")
_BRACKETED_END = re.compile(r"<[^<>\s]{1,100}@[^<>\s]{1,100}>\W{0,3}[:：]$")
_ADDRESS_END = re.compile(r"[<(\[]?\S{1,100}@\S{1,100}[>)\]]?\s?[:：]$")
_AROUND = " .:-#"
_LONGEST_MARKER, _MOST_BEFORE = 60, 3
_WRAPPED = 4
_LONGEST = 400
_LOOKS = 3_000


def quote_depth(line: str) -> tuple[int, str]:
    """How deep a line is quoted by `>` signs, and the line without them."""
    if ">" not in line[:4]:
        return 0, line
    depth = place = 0
    while True:
        start = place
        while start < len(line) and line[start] in " \t" and start - place < 3:
            start += 1
        if line[start : start + 1] != ">":
            break
        depth += 1
        place = start + 1
    return (depth, line[place + 1 :] if line[place : place + 1] == " " else line[place:]) if depth else (0, line)


def is_quoted(line: str) -> bool:
    """Whether a line carries the quote sign, and is not the tail of an attribution that wrapped before its bracket."""
    start = line[:4]
    return ">" in start and start.lstrip(" \t")[:1] == ">" and line.strip() != ">:" and not _is_pointed(line)


def _is_pointed(line: str) -> bool:
    """Whether a line is the attribution of a client that sets a day and a name between arrows: ">>> Kim 1.2.26 >>>"."""
    return line.startswith(">>>") and _POINTED.fullmatch(line.rstrip()) is not None


def _pointed_end(lines: Sequence[str], number: int) -> int | None:
    """The line behind such an attribution that begins at a line, and may wrap: to its arrow, or to a verb and a colon.

    Below a quoted line it is one of somebody else's.
    """
    if number and is_quoted(lines[number - 1]):
        return None
    joined = lines[number].strip()
    for place in range(number, min(number + _WRAPPED, len(lines))):
        line = lines[place].strip()
        if place > number and (not line or is_quoted(line)):
            return None
        joined = line if place == number else f"{joined} {line}"
        if len(joined) > _LONGEST:
            return None
        if _POINTED.fullmatch(joined) or (joined[-1] in ":：" and _introduces(joined.lstrip("> "), quoted=False)):
            return place + 1
    return None


class Start(NamedTuple):
    """Where another mail's text goes on after its introduction, whether that says that it was forwarded, and whether
    it begins with arrows, which are no signs of a quote then."""

    after: int
    forward: bool
    pointed: bool = False


def quote_starts(lines: Sequence[str]) -> Mapping[int, Start]:
    """The lines at which another mail begins.

    A start is a divider ("-----Original Message-----"), a block of headers in a mail program's order, or an
    attribution ("On … wrote:", also wrapped over some lines) that a quote follows, or that names an address besides
    its date.
    """
    return _quote_starts(tuple(lines))


# (a text is asked about twice in a row: when it is folded, and when its fields are read)
@lru_cache(maxsize=1)
def _quote_starts(lines: tuple[str, ...]) -> Mapping[int, Start]:
    starts: dict[int, Start] = {}
    looks = 0
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            continue
        if "   " in stripped and (run := _RUN_ON.match(stripped)) and _introduces(run[1], quoted=False):
            starts[number] = Start(number + 1, forward=False)
            continue
        if line[0] in " \t|>":
            if head := notes_head(lines, number):
                starts[head[0]] = Start(head[1], forward=False)
                continue
            if line.startswith(">>>") and (after := _pointed_end(lines, number)):
                starts[number] = Start(after, forward=False, pointed=True)
                continue
        if len(stripped) > _LONGEST or not _may_introduce(stripped):
            continue
        divider = _divider(stripped)
        if divider is not None:
            starts[number] = Start(number + 1, divider)
            continue
        ruled = stripped[0] in "_-" and bool(_RULE.match(stripped))
        if not (ruled or _heads(stripped) or stripped[-1] in _ENDS):
            continue
        looks += 1
        if looks > _LOOKS:
            break
        first = _start_at(lines, number, ruled)
        if first is not None:
            starts[first] = Start(number + 1, forward=False)
    return starts


def _may_introduce(line: str) -> bool:
    """A look that spares most lines the dearer ones."""
    begin = line[:3].casefold()
    return (
        begin[:3] in _BEGINNINGS
        or begin[:2] in _BEGINNINGS
        or begin[0] in _SIGNS
        or line[-1] in _ENDS
        or line.rstrip(_AROUND)[-3:] in ABOVE_ENDS
    )


def _heads(line: str) -> bool:
    """Whether a line can be the first of a block of headers."""
    begin = line[:3].casefold()
    if begin[0] not in "*_" and begin[:3] not in _HEAD_BEGINNINGS and begin[:2] not in _HEAD_BEGINNINGS:
        return False
    return header_name(line) in _HEADS


def _start_at(lines: Sequence[str], number: int, ruled: bool) -> int | None:
    """The first line of an introduction that ends at line `number`, or of headers that begin there."""
    if ruled:
        below = header_lines(lines, next_text(lines, number + 1), 2)
        return number if below and below[0][0] in ("from", "date") else None
    if begins_mail(lines, number):
        titled = number > 0 and lines[number - 1].strip().casefold() in REPLY_WORDS
        return number - 1 if titled else number
    return _attribution(lines, number) if lines[number].rstrip(_UNSEEN)[-1] in ":：" else None


def _divider(line: str) -> bool | None:
    """Whether a divider says that what follows was forwarded; None where the line is none."""
    if line[0] in _DASHES and line[1:2] in _DASHES and line[-1] in _DASHES:
        words = line.casefold().strip(" :" + _DASHES)
        if ABOVE.search(words) or ("@" in words and VERBS.search(words)):
            return False
        return words.startswith(FORWARD_WORDS) if words.startswith(REPLY_WORDS + FORWARD_WORDS) else None
    if line.rstrip(_AROUND)[-3:] in ABOVE_ENDS and _tells_to_answer_above(line):
        return False
    if len(line) >= 60 or line[0].casefold()[0] not in _ALONE_INITIALS:
        return None
    if STAMPED.fullmatch(line):
        return False
    return line.casefold().rstrip(" :：").lstrip("> ") in ALONE_WORDS or None


def _tells_to_answer_above(line: str) -> bool:
    """Whether a line says that answers go above it, and no more."""
    if len(line) >= _LONGEST_MARKER:
        return False
    words = line.casefold().strip(_AROUND)
    found = ABOVE.search(words)
    return found is not None and found.end() == len(words) and len(words[: found.start()].split()) <= _MOST_BEFORE


def names_writer_and_day(lines: Sequence[str]) -> bool:
    """Whether the last of some lines ends an attribution that tells by a day or an address that a mail is meant."""
    joined = " ".join(lines)
    told = _YEAR.search(joined) or "@" in joined
    return joined[-1:] in (":", "：") and bool(told) and bool(VERBS.search(lines[-1]))


def _attribution(lines: Sequence[str], last: int) -> int | None:
    """The first line of an attribution that ends at `last`."""
    window = " ".join(lines[max(0, last - _WRAPPED + 1) : last + 1])
    quoted = _is_quote_next(lines, last + 1)
    if len(window) > _WRAPPED * _LONGEST or not ("@" in window or (quoted and VERBS.search(window))):
        # (a clock has a colon, too: most labels of forms have no other)
        timed = not quoted and ":" in "".join(lines[max(0, last - 1) : last + 1]).rstrip(_UNSEEN)[:-1]
        return unaddressed(lines, last) if timed else None
    joined = ""
    alone: int | None = None
    for first in range(last, max(-1, last - _WRAPPED), -1):
        line = lines[first].strip(_UNSEEN)
        if not line or len(line) + len(joined) > _LONGEST or is_quoted(line) != is_quoted(lines[last]):
            break
        joined = f"{line} {joined}".strip()
        if _introduces(joined.lstrip("> "), quoted):
            return first
        if quoted and first == last and len(joined) < 120 and _names_writer(joined.lstrip("> ")):
            alone = first
    return alone if alone is not None or quoted else unaddressed(lines, last)


def _names_writer(line: str) -> bool:
    """Whether a line has an act of writing beside a day, an address or a bare name: "what the user said:" has none."""
    verb = VERBS.search(line)
    if verb is None:
        return False
    rest = (line[: verb.start()] + line[verb.end() :]).strip(_UNSEEN + ".,*_\"“”'" + _ENDS)
    return not rest or "@" in rest or _DIGIT.search(rest) is not None or is_name(rest)


def _introduces(joined: str, quoted: bool) -> bool:
    """Whether words name a date, and a writer or an act of writing; without a quote below, an address too."""
    verb = bool(VERBS.search(joined))
    opening = bool(OPENING.match(joined))
    dated = bool(_YEAR.search(joined) or _CLOCK.search(joined))
    if not quoted:
        told = verb or (opening and _ADDRESS_END.search(joined)) or _tells_all(joined)
        return dated and "@" in joined and bool(told)
    return (opening and verb and any(letter.isdigit() for letter in joined)) or (
        dated and "@" in joined and joined[:1] not in "<(["
    )


def _tells_all(joined: str) -> bool:
    """Whether day, time and, at the end, an address in brackets are told, as programs do and nobody else."""
    return bool(_YEAR.search(joined) and _CLOCK.search(joined) and _BRACKETED_END.search(joined))


def _is_quote_next(lines: Sequence[str], number: int) -> bool:
    following = next_text(lines, number)
    return following < len(lines) and is_quoted(lines[following])
