"""Commands about mails that need a person."""

import sys
from typing import Annotated

import typer

from intake import app as program
from intake.cli.acting import acting_as
from intake.cli.common import (
    AsOption,
    ConfigOption,
    JsonOption,
    Number,
    configured,
    group,
    moment,
    print_json,
    say,
    table,
)
from intake.cli.stored import read_store
from intake.errors import IntakeError
from intake.store import ledger as ledgers
from intake.store import spool
from intake.store.engine import reading

commands = group("Mails that need a person.")


@commands.command("list")
def parked_list(
    junk: Annotated[bool, typer.Option("--junk", help="Those that a trusted filter called junk.")] = False,
    automatic: Annotated[bool, typer.Option("--automatic", help="Those taken for a machine's.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Mails that need a person, the oldest first.

    Example: intake parked list
    """
    if junk and automatic:
        raise IntakeError("--junk and --automatic are two lists; ask for one of them")
    kind = "junk" if junk else "automatic" if automatic else "parked"
    settings = configured(config)
    rows = read_store(settings, lambda connection: ledgers.parked(connection, kind))
    zone = settings.settings.notices.zone or "UTC"
    if json:
        print_json(rows)
    else:
        columns = ["id", "from", "route", "since", "size", "reason"]
        shown = [
            [row["id"], row["envelope_from"], row["route"], moment(row["parked_at"], zone), row["size"], row["reason"]]
            for row in rows
        ]
        table("", columns, shown, f"no mail is {kind}")


@commands.command("show")
def parked_show(mail: Number, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Print a kept mail as it came, byte for byte; with --json, its outcomes too, and its bytes as text.

    Example: intake parked show 17 > mail.eml
    """
    databases = program.open_store(configured(config))
    try:
        raw = spool.raw(databases.spool, mail)
        with reading(databases.reading) as connection:
            outcomes = ledgers.outcomes(connection, mail)
    except KeyError:
        raise IntakeError(f"no mail has the number {mail}; `intake parked list` shows them") from None
    finally:
        databases.close()
    if json:
        print_json({"id": mail, "outcomes": outcomes, "raw": raw.decode("utf-8", "replace")})
    else:
        sys.stdout.buffer.write(raw)


@commands.command("retry")
def parked_retry(
    mail: Number,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Decide a parked mail again, or release one called junk or automatic.

    Example: intake parked retry 17
    """
    from intake.desk.receive import again

    with program.house_of(configured(config)) as house:
        if not again(house, mail, program.now()):
            raise IntakeError(
                f"mail {mail} is neither parked nor junk nor automatic; `intake parked list` shows what is"
            )
        with reading(house.databases.reading) as connection:
            rows = ledgers.outcomes(connection, mail)
    if json:
        print_json(rows)
    else:
        for row in rows:
            say(f"mail {mail} on {row['route']}: {row['outcome']}, {row['because']}")


@commands.command("spam")
def parked_spam(mail: Number, by: AsOption, config: ConfigOption = None, json: JsonOption = False) -> None:
    """Call a parked or automatic mail junk: nothing is answered, until it is released.

    Example: intake parked spam 17 --as ada@desk.example
    """
    from intake.desk import parked
    from intake.desk.sight import everything

    with program.house_of(configured(config)) as house:
        rows = parked.spam(house, everything(house), mail, acting_as(house.databases, by), program.now())
    if json:
        print_json(rows)
    else:
        for row in rows:
            say(f"mail {mail} on {row['route']}: {row['outcome']}, {row['because']}")
