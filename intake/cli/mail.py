"""Commands about mails: ingest, explain, ledger, parked, outbox."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal, TypeVar

import typer
from rich.progress import Progress
from sqlalchemy import Connection

from intake import app as program
from intake.cli.common import (
    AsOption,
    ConfigOption,
    JsonOption,
    Number,
    complain,
    configured,
    err,
    group,
    instant,
    print_json,
    say,
    table,
)
from intake.config import Config
from intake.desk import trial
from intake.desk.house import House
from intake.desk.receive import again
from intake.errors import IntakeError
from intake.inbound.files import FoundMail, mails_in, new_mail
from intake.inbound.keep import Keeper
from intake.store import ledger as ledgers
from intake.store import outbox as outboxes
from intake.store import spool
from intake.store.engine import Databases, reading

commands = group("")
parked = group("Mails that need a person.")
outbox = group("Outgoing mails: what is queued, sent, failed or withheld.")

T = TypeVar("T")

ToOption = Annotated[str | None, typer.Option("--to", help="The recipient: an address of a route.")]


@commands.command()
def ingest(
    paths: Annotated[
        list[str], typer.Argument(help="Files: .eml, mbox, Maildirs, folders of them, or - for standard input.")
    ],
    to: ToOption = None,
    answer: Annotated[bool, typer.Option("--answer", help="Answer mails older than a day too.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Keep, decide and queue mails from files, then end.

    Example: intake ingest old.mbox --to support@desk.example
    """
    settings = configured(config)
    before = program.now()
    routes = program.routes(settings)
    bad = 0
    with program.house_of(settings) as house:
        keeper = Keeper(lambda mails: spool.keep(house.databases.spool, mails))
        pending = []
        old = timedelta(hours=settings.settings.answers.old_mail_hours)
        with Progress(console=err, transient=True, disable=json or not err.is_terminal) as progress:
            task = progress.add_task("keeping", total=None)
            for found in _found(paths):
                if not isinstance(found, FoundMail):
                    bad += 1
                    complain(found)
                    continue
                pending.append(keeper.keep(new_mail(found, routes, to, before, answer, old)))
                progress.advance(task)
            keeper.close()
            for future in pending:
                future.result()
            progress.update(task, description="deciding", total=len(pending), completed=0)
            program.decide_all(house, partial(progress.advance, task))
        with reading(house.databases.reading) as connection:
            counts = ledgers.counts(connection)
    if json:
        print_json({"kept": len(pending), "unreadable": bad, "ledger": counts})
    else:
        sound = "balances" if counts["balanced"] else "DOES NOT BALANCE"
        say(f"{len(pending)} mails kept and decided; the ledger {sound}")
        if pending:
            say("`intake case list` shows the cases, `intake outbox list` the letters; `serve` or `tick` sends them")
    if bad:
        raise typer.Exit(1)


def _found(paths: list[str]) -> Iterator[FoundMail | str]:
    """Every mail of every path; what is wrong with a path or a file is a line, and the rest goes on."""
    for path in paths:
        try:
            for found in mails_in(path):
                yield found if isinstance(found, FoundMail) else f"{found.name}: {found.reason}"
        except IntakeError as error:
            yield str(error)


