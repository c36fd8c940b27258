"""What several instances on one PostgreSQL need of each other: hands for mails, and a watermark.

On SQLite one desk works alone, and its ids come in the order of their commits: there is nothing to do.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Lock
from zlib import crc32

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from intake.store.engine import WRITES_WITHIN, Databases
from intake.store.ledger import Waiting

# PostgreSQL's advisory locks of two numbers: the first says whether a sender's mails or a mailbox are meant
SENDERS, MAILBOXES = 7_251_002, 7_251_003
TRY_LOCKS = text("SELECT key FROM unnest(CAST(:keys AS integer[])) AS key WHERE pg_try_advisory_lock(:senders, key)")
TRY_LOCK = text("SELECT pg_try_advisory_lock(:kind, :key)")
UNLOCK = text("SELECT pg_advisory_unlock(:kind, :key)")
UNLOCK_ALL = text("SELECT pg_advisory_unlock_all()")


@contextmanager
def in_hand(databases: Databases, works: Sequence[Waiting], most: int) -> Iterator[list[Waiting]]:
    """Those of the mails that are ours to decide, until the block ends; at most so many.

    A sender's mails are in one hand at a time, so that they are decided in their order. The hand is a lock of a
    connection: it opens by itself where its instance dies.
    """
    if not databases.shared:
        yield list(works[:most])
        return
    with databases.desk.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        keys = {_key(work) for work in works}
        mine = set(connection.scalars(TRY_LOCKS, {"keys": sorted(keys), "senders": SENDERS}))
        try:
            yield [work for work in works if _key(work) in mine][:most]
        finally:
            connection.execute(UNLOCK_ALL)


def _key(work: Waiting) -> int:
    mail = work.mail
    return _number(mail.login or mail.envelope_from or mail.source)


def _number(name: str) -> int:
    return crc32(name.lower().encode()) - 2**31


class Mailboxes:
    """The mailboxes that this instance has in hand: each is read by one instance at a time.

    All of them hang on one connection, and open with it where this instance dies or loses the database.
    """

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._lock = Lock()
        self._connection: Connection | None = None
        self._held: set[str] = set()

    def take(self, name: str) -> bool:
        """Whether the mailbox is ours: it was already, or is from now on. Raises the driver's error."""
        if not self._databases.shared:
            return True
        with self._lock:
            try:
                return self._take(name)
            except DBAPIError:
                self._lose()
                raise

    def let_go(self, name: str) -> None:
        """Leaves the mailbox to whoever wants it."""
        with self._lock:
            if self._connection is None or name not in self._held:
                return
            self._held.discard(name)
            try:
                self._connection.execute(UNLOCK, {"kind": MAILBOXES, "key": _number(name)})
            except DBAPIError:
                self._lose()

    def close(self) -> None:
        """Lets all of them go."""
        with self._lock:
            if self._connection is not None:
                with suppress(DBAPIError):
                    self._connection.execute(UNLOCK_ALL)
            self._lose()

    def _take(self, name: str) -> bool:
        if self._connection is None:
            connection = self._databases.desk.connect()
            self._connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        if name in self._held:
            # asked, since a connection that has gone took the lock with it
            self._connection.execute(text("SELECT 1"))
            return True
        if self._connection.scalar(TRY_LOCK, {"kind": MAILBOXES, "key": _number(name)}):
            self._held.add(name)
        return name in self._held

    def _lose(self) -> None:
        connection, self._connection = self._connection, None
        self._held.clear()
        if connection is not None:
            # not handed back to the pool: the locks are to go with it
            with suppress(DBAPIError):
                connection.invalidate()
            connection.close()


class Watermark:
    """Below which id no mail can still appear: PostgreSQL gives ids out before it commits, in any order."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()
        self._safe = 0

    def below(self, last: int) -> int:
        """The highest id that was there so long ago that no transaction of then still runs; `last` is there now."""
        now = self._clock()
        if not self._seen or self._seen[-1][1] < last:
            self._seen.append((now, last))
        while self._seen and now - self._seen[0][0] > WRITES_WITHIN:
            self._safe = self._seen.popleft()[1]
        return self._safe
