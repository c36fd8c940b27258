"""Commands about cases: list, show, open, and what a person at the desk does to one."""

from typing import Annotated, Any, Literal

import typer

from intake import app as program
from intake.cli.common import (
    AsOption,
    ConfigOption,
    JsonOption,
    configured,
    given,
    group,
    local,
    print_json,
    say,
    table,
)
from intake.config import Config
from intake.core.case.act import Act
from intake.core.case.case import Case
from intake.core.mail.message import Address
from intake.desk import act, show
from intake.errors import IntakeError, Stale
from intake.store import cases, outbox, people
from intake.store.engine import reading

commands = group("Cases: list, show, open one by hand, reply, note, assign and the rest.")

Reference = Annotated[str, typer.Argument(help="The case's reference, such as OX-1042.")]
Text = Annotated[str, typer.Argument(help="The text, or - for standard input.")]
TRIES = 3


@commands.command("list")
def list_(
    state: Annotated[
        Literal["new", "open", "waiting", "resolved", "closed"] | None, typer.Option(help="Only this state.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many, the newest.")] = 1000,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Cases in the order of their numbers.

    Example: intake case list --state new
    """
    databases = program.open_store(configured(config))
    try:
        with reading(databases.reading) as connection:
            loaded = cases.load(connection, cases.listed(connection, state=state, limit=limit))
    finally:
        databases.close()
    rows = [show.summary(loaded[case_id]) for case_id in sorted(loaded)]
    if json:
        print_json(rows)
        return
    columns = ["reference", "state", "sev", "due", "subject", "marks"]
    shown = [_row(row) for row in rows]
    table("", columns, shown, "no case yet: `intake ingest FILE` or a mail to a route's address opens one")


def _row(case: dict[str, Any]) -> list[object]:
    due = local(case["due"], case["zone"])
    return [case["reference"], case["state"], case["severity"], due, case["subject"], ", ".join(case["marks"])]


@commands.command("show")
def show_(reference: Reference, config: ConfigOption = None, json: JsonOption = False) -> None:
    """A case with messages, clocks, history and reasons.

    Example: intake case show OX-1042
    """
    with program.house_of(configured(config), trial=True) as house, reading(house.databases.reading) as connection:
        case = act.find(connection, reference)
        policy = house.policy_of(connection, case)
        customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
        letters = outbox.listed(connection, case.id)
        whole = show.whole(connection, policy, case, customer, letters)
    print_json(whole) if json else _show(whole)


def _show(case: dict[str, Any]) -> None:
    zone = case["zone"]
    say(f"{case['reference']}  {case['subject']}")
    say(f"  state     {case['state']}   Severity {case['severity']}   {', '.join(case['marks'])}")
    say(f"  from      {case['from']['name']} <{case['from']['address']}>   customer {case['customer'] or 'unknown'}")
    say(f"  policy    {case['policy']} {case['policy_version']}   plan {case['plan'] or '-'}   queue {case['queue']}")
    for reason in case["because"]:
        say(f"  because   {reason['clause']}: {reason['text']}")
    if case["missing"]:
        say(f"  missing   {', '.join(case['missing'])}")
    for clock in case["clocks"]:
        ended = f", ended {local(clock['ended'], zone)}" if clock["ended"] else ""
        missed = f", MISSED {local(clock['missed'], zone)}" if clock["missed"] else ""
        due = local(clock["due"], zone) or "never"
        say(f"  clock     {clock['kind']}: {clock['state']}, due {due}{ended}{missed}")
        for reason in clock["because"]:
            say(f"            {reason['clause']}: {reason['text']}")
    for message in case["messages"]:
        say(f"\n{local(message['at'], zone)}  {message['direction']}  {message['from']['address']}")
        say(f"  {message['subject']}")
        for line in message["new_text"].splitlines():
            say(f"  | {line}")
    say("\nletters")
    for letter in case["outgoing"]:
        say(f"  {letter['id']}  {letter['kind']} to {letter['to']}: {letter['state']}  {letter['reason'] or ''}")
    say("\nhistory")
    for entry in case["history"]:
        say(f"  {local(entry['at'], zone)}  {entry['actor']}  {entry['event']}: {entry['text']}")


@commands.command("open")
def open_(
    contact: Annotated[str, typer.Option("--from", help="The caller's mail address.")],
    subject: Annotated[str, typer.Option(help="What it is about.")],
    by: AsOption,
    text: Annotated[str, typer.Option(help="What was said, fields of the form included; - for standard input.")] = "",
    name: Annotated[str, typer.Option(help="The caller's name.")] = "",
    to: Annotated[str | None, typer.Option("--to", help="The route's address; without one, the first route.")] = None,
    channel: Annotated[str, typer.Option(help="How it came: phone or portal.")] = "phone",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Open a case by hand.

    Example: intake case open --from kim@hosting.example --subject "No mail" --as ada@desk.example
    """
    settings = configured(config)
    _must_be_address(contact, "--from")
    _must_be_address(by, "--as")
    if channel not in ("phone", "portal"):
        raise IntakeError(f'--channel: "{channel}" is none; right would be phone or portal')
    with program.house_of(settings) as house:
        case = act.open_by_hand(
            house,
            contact=Address(name, contact),
            subject=subject,
            text=given(text, "--text"),
            route=to or settings.settings.route[0].address,
            channel=channel,
            by=by,
            now=program.now(),
        )
    _tell(case, json, "opened")


@commands.command()
def reply(
    reference: Reference, text: Text, by: AsOption, config: ConfigOption = None, json: JsonOption = False
) -> None:
    """Answer the customer; stops the response clock.

    Example: intake case reply OX-1042 "Please restart." --as ada@desk.example
    """
    _act(configured(config), reference, Act("reply", given(text, "the text"), by), json, "answered")


@commands.command()
def note(reference: Reference, text: Text, by: AsOption, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Add a note that no customer sees.

    Example: intake case note OX-1042 "Rang twice." --as ada@desk.example
    """
    _act(configured(config), reference, Act("note", given(text, "the text"), by), json, "noted")


@commands.command()
def assign(
    reference: Reference,
    to: Annotated[str, typer.Argument(help="An agent's address; empty for nobody.")],
    by: AsOption,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Give the case to somebody.

    Example: intake case assign OX-1042 bo@desk.example --as ada@desk.example
    """
    if to:
        _must_be_address(to, "the agent")
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
    key: Annotated[str, typer.Argument(help="The field's key, such as track_id.")],
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


def _act(settings: Config, reference: str, wanted: Act, json: bool, done: str) -> None:
    _must_be_address(wanted.by, "--as")
    with program.house_of(settings) as house:
        for attempt in range(TRIES):
            try:
                case = act.perform(house, reference, wanted, program.now())
                break
            except Stale:
                if attempt == TRIES - 1:
                    raise
    _tell(case, json, done)


def _tell(case: Case, json: bool, done: str) -> None:
    if json:
        print_json(show.summary(case))
    else:
        say(f"{case.reference} {done}")


def _must_be_address(written: str, what: str) -> None:
    local, at, domain = written.rpartition("@")
    if not (local and at and domain) or any(each.isspace() or each in "<>,;" for each in written):
        raise IntakeError(f'{what}: "{written}" is no mail address; right would be ada@desk.example')
