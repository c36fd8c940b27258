"""Commands about policies: list, show, schema, backtest, apply."""

import json as jsons
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from intake import app as program
from intake.cli import policy_page
from intake.cli.acting import acting_as
from intake.cli.common import (
    ConfigOption,
    JsonOption,
    UnreadConfig,
    configured,
    err,
    group,
    local,
    many,
    out,
    print_json,
    read_text,
    say,
    say_reason,
    table,
)
from intake.core.policy.policy import load_policy
from intake.core.policy.published import published
from intake.core.policy.schema import PolicyFile
from intake.errors import IntakeError

commands = group("Policies: list, show, schema, backtest, apply.")

Name = Annotated[str, typer.Argument(help="The policy's name.")]
SHOWN = 40


@commands.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """The policies that serve, with their versions and files.

    Example: intake policy list
    """
    policies = program.serving_policies(configured(config))
    rows = [
        {
            "name": policy.name,
            "title": policy.file.title,
            "version": policy.version,
            "plans": policy.file.plans,
            "severities": [part.level for part in policy.file.severities],
            "file": policies.file_of(policy.name),
        }
        for policy in policies
    ]
    if json:
        print_json(rows)
        return
    columns = ["name", "title", "version", "plans", "file"]
    shown = [[row["name"], row["title"], row["version"], ", ".join(policies.get(str(row["name"])).file.plans),
              row["file"]] for row in rows]  # fmt: skip
    table("", columns, shown, "no policy yet: put a file into the folder of policies")


@commands.command("show")
def show_(
    name: Name,
    html: Annotated[bool, typer.Option("--html", help="One HTML page that stands by itself.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """The policy as it would be published, made from the file that runs.

    Example: intake policy show mine --html > policy.html
    """
    policy = program.serving_policies(configured(config)).get(name)
    shown = published(policy, program.now().date())
    if json:
        print_json(shown)
    elif html:
        sys.stdout.buffer.write(policy_page.html(shown).encode("utf-8", "backslashreplace"))
    else:
        width = out.width if out.is_terminal else policy_page.WIDTH
        policy_page.show(Console(highlight=False, width=width), shown)


@commands.command()
def schema(config: UnreadConfig = None, json: JsonOption = False) -> None:
    """The JSON Schema of a policy file, for editors.

    Example: intake policy schema > policy.schema.json
    """
    del config
    made = PolicyFile.model_json_schema()
    print_json(made) if json else sys.stdout.write(jsons.dumps(made, indent=2) + "\n")


@commands.command()
def backtest(
    file: Annotated[Path, typer.Argument(help="A changed policy's file.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Replay a changed policy over all stored cases of its name; writes nothing.

    Example: intake policy backtest changed.toml
    """
    from intake.desk import backtest as backtests

    settings = configured(config)
    changed = load_policy(read_text(file), str(file))
    databases = program.open_store(settings)
    try:
        serving = program.policies_in_use(settings, databases).get(changed.name)
    finally:
        databases.close()
    job = backtests.Job(settings.folder, program.database_url(settings), serving.text, changed.text, program.now())
    columns = ("replaying", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=None)
        result = backtests.backtest(job, lambda done, whole: progress.update(task, completed=done, total=whole))
    if json:
        print_json({"policy": serving.name, "was": serving.version, "becomes": changed.version}
                   | backtests.result_json(result))  # fmt: skip
        return
    say(f"{serving.name}: version {serving.version} becomes {changed.version}")
    rows = [[each["case"], each["what"], *(_figure(each[side], each) for side in ("was", "becomes"))]
            for each in backtests.result_json(result)["differences"][:SHOWN]]  # fmt: skip
    table("", ["case", "what", "was", "becomes"], rows, "no severity, due time or miss would differ")
    if len(result.differences) > SHOWN:
        say(f"… {len(result.differences) - SHOWN} more; --json has all of them")
    for line in _totals(backtests.totals(result)):
        say(line)


def _figure(figure: dict[str, Any], of: dict[str, Any]) -> str:
    """A figure for people: an instant in the zone of the case."""
    value = figure["value"]
    if value is None or isinstance(value, bool):
        said = {None: "none", True: "yes", False: "no"}[value]
    else:
        said = local(value, of["zone"]) if of["what"].endswith(" due") else str(value)
    return f"{said} ({figure['clause']})"


def _totals(totals: dict[str, Any]) -> list[str]:
    lines = [f"{many(totals['cases'], 'case')}, {totals['differing']} would differ"]
    lines += [f"severity {change}: {count}" for change, count in totals["severity"].items()]
    for clock, changes in totals["due"].items():
        lines.append(f"{clock} due: " + ", ".join(f"{count} {change}" for change, count in changes.items()))
    for clock, sides in totals["missed"].items():
        lines.append(f"{clock} missed: {sides.get('was', 0)} becomes {sides.get('becomes', 0)}")
    return lines


@commands.command()
def apply(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it, it is only shown.")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="Only show what would change.")] = False,
    by: Annotated[str, typer.Option("--as", help="Who does this: an agent's address.")] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Move open cases to the version of their policy that serves now; shown first, done with --yes.

    Closed cases keep their version, and a target missed stays missed.

    Example: intake policy apply mine --yes --as ada@desk.example
    """
    from intake.desk import version_change

    doing = yes and not preview
    if doing and not by:
        raise IntakeError("--as: who does this? right would be --as ada@desk.example")
    with program.house_of(configured(config), trial=not doing) as house:
        by = acting_as(house.databases, by) if doing else by
        work = version_change.apply if doing else version_change.previewed
        moves = [move.json() for move in work(house, name, program.now(), by)]
        version = house.policies.get(name).version
    if json:
        print_json({"policy": name, "version": version, "applied": doing, "cases": moves})
        return
    for move in moves:
        severity = move["severity"]
        changed = "" if severity["was"] == severity["becomes"] else f" becomes {severity['becomes']}"
        say(f"{move['case']}  version {move['policy_version']['was']}  Severity {severity['was']}{changed}")
        for reason in move["because"] if changed else ():
            say_reason(reason, 2)
        for clock in move["clocks"]:
            same = clock["was"] == clock["becomes"]
            was, becomes = (local(clock[side], move["zone"]) or "never" for side in ("was", "becomes"))
            say(f"  {clock['kind']} due {was}" + ("" if same else f" becomes {becomes}"))
            for reason in () if same else clock["because"]:
                say_reason(reason, 4)
    done = "moved" if doing else "would move; --yes --as ADDRESS does it"
    say(f"{many(len(moves), 'open case')} {done}: {name}, version {version}")
