"""The one call that every channel ends in: keep the raw mail. Mails that arrive together share a commit."""

import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import structlog

from intake.store.engine import is_trouble
from intake.store.spool import NewMail

SHARED = 64

log = structlog.get_logger()


class Keeper:
    """A thread that keeps mails, many to a commit.

    `write` makes a batch durable in one commit and gives back the mails' ids, or raises with nothing kept.
    `kept` is called after each commit, to wake whoever decides.
    """

    def __init__(
        self, write: Callable[[Sequence[NewMail]], list[int]], kept: Callable[[], None] = lambda: None
    ) -> None:
        self._write = write
        self._kept = kept
        self._failed = False
        self._queue: queue.SimpleQueue[Future[int] | None] = queue.SimpleQueue()
        self._waiting: dict[Future[int], NewMail] = {}
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._thread.start()

    def keep(self, mail: NewMail) -> "Future[int]":
        """The mail's id once it is durably kept; the future's error means that nothing was kept."""
        future: Future[int] = Future()
        # a future that a vanished client cancels must not take the commit with it
        future.set_running_or_notify_cancel()
        with self._closing:
            if self._closed:
                future.set_exception(RuntimeError("the keeper is closed"))
            else:
                self._waiting[future] = mail
                self._queue.put(future)
        return future

    def withdraw(self, future: "Future[int]") -> None:
        """Does not keep the mail after all, where its commit has not begun; its future then has an error."""
        if self._waiting.pop(future, None):
            future.set_exception(TimeoutError("its commit did not begin in time"))

    def failed(self) -> bool:
        """Whether the database could not be had for the last mails that were to be kept since this was asked before."""
        failed, self._failed = self._failed, False
        return failed

    def close(self) -> None:
        """Keeps what is still queued, then ends."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (batch := self._next_batch()) is not None:
            try:
                ids = self._write([mail for mail, _ in batch])
            except Exception as error:
                self._failed = is_trouble(error)
                self._refuse(batch, error)
            else:
                self._failed = False
                for (_, future), mail_id in zip(batch, ids, strict=True):
                    future.set_result(mail_id)
            try:
                self._kept()
            except Exception:
                log.exception("could not wake whoever decides")

    def _refuse(self, batch: list[tuple[NewMail, "Future[int]"]], error: Exception) -> None:
        # one mail that cannot be written must not refuse its neighbours; a database that cannot be had
        # refuses all of them at once, not each after a wait of its own
        if len(batch) > 1 and not _is_busy(error):
            for item in batch:
                self._keep_alone(item)
            return
        for _, future in batch:
            future.set_exception(error)

    def _keep_alone(self, item: tuple[NewMail, "Future[int]"]) -> None:
        mail, future = item
        try:
            future.set_result(self._write([mail])[0])
        except Exception as error:
            future.set_exception(error)

    def _next_batch(self) -> list[tuple[NewMail, "Future[int]"]] | None:
        batch: list[tuple[NewMail, Future[int]]] = []
        while len(batch) < SHARED:
            try:
                future = self._queue.get(block=not batch)
            except queue.Empty:
                break
            if future is None:
                if not batch:
                    return None
                self._queue.put(None)
                break
            if mail := self._waiting.pop(future, None):
                batch.append((mail, future))
        return batch


def _is_busy(error: Exception) -> bool:
    """Whether the database as a whole could not be had; a full disk may still take a smaller mail."""
    full = getattr(getattr(error, "orig", None), "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return is_trouble(error) and not full
