"""Knows labels that are a slip of the fingers away: "Serverity", "Curent behavoir"."""

from collections.abc import Iterable

from intake.core.mail.form import FieldSpec

# Shorter words are too often other words: "Post" and "Host", "Step" and "Stop".
_SHORTEST_ALONE = 6
_SHORTEST = 5
_LONGEST_NAME = 60
_MOST_KNOWN = 2_000


class Misspelt:
    """The labels of a form, to be known by names that have a slip in a word.

    A slip is one letter too many, too few, another or two changed over, not at the beginning of a word: words that
    begin otherwise mean otherwise ("unexpected"), as do those further off ("correct behaviour" is not the current one).
    """

    def __init__(self, names: Iterable[tuple[str, FieldSpec]]) -> None:
        self._labels: dict[int, list[tuple[list[str], FieldSpec]]] = {}
        self._known: dict[str, FieldSpec | None] = {}
        for name, spec in names:
            words = _words(name)
            self._labels.setdefault(len(words), []).append((words, spec))

    def __call__(self, name: str) -> FieldSpec | None:
        """The one field that `name` is almost a label of."""
        if len(name) > _LONGEST_NAME:
            return None
        if name not in self._known:
            words = _words(name)
            found = {spec.key: spec for label, spec in self._labels.get(len(words), ()) if _almost(words, label)}
            spec = next(iter(found.values())) if len(found) == 1 else None
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[name] = spec
        return self._known[name]


def _words(name: str) -> list[str]:
    return [word.strip("*_`\"'“”[]<>{}.") for word in name.casefold().replace("-", " ").split()]


def _almost(words: list[str], label: list[str]) -> bool:
    shortest = _SHORTEST_ALONE if len(label) == 1 else _SHORTEST
    return all(
        one == other or (len(other) >= shortest and one[:1] == other[:1] and slipped(one, other))
        for one, other in zip(words, label, strict=True)
    )


def slipped(one: str, other: str) -> bool:
    """Whether one letter more, less, another, or two letters changed over make `other` of `one`."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, rest_other = one[start:], other[start:]
    if len(one) == len(other):
        changed_over = rest[:2] == rest_other[1::-1] and rest[2:] == rest_other[2:]
        return rest[1:] == rest_other[1:] or changed_over
    return rest[1:] == rest_other if len(one) > len(other) else rest == rest_other[1:]
