"""A published policy as text for a terminal, and as one HTML page that stands by itself."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from intake.cli.common import visible

WIDTH = 80
HERE = Path(__file__).parent
# what is published is the console's page, too
FOLDERS = (HERE, HERE.parent / "web" / "pages")


def html(shown: Mapping[str, Any]) -> str:
    """The page; whatever a policy says is escaped."""
    environment = Environment(
        loader=FileSystemLoader(FOLDERS),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("policy.html").render(policy=shown)


def show(console: Console, shown: Mapping[str, Any]) -> None:
    """The policy on a terminal, readable at 80 columns."""
    _say(console, f"{shown['title']} ({shown['name']}, version {shown['version']})", "bold")
    _say(console, f"Source: {shown['source']}")
    if shown["plans"]:
        _say(console, f"Plans: {', '.join(shown['plans'])}; without one: {shown['fallback_plan'] or 'none'}")
    _head(console, "Severities")
    for part in shown["severities"]:
        _say(console, f"{part['level']}  {part['title']} ({part['clause']})", "bold")
        _say(console, part["definition"], indent=3)
        for example in part["examples"]:
            _say(console, f"- {example}", indent=3)
    for table in shown["targets"]:
        _head(console, f"Target: {table['clock']}")
        _table(console, ["plan", *(f"Severity {level}" for level in table["levels"])], map(_row, table["rows"]))
    _head(console, "Calendars")
    for calendar in shown["calendars"]:
        name = f"{calendar['name']}{' (where a target names none)' if calendar['default'] else ''}"
        _say(console, f"{name}: {calendar['words']} ({calendar['clause']})")
        for year, closed in calendar["closed"].items():
            days = [f"{each['day']} {each['name']}{' ' + each['part'] if each['part'] else ''}" for each in closed]
            _say(console, f"{year}: closed {'; '.join(days) or 'on no date'}", indent=3)
    _rules(console, "Severity, the first rule that applies", shown["rules"])
    _rules(console, "Marks and tags", shown["marks"])
    if shown["fields"]:
        _head(console, "The form")
        rows = [[each["label"], "" if each["required"] else "optional", ", ".join(each["allowed"]) or each["help"],
                 each["clause"]] for each in shown["fields"]]  # fmt: skip
        _table(console, ["field", "", "values", "clause"], rows)
    if shown["ladder"]:
        _head(console, "Escalation")
        rows = [[str(level), each["after"], each["role"], ", ".join(each["where"]) or "everywhere", each["clause"]]
                for level, each in enumerate(shown["ladder"], 1)]  # fmt: skip
        _table(console, ["level", "after the miss", "role", "where", "clause"], rows)
    _head(console, "Further rules")
    _table(
        console, ["about", "", "clause"], ([each["what"], each["text"], each["clause"]] for each in shown["further"])
    )
    _head(console, "Chasing")
    for each in shown["chasing"]:
        _say(console, f"{each['text']} ({each['clause']})")
    _head(console, "Clauses")
    for clause, text in shown["clauses"].items():
        _say(console, f"{clause}: {text}")


def _row(row: Mapping[str, Any]) -> list[str]:
    plan = ", ".join(filter(None, (row["plan"], *row["tags"]))) or "all"
    return [plan, *(f"{cell['target']} ({cell['clause']})" if cell else "-" for cell in row["cells"].values())]


def _rules(console: Console, title: str, rules: Iterable[Mapping[str, Any]]) -> None:
    rows = [[each["when"], each["then"], f"{each['because']} ({each['clause']})"] for each in rules]
    if rows:
        _head(console, title)
        _table(console, ["when", "then", "because"], rows)


def _head(console: Console, text: str) -> None:
    console.print()
    _say(console, text, "bold underline")


def _say(console: Console, text: str, style: str = "", indent: int = 0) -> None:
    console.print(Padding(Text(visible(text), style), (0, 0, 0, indent)))


def _table(console: Console, columns: list[str], rows: Iterable[list[str]]) -> None:
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="italic")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(visible(cell)) for cell in row))
    console.print(made)
