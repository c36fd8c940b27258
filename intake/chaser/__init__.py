"""Wakes the desk at a fixed pace. It decides nothing: what is due stands in the store's rows."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

THREADS = 4
LOOKS_EVERY_SECONDS = 1.0

log = structlog.get_logger()
# a run that is left out because the last one still goes on is as it should be
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Chaser:
    """Jobs at fixed intervals, one run of each at a time, a few jobs at once. Missed runs are made up for by one.

    The scheduler waits for instants. Where the clock is set back, so that a job's next run is further away than its
    interval, it comes now.
    """

    def __init__(self) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(THREADS)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._paces: dict[str, timedelta] = {}
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._heed_clock, name="clock", daemon=True)

    def every(self, seconds: float, name: str, work: Callable[[], object], first: float = 0.0) -> None:
        """Calls `work` at that pace, from `first` seconds after now on; after an error the next call comes as well."""

        def run() -> None:
            try:
                work()
            except Exception:
                log.exception("will be tried again", part=name)

        self._paces[name] = timedelta(seconds=max(seconds, first))
        begins = datetime.now(UTC) + timedelta(seconds=first)
        self._scheduler.add_job(run, "interval", seconds=seconds, id=name, next_run_time=begins)

    def start(self) -> None:
        """Begins."""
        self._scheduler.start()
        self._watch.start()

    def close(self) -> None:
        """Ends once the runs in hand are over."""
        self._stopped.set()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
            self._watch.join()

    def _heed_clock(self) -> None:
        while not self._stopped.wait(LOOKS_EVERY_SECONDS):
            now = datetime.now(UTC)
            for job in self._scheduler.get_jobs():
                if job.next_run_time - now > self._paces[job.id]:
                    job.modify(next_run_time=now)
