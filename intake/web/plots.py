"""Plots as shapes for an SVG that the server draws: bars, stacked by kind, with their figures in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 8, 10, 26
TICKS = 4
FILLED = 0.72
LABELS = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a kind, with what it stands for in words."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars with a scale at their left (y, figure) and labels below (x, text). `said` is the whole of it in words."""

    said: str
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, int]]
    labels: Sequence[tuple[float, str]]
    kinds: Sequence[str]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    base: int = HEIGHT - BOTTOM


def bars(said: str, labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]]) -> Plot:
    """One bar a label, the series on top of one another; each series has its kind and a figure for each label."""
    sums = [sum(values[place] for _, values in series) for place in range(len(labels))]
    top = _top(max(sums, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    scale = (HEIGHT - TOP - BOTTOM) / top
    drawn, below = [], [0] * len(labels)
    for kind, values in series:
        for place, value in enumerate(values):
            if value:
                below[place] += value
                y, x = HEIGHT - BOTTOM - below[place] * scale, LEFT + step * (place + (1 - FILLED) / 2)
                title = f"{labels[place]}: {value} {kind}"
                drawn.append(
                    Bar(round(x, 1), round(y, 1), round(step * FILLED, 1), round(value * scale, 1), kind, title)
                )
    ticks = [(round(HEIGHT - BOTTOM - top * each / TICKS * scale, 1), top * each // TICKS) for each in range(TICKS + 1)]
    every = -(-len(labels) // LABELS)
    named = [(round(LEFT + step * (place + 0.5), 1), text) for place, text in enumerate(labels) if place % every == 0]
    return Plot(said, drawn, ticks, named, [kind for kind, _ in series])


def _top(most: int) -> int:
    """The end of the scale: a round figure that the ticks divide."""
    steps = (figure * int(10**power) for power in count() for figure in (1, 2, 5))
    return TICKS * next(step for step in steps if step * TICKS >= most)
