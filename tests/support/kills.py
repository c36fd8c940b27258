"""kill -9 of whole programs at random moments while mail streams in, and what must hold afterwards.

Moments are told by what was decided, not by a clock: a slow machine dies at the same places as a fast one. Nothing has
to be done by an instant; a run fails only where nothing at all moves on for STALLED seconds.
"""

import random
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from house import ROUTE, mail
from running import Running, free_port, running
from smarthost import Listening, Sink
from sqlalchemy import func, select

from intake.config import load
from intake.store import tables
from intake.store.engine import open_databases, reading

CLIENTS = 4
STALLED = 300.0
# longer than any lease, and a pause after a try that failed
LEASES_OVER = timedelta(minutes=30)
LOOKS_EVERY = 0.05
# about as long as deciding a few mails takes
MOMENT = 0.2
# the share of lives that end while the program still starts
STARTING = 0.15
# and of those that end only after some mails were decided
DECIDING = 0.5

Door = tuple[type[smtplib.SMTP], int]
T = TypeVar("T")


class Stream:
    """Clients that send numbered mails, each until it got its 250 from any of the programs, as a queue does.

    They stay at most so many mails ahead of what was decided, so that mail streams in until the last kill.
    """

    def __init__(self, doors: Sequence[Door], count: int, seed: int) -> None:
        self._doors = doors
        self._chance = random.Random(seed)
        self._numbers = iter(range(count))
        self._allowed = threading.Condition()
        self._most = 0
        self.taken: set[int] = set()
        self.tries = 0
        for _ in range(CLIENTS):
            threading.Thread(target=self._send, daemon=True).start()

    def allow(self, most: int) -> None:
        """Mails of a number below this one may be sent."""
        with self._allowed:
            self._most = most
            self._allowed.notify_all()

    def _send(self) -> None:
        while (number := self._next()) is not None:
            writer = f"kim{number}@hosting{number}.example"
            raw = mail(sender=f"Kim <{writer}>", subject=f"Question {number}", message_id=f"{number}@hosting.example")
            while number not in self.taken:
                with self._allowed:
                    self.tries += 1
                    kind, port = self._chance.choice(self._doors)
                try:
                    with kind("127.0.0.1", port, timeout=60) as client:
                        client.sendmail(writer, [ROUTE], raw)
                except (OSError, smtplib.SMTPException):
                    # the program is dead or starts
                    time.sleep(0.1)
                else:
                    self.taken.add(number)

    def _next(self) -> int | None:
        with self._allowed:
            number = next(self._numbers, None)
            while number is not None and number >= self._most:
                self._allowed.wait()
            return number


@dataclass(frozen=True, slots=True)
class Survived:
    """What a run counted. `tries`: SMTP and LMTP sessions begun; `twice`: letters that left again, as they were."""

    mails: int
    kills: int
    tries: int
    twice: int


def moving(look: Callable[[], T | None], measure: Callable[[], object], what: str) -> T:
    """What `look` gives as soon as it is something true; fails where it is not and `measure` stands still."""
    last, since = measure(), time.monotonic()
    while not (found := look()):
        if (now := measure()) != last:
            last, since = now, time.monotonic()
        assert time.monotonic() - since < STALLED, f"nothing moves on towards {what}; it stands at {last}"
        time.sleep(LOOKS_EVERY)
    return found


