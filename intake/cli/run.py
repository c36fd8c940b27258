"""Commands that run the program: serve, demo, init, check, tick."""

import os
import shutil
import sys
from pathlib import Path
from threading import Event
from typing import Annotated

import typer

from intake import app as program
from intake.cli.common import (
    ConfigOption,
    JsonOption,
    UnreadConfig,
    complain,
    configured,
    group,
    instant,
    many,
    print_json,
    say,
)
from intake.config import load
from intake.errors import IntakeError, Mistake, Mistakes
from intake.shipped import shipped

commands = group("")


@commands.command()
def serve(
    roles: Annotated[str, typer.Option(help=f"Parts to run, by comma: {', '.join(program.ROLES)}.")] = ",".join(
        program.ROLES
    ),
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Run until SIGTERM: take mail, decide, send, chase, and show the console.

    Example: intake serve --config config.toml
    """
    wanted = [role.strip() for role in roles.split(",") if role.strip()]
    unknown = [role for role in wanted if role not in program.ROLES]
    if unknown or not wanted:
        said = f'no role is named "{unknown[0]}"' if unknown else "--roles names none"
        raise typer.BadParameter(f"{said}; known are {', '.join(program.ROLES)}")
    from intake.app.logs import to_standard_error
    from intake.app.program import Program, heed_signals

    to_standard_error()
    # heard from here on: whoever stops it while it starts shall not meet it half made
    stop = Event()
    heed_signals(stop)
    running = Program(configured(config), wanted, stop)
    running.start()
    if json:
        print_json({"roles": running.working, "listening": running.listening})
    else:
        working, listening = (", ".join(each) or "nothing" for each in (running.working, running.listening))
        say(f"intake serves {working}; listening on {listening}")
    if running.first_link and not json:
        say(f"nobody can sign in yet; this link makes the first admin, once, within two days:\n  {running.first_link}")
    sys.stdout.flush()
    try:
        running.wait()
    finally:
        running.close()
    if running.overtaken:
        raise running.overtaken
    if not json:
        say("stopped")


@commands.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End when everything has been shown.")] = False,
    folder: Annotated[Path | None, typer.Option(help="A folder for the demo's data; a fresh one without it.")] = None,
    config: UnreadConfig = None,
    json: JsonOption = False,
) -> None:
    """See it work: sample customers and mails over real SMTP, on SQLite, in a fresh folder.

    Example: intake demo --once
    """
    from intake.app.logs import to_standard_error
    from intake.cli.demo import run_demo

    del config
    to_standard_error()
    run_demo(once, folder, json)


@commands.command()
def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make; what stands there already is left alone.")],
    config: UnreadConfig = None,
    json: JsonOption = False,
) -> None:
    """Write config.toml, policies/ and templates/ to edit.

    Example: intake init /etc/intake
    """
    del config
    if ".." in folder.parts:
        # a folder that is not there would be made only to be left again
        folder = Path(os.path.realpath(folder))
    taken = [name for name in ("config.toml", "policies", "templates") if (folder / name).exists()]
    if taken:
        raise IntakeError(f"{folder} has {', '.join(taken)} already; name a folder without them")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = shipped("config.example.toml").read_text(encoding="utf-8")
        for name in ("policies", "templates"):
            shutil.copytree(shipped(name), folder / name)
            text = text.replace(f'# {name} = "{name}"', f'{name} = "{name}"')
        (folder / "config.toml").write_text(text, encoding="utf-8")
    except OSError as error:
        # a tree's copying goes on after an error and tells them all together
        reason = error.args[0][0][2] if isinstance(error, shutil.Error) else error.strerror
        raise IntakeError(f"{folder}: cannot be written: {reason}") from None
    load(folder / "config.toml")
    if json:
        print_json({"folder": str(folder), "config": str(folder / "config.toml")})
        return
    say(f"{folder} is ready: edit config.toml, then `intake check --config {folder / 'config.toml'}`")


@commands.command()
def check(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Name every mistake in configuration, policies and templates, with file, line and key.

    A policy's examples are run. Warnings are told as such and are no mistakes.

    Example: intake check --config config.toml
    """
    from intake.app.check import check as check_all
    from intake.app.check_policies import warnings as all_warnings
    from intake.config.sound import load_sound

    warnings: list[Mistake] = []
    settings, mistakes = load_sound(config)
    if settings is not None:
        mistakes += check_all(settings)
        warnings = all_warnings(settings, program.checked_policies(settings), program.now().year)
    if json:
        print_json([each.json() for each in mistakes] + [each.json() | {"warning": True} for each in warnings])
        if mistakes:
            raise typer.Exit(1)
        return
    for each in warnings:
        complain(f"warning: {each}")
    if mistakes:
        raise Mistakes(mistakes)
    say("configuration, policies and templates are in order")


@commands.command()
def tick(
    at: Annotated[str | None, typer.Option("--at", help="As if it were this instant.")] = None,
    really: Annotated[bool, typer.Option("--really", help="Send real mail for a later instant than now.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """One pass of chaser and delivery.

    Example: intake tick --at 2026-11-24T09:00:00+01:00
    """
    settings = configured(config)
    moment = instant(at, "--at") or program.now()
    if moment > program.now() and settings.settings.outgoing.smtp and not really:
        raise IntakeError("--at: a later instant than now would send real mail; --really does it all the same")
    with program.house_of(settings) as house:
        chased, counts = program.one_pass(settings, house, moment)
    if json:
        print_json(
            {"at": moment, "chased": chased, "sent": counts.sent, "later": counts.later, "failed": counts.failed}
        )
    else:
        sent = f"{many(counts.sent, 'mail')} sent, {counts.later} for later, {counts.failed} failed"
        say(f"{many(chased, 'case')} chased; {sent}")
