"""Wakes the desk and the outbound room at a fixed pace. It decides nothing: what is due stands in the store's rows."""

import logging
from collections.abc import Callable
from datetime import datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

log = structlog.get_logger()
# a run that is left out because the last one still goes on is as it should be
logging.getLogger("apscheduler").setLevel(logging.ERROR)


class Chaser:
    """Jobs at fixed intervals in UTC, one run of each at a time, `threads` of them at once.

    Missed runs are made up for by one.
    """

    def __init__(self, threads: int) -> None:
        self._scheduler = BackgroundScheduler(
            timezone="UTC",
            executors={"default": ThreadPoolExecutor(threads)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, name: str, work: Callable[[], object], first: datetime) -> None:
        """Calls `work` from `first` on at that pace; after an error the next call comes all the same."""

        def run() -> None:
            try:
                work()
            except Exception:
                log.exception("will be tried again", part=name)

        self._scheduler.add_job(run, "interval", seconds=seconds, id=name, next_run_time=first)

    def start(self) -> None:
        """Begins."""
        self._scheduler.start()

    def close(self) -> None:
        """Ends once the runs in hand are over."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
