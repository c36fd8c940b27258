"""Tells words that stand in a field without answering it: placeholders, the form's own words, words for nothing."""

import re
from functools import lru_cache

from intake.core.mail.form import FieldSpec
from intake.core.mail.labels import fold

_NO_ANSWER = frozenset(
    fold(words)
    for words in (
        "n/a", "none", "tbd", "tba", "tbc", "todo", "to do", "unknown", "not known", "not yet known", "not applicable",
        "not specified", "no idea", "don't know", "placeholder", "keine", "keiner", "keines", "k.A.", "keine Angabe",
        "keine Angaben", "unbekannt", "nicht bekannt", "entfällt", "nicht zutreffend", "weiß nicht", "noch offen",
        "folgt", "folgt noch", "wird nachgereicht", "inconnu", "desconocido", "sconosciuto", "onbekend",
    )
)  # fmt: skip
# These say nothing of a thing, but may well be what happens: "Current behaviour: empty".
_NO_THING = frozenset(
    fold(words)
    for words in (
        "nil", "null", "not available", "not set", "undefined", "no value", "empty", "blank", "nicht verfügbar", "leer",
    )
)  # fmt: skip
# What a form says to whoever fills it in: words that ask, and words that stand beside them.
_ASKING = frozenset(
    "fill filled choose select pick enter insert specify provide complete completed describe put write type replace "  # noqa: SIM905
    "determined defined confirmed announced wählen auswählen ausfüllen eintragen eingeben angeben ergänzen beschreiben "
    "einfügen auszufüllen choisir remplir compléter indiquer elegir rellenar completar seleccionar scegliere "
    "compilare inserire kiezen invullen selecteer".split()
)
_BESIDE = frozenset(
    "please pls kindly bitte in out here hier this that the field form your you sie ihre ihren ihr one a an of or from "  # noqa: SIM905
    "with list below value values text answer option to be me it its den die das der ein eine einen aus von liste wert "
    "s'il vous plaît veuillez por favor un una uno il la le les per favore alstublieft".split()
)
_OF_FORMS = _ASKING | _BESIDE
_OFFER = re.compile(
    r"(?:please |bitte )?(?:(?:can|may|must|should) be )?"
    r"(?:(?:any |at least )?one (?:or more )?of|choose|select|wählen|eine?[rs]? (?:von|aus|der)|entweder)\b",
    re.I,
)
# One word that has a mark of addresses in it is an address in brackets, "<https://ox.example>", and no placeholder.
_IN_BRACKETS = re.compile(r"(?:<(?!\S*[.@:/]\S*>)[^<>]*>|\[(?!\S*[.@:/]\S*\])[^\[\]]*\]|\{(?!\S*[.@:/]\S*\})[^{}]*\})")
_OPENED = frozenset("<[{")
_FILLER = re.compile(r"x{2,}")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_INITIALS = frozenset(words[0] for words in _NO_ANSWER | _NO_THING) | {"x"}
_LONGEST = 100
_LOOKS_AT = 160
_BEGINNING = 12
_AFTER_HINT = " \t:：=>-–—→.,;"


def is_told(spec: FieldSpec, written: str) -> bool:
    """Whether words are none for nothing and none of the form's: they begin otherwise than those, or are many.

    A look at the beginning, which spares most answers the others.
    """
    begin = written[:_LOOKS_AT]
    if not (begin.isascii() and _begins_otherwise(begin, spec.hint)):
        return False
    if len(begin) > _LONGEST:
        return len(" ".join(begin.split())) > _LONGEST
    first = _WORD.match(begin.lower())
    return first is not None and begin[0].lower() not in _INITIALS and not _is_of_forms(spec, first[0])


def _begins_otherwise(plain: str, hint: str) -> bool:
    """Whether `plain`, all ASCII, begins with a letter or digit, and not with the first one of the hint."""
    return plain[:1].isalnum() and plain[0].lower() != fold(hint)[:1]


def is_no_answer(spec: FieldSpec, plain: str) -> bool:
    """Whether `plain` says that there is nothing to say: a word for nothing, or no word at all."""
    if len(plain) > _LONGEST:
        return not any(map(str.isalnum, plain))
    if plain.isascii() and plain[:1].isalnum() and plain[0].lower() not in _INITIALS:
        return False
    folded = fold(plain)
    if not folded or folded in _NO_ANSWER or _FILLER.fullmatch(folded):
        return True
    return spec.kind != "block" and folded in _NO_THING


def is_placeholder(spec: FieldSpec, plain: str) -> bool:
    """Whether `plain` is the form's own words: its hint, an instruction, or a placeholder in brackets."""
    if plain[:1] in _OPENED and spec.kind in ("line", "lines", "block") and _IN_BRACKETS.fullmatch(plain):
        return True
    if spec.hint and _are_alike(plain, spec.hint):
        return True
    if spec.kind == "choices" and _OFFER.match(plain):
        return True
    return len(plain) <= _LONGEST and _asks(spec, plain)


def _are_alike(plain: str, hint: str) -> bool:
    folded = fold(hint)
    # an answer mostly begins otherwise, and may be long
    if plain.isascii() and (_begins_otherwise(plain, hint) or not folded.startswith(fold(plain[:_BEGINNING]))):
        return False
    return fold(plain) == folded


def _asks(spec: FieldSpec, plain: str) -> bool:
    said = plain.casefold()
    first = _WORD.search(said)
    if first is None or not _is_of_forms(spec, first[0]):
        return False
    words = set(_WORD.findall(said))
    return not words.isdisjoint(_ASKING) and words <= _OF_FORMS | _own_words(spec.label)


def _is_of_forms(spec: FieldSpec, word: str) -> bool:
    return word in _OF_FORMS or word in _own_words(spec.label)


@lru_cache(maxsize=1_024)
def _own_words(label: str) -> frozenset[str]:
    return frozenset(_WORD.findall(label.casefold()))


def offers(spec: FieldSpec, plain: str) -> bool:
    """Whether all the allowed values stand there, as in a form that nobody filled in."""
    if not spec.allowed or len(plain) > 1_000:
        return False
    there = fold(plain)
    return all(fold(name) in there for name, _ in spec.allowed)


def without_hint(spec: FieldSpec, written: str) -> str:
    """`written` without the form's hint, where somebody wrote the answer behind it."""
    if not spec.hint or written.lstrip()[: len(spec.hint)].casefold() != spec.hint.casefold():
        return written
    return written.lstrip()[len(spec.hint) :].lstrip(_AFTER_HINT).lstrip("\n") or written
