"""Commands about tokens of the API."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

import typer

from intake import app as program
from intake.cli.acting import acting_as
from intake.cli.common import AsOption, ConfigOption, JsonOption, configured, group, print_json, say, table
from intake.cli.stored import read_store, with_store
from intake.errors import IntakeError
from intake.store import accounts, tokens
from intake.store.engine import Databases
from intake.store.tokens import LONGEST_NAME, Token
from intake.web.api.scopes import MEANING, checked

commands = group("Tokens of the API: create, list, revoke.")

SCOPES = "; ".join(f"{scope}: {meaning}" for scope, meaning in MEANING.items())


@commands.command()
def create(
    address: Annotated[str, typer.Argument(help="Whose it is: the address of somebody with a role in the console.")],
    name: Annotated[str, typer.Option(help="What it is for.")],
    scope: Annotated[list[str], typer.Option(help=f"What it is good for; may be given again. {SCOPES}.")],
    by: AsOption,
    days: Annotated[int | None, typer.Option(min=1, max=3_650, help="It ends after so many days.")] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Make a token. It is shown once, and never does more than its owner's role may.

    Example: intake token create ada@desk.example --name dashboard --scope cases:read --days 90 --as ada@desk.example
    """
    now = program.now()
    ends = now + timedelta(days=days) if days else None
    if not name.strip() or not name.isprintable() or len(name) > LONGEST_NAME:
        raise IntakeError(f"--name: 1 to {LONGEST_NAME} characters say what the token is for")

    def make(store: Databases) -> tuple[Token, str]:
        who = acting_as(store, by)
        with store.desk.begin() as connection:
            owner = accounts.account(connection, address)
            if owner is None or owner.role is None:
                raise IntakeError(f"{address} has no role in the console; an admin gives one on its page People")
            return tokens.create(connection, owner.address, name, checked(scope, owner.role), who, now, ends)

    made, secret = with_store(configured(config), make)
    if json:
        print_json(_json(made) | {"token": secret})
        return
    say(f"token {made.id} of {made.address}: {', '.join(made.scopes)}; it is shown now and never again")
    say(secret)


@commands.command("list")
def list_(config: ConfigOption = None, json: JsonOption = False) -> None:
    """All tokens there were, without their secrets.

    Example: intake token list
    """
    found = read_store(configured(config), tokens.listed)
    if json:
        print_json([_json(each) for each in found])
        return
    rows = [[each.id, each.address, each.name, ", ".join(each.scopes), each.state(program.now())] for each in found]
    table("", ["id", "owner", "name", "scopes", "state"], rows, "no token yet: `intake token create` makes one")


@commands.command()
def revoke(
    number: Annotated[int, typer.Argument(min=1, max=2**63 - 1, help="The token's number.")],
    by: AsOption,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """End a token at once.

    Example: intake token revoke 3 --as ada@desk.example
    """

    def end(store: Databases) -> Token:
        who = acting_as(store, by)
        with store.desk.begin() as connection:
            return tokens.revoke(connection, number, who, program.now())

    ended = with_store(configured(config), end)
    print_json(_json(ended)) if json else say(f"token {ended.id} of {ended.address} is good no more")


def _json(token: Token) -> dict[str, Any]:
    instants = ("made_at", "ends_at", "used_at", "revoked_at")
    written = {name: at.isoformat() if (at := getattr(token, name)) else None for name in instants}
    return asdict(token) | written | {"scopes": list(token.scopes), "state": token.state(program.now())}
