"""The demo: the program on its embedded default in a fresh folder, with sample customers and mails over real SMTP."""

import smtplib
import socket
import sys
import time
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from shutil import which
from tempfile import mkdtemp
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress
from rich.text import Text

from intake import tomlfile
from intake.app.program import Program
from intake.cli.common import err, print_json, say, table, visible
from intake.config import Config, load
from intake.core.case.case import Case
from intake.desk import customers, show
from intake.errors import IntakeError
from intake.shipped import shipped
from intake.store import cases, ledger, outbox, people
from intake.store.engine import reading

SAMPLES = Path(__file__).parent / "samples"
PATIENCE_SECONDS = 60.0
LOOK_SECONDS = 0.05


def run_demo(once: bool, folder: Path | None, json: bool) -> None:
    """Runs the demo; with `once` it ends by itself, else when it is stopped. Raises `IntakeError`."""
    home = folder or Path(mkdtemp(prefix="intake-demo-"))
    config = _configuration(home)
    running = Program(config)
    _people(running)
    running.start()
    try:
        if not json:
            say(f"intake runs in {home}, taking mail on {running.listening[0]}\n")
        _send_all(running)
        if json:
            _print(running, home)
        else:
            _show(running)
            _where_next(config, running, once)
        if not once:
            running.wait()
    finally:
        running.close()


def _configuration(home: Path) -> Config:
    """The example configuration in the demo's folder, on free ports where its own are taken."""
    file = home / "config.toml"
    try:
        home.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            text = shipped("config.example.toml").read_text(encoding="utf-8")
            for port in (8025, 8026):
                text = text if _is_free(port) else text.replace(f"127.0.0.1:{port}", "127.0.0.1:0")
            file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise IntakeError(f"{home}: cannot be written: {error.strerror}") from None
    return load(file)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _people(running: Program) -> None:
    text = tomlfile.parse((SAMPLES / "customers.toml").read_text(encoding="utf-8"), "customers.toml")
    found = customers.read_customers(text, running.house.policies, running.config.settings)
    with running.databases.desk.begin() as connection:
        people.save(connection, found)


def _send_all(running: Program) -> None:
    """Sends each sample by SMTP and waits until it is decided: later ones answer letters of earlier ones."""
    host, _, port = running.listening[0].removeprefix("smtp ").rpartition(":")
    files = sorted(SAMPLES.glob("*.eml"))
    with Progress(console=err, disable=not err.is_terminal) as progress:
        task = progress.add_task("mails over SMTP", total=len(files))
        for file in files:
            raw = _filled(running, file.read_bytes())
            mail = message_from_bytes(raw)
            with smtplib.SMTP(host, int(port), timeout=PATIENCE_SECONDS) as client:
                client.sendmail(
                    "" if mail["Auto-Submitted"] else _writer(mail), [str(mail["To"])], raw.replace(b"\n", b"\r\n")
                )
            _wait_until_decided(running)
            progress.advance(task)
    _wait_for_letters(running)


def _writer(mail: Message) -> str:
    """The address in From."""
    return str(mail["From"]).rpartition("<")[2].rstrip(">")


def _filled(running: Program, raw: bytes) -> bytes:
    """A sample that answers a letter names the Message-ID and Reply-To of the letter that its writer got last."""
    if b"{letter" not in raw:
        return raw
    writer = _writer(message_from_bytes(raw))
    with reading(running.databases.reading) as connection:
        rows = [row for row in outbox.listed(connection) if row["to"] == writer]
        if not rows:
            raise IntakeError(f"the demo found no letter to {writer}")
        letter = message_from_bytes(outbox.raw(connection, rows[-1]["id"]) or b"")
    reply_to = str(letter["Reply-To"]).rpartition("<")[2].rstrip(">")
    return (
        raw.replace(b"{letter-id}", str(letter["Message-ID"]).encode())
        .replace(b"{letter-address}", reply_to.encode())
        .replace(b"{letter-subject}", rows[-1]["subject"].encode())
    )


