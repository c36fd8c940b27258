"""Which charset undeclared 8-bit text is most likely in: the one in which its characters are least surprising."""

import re
from collections import Counter
from functools import lru_cache
from math import log

from intake.core.mail.alphabets import Language, languages

_NON_ASCII = re.compile(rb"[\x80-\xff]")
_SAMPLE = 1_024
_WORD = re.compile(r"[^\W\d_]*[^\W\d_\x00-\x7f][^\W\d_]*")
_LATIN_LETTER = re.compile("[A-Za-z]")
_SURPRISE = log(1e-6)
_BROKEN = -16.0
# An ASCII character that another charset takes for the second half of a character.
_ASCII = -3.0
_WRONG_CASE = -5.0
_SHOUTED = -3.0
_MIXED_SCRIPTS = -6.0
_FIRST_CASELESS = 0x2E80


def likely_charset(data: bytes) -> str:
    """A Python codec for text that is not UTF-8; Windows-1252 where nothing speaks for another."""
    first = _NON_ASCII.search(data)
    if not first:
        return "windows-1252"
    start = max(0, data.rfind(b"\n", 0, first.start()) + 1, first.start() - 64)
    sample = data[start : start + _SAMPLE]
    # A character cut in two by the sampling speaks against no charset.
    cut = start + _SAMPLE < len(data)
    if not cut and _is_western_alone(sample):
        return "windows-1252"
    _, codec = max((_likelihood(sample, codec, ways, cut=cut), codec) for codec, ways in _by_codec().items())
    return {"cp1252": "windows-1252"}.get(codec, codec)


def _is_western_alone(sample: bytes) -> bool:
    """Whether the one character beyond ASCII is a Western letter, or a sign that no letter touches.

    Texts in other alphabets have more of them than one; a letter of theirs inside a word would be a sign in this one.
    """
    if len(_NON_ASCII.findall(sample)) != 1:
        return False
    text = sample.decode("cp1252", "replace")
    place = next(place for place, c in enumerate(text) if c >= "\x80")
    c = text[place]
    around = text[max(0, place - 1) : place] + text[place + 1 : place + 2]
    if c.isalpha():
        return any(c in way.characters for way in _by_codec()["cp1252"])
    return c != "\ufffd" and not any(map(str.isalpha, around))


@lru_cache(maxsize=1)
def _by_codec() -> dict[str, list[Language]]:
    out: dict[str, list[Language]] = {}
    for language in languages():
        out.setdefault(language.codec, []).append(language)
    return out


def _likelihood(sample: bytes, codec: str, ways: list[Language], *, cut: bool) -> float:
    """The logarithm of how likely the sample is, in the likeliest language of the codec."""
    text = sample.decode(_python(codec), "replace")
    if cut:
        text = text.rstrip("\ufffd")
    shouted = [word for word in _WORD.findall(text) if word.isupper() and len(word) > 2]
    counted = Counter(_WORD.sub(_lowered, text) if shouted else text)
    plain = sum(number for c, number in counted.items() if c < "\x80") * _ASCII
    beyond = [(c, number) for c, number in counted.items() if c >= "\x80"]
    spelling = sum(_spelling(word) for word in _WORD.findall(text))
    return plain + spelling + len(shouted) * _SHOUTED + max(_fit(beyond, way) + way.before for way in ways)


def _lowered(word: re.Match[str]) -> str:
    """A word in capitals says no more against a charset than one capital does."""
    return word[0].lower() if word[0].isupper() else word[0]


def _python(codec: str) -> str:
    return {"big5": "cp950"}.get(codec, codec)


def _fit(beyond: list[tuple[str, int]], way: Language) -> float:
    return sum(number * _surprise(c, way) for c, number in beyond)


def _surprise(c: str, way: Language) -> float:
    known = way.characters.get(c)
    if known is not None:
        return known
    if c == "\ufffd":
        return _BROKEN
    return next((other for codes, other in way.others if ord(c) in codes), _SURPRISE)


def _spelling(word: str) -> float:
    """What speaks against a word: capitals inside it, or letters of two scripts."""
    if ord(max(word)) >= _FIRST_CASELESS:
        return 0.0
    out = 0.0
    if word.lower() != word and word.upper() != word and word[1:].lower() != word[1:]:
        out += _WRONG_CASE
    if max(word) >= "\u0370" and _LATIN_LETTER.search(word):
        out += _MIXED_SCRIPTS
    return out
