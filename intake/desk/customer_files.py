"""Files of customers or agents, as TOML or CSV, and the console's form: tables of values with their lines."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from intake import tomlfile
from intake.errors import Mistake, Mistakes

LISTS = ("domains", "contacts", "support_keys")
# tables of the form: how many steps stand before the last, and a line that would be right
TABLES = {"targets": (1, "response.1 = 4 business hours"), "hours": (0, "1 = 24x7")}
NAMES = {"customer": "name,domains,policy", "agent": "address,name,zone"}


def tables_in(content: str, file: str, what: str) -> tomlfile.TomlText:
    """The tables of that name in a TOML text, or one for each line of a CSV, as its name ends. Raises `Mistakes`."""
    return _from_csv(content, file, what) if file.lower().endswith(".csv") else tomlfile.parse(content, file)


def _from_csv(content: str, file: str, what: str) -> tomlfile.TomlText:
    """A CSV with the same names; lists are separated by spaces or semicolons, targets named `targets.response.1`.

    Raises `Mistakes`.
    """
    header = content.partition("\n")[0]
    # spreadsheets write semicolons where the comma is the decimal sign
    reader = csv.DictReader(io.StringIO(content), delimiter=";" if ";" in header and "," not in header else ",")
    rows: list[dict[str, Any]] = []
    lines: dict[tomlfile.Path, int] = {}
    mistakes: list[Mistake] = []
    try:
        names = [name.strip() for name in reader.fieldnames or ()]
        for name in dict.fromkeys(names):
            if name and (names.count(name) > 1 or any(each.startswith(f"{name}.") for each in names)):
                mistakes.append(Mistake(file, 1, name, "stands twice in the first line"))
        for index, row in enumerate(reader if not mistakes else ()):
            if None in row:
                said = 'more cells than the first line has names; right would be "…" around a cell with commas'
                mistakes.append(Mistake(file, reader.line_num, "", said))
            rows.append(_values(row))
            lines[what, index] = reader.line_num
    except csv.Error as error:
        mistakes.append(Mistake(file, reader.line_num, "", f"not CSV: {error}"))
    if not rows and not mistakes:
        said = f"no {what} stands here; right would be a line of names such as {NAMES[what]} and one for each"
        mistakes.append(Mistake(file, 0, "", said))
    if mistakes:
        raise Mistakes(mistakes)
    return tomlfile.TomlText(file, {what: rows}, lines)


def _values(row: Mapping[str | Any, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in row.items():
        if name and isinstance(value, str) and value.strip():
            *path, key = name.strip().split(".")
            inner = values
            for step in path:
                inner = inner.setdefault(step, {})
            inner[key] = value.replace(";", " ").split() if key in LISTS else value.strip()
    return values


def from_form(form: Mapping[str, str], name: str) -> tomlfile.TomlText:
    """A customer as a form has it: lists a line each, and lines such as `response.1 = 4 business hours` for tables.

    Raises `Mistakes`.
    """
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for key, text in form.items():
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if key in LISTS:
            values[key] = lines
        elif key in TABLES:
            values[key] = _table(key, lines, name, mistakes)
        elif text.strip():
            values[key] = text.strip()
    if mistakes:
        raise Mistakes(mistakes)
    return tomlfile.TomlText(name, {"customer": [values]}, {})


def _table(key: str, lines: list[str], name: str, mistakes: list[Mistake]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for line in lines:
        path, _, text = (part.strip() for part in line.partition("="))
        *outer, last = path.split(".")
        if not text or not last or len(outer) != TABLES[key][0] or not all(outer):
            mistakes.append(Mistake(name, 0, key, f'"{line}" is not understood; right would be "{TABLES[key][1]}"'))
            continue
        inner = made
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[last] = text
    return made


def form_of(record: Mapping[str, Any]) -> dict[str, str]:
    """The form's texts for a record in the outside's form; the other way round than `from_form`."""
    form = {}
    for key, value in record.items():
        if key in LISTS:
            form[key] = "\n".join(value)
        elif key == "targets":
            form[key] = "\n".join(
                f"{kind}.{level} = {text}" for kind, each in value.items() for level, text in each.items()
            )
        elif key == "hours":
            form[key] = "\n".join(f"{level} = {name}" for level, name in value.items())
        else:
            form[key] = str(value or "")
    return form
