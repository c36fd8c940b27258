"""Reads the one number that words name: "2", "Sev-2 (high)", "1 - system down", but not "4 users affected"."""

import re

_FEW = {
    word: number
    for number, words in enumerate(("one eins", "two zwei", "three drei", "four vier", "five fünf"), start=1)
    for word in words.split()
}
# Words that stand before a number and say what it is.
_BEFORE = frozenset(
    "sev severity level lvl prio priority p s class grade stufe schweregrad klasse grad category cat no nr number "  # noqa: SIM905
    "nummer num is ist now jetzt our unsere set to auf please bitte".split()
)
# Words after a number that go on about it. Another word makes it a count: "4 users".
_AFTER = frozenset(
    "urgent critical crit high higher highest medium mid middle moderate low lower lowest normal major minor severe "  # noqa: SIM905
    "severely serious blocker blocking emergency trivial important standard complete completely total full partial "
    "partly kritisch hoch hohe mittel mittlere niedrig niedrige gering geringe dringend schwer schwere leicht leichte "
    "wichtig vollständig teilweise outage ausfall down question frage please pls bitte thanks danke as because since "
    "due for until till but if and unless per according weil da denn für wegen aber bis wenn und laut from ab at in "
    "according means heißt".split()
)
_DENYING = frozenset(
    "not no non kein keine keinen nicht ohne without instead isn isnt pas sin "  # noqa: SIM905
    "about all ca circa roughly over under approx approximately etwa ungefähr über alle alles rund".split()
)
_LEADING = re.compile(r"\W*((?:[^\W\d_]+[\s:#=.–-]*){0,3})(\d+)")
_ALONE = re.compile(r"(?<![\d.,])\d+(?![.,]?\d)")
_RANGE = re.compile(r"[.,/–—-]\d|\.{2,}\d|[A-Za-z]|\s*[%€$°+]")
_NEXT = re.compile(r"\s*(?:[,;/|–-]|->|or|oder|and|und|to|bis)?\s*(\d+)", re.I)
_OF = re.compile(r"\s*(?:out\s+of|of|von)\s+(\d+)(?![\d.,]*\d)", re.I)
# a number and the highest that there is: "2/4"
_OUT_OF = re.compile(r"\s*/\s*(\d{1,9})(?![\d.,]*\d)(?!\s*/)")
_FOLLOWING = re.compile(r"\s+([^\W\d_]+)")
_WORD = re.compile(r"[^\W_]+")
_LOOKS_AT = 200
_SHORT = 40


def one_number(plain: str, allowed: frozenset[int]) -> int | None:
    """The number that `plain` (single-spaced) names and nothing else speaks against; None where it names none or more.

    `allowed` are the numbers that may be meant, empty where any may be: another of them beside the first, as in
    "1 or 2", leaves it open which one counts. A number with a noun counts things.
    """
    if (few := _FEW.get(plain.casefold().strip(".! "))) is not None:
        return few
    plain = plain[:_LOOKS_AT]
    leading = _LEADING.match(plain)
    if leading and all(word in _BEFORE for word in _words(leading[1])):
        return int(leading[2]) if len(leading[2]) < 10 and _ends(leading[2], plain[leading.end() :], allowed) else None
    numbers = list(_ALONE.finditer(plain)) if len(plain) <= _SHORT else []
    if len({number.group() for number in numbers}) != 1 or _DENYING.intersection(_words(plain)):
        return None
    return (
        int(numbers[0].group()) if all(_ends(number[0], plain[number.end() :], allowed) for number in numbers) else None
    )


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _ends(number: str, rest: str, allowed: frozenset[int]) -> bool:
    """Whether what follows a number leaves it the one that is meant: "2/4" is 2 of 4, but "3/4" may be either."""
    out_of = _OUT_OF.match(rest)
    if out_of and allowed and int(out_of[1]) == max(allowed) and int(number) != max(allowed) - 1:
        rest = rest[out_of.end() :]
    if _RANGE.match(rest):
        return False
    if of := _OF.match(rest):
        rest = rest[of.end() :]
    following = _NEXT.match(rest[:_SHORT])
    if following and len(following[1]) < 10 and (int(following[1]) in allowed or not allowed):
        return False
    word = _FOLLOWING.match(rest)
    return word is None or word[1].casefold() in _AFTER