@commands.command()
def explain(
    files: Annotated[list[str], typer.Argument(help="Files with mails, or - for standard input.")],
    to: ToOption = None,
    at: Annotated[
        str | None, typer.Option("--at", help="The instant of receipt, such as 2026-11-23T09:00:00+01:00.")
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Show what would happen to mails, and why; nothing is written.

    Example: intake explain report.eml --json
    """
    settings = configured(config)
    routes = program.routes(settings)
    received = instant(at, "--at")
    failed = False
    with (
        TemporaryDirectory() as scratch,
        _house_for_trial(settings, Path(scratch)) as house,
        reading(house.databases.reading) as connection,
    ):
        for found in _found(files):
            if not isinstance(found, FoundMail):
                failed = True
                complain(found)
                continue
            mail = new_mail(found, routes, to, program.now(), True, timedelta(days=1))
            tried = trial.Tried(found.name, mail.raw, mail.routes, received or mail.received_at, mail.envelope_from)
            for shown in trial.explain(house, connection, tried):
                print_json(shown) if json else _show_explained(shown)
    if failed:
        raise typer.Exit(1)


def _house_for_trial(settings: Config, scratch: Path) -> AbstractContextManager[House]:
    """The desk on the installation's store where there is one, else on an empty one that is thrown away."""
    if (settings.folder / "desk.db").exists() or program.database_url(settings):
        return program.house_of(settings, trial=True)
    return program.house_of(settings.with_folder(scratch))


def _show_explained(shown: dict[str, Any]) -> None:
    message = shown["message"] or {"subject": "", "from": {"name": "", "address": ""}, "kind": ""}
    say(f"{shown['file']}: {shown['outcome']} on {shown['route']} under {shown['policy']} {shown['policy_version']}")
    say(f"  from      {message['from']['name']} <{message['from']['address']}>  ({message['kind']})")
    say(f"  subject   {message['subject']}")
    if shown["severity"] is not None:
        say(f"  severity  {shown['severity']}   marks: {', '.join(shown['marks']) or 'none'}")
    for reason in shown["because"]:
        say(f"  because   {reason['clause']}: {reason['text']}")
    for key, field in shown["fields"].items():
        value = ", ".join(field["value"]) if isinstance(field["value"], list) else str(field["value"])
        off = "" if field["valid"] else "   (not on the list)"
        say(f"  field     {key} = {value.partition(chr(10))[0]}{off}")
    if shown["missing"]:
        say(f"  missing   {', '.join(shown['missing'])}")
    for clock in shown["clocks"]:
        say(f"  clock     {clock['kind']}: due {clock['due'] or 'never'}")
        for reason in clock["because"]:
            say(f"            {reason['clause']}: {reason['text']}")
    if shown["answer"]:
        answer = shown["answer"]
        say(f"  answer    {answer['template']} ({answer['language']}) to {answer['to']}: {answer['subject']}")
    if shown["no_answer_because"]:
        say(f"  no answer {shown['no_answer_because']}")


@commands.command()
def ledger(config: ConfigOption = None, json: JsonOption = False) -> None:
    """Prove that no mail is lost: received = the sum of the outcomes + waiting.

    Example: intake ledger --json
    """
    counts = _read(configured(config), ledgers.counts)
    if json:
        print_json(counts)
    else:
        names = {name: name.replace("_", " ") for name in counts if name != "balanced"}
        table("", ["mails by route", "count"], [(shown, counts[name]) for name, shown in names.items()], "")
        say("the ledger balances" if counts["balanced"] else "THE LEDGER DOES NOT BALANCE")
    if not counts["balanced"]:
        raise typer.Exit(1)


def _read(settings: Config, query: Callable[[Connection], T]) -> T:
    def read(store: Databases) -> T:
        with reading(store.reading) as connection:
            return query(connection)

    return _store(settings, read)


def _store(settings: Config, work: Callable[[Databases], T]) -> T:
    """Something done with the databases alone."""
    databases = program.open_store(settings)
    try:
        return work(databases)
    finally:
        databases.close()


@parked.command("list")
def parked_list(
    junk: Annotated[bool, typer.Option("--junk", help="Those that a trusted filter called junk.")] = False,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Mails that need a person, the oldest first.

    Example: intake parked list
    """
    kind = "junk" if junk else "parked"
    rows = _read(configured(config), lambda connection: ledgers.parked(connection, kind))
    if json:
        print_json(rows)
    else:
        columns = ["id", "route", "parked_at", "size", "reason"]
        table("", columns, [[row[name] for name in columns] for row in rows], f"no mail is {kind}")


@parked.command("show")
def parked_show(mail: Number, config: ConfigOption = None) -> None:
    """Print a kept mail as it came, byte for byte.

    Example: intake parked show 17 > mail.eml
    """
    databases = program.open_store(configured(config))
    try:
        sys.stdout.buffer.write(spool.raw(databases.spool, mail))
    except KeyError:
        raise IntakeError(f"no mail has the number {mail}; `intake parked list` shows them") from None
    finally:
        databases.close()


@parked.command("retry")
def parked_retry(
    mail: Number,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Decide a parked mail again, or release one that a filter called junk.

    Example: intake parked retry 17
    """
    with program.house_of(configured(config)) as house:
        if not again(house, mail, program.now()):
            raise IntakeError(f"mail {mail} is neither parked nor junk; `intake parked list` shows what is")
        with reading(house.databases.reading) as connection:
            rows = ledgers.outcomes(connection, mail)
    if json:
        print_json(rows)
    else:
        for row in rows:
            say(f"mail {mail} on {row['route']}: {row['outcome']}, {row['because']}")


@outbox.command("list")
def outbox_list(
    state: Annotated[
        Literal["queued", "sending", "sent", "unknown", "failed", "withheld"] | None,
        typer.Option(help="Only this state."),
    ] = None,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """Outgoing mails, the newest last.

    Example: intake outbox list --state failed
    """
    rows = [row for row in _read(configured(config), outboxes.listed) if state in (None, row["state"])]
    if json:
        print_json(rows)
    else:
        columns = ["id", "case", "kind", "to", "state", "subject", "reason"]
        table("", columns, [[row[name] for name in columns] for row in rows], "nothing is going out")


@outbox.command("show")
def outbox_show(
    number: Number,
    config: ConfigOption = None,
    json: JsonOption = False,
) -> None:
    """An outgoing mail as it is sent, with its state.

    Example: intake outbox show 3
    """
    settings = configured(config)
    shown = _read(settings, lambda connection: outboxes.show(connection, number))
    raw = _read(settings, lambda connection: outboxes.raw(connection, number))
    if shown is None or raw is None:
        raise IntakeError(f"no outgoing mail has the number {number}; `intake outbox list` shows them")
    if json:
        print_json(shown | {"raw": raw.decode("utf-8", "replace")})
        return
    to = ", ".join(shown["envelope_to"])
    say(f"{shown['state']} to {to} from <{shown['envelope_from']}>  {shown['reason'] or ''}")
    say(raw.decode("utf-8", "replace").replace("\r\n", "\n"))


@outbox.command("retry")
def outbox_retry(number: Number, config: ConfigOption = None) -> None:
    """Try a failed or waiting mail again at once.

    Example: intake outbox retry 3
    """
    _change(config, lambda connection: outboxes.retry(connection, number, program.now()))
    say(f"outgoing mail {number} is queued")


@outbox.command("withhold")
def outbox_withhold(
    number: Number,
    by: AsOption,
    config: ConfigOption = None,
) -> None:
    """Keep a queued mail back.

    Example: intake outbox withhold 3 --as ada@desk.example
    """
    _change(config, lambda connection: outboxes.withhold(connection, number, by, program.now()))
    say(f"outgoing mail {number} is withheld")


@outbox.command("release")
def outbox_release(
    number: Number,
    by: AsOption,
    config: ConfigOption = None,
) -> None:
    """Let a withheld mail go.

    Example: intake outbox release 3 --as ada@desk.example
    """
    _change(config, lambda connection: outboxes.release(connection, number, by, program.now()))
    say(f"outgoing mail {number} is queued")


def _change(config: Path | None, change: Callable[[Connection], None]) -> None:
    def write(store: Databases) -> None:
        with store.desk.begin() as connection:
            change(connection)

    _store(configured(config), write)
