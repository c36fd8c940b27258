"""Phrases of a policy found in a text: whole words, in any case, and not where the text denies them."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

SEARCHED = 50_000
"""This many characters of a text are looked at."""
LOOKED_BACK = 20

# what directly before a phrase turns it round: "no outage", "this is not an outage", "kein Ausfall"
_DENIAL = (
    r"(?:\b(?:no|not|not an?|not the|never|without|without an?|isn't|isn't an?|aren't|wasn't an?"
    r"|kein|keine|keinen|keiner|nicht|nie|ohne|pas de|pas d'|sin|sem|geen|ingen|nessun|nessuna|senza)) $"
)
_DENIED = re.compile(_DENIAL)
_SPACE = re.compile(r"\s+")


def found(phrases: Iterable[str], text: str) -> str | None:
    """The first of the phrases that the text has and does not deny; None for none of them."""
    plain = plain_text(text)
    return next((phrase for phrase in phrases if _stands(phrase, plain)), None)


def all_found(phrases: Iterable[str], text: str) -> frozenset[str]:
    """All of the phrases that the text has and does not deny."""
    plain = plain_text(text)
    return frozenset(phrase for phrase in phrases if _stands(phrase, plain))


def _stands(phrase: str, plain: str) -> bool:
    beginning, pattern = _beginning(phrase), _pattern(phrase)
    at = plain.find(beginning)
    while at >= 0:
        if pattern.match(plain, at) and not _DENIED.search(plain[max(0, at - LOOKED_BACK) : at]):
            return True
        at = plain.find(beginning, at + 1)
    return False


@lru_cache(maxsize=256)
def plain_text(text: str) -> str:
    """A text as phrases are compared with it: compatibility forms and case folded, single spaces, plain apostrophes."""
    folded = unicodedata.normalize("NFKC", text[:SEARCHED]).casefold().replace("’", "'").replace("‐", "-")
    return _SPACE.sub(" ", folded)


@lru_cache(maxsize=4096)
def _beginning(phrase: str) -> str:
    """What a phrase begins with, to be looked for first: most texts do not hold it, and that is quickly seen."""
    return plain_text(phrase.strip()).split(" ")[0].rstrip("*")


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    words = plain_text(phrase.strip()).split(" ")
    parts = [re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in words]
    return re.compile(r"(?<!\w)" + "[ -]".join(parts) + r"(?!\w)")
