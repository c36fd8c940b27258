"""Commands about outgoing mails."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from intake import app as program
from intake.cli.acting import acting_as
from intake.cli.common import (
    AsOption,
    ConfigOption,
    JsonOption,
    Number,
    QueueOption,
    configured,
    group,
    print_json,
    say,
    say_hidden,
    table,
)
from intake.cli.stored import read_store, with_store
from intake.desk.privacy import View
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
    queue: QueueOption = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Outgoing mails, the newest last.

    Example: intake outbox list --state failed
    """
    settings = configured(config)
    view = View(settings.settings, queue, everything=json)
    found = read_store(settings, lambda connection: outboxes.listed(connection, shown=view.shows_letter))
    rows = [row for row in found if state in (None, row["state"])]
    if json:
        print_json(rows)
    else:
        if not rows:
            view.found_nothing()
        columns = ["id", "case", "kind", "to", "state", "subject", "reason"]
        table(
            "",
            columns,
            [[row[name] for name in columns] for row in rows],
            f"no outgoing mail {f'is {state}' if state else 'yet'}",
        )
        say_hidden(view.hidden)


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
def outbox_retry(
    number: Number,
    by: Annotated[
        str | None, typer.Option("--as", help="Who does this: an agent's address or name, for the case's history.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Try a failed or waiting mail again at once.

    Example: intake outbox retry 3 --as ada@desk.example
    """
    _change(config, number, json, outboxes.retry, by)


@commands.command("withhold")
def outbox_withhold(
    number: Number,
    by: AsOption,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Keep a queued mail back.

    Example: intake outbox withhold 3 --as ada@desk.example
    """
    _change(config, number, json, outboxes.withhold, by)


@commands.command("release")
def outbox_release(
    number: Number,
    by: AsOption,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Let a withheld mail go.

    Example: intake outbox release 3 --as ada@desk.example
    """
    _change(config, number, json, outboxes.release, by)


def _change(config: Path | None, number: int, json: bool, act: Callable[..., None], by: str | None) -> None:
    """Changes a mail, under a person's name where one is given, and shows it as it is then."""

    def write(store: Databases) -> dict[str, Any] | None:
        who = None if by is None else acting_as(store, by)
        with store.desk.begin() as connection:
            act(connection, number, who, program.now())
            return outboxes.show(connection, number)

    shown = with_store(configured(config), write)
    assert shown is not None
    print_json(shown) if json else say(f"outgoing mail {number} is {shown['state']}")
