"""What a person at the desk does to a case, a command each."""

from collections.abc import Sequence
from dataclasses import replace
from mimetypes import guess_type
from pathlib import Path
from typing import Annotated, Literal

import typer

from intake import app as program
from intake.cli.acting import acting_as, assignee
from intake.cli.common import AsOption, ConfigOption, JsonOption, complain, configured, given, group, print_json, say
from intake.config import Config
from intake.core.case.act import Act
from intake.core.case.case import Case
from intake.desk import show
from intake.errors import IntakeError, Stale

commands = group("What a person does to a case.")

Reference = Annotated[str, typer.Argument(help="The case's reference, such as OX-1042.")]
Text = Annotated[str, typer.Argument(help="The text, or - for standard input.")]
Because = Annotated[str, typer.Option(help="The reason, for the history.")]
TRIES = 3


@commands.command()
def reply(
    reference: Reference,
    text: Text,
    by: AsOption,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="It is a question: the customer has the next turn.")
    ] = False,
    attach: Annotated[
        list[Path] | None, typer.Option("--attach", metavar="FILE", help="A file to go along; may be given again.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Answer the customer; stops the response clock.

    Example: intake case reply OX-1042 "Please restart." --as ada@desk.example
    """
    what = "ask" if waiting else "reply"
    _act(configured(config), reference, Act(what, given(text, "the text"), by), json, "answered", attach or ())


@commands.command()
def note(reference: Reference, text: Text, by: AsOption, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Add a note that no customer sees.

    Example: intake case note OX-1042 "Rang twice." --as ada@desk.example
    """
    _act(configured(config), reference, Act("note", given(text, "the text"), by), json, "noted")


@commands.command()
def assign(
    reference: Reference,
    to: Annotated[str, typer.Argument(help="An agent's address or name, or a role; nobody for no one.")],
    by: AsOption,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Give the case to somebody.

    Example: intake case assign OX-1042 bo@desk.example --as ada@desk.example
    """
    _act(configured(config), reference, Act("assign", to, by), json, "assigned")


@commands.command()
def severity(
    reference: Reference,
    level: Annotated[str, typer.Argument(help="The severity.")],
    by: AsOption,
    because: Annotated[str, typer.Option(help="The reason, for the history.")] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Set the severity; clocks are reckoned anew.

    Example: intake case severity OX-1042 2 --because "no workaround" --as ada@desk.example
    """
    _act(configured(config), reference, Act("severity", level, by, because), json, f"now Severity {level}")


@commands.command()
def status(
    reference: Reference,
    state: Annotated[Literal["open", "waiting", "resolved", "closed"], typer.Argument(help="The new state.")],
    by: AsOption,
    because: Annotated[str, typer.Option(help="The reason, for the history.")] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Set the state.

    Example: intake case status OX-1042 waiting --as ada@desk.example
    """
    _act(configured(config), reference, Act("status", state, by, because), json, f"now {state}")


@commands.command()
def waive(
    reference: Reference,
    key: Annotated[str, typer.Argument(help="The field's key, such as track_id, or its name in the form.")],
    by: AsOption,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Do without a field of the form.

    Example: intake case waive OX-1042 track_id --as ada@desk.example
    """
    _act(configured(config), reference, Act("waive", key, by), json, f"{key} is not asked for any more")


@commands.command()
def spam(reference: Reference, by: AsOption, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Close the case as spam; nothing more is answered.

    Example: intake case spam OX-1042 --as ada@desk.example
    """
    _act(configured(config), reference, Act("spam", "", by), json, "closed as spam")


@commands.command()
def merge(
    reference: Reference,
    into: Annotated[str, typer.Option("--into", help="The case that goes on.")],
    by: AsOption,
    because: Because = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Make a case a part of another one: mails, people and the sooner promise go over, and its threads follow.

    Example: intake case merge OX-1043 --into OX-1042 --as ada@desk.example
    """
    from intake.desk import merging

    with program.house_of(configured(config)) as house:
        by = acting_as(house.databases, by)
        case = merging.merge(house, reference, into, by, because, program.now())
    tell(case, json, f"has {reference} in it")


@commands.command()
def split(
    reference: Reference,
    mail: Annotated[list[int], typer.Option("--mail", help="A mail's number; may be given again.")],
    by: AsOption,
    because: Because = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Open a case of its own for some mails of a case; answers to them follow.

    Example: intake case split OX-1042 --mail 17 --as ada@desk.example
    """
    from intake.desk import merging

    with program.house_of(configured(config)) as house:
        by = acting_as(house.databases, by)
        case = merging.split(house, reference, mail, by, because, program.now())
    tell(case, json, f"was split off {reference}")


def _act(settings: Config, reference: str, wanted: Act, json: bool, done: str, attached: Sequence[Path] = ()) -> None:
    from intake.desk import act, enclosures

    with program.house_of(settings) as house:
        files = enclosures.given(house, map(_file, attached))
        wanted = replace(wanted, by=acting_as(house.databases, wanted.by))
        if wanted.what == "assign":
            wanted = replace(wanted, value=assignee(house, wanted.value))
        for attempt in range(TRIES):
            try:
                made = act.perform(house, reference, wanted, program.now(), files=files)
                break
            except Stale:
                if attempt == TRIES - 1:
                    raise
    for warning in made.warnings:
        complain(f"warning: {warning}")
    tell(made.case, json, done)


def _file(path: Path) -> tuple[str, str, bytes]:
    """A file's name, the type that its name says, and its bytes. Raises `IntakeError`."""
    try:
        return path.name, guess_type(path.name)[0] or "", path.read_bytes()
    except OSError as error:
        raise IntakeError(f"cannot attach {path}: {error.strerror or error}") from None


def tell(case: Case, json: bool, done: str) -> None:
    """Says what became of a case."""
    if json:
        print_json(show.summary(case))
    else:
        say(f"{case.reference} {done}")


def _plain(name: str, about: str, done: str) -> None:
    """A command for an act that takes nothing but a reason."""

    def command(
        reference: Reference, by: AsOption, because: Because = "", config: ConfigOption = None, json: JsonOption = False
    ) -> None:
        _act(configured(config), reference, Act(name, "", by, because), json, done)

    example = f'Example: intake case {name} OX-1042 --because "what was done" --as ada@desk.example'
    commands.command(name, help=f"{about}\n\n{example}")(command)


def _worded(name: str, about: str, argument: str, example: str, done: str) -> None:
    """A command for an act with one argument, and a reason."""

    def command(
        reference: Reference,
        value: Annotated[str, typer.Argument(help=argument)],
        by: AsOption,
        because: Because = "",
        config: ConfigOption = None,
        json: JsonOption = False,
    ) -> None:
        _act(configured(config), reference, Act(name, given(value, "the argument"), by, because), json, done)

    shown = f"Example: intake case {name} OX-1042 {example} --as ada@desk.example"
    commands.command(name, help=f"{about}\n\n{shown}")(command)


for _row in (
    (
        "workaround",
        "A workaround was given: resolution is met, the severity drops.",
        "has a workaround",
    ),
    ("cannot-go-on", "The customer cannot go on with it for now: the severity drops.", "waits for the customer"),
    ("restored", "The service is back: the severity drops by the policy.", "is restored"),
    ("not-ours", "The cause is not ours: the resolution target ends.", "is not ours"),
    ("escalate", "Move the case one level up its ladder.", "escalated"),
    ("have-it", "You have it: notices are not repeated.", "is yours"),
):
    _plain(*_row)
for _words in (
    ("consent", "Record the end customer's consent.", "Who gave it, and how.", '"by telephone"', "has the consent"),
    ("critical", "Say whether the case is critical.", "yes: critical; no: not critical.", "yes", "decided"),
    ("exempt", "Say whether the policy's targets hold.", "yes: exempt; no: not exempt.", "yes", "decided"),
    ("agreed", "Record what was agreed with the customer; no clock moves.", "What.", '"a call at 18:00"', "noted"),
    ("correct", "Take a miss back, with a reason.", "The clock: response, update, resolution or escalation.",
     'response --because "rang at 10:05"', "corrected"),
    ("cc", "Answers of people go to an address, too.", "The address.", "lee@partner.example", "goes there as well"),
    ("uncc", "Answers of people go to an address no more.", "The address.", "lee@partner.example",
     "goes there no more"),
    ("customer", "The case is somebody else's.", "The address.", "kim@hosting.example", "handed over"),
    ("done", "A follow-up is done.", "Its name.", "root-cause-analysis", "follow-up done"),
):  # fmt: skip
    _worded(*_words)
