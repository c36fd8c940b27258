"""Introductions of a quote that carries no signs, where they name no address, or people paste the like as well."""

import re
from collections.abc import Sequence

from intake.core.mail.attribution_words import VERBS
from intake.core.mail.signatures import farewell_start

_DAY = r"[^:<>@\n]{0,40}?(?<!\d)(?:(?:19|20)\d\d|\d{1,2}[./]\d{1,2}[./]\d\d)(?!\d)[^:<>@\n]{0,12}?"
_ZONE = r"(?: (?:Uhr|[A-Z]{3,4}|[+-]\d{4}|\([A-Z]{3,4}\))(?!\w))?"
_CLOCK = rf"(?<!\d)\d{{1,2}}[:.h]\d\d(?::\d\d)?(?: ?[ap]\.?m\b\.?)?{_ZONE}"
_NAME = r"(?P<name>[^\W\d_][^\s:<>@]*(?: [^\s:<>@]+){0,3})"
_VERB = rf"(?:{VERBS.pattern})"
# As programs write it: "Am … schrieb NAME:", "On … NAME wrote:", "NAME wrote on …:", "NAME hat am … geschrieben:".
_SHAPES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"\w{{1,3}} (?:giorno |dniu )?{_DAY}{_CLOCK},? {_VERB} {_NAME}\s?[:：]",
        rf"\w{{1,3}} (?:giorno |dniu )?{_DAY}{_CLOCK},? {_NAME} {_VERB}\s?[:：]",
        rf"{_NAME} (?:{_VERB}|hat) \w{{1,3}} {_DAY}{_CLOCK}(?: geschrieben)?\s?[:：]",
    )
)
_ADDRESSED = re.compile(rf"[^<>:\n]{{2,60}}<[^<>\s@]{{1,64}}@[^<>\s]{{1,100}}> {_VERB}\s?[:：]", re.IGNORECASE)
# Seconds, half of the day, day of the week: people who quote by hand leave them out.
_EXACT = re.compile(r"\d:\d\d:\d\d|\d ?[ap]\.?m\b|\w{1,3} (?:giorno |dniu )?[^\W\d_]{2,12}[.,]+ ", re.IGNORECASE)
_SMALL = frozenset("von van de da den der di du la le zu of y e".split())  # noqa: SIM905
# Who narrates speaks of people so; programs put names alone.
_NARRATED = frozenset(
    "the our my your mr mrs ms mr. mrs. ms. dr. der die das ihr ihre unser unsere mein meine herr frau notre votre m. "  # noqa: SIM905
    "mon mme el su nuestro señor señora il lo vostro nostro signor signora het onze uw dhr. mevr. o a os seu nosso "
    "senhor pan pani they he she it we i you er sie es wir ich".split()
)
_ENDS = re.compile(r"-- ?|[-_=*]{10,}")
_MOST_LINES, _LONGEST, _LOOKS_ABOVE = 3, 160, 20


def unaddressed(lines: Sequence[str], last: int) -> int | None:
    """The first line of an introduction that ends at line `last` without an address, or without a day; None elsewhere.

    It stands alone between empty lines below some text and names nothing but a person, a day and a time: as exactly as
    programs do, or below the end of the writer's own mail.
    """
    first = last
    while first > 0 and lines[first - 1].strip() and last - first < _MOST_LINES:
        first -= 1
    joined = " ".join(line.strip() for line in lines[first : last + 1])
    if first == 0 or lines[first - 1].strip() or len(joined) > _LONGEST or announced(lines, first):
        return None
    if _ADDRESSED.fullmatch(joined):
        return first if ends_above(lines, first) else None
    found = next((found for shape in _SHAPES if (found := shape.fullmatch(joined))), None)
    if found is None or not is_name(found["name"]):
        return None
    return first if _EXACT.search(joined) or ends_above(lines, first) else None


def is_name(words: str) -> bool:
    """Whether words are somebody's name alone, as programs put it: capitals, and nothing that a person puts before."""
    each = words.split()
    if each[0].casefold() in _NARRATED:
        return False
    return all(word[0] != word[0].lower() or word[0].lower() == word[0].upper() or word in _SMALL for word in each)


def announced(lines: Sequence[str], number: int) -> bool:
    """Whether the text above line `number` ends in a colon: the writer shows what follows."""
    above = (line.rstrip() for line in reversed(lines[max(0, number - _LOOKS_ABOVE) : number]))
    return next(filter(None, above), "").endswith((":", "："))


def ends_above(lines: Sequence[str], number: int) -> bool:
    """Whether the writer's own mail ends above line `number`: with a rule, a closing formula, a signature."""
    above = [line for line in lines[max(0, number - _LOOKS_ABOVE) : number] if line.strip()]
    if not above or announced(lines, number):
        return False
    return bool(_ENDS.fullmatch(above[-1].strip())) or "-- " in above or farewell_start(above) is not None
