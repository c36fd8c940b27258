"""HTML mail as plain text, the way that a mail program would have written it."""

import re
from html import unescape
from itertools import islice

import lxml.html
from inscriptis.css_profiles import CSS_PROFILES
from inscriptis.html_engine import Inscriptis
from inscriptis.html_properties import Display, VerticalAlignment
from inscriptis.model.config import ParserConfig
from inscriptis.model.html_element import HtmlElement

_LONGEST = 1_500_000
_DEEPEST = 150
_LARGEST_TABLE = 8_000_000
_MOST_TAGS = 25_000
_NEAR = 8
_DEEPEST_QUOTE = 20
_UNREAD = frozenset(("script", "style", "title", "template"))
_DIVIDER = "-----Original Message-----"
_OPEN, _CLOSE, _ROW, _GAP = "\ue000", "\ue001", "\ue002", "\ue003"
_FILLED_IN = frozenset(("text", "email", "url", "number", "tel", "search", "date"))
_MOST_OPTIONS = 200
_HOLDING_WORDS = frozenset("p div span font b strong i em u a table tbody tr td th center".split())  # noqa: SIM905
_UNSEEN = "unseen-part"
_UNSEEN_TAGS = frozenset(("script", "style", "head", "title", "template", "noscript", "object", _UNSEEN))
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
_OPTIONAL_END = frozenset("p li dt dd tr td th thead tbody tfoot option".split())  # noqa: SIM905
_BREAKING = frozenset("p div br tr li ul ol table h1 h2 h3 h4 h5 h6 hr dt dd pre section article".split())  # noqa: SIM905
_EMBEDDED = re.compile(r"data:[\w/+.-]{1,80};base64,[A-Za-z0-9+/=]*")
_MARKUP = re.compile(r"<(?:/?[a-zA-Z]|[!?])")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_OUTLOOK_BORDER = re.compile(
    r"border:\s*none;\s*border-top:\s*solid #(?:B5C4DF|E1E1E1) 1\.0pt;\s*padding:\s*3\.0pt", re.I
)
_OUTLOOK_IDS = frozenset(("divRplyFwdMsg", "divrplyfwdmsg"))
_QUOTE_CLASSES = frozenset(("yahoo_quoted", "moz-forward-container"))
_ADDRESS_LIKE = re.compile(r"\S*[\w-]\.\w\S*|\S+@\S+|\w+://\S*")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\ufeff\u00ad\u2060\x00\ue000\ue001\ue002\ue003"))
_CSS = {
    **CSS_PROFILES["strict"],
    **{tag: HtmlElement(display=Display.none) for tag in _UNSEEN_TAGS},
    # Cells of a row begin on one line: a label beside the first line of its value.
    **{tag: HtmlElement(valign=VerticalAlignment.top) for tag in ("tr", "td", "th")},
    **{tag: HtmlElement(display=Display.block) for tag in ("dt", "dd", "dl", "section", "hr", "form", "center")},
}
_CONFIG = ParserConfig(css=_CSS, display_images=True, table_cell_separator="\t")


def to_text(html: str) -> str:
    """The text that a reader of `html` sees; quoted parts carry "> " as in plain text. Never raises.

    Cells of a table's row stand on one line with a tab between them, images give their alternative text in brackets, a
    link its words and, where they do not say where it leads, its address. What is hidden is left out. Embedded
    images are dropped, input beyond 1,500,000 characters is cut; HTML too deep or too wide to lay out gives bare text.
    """
    html = _EMBEDDED.sub("", html)[:_LONGEST].translate(_INVISIBLE)
    if not html.strip():
        return ""
    try:
        text = _laid_out(html) if fits(html) else None
    except (ValueError, AssertionError, AttributeError, IndexError, RecursionError, lxml.etree.LxmlError):
        text = None
    return _finished(text if text is not None and text.strip() else _bare(html))


def fits(html: str) -> bool:
    """Whether the HTML is neither too deep nor too wide for parsers that build a tree."""
    return html.count("<") <= _MOST_TAGS and _depth(html) <= _DEEPEST


