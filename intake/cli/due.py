"""The command due: when an answer is due, and why."""

import json as jsons
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from intake import app as program
from intake.cli.common import (
    ConfigOption,
    JsonOption,
    configured,
    group,
    local,
    print_json,
    read_text,
    say,
    say_reason,
)
from intake.config import Config
from intake.core.policy.policy import Policy, load_policy
from intake.desk.due import KINDS
from intake.desk.due import due as due_of
from intake.errors import IntakeError

commands = group("")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")
"""As reasons for scripts write one; people read it in the customer's zone."""


@commands.command()
def due(
    batch: Annotated[str | None, typer.Option(help="JSON lines of cases, or - for standard input.")] = None,
    policy: Annotated[str | None, typer.Option(help="A policy's name or file.")] = None,
    plan: Annotated[str | None, typer.Option(help="The customer's plan.")] = None,
    severity: Annotated[str | None, typer.Option(help="The severity, a number.")] = None,
    opened: Annotated[str | None, typer.Option(help="When it was opened, such as 2026-11-23T09:00:00+01:00.")] = None,
    zone: Annotated[str | None, typer.Option(help="The customer's time zone.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag of the case; may stand several times.")] = None,
    target: Annotated[
        str | None, typer.Option(help='The contract\'s own response target, such as "4 business hours".')
    ] = None,
    hours: Annotated[str | None, typer.Option(help="The calendar that the contract names for the severity.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Reckon when an answer is due, and why.

    Example: intake due --policy policies/mine.toml --severity 2 --opened 2026-11-20T16:00:00+01:00
    """
    settings = configured(config)
    known: dict[str, Policy] = {}
    if batch is not None:
        if policy or plan or severity or opened or zone or tag or target or hours:
            raise typer.BadParameter("--batch has all of a case in its lines; give it without --policy and the rest")
        for line in _lines(batch):
            print_json(_answer(settings, known, line))
        return
    if policy is None or severity is None or opened is None:
        raise typer.BadParameter("give --batch FILE, or --policy, --severity and --opened")
    asked = {
        "plan": plan,
        "severity": int(severity) if severity.isdecimal() else severity,
        "opened": opened,
        "zone": zone,
        "tags": tag,
        "targets": {"response": {severity: target}} if target else None,
        "hours": {severity: hours} if hours else None,
    }
    found = _policy(settings, known, policy)
    answer = due_of(found, asked)
    print_json(answer) if json else _show(found, answer, zone or found.file.zone)


def _lines(batch: str) -> Iterator[str]:
    source: int | str = sys.stdin.fileno() if batch == "-" else batch
    try:
        # a byte that is no UTF-8 spoils its own line alone; a byte order mark is passed over
        with open(source, encoding="utf-8-sig", errors="surrogateescape", closefd=batch != "-") as file:
            yield from (line for line in file if line.strip())
    except OSError as error:
        raise IntakeError(f"{batch}: cannot be read: {error.strerror}") from None


def _answer(settings: Config, known: dict[str, Policy], line: str) -> dict[str, Any]:
    """The answer to one line; a line that can't be answered names why, and the rest goes on."""
    asked: Mapping[str, Any] = {}
    try:
        if not line.isascii() and any("\udc80" <= each <= "\udcff" for each in line):
            raise IntakeError("the line is not UTF-8")
        parsed = jsons.loads(line, parse_constant=_no_number)
        if not isinstance(parsed, dict):
            raise IntakeError('the line is no JSON object; right would be {"id": 1, "policy": …}')
        asked = parsed
        return due_of(_policy(settings, known, str(asked.get("policy"))), asked)
    except (jsons.JSONDecodeError, RecursionError) as error:
        return {"id": None, "error": f"not JSON: {error}"}
    except (IntakeError, ValueError, OverflowError) as error:
        return {"id": asked.get("id"), "error": str(error)}


def _no_number(name: str) -> None:
    raise IntakeError(f"not JSON: {name} is no number")


def _policy(settings: Config, known: dict[str, Policy], name: str) -> Policy:
    """A policy by its name, or by its file's path."""
    if name not in known:
        if name.endswith(".toml") or "/" in name:
            known[name] = load_policy(read_text(Path(name)), name)
        else:
            known[name] = program.policy_named(settings, name)
    return known[name]


def _show(policy: Policy, answer: Mapping[str, Any], zone: str) -> None:
    say(f"{policy.name}, version {policy.version}")
    for kind in KINDS:
        clock = answer[kind]
        aim = f", aim {local(clock['aim'], zone)}" if clock and "aim" in clock else ""
        say(f"{kind:<11}due {local(clock['due'], zone)}{aim}" if clock else f"{kind:<11}no due time")
    for reason in answer["because"]:
        said = INSTANT.sub(lambda written: local(written[0], zone), reason["text"])
        say_reason({"clause": reason["clause"], "text": said}, 2)
