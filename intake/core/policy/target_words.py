"""A target's sentence in the language of a letter."""

import re
from functools import lru_cache

from intake.core.hours import parse_target
from intake.core.sentences import Say, Sentence, in_each

WORDS = (
    "business hours", "business hour", "business days", "business day", "working hours", "working hour",
    "working days", "working day", "hours", "hour", "minutes", "minute", "best effort", "not available",
    "up to", "within", "to",
)  # fmt: skip
_WORD = re.compile(rf"\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)


@lru_cache(maxsize=1_024)
def target_said(target: str) -> Sentence:
    """A target as policy or contract word it, such as "2 business hours, 24x7", in each language.

    The calendar's name stays as it is, and so does a sentence that is no target.
    """
    try:
        parse_target(target)
    except ValueError:
        return Sentence(target)
    length, comma, calendar = target.partition(",")
    return in_each(lambda saying: _in(saying, length) + comma + calendar)


def _in(saying: Say, length: str) -> str:
    return _WORD.sub(lambda found: _same_or(saying, found[0]), length)


def _same_or(saying: Say, word: str) -> str:
    said = saying(word.casefold())
    return word if said == word.casefold() else said
