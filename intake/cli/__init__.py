"""The command line. Each command reads its arguments, calls the program, and prints."""

import os
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from intake import __version__
from intake.errors import IntakeError

ABOUT = "Case intake for support addresses: mail in, a case and a promise, an acknowledgment out."
# Each command, the module that has it (or the group in it), and its help. It is imported when it is called: nobody
# waits for a database library to read a help text.
COMMANDS = {
    "serve": ("run", "Run until SIGTERM: take mail, decide, send, chase, and show the console."),
    "demo": ("run", "See it work: sample customers and mails over real SMTP, on SQLite, in a fresh folder."),
    "init": ("run", "Write config.toml, policies/ and templates/ to edit."),
    "check": ("run", "Name every mistake in configuration, policies and templates, with file, line and key."),
    "ingest": ("mail", "Keep, decide and queue mails from files, then end."),
    "explain": ("mail", "Show what would happen to mails, and why; nothing is written."),
    "due": ("due", "Reckon when an answer is due, and why."),
    "forecast": ("foresight", "What will be chased, missed and escalated until an instant, if nobody did anything."),
    "report": ("foresight:report", "Reports: service credits."),
    "policy": ("policy:commands", "Policies: list, show, schema, backtest, apply."),
    "case": ("case:commands", "Cases: list, show, open one by hand, reply, note, assign and the rest."),
    "ledger": ("mail", "Prove that no mail is lost: received = the sum of the outcomes + waiting."),
    "parked": ("parked:commands", "Mails that need a person."),
    "outbox": ("outbox:commands", "Outgoing mails: what is queued, sent, failed or withheld."),
    "tick": ("run", "One pass of chaser and delivery."),
    "template": ("template:commands", "Reply templates: what there is, what is wrong, how one looks."),
    "customer": ("people:customer", "Customers: who writes to us, and what was agreed."),
    "agent": ("people:agent", "Agents: who answers."),
    "erase": ("erase", "Erase what a person wrote and what was written to them; the ledger and what was decided stay."),
    "token": ("token:commands", "Tokens of the API: create, list, revoke."),
}
SHOWN = 200
# typer comes with a click of its own or uses the installed one, by its version
Misuse: Any = typer.BadParameter.__mro__[2]


def command(name: str) -> Any:
    """The command of a name, imported now."""
    module, _, group = COMMANDS[name][0].partition(":")
    made = typer.main.get_group(getattr(import_module(f"intake.cli.{module}"), group or "commands"))
    return made if group else made.commands[name]


class _Later(TyperCommand):
    """A command's name and help, until it is called."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return command(str(self.name)).make_context(info_name, args, parent=parent, **extra)


class _Root(TyperGroup):
    """All commands, in the table's order."""

    def __init__(self, **made: Any) -> None:
        super().__init__(**made)
        self.commands = {name: _Later(name, help=about) for name, (_, about) in COMMANDS.items()}

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.commands)


app = typer.Typer(cls=_Root, help=ABOUT, no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def root(
    version: bool = typer.Option(False, "--version", help="Show the version and end.", is_eager=True),
) -> None:
    """Case intake for support addresses: mail in, a case and a promise, an acknowledgment out."""


def main() -> None:
    """The program's entry. Exit status 0 done, 1 something is wrong and was named, 2 misuse."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"intake {__version__}\n")
        return
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # a terminal that lacks a character shows its number
            stream.reconfigure(errors="backslashreplace")
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # whoever read us has gone; the interpreter would complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except typer.Abort:
        sys.exit(130)
    except Misuse as error:
        error.show()
        sys.exit(error.exit_code)
    except Exception as error:
        _complain(error)
        sys.exit(1)
    sys.exit(status if isinstance(status, int) else 0)


def _complain(error: Exception) -> None:
    """One clear line, or one for each mistake; never a traceback."""
    from sqlalchemy.exc import SQLAlchemyError

    from intake.cli.common import complain

    if isinstance(error, IntakeError):
        complain(str(error))
    elif isinstance(error, SQLAlchemyError):
        from intake.store.engine import said

        complain(said(error))
    elif isinstance(error, UnicodeEncodeError):
        # the shell hands on whatever bytes were typed
        complain("an argument is not UTF-8")
    elif isinstance(error, OSError) and error.strerror:
        complain(f"{str(error.filename or '')[:SHOWN]}: {error.strerror}".removeprefix(": "))
    else:
        complain(f"a mistake of this program: {type(error).__name__}: {error}; please report it with what you did")
