"""What the program itself says to people, in each language of its letters: the English stands where it is said, the

other languages in a table each (`intake.core.german`).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from intake.core.german import GERMAN

TABLES: Mapping[str, Mapping[str, str]] = {"de": GERMAN}
"""The tables by language: English sentence to the same one there, with the same values in braces."""


class Sentence(str):
    """A sentence in English that has itself in other languages, too.

    Histories, the console, commands and JSON have it as the string that it is; letters ask for it with `said`. What
    joins it with other strings makes a plain, English one: `sentence` and `joined` keep the languages.
    """

    __slots__ = ("others",)
    others: Mapping[str, str]

    def __new__(cls, english: str = "", others: Mapping[str, str] | None = None) -> "Sentence":
        """`others` are the languages with the same sentence."""
        made = super().__new__(cls, english)
        made.others = others or {}
        return made

    def said(self, language: str) -> str:
        """The sentence in a language, else in English."""
        return self.others.get(language) or str(self)

    def changed(self, change: Callable[[str], str]) -> "Sentence":
        """The sentence changed in each language."""
        return Sentence(change(str(self)), {each: change(said) for each, said in self.others.items()})


NOTHING = Sentence()


def sentence(english: str, **values: object) -> Sentence:
    """A sentence with its values filled in. Values that have languages, sentences or reasons, are said in each."""
    filled = {
        language: table.get(english, english).format(**_in(values, language)) for language, table in TABLES.items()
    }
    return Sentence(english.format(**_in(values, "en")), filled)


class Say(Protocol):
    """Says a sentence or word of the tables in one language, with values that are in it already."""

    def __call__(self, english: str, **values: object) -> str: ...

    def __hash__(self) -> int: ...


def in_each(made: Callable[[Say], str]) -> Sentence:
    """A text of many small sentences, made once in each language: that takes less than making each of them in all."""
    return Sentence(made(_english), {language: made(say) for language, say in SAYS.items()})


def _english(english: str, **values: object) -> str:
    return english.format(**values) if values else english


def _saying(table: Mapping[str, str]) -> Say:
    def say(english: str, **values: object) -> str:
        text = table.get(english, english)
        return text.format(**values) if values else text

    return say


SAYS: Mapping[str, Say] = {language: _saying(table) for language, table in TABLES.items()}


def translated(english: str) -> Sentence:
    """A word or line that stands in a table of its own, such as the name of a clock; as it is where no table has it."""
    return Sentence(english, {language: table[english] for language, table in TABLES.items() if english in table})


def joined(separator: str, parts: Iterable[str]) -> Sentence:
    """Sentences as one, in each language; plain strings are the same in all of them."""
    each = list(parts)
    others = {language: said(separator, language).join(said(part, language) for part in each) for language in TABLES}
    return Sentence(separator.join(each), others)


def said(text: object, language: str) -> str:
    """A value as it stands in a sentence of a language."""
    in_it = getattr(text, "said", None)
    return in_it(language) if in_it else str(text)


def _in(values: Mapping[str, object], language: str) -> dict[str, str]:
    return {name: said(value, language) for name, value in values.items()}
