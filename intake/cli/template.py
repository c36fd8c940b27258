"""Commands about reply templates: list, check, render, export."""

from pathlib import Path
from typing import Annotated

import typer

from intake import app as program
from intake.cli.common import ConfigOption, JsonOption, configured, group, many, print_json, say, table
from intake.errors import IntakeError, Mistakes
from intake.outbound.templateset import check_templates
from intake.store import published
from intake.store.engine import reading

commands = group("Reply templates: what there is, what is wrong, how one looks.")


@commands.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Every template that serves, with its languages.

    Example: intake template list
    """
    settings = configured(config)
    databases = program.open_store(settings)
    try:
        templates = program.serving_templates(settings, databases).templates
    finally:
        databases.close()
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
    from intake.app.check import template_mistakes

    mistakes = check_templates([folder]) if folder else template_mistakes(configured(config))
    if json:
        print_json([mistake.json() for mistake in mistakes])
        raise typer.Exit(1 if mistakes else 0)
    if mistakes:
        raise Mistakes(mistakes)
    say("every template is in order")


@commands.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Where to write them, each as LANGUAGE/NAME.md.")],
    config: ConfigOption = None,
) -> None:
    """Write what was published in the console to files, over those that are there.

    Example: intake template export templates/
    """
    databases = program.open_store(configured(config))
    try:
        with reading(databases.desk) as connection:
            found = published.serving(connection)
    finally:
        databases.close()
    for (language, name), each in found.items():
        file = folder / language / f"{name}.md"
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(each.text or "", encoding="utf-8")
        except OSError as error:
            raise IntakeError(f"{file}: cannot be written: {error.strerror}") from None
    say(f"{many(len(found), 'template')} written to {folder}" if found else "nothing was published in the console")


@commands.command()
def render(
    name: Annotated[str, typer.Argument(help="The template's name, such as acknowledgment.")],
    language: Annotated[
        str | None, typer.Option(help="The language; without it, that of the case's letters, else English.")
    ] = None,
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
