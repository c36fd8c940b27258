"""Commands about reply templates: list, check, render."""

from pathlib import Path
from typing import Annotated

import typer

from intake import app as program
from intake.cli.common import ConfigOption, JsonOption, configured, group, print_json, say, table
from intake.errors import Mistakes
from intake.outbound.templateset import check_templates
from intake.store.engine import reading

commands = group("Reply templates: what there is, what is wrong, how one looks.")


@commands.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Every template that serves, with its languages.

    Example: intake template list
    """
    templates = program.serving_templates(configured(config)).templates
    rows = [{"name": each.name, "language": each.language, "version": each.version} for each in templates]
    if json:
        print_json(rows)
    else:
        table("", ["name", "language", "version"], [list(row.values()) for row in rows], "there is no template")


@commands.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="A folder of templates; without one, the configured.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Name every mistake with file and line.

    Example: intake template check templates/
    """
    mistakes = check_templates([folder] if folder else program.folders_of(configured(config), "templates"))
    if json:
        print_json([mistake.json() for mistake in mistakes])
        raise typer.Exit(1 if mistakes else 0)
    if mistakes:
        raise Mistakes(mistakes)
    say("every template is in order")


@commands.command()
def render(
    name: Annotated[str, typer.Argument(help="The template's name, such as acknowledgment.")],
    language: Annotated[str, typer.Option(help="The language.")] = "en",
    case: Annotated[str | None, typer.Option(help="A stored case; without one, sample values.")] = None,
    html: Annotated[bool, typer.Option("--html", help="The HTML in place of the text.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show how a letter looks.

    Example: intake template render acknowledgment --language de --case OX-1001
    """
    from intake.desk.trial import preview

    with program.house_of(configured(config), trial=True) as house, reading(house.databases.reading) as connection:
        words = preview(house, connection, name, language, case, program.now())
    if json:
        print_json({"subject": words.subject, "text": words.text, "html": words.html})
    else:
        say(words.html if html else f"Subject: {words.subject}\n\n{words.text}")
