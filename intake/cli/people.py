"""Commands about customers and agents."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from intake import app as program
from intake import tomlfile
from intake.cli.common import ConfigOption, JsonOption, configured, group, print_json, say, table
from intake.desk import customers, show
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
    try:
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise IntakeError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    settings = configured(config)
    text = _from_csv(content, str(file)) if file.suffix.lower() == ".csv" else tomlfile.parse(content, str(file))
    found = customers.read_customers(text, program.serving_policies(settings), settings.settings)
    databases = program.open_store(settings)
    try:
        with databases.desk.begin() as connection:
            new, changed = people.save(connection, found)
    finally:
        databases.close()
    if json:
        print_json({"new": new, "changed": changed})
    else:
        say(f"{new} customers new, {changed} changed")


def _from_csv(content: str, file: str) -> tomlfile.TomlText:
    """A CSV with the same names; lists are separated by spaces or semicolons, targets named `targets.response.1`."""
    rows: list[dict[str, Any]] = []
    lines: dict[tomlfile.Path, int] = {}
    reader = csv.DictReader(io.StringIO(content))
    for index, row in enumerate(reader):
        values: dict[str, Any] = {}
        for name, value in row.items():
            if name and value is not None and str(value).strip():
                _put(values, name.strip().split("."), str(value).strip())
        rows.append(values)
        lines["customer", index] = reader.line_num
    return tomlfile.TomlText(file, {"customer": rows}, lines)


def _put(values: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        values = values.setdefault(step, {})
    lists = ("domains", "contacts", "support_keys")
    values[path[-1]] = value.replace(";", " ").split() if path[-1] in lists else value


@customer.command("list")
def customer_list(config: ConfigOption = None, json: JsonOption = False) -> None:
    """All customers by name.

    Example: intake customer list
    """
    rows = [show.customer_json(each) for each in _customers(config)]
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
    known = {each.name: each for each in _customers(config)}
    if name not in known:
        raise IntakeError(f'no customer is named "{name}"{tomlfile.suggestion(name, list(known))}')
    record = show.customer_json(known[name])
    if json:
        print_json(record)
        return
    for key, value in record.items():
        say(f"{key:<16}{_plain(value)}")


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{kind} {level}: {text}" for kind, each in value.items() for level, text in each.items())
    return ", ".join(value) if isinstance(value, list) else str(value or "")


def _customers(config: Path | None) -> Any:
    databases = program.open_store(configured(config))
    try:
        with reading(databases.reading) as connection:
            return people.every_customer(connection)
    finally:
        databases.close()


@agent.command("add")
def agent_add(
    address: Annotated[str, typer.Argument(help="The agent's mail address.")],
    name: Annotated[str, typer.Option(help="The name that replies go out under.")],
    zone: Annotated[str | None, typer.Option(help="The agent's time zone.")] = None,
    config: ConfigOption = None,
) -> None:
    """Add an agent, or change one.

    Example: intake agent add ada@desk.example --name "Ada Beispiel" --zone Europe/Berlin
    """
    _save_agents(config, [customers.agent(address, name, zone)])
    say(f"{address} is an agent")


@agent.command("import")
def agent_import(
    file: Annotated[Path, typer.Argument(help="A TOML file with [[agent]] tables: address, name, zone.")],
    config: ConfigOption = None,
) -> None:
    """Store agents over what was there, by address.

    Example: intake agent import agents.toml
    """
    try:
        text = tomlfile.parse(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise IntakeError(f"{file}: cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None
    found = customers.read_agents(text)
    _save_agents(config, found)
    say(f"{len(found)} agents stored")


def _save_agents(config: Path | None, found: list[people.Agent]) -> None:
    databases = program.open_store(configured(config))
    try:
        with databases.desk.begin() as connection:
            people.save_agents(connection, found)
    finally:
        databases.close()


@agent.command("list")
def agent_list(config: ConfigOption = None, json: JsonOption = False) -> None:
    """All agents by name.

    Example: intake agent list
    """
    databases = program.open_store(configured(config))
    try:
        with reading(databases.reading) as connection:
            found = people.agents(connection)
    finally:
        databases.close()
    if json:
        print_json([{"address": each.address, "name": each.name, "zone": each.zone} for each in found])
    else:
        table("", ["address", "name", "zone"], [[a.address, a.name, a.zone] for a in found], "no agent yet")
