"""Texts of attached files that may be a form filled in: plain text, HTML, and tables as CSV."""

import csv
import io
from collections.abc import Iterable

from intake.core.mail import html
from intake.core.mail.attached import name_given
from intake.core.mail.charset import charset_of_html, clean_text, decode
from intake.core.mail.mime import Part, payload

_MOST_FILES = 5
# A form is a page or two; what is longer is a log or a list.
_MOST_BYTES = 65_536
_MOST_ROWS = 300
_DELIMITERS = "\t;,|"
_WAYS = {
    "text/plain": "plain", "text/markdown": "plain", "text/html": "html", "application/xhtml+xml": "html",
    "text/csv": "csv", "text/tab-separated-values": "csv", "application/csv": "csv",
}  # fmt: skip
# Names say more than types: programs declare what they do not know as text or as bytes.
_ENDINGS = {
    "txt": "plain", "text": "plain", "md": "plain", "htm": "html", "html": "html", "xhtml": "html", "csv": "csv",
    "tsv": "csv",
}  # fmt: skip
_UNSURE = ("text/plain", "application/octet-stream", "application/x-unknown", "application/vnd.ms-excel")


def texts_of_files(raw: bytes, parts: Iterable[Part]) -> tuple[str, ...]:
    """The texts of the first few short files among `parts`, in their order. Attached mails are not among them."""
    texts: list[str] = []
    for part in parts:
        way = _way(part)
        if way and not part.children and part.end - part.start <= 2 * _MOST_BYTES and len(texts) < _MOST_FILES:
            data = payload(raw, part)
            text = _read(way, data, part.charset) if len(data) <= _MOST_BYTES else ""
            if text.strip():
                texts.append(text)
    return tuple(texts)


def _way(part: Part) -> str | None:
    name = name_given(part)
    ending = name.rpartition(".")[2].casefold().strip('" ') if "." in name else ""
    if part.content_type in _UNSURE and ending:
        return _ENDINGS.get(ending)
    return _WAYS.get(part.content_type)


def _read(way: str, data: bytes, charset: str | None) -> str:
    if way == "html":
        return html.to_text(clean_text(decode(data, charset_of_html(data, charset)).text))
    text = clean_text(decode(data, charset).text)
    return _columns(text) if way == "csv" else text


def _columns(text: str) -> str:
    """The rows of a CSV file with tabs between their cells; further lines of a cell stand below its first."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    rows: list[str] = []
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter)):
            if number >= _MOST_ROWS:
                break
            lines = [cell.strip().split("\n") for cell in cells]
            height = max(map(len, lines), default=0)
            rows += ["\t".join(cell[level] if level < len(cell) else "" for cell in lines) for level in range(height)]
    except csv.Error:
        return text
    return "\n".join(rows)
