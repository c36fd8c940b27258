"""What one due time costs, beside a bare bisect over an equal table in the same run.

    python benchmarks/due_time.py [rounds]

Prints microseconds a call, the best of the rounds: for elapsed spans, for business days, for counting, for a zone's
first question, and for two bisects and nothing else.
"""

import random
import sys
import timeit
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from benchmarks.figure import Figure
from intake.core.hours import Country, add, business_days, calendar, elapsed, explain, open_between
from intake.core.hours.periods import BLOCK_DAYS, EPOCH, block

CALLS = 2000
ADD, FLOOR = "add, 12 business hours", "two bare bisects"
OPENED = datetime(2027, 1, 1, tzinfo=UTC)
OFFICE = calendar("business", "Europe/Zurich", "Mon-Fri 08:00-17:00", [Country("CH", "SG")])


def microseconds(one: Callable[[datetime], object], instants: list[datetime], rounds: int) -> float:
    """The best round's time for one call."""
    return min(timeit.repeat(lambda: [one(each) for each in instants], number=1, repeat=rounds)) / len(instants) * 1e6


def figure(rounds: int = 10) -> Figure:
    """Twelve business hours added, beside two bare searches in the table of open periods."""
    found = {name: microseconds(one, some, rounds) for name, one, some in works() if name in (ADD, FLOOR)}
    return Figure(found[ADD], "µs", found[FLOOR], "two bisects")


def works() -> list[tuple[str, Callable[[datetime], object], list[datetime]]]:
    """What is measured, and on which instants."""
    random.seed(1)
    instants = [OPENED + timedelta(minutes=random.randrange(300 * 1440)) for _ in range(CALLS)]
    table = block(OFFICE.schedule, (OPENED - EPOCH).days // BLOCK_DAYS)
    places = {each: int(each.timestamp()) * 10**6 for each in instants}

    def bare(at: datetime) -> int:
        return bisect_left(table.totals, table.totals[bisect_right(table.ends, places[at]) - 1])

    def first(_: datetime) -> object:
        block.cache_clear()
        return add(OFFICE, OPENED, elapsed(timedelta(hours=12)))

    hours, days = elapsed(timedelta(hours=12)), business_days(2)
    return [
        (ADD, lambda at: add(OFFICE, at, hours), instants),
        ("add, 2 business days", lambda at: add(OFFICE, at, days), instants),
        ("open_between", lambda at: open_between(OFFICE, OPENED, at), instants),
        ("explain, 12 business hours", lambda at: explain(OFFICE, at, hours), instants[:200]),
        ("first question of a zone", first, instants[:20]),
        (FLOOR, bare, instants),
    ]


def main(rounds: int) -> None:
    for name, one, some in works():
        print(f"{microseconds(one, some, rounds):10.2f} µs  {name}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
