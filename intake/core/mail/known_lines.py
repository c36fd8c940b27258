"""Lines of known texts, found again in a mail whatever its writer's client made of them."""

import re

_WORD = re.compile(r"\w+")
# shorter lines may be part of another by chance
_WRAPPED = 30


def plain(line: str) -> str:
    """A line as it compares: its words, whatever marks stand between."""
    return " ".join(_WORD.findall(line.casefold()))


class KnownLines:
    """Lines of a text, to be found whole, or long enough and wrapped anew by a client."""

    def __init__(self, text: str) -> None:
        lines = [words for line in text.splitlines() if (words := plain(line))]
        self._lines, self._whole = frozenset(lines), " ".join(lines)

    def __contains__(self, words: str) -> bool:
        """Whether a line, as `plain` gives it, is one of the text's."""
        return words in self._lines or (len(words) >= _WRAPPED and words in self._whole)

    def go_on(self, before: str, words: str) -> bool:
        """Whether a line goes on with what stands behind `before` in the text."""
        return bool(before and words) and f"{before} {words}" in self._whole
