"""An installation for measuring, in a folder that goes afterwards, on the shipped example with two readers."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.corpus import corpus
from intake.app import decide_all, now, open_house, open_store
from intake.config import Config, load
from intake.core.case.case import Customer
from intake.desk.house import House
from intake.shipped import shipped
from intake.store import ledger, people, spool
from intake.store.engine import Databases, reading

ROUTE = "open-xchange@support.example"
SENDERS = 300
WARMING = 20


@dataclass
class Installation:
    """A desk over its databases; it has decided a few mails already, so that all is loaded that is loaded once."""

    config: Config
    house: House
    databases: Databases
    decided: int = 0

    def keep(self, mails: int) -> list[bytes]:
        """Fresh mails of the corpus into the spool, as a channel keeps them; gives back their bytes."""
        made = list(corpus(mails, SENDERS, first=self.decided))
        now = datetime.now(UTC)
        route = (spool.RoutedTo(ROUTE, ROUTE),)
        kept = [spool.NewMail(raw, "smtp", now, route, envelope_from=sender) for sender, raw in made]
        for start in range(0, mails, 100):
            spool.keep(self.databases.spool, kept[start : start + 100])
        self.decided += mails
        return [raw for _, raw in made]

    def check(self) -> None:
        """Each mail has become a case."""
        with reading(self.databases.reading) as connection:
            counts = ledger.counts(connection)
        assert counts["balanced"], counts
        assert counts["new_case"] == self.decided, counts


@contextmanager
def installation(workers: int = 2, smarthost: str = "") -> Iterator[Installation]:
    """A fresh one. `smarthost`: where its letters go, in plain text."""
    home = Path(mkdtemp(prefix="intake-bench-"))
    text = shipped("config.example.toml").read_text(encoding="utf-8").replace("workers = 1", f"workers = {workers}")
    text = text.replace("per_sender_per_hour = 3", "per_sender_per_hour = 1000")
    text = text.replace('smtp = ""', f'smtp = "{smarthost}"').replace('tls = "starttls"', 'tls = "none"')
    (home / "config.toml").write_text(text)
    config = load(home / "config.toml")
    databases = open_store(config)
    house = open_house(config, databases)
    contract = {"response": {"2": "4 business hours"}}
    try:
        with databases.desk.begin() as connection:
            customer = Customer(0, "Bench", "open-xchange", domains=("hosting.example",), targets=contract)
            people.save(connection, [customer])
        made = Installation(config, house, databases)
        made.keep(WARMING)
        decide_all(house, now())
        yield made
    finally:
        house.reader.close()
        databases.close()
        shutil.rmtree(home)
