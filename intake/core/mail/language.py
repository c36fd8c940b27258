"""The language that a text is written in."""

import re
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any

# The languages that answers may be wanted in, and those that would be mistaken for one of them.
_LANGUAGES = (
    "en", "de", "fr", "es", "it", "nl", "pt", "pl", "sv", "ja",
    "da", "no", "fi", "cs", "sk", "hu", "ro", "ca", "tr", "ru", "uk", "el", "zh", "ko", "ar", "he",
)  # fmt: skip
# the first so many mostly tell, and looking at them is what takes long
_ENOUGH = 500
_CHARACTERS = 2_000
_LETTERS = 12
_WIDE_LETTERS = 5
_SURE = 0.9
_LABELLED = re.compile(r"\s*[>*_#•\-\s\d.)(]*[^\W\d_][^:：=|\t]{0,40}\s*[:：=|\t]\s*(?P<value>.*)")
_SHORT_VALUE = 40
# a line without one of these has no label, or nothing noisy
_SETS_OFF = re.compile(r"[:：=|\t]")
_MARK = re.compile(r"[@/\\_.\d]")
_NOISY = re.compile(r"://|@|\\|/\S*/|_|\d|\w\.\w")
_NOISE = re.compile(rf"\S*(?:{_NOISY.pattern})\S*")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_LOCK = Lock()


def detect(text: str) -> str | None:
    """The ISO 639-1 code of the language of `text`, None where it is too short or unsure.

    The first 500 characters of free text decide, or the first 2,000 where those leave it unsure: quoted lines, lines
    like "Label: short value", addresses and numbers are passed over, so that a form in English which a German filled in
    counts as German.
    """
    first = _prose(text, _ENOUGH)
    found = _sure(first)
    return found or (_sure(_prose(text, _CHARACTERS)) if len(first) == _ENOUGH else None)


def _sure(prose: str) -> str | None:
    if not (_has(_LETTER, prose, _LETTERS) or _has(_WIDE, prose, _WIDE_LETTERS)):
        return None
    with _LOCK:
        code, probability = _identifier().classify(prose)
    return str(code) if probability >= _SURE else None


def _has(letters: re.Pattern[str], text: str, least: int) -> bool:
    return sum(1 for _ in islice(letters.finditer(text), least)) == least


def _prose(text: str, most: int) -> str:
    kept: list[str] = []
    length = 0
    for line in text[: 20 * _CHARACTERS].splitlines():
        # (first of all, as most lines of a form end here)
        if line.lstrip().startswith(">") or _is_label(line):
            continue
        words = line[:_CHARACTERS]
        # to look for its middle costs a tenth of looking for a whole noisy word
        words = (_NOISE.sub(" ", words) if _MARK.search(words) and _NOISY.search(words) else words).strip()
        if not words:
            continue
        kept.append(words)
        length += len(words) + 1
        if length > most:
            break
    return "\n".join(kept)[:most]


def _is_label(line: str) -> bool:
    line = line[:_CHARACTERS]
    labelled = _LABELLED.match(line) if _SETS_OFF.search(line) else None
    return labelled is not None and len(labelled["value"]) <= _SHORT_VALUE


@lru_cache(maxsize=1)
def _identifier() -> Any:
    """The model, loaded at the first use: it takes a good part of a second and 100 MB."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_LANGUAGES))
    # row by row, as it is looked at: the languages chosen come as columns, far apart in memory
    identifier.nb_ptc = identifier.nb_ptc.astype("float32", order="C")
    return identifier
