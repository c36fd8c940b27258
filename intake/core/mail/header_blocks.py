"""The headers of another mail in a text, as mail programs show them above what they quote or forward."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from intake.core.mail.attribution_words import HEADER_ROLES, MORE_HEADERS, SENT_WORDS
from intake.core.mail.unaddressed import announced, ends_above

_NAME = re.compile(r"\s{0,8}[*_]{0,2}([^\W\d_][^:：*]{0,18}?)\s?[*_]{0,2}\s?[:：]")
_HEADER = re.compile(_NAME.pattern + r"[*_]{0,2}\s*(.*)")
_DIGIT = re.compile(r"\d")
# no header's name, with all that may stand around it, is longer
_LONGEST_NAME = 34
# How an old webmailer orders them; the first is nobody else's order.
_OLD_WEBMAIL = (
    ["date", "subject", "from", "to"],
    ["date", "from", "to", "subject"],
    ["from", "to", "subject", "date"],
)


def next_text(lines: Sequence[str], number: int) -> int:
    """The first line with text among the next few, else the last one looked at."""
    for following in range(number, min(number + 3, len(lines))):
        if lines[following].strip():
            return following
    return min(number + 3, len(lines))


def header_name(line: str) -> str:
    """The name of the header that a line is, in lower case; empty where it is none."""
    head = line[:_LONGEST_NAME]
    name = _NAME.match(head) if ":" in head or "：" in head else None
    return name[1].casefold().strip() if name else ""


def is_header(line: str) -> bool:
    """Whether a line is one of the headers that mail programs show of a mail."""
    return header_name(line) in HEADER_ROLES


def header_lines(lines: Sequence[str], number: int, least: int) -> list[tuple[str, int]]:
    """The roles of the header lines from `number` on, each with its line; none where there are fewer than `least`.

    A header may wrap (a long list of recipients); blank lines between headers come from HTML.
    """
    found: dict[str, int] = {}
    last = ""
    for place in range(number, min(number + 14, len(lines))):
        if not lines[place].strip():
            continue
        role = HEADER_ROLES.get(header_name(lines[place]))
        if role is None and last not in ("to", "cc"):
            break
        if role and role not in found:
            found[role] = place
            last = role
    return list(found.items()) if len(found) >= least else []


class Block(NamedTuple):
    """The headers above a mail in a text, by their roles, and the line after them."""

    values: Mapping[str, str]
    end: int


def header_block(lines: Sequence[str], number: int) -> Block:
    """The headers that begin at or right below line `number`; empty where there are fewer than two.

    A value that wraps is read to its end.
    """
    found = header_lines(lines, next_text(lines, number), 2)
    if not found:
        return Block({}, number)
    places = [place for _, place in found]
    values = {}
    for (role, place), following in zip(found, [*places[1:], places[-1] + 1], strict=True):
        header = _HEADER.match(lines[place])
        rest = [line.strip() for line in lines[place + 1 : following] if not _HEADER.match(line)]
        values[role] = " ".join([header[2] if header else "", *rest]).strip()
    return Block(values, places[-1] + 1)


def begins_mail(lines: Sequence[str], number: int) -> bool:
    """Whether headers that begin at line `number` are those that a mail program puts above what it quotes.

    Outlook puts From, Sent, To, Subject; Notes and some webmailers From, To, Date, Subject; others Sent, From, To,
    Subject. Headers that somebody pasted come in other orders, or go on after the subject; a form's lines name nobody.
    An old webmailer put orders that people paste as well: one of them counts where no text announces it, the others
    below the end of the writer's mail.
    """
    found = header_lines(lines, number, 3)
    if not found:
        return False
    roles = [role for role, _ in found if role != "cc"]
    if roles == ["from", "date", "to", "subject"]:
        return True
    if not any(role == "date" and _DIGIT.search(lines[line]) for role, line in found):
        return False
    if roles == ["from", "date", "subject"]:
        return True
    after = found[-1][1] + 1
    while after < len(lines) and header_name(lines[after]) in MORE_HEADERS:
        after += 1
    if not any("@" in line for line in lines[number:after]):
        return False
    alone = not "".join(lines[max(0, number - 1) : number]).strip() and not "".join(lines[after : after + 1]).strip()
    if roles == ["from", "to", "date", "subject"]:
        return alone and not announced(lines, number)
    if roles == ["date", "from", "to", "subject"] and header_name(lines[number]) in SENT_WORDS:
        return True
    return (
        alone
        and roles in _OLD_WEBMAIL
        and (ends_above(lines, number) or (roles == _OLD_WEBMAIL[0] and not announced(lines, number)))
    )
