"""A reason, as a value: the clause it rests on and a sentence, in each language that the policy has it in."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from intake.core.sentences import Sentence

HOUSE = "house"
PHONE = re.compile(r"\{phone\|([^{}]+)\}")
"""Stands in a reason for the telephone of the case's route, with the words for where there is none."""


@dataclass(frozen=True, slots=True)
class Because:
    """Why something is so. `clause` is an id of the policy's list, or `house` for a rule of ours.

    `text` is the sentence as the policy words it, or as we do; `others` are pairs of a language and the same sentence.
    Whoever shows a reason asks for it with `said`: customer and desk may read in different languages.
    """

    clause: str
    text: str
    others: tuple[tuple[str, str], ...] = ()

    def said(self, language: str, phone: str = "") -> str:
        """The reason in a language, else as it stands, with the telephone that it names."""
        text = dict(self.others).get(language, self.text) if self.others else self.text
        return PHONE.sub(lambda found: phone or found[1], text) if "{" in text else text

    def changed(self, change: Callable[[str], str]) -> "Because":
        """The reason with its sentence changed in each language."""
        return Because(self.clause, change(self.text), tuple((each, change(said)) for each, said in self.others))

    @classmethod
    def ours(cls, text: str, **others: str) -> "Because":
        """A reason that no source names, with the same sentence in the other languages of letters."""
        return cls(HOUSE, text, tuple(others.items()))

    @classmethod
    def of(cls, clause: str, sentence: Sentence) -> "Because":
        """A reason that rests on a clause, in our words."""
        return cls(clause, str(sentence), tuple(sentence.others.items()))

    @property
    def sentence(self) -> Sentence:
        """Its sentence in each language."""
        return Sentence(self.said("en"), {language: self.said(language) for language, _ in self.others})

    @property
    def published(self) -> str:
        """The sentence as a published policy has it, where what it is about is not known yet."""
        return re.sub(r"\{(?:given|example_severity)\}", "N", self.said("")).replace("{example}", "…")

    def same_as(self, other: "Because") -> bool:
        """Whether both are one reason; what an older version kept has its sentence in one language alone."""
        if self.clause != other.clause:
            return False
        here, there = ({each.text, *(said for _, said in each.others)} for each in (self, other))
        return not here.isdisjoint(there)
