"""A changed policy over all stored cases of its name: read in ranges of ids, on several processes. Writes nothing."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from intake.core.case.backtest import Backtest, Difference, Figure, Past, differences, phrases_of
from intake.core.policy.policy import Policy, load_policy
from intake.desk.house import House
from intake.desk.sight import Sight
from intake.store import pasts, people
from intake.store.engine import open_databases, reading

RANGE = 2_000
SMALL = 2
"""So many ranges are done at once here: starting processes would take longer."""
PROCESSES = 4


@dataclass(frozen=True, slots=True)
class Job:
    """What every process needs: where the store is, both texts of the policy, and the instant of asking.

    With a sight, only cases that it sees are looked at.
    """

    folder: Path
    url: str
    serving: str
    changed: str
    now: datetime
    sight: Sight | None = None


@dataclass
class Result:
    """Differences and counts of some cases."""

    differences: list[Difference] = field(default_factory=list)
    counts: Counter[tuple[str, ...]] = field(default_factory=Counter)

    def add(self, other: "Result") -> None:
        """Takes in the result of more cases."""
        self.differences += other.differences
        self.counts.update(other.counts)


def job_for(house: House, changed: Policy, now: datetime, sight: Sight) -> Job:
    """The job of replaying a changed policy over the house's store, as far as somebody sees its cases.

    Raises `IntakeError` where no policy of that name serves.
    """
    url = house.databases.desk.url
    shared = house.databases.shared
    folder = Path() if shared else Path(str(url.database)).parent
    place = url.render_as_string(hide_password=False) if shared else ""
    return Job(folder, place, house.policies.get(changed.name).text, changed.text, now, sight)


def backtest(job: Job, tell: Callable[[int, int], None] = lambda _done, _all: None, size: int = RANGE) -> Result:
    """Everything that would differ; `tell` hears how many cases of how many are done, `size` of them at a time."""
    name = _policies(job)[0].name
    databases = open_databases(job.folder, job.url)
    try:
        with reading(databases.desk) as connection:
            ranges = pasts.ranges(connection, name, size, job.sight)
    finally:
        databases.close()
    result, done = Result(), 0
    for found in _done(job, ranges):
        result.add(found)
        done += found.counts["cases",]
        tell(done, sum(count for _, _, count in ranges))
    result.differences.sort(key=lambda each: (len(each.case), each.case))
    return result


def _done(job: Job, ranges: list[tuple[int, int, int]]) -> Iterator[Result]:
    if len(ranges) <= SMALL:
        yield from (replay(job, first, last) for first, last, _ in ranges)
        return
    processes = min(os.cpu_count() or 1, PROCESSES)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        asked = [pool.submit(replay, job, first, last) for first, last, _ in ranges]
        try:
            yield from (each.result() for each in as_completed(asked))
        finally:
            pool.shutdown(cancel_futures=True)


def replay(job: Job, first: int, last: int) -> Result:
    """The cases with ids from `first` to `last`."""
    test, result = _test(job), Result()
    databases = open_databases(job.folder, job.url)
    try:
        with reading(databases.desk) as connection:
            for past in _pasts(connection, job, first, last):
                _count(result, past, *test.figures(past), test.zone(past))
    finally:
        databases.close()
    return result


@lru_cache(maxsize=2)
def _policies(job: Job) -> tuple[Policy, Policy]:
    return load_policy(job.serving, "the policy that serves"), load_policy(job.changed, "the changed policy")


@lru_cache(maxsize=2)
def _test(job: Job) -> Backtest:
    return Backtest(*_policies(job), job.now)


def _pasts(connection: Connection, job: Job, first: int, last: int) -> Iterator[Past]:
    serving, changed = _policies(job)
    known = {each.id: each for each in people.every_customer(connection) if each.policy == serving.name}
    with_words = bool(phrases_of(serving) | phrases_of(changed))
    return pasts.between(connection, serving.name, first, last, known, with_words=with_words, sight=job.sight)


def _count(result: Result, past: Past, was: dict[str, Figure], becomes: dict[str, Figure], zone: str) -> None:
    counts = result.counts
    counts["cases",] += 1
    for side, figures in (("was", was), ("becomes", becomes)):
        for what, (value, _) in figures.items():
            if what.endswith(" missed"):
                counts["missed", what.split(" ")[0], side] += bool(value)
    found = list(differences(past.reference, was, becomes, zone))
    counts["differing",] += bool(found)
    for each in found:
        if each.what == "severity":
            counts["severity", f"{each.was[0]} to {each.becomes[0]}"] += 1
        elif each.what.endswith(" due"):
            counts["due", each.what.split(" ")[0], _change(each.was[0], each.becomes[0])] += 1
    result.differences += found


def _change(was: datetime | None, becomes: datetime | None) -> str:
    if was is None:
        return "added"
    if becomes is None:
        return "gone"
    return "earlier" if becomes < was else "later"


def result_json(result: Result) -> dict[str, Any]:
    """A result in the outside's form."""
    return {"totals": totals(result), "differences": [_json(each) for each in result.differences]}


def totals(result: Result) -> dict[str, Any]:
    """The counts: cases, those that differ, severities, due times by clock, and misses by clock on both sides."""
    out: dict[str, Any] = {"cases": 0, "differing": 0, "severity": {}, "due": defaultdict(dict), "missed": {}}
    for path, count in sorted(result.counts.items()):
        inner = out
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = count
    return out


def _json(each: Difference) -> dict[str, Any]:
    sides = {"was": _figure(each.was), "becomes": _figure(each.becomes)}
    return {"case": each.case, "what": each.what, "zone": each.zone, **sides}


def _figure(figure: Figure) -> dict[str, Any]:
    value, clause = figure
    return {"value": value.isoformat() if isinstance(value, datetime) else value, "clause": clause}
