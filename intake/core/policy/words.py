"""Phrases of a policy found in a text: whole words, in any case, and not where the text takes them back."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from intake.core.policy.denials import NEGATION, taken_back

SEARCHED = 50_000
"""This many characters of a text are looked at."""
ANY = "*"
"""As a word of a phrase: up to three words, none of them a denial."""

LETTERS = 3
"""By so many first letters of a text's words the phrases are found whose words may go on."""

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


def all_found(phrases: frozenset[str], plain: str) -> frozenset[str]:
    """All of the phrases that a text has and does not take back; quick for many texts and the same phrases.

    `plain` is the text as `plain_text` or `without` gives it.
    """
    return frozenset(phrase for phrase in _near(_index(phrases), plain) if _stands(phrase, plain))


@dataclass(frozen=True, slots=True)
class _Index:
    """Phrases by what a text must have for them: the longest whole word, else the first letters of one."""

    by_word: Mapping[str, Sequence[str]]
    by_letters: Mapping[str, Sequence[str]]
    lengths: frozenset[int]


@lru_cache(maxsize=16)
def _index(phrases: Collection[str]) -> _Index:
    by_word: dict[str, list[str]] = {}
    by_letters: dict[str, list[str]] = {}
    for phrase in phrases:
        whole, begun = _needed(phrase)
        # of a word with a hyphen, the part behind it is what goes on
        pieces = whole or [piece for each in begun for piece in _WORD.findall(each)[-1:]] or [""]
        longest = max(pieces, key=len)
        table, key = (by_word, longest) if whole else (by_letters, longest[:LETTERS])
        table.setdefault(key, []).append(phrase)
    return _Index(by_word, by_letters, frozenset(map(len, by_letters)))


def _near(index: _Index, plain: str) -> list[str]:
    """The phrases of the index all of whose words are somewhere in the text: few, which is quickly seen."""
    words = _words(plain)
    found = [phrase for word in index.by_word.keys() & words for phrase in index.by_word[word]]
    for length in index.lengths:
        begun = {word[:length] for word in words} & index.by_letters.keys()
        found += [phrase for letters in begun for phrase in index.by_letters[letters]]
    return [phrase for phrase in found if _may_hold(phrase, plain, words)]


@lru_cache(maxsize=256)
def without(phrases: tuple[str, ...], text: str) -> str:
    """The text as phrases are compared with it, less these phrases."""
    plain = plain_text(text)
    near = set(_near(_index(phrases), plain)) if phrases else ()
    for phrase in (each for each in phrases if each in near):
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
