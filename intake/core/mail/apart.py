"""Fields that stand in the middle of a line: behind a sentence, or a whole form on one line."""

import re
from collections.abc import Sequence

from intake.core.mail.labels import Hit, Labels
from intake.core.mail.pasted import is_log
from intake.core.mail.values import judge

_SENTENCE = re.compile(r"[.!?]\s+(?=[^\W\d_])")
# where a form goes on within a line: after a mark, or where marks were lost, after any space
_MARKED = re.compile(r"[.!?;,|:–—]\s+(?=[^\W\d_])")
_SPACED = re.compile(r"\s+(?=[^\W\d_])")
# so many fields on a line are a form, whatever stands before them
_FEWEST = 4
_WAYS = ((_MARKED, _FEWEST), (_SPACED, 5))
# what sets the next field off, and the number that it may have
_BETWEEN = re.compile(r"[\s;,|]*(?:(?<=[\s;,|])\(?\d{1,2}[.)])?[\s;,|]*$")
_LONGEST = 2_000
_MOST_PLACES = 300
# Far more than people write on lines with a colon; logs have more.
_MOST_LOOKED_AT = 30_000
_LONGEST_VALUE = 25
# what is shorter is a number or a bullet, and no sentence
_FEWEST_WORDS = 2


def set_apart(labels: Labels, lines: Sequence[str]) -> list[str]:
    """`lines` with such fields on lines of their own: four and more on a line, or one of a fixed list with a value."""
    out: list[str] = []
    left = _MOST_LOOKED_AT
    for line in lines:
        promising = ":" in line and (line.count(":") >= _FEWEST or _SENTENCE.search(line) is not None)
        looked = promising and len(line) <= min(_LONGEST, left) and not is_log(labels, line)
        left -= len(line) if looked else 0
        if looked and (places := _places(labels, line)):
            quote = line[: len(line) - len(line.lstrip("> "))]
            ends = [*places[1:], len(line)]
            pieces = [_BETWEEN.sub("", line[start:end]) for start, end in zip(places, ends, strict=True)]
            out += [_BETWEEN.sub("", line[: places[0]]), *(f"{quote}{piece}" for piece in pieces)]
        else:
            out.append(line)
    return out


def _places(labels: Labels, line: str) -> list[int]:
    """Where in a line fields begin, besides at its beginning; none where they do not tell."""
    colons = line.count(":")
    first = labels.at_start(line)
    for way, fewest in _WAYS:
        if colons < fewest:
            continue
        found = _hits(labels, line, way, len(line) - len(first.rest) if first else 0)
        keys = {hit.spec.key for _, hit in found} | ({first.spec.key} if first else set())
        if len(keys) >= fewest:
            return [place for place, _ in found]
    if first is None:
        last = _hits(labels, line, _SENTENCE, 0)[-1:]
        return [place for place, hit in last if len(line[:place].split()) >= _FEWEST_WORDS and _tells(labels, hit)]
    return []


def _hits(labels: Labels, line: str, way: re.Pattern[str], end: int) -> list[tuple[int, Hit]]:
    """The labels that begin at such places behind `end`, none within another."""
    found = []
    for match in list(way.finditer(line))[:_MOST_PLACES]:
        place = match.end()
        if place < end or not labels.may_begin(line[place]):
            continue
        hit = labels.at_start(line[place:])
        if hit is not None and hit.sure and not hit.lone and not hit.misspelt:
            found.append((place, hit))
            end = len(line) - len(hit.rest)
    return found


def _tells(labels: Labels, hit: Hit) -> bool:
    """Whether a label behind a sentence has a value of its list and nothing else: "It is down. Severity: 2"."""
    rest, more = labels.split_row(hit.spec, hit.rest)
    value = rest.rstrip(" .!")
    if more or not hit.spec.allowed or len(value) > _LONGEST_VALUE or "?" in value:
        return False
    judged = judge(hit.spec, value)
    return judged is not None and judged.given and judged.value.valid
