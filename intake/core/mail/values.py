"""Judges what was written beside a label: the canonical value, and whether it is an answer at all."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from intake.core.mail.boxes import ticked
from intake.core.mail.form import Allowed, FieldSpec, FieldValue
from intake.core.mail.labels import fold
from intake.core.mail.numbers import one_number
from intake.core.mail.unanswered import is_no_answer, is_placeholder, is_told, offers, without_hint

_DENYING = frozenset(
    "not no non kein keine keinen nicht ohne without instead isn isnt pas sin neither nor weder noch than statt "  # noqa: SIM905
    "anstatt formerly previously earlier früher ehemals from von fork like wie similar ähnlich".split()
)
_ALIKE = frozenset(
    "based like derived derivative compatible clone fork similar family basiert basierend derivat kompatibel "  # noqa: SIM905
    "ähnlich".split()
)
_DOUBTING = frozenset("or oder maybe perhaps vielleicht eventuell vs ou eller lub oppure".split())  # noqa: SIM905
# Words behind which a name is another mail, or something else that is elsewhere: "see my mail", "sent you by mail".
_REFERRING = frozenset(
    "see siehe vgl cf voir vedi zie véase ver zob se per via by you ihnen euch vous attached previous earlier separate "  # noqa: SIM905
    "screenshot screenshots attachment anhang anbei beigefügt".split()
)
_UPWARDS = frozenset("newer later higher above better neuer höher später".split())  # noqa: SIM905
# Words that say more about a value and are none: with numbers and versions, a piece of these is no further value.
_DETAIL = frozenset(
    "linux gnu os version versions ver v release rel rev revision patch patches patchlevel sp service pack update "  # noqa: SIM905
    "build kernel bit x amd arm intel lts stable latest current and und".split()
)
# Words that begin a remark about the value before a comma.
_REMARKING = frozenset(
    "as wie comme screenshot screenshots attached please bitte anbei vgl cf voir vedi zie véase details "  # noqa: SIM905
    "but only see especially mainly mostly sometimes also because since when if with in on at for including "
    "e.g. i.e. eg ie aber nur siehe vor hauptsächlich manchmal auch weil seit wenn mit bei im für "
    "inklusive z.b. d.h. zb".split()
)
_WORD = re.compile(r"[^\W_]+")
_SPLIT = re.compile(r"[,;/&+|\n、]|\band\b|\bund\b", re.I)
_BULLETS = ("- ", "* ", "• ", "– ")
_FRAMES = {'"': '"', "“": "”", "„": "“"}
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_CHOICE_CHARACTERS = 1_000
_CHOICE_WORDS = 40
_MOST_PIECES = 200
_REMEMBERED = 60


class Judged(NamedTuple):
    """A value, and whether the sender gave it (False for a form's hint left in its place)."""

    value: FieldValue
    given: bool


def judge(spec: FieldSpec, written: str) -> Judged | None:
    """What `written` means for `spec`; None where it says nothing (nothing but space, or "none" if optional)."""
    return _chosen(spec, written) if spec.allowed and len(written) <= _REMEMBERED else _judged(spec, written)


# (the values of a list come again with every mail)
@lru_cache(maxsize=2_048)
def _chosen(spec: FieldSpec, written: str) -> Judged | None:
    return _judged(spec, written)


def _judged(spec: FieldSpec, written: str) -> Judged | None:
    if not spec.allowed and (told := _TOLD.get(spec.kind)) and is_told(spec, written):
        return Judged(FieldValue(written, told(spec, written), True), given=True)
    plain = _plain(written)
    if not plain:
        return None
    value: str | tuple[str, ...] | None
    if spec.allowed and (chosen := ticked(written)) is not None:
        if not chosen:
            return Judged(FieldValue(written, written, False), given=False)
        value = _READERS[spec.kind](spec, ",".join(chosen))
    else:
        answer = without_hint(spec, written)
        plain = plain if answer == written else _plain(answer)
        written = answer
        value = _READERS[spec.kind](spec, written)
    if is_placeholder(spec, plain) and not (value is not None and spec.allowed and spec.kind != "choices"):
        return Judged(FieldValue(written, written, False), given=False)
    if value is not None and spec.allowed:
        return Judged(FieldValue(written, value, True), given=True)
    if is_no_answer(spec, plain):
        return Judged(FieldValue(written, written, False), given=True) if spec.required else None
    if value is None:
        return Judged(FieldValue(written, written, False), given=not offers(spec, plain))
    return Judged(FieldValue(written, value, True), given=True)


def _plain(written: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", written).split())


def _line(spec: FieldSpec, written: str) -> str:
    del spec
    return _unframed(" ".join(written.split()))


def _lines(spec: FieldSpec, written: str) -> str:
    del spec
    return written if "\n" in written.strip() else _unframed(written)


def _as_written(spec: FieldSpec, written: str) -> str:
    del spec
    return written


def _unframed(line: str) -> str:
    """A line without a bullet, the form's blanks or quotation marks around it, and a comma behind it."""
    bare = line.strip()
    bare = bare[2:].lstrip() if bare.startswith(_BULLETS) else bare
    bare = bare.strip("_ ") if bare.startswith("__") else bare
    bare = bare.rstrip(" ,;")
    last = _FRAMES.get(bare[:1])
    if last and bare[-1:] == last:
        inner = bare[1:-1]
        if inner.strip() and bare[0] not in inner and last not in inner:
            return inner.strip()
    return bare or line


@lru_cache(maxsize=256)
def _spellings(allowed: Allowed) -> Mapping[str, str]:
    return {fold(spelling): name for name, others in allowed for spelling in (name, *others)}


def _choice(spec: FieldSpec, written: str) -> str | None:
    plain = _plain(written)
    if not spec.allowed:
        return plain
    names = _spellings(spec.allowed)
    return names.get(fold(plain)) or _picked(names, plain) or _one_named(names, plain, spec)


def _one_named(names: Mapping[str, str], plain: str, spec: FieldSpec) -> str | None:
    """The one value that `plain` names with some detail around it ("Debian 12")."""
    if len(plain) > _CHOICE_CHARACTERS:
        return None
    outside = _BRACKETED.sub(" ", plain)
    found = _named(names, outside)
    if len(found) == 1:
        return found.pop()
    if found:
        return None
    inside = _named(names, plain)
    return inside.pop() if len(inside) == 1 and _says_nothing_else(spec, outside) else None


def _says_nothing_else(spec: FieldSpec, outside: str) -> bool:
    """Whether the words beside a value in brackets are only general ones: "Linux (Debian)", not "Ubuntu (Debian)"."""
    general = {word.casefold() for name, _ in spec.allowed for word in _WORD.findall(name)}
    general |= {word.casefold() for word in _WORD.findall(spec.label)}
    return all(word in general or _is_detail(word) for word in _WORD.findall(outside.casefold()))


def _is_detail(word: str) -> bool:
    return word in _DETAIL or any(map(str.isdigit, word))


def _named(names: Mapping[str, str], plain: str) -> set[str]:
    """The values that `plain` names as whole words ("Debian 10"), the longest spelling at each place."""
    words = [word.group() for word in _WORD.finditer(plain.casefold())][: _CHOICE_WORDS + 1]
    if len(words) > _CHOICE_WORDS or (_DOUBTING.intersection(words) and not _UPWARDS.intersection(words)):
        return set()
    return {name for name, place, end in _places(names, words) if not _denied(words, place, end)}


def _places(names: Mapping[str, str], words: list[str]) -> list[tuple[str, int, int]]:
    """The values that `words` name, each with where it begins and ends."""
    found: list[tuple[str, int, int]] = []
    longest = max(map(len, names), default=0)
    place = 0
    while place < len(words):
        end, name = _named_at(names, words, place, longest)
        if name:
            found.append((name, place, end))
        place = end
    return found


def _named_at(names: Mapping[str, str], words: list[str], place: int, longest: int) -> tuple[int, str | None]:
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
    return bool(
        _DENYING.intersection(words[max(0, place - 2) : place])
        or _ALIKE.intersection(words[end : end + 1])
        or _REFERRING.intersection(words[:place])
    )


def _picked(names: Mapping[str, str], plain: str) -> str | None:
    """The value that stands behind the whole list, as where somebody wrote the answer behind the form's offer."""
    if len(plain) > _CHOICE_CHARACTERS:
        return None
    words = [word.group() for word in _WORD.finditer(plain.casefold())]
    found = [name for name, _, _ in _places(names, words)]
    every = set(names.values())
    return found[-1] if len(found) == len(every) + 1 and len(every) > 1 and set(found[:-1]) == every else None


def _choices(spec: FieldSpec, written: str) -> tuple[str, ...] | None:
    names = _spellings(spec.allowed)
    plain = _plain(written)
    if whole := names.get(fold(plain)) or _picked(names, plain):
        return (whole,)
    normal = unicodedata.normalize("NFKC", _BRACKETED.sub(" ", written))
    pieces = [piece.strip(" .*\t") for piece in _SPLIT.split(normal, maxsplit=_MOST_PIECES)]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) <= 1:
        pieces = [plain]
    named: list[str | None] = []
    for piece in pieces:
        name = _choice(spec, piece)
        if name or not (named and _is_remark(piece)):
            named.append(name)
    values = tuple(dict.fromkeys(name for name in named if name))
    return values if values and None not in named else None


def _is_remark(piece: str) -> bool:
    """Whether a piece between commas only says more about the value before it: "64-bit", "but only today"."""
    words = piece.casefold().split()
    return bool(words) and (words[0] in _REMARKING or all(map(_is_detail, _WORD.findall(piece.casefold()))))


def _number(spec: FieldSpec, written: str) -> str | None:
    plain = _plain(written)
    words = {fold(word): name for name, others in spec.allowed for word in others}
    if word := words.get(fold(plain)):
        return word
    numbers = {int(name): name for name, _ in spec.allowed if name.isdecimal()}
    found = one_number(plain, frozenset(numbers))
    if found is None:
        names = {name: name for name in numbers.values()}
        return _picked(names, plain)
    return numbers.get(found) if numbers else str(found)


# Kinds whose values are any words.
_TOLD = {"line": _line, "lines": _lines, "block": _as_written}
_READERS = {
    **_TOLD,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
}
