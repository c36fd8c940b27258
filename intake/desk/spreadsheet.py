"""Tables as CSV that a spreadsheet may open: what a stranger wrote stays text there, and becomes no formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

# what spreadsheets take for the beginning of a formula, or skip before one
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """RFC 4180, with a byte order mark, by which spreadsheets know UTF-8. Instants as ISO 8601."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> object:
    """Numbers of ours as they are; a text that would be a formula gets an apostrophe before it (OWASP)."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, int | float):
        return value
    text = str(value).replace("\0", "")
    return f"'{text}" if text.lstrip(" \u00a0").startswith(FORMULA) else text
