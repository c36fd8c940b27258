"""A template's Markdown, turned once into two Jinja2 sources: one for HTML, one for text. Values go in afterwards."""

import re
from collections.abc import Sequence

from jinja2 import Environment
from markdown_it import MarkdownIt
from markdown_it.token import Token

from intake.outbound.constructs import (
    OPEN,
    RESERVED,
    STAND_IN,
    Marked,
    Mode,
    Unfit,
    mark,
    put_back,
    stand_in,
)
from intake.outbound.layout import put_in, take_out
from intake.outbound.plain import PlainText

LINK = re.compile(r"(?:https?://[^\s]+|mailto:[^\s]+)", re.IGNORECASE)
WHOLE_VALUE = re.compile(f"{OPEN}V([0-9]+)\ue001")
TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^>]*?(/?)>|" + STAND_IN.pattern)
VOID = frozenset({"br", "hr"})
CELLS = 4_000
"""How many cells a template's tables may come to: short rows are filled up, so width times lines is what they cost."""
STYLES = {
    "fence": "display:block;white-space:pre-wrap;font-family:monospace;padding:8px;border:1px solid;border-radius:4px",
    "blockquote_open": "margin:0 0 1em;padding-left:12px;border-left:3px solid",
    "table_open": "border-collapse:collapse;margin:0 0 1em",
    "th_open": "text-align:left;padding:2px 12px 2px 0",
    "td_open": "padding:2px 12px 2px 0;vertical-align:top",
}


class _Links(MarkdownIt):
    """CommonMark with tables and without HTML, pictures or indented code; links only where they are safe."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table").disable(["code", "html_block", "html_inline", "reference", "lheading"])
        self.add_render_rule("tag", _render_tag)

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        parts = re.split(f"({STAND_IN.pattern})", url)
        if len(parts) == 1:
            return super().normalizeLink(url)
        whole = WHOLE_VALUE.fullmatch(url)
        if whole:
            return stand_in(Mode.LINK, int(whole[1]))
        return STAND_IN.sub(lambda found: stand_in(Mode.LINK_PART, int(found[2])), url)

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return bool(LINK.fullmatch(url) or STAND_IN.fullmatch(url))


def _render_tag(_self: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    return tokens[index].content


MARKDOWN = _Links()


def convert(environment: Environment, source: str) -> tuple[str, str]:
    """The sources of (HTML, text) of a Markdown template that Jinja2 can parse. Raises `Unfit`.

    In both, each value passes a filter that says where it stands: `line`, `block`, `link` or `linkpart`.
    """
    reserved = RESERVED.search(source)
    if reserved:
        line = source.count("\n", 0, reserved.start()) + 1
        raise Unfit(line, f"the character U+{ord(reserved[0]):04X} cannot stand in a template")
    marked = mark(environment, source)
    lines, spans = take_out(marked)
    _refuse_wide(marked.text.split("\n"))
    tokens = MARKDOWN.parse("\n".join(lines))
    _refuse_unsent(tokens, source)
    put_in(tokens, spans, lines, marked.constructs)
    _refuse_numbering(tokens, marked)
    for before, token in zip([None, *tokens], tokens, strict=False):
        _settle(token, before)
    html = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    _check_nesting(html, marked)
    return _html_source(html, marked), _text_source(PlainText(tokens), marked)


def _settle(token: Token, before: Token | None) -> None:
    """Says where each value stands: one that is a whole paragraph, or a whole line of code, keeps its lines."""
    if token.type in STYLES:
        token.attrSet("style", STYLES[token.type])
    if token.type == "fence":
        token.info = ""
        token.content = re.sub(
            f"^{WHOLE_VALUE.pattern}$", lambda found: stand_in("B", int(found[1])), token.content, flags=re.MULTILINE
        )
    alone = token.type == "inline" and WHOLE_VALUE.fullmatch(token.content)
    if alone and before is not None and before.type == "paragraph_open" and not before.hidden:
        for child in token.children or []:
            child.content = STAND_IN.sub(lambda found: stand_in("B", int(found[2])), child.content)
        before.attrSet("style", "white-space:pre-wrap")


def _refuse_wide(lines: Sequence[str]) -> None:
    columns = [line.count("|") for line in lines]
    if max(columns) * len(lines) > CELLS:
        line = columns.index(max(columns))
        raise Unfit(line + 1, f"a table of {columns[line]:,} columns is too wide for a mail")


def _refuse_unsent(tokens: Sequence[Token], source: str) -> None:
    for child in (child for token in tokens for child in token.children or []):
        if child.type == "image":
            raise Unfit(source.count("\n", 0, source.find("![")) + 1, "pictures cannot be sent; write a link")
        if child.type == "link_open" and not child.attrs.get("href"):
            raise Unfit(source.count("\n", 0, source.find("](")) + 1, "a link needs an address: [words](https://…)")


def _refuse_numbering(tokens: Sequence[Token], marked: Marked) -> None:
    parents: list[str] = []
    for token in tokens:
        if token.nesting > 0:
            parents.append(token.type)
        elif token.nesting < 0:
            parents.pop()
        elif token.type == "tag" and parents[-1:] == ["ordered_list_open"]:
            found = STAND_IN.search(token.content)
            assert found is not None
            construct = marked.constructs[int(found[2])]
            raise Unfit(construct.line, "the items of a numbered list cannot come and go; begin them with -")


def _check_nesting(html: str, marked: Marked) -> None:
    """Each tag must end in the element that it began in: else some values would give broken HTML."""
    stack: list[tuple[str, int]] = [("", -1)]
    for found in TAG.finditer(html):
        closing, element, _, mode, number = found.groups()
        if element:
            if element in VOID:
                continue
            if not closing:
                stack.append((element, -1))
            elif stack.pop()[0] != element:
                raise _astray(stack, marked)
        elif mode in (Mode.TAG, Mode.TAG_LINE):
            construct = marked.constructs[int(number)]
            if construct.kind == "open":
                stack.append(("", int(number)))
            elif stack[-1][0] or stack[-1][1] < 0:
                raise Unfit(construct.line, _ASTRAY.format(word=construct.word))
            elif construct.kind == "end":
                stack.pop()
    if len(stack) > 1:
        raise _astray(stack, marked)


_ASTRAY = "this {{% {word} %}} does not stand in the same paragraph, list item or emphasis as the tag it belongs to"


def _astray(stack: Sequence[tuple[str, int]], marked: Marked) -> Unfit:
    number = max((number for _, number in stack), default=0)
    construct = marked.constructs[max(number, 0)]
    return Unfit(construct.line, _ASTRAY.format(word=construct.word))


def _html_source(html: str, marked: Marked) -> str:
    filters = {"V": "line", "B": "block('')", "U": "link", "P": "linkpart"}

    def construct(mode: str, number: int) -> str:
        one = marked.constructs[number]
        return f"{{{{({one.inner})|{filters[mode]}}}}}" if mode in filters else one.source

    return put_back(html, lambda text: text.replace("{", "&#123;"), construct)


def _text_source(plain: PlainText, marked: Marked) -> str:
    def construct(mode: str, number: int) -> str:
        one = marked.constructs[number]
        if mode in (Mode.TAG, Mode.TAG_LINE):
            return one.source
        form = f"block({plain.prefixes.get(number, '')!r})" if mode == Mode.BLOCK else "line"
        return f"{{{{({one.inner})|{form}}}}}"

    return put_back(plain.text, lambda literal: literal.replace("{", '{{ "{" }}'), construct)
