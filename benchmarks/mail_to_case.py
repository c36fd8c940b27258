"""Mails a second from the spool to a stored case with its queued acknowledgment, beside reading them alone."""

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.corpus import corpus
from intake.app import decide_all, open_house, open_store
from intake.config import load
from intake.core.case.case import Customer
from intake.core.mail.fields import read_fields
from intake.core.mail.read import read
from intake.shipped import shipped
from intake.store import ledger, people, spool
from intake.store.engine import reading

ROUTE = "open-xchange@support.example"
MAILS = 600
SENDERS = 300


def main(mails: int = MAILS, workers: int = 2) -> tuple[float, float]:
    """Prints one line; gives back mails a second decided, and read alone in one process."""
    home = Path(mkdtemp(prefix="intake-bench-"))
    try:
        decided, alone = _measure(home, mails, workers)
    finally:
        shutil.rmtree(home)
    print(f"mail_to_case   {decided:7.0f} mails/s   reading alone {alone:7.0f}   ratio {decided / alone:.2f}")
    return decided, alone


def _measure(home: Path, mails: int, workers: int) -> tuple[float, float]:
    text = shipped("config.example.toml").read_text(encoding="utf-8").replace("workers = 1", f"workers = {workers}")
    (home / "config.toml").write_text(text.replace("per_sender_per_hour = 3", "per_sender_per_hour = 1000"))
    config = load(home / "config.toml")
    databases = open_store(config)
    house = open_house(config, databases)
    now = datetime.now(UTC)
    made = list(corpus(mails + 20, SENDERS))
    contract = {"response": {"2": "4 business hours"}}
    customer = Customer(0, "Bench", "open-xchange", domains=("hosting.example",), targets=contract)
    with databases.desk.begin() as connection:
        people.save(connection, [customer])
    kept = [
        spool.NewMail(raw, "smtp", now, (spool.RoutedTo(ROUTE, ROUTE),), envelope_from=sender) for sender, raw in made
    ]
    # the first few start the readers and load what is loaded on first use
    spool.keep(databases.spool, kept[:20])
    decide_all(house)
    spool.keep(databases.spool, kept[20:])
    started = time.perf_counter()
    decide_all(house)
    decided = mails / (time.perf_counter() - started)
    with reading(databases.reading) as connection:
        counts = ledger.counts(connection)
    assert counts["balanced"], counts
    assert counts["new_case"] == mails + 20, counts
    specs = house.policies.get("open-xchange").specs
    started = time.perf_counter()
    for _, raw in made[20:]:
        message = read(raw)
        read_fields(specs, message.form_texts, message.file_texts)
    alone = mails / (time.perf_counter() - started)
    house.reader.close()
    databases.close()
    return decided, alone


if __name__ == "__main__":
    main()
