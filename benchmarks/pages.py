"""How long the console's pages take on the server with many cases in the store, beside an empty page of the same run.

    python -m benchmarks.pages [--cases N] [--open N]

Prints milliseconds a page: the first time, and the median of some; the work list also after a case changed, and deep
within. What the browser does is not in them. `--open` is how many of the cases are not over yet, else one in fifty.
"""

import argparse
import secrets
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Connection, func, literal, select, update
from sqlalchemy import case as when

from benchmarks.a_million import FIRST_COPY, fill
from benchmarks.installation import Installation, installation
from intake.core.case.act import Act
from intake.core.case.case import Customer
from intake.desk.act import perform
from intake.desk.ranking import catch_up
from intake.store import accounts, people, tables
from intake.store.engine import reading
from intake.store.people import Agent
from intake.web.server import Console

CASES = 100_000
CUSTOMERS = 500
SPAN = timedelta(days=730)
TIMES = 9
WHO = "bench@desk.example"
FLOOR = "/customers/import"
LISTS = ("/", "/?only=mine", "/?only=triage", "/?only=due", "/?severity=1", "/?customer=7", "/?page=200", "/?show=over")
PAGES = (
    "/mail",
    "/mail?show=junk",
    "/mail/outbox",
    "/mail/outbox?state=sent",
    "/mail/outbox?state=failed",
    "/mail/channels",
    "/mail/ledger",
    "/customers",
    "/customers?q=hosting",
    "/customers/2",
    "/policies/open-xchange",
    "/policies/open-xchange/examples",
    "/policies/open-xchange/due?severity=2",
    "/policies/open-xchange/versions",
    "/reports",
    "/reports?weeks=52",
    "/reports/misses",
    "/reports/credits",
    "/reports/ahead",
    "/desk",
)


def spread(connection: Connection, now: datetime, open_cases: int) -> None:
    """Gives the copies customers and two years to have been opened in; most are over, some missed their targets."""
    case, clock, hour = tables.case, tables.clock, 3_600_000_000
    count = connection.scalar(select(func.count()).select_from(case).where(case.c.id >= FIRST_COPY)) or 1
    first, step = (now - SPAN).timestamp() * 1e6, SPAN.total_seconds() * 1e6 // count
    still_open = FIRST_COPY + count - open_cases
    people.save(connection, [Customer(0, f"Customer {each}", "open-xchange") for each in range(CUSTOMERS)])
    # instants are microseconds on SQLite, and reckoned there
    opened = literal(int(first)) + (case.c.id - FIRST_COPY) * int(step)
    began = literal(int(first)) + (clock.c.case_id - FIRST_COPY) * int(step)
    mine, place = clock.c.case_id >= FIRST_COPY, case.c.id - FIRST_COPY
    state = when((case.c.id < still_open, "closed"), else_=case.c.state)
    values = {"opened_at": opened, "customer_id": place % CUSTOMERS + 2, "severity": place % 4 + 1, "state": state}
    connection.execute(update(case).where(case.c.id >= FIRST_COPY).values(values))
    # as after an upgrade: what is open is ranked anew
    connection.execute(update(case).where(state != "closed").values(ranked_by="-"))
    over = {"ranked_by": None, "rank": None, "due_at": None}
    connection.execute(update(case).where(case.c.state == "closed").values(over))
    due: dict[str, Any] = {"started_at": began, "due_at": began + 4 * hour, "next_at": None, "steps": []}
    connection.execute(update(clock).where(mine).values(due))
    ended = {"state": "ended", "ended_at": began + clock.c.case_id % 6 * hour}
    connection.execute(update(clock).where(mine, clock.c.case_id < still_open).values(ended))
    missed = update(clock).where(mine, clock.c.case_id % 20 == 0)
    connection.execute(missed.values(missed_at=began + 4 * hour, missed_while="unassigned"))


@contextmanager
def console(made: Installation, now: datetime) -> Iterator[httpx.Client]:
    """The console of an installation, and somebody who is signed in to it."""
    secret = secrets.token_urlsafe(32)
    with made.databases.desk.begin() as connection:
        people.save_agents(connection, [Agent(WHO, "Bench", "Europe/Berlin")])
        accounts.set_role(connection, WHO, "manager")
        accounts.open_session(connection, secret, WHO, "a browser", now)
    served = Console(made.house, "127.0.0.1:0", lambda: datetime.now(UTC), lambda: None)
    served.start()
    try:
        with httpx.Client(base_url=f"http://{served.address}", timeout=120) as client:
            client.cookies.set("intake_session", secret)
            yield client
    finally:
        served.close()


def milliseconds(client: httpx.Client, path: str) -> float:
    """One page, asked for once."""
    started = time.perf_counter()
    found = client.get(path)
    assert found.status_code == 200, (path, found.status_code, found.text[:500])
    return (time.perf_counter() - started) * 1e3


def after_a_change(client: httpx.Client, made: Installation, path: str) -> float:
    """A page of the list right after an open case got another severity: the median of some."""
    times = []
    for number in range(TIMES):
        with reading(made.databases.desk) as connection:
            last = select(tables.case.c.reference, tables.case.c.severity).order_by(tables.case.c.id.desc())
            reference, severity = connection.execute(last.offset(number).limit(1)).one()
        act = Act("severity", str(severity % 4 + 1), WHO)
        perform(made.house, reference, act, datetime.now(UTC))
        times.append(milliseconds(client, path))
    return statistics.median(times)


def main() -> None:
    """Prints the figures."""
    wishes = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    wishes.add_argument("--cases", type=int, default=CASES)
    wishes.add_argument("--open", type=int)
    wished = wishes.parse_args()
    cases, still_open = wished.cases, wished.cases // 50 if wished.open is None else wished.open
    now = datetime.now(UTC)
    with installation() as made:
        with made.databases.desk.begin() as connection:
            fill(connection, cases)
            spread(connection, now, still_open)
        started = time.perf_counter()
        while catch_up(made.house):
            pass
        print(f"{still_open:,} open cases ranked anew in {time.perf_counter() - started:.1f} s")
        with console(made, now) as client:
            milliseconds(client, FLOOR)
            floor = statistics.median(milliseconds(client, FLOOR) for _ in range(TIMES))
            print(f"{cases:,} cases, {still_open:,} open; an empty page takes {floor:.1f} ms")
            for path in LISTS:
                after = after_a_change(client, made, path)
                print(f"{path:40} after a change{after:8.1f} ms            {after / floor:6.1f} times the floor")
            for path in (*LISTS, *PAGES):
                first = milliseconds(client, path)
                median = statistics.median(milliseconds(client, path) for _ in range(TIMES))
                print(
                    f"{path:40} first {first:8.1f} ms   median {median:8.1f} ms   {median / floor:6.1f} times the floor"
                )


if __name__ == "__main__":
    main()
