"""Boxes that somebody ticks: "[x] mail [ ] calendar", "☑ mail", "(x) 1 ( ) 2"."""

import re

_BOX = re.compile(
    r"\[ {0,3}(?P<square>[xX✓✔✗✘*•]?) {0,3}\]|\( {0,3}(?P<round>[xX✓✔*•]?) {0,3}\)|(?P<drawn>[☐☑☒✅□■⬜○◯●◉])"
)
_TICKED = frozenset("☑☒✅■●◉")
_AROUND = " \t\n,;|-•·*"


def has_box(text: str) -> bool:
    """Whether a box stands in `text`, ticked or not."""
    return _may_have_box(text) and _BOX.search(text) is not None


def _may_have_box(text: str) -> bool:
    return "[" in text or "(" in text or not text.isascii()


def ticked(text: str) -> list[str] | None:
    """The words beside the ticked boxes, in their order; None where there is no box.

    Words belong to the box before them, or, where words come first, to the box behind them.
    """
    boxes = list(_BOX.finditer(text)) if _may_have_box(text) else []
    if not boxes:
        return None
    first = text[: boxes[0].start()].strip(_AROUND)
    if first:
        starts = [0, *(box.end() for box in boxes)]
        beside = [text[start : box.start()] for start, box in zip(starts, boxes, strict=False)]
    else:
        ends = [*(box.start() for box in boxes[1:]), len(text)]
        beside = [text[box.end() : end] for box, end in zip(boxes, ends, strict=True)]
    return [words.strip(_AROUND) for words, box in zip(beside, boxes, strict=True) if _is_ticked(box)]


def _is_ticked(box: re.Match[str]) -> bool:
    return bool(box["square"] or box["round"] or box["drawn"] in _TICKED)