def _depth(html: str) -> int:
    """How deep the tags nest, end tags that may be left out aside."""
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        name = tag[2].lower()
        if name in _VOID or name in _OPTIONAL_END:
            continue
        depth = max(0, depth - 1) if tag[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _laid_out(html: str) -> str | None:
    declared = re.sub(r"^\s*<\?xml[^>]*>", "", html)
    tree = lxml.html.document_fromstring(declared)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    for element in elements:
        _prepare(element)
    if not _tables_fit(elements):
        return None
    return str(Inscriptis(tree, _CONFIG).get_text())


def _prepare(element: lxml.html.HtmlElement) -> None:
    """Hides, marks and simplifies one element, in constant time."""
    style = element.get("style", "")
    element.attrib.pop("valign", None)
    if "vertical-align" in style:
        element.set("style", style.replace("vertical-align", "aligned"))
    if "hidden" in element.attrib or (style and _HIDDEN_STYLE.search(style)):
        element.tag = _UNSEEN
    elif element.tag == "blockquote" or _QUOTE_CLASSES.intersection(element.get("class", "").split()):
        _enclose(element, _OPEN, _CLOSE)
    elif element.get("id") in _OUTLOOK_IDS or (style and _OUTLOOK_BORDER.match(style)):
        _enclose(element, _DIVIDER, "")
    elif element.tag == "a":
        _show_address(element)
    elif element.tag == "img" and not element.get("alt", "").strip():
        element.tag = _UNSEEN
    elif element.tag in ("b", "strong"):
        _set_off(element)
    elif element.tag in ("input", "select"):
        _show_choice(element)
    elif element.tag == "tr" and _cells(element) > 1:
        _mark_row(element)
    elif element.tag == "table" and all(_cells(row) < 2 for row in _rows(element)):
        _unframe(element)
    elif element.tag == "p" and _in_cell(element):
        element.tag = "div"


def _enclose(element: lxml.html.HtmlElement, before: str, after: str) -> None:
    """Puts lines of text first and last into an element."""
    if element.tag != "td":
        element.tag = "div"
    first, last = lxml.html.Element("div"), lxml.html.Element("div")
    first.text, last.text = before, after
    first.tail, element.text = element.text, None
    element.insert(0, first)
    element.append(last)


def _show_address(link: lxml.html.HtmlElement) -> None:
    target = link.get("href", "").strip()
    words = "".join(islice(link.itertext(), 50)).strip()
    if words and target.lower().startswith(("http://", "https://")) and not _ADDRESS_LIKE.search(words):
        address = lxml.html.Element("span")
        address.text = f" <{target[:300]}>"
        link.append(address)


def _mark_row(row: lxml.html.HtmlElement) -> None:
    """Puts the mark of a row's first line before its first words."""
    first = next(cell for cell in row if cell.tag in ("td", "th"))
    for _ in range(_NEAR):
        child = next((child for child in islice(first, _NEAR) if isinstance(child.tag, str)), None)
        if (first.text or "").strip() or child is None or child.tag not in _HOLDING_WORDS:
            break
        first = child
    first.text = _ROW + (first.text or "").lstrip()


def _set_off(bold: lxml.html.HtmlElement) -> None:
    """Bold words at the beginning of a line, as a label has them, stand a little away from what follows."""
    parent, before = bold.getparent(), bold.getprevious()
    first = (
        not (parent.text or "").strip() if before is None else before.tag == "br" and not (before.tail or "").strip()
    )
    words = (bold.text or "").rstrip()
    if first and words and words[-1] not in ":：" and (bold.tail or "").strip() and bold.tail[0].isspace():
        bold.tail = _GAP + bold.tail.lstrip()


def _show_choice(element: lxml.html.HtmlElement) -> None:
    """What somebody filled into a form of a page, or ticked."""
    kind = element.get("type", "text").lower()
    if element.tag == "select":
        chosen = [
            option.text or "" for option in islice(element.iter("option"), _MOST_OPTIONS) if "selected" in option.attrib
        ]
        shown = f"{_GAP}{', '.join(chosen)} "
    elif kind in ("checkbox", "radio"):
        shown = "[x] " if "checked" in element.attrib else "[ ] "
    else:
        shown = f"{_GAP}{element.get('value', '')} " if kind in _FILLED_IN else ""
    tail = element.tail
    element.clear()
    element.tag, element.text, element.tail = "span", shown, tail


def _rows(table: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    rows = []
    for part in table:
        rows += [part] if part.tag == "tr" else [row for row in part if row.tag == "tr"]
    return rows


def _cells(row: lxml.html.HtmlElement) -> int:
    return sum(1 for cell in row if cell.tag in ("td", "th"))


def _unframe(table: lxml.html.HtmlElement) -> None:
    """A table of one column only frames its text: lines, not cells."""
    for row in _rows(table):
        for cell in row:
            if cell.tag in ("td", "th"):
                cell.tag = "div"
        row.tag = "div"
    table.tag = "div"


def _in_cell(element: lxml.html.HtmlElement) -> bool:
    return any(parent.tag in ("td", "th") for parent in islice(element.iterancestors(), _NEAR))


def _tables_fit(elements: list[lxml.html.HtmlElement]) -> bool:
    """Whether all tables, padded to their columns, stay small: height times the widest row, summed."""
    length: dict[lxml.html.HtmlElement, int] = {}
    height: dict[lxml.html.HtmlElement, int] = {}
    widest: dict[lxml.html.HtmlElement, int] = {}
    total = 0
    for element in reversed(elements):
        size = length.get(element, 0) + len(element.text or "")
        lines = height.get(element, 0) + (element.tag in _BREAKING)
        if element.tag == "table":
            total += (lines + 1) * widest.get(element, size)
        parent = element.getparent()
        if parent is None:
            continue
        length[parent] = length.get(parent, 0) + size + len(element.tail or "")
        height[parent] = height.get(parent, 0) + lines + (element.tail or "").count("\n")
        if element.tag == "tr" or element in widest:
            widest[parent] = max(widest.get(parent, 0), widest.get(element, 0), size)
    return total <= _LARGEST_TABLE


def _finished(text: str) -> str:
    """Marks turned into "> ", blank runs shortened, ends of lines trimmed.

    A further line of a table's row begins with a space where its first cell goes on, so that it is no row of its own.
    """
    lines: list[str] = []
    depth = 0
    for raw in text.replace("\u00a0", " ").replace(_GAP, "  ").splitlines():
        depth += raw.count(_OPEN)
        line = re.sub(r" *\t *", "\t", raw.translate(_INVISIBLE).rstrip())
        if line.strip():
            if _ROW in raw:
                line = line.lstrip(" ")
            goes_on = "\t" in raw and _ROW not in raw and line[0] not in " \t"
            lines.append("> " * min(depth, _DEEPEST_QUOTE) + (" " if goes_on else "") + line)
        elif lines and lines[-1].strip("> ") and not (_OPEN in raw or _CLOSE in raw):
            lines.append(("> " * min(depth, _DEEPEST_QUOTE)).rstrip())
        depth = max(0, depth - raw.count(_CLOSE))
    return "\n".join(lines).strip("\n")


def _bare(html: str) -> str:
    """The text between the tags, in one pass: lines at blocks, tabs at cells. Nothing is laid out or checked."""
    words: list[str] = []
    missing: set[str] = set()
    place = 0
    while tag := _MARKUP.search(html, place):
        words.append(_decoded(html[place : tag.start()]))
        place = _after_tag(html, tag.start(), missing, words)
    words.append(_decoded(html[place:]))
    return "".join(words)


def _after_tag(html: str, start: int, missing: set[str], words: list[str]) -> int:
    """The place after the tag or comment at `start`; `missing` remembers ends that do not come any more."""
    name_match = _TAG.match(html, start)
    name = name_match[2].lower() if name_match else ""
    if html.startswith("<!--", start):
        end = "-->"
    elif name in _UNREAD and name_match and not name_match[1]:
        end = f"</{name}"
    else:
        end = ">"
    found = -1 if end in missing else html.find(end, start + 1)
    if found < 0:
        missing.add(end)
        return start + 4 if end == "-->" else start + 1 + len(name)
    if end != f"</{name}":
        words.append(_spacing(name, closing=bool(name_match and name_match[1])))
    return found + (0 if end[0] == "<" else len(end))


def _spacing(name: str, *, closing: bool) -> str:
    if name == "blockquote":
        return f"\n{_CLOSE}\n" if closing else f"\n{_OPEN}\n"
    if name in ("td", "th"):
        return "" if closing else "\t"
    return "\n" if name in _BREAKING else ""


def _decoded(text: str) -> str:
    try:
        return re.sub(r"\s+", " ", unescape(text)).translate(_INVISIBLE)
    except ValueError:
        return text
