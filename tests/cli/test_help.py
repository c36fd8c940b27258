"""Help texts: every command has one line and an example that works as it is written."""

import shlex
from typing import Any

import pytest
from running import intake

from intake.cli import COMMANDS, Misuse, command

SINGLE = {"erase", "serve", "demo", "init", "check", "ingest", "explain", "due", "forecast", "ledger", "tick"}
GROUPS = {
    "case": {"list", "show", "open", "reply", "note", "assign", "severity", "status", "waive", "spam"},
    "policy": {"list", "show", "schema", "backtest", "apply"},
    "report": {"credits"},
    "parked": {"list", "show", "retry", "spam"},
    "outbox": {"list", "show", "retry", "withhold", "release"},
    "template": {"list", "check", "render"},
    "customer": {"import", "list", "show"},
    "agent": {"add", "import", "list", "show"},
    "token": {"create", "list", "revoke"},
}
PATHS = [(name,) for name in sorted(SINGLE)] + [(group, name) for group in GROUPS for name in sorted(GROUPS[group])]


def found(path: tuple[str, ...]) -> Any:
    """A command by its words."""
    first = command(path[0])
    return first.commands[path[1]] if len(path) == 2 else first


def test_the_commands_are_those_of_the_contract() -> None:
    assert set(COMMANDS) == SINGLE | set(GROUPS)
    for group, names in GROUPS.items():
        assert names <= set(command(group).commands)


@pytest.mark.parametrize("path", PATHS, ids=" ".join)
def test_every_help_has_an_example_that_can_be_typed(path: tuple[str, ...]) -> None:
    made = found(path)
    example = made.help.partition("Example: ")[2].strip()
    words = shlex.split(example.partition(" > ")[0])
    assert words[: len(path) + 1] == ["intake", *path]
    # raises `Misuse` for an option or a number of arguments that the command does not have
    made.make_context(path[-1], words[len(path) + 1 :])
    with pytest.raises(Misuse):
        made.make_context(path[-1], ["--no-such-option"])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_the_command_says(name: str) -> None:
    assert COMMANDS[name][1] == command(name).help.partition("\n")[0]


def test_help_names_every_command_and_needs_no_database_library() -> None:
    done = intake("--help", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert done.returncode == 0
    assert all(name in done.stdout.decode() for name in COMMANDS)
    imported = done.stderr.decode()
    assert "typer" in imported
    assert not [name for name in ("sqlalchemy", "jinja2", "pydantic", "intake.app") if f" {name}\n" in imported]


def test_the_version_is_shown() -> None:
    assert intake("--version").stdout.startswith(b"intake 0.")
