"""kill -9 of the whole program at random moments while mail streams in, and what must hold afterwards."""

import random
import smtplib
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from house import ROUTE, mail
from running import Running, eventually, running

CLIENTS = 4
TRIES = 400


class Stream:
    """Clients that send numbered mails, each until it got its 250, as a mail server's queue does."""

    def __init__(self, program: Running, count: int) -> None:
        self._port = program.port
        self._numbers = iter(range(count))
        self._lock = threading.Lock()
        self.taken: set[int] = set()
        self.tries = 0
        self._threads = [threading.Thread(target=self._send, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def join(self, seconds: float) -> None:
        """Until every mail was taken."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), f"only {len(self.taken)} mails were taken in time"

    def _send(self) -> None:
        while (number := self._next()) is not None:
            writer = f"kim{number}@hosting{number}.example"
            raw = mail(sender=f"Kim <{writer}>", subject=f"Question {number}", message_id=f"{number}@hosting.example")
            for _ in range(TRIES):
                with self._lock:
                    self.tries += 1
                try:
                    with smtplib.SMTP("127.0.0.1", self._port, timeout=10) as client:
                        client.sendmail(writer, [ROUTE], raw)
                except (OSError, smtplib.SMTPException):
                    # the program is dead or starts
                    time.sleep(0.1)
                else:
                    with self._lock:
                        self.taken.add(number)
                    break

    def _next(self) -> int | None:
        with self._lock:
            return next(self._numbers, None)


@dataclass(frozen=True, slots=True)
class Survived:
    """What a run counted. `tries`: SMTP sessions begun; `twice`: letters that left a second time, as they were."""

    mails: int
    kills: int
    tries: int
    twice: int


def survive(folder: Path, mails: int, kills: int, seed: int, url: str = "") -> Survived:
    """So many mails and kills, and all that must hold afterwards. Mails that got no 250 come again, as they were.

    `url` is of an empty PostgreSQL database; SQLite without one.
    """
    chance = random.Random(seed)
    # each mail has a writer of its own, who is to get one letter
    changes = {"smtp.max_connections_per_client": 100, "store.url": url}
    with running(folder, changes) as program:
        stream = Stream(program, mails)
        for kill in range(kills):
            wanted = mails * (kill + chance.random()) / kills
            eventually(lambda wanted=wanted: len(stream.taken) >= int(wanted), 120, "more mails taken")  # type: ignore[misc]
            # some lives end before the desk has begun to decide, some in the middle of it
            time.sleep(chance.random() * 3)
            program.restart()
        stream.join(120)
        assert stream.taken == set(range(mails))

        ledger = eventually(
            lambda: found if not (found := program.json("ledger"))["waiting"] else None, 120, "all decided"
        )
        assert ledger["balanced"]
        assert ledger["new_case"] == mails
        # a mail that was kept while its 250 was lost came twice, and is no second case
        assert ledger["received"] == mails + ledger["duplicate"]
        cases = program.json("case", "list")
        assert Counter(case["subject"] for case in cases) == {f"Question {each}": 1 for each in range(mails)}
        assert len({case["reference"] for case in cases}) == mails

        def sent() -> list[dict[str, str]] | None:
            letters = [row for row in program.json("outbox", "list") if not row["kind"].startswith("desk-")]
            return letters if all(row["state"] == "sent" for row in letters) else None

        letters = eventually(sent, 120, f"all letters sent\n{program.log()[-2000:]}")
        assert Counter(row["case"] for row in letters) == {case["reference"]: 1 for case in cases}
        # a letter whose sending nobody noted may stand there twice, under one Message-ID
        there = [_message_id(file.read_bytes()) for file in (folder / "var/outgoing/new").iterdir()]
        assert {row["message_id"] for row in letters} <= set(there)
        audited = program.json("ledger", "--audit")
        assert [each for each in audited["audit"] if each["broken"]] == []
        assert program.stop() == 0
        return Survived(mails, kills, stream.tries, len(there) - len(set(there)))


def _message_id(raw: bytes) -> str:
    head = raw.partition(b"\r\n\r\n")[0]
    return next(line for line in head.splitlines() if line.lower().startswith(b"message-id:")).decode()[13:-1]
