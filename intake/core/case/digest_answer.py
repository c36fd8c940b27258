"""Which case an answer to a digest is about: the only one that it told of, or the one that the answer names."""

from collections.abc import Sequence
from datetime import datetime

from intake.core.case.case import Case
from intake.core.case.matching import NUMBER, numbers_in
from intake.core.case.work_list import first_due
from intake.core.sentences import sentence

UNCLEAR = sentence("it answers a digest of several cases and does not say which of them it is about")
AROUND = " \t[](){}<>#*:.,;-–"


def meant(told: Sequence[str], subject: str, words: str) -> str | None:
    """The case of those that the digest told of; None where that is not clear.

    `words` are the writer's own. A number counts where it stands alone in their first line, else in the subject: one
    in the middle of a sentence may be about anything.
    """
    if len(told) == 1:
        return told[0]
    found = [each for each in told if each in named(subject, words)]
    return found[0] if len(found) == 1 else None


def named(subject: str, words: str) -> tuple[str, ...]:
    """The cases that an answer names in a place that counts."""
    first, _ = _first_line(words)
    return (first,) if first else numbers_in(subject)


def likely(cases: Sequence[Case], person: str, said: str) -> list[Case]:
    """Cases that an unclear answer may be about, the likeliest first: named in it, the person's own, due soonest.

    `said` is its subject and the writer's own words.
    """

    def rank(case: Case) -> tuple[bool, bool, bool, datetime]:
        due = first_due(case)
        at = due.due_at if due else None
        return case.reference not in said.upper(), case.assignee != person, at is None, at or case.opened_at

    return sorted(cases, key=rank)


def without_number(words: str, reference: str) -> str:
    """The words without the number that only says which case they are about."""
    number, command = _first_line(words)
    if number != reference:
        return words
    rest = words.lstrip().partition("\n")[2]
    return f"{command}\n{rest}" if command else rest


def _first_line(words: str) -> tuple[str, str]:
    """The number that the first line says, alone or before a command, and that command; empty where it says more."""
    line = words.lstrip().partition("\n")[0].strip(AROUND)
    number, _, rest = line.partition(" ")
    rest = rest.lstrip(AROUND)
    if not NUMBER.fullmatch(number.strip(AROUND).upper()) or (rest and not rest.startswith("/")):
        return "", ""
    return number.strip(AROUND).upper(), rest
