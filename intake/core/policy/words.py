"""Phrases of a policy found in a text: whole words, in any case, and not where the text takes them back."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from intake.core.policy.denials import NEGATION, taken_back

SEARCHED = 50_000
"""This many characters of a text are looked at."""
ANY = "*"
"""As a word of a phrase: up to three words, none of them a denial."""

_SPACE = re.compile(r"\s+")
_NT = re.compile(
    r"\b(ca|wo|sha)n't\b|(?<=\w)n't\b|\bcannot\b|\b(ca|do|does|did|is|are|was|were|could|would|should|has|have)nt\b"
)
_S = re.compile(
    r"(?:(?<=\bit)|(?<=\bthat)|(?<=\bthere))'s\b|'s(?= (?:(?:completely|totally|currently|now|not|still|all|again) )*"
    r"(?:down|offline|unavailable|unreachable|unusable|unresponsive|dead|broken|responding|reachable|available|working)\b)"
)
_STEMS = {"ca": "can", "wo": "will", "sha": "shall"}


def found(phrases: Iterable[str], text: str) -> str | None:
    """The first of the phrases that the text has and does not take back; None for none of them."""
    plain = plain_text(text)
    return next((phrase for phrase in phrases if _stands(phrase, plain)), None)


def all_found(phrases: Iterable[str], text: str) -> frozenset[str]:
    """All of the phrases that the text has and does not take back."""
    plain = plain_text(text)
    return frozenset(phrase for phrase in phrases if _stands(phrase, plain))


@lru_cache(maxsize=256)
def without(phrases: tuple[str, ...], text: str) -> str:
    """The text as phrases are compared with it, less these phrases."""
    plain = plain_text(text)
    for phrase in phrases:
        if _beginning(phrase) in plain:
            plain = _pattern(phrase).sub(";", plain)
    return plain


def _stands(phrase: str, plain: str) -> bool:
    beginning, pattern = _beginning(phrase), _pattern(phrase)
    at = plain.find(beginning)
    while at >= 0:
        match = pattern.match(plain, at)
        if match and not taken_back(plain, at, match.end()):
            return True
        at = plain.find(beginning, at + 1)
    return False


@lru_cache(maxsize=256)
def plain_text(text: str) -> str:
    """A text as phrases are compared with: compatibility forms and case folded, single spaces, "can't" as "can not"."""
    folded = unicodedata.normalize("NFKC", text[:SEARCHED]).casefold().replace("’", "'").replace("‐", "-")
    folded = _SPACE.sub(" ", folded)
    return _S.sub(" is", _NT.sub(_not, folded))


def _not(match: re.Match[str]) -> str:
    if match[0] == "cannot":
        return "can not"
    stem = match[1] or match[2]
    return f"{_STEMS.get(stem, stem)} not" if stem else " not"


@lru_cache(maxsize=8192)
def _beginning(phrase: str) -> str:
    """What a phrase begins with, to be looked for first: most texts do not hold it, and that is quickly seen."""
    return plain_text(phrase.strip()).split(" ")[0].rstrip("*")


@lru_cache(maxsize=8192)
def _pattern(phrase: str) -> re.Pattern[str]:
    whole = ""
    for word in plain_text(phrase.strip()).split(" "):
        if word == ANY:
            whole += rf"(?:(?!{NEGATION}\b)[\w'/]+[ -]){{0,3}}"
        else:
            whole += re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") + "[ -]"
    return re.compile(rf"(?<!\w)(?<!\bde-){whole.removesuffix('[ -]')}(?!\w)")
