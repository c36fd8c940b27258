"""Reading mails in worker processes with limits of time and memory, so that a hostile mail can be killed."""

import os
import resource
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessFuture, ProcessPool
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from intake.core.mail.clean import clean
from intake.core.mail.fields import read_fields
from intake.core.mail.form import FieldSpec, FieldValue
from intake.core.mail.message import Message, Trust, Unreadable
from intake.core.mail.read import html_of, locate, read
from intake.core.sentences import sentence
from intake.desk import readers
from intake.desk.signatures import Keys, signer
from intake.errors import IntakeError
from intake.store import spool
from intake.store.engine import open_databases, reading

CHUNK = 10
TRIES = 2
CHUNKS_BEFORE_RENEWAL = 2_000
NICE = 5

Specs = Mapping[str, tuple[FieldSpec, ...]]
Work = Callable[..., Any]


@dataclass(frozen=True)
class Reading:
    """What a mail says, with the form's fields for each policy asked about; or why it cannot be read.

    `released`: somebody said that a person wrote it, wherever it was sent.
    """

    message: Message | None
    fields: Mapping[str, Mapping[str, FieldValue]]
    problem: str = ""
    released: bool = False


def released(read: Reading) -> Reading:
    """The reading of a mail that somebody looked at and found to be a person's."""
    message = read.message
    if message is None:
        return read
    silent = message.automatic_because or "released by a person, who will answer"
    person = replace(message, kind="person", kind_because="released by a person", bounce=None, automatic_because=silent)
    return replace(read, message=person, released=True)


@dataclass(frozen=True)
class Way:
    """How mails are read: whose word counts, which addresses are ours, and the limits (seconds, megabytes).

    `patience`: seconds beyond the limit after which processes that do not answer at all are replaced.
    """

    trust: Trust
    own_addresses: frozenset[str]
    workers: int = 1
    seconds: float = 5
    memory_mb: int = 512
    patience: float = 30


class Broken(Exception):  # noqa: N818  (a fact about the pool, whatever mail was in it)
    """The processes are gone or do not answer; others have taken their place."""


@dataclass(frozen=True, slots=True, eq=False)
class Chunk:
    """Kept mails that are read together, with the fields asked for, by a pool that will say what it found."""

    ids: Sequence[int]
    specs: Specs
    pool: ProcessPool
    future: "ProcessFuture[Any]"


