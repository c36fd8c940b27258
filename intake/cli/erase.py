"""The command that erases a person's data on request."""

from typing import Annotated

import typer

from intake import app as program
from intake.cli.acting import acting_as
from intake.cli.common import AsOption, ConfigOption, JsonOption, configured, group, print_json, say
from intake.desk.acting import must_be_address

commands = group("Erasing a person's data.")


@commands.command("erase")
def erase(
    address: Annotated[str, typer.Argument(help="The person's mail address.")],
    by: AsOption,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this it is only shown.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Erase what a person wrote and what was written to them; the ledger and what was decided stay.

    Example: intake erase kim@hosting.example --as ada@desk.example --yes
    """
    from intake.desk import erasing

    must_be_address(address, "ADDRESS")
    with program.house_of(configured(config), trial=not yes) as house:
        if yes:
            found = erasing.erase(house, address, acting_as(house.databases, by), program.now())
        else:
            found = erasing.preview(house, address)
    numbers = erasing.told(found)
    if json:
        print_json(numbers | {"erased": yes})
        return
    for name, value in numbers.items():
        say(f"{name.replace('_', ' '):<26}{', '.join(value) if isinstance(value, list) else value}")
    say("erased; backups that were made before still have it" if yes else "nothing was erased; --yes does it")
