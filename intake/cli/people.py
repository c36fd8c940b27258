"""Commands about customers and agents."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from intake import app as program
from intake import tomlfile
from intake.cli.acting import acting_as
from intake.cli.common import (
    AsOption,
    ConfigOption,
    JsonOption,
    configured,
    group,
    many,
    print_json,
    read_text,
    say,
    table,
)
from intake.cli.stored import read_store
from intake.desk import customer_changes, customers, service_credits, show
from intake.desk.acting import acting
from intake.desk.customer_files import tables_in
from intake.desk.house import House, own_addresses, roles_of
from intake.desk.show import plain
from intake.errors import IntakeError
from intake.store import people
from intake.store.engine import reading

customer = group("Customers: who writes to us, and what was agreed.")
agent = group("Agents: who answers.")


@customer.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A TOML or CSV file.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Store customers over what was there, by name; all of the file or nothing.

    Example: intake customer import customers.toml
    """
    text = _parsed(file, "customer")
    settings = configured(config)
    found = customers.read_customers(text, program.serving_policies(settings), settings.settings)
    databases = program.open_store(settings)
    try:
        with databases.desk.begin() as connection:
            seen = customer_changes.changes(connection, found)
            new, changed = customer_changes.store(connection, found, seen.seal)
    finally:
        databases.close()
    _say_stored("customer", new, changed, len(found) - new - changed, json)


def _say_stored(what: str, new: int, changed: int, same: int, json: bool) -> None:
    if json:
        print_json({"new": new, "changed": changed, "same": same})
    else:
        say(f"{many(new, what)} new, {changed} changed, {same} the same")


def _parsed(file: Path, what: str) -> tomlfile.TomlText:
    """A TOML file with tables of that name, or a CSV with one in each line. Raises `IntakeError`."""
    return tables_in(read_text(file), str(file), what)


@customer.command("list")
def customer_list(config: ConfigOption = None, json: JsonOption = False) -> None:
    """All customers by name.

    Example: intake customer list
    """
    rows = [show.customer_json(each) for each in read_store(configured(config), people.every_customer)]
    if json:
        print_json(rows)
        return
    shown = [[row["name"], row["policy"], row["plan"], ", ".join(row["domains"]), row["zone"]] for row in rows]
    table("", ["name", "policy", "plan", "domains", "zone"], shown, "no customer yet: `intake customer import FILE`")


@customer.command("show")
def customer_show(
    name: Annotated[str, typer.Argument(help="The customer's name.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """One customer's record.

    Example: intake customer show "Beispiel Hosting"
    """
    with program.house_of(configured(config), trial=True) as house, reading(house.databases.reading) as connection:
        known = {each.name: each for each in people.every_customer(connection)}
        if name not in known:
            raise IntakeError(f'no customer is named "{name}"{tomlfile.suggestion(name, list(known))}')
        earned = list(service_credits.of_store(house, connection, program.now(), customer=name))
    record = show.customer_json(known[name])
    if json:
        print_json(record | {"credits": [each.json() for each in earned]})
        return
    for key, value in record.items():
        say(f"{key:<16}{plain(value)}")
    for each in earned:
        say(f"{'credit':<16}{many(each.credit.days, 'day')}, {each.case}: {each.credit.because.text}")


@agent.command("add")
def agent_add(
    address: Annotated[str, typer.Argument(help="The agent's mail address.")],
    name: Annotated[str, typer.Option(help="The name that replies go out under.")],
    zone: Annotated[str | None, typer.Option(help="The agent's time zone.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Add an agent, or change one.

    Example: intake agent add ada@desk.example --name "Ada Beispiel" --zone Europe/Berlin
    """
    made = customers.agent(address, name, zone)
    _save_agents(config, [made])
    print_json(asdict(made)) if json else say(f"{made.address} is an agent")


@agent.command("import")
def agent_import(
    file: Annotated[Path, typer.Argument(help="A TOML file with [[agent]] tables, or CSV: address, name, zone.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Store agents over what was there, by address; all of the file or nothing.

    Example: intake agent import agents.toml
    """
    found = customers.read_agents(_parsed(file, "agent"))
    new, changed = _save_agents(config, found)
    _say_stored("agent", new, changed, len(found) - new - changed, json)


def _save_agents(config: Path | None, found: list[people.Agent]) -> tuple[int, int]:
    settings = configured(config)
    customers.must_be_no_route(found, own_addresses(settings.settings))
    databases = program.open_store(settings)
    try:
        with databases.desk.begin() as connection:
            known = {each.address: each for each in people.agents(connection)}
            others = [each for each in found if known.get(each.address) != each]
            people.save_agents(connection, others)
    finally:
        databases.close()
    new = sum(each.address not in known for each in others)
    return new, len(others) - new


@agent.command("remove")
def agent_remove(
    address: Annotated[str, typer.Argument(help="The agent's mail address.")],
    by: AsOption,
    to: Annotated[
        str, typer.Option(help="Who gets the open cases: an agent or a role; else the role that their policy reminds.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Take an agent who leaves off the list: no mail of theirs is obeyed any more, and their cases go on.

    Example: intake agent remove ada@desk.example --to bo@desk.example --as lead@desk.example --yes
    """
    from intake.desk import leaving

    with program.house_of(configured(config), trial=not yes) as house:
        if yes:
            taking = _taking(house, to)
            found = leaving.leave(house, address, taking, acting_as(house.databases, by), program.now())
        else:
            found = leaving.preview(house, address)
    if json:
        print_json(found.json() | {"removed": yes})
        return
    say(f"{'open cases':<20}{', '.join(found.open) or 'none'}")
    say(f"{'cases that are over':<20}{found.over}")
    say(f"{found.address} is no agent any more" if yes else "nothing was done; --yes does it")


def _taking(house: House, to: str) -> str:
    """Who gets the cases: an agent's address, a role, or "" for the policies' own. Raises `IntakeError`."""
    if not to.strip() or to in house.settings.roles:
        return to.strip()
    with reading(house.databases.reading) as connection:
        address, doubt = acting(people.agents(connection), to)
    if doubt:
        raise IntakeError(f"--to: {doubt}")
    return address


@agent.command("show")
def agent_show(
    named: Annotated[str, typer.Argument(help="The agent's address or name.")],
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """One agent, with the roles that they answer for.

    Example: intake agent show ada@desk.example
    """
    settings = configured(config)
    known = read_store(settings, people.agents)
    address, doubt = acting(known, named)
    if doubt:
        raise IntakeError(doubt)
    found = next(each for each in known if each.address == address)
    record = asdict(found) | {"roles": sorted(roles_of(settings.settings, address))}
    if json:
        print_json(record)
        return
    for key, value in record.items():
        say(f"{key:<16}{plain(value)}")


@agent.command("list")
def agent_list(config: ConfigOption = None, json: JsonOption = False) -> None:
    """All agents by name.

    Example: intake agent list
    """
    found = read_store(configured(config), people.agents)
    if json:
        print_json([asdict(each) for each in found])
    else:
        table(
            "",
            ["address", "name", "zone"],
            [[a.address, a.name, a.zone] for a in found],
            "no agent yet: `intake agent add ADDRESS --name NAME`",
        )
