"""Judges what was written beside a label: the canonical value, and whether it is an answer at all."""

import re
import unicodedata
from dataclasses import dataclass

from intake.core.mail.form import FieldSpec, FieldValue
from intake.core.mail.labels import fold

_NO_ANSWER = frozenset(
    fold(words)
    for words in (
        "n/a", "none", "nil", "null", "tbd", "tba", "todo", "unknown", "not known", "not applicable",
        "not available", "not specified", "no idea", "don't know", "xxx", "keine", "keiner", "keines",
        "k.A.", "keine Angabe", "unbekannt", "nicht bekannt", "entfällt", "nicht zutreffend", "weiß nicht",
    )
)  # fmt: skip
_NEGATIONS = frozenset(
    ("not", "no", "non", "kein", "keine", "keinen", "nicht", "ohne", "without", "instead", "isn", "isnt", "pas", "sin")
)
_ALIKE = frozenset(
    ("based", "like", "derived", "derivative", "compatible", "clone", "similar", "basiert", "derivat", "kompatibel")
)
_OFFER = re.compile(
    r"(?:please |bitte )?(?:(?:can|may|must|should) be )?"
    r"(?:(?:any |at least )?one (?:or more )?of|choose|select|wählen|eine?[rs]? (?:von|aus|der)|entweder)\b",
    re.I,
)
_WORD = re.compile(r"[^\W_]+")
_SPLIT = re.compile(r"[,;/&+|\n]|\band\b|\bund\b", re.I)
_BRACKETED = re.compile(r"\([^()]*\)")
_PLACEHOLDER = re.compile(r"[<\[{][^<>\[\]{}.@:/]*[>\]}]")
_TICKED = re.compile(r"(?:\[ ?[xX✓✔] ?\]|☑|☒)\s*([^\[\]☐☑☒\n]*)")
_NUMBER = re.compile(r"(?<![\d.,])\d+(?![.,]?\d)")
_LEADING_NUMBER = re.compile(r"[^\w]*(?:[^\W\d]+[\s:#.–-]*)?(\d+)(?![.,]?\d)")
_NEXT_NUMBER = re.compile(r"\s*(?:[,;/|–-]|->|or|oder|and|und|to|bis)?\s*(\d+)", re.I)
_CHOICE_WORDS = 40


@dataclass(frozen=True, slots=True)
class Judged:
    """A value, and whether the sender gave it (False for a form's hint left in its place)."""

    value: FieldValue
    given: bool


def judge(spec: FieldSpec, written: str) -> Judged | None:
    """What `written` means for `spec`; None where it says nothing (nothing but space, or "none" if optional)."""
    plain = " ".join(unicodedata.normalize("NFKC", written).split())
    if not plain:
        return None
    if spec.allowed and (ticked := _TICKED.findall(written)):
        value = _READERS[spec.kind](spec, ",".join(ticked), ", ".join(ticked))
    else:
        value = _READERS[spec.kind](spec, written, plain)
    if _is_hint(spec, plain) and not (value is not None and spec.kind in ("choice", "number")):
        return Judged(FieldValue(written, written, False), given=False)
    if value is not None and spec.allowed:
        return Judged(FieldValue(written, value, True), given=True)
    if _is_no_answer(plain):
        return Judged(FieldValue(written, written, False), given=True) if spec.required else None
    if value is None:
        return Judged(FieldValue(written, written, False), given=not _offers(spec, plain))
    return Judged(FieldValue(written, value, True), given=True)


def _is_no_answer(plain: str) -> bool:
    return fold(plain) in _NO_ANSWER or not fold(plain)


def _is_hint(spec: FieldSpec, plain: str) -> bool:
    """The form's own words, a placeholder in brackets, or an offer of the list."""
    if _PLACEHOLDER.fullmatch(plain) and spec.kind in ("line", "lines", "block"):
        return True
    hint = fold(spec.hint)
    return (bool(hint) and fold(plain) == hint) or (spec.kind == "choices" and bool(_OFFER.match(plain)))


