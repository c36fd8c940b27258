"""Commands about cases: list, show, open, and what a person at the desk does to one."""

from typing import Annotated, Any, Literal

import typer

from intake import app as program
from intake.cli.acting import acting_as
from intake.cli.case_acts import Reference, tell
from intake.cli.case_acts import commands as acts
from intake.cli.common import (
    AsOption,
    ConfigOption,
    JsonOption,
    QueueOption,
    configured,
    given,
    group,
    local,
    many,
    named,
    print_json,
    say,
    say_hidden,
    say_reason,
    table,
)
from intake.core.mail.message import Address
from intake.core.policy.because import HOUSE
from intake.desk import service_credits, show, work_list
from intake.desk.acting import must_be_address
from intake.desk.privacy import View
from intake.errors import IntakeError
from intake.store import outbox, people
from intake.store.engine import reading

commands = group("Cases: list, show, open one by hand, reply, note, assign and the rest.")


@commands.command("list")
def list_(
    state: Annotated[
        Literal["new", "open", "waiting", "resolved", "closed"] | None, typer.Option(help="Only this state.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 1000,
    queue: QueueOption = None,
    search: Annotated[
        str, typer.Option(help="Only cases with all of these words in a message or their heading, the newest first.")
    ] = "",
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """The work list: open cases in the order of their policies, then those that are over.

    Example: intake case list --state new
    """
    settings = configured(config)
    view = View(settings.settings, queue, everything=json)
    databases = program.open_store(settings)
    try:
        policies = program.policies_in_use(settings, databases)
        with reading(databases.reading) as connection:
            found = (
                work_list.found(connection, policies, search, state, limit, shown=view.shows)
                if search.strip()
                else work_list.listed(connection, policies, state, limit, queue=queue, shown=view.shows)
            )
            rows = [row.json() for row in found]
    finally:
        databases.close()
    if json:
        print_json(rows)
        return
    if not rows:
        view.found_nothing()
    columns = ["reference", "state", "sev", "due", "subject", "marks", "why here"]
    shown = [_row(row) for row in rows]
    none = "no case yet: `intake ingest FILE` or a mail to a route's address opens one"
    narrowed = "no such case" if state or queue or view.hidden else none
    table("", columns, shown, "no case has all of these words" if search.strip() else narrowed)
    say_hidden(view.hidden)


def _row(case: dict[str, Any]) -> list[object]:
    due, marks = local(case["due"], case["zone"]), ", ".join(case["marks"])
    return [case["reference"], case["state"], case["severity"], due, case["subject"], marks, case["place_because"]]


@commands.command("show")
def show_(reference: Reference, config: ConfigOption = None, json: JsonOption = False) -> None:
    """A case with messages, clocks, history and reasons.

    Example: intake case show OX-1042
    """
    from intake.desk import act

    with program.house_of(configured(config), trial=True) as house, reading(house.databases.reading) as connection:
        case = act.find(connection, reference)
        policy = house.policy_of(connection, case)
        customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
        letters = outbox.listed(connection, case.id)
        earned = service_credits.of_case(policy, case, program.now())
        language = house.settings.service.language
        whole = show.whole(connection, policy, case, customer, letters, language) | {"credits": earned}
    print_json(whole) if json else _show(whole)


def _show(case: dict[str, Any]) -> None:
    zone = case["zone"]
    say(f"{case['reference']}  {case['subject']}")
    say(f"  state     {case['state']}   Severity {case['severity']}   {', '.join(case['marks'])}")
    say(f"  from      {named(case['from'])}   customer {case['customer'] or 'unknown'}")
    say(f"  policy    {case['policy']} {case['policy_version']}   plan {case['plan'] or '-'}   queue {case['queue']}")
    for reason in case["because"]:
        say(f"  because   {reason['clause']}: {reason['text']}")
    for name, value in (
        ("with", case["assignee"]),
        ("escalated", _escalated(case)),
        ("theirs", ", ".join(case["their_numbers"])),
        ("part of", case["merged_into"]),
        ("missing", ", ".join(case["missing"])),
    ):
        if value:
            say(f"  {name:<9} {value}")
    for task in case["tasks"]:
        done = f"done {local(task['done'], zone)}" if task["done"] else f"owed by {task['owner']}"
        say(f"  follow-up {task['name']}: {task['title']}, {done}")
    _show_clocks(case)
    for credit in case["credits"]:
        say(f"  credit    {many(credit['days'], 'day')}   {credit['because']['clause']}: {credit['because']['text']}")
    for message in case["messages"]:
        _show_message(message, zone)
    say("\nletters")
    for letter in case["outgoing"]:
        to = ", ".join((letter["to"], *letter["cc"]))
        say(f"  {letter['id']}  {letter['kind']} to {to}: {letter['state']}  {letter['reason'] or ''}")
    say("\nhistory")
    for entry in case["history"]:
        clauses = ", ".join(dict.fromkeys(each["clause"] for each in entry["because"] if each["clause"] != HOUSE))
        why = f" ({clauses})" if clauses and entry["event"] != "opened" else ""
        say(f"  {local(entry['at'], zone)}  {entry['actor']}  {entry['event']}: {entry['text']}{why}")


def _escalated(case: dict[str, Any]) -> str:
    found = case["escalation"]
    return f"level {found['level']}, {found['owner']}, since {local(found['since'], case['zone'])}" if found else ""


def _show_clocks(case: dict[str, Any]) -> None:
    zone = case["zone"]
    for clock in case["clocks"]:
        ended = f", ended {local(clock['ended'], zone)}" if clock["ended"] else ""
        missed = f", MISSED {local(clock['missed'], zone)}" if clock["missed"] else ""
        due = local(clock["due"], zone) or "never"
        say(f"  clock     {clock['kind']}: {clock['state']}, due {due}{ended}{missed}")
        for reason in clock["because"]:
            say_reason(reason, 12)
        if clock["pauses"] and clock["pauses"][-1]["to"] is None:
            stands = clock["pauses"][-1]
            say(f"            stands still since {local(stands['from'], zone)}: {stands['because']}")


def _show_message(message: dict[str, Any], zone: str) -> None:
    mark = "  unverified" if message["unverified"] else ""
    number = f"  mail {message['mail']}" if message["mail"] else ""
    say(f"\n{local(message['at'], zone)}  {message['direction']}  {message['from']['address']}{number}{mark}")
    say(f"  {message['subject']}")
    for line in message["new_text"].splitlines():
        say(f"  | {line}")
    for file in message["attachments"]:
        said = {True: ", sent along", False: ", not sent along"}.get(file.get("sent"), "")
        say(f"  file  {file['filename']}  {file['size']} bytes{said}")


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
    from intake.desk import act

    settings = configured(config)
    must_be_address(contact, "--from")
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
            by=acting_as(house.databases, by),
            now=program.now(),
        )
    tell(case, json, "opened")


commands.registered_commands += acts.registered_commands
