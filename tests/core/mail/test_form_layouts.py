"""One form in many layouts reads as the same form (OX-1): made by a strategy, so that no layout is tuned to."""

import re
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from html import escape

from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.fields import read_fields
from intake.core.mail.html import to_text
from intake.core.mail.read import read
from tests.core.mail.test_fields import SPECS

Pairs = list[tuple[str, str]]
BY_KEY = {spec.key: spec for spec in SPECS}

OPENINGS = st.sampled_from(["", "Hello,\n\nplease find our request below.\n\n", "Sehr geehrte Damen und Herren,\n\n"])
CLOSINGS = st.sampled_from(
    ["", "\n\nKind regards,\nRobin\n", "\n\nMit freundlichen Grüßen\nRobin Beispiel", "\n\n-- \nRobin\nServer room\n"]
)
BULLETS = st.sampled_from(["", "- ", "* ", "• ", "● ", "1. ", "2) ", "(c) ", "3.1 ", "#4 ", "\uf0b7 ", "   ", "\t"])
AROUND = st.sampled_from(
    ["{}", "**{}**", "*{}*", "__{}__", "`{}`", "[{}]", '"{}"', "{} (see the page)", "{} (e.g.: x)"]
)
SEPARATORS = st.sampled_from(
    [": ", ":", " : ", "：", ":\t", ":\u00a0", " = ", "=", " := ", " => ", "=\n", ":\n", " :\n  ", "\u200b: ", "....: "]
)
CASES: st.SearchStrategy[Callable[[str], str]] = st.sampled_from([str, str.upper, str.lower])
QUOTES = st.sampled_from(["", "> ", ">> ", "> > "])
SLIPS = st.sampled_from(["", "", "swap", "drop", "double"])


def slipped(label: str, how: str) -> str:
    """The label with one slip in its longest word, where that is long enough to be known all the same."""
    longest = max(label.split(), key=len)
    if not how or not longest.isalpha() or len(longest) < 8:
        return label
    bad = {
        "swap": longest[:4] + longest[5] + longest[4] + longest[6:],
        "drop": longest[:5] + longest[6:],
        "double": longest[:5] + longest[4:],
    }[how]
    return label.replace(longest, bad)


@st.composite
def plain_forms(draw: st.DrawFn, pairs: Pairs) -> str:
    """A form as lines: label, separator, value; blocks below their labels, an empty line before or not."""
    bullet, around, separator, case = draw(BULLETS), draw(AROUND), draw(SEPARATORS), draw(CASES)
    slip, gap = draw(SLIPS), draw(st.sampled_from(["", "\n"]))
    lines = []
    for key, value in pairs:
        spec = BY_KEY[key]
        label = bullet + around.format(case(slipped(spec.label, slip))) + separator
        if spec.kind == "block":
            lines.append(f"{gap}{label.rstrip()}\n{value}\n")
        else:
            lines.append(f"{label}{value}\n")
    text = draw(OPENINGS) + "".join(lines)
    quote = draw(QUOTES)
    return "".join(f"{quote}{line}\n" for line in text.split("\n")) if quote else text + draw(CLOSINGS)


@st.composite
def headed_forms(draw: st.DrawFn, pairs: Pairs) -> str:
    """A form whose short fields stand in a table with a heading row, in one or several tiers."""
    named = [(BY_KEY[key], value) for key, value in pairs]
    short = [(spec, value) for spec, value in named if spec.kind != "block"]
    width = draw(st.integers(3, len(short)))
    left, between, right = draw(
        st.sampled_from([("| ", " | ", " |"), ("", " | ", ""), ("", "\t", ""), ("│ ", " │ ", " │")])
    )
    rule = draw(st.sampled_from(["", "|---|:-:|\n", "+----+----+\n"])) if between.strip() else ""
    tiers = []
    for start in range(0, len(short), width):
        tier = short[start : start + width]
        if len(tier) < 2:
            tiers.append(f"\n{tier[0][0].label}: {tier[0][1]}\n")
            continue
        rows = [[spec.label for spec, _ in tier], [value for _, value in tier]]
        tiers.append(rule.join(f"{left}{between.join(row)}{right}\n" for row in rows))
    blocks = [f"\n{spec.label}:\n{value}\n" for spec, value in named if spec.kind == "block"]
    return draw(OPENINGS) + "\n".join(tiers) + "".join(blocks) + draw(CLOSINGS)


