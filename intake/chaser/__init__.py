"""Wakes the desk and the outbound room at a fixed pace. It decides nothing: what is due stands in the store's rows."""

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()


class Chaser:
    """Jobs at fixed intervals, each in a thread of its own, one run of each at a time.

    Intervals are of time that passed: a clock that is set back or forth holds up none. Missed runs are made up for by
    one.
    """

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def every(self, seconds: float, name: str, work: Callable[[], object], first: float = 0.0) -> None:
        """Calls `work` at that pace, `first` seconds after the start; after an error the next call comes as well."""

        def run() -> None:
            due = time.monotonic() + first
            while not self._stopped.wait(due - time.monotonic()):
                due = time.monotonic() + seconds
                try:
                    work()
                except Exception:
                    log.exception("will be tried again", part=name)

        self._threads.append(threading.Thread(target=run, name=name, daemon=True))

    def start(self) -> None:
        """Begins."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Ends once the runs in hand are over."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
