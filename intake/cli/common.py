"""What every command shares: options, printing for people or as JSON, and how errors reach a person."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from intake.config import Config, load
from intake.core.policy.counting import unfolded
from intake.errors import IntakeError

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", envvar="INTAKE_CONFIG", help="config.toml; without one, the shipped defaults serve."),
]
# every command takes it, also those that read no configuration
UnreadConfig = Annotated[Path | None, typer.Option("--config", hidden=True)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Number = Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The mail's number.")]
QueueOption = Annotated[
    str | None, typer.Option("--queue", help="Only this queue; a private one is shown to people only when named.")
]
AsOption = Annotated[str, typer.Option("--as", help="Who does this: an agent's address or name.")]

PIPE_WIDTH = 1_000

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def group(help_text: str) -> typer.Typer:
    """A group of commands."""
    return typer.Typer(help=help_text, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


def configured(file: Path | None) -> Config:
    """The configuration of a command. Raises `Mistakes`."""
    return load(file)


def print_json(value: Any) -> None:
    """One JSON value on one line, in UTF-8 whatever the locale; instants as ISO 8601 in UTC."""
    line = json.dumps(value, ensure_ascii=False, default=_plain) + "\n"
    # half a surrogate pair, as in a file's name that is not UTF-8, stays an escape
    sys.stdout.buffer.write(line.encode("utf-8", "backslashreplace"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, frozenset | set | tuple):
        return sorted(value)
    return str(value)


def say_hidden(queues: Iterable[str]) -> None:
    """Tells people which queues a list left out."""
    for queue in sorted(queues):
        say(f'cases of the private queue "{queue}" are not shown: --queue {queue} shows them')


def say(text: str = "") -> None:
    """A line for people; whatever stands in it is shown as it is, without controls."""
    out.print(Text(visible(text)))


def say_reason(reason: Mapping[str, str], indent: int) -> None:
    """A reason with its clause; how a due time was counted takes a line for each step."""
    first, *steps = unfolded(reason["text"])
    say(f"{'':{indent}}{reason['clause']}: {first}")
    for step in steps:
        say(f"{'':{indent}}    {step}")


def complain(text: str) -> None:
    """Each line on standard error."""
    err.print(Text(visible(text)))


def visible(text: str) -> str:
    """Text from outside as a terminal may show it: controls and escapes are made visible."""
    return "".join(each if each.isprintable() or each in "\n\t" or _is_space(each) else "�" for each in text)


def _is_space(character: str) -> bool:
    return unicodedata.category(character) == "Zs"


def given(written: str, what: str) -> str:
    """A text of the command line, or standard input for "-". Raises `IntakeError` where it is not UTF-8."""
    try:
        return sys.stdin.buffer.read().decode("utf-8") if written == "-" else written
    except UnicodeDecodeError:
        raise IntakeError(f"{what}: not UTF-8") from None


def read_text(file: Path) -> str:
    """The text of a file that was named, without a byte order mark. Raises `IntakeError`."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise IntakeError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table for people, or one line where there is nothing to show."""
    made = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(visible("" if cell is None else str(cell))) for cell in row))
    if made.row_count:
        # a pipe has no edge to wrap at
        Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH).print(made)
    else:
        say(empty)


def many(count: int, what: str) -> str:
    """How many of a thing there are: "1 case", "2 cases"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def named(who: Mapping[str, str]) -> str:
    """Name and address for people; one without a name is the address alone."""
    return f"{who['name']} <{who['address']}>".lstrip()


def local(written: str | None, zone: str) -> str:
    """An instant of JSON for people, in a zone; empty for none."""
    return "" if written is None else moment(datetime.fromisoformat(written), zone)


def moment(at: datetime, zone: str) -> str:
    """An instant for people, in a zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %Y %H:%M %Z}"


def instant(written: str | None, name: str) -> datetime | None:
    """An instant given on the command line. Raises `IntakeError`."""
    if written is None:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1970 <= at.year < 9000:
        what = "has no offset from UTC" if at and at.tzinfo is None else "is no instant"
        raise IntakeError(f'{name}: "{written}" {what}; right would be 2026-11-23T09:00:00+01:00')
    return at