def _html(value: str, paragraphs: bool) -> str:
    if paragraphs:
        return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in value.split("\n\n"))
    return escape(value).replace("\n", "<br>")


def _rows(row: Callable[[str, str], str]) -> Callable[[list[tuple[str, str]]], str]:
    return lambda pairs: "".join(row(label, value) for label, value in pairs)


def _headed(pairs: list[tuple[str, str]], width: int) -> str:
    rows = ""
    for start in range(0, len(pairs), width):
        tier = pairs[start : start + width]
        rows += "<tr>" + "".join(f"<th>{label}</th>" for label, _ in tier) + "</tr>"
        rows += "<tr>" + "".join(f"<td>{value}</td>" for _, value in tier) + "</tr>"
    return f"<table border=1>{rows}</table>"


HTML_LAYOUTS: Mapping[str, Callable[[list[tuple[str, str]]], str]] = {
    "table": lambda pairs: "<table>" + _rows(lambda k, v: f"<tr><td>{k}</td><td>{v}</td></tr>")(pairs) + "</table>",
    "table with headers": lambda pairs: (
        "<table><tbody>" + _rows(lambda k, v: f"<tr><th>{k}:</th><td>{v}</td></tr>")(pairs) + "</tbody></table>"
    ),
    "numbered table": lambda pairs: (
        "<table>" + _rows(lambda k, v: f"<tr><td>{len(k)}</td><td>{k}</td><td>{v}</td></tr>")(pairs) + "</table>"
    ),
    "colon cells": lambda pairs: (
        "<table>" + _rows(lambda k, v: f"<tr><td><b>{k}</b></td><td>:</td><td>{v}</td></tr>")(pairs) + "</table>"
    ),
    "nested table": lambda pairs: f"<table><tr><td>{HTML_LAYOUTS['table'](pairs)}</td></tr></table>",
    "nested beside a gap": lambda pairs: (
        f"<table><tr><td>&nbsp;</td><td>{HTML_LAYOUTS['table'](pairs)}</td></tr></table>"
    ),
    "heading row": lambda pairs: _headed(pairs, len(pairs)),
    "heading rows in tiers": lambda pairs: _headed(pairs, 4),
    "definitions": lambda pairs: "<dl>" + _rows(lambda k, v: f"<dt>{k}</dt><dd>{v}</dd>")(pairs) + "</dl>",
    "list": lambda pairs: "<ul>" + _rows(lambda k, v: f"<li><b>{k}:</b> {v}</li>")(pairs) + "</ul>",
    "numbered list": lambda pairs: "<ol>" + _rows(lambda k, v: f"<li>{k}: {v}</li>")(pairs) + "</ol>",
    "divs": _rows(lambda k, v: f"<div>{k}: {v}</div>"),
    "divs below": _rows(lambda k, v: f"<div><b>{k}</b></div><div>{v}</div>"),
    "paragraphs": _rows(lambda k, v: f"<p><strong>{k}</strong>: {v}</p>"),
    "bold words": _rows(lambda k, v: f"<p><b>{k}</b> {v}</p>"),
    "headings": _rows(lambda k, v: f"<h3>{k}</h3><div>{v}</div>"),
    "spans": _rows(lambda k, v: f"<div><span>{k}</span><span>&nbsp;:</span> <span>{v}</span></div>"),
    "breaks": _rows(lambda k, v: f"<b>{k}:</b> {v}<br>"),
    "quoted": lambda pairs: f"<blockquote>{HTML_LAYOUTS['table'](pairs)}</blockquote>",
    "word processor": _rows(
        lambda k, v: f"<p class=MsoNormal><b><span>{k}<o:p></o:p></span></b></p><div>{v}<o:p></o:p></div>"
    ),
}