def _offers(spec: FieldSpec, plain: str) -> bool:
    """Whether all the allowed values stand there, as in a form that nobody filled in."""
    if not spec.allowed or len(plain) > 1_000:
        return False
    there = fold(plain)
    return all(fold(name) in there for name, _ in spec.allowed)


def _line(spec: FieldSpec, written: str, plain: str) -> str:
    del spec, plain
    return " ".join(written.split())


def _as_written(spec: FieldSpec, written: str, plain: str) -> str:
    del spec, plain
    return written


def _choice(spec: FieldSpec, written: str, plain: str) -> str | None:
    del written
    names = {fold(spelling): name for name, others in spec.allowed for spelling in (name, *others)}
    whole = names.get(fold(plain))
    if whole or not spec.allowed:
        return whole or (plain if not spec.allowed else None)
    found = _named(names, plain)
    if len(found) == 1:
        return found.pop()
    outside = _named(names, _BRACKETED.sub(" ", plain[:1_000]))
    return outside.pop() if len(outside) == 1 else None


def _named(names: dict[str, str], plain: str) -> set[str]:
    """The values that `plain` names as whole words ("Debian 10"), the longest spelling at each place."""
    words = [word.group() for word in _WORD.finditer(plain.casefold())][: _CHOICE_WORDS + 1]
    if len(words) > _CHOICE_WORDS:
        return set()
    found: set[str] = set()
    longest = max(map(len, names), default=0)
    place = 0
    while place < len(words):
        end, name = _named_at(names, words, place, longest)
        if name and not _denied(words, place, end):
            found.add(name)
        place = end
    return found


def _named_at(names: dict[str, str], words: list[str], place: int, longest: int) -> tuple[int, str | None]:
    """The longest value that begins at `place`, with the place after it."""
    best: tuple[int, str | None] = (place + 1, None)
    joined = ""
    for end in range(place, len(words)):
        joined += words[end]
        if name := names.get(joined):
            best = (end + 1, name)
        if len(joined) > longest:
            break
    if best[1] is None and (version := re.match(r"[^\d]+(?=\d)", words[place])):
        return place + 1, names.get(version.group())
    return best


def _denied(words: list[str], place: int, end: int) -> bool:
    return bool(_NEGATIONS.intersection(words[max(0, place - 2) : place]) or _ALIKE.intersection(words[end : end + 1]))


def _choices(spec: FieldSpec, written: str, plain: str) -> tuple[str, ...] | None:
    whole = {fold(spelling): name for name, others in spec.allowed for spelling in (name, *others)}.get(fold(plain))
    if whole:
        return (whole,)
    pieces = [piece.strip(" .*") for piece in _SPLIT.split(_BRACKETED.sub(" ", written))]
    named = [_choice(spec, piece, piece) for piece in pieces[:200] if piece]
    values = tuple(dict.fromkeys(name for name in named if name))
    return values if values and None not in named else None


def _number(spec: FieldSpec, written: str, plain: str) -> str | None:
    del written
    numbers = {int(name): name for name, _ in spec.allowed if name.isdecimal()}
    words = {fold(word): name for name, others in spec.allowed for word in others}
    if word := words.get(fold(plain)):
        return word
    leading = _LEADING_NUMBER.match(plain[:200])
    if leading and not _NEGATIONS.intersection(_WORD.findall(plain[: leading.start(1)].casefold())):
        rest = plain[leading.end() :]
        following = _NEXT_NUMBER.match(rest[:40])
        several = following and _allowed(numbers, following[1]) is not None
        return None if several else _allowed(numbers, leading[1])
    alone = set(_NUMBER.findall(plain[:200])) if len(plain) <= 40 else set()
    if len(alone) == 1 and not _NEGATIONS.intersection(_WORD.findall(plain.casefold())):
        return _allowed(numbers, alone.pop())
    return None


def _allowed(numbers: dict[int, str], digits: str) -> str | None:
    if len(digits) > 9:
        return None
    return numbers.get(int(digits)) if numbers else str(int(digits))


_READERS = {
    "line": _line,
    "lines": _as_written,
    "block": _as_written,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
}