def _wait_until_decided(running: Program) -> None:
    """Until every mail that came in has its outcome."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with reading(running.databases.reading) as connection:
            if ledger.counts(connection)["waiting"] == 0:
                return
        time.sleep(LOOK_SECONDS)
    raise IntakeError("the demo's mails were not decided within a minute")


def _wait_for_letters(running: Program) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with reading(running.databases.reading) as connection:
            if set(outbox.states(connection)) <= {"sent", "withheld", "failed"}:
                return
        time.sleep(LOOK_SECONDS)


def _show(running: Program) -> None:
    with reading(running.databases.reading) as connection:
        loaded = cases.load(connection, cases.listed(connection))
        counts = ledger.counts(connection)
        first = loaded[min(loaded)]
        letter = outbox.listed(connection, first.id)[0]
        raw = outbox.raw(connection, letter["id"]) or b""
    rows = [_row(loaded[case_id]) for case_id in sorted(loaded)]
    table("The cases", ["case", "sev", "answer due", "subject", "marks"], rows, "no case")
    body = next(part for part in message_from_bytes(raw).walk() if part.get_content_type() == "text/plain")
    payload = body.get_payload(decode=True)
    text = payload.decode().replace("\r", "").strip() if isinstance(payload, bytes) else ""
    title = f"To {letter['to']}: {letter['subject']}"
    say("\nIts acknowledgment")
    Console(highlight=False).print(Panel(Text(visible(text)), title=Text(visible(title)), title_align="left", width=92))
    say("\nWhy, for that case")
    for reason in (*first.because, *(reason for clock in first.clocks for reason in clock.because)):
        say(f"  {reason.clause}: {reason.text}")
    outcomes = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counts.items() if name != "balanced")
    say(f"\nThe ledger: {outcomes}; {'it balances' if counts['balanced'] else 'IT DOES NOT BALANCE'}")


def _print(running: Program, home: Path) -> None:
    with reading(running.databases.reading) as connection:
        loaded = cases.load(connection, cases.listed(connection))
        counts = ledger.counts(connection)
    rows = [show.summary(loaded[case_id]) for case_id in sorted(loaded)]
    print_json({"folder": str(home), "listening": running.listening, "cases": rows, "ledger": counts})
    sys.stdout.flush()


def _row(case: Case) -> list[str]:
    response = case.latest("response")
    due = response.due_at.astimezone(ZoneInfo(case.zone)) if response and response.due_at else None
    shown = f"{due:%a %d %b %H:%M %Z}" if due else "best effort"
    return [case.reference, str(case.severity), shown, case.subject, ", ".join(sorted(case.marks))]


def _started() -> str:
    """The program as it was started, so that a person can start it again from where they are."""
    file, here = Path(sys.argv[0]), Path.cwd()
    if not file.is_absolute():
        return sys.argv[0]
    if which(file.name) == str(file):
        return file.name
    return str(file.relative_to(here) if file.is_relative_to(here) else file)


def _where_next(config: Config, running: Program, once: bool) -> None:
    with reading(running.databases.reading) as connection:
        reference = show.summary(cases.load(connection, cases.listed(connection))[1])["reference"]
    shown, use = _started(), f"--config {config.file}"
    rows = [
        ("everything about one case", f"{shown} case show {reference} {use}"),
        ("what goes to whom", f"{shown} outbox list {use}"),
        ("what would happen to a mail of yours", f"{shown} explain FILE {use}"),
        ("the letters, as a Maildir", str(config.folder / "outgoing")),
        ("a configuration of your own", f"{shown} init DIR"),
    ]
    if running.first_link and not once:
        rows.insert(0, ("the console, as its first admin", running.first_link))
    say("\nWhere to look next")
    for what, how in rows:
        say(f"  {what}:\n      {how}")
    if not once:
        say("\nIt goes on taking mail until you stop it with Ctrl-C.")
