"""What `intake policy backtest` takes over 100,000 stored cases, beside reading the same rows and nothing else.

    python benchmarks/backtest.py [cases]

The cases go in by bulk insert, each with a message of about a thousand characters and two clocks. The aim is 30 s.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from intake.core.case.case import Customer
from intake.core.policy.policy import Policy, load_policy
from intake.desk.backtest import Job, backtest, totals
from intake.store import pasts, people, tables
from intake.store.engine import Databases, open_databases, reading
from intake.store.migrate import upgrade

TEXT = (Path(__file__).parents[1] / "tests" / "support" / "full.toml").read_text(encoding="utf-8")
CHANGED = TEXT.replace('2 = "2 business hours"', '2 = "3 business hours"').replace('"outage"]', '"outage", "slow"]')
FILLING = "The system answers and then it does not, and the people at the desk wait for the page. " * 11
WORDS = ("Severity: 1", "Severity: 2", "there is an outage", "how do I log in", "it is slow", "no outage so far")
OPENED = datetime(2026, 1, 1, tzinfo=UTC)
AT_ONCE = 10_000


def made(policy: Policy, number: int) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """A case's row, its message's and its clocks'."""
    at = OPENED + timedelta(minutes=random.randrange(525_600))
    words = random.choice(WORDS)
    level = words[-1] if words.startswith("Severity") else None
    case = {
        "id": number, "reference": f"FU-{number}", "version": 1, "policy": policy.name,
        "policy_version": policy.version, "plan": random.choice(policy.file.plans), "route": "r", "queue": "q",
        "contact_name": "", "contact_address": "kim@gold.example", "customer_id": 1, "subject": "A request",
        "language": "en",
        "zone": "Europe/Berlin", "state": "closed", "severity": 3, "because": [], "marks": [],
        "fields": {"severity": [level, level, True]} if level else {}, "waived": [], "linked": [], "opened_at": at,
        "changed_at": at, "answered": [],
    }  # fmt: skip
    message = {
        "case_id": number, "direction": "in", "author_name": "", "author_address": "kim@gold.example",
        "role": "customer", "at": at, "subject": "A request", "text": "", "new_text": FILLING + words,
        "attachments": [], "kind": "person",
    }  # fmt: skip
    plain = {"case_id": number, "severity": 3, "target": "", "state": "ended", "because": [], "steps": []}
    clocks = [
        plain | {"number": count, "kind": kind, "started_at": at, "ended_at": at + timedelta(hours=count * 5)}
        for count, kind in enumerate(("response", "update"), 1)
    ]
    return case, message, clocks


def fill(databases: Databases, policy: Policy, count: int) -> None:
    """Stores so many cases."""
    random.seed(1)
    for start in range(1, count + 1, AT_ONCE):
        rows = [made(policy, number) for number in range(start, min(start + AT_ONCE, count + 1))]
        with databases.desk.begin() as connection:
            connection.execute(insert(tables.case), [case for case, _, _ in rows])
            connection.execute(insert(tables.message), [message for _, message, _ in rows])
            connection.execute(insert(tables.clock), [clock for _, _, clocks in rows for clock in clocks])


def read(databases: Databases, policy: Policy) -> Iterator[object]:
    """The floor: every row that a replay needs, in this one process."""
    with reading(databases.desk) as connection:
        for first, last, _ in pasts.ranges(connection, policy.name, 2_000):
            yield from pasts.between(connection, policy.name, first, last, {}, with_words=True)


def main(count: int) -> None:
    policy = load_policy(TEXT, "full.toml")
    with TemporaryDirectory() as folder:
        databases = open_databases(Path(folder))
        upgrade(databases)
        with databases.desk.begin() as connection:
            people.save(connection, [Customer(0, "Gold Mine", policy.name, "gold", domains=("gold.example",))])
        fill(databases, policy, count)
        began = time.perf_counter()
        found = sum(1 for _ in read(databases, policy))
        print(f"{time.perf_counter() - began:8.2f} s  reading the rows of {found} cases, one process")
        began = time.perf_counter()
        result = backtest(Job(Path(folder), "", TEXT, CHANGED, OPENED + timedelta(days=400)))
        print(f"{time.perf_counter() - began:8.2f} s  backtest of {count} cases: {totals(result)}")
        databases.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
