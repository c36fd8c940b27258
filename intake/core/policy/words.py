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

_WORD = re.compile(r"\w+")
_STEMS = ["do", "does", "did", "is", "are", "was", "were", "could", "would", "should", "has", "have"]
_BARE = {"cant": "can not", **{f"{stem}nt": f"{stem} not" for stem in _STEMS}}
_S = re.compile(
    r"(?:(?<=\bit)|(?<=\bthat)|(?<=\bthere))'s\b|'s(?= (?:(?:completely|totally|currently|now|not|still|all|again) )*"
    r"(?:down|offline|unavailable|unreachable|unusable|unresponsive|dead|broken|responding|reachable|available|working)\b)"
)
_SHORT = (("can't", "can not"), ("won't", "will not"), ("shan't", "shall not"), ("n't", " not"), ("cannot", "can not"))


def found(phrases: Iterable[str], text: str) -> str | None:
    """The first of the phrases that the text has and does not take back; None for none of them."""
    plain = plain_text(text)
    words = _words(plain)
    return next((phrase for phrase in phrases if _may_hold(phrase, plain, words) and _stands(phrase, plain)), None)


def all_found(phrases: frozenset[str], text: str) -> frozenset[str]:
    """All of the phrases that the text has and does not take back; quick for many texts and the same phrases."""
    plain = plain_text(text)
    words = _words(plain)
    by_word, others = _index(phrases)
    near = (*others, *(phrase for word in words & by_word.keys() for phrase in by_word[word]))
    return frozenset(phrase for phrase in near if _may_hold(phrase, plain, words) and _stands(phrase, plain))


@lru_cache(maxsize=16)
def _index(phrases: frozenset[str]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """The phrases by the longest whole word that each needs, and those that need none."""
    by_word: dict[str, list[str]] = {}
    for phrase in phrases:
        if whole := _needed(phrase)[0]:
            by_word.setdefault(max(whole, key=len), []).append(phrase)
    return by_word, tuple(phrase for phrase in phrases if not _needed(phrase)[0])


@lru_cache(maxsize=256)
def without(phrases: tuple[str, ...], text: str) -> str:
    """The text as phrases are compared with it, less these phrases."""
    plain = plain_text(text)
    words = _words(plain)
    for phrase in phrases:
        if _may_hold(phrase, plain, words):
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
    parts = folded.split()
    folded = " ".join(parts if _BARE.keys().isdisjoint(parts) else (_BARE.get(part, part) for part in parts))
    for short, whole in _SHORT:
        folded = folded.replace(short, whole)
    return _S.sub(" is", folded) if "'s" in folded else folded


@lru_cache(maxsize=256)
def _words(plain: str) -> frozenset[str]:
    return frozenset(_WORD.findall(plain))


def _may_hold(phrase: str, plain: str, words: frozenset[str]) -> bool:
    """Whether every word of the phrase is somewhere in the text: of most phrases it is not, which is quickly seen."""
    whole, begun = _needed(phrase)
    return whole <= words and all(each in plain for each in begun)


@lru_cache(maxsize=8192)
def _needed(phrase: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The whole words that a phrase needs, and the beginnings of words."""
    parts = plain_text(phrase.strip()).split(" ")
    whole = frozenset(word for part in parts if not part.endswith("*") for word in _WORD.findall(part))
    return whole, tuple(part.rstrip("*") for part in parts if part.endswith("*") and part != ANY)


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
