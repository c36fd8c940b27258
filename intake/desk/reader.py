"""Reading mails in worker processes with limits of time and memory, so that a hostile mail can be killed."""

import multiprocessing
import resource
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import dataclass
from pathlib import Path

from pebble import ProcessExpired, ProcessFuture, ProcessPool
from sqlalchemy import Engine

from intake.core.mail.fields import read_fields
from intake.core.mail.form import FieldSpec, FieldValue
from intake.core.mail.message import Message, Trust, Unreadable
from intake.core.mail.read import read
from intake.store import spool
from intake.store.engine import open_databases

CHUNK = 10
MAILS_BEFORE_RENEWAL = 2_000
PRELOADED = ["intake.desk.reader", "intake.core.mail.language"]

Specs = Mapping[str, tuple[FieldSpec, ...]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says, with the form's fields for each policy asked about; or why it cannot be read.

    `fields` are read from the whole mail, `new_fields` from what the writer added alone.
    """

    message: Message | None
    fields: Mapping[str, Mapping[str, FieldValue]]
    new_fields: Mapping[str, Mapping[str, FieldValue]]
    problem: str = ""


@dataclass(frozen=True)
class Way:
    """How mails are read: whose word counts, which addresses are ours, and the limits (seconds, megabytes)."""

    trust: Trust
    own_addresses: frozenset[str]
    workers: int = 1
    seconds: float = 5
    memory_mb: int = 512


class Reader:
    """A pool of reading processes over a spool. Start it before threads that hold locks."""

    def __init__(self, folder: Path, url: str, way: Way) -> None:
        self._way = way
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self._pool = ProcessPool(
            max_workers=way.workers,
            max_tasks=MAILS_BEFORE_RENEWAL,
            initializer=_prepare,
            initargs=(folder, url, way),
            context=context,
        )

    def kept(self, ids: Sequence[int], specs: Specs) -> dict[int, Reading]:
        """Reads kept mails. A chunk that dies is read again one by one, and only the culprit stays unread."""
        chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
        futures = [
            (chunk, self._pool.schedule(_read_kept, [chunk, specs], timeout=self._way.seconds)) for chunk in chunks
        ]
        out: dict[int, Reading] = {}
        for chunk, future in futures:
            readings, problem = self._result(future)
            if readings is not None:
                out |= zip(chunk, readings, strict=True)
            elif len(chunk) == 1:
                out[chunk[0]] = Reading(None, {}, {}, problem)
            else:
                for mail_id in chunk:
                    out |= self.kept([mail_id], specs)
        return out

    def raw(self, raw: bytes, specs: Specs) -> Reading:
        """Reads bytes that are not kept."""
        future = self._pool.schedule(_read_raw, [[raw], specs], timeout=self._way.seconds)
        readings, problem = self._result(future)
        return readings[0] if readings else Reading(None, {}, {}, problem)

    def close(self) -> None:
        """Ends the processes."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()

    def _result(self, future: "ProcessFuture[list[Reading]]") -> tuple[list[Reading] | None, str]:
        try:
            return future.result(), ""
        except FutureTimeout:
            return None, f"reading took more than {self._way.seconds:g} seconds"
        except (ProcessExpired, MemoryError):
            return None, f"reading took more than {self._way.memory_mb} MB of memory, or crashed"


_engine: Engine | None = None
_way: Way | None = None


def _prepare(folder: Path, url: str, way: Way) -> None:
    """In the worker: its memory limit, and its own connection to the spool."""
    global _engine, _way
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    bound = used + way.memory_mb * 1_048_576
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    _engine = open_databases(folder, url).spool
    _way = way


def _read_kept(ids: Iterable[int], specs: Specs) -> list[Reading]:
    assert _engine is not None
    engine = _engine
    return _read_raw((spool.raw(engine, mail_id) for mail_id in ids), specs)


def _read_raw(raws: Iterable[bytes], specs: Specs) -> list[Reading]:
    assert _way is not None
    return [_read_one(raw, specs, _way) for raw in raws]


def _read_one(raw: bytes, specs: Specs, way: Way) -> Reading:
    try:
        message = read(raw, trust=way.trust, own_addresses=way.own_addresses)
        fields = {policy: read_fields(each, message.form_texts) for policy, each in specs.items()}
        added = {policy: read_fields(each, message.form_texts[:1]) for policy, each in specs.items()}
    except Unreadable as error:
        return Reading(None, {}, {}, str(error))
    except MemoryError:
        raise
    except Exception as error:
        # a fault of ours: this mail waits for a person, and its neighbours go on
        return Reading(None, {}, {}, f"reading failed: {type(error).__name__}: {error}"[:500])
    return Reading(message, fields, added)
