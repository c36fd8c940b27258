"""Parts of the house for tests: databases in a folder, migrated and ready; or a whole desk with customers."""

import atexit
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import lru_cache
from pathlib import Path
from typing import Any

import structlog
from database import server, url_of
from postgres import name_in

from intake import app, tomlfile
from intake.config import Config, load
from intake.core.case.case import Case
from intake.desk import act, show
from intake.desk.customers import read_customers
from intake.desk.house import House
from intake.desk.notices import send_notices
from intake.desk.receive import receive
from intake.shipped import shipped
from intake.store import cases, ledger, messages, outbox, people, spool
from intake.store.engine import Databases, open_databases, reading
from intake.store.messages import StoredMessage
from intake.store.migrate import upgrade
from intake.store.spool import NewMail, RoutedTo, Source

# errors in short: the default draws every value of every frame, for seconds
structlog.configure(processors=[structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)])

# a Monday, within business hours in Berlin
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROUTE = "open-xchange@support.example"
CUSTOMERS = """
[[customer]]
name = "Beispiel Hosting"
domains = ["hosting.example"]
contacts = ["it@hosting.example"]
policy = "open-xchange"
zone = "Europe/Berlin"
country = "DE"
language = "en"
support_keys = ["OX-KEY-1"]
targets.response = { 1 = "1 hour, 24x7", 2 = "4 business hours", 3 = "1 business day", 4 = "3 business days" }

[[customer]]
name = "Sample Telco"
domains = ["telco.example"]
contacts = ["noc@elsewhere.example"]
policy = "open-xchange"
zone = "Europe/London"
targets.response = { 1 = "30 minutes, 24x7", 2 = "2 business hours" }
"""
FORM = """\
Server: mail.hosting.example
Server Version: 7.10.6
Distribution: DEBIAN
GUI Version: 7.10.6
Module: mail
Severity: 2
Track-ID: T-1
Product: OXAPPSUITE
Component: Groupware Server
Steps to reproduce: log in
Current behaviour: an error is shown
Expected behaviour: the inbox is shown
"""


def fresh_databases(folder: Path) -> Databases:
    """Databases in the folder, or of its own on the run's server, with today's schema."""
    databases = open_databases(folder, url_of(folder, _migrated))
    upgrade(databases)
    return databases


@lru_cache(maxsize=1)
def _migrated() -> str:
    """The URL of a database with today's schema. Made once."""
    running = server()
    assert running is not None
    databases = open_databases(Path(), url := running.database())
    upgrade(databases)
    databases.close()
    return url


def write_config(folder: Path, changes: Mapping[str, Any] | None = None, more: str = "") -> Path:
    """`config.example.toml` as config.toml in the folder, with keys such as `reading.seconds` set anew.

    `more` is TOML to append, such as another `[[route]]`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = shipped("config.example.toml").read_text(encoding="utf-8")
    values = dict(changes or {})
    if server() and "store.url" not in values:
        values["store.url"] = url_of(folder, _prepared_url)
    for name, value in values.items():
        section, _, key = name.rpartition(".")
        pattern = rf"(?ms)^(\[+{re.escape(section)}\]+(?:(?!^\[).)*?)^(?:# )?{re.escape(key)} = [^\n]*$"
        line = f"{key} = {json.dumps(value)}"
        text, found = re.subn(pattern, lambda match, line=line: match[1] + line, text, count=1)  # type: ignore[misc]
        assert found, f"config.example.toml has no {name}"
    file = folder / "config.toml"
    file.write_text(f"{text}\n{more}", encoding="utf-8")
    return file


def mail(
    text: str = FORM,
    *,
    sender: str = "Kim <kim@hosting.example>",
    to: str = ROUTE,
    subject: str = "The inbox stays empty",
    message_id: str | None = "one@hosting.example",
    **headers: str,
) -> bytes:
    """A mail's bytes. Further headers by their names with `_` for `-`; an empty value leaves a header out."""
    made = EmailMessage()
    values = {"From": sender, "To": to, "Subject": subject, "Date": "Mon, 23 Nov 2026 09:00:00 +0000"}
    if message_id:
        values["Message-ID"] = f"<{message_id}>"
    for name, value in (values | {name.replace("_", "-"): value for name, value in headers.items()}).items():
        if value:
            made[name] = value
    made.set_content(text)
    return made.as_bytes().replace(b"\n", b"\r\n")


