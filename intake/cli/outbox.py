"""Commands about outgoing mails."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer
from sqlalchemy import Connection

from intake import app as program
from intake.cli.common import (
    AsOption,
    ConfigOption,
    JsonOption,
    Number,
    configured,
    group,
    print_json,
    say,
    table,
)
from intake.cli.stored import read_store, with_store
from intake.errors import IntakeError
from intake.store import outbox as outboxes
from intake.store.engine import Databases

commands = group("Outgoing mails: what is queued, sent, failed or withheld.")


@commands.command("list")
def outbox_list(
    state: Annotated[
        Literal["queued", "sending", "sent", "unknown", "failed", "withheld"] | None,
        typer.Option(help="Only this state."),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Outgoing mails, the newest last.

    Example: intake outbox list --state failed
    """
    rows = [row for row in read_store(configured(config), outboxes.listed) if state in (None, row["state"])]
    if json:
        print_json(rows)
    else:
        columns = ["id", "case", "kind", "to", "state", "subject", "reason"]
        table("", columns, [[row[name] for name in columns] for row in rows], "nothing is going out")


@commands.command("show")
def outbox_show(
    number: Number,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """An outgoing mail as it is sent, with its state.

    Example: intake outbox show 3
    """
    settings = configured(config)
    shown = read_store(settings, lambda connection: outboxes.show(connection, number))
    raw = read_store(settings, lambda connection: outboxes.raw(connection, number))
    if shown is None or raw is None:
        raise IntakeError(f"no outgoing mail has the number {number}; `intake outbox list` shows them")
    if json:
        print_json(shown | {"raw": raw.decode("utf-8", "replace")})
        return
    to = ", ".join(shown["envelope_to"])
    say(f"{shown['state']} to {to} from <{shown['envelope_from']}>  {shown['reason'] or ''}")
    say(raw.decode("utf-8", "replace").replace("\r\n", "\n"))


@commands.command("retry")
def outbox_retry(number: Number, config: ConfigOption = None) -> None:
    """Try a failed or waiting mail again at once.

    Example: intake outbox retry 3
    """
    _change(config, lambda connection: outboxes.retry(connection, number, program.now()))
    say(f"outgoing mail {number} is queued")


@commands.command("withhold")
def outbox_withhold(
    number: Number,
    by: AsOption,
    config: ConfigOption = None,
) -> None:
    """Keep a queued mail back.

    Example: intake outbox withhold 3 --as ada@desk.example
    """
    _change(config, lambda connection: outboxes.withhold(connection, number, by, program.now()))
    say(f"outgoing mail {number} is withheld")


@commands.command("release")
def outbox_release(
    number: Number,
    by: AsOption,
    config: ConfigOption = None,
) -> None:
    """Let a withheld mail go.

    Example: intake outbox release 3 --as ada@desk.example
    """
    _change(config, lambda connection: outboxes.release(connection, number, by, program.now()))
    say(f"outgoing mail {number} is queued")


def _change(config: Path | None, change: Callable[[Connection], None]) -> None:
    def write(store: Databases) -> None:
        with store.desk.begin() as connection:
            change(connection)

    with_store(configured(config), write)