@st.composite
def html_forms(draw: st.DrawFn, pairs: Pairs) -> str:
    """A form as HTML in one of many layouts."""
    layout = draw(st.sampled_from(sorted(HTML_LAYOUTS)))
    paragraphs = draw(st.booleans()) and "table" in layout
    named = [(BY_KEY[key], value) for key, value in pairs]
    cells = [(spec.label, _html(value, paragraphs and spec.kind == "block")) for spec, value in named]
    made = HTML_LAYOUTS[layout](cells)
    closing = draw(st.sampled_from(["", "<p>Kind regards,<br>Robin</p>", "<div>Mit freundlichen Grüßen</div>"]))
    return f"<html><body><p>Hello,</p>{made}{closing}</body></html>"


LINES = st.sampled_from(
    [
        "v7.10.6",
        "https://ox.example/a?b=c",
        "ox1, ox2",
        "7",
        "a b c",
        "BUG-17",
        "größer als 5",
        "q" * 50,
        "1.2-3 (rev 4)",
    ]
)
PACKAGES = st.sampled_from(["7.10.6", "pkg-a 1.0", "pkg-a 1.0\npkg-b 2.0\npkg-c 3.0"])
BLOCKS = st.sampled_from(
    [
        "It dies.",
        "1. Open the page\n2. Click: nothing happens\n3. Wait",
        "Error: no session\n\nURL: https://ox.example/x\nand more",
        "First there is nothing.\n\nThen there is less.\n\nAt last it stops",
        "HTTP/1.1 500 Internal error",
        "a | b",
    ]
)


@st.composite
def ordered(draw: st.DrawFn) -> Pairs:
    """The form's fields with values, in the form's order or another, the blocks last as people write them."""
    kinds = {"block": BLOCKS, "line": LINES, "lines": PACKAGES}
    pairs = [
        (spec.key, draw(st.sampled_from([name for name, _ in spec.allowed]) if spec.allowed else kinds[spec.kind]))
        for spec in SPECS
    ]
    start = draw(st.integers(0, len(pairs)))
    pairs = [*pairs[start:], *pairs[:start]]
    return sorted(pairs, key=lambda pair: BY_KEY[pair[0]].kind == "block")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def read_back(texts: list[str], files: list[str] | None = None) -> dict[str, str]:
    found = read_fields(SPECS, texts, files or [])
    invalid = {key: value.written for key, value in found.items() if not value.valid}
    assert not invalid
    return {k: v.value if isinstance(v.value, str) else ", ".join(v.value) for k, v in found.items()}


def same_words(found: dict[str, str], pairs: Pairs) -> bool:
    return {key: words(value) for key, value in found.items()} == {key: words(value) for key, value in pairs}


@given(ordered().flatmap(lambda pairs: st.tuples(st.just(pairs), plain_forms(pairs))))
def test_a_form_of_lines_reads_back_however_it_is_set_out(made: tuple[Pairs, str]) -> None:
    pairs, text = made
    assert read_back([text]) == dict(pairs), text


def in_one_line(pairs: Pairs) -> Pairs:
    return [(key, value if BY_KEY[key].kind == "block" else value.split("\n")[0]) for key, value in pairs]


@given(ordered().map(in_one_line).flatmap(lambda pairs: st.tuples(st.just(pairs), headed_forms(pairs))))
def test_a_form_with_a_heading_row_reads_back(made: tuple[Pairs, str]) -> None:
    pairs, text = made
    assert read_back([text]) == dict(pairs), text


@given(ordered().flatmap(lambda pairs: st.tuples(st.just(pairs), html_forms(pairs))))
def test_a_form_in_html_reads_back_whatever_its_layout(made: tuple[Pairs, str]) -> None:
    pairs, html = made
    text = to_text(html)
    assert same_words(read_back([text]), pairs), text


@given(
    ordered().flatmap(lambda pairs: st.tuples(st.just(pairs), plain_forms(pairs))),
    st.sampled_from(["quoted-printable", "base64", "8bit"]),
    st.booleans(),
)
def test_a_form_reads_back_from_a_whole_mail_or_its_file(made: tuple[Pairs, str], encoding: str, file: bool) -> None:
    pairs, text = made
    mail = EmailMessage()
    mail["From"] = "it@hosting.example"
    mail.set_content("See the form." if file else text, cte=encoding)
    if file:
        mail.add_attachment(text, filename="form.txt", cte=encoding)
    message = read(mail.as_bytes())
    assert same_words(read_back(list(message.form_texts), list(message.file_texts)), pairs)