@dataclass
class Home:
    """A desk over fresh databases. What it does is done at the instants that are named."""

    config: Config
    databases: Databases
    house: House

    def keep(
        self,
        raw: bytes,
        *,
        at: datetime = NOW,
        routes: Sequence[str] = (ROUTE,),
        recipient: str = "",
        source: Source = "smtp",
        envelope_from: str | None = "kim@hosting.example",
        **more: Any,
    ) -> int:
        """Keeps a mail as a channel does; `recipient` as it was written, where it is not the route itself."""
        routed = tuple(RoutedTo(route, recipient or route) for route in routes)
        new = NewMail(raw, source, at, routed, envelope_from=envelope_from, **more)
        return spool.keep(self.databases.spool, [new])[0]

    def receive(self, now: datetime = NOW) -> int:
        """Decides all mail that waits and tells the desk; how many outcomes were written."""
        written = 0
        while count := receive(self.house, now):
            written += count
        send_notices(self.house, now)
        return written

    def take(self, raw: bytes, now: datetime = NOW, **more: Any) -> list[dict[str, Any]]:
        """Keeps a mail, decides all that waits, and gives this mail's outcomes."""
        mail_id = self.keep(raw, at=now, **more)
        self.receive(now)
        return self.outcomes(mail_id)

    def tick(self, now: datetime) -> int:
        """Chases, and sends digests that are due; how many cases changed."""
        return app.chase(self.house, now)

    def outcomes(self, mail_id: int) -> list[dict[str, Any]]:
        """What became of a mail on each route."""
        with reading(self.databases.reading) as connection:
            return ledger.outcomes(connection, mail_id)

    def ledger(self) -> dict[str, Any]:
        """The ledger's counts."""
        with reading(self.databases.reading) as connection:
            return ledger.counts(connection)

    def cases(self) -> list[Case]:
        """Every case, in the order of their ids."""
        with reading(self.databases.reading) as connection:
            ids = cases.listed(connection)
            loaded = cases.load(connection, ids)
        return [loaded[each] for each in ids]

    def case(self, reference: str = "") -> Case:
        """The case of a reference; without one, the only case."""
        if reference:
            with reading(self.databases.reading) as connection:
                return act.find(connection, reference)
        (only,) = self.cases()
        return only

    def shown(self, reference: str) -> dict[str, Any]:
        """A case as `intake case show --json` gives it."""
        with reading(self.databases.reading) as connection:
            case = act.find(connection, reference)
            policy = self.house.policy_of(connection, case)
            customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
            return show.whole(connection, policy, case, customer, outbox.listed(connection, case.id), "en")

    def messages(self, reference: str) -> list[StoredMessage]:
        """The messages of a case."""
        with reading(self.databases.reading) as connection:
            return messages.of_case(connection, act.find(connection, reference).id)

    def outbox(self, *, desk: bool = False) -> list[dict[str, Any]]:
        """Outgoing mails in the contract's shape: those to customers, or those to the desk."""
        with reading(self.databases.reading) as connection:
            rows = outbox.listed(connection)
        return [row for row in rows if row["kind"].startswith("desk-") == desk]

    def sent(self, outgoing_id: int) -> bytes:
        """An outgoing mail's bytes."""
        with reading(self.databases.reading) as connection:
            found = outbox.raw(connection, outgoing_id)
        assert found is not None
        return found


@contextmanager
def home(
    folder: Path, changes: Mapping[str, Any] | None = None, more: str = "", customers: str = CUSTOMERS
) -> Iterator[Home]:
    """A desk in the folder on the example configuration, changed as `write_config` does, with customers."""
    config = load(write_config(folder, changes, more))
    if not config.settings.store.url and not (config.folder / "desk.db").exists():
        shutil.copytree(_prepared(), config.folder, dirs_exist_ok=True)
    databases = app.open_store(config)
    try:
        with opened(config, databases) as made:
            if customers:
                found = read_customers(tomlfile.parse(customers, "customers"), made.house.policies, config.settings)
                with databases.desk.begin() as connection:
                    people.save(connection, found)
            yield made
    finally:
        databases.close()


@lru_cache(maxsize=1)
def _prepared() -> Path:
    """A data folder as it stands after the first start: migrated, policies and templates remembered. Made once."""
    return _started("").folder


@lru_cache(maxsize=1)
def _prepared_url() -> str:
    """The URL of a database as it stands after the first start. Made once."""
    running = server()
    assert running is not None
    url = running.database(name_in(_migrated()))
    _started(url)
    return url


def _started(url: str) -> Config:
    folder = Path(tempfile.mkdtemp(prefix="intake-prepared-"))
    atexit.register(shutil.rmtree, folder)
    config = load(write_config(folder, {"store.url": url}))
    databases = app.open_store(config)
    app.load_files(config, databases)
    databases.close()
    return config


@contextmanager
def opened(config: Config, databases: Databases) -> Iterator[Home]:
    """Another desk over the same databases, as a second process or the next start has it."""
    house = app.open_house(config, databases)
    try:
        yield Home(config, databases, house)
    finally:
        house.reader.close()
