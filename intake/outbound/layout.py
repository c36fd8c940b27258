"""Tags that stand on lines of their own: how each is kept out of Markdown's way, and where it comes back.

`{% if %}` and `{% for %}` may stand around paragraphs, list items or table rows. Such a line is taken out before
Markdown is converted, and its place is found again by the lines that the converted blocks came from.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it.token import Token

from intake.outbound.constructs import STAND_IN, TAG_LINE, Construct, Marked, Unfit, stand_in

FENCE = re.compile(r"[ >]*(`{3,}|~{3,})")
ITEM = re.compile(r"[ >]*(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
ROW = re.compile(r"[ >]*\|")
TABLE = re.compile(r"[ >]*\|[ :|-]*-[ :|-]*$")
SPECIAL = re.compile(r"[ >]*(?:#{1,6}\s|[|>]|`{3}|~{3}|-{3}|\*{3})")


@dataclass(slots=True)
class Span:
    """A construct from its first tag to its last: the tags' numbers and lines, and how its lines are treated.

    `how`: "kept" inside a line, a paragraph or code; "rows", "items" or "blocks" where its tags are taken out.
    `points` are the places of the tags among the remaining lines.
    """

    tags: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    how: str = "kept"
    points: list[int] = field(default_factory=list)


def spans(marked: Marked, lines: Sequence[str]) -> list[Span]:
    """The constructs of a text in the order of their first tags. Jinja2 has checked that they close."""
    done: list[Span] = []
    under_way: list[Span] = []
    for number, line in enumerate(lines):
        for found in STAND_IN.finditer(line):
            construct = marked.constructs[int(found[2])]
            if construct.kind == "value":
                continue
            if construct.kind == "open":
                under_way.append(Span())
                done.append(under_way[-1])
            under_way[-1].tags.append(int(found[2]))
            under_way[-1].lines.append(number)
            if construct.kind == "end":
                under_way.pop()
    return done


def take_out(marked: Marked) -> tuple[list[str], list[Span]]:
    """The lines without the tags that stand on their own, and the spans to put back by `put_in`."""
    lines = marked.text.split("\n")
    found = spans(marked, lines)
    fenced = _fenced(lines)
    owner: dict[int, Span] = {}
    for span in found:
        span.how = _how(span, lines, fenced)
        owner |= dict.fromkeys(span.tags, span)
    out: list[str] = []
    for number, line in enumerate(lines):
        if not TAG_LINE.fullmatch(line):
            out.append(line)
            continue
        tags = [int(tag[2]) for tag in STAND_IN.finditer(line)]
        kept = [tag for tag in tags if owner[tag].how == "kept"]
        following = lines[number + 1] if number + 1 < len(lines) else ""
        if kept:
            out.append("".join(stand_in("L", tag) for tag in kept))
        elif any(_parts(owner[tag], tag, following) for tag in tags):
            out.append("")
        for tag in tags:
            owner[tag].points.append(len(out))
    return out, [span for span in found if span.how != "kept"]


def _parts(span: Span, tag: int, following: str) -> bool:
    """Whether a tag taken out must leave an empty line, lest what stands around it grows together."""
    ends_list = span.how == "items" and tag == span.tags[-1] and following.strip() and not ITEM.match(following)
    ends_table = span.how == "rows" and tag == span.tags[-1] and following.strip() and not ROW.match(following)
    return span.how == "blocks" or (bool(ends_list or ends_table) and not TAG_LINE.fullmatch(following))


def _fenced(lines: Sequence[str]) -> list[bool]:
    out = []
    fence = ""
    for line in lines:
        found = FENCE.match(line)
        out.append(bool(fence))
        if not fence and found:
            fence = found[1]
        elif fence and found and found[1].startswith(fence) and not line[found.end() :].strip():
            fence = ""
            out[-1] = False
    return out


def _how(span: Span, lines: Sequence[str], fenced: Sequence[bool]) -> str:
    if not all(TAG_LINE.fullmatch(lines[number]) for number in span.lines) or fenced[span.lines[0]]:
        return "kept"
    branches = [
        [line for line in lines[start + 1 : end] if not TAG_LINE.fullmatch(line)]
        for start, end in zip(span.lines, span.lines[1:], strict=False)
    ]
    body = [line for branch in branches for line in branch]
    if body and all(ROW.match(line) and not TABLE.match(line) for line in body):
        return "rows"
    firsts = [filled[0] for branch in branches if (filled := [line for line in branch if line.strip()])]
    if firsts and all(ITEM.match(line) for line in firsts):
        return "items"
    around = [*lines[: span.lines[0]][-1:], *lines[span.lines[-1] + 1 :][:1]]
    if body and all(_is_plain(line) for line in body) and any(_is_plain(line) for line in around):
        return "kept"
    return "blocks"


def _is_plain(line: str) -> bool:
    return bool(line.strip()) and not (ITEM.match(line) or SPECIAL.match(line) or TAG_LINE.fullmatch(line))


@dataclass(slots=True)
class _Node:
    kind: str
    first: int
    start: int
    end: int
    last: int = 0
    children: list["_Node"] = field(default_factory=list)


def put_in(tokens: list[Token], found: Sequence[Span], lines: Sequence[str], constructs: Sequence[Construct]) -> None:
    """Puts the spans' tags among the tokens, each around the blocks whose lines it stood around.

    Raises `Unfit` where a span begins in one block and ends in another.
    """
    roots = list(_tree(tokens, lines))
    places: list[tuple[int, int]] = []
    for span in found:
        points = _trimmed(span.points, lines)
        at = _places(roots, points, constructs[span.tags[0]].word == "for") if points else []
        if at is None:
            opening = constructs[span.tags[0]]
            raise Unfit(
                opening.line,
                f"this {{% {opening.word} %}} begins inside one paragraph, list or table and ends in another;"
                " leave an empty line before it and after its end, and a line of text between two lists",
            )
        places += zip(at, span.tags, strict=True) if at else []
    for index, tag in sorted(places, reverse=True):
        tokens.insert(index, Token("tag", "", 0, content=stand_in("T", tag)))


def _tree(tokens: Sequence[Token], lines: Sequence[str]) -> Iterator[_Node]:
    under_way: list[_Node] = []
    for index, token in enumerate(tokens):
        if token.nesting >= 0 and token.map:
            start, end = token.map
            while end > start and not lines[end - 1].strip(" >"):
                end -= 1
            under_way.append(_Node(token.type, index, start, end))
        elif token.nesting > 0:
            under_way.append(_Node(token.type, index, -1, -1))
        if token.nesting < 0 or (token.nesting == 0 and token.map):
            node = under_way.pop()
            node.last = index
            if node.start < 0:
                continue
            if under_way:
                under_way[-1].children.append(node)
            else:
                yield node


def _trimmed(points: Sequence[int], lines: Sequence[str]) -> list[int]:
    """The points moved over empty lines; none where nothing stands between the first and the last."""
    end = points[-1]
    while end > points[0] and not lines[end - 1].strip(" >"):
        end -= 1
    out = []
    for point in points[:-1]:
        place = point
        while place < end and not lines[place].strip(" >"):
            place += 1
        out.append(place)
    return [*out, end] if end > points[0] else []


def _places(nodes: Sequence[_Node], points: Sequence[int], loop: bool) -> list[int] | None:
    """The token indexes at which the tags go in; None where the blocks do not fit the points."""
    start, end = points[0], points[-1]
    inside = [node for node in nodes if node.start < end and node.end > start]
    if not inside:
        return None
    starts = {node.start: node.first for node in inside} | {end: inside[-1].last + 1}
    fits = inside[0].start >= start and inside[-1].end <= end and all(point in starts for point in points[1:-1])
    repeats = loop and inside[0].kind in ("bullet_list_open", "ordered_list_open", "tbody_open")
    if len(inside) == 1 and inside[0].children and (repeats or not fits):
        deeper = _places(inside[0].children, points, loop)
        if deeper is not None:
            return deeper
    if not fits:
        return None
    return [inside[0].first, *(starts[point] for point in points[1:])]