def survive(
    folder: Path,
    mails: int,
    kills: int,
    seed: int,
    url: str = "",
    instances: int = 1,
    also: Sequence[Callable[[], object]] = (),
) -> Survived:
    """So many mails and kills, and all that must hold afterwards. Mails that got no 250 come again, as they were.

    `url` is of an empty PostgreSQL database, on which so many programs run; SQLite, and one program, without one.
    `also`: what else dies and comes back, as likely as one of the programs.
    """
    chance = random.Random(seed)
    with ExitStack() as stack:
        sink = Sink()
        smarthost = Listening(sink)
        stack.callback(smarthost.stop)
        programs = [
            stack.enter_context(_program(folder / str(each), smarthost.place, url)) for each in range(instances)
        ]
        deaths: list[Callable[[], object]] = [*(partial(_die, program, chance) for program, _ in programs), *also]
        count = _counter(programs[0][0])
        stream = Stream([door for _, doors in programs for door in doors], mails, seed)
        for kill in range(kills):
            wanted = int(mails * (kill + chance.random()) / kills)
            # the desk has something to do when it dies
            stream.allow(wanted + 2 * mails // kills)
            # every other life ends while it takes mail and the desk has not begun
            if chance.random() < DECIDING:
                moving(lambda wanted=wanted: count()[0] >= wanted, count, "more mails decided")  # type: ignore[misc]
            time.sleep(chance.random() * MOMENT)
            chance.choice(deaths)()
        stream.allow(mails)
        moving(lambda: len(stream.taken) == mails, lambda: len(stream.taken), "all mails taken")
        moving(lambda: count()[1] == 0, count, "all mails decided")
        last = programs[0][0]
        moving(lambda: _states(last)["queued"] == 0, lambda: _states(last)["sent"], "all letters claimed")
        assert [program.stop() for program, _ in programs] == [0] * instances
        # what dead senders hold goes out when their leases are over
        last.json("tick", "--really", "--at", (datetime.now(UTC) + LEASES_OVER).isoformat())
        return Survived(mails, kills, stream.tries, _sound(last, sink, mails))


@contextmanager
def _program(folder: Path, smarthost: str, url: str) -> Iterator[tuple[Running, list[Door]]]:
    """A program with its doors."""
    port = free_port()
    changes = {
        "smtp.max_connections_per_client": 100,
        "lmtp.listen": f"127.0.0.1:{port}",
        "outgoing.smtp": smarthost,
        "outgoing.tls": "none",
        "store.url": url,
    }
    with running(folder, changes) as program:
        yield program, [(smtplib.SMTP, program.port), (smtplib.LMTP, port)]


def _die(program: Running, chance: random.Random) -> None:
    """Killed and started again; now and then killed once more before it serves."""
    program.kill()
    if chance.random() < STARTING:
        program.begin()
        time.sleep(chance.random() * program.took)
        program.kill()
    program.start()


def _counter(program: Running) -> Callable[[], tuple[int, int]]:
    """Counts what was decided, and what waits."""
    config = load(program.config)

    def count() -> tuple[int, int]:
        # let go at once: a file that we hold open is not the file that a dead program leaves
        databases = open_databases(config.folder, config.settings.store.url)
        try:
            with reading(databases.reading) as connection:
                decided, received = (
                    connection.scalar(select(func.count()).select_from(table)) or 0
                    for table in (tables.outcome, tables.mail_route)
                )
            return decided, received - decided
        finally:
            databases.close()

    return count


def _sound(program: Running, sink: Sink, mails: int) -> int:
    """All that must hold when everything was stopped; gives back how many letters left twice."""
    ledger = program.json("ledger")
    assert ledger["balanced"]
    assert ledger["new_case"] == mails
    # a mail that was kept while its 250 was lost came twice, and is no second case
    assert ledger["received"] == mails + ledger["duplicate"]
    cases = program.json("case", "list", "--limit", str(2 * mails))
    assert Counter(case["subject"] for case in cases) == {f"Question {each}": 1 for each in range(mails)}
    assert len({case["reference"] for case in cases}) == mails

    letters = _letters(program)
    assert {row["state"] for row in letters} == {"sent"}, program.log()[-2000:]
    assert Counter(row["case"] for row in letters) == {case["reference"]: 1 for case in cases}
    # a letter whose sending nobody noted may have come twice: the same bytes, under one Message-ID
    copies: dict[str, list[bytes]] = {}
    for _, recipients, raw in sink.mails:
        if not recipients[0].endswith("@desk.example"):
            copies.setdefault(_message_id(raw), []).append(raw)
    assert set(copies) == {row["message_id"] for row in letters}
    assert [each for each, raws in copies.items() if len(set(raws)) > 1] == []
    audited = program.json("ledger", "--audit")
    assert [each for each in audited["audit"] if each["broken"]] == []
    return sum(len(raws) - 1 for raws in copies.values())


def _letters(program: Running) -> list[dict[str, str]]:
    return [row for row in program.json("outbox", "list") if not row["kind"].startswith("desk-")]


def _states(program: Running) -> Counter[str]:
    return Counter(row["state"] for row in _letters(program))


def _message_id(raw: bytes) -> str:
    head = raw.partition(b"\r\n\r\n")[0]
    return next(line for line in head.splitlines() if line.lower().startswith(b"message-id:")).decode()[13:-1]
