"""How long the console's pages take on the server with many cases in the store, beside an empty page of the same run.

    python -m benchmarks.pages [--cases N] [--open N]

Prints milliseconds a page: the first time, and the median of some, beside it of the processor's, the asking included;
the work list also after a case changed, and deep within. What the browser does is not in them. `--open` is how many of
the cases are not over yet, else one in fifty.
"""

import argparse
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import BigInteger, ColumnElement, cast, literal, not_, null, select
from sqlalchemy import case as when

from benchmarks.a_million import Values, fill
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
# every which case is with whoever looks
HANDS = 20
SPAN = timedelta(days=730)
TIMES = 9
WHO = "bench@desk.example"
FLOOR = "/customers/import"
LISTS = (
    "/",
    "/?only=mine",
    "/?only=triage",
    "/?only=due",
    "/?severity=1",
    "/?customer=7",
    "/?customer=mer+7",
    "/?page=200",
    "/?show=over",
    "/?customer=7&show=over",
)
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


def spread(now: datetime, count: int, open_cases: int) -> Callable[[ColumnElement[int]], Values]:
    """Gives copies customers and two years to have been opened in; most are over, some missed their targets."""
    case, clock, hour = tables.case, tables.clock, 3_600_000_000
    first, step = int((now - SPAN).timestamp() * 1e6), int(SPAN.total_seconds() * 1e6) // count

    def own(place: ColumnElement[int]) -> Values:
        # instants are microseconds on SQLite, and reckoned there
        began = literal(first, BigInteger) + place * step
        over, missed = place < count - open_cases, place % 20 == 0
        of_case = {
            "opened_at": began,
            "customer_id": place % CUSTOMERS + 2,
            "severity": place % 4 + 1,
            "state": when((over, "closed"), else_=case.c.state),
            "assignee": when((place % HANDS == 0, WHO)),
            # as after an upgrade: what is open is ranked anew
            "ranked_by": when((not_(over), "-")),
            "rank": when((not_(over), case.c.rank)),
            "due_at": when((not_(over), cast(case.c.due_at, BigInteger))),
        }
        of_clock = {
            "started_at": began,
            "due_at": began + 4 * hour,
            "next_at": null(),
            "steps": literal([], clock.c.steps.type),
            "state": when((over, "ended"), else_=clock.c.state),
            "ended_at": when((over, began + place % 6 * hour)),
            "missed_at": when((missed, began + 4 * hour)),
            "missed_while": when((missed, "unassigned")),
        }
        return {case: of_case, clock: of_clock}

    return own


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


def milliseconds(client: httpx.Client, path: str, clock: Callable[[], float] = time.perf_counter) -> float:
    """One page, asked for once."""
    started = clock()
    found = client.get(path)
    assert found.status_code == 200, (path, found.status_code, found.text[:500])
    return (clock() - started) * 1e3


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
        started = time.perf_counter()
        with made.databases.desk.begin() as connection:
            people.save(connection, [Customer(0, f"Customer {each}", "open-xchange") for each in range(CUSTOMERS)])
            fill(connection, cases, spread(now, cases, still_open))
        print(f"{cases:,} cases stored in {time.perf_counter() - started:.1f} s")
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
                busy = statistics.median(milliseconds(client, path, time.process_time) for _ in range(TIMES))
                print(
                    f"{path:40} first {first:8.1f} ms   median {median:8.1f} ms   busy {busy:8.1f} ms"
                    f"   {median / floor:6.1f} times the floor"
                )


if __name__ == "__main__":
    main()
