"""Long work beside the pages: one piece at a time, whose progress and result a page asks for."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import structlog

from intake.errors import IntakeError

log = structlog.get_logger()
KEPT = 20

Tell = Callable[[int, int], None]


class Stopped(Exception):  # noqa: N818
    """Somebody wants no more of it."""


@dataclass
class Job:
    """One piece of work: how far it is (`done` of `whole`), and then its result or what went wrong."""

    what: str
    done: int = 0
    whole: int = 0
    over: bool = False
    result: Any = None
    said: str = ""
    stopped: bool = False

    def tell(self, done: int, whole: int) -> None:
        """Notes how far it is. Raises `Stopped`."""
        self.done, self.whole = done, whole
        if self.stopped:
            raise Stopped


@dataclass
class Background:
    """The work of everybody; of each key the last piece is kept."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _jobs: dict[Hashable, Job] = field(default_factory=dict)

    def begin(self, key: Hashable, what: str, work: Callable[[Tell], Any]) -> Job:
        """Begins a piece of work. Raises `IntakeError` while another one runs."""
        with self._lock:
            if any(not each.over for each in self._jobs.values()):
                raise IntakeError("another one runs at this moment; one at a time, so that mail does not wait")
            self._jobs.pop(key, None)
            job = self._jobs[key] = Job(what)
            for old in list(self._jobs)[:-KEPT]:
                del self._jobs[old]
        threading.Thread(target=_run, args=(job, work), name="background", daemon=True).start()
        return job

    def of(self, key: Hashable) -> Job | None:
        """The last piece of work of a key."""
        return self._jobs.get(key)


def _run(job: Job, work: Callable[[Tell], Any]) -> None:
    try:
        job.result = work(job.tell)
    except Stopped:
        job.said = "stopped"
    except IntakeError as error:
        job.said = str(error)
    except Exception:
        log.exception("work beside the pages failed", what=job.what)
        job.said = "something went wrong; it stands in the log"
    finally:
        job.over = True