class Reader:
    """A pool of reading processes over a spool. Start it before threads that hold locks.

    A pool that breaks (its idle workers killed for want of memory, say) is replaced by another one. With `keys`,
    signatures of From's domain are checked where no trusted host is named.
    """

    def __init__(self, folder: Path, url: str, way: Way, keys: Keys | None = None) -> None:
        self._way = way
        self._keys = keys
        self._place = (folder, url)
        self._lock = threading.Lock()
        self._closed = False
        self._pool = self._new_pool()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=self._way.workers,
            max_tasks=CHUNKS_BEFORE_RENEWAL,
            initializer=_prepare,
            initargs=(*self._place, self._way),
            context=readers.context(),
        )

    def kept(self, ids: Sequence[int], specs: Specs) -> dict[int, Reading]:
        """Reads kept mails. A chunk that dies is read again one by one, and only the culprit stays unread.

        Raises `IntakeError` where no process can be had: that is no mail's fault.
        """
        return self.finish(self.begin(ids, specs))

    def begin(self, ids: Sequence[int], specs: Specs) -> list[Chunk]:
        """Has kept mails read from now on, and does not wait for it. Raises as `kept` does."""
        chunks = (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
        return [Chunk(chunk, specs, *self._begin(_read_kept, chunk, specs)) for chunk in chunks]

    def finish(self, chunks: Iterable[Chunk]) -> dict[int, Reading]:
        """What became of the reading that was begun, by the mails' ids; waits for it. Raises as `kept` does."""
        out: dict[int, Reading] = {}
        for chunk in chunks:
            try:
                readings, problem = self._result(chunk.pool, chunk.future)
            except Broken:
                readings, problem = None, ""
            if readings is not None:
                out |= zip(chunk.ids, readings, strict=True)
            elif len(chunk.ids) == 1 and problem:
                out[chunk.ids[0]] = Reading(None, {}, problem)
            else:
                out |= {mail_id: self._alone(_read_kept, mail_id, chunk.specs) for mail_id in chunk.ids}
        return self._believed(_check_kept, {mail_id: mail_id for mail_id in out}, out)

    def raw(self, raw: bytes, specs: Specs) -> Reading:
        """Reads bytes that are not kept. Raises `IntakeError` where no process can be had."""
        return self._believed(_check_raw, {0: raw}, {0: self._alone(_read_raw, raw, specs)})[0]

    def html(self, mail_id: int, *, images: bool) -> str | None:
        """The HTML of a kept mail, cleaned; empty where it has none, None where that takes too much to find out."""
        try:
            found, _ = self._result(*self._begin(_html_kept, mail_id, images))
        except Broken:
            return None
        return found[0] if found else None

    def attachment(self, mail_id: int, place: tuple[int, ...]) -> bytes | None:
        """The decoded bytes of a kept mail's attachment; None where there is none at that place."""
        try:
            found, _ = self._result(*self._begin(_attachment_kept, mail_id, place))
        except Broken:
            return None
        return found[0] if found else None

    def _believed(self, work: Work, mails: Mapping[int, int | bytes], read: dict[int, Reading]) -> dict[int, Reading]:
        """The readings, their senders believed where a signature holds by its key in DNS."""
        wanted = {each: reading.message.signature_records for each, reading in read.items() if reading.message}
        if self._keys is None or not any(wanted.values()):
            return read
        keys = self._keys.of(name for names in wanted.values() for name in names)
        for each, names in wanted.items():
            mine = {name: keys[name] for name in names if name in keys}
            if not mine:
                continue
            try:
                signers, _ = self._result(*self._begin(work, mails[each], mine))
            except Broken:
                signers = None
            if signers and signers[0]:
                read[each] = _signed(read[each], signers[0])
        return read

    def close(self) -> None:
        """Ends the processes."""
        with self._lock:
            self._closed = True
            self._pool.stop()  # type: ignore[no-untyped-call]
            self._pool.join()

    def _alone(self, work: Work, mail: int | bytes, specs: Specs) -> Reading:
        for _ in range(TRIES):
            try:
                readings, problem = self._result(*self._begin(work, [mail], specs))
            except Broken:
                continue
            return readings[0] if readings else Reading(None, {}, problem)
        if not self._works(specs):
            raise IntakeError("the reading processes do not run; the mails wait")
        return Reading(None, {}, sentence("reading broke off every time"))

    def _works(self, specs: Specs) -> bool:
        """Whether processes can be had at all."""
        try:
            return self._result(*self._begin(_read_raw, [], specs))[0] is not None
        except Broken:
            return False

    def _begin(self, work: Work, mails: Any, given: Any) -> "tuple[ProcessPool, ProcessFuture[Any]]":
        with self._lock:
            if self._closed:
                raise IntakeError("the reader is closed")
            readers.start()
            if not self._pool.active:
                self._replace()
            try:
                return self._pool, self._pool.schedule(work, [mails, given], timeout=self._way.seconds)
            except RuntimeError:
                # it broke between the look and the order
                self._replace()
                return self._pool, self._pool.schedule(work, [mails, given], timeout=self._way.seconds)

    def _result(self, pool: ProcessPool, future: "ProcessFuture[Any]") -> tuple[list[Any] | None, str]:
        """What the work gave, or why it gave nothing. Raises `Broken` where the mails cannot be blamed."""
        try:
            return future.result(self._way.seconds + self._way.patience), ""
        except FutureTimeout:
            if future.done():
                return None, f"reading took more than {self._way.seconds:g} seconds"
            with self._lock:
                if pool is self._pool:
                    self._replace()
        except (BrokenProcessPool, CancelledError):
            pass
        except (ProcessExpired, MemoryError):
            return None, f"reading took more than {self._way.memory_mb} MB of memory, or crashed"
        raise Broken

    def _replace(self) -> None:
        old, self._pool = self._pool, self._new_pool()
        old.stop()  # type: ignore[no-untyped-call]
        threading.Thread(target=old.join, name="old readers", daemon=True).start()


_engine: Engine | None = None
_way: Way | None = None


def _prepare(folder: Path, url: str, way: Way) -> None:
    """In the worker: its memory limit, and its own connection to the spool. It yields to whoever takes and decides."""
    global _engine, _way
    os.nice(NICE)
    _engine = open_databases(folder, url).spool
    # a driver and a connection are the worker's own, and no mail's time or memory
    with suppress(SQLAlchemyError):
        _engine.connect().close()
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    bound = used + way.memory_mb * 1_048_576
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    _way = way


def _read_kept(ids: Sequence[int], specs: Specs) -> list[Reading]:
    assert _engine is not None
    with reading(_engine) as connection:
        return _read_raw(_kept(connection, ids), specs)


def _alone(mail_id: int) -> bytes:
    assert _engine is not None
    with reading(_engine) as connection:
        return next(_kept(connection, [mail_id]))


def _kept(connection: Connection, ids: Sequence[int]) -> Iterator[bytes]:
    """Kept mails' bytes. Raises `MemoryError` where the driver finds no room for them."""
    try:
        yield from spool.raws_of(connection, ids)
    except DBAPIError as error:
        # (a trouble of the server's own has a state)
        if getattr(error.orig, "sqlstate", None) is None and "memory" in str(error.orig):
            raise MemoryError from None
        raise


def _read_raw(raws: Iterable[bytes], specs: Specs) -> list[Reading]:
    assert _way is not None
    return [_read_one(raw, specs, _way) for raw in raws]


def _html_kept(mail_id: int, images: bool) -> list[str | None]:
    try:
        return [clean(html_of(_alone(mail_id)), images=images)]
    except Unreadable:
        return [None]


def _attachment_kept(mail_id: int, place: tuple[int, ...]) -> list[bytes | None]:
    try:
        return [locate(_alone(mail_id), place)]
    except (Unreadable, LookupError):
        return [None]


def _check_kept(mail_id: int, keys: Mapping[str, bytes]) -> list[str | None]:
    return _check_raw(_alone(mail_id), keys)


def _check_raw(raw: bytes, keys: Mapping[str, bytes]) -> list[str | None]:
    return [signer(raw, keys)]


def _signed(reading: Reading, domain: str) -> Reading:
    """The reading of a mail that the domain of From, or one aligned with it, signed."""
    assert reading.message is not None
    because = sentence("the signature of {domain} holds", domain=domain)
    return replace(reading, message=replace(reading.message, authentication="pass", authentication_because=because))


def _read_one(raw: bytes, specs: Specs, way: Way) -> Reading:
    try:
        message = read(raw, trust=way.trust, own_addresses=way.own_addresses)
        fields = {policy: read_fields(each, message.form_texts, message.file_texts) for policy, each in specs.items()}
    except Unreadable as error:
        return Reading(None, {}, error.args[0])
    except MemoryError:
        raise
    except Exception as error:
        # a fault of ours: this mail waits for a person, and its neighbours go on
        return Reading(None, {}, sentence("reading failed: {error}", error=f"{type(error).__name__}: {error}"[:500]))
    return Reading(message, fields)
