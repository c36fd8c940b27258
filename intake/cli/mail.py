"""Commands about mails that come in: ingest, explain, ledger."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import Progress

from intake import app as program
from intake.cli.common import (
    ConfigOption,
    JsonOption,
    complain,
    configured,
    err,
    group,
    instant,
    local,
    many,
    named,
    print_json,
    say,
    say_reason,
    table,
)
from intake.cli.stored import read_store
from intake.config import Config
from intake.desk import readers
from intake.errors import IntakeError
from intake.inbound.files import FoundMail, mails_in, new_mail
from intake.store import ledger as ledgers
from intake.store import spool
from intake.store.audit import Finding
from intake.store.audit import audit as audits
from intake.store.engine import reading

if TYPE_CHECKING:
    from intake.desk.house import House

commands = group("")

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
    readers.start()
    from intake.inbound.keep import Keeper

    before = program.now()
    routes = program.routes(settings)
    bad = 0
    with program.house_of(settings) as house:
        keeper = Keeper(lambda mails: spool.keep(house.databases.spool, mails))
        pending = []
        kept: list[int] = []
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
                kept.append(future.result())
            progress.update(task, description="deciding", total=len(pending), completed=0)
            program.decide_all(house, program.now(), partial(progress.advance, task))
        with reading(house.databases.reading) as connection:
            counts = ledgers.counts(connection)
            known = ledgers.known_already(connection, kept)
    if json:
        print_json({"kept": len(pending), "known": known, "unreadable": bad, "ledger": counts})
    else:
        sound = "balances" if counts["balanced"] else "DOES NOT BALANCE"
        again = f", {known} known already" if known else ""
        say(f"{many(len(pending), 'mail')} kept and decided{again}; the ledger {sound}")
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
    received = instant(at, "--at")
    readers.start()
    from intake.desk import trial

    routes = program.routes(settings)
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


def _house_for_trial(settings: Config, scratch: Path) -> "AbstractContextManager[House]":
    """The desk on the installation's store where there is one, else on an empty one that is thrown away."""
    if (settings.folder / "desk.db").exists() or program.database_url(settings):
        return program.house_of(settings, trial=True)
    return program.house_of(settings.with_folder(scratch))


def _show_explained(shown: dict[str, Any]) -> None:
    message = shown["message"] or {"subject": "", "from": {"name": "", "address": ""}, "kind": ""}
    say(f"{shown['file']}: {shown['outcome']} on {shown['route']} under {shown['policy']} {shown['policy_version']}")
    say(f"  from      {named(message['from'])}  ({message['kind']})")
    say(f"  subject   {message['subject']}")
    if shown["severity"] is not None:
        say(f"  severity  {shown['severity']}   marks: {', '.join(shown['marks']) or 'none'}")
    for reason in shown["because"]:
        say(f"  because   {reason['clause']}: {reason['text']}")
    for key, field in shown["fields"].items():
        value = ", ".join(field["value"]) if isinstance(field["value"], list) else str(field["value"])
        off = "" if field["valid"] else "   (not a value that counts)"
        say(f"  field     {key} = {value.partition(chr(10))[0]}{off}")
    if shown["missing"]:
        say(f"  missing   {', '.join(shown['missing'])}")
    for clock in shown["clocks"]:
        ended = f"ended {local(clock['ended'], shown['zone'])}, " if clock["ended"] else ""
        say(f"  clock     {clock['kind']}: {ended}due {local(clock['due'], shown['zone']) or 'never'}")
        for reason in clock["because"]:
            say_reason(reason, 12)
    if shown["answer"]:
        answer = shown["answer"]
        say(f"  answer    {answer['template']} ({answer['language']}) to {answer['to']}: {answer['subject']}")
    if shown["no_answer_because"]:
        say(f"  {'withheld ' if shown['answer'] else 'no answer'} {shown['no_answer_because']}")
    for letter in shown["letters"]:
        to = ", ".join((letter["to"], *letter["cc"]))
        files = f" with {', '.join(letter['attachments'])}" if letter["attachments"] else ""
        say(f"  letter    {letter['template']} to {to}{files}")


@commands.command()
def ledger(
    config: ConfigOption = None,
    audit: Annotated[
        bool, typer.Option("--audit", help="Look at every row, and say which break what must always hold.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Prove that no mail is lost: received = the sum of the outcomes + waiting.

    Example: intake ledger --json
    """
    counts, findings = read_store(
        configured(config), lambda connection: (ledgers.counts(connection), audits(connection) if audit else [])
    )
    broken = [each for each in findings if each.broken]
    if json:
        print_json(counts | ({"audit": [asdict(each) for each in findings]} if audit else {}))
    else:
        names = {name: name.replace("_", " ") for name in counts if name != "balanced"}
        table("", ["mails by route", "count"], [(shown, counts[name]) for name, shown in names.items()], "")
        say("the ledger balances" if counts["balanced"] else "THE LEDGER DOES NOT BALANCE")
        _show_findings(findings)
    if broken or not counts["balanced"]:
        raise typer.Exit(1)


def _show_findings(findings: list[Finding]) -> None:
    for each in findings:
        say(f"{'BROKEN' if each.broken else 'holds '}  {each.rule} ({each.looked_at} looked at)")
        for example in each.examples:
            say(f"          {example}")
        if each.broken > len(each.examples):
            say(f"          and {each.broken - len(each.examples)} more")
