"""The running program's senders: a thread and a connection of its own each."""

import threading
from collections.abc import Callable
from datetime import timedelta

import structlog
from sqlalchemy import Engine

from intake.app import now, transport
from intake.config import Config
from intake.outbound.deliver import Notes, Transport, deliver
from intake.store import outbox

log = structlog.get_logger()


class Senders:
    """As many as `outgoing.connections` says. They look for letters once some are queued, and every so many `seconds`.

    `owner` names this process, `stop` ends it. `worked` is called whenever a sender did something or looked in vain;
    `ends` is asked after an error, and says whether the program ends for it, so that it is not told here.
    """

    def __init__(
        self,
        config: Config,
        desk: Engine,
        owner: str,
        seconds: float,
        stop: threading.Event,
        worked: Callable[[], object] = lambda: None,
        ends: Callable[[], bool] = lambda: False,
    ) -> None:
        self._config, self._desk, self._owner, self._seconds = config, desk, owner, seconds
        self._stop, self._worked, self._ends = stop, worked, ends
        self._woken = [threading.Event() for _ in range(config.settings.outgoing.connections)]
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begins with what is queued already. Raises `IntakeError` where the way out's password is not there."""
        ways = [transport(self._config) for _ in self._woken]
        self._notes = Notes(self._desk)
        outbox.when_queued(self._desk, self.wake)
        for number, (way, woken) in enumerate(zip(ways, self._woken, strict=True)):
            thread = threading.Thread(target=self._run, args=(number, way, woken), name=f"send {number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        """There may be letters."""
        for woken in self._woken:
            woken.set()

    def close(self) -> None:
        """Ends once the letters in hand are sent and noted."""
        self._stop.set()
        self.wake()
        for thread in self._threads:
            thread.join()
        try:
            self._notes.close()
        except Exception:
            log.exception("letters that have left will go out again")

    def _run(self, number: int, way: Transport, woken: threading.Event) -> None:
        while not self._stop.is_set():
            # cleared first: a letter that is queued while we look wakes us again
            woken.clear()
            try:
                sent, shut = self._pass(way, f"{self._owner}-{number}")
            except Exception:
                sent, shut = False, True
                if not self._ends():
                    log.exception("will be tried again", part=f"send {number}")
            if not sent:
                # a way out that is shut is not asked again for each letter that comes
                (self._stop if shut else woken).wait(self._seconds)
        way.close()

    def _pass(self, way: Transport, owner: str) -> tuple[bool, bool]:
        """Whether something left or was stopped, and whether something waits for a later try."""

        def going() -> bool:
            self._worked()
            return not self._stop.is_set()

        give_up = timedelta(hours=self._config.settings.outgoing.give_up_after_hours)
        counts = deliver(self._desk, way, owner, now, give_up=give_up, keep_going=going, notes=self._notes)
        self._worked()
        return bool(counts), bool(counts.later)
