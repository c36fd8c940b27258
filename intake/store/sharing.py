"""What several instances on one PostgreSQL need of each other: hands for mails, and a watermark.

On SQLite one desk works alone, and its ids come in the order of their commits: there is nothing to do.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from zlib import crc32

from sqlalchemy import text

from intake.store.engine import WRITES_WITHIN, Databases
from intake.store.ledger import Waiting

# PostgreSQL's advisory locks of two numbers: the first says that a sender's mails are meant
SENDERS = 7_251_002
TRY_LOCKS = text("SELECT key FROM unnest(CAST(:keys AS integer[])) AS key WHERE pg_try_advisory_lock(:senders, key)")


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
            connection.execute(text("SELECT pg_advisory_unlock_all()"))


def _key(work: Waiting) -> int:
    mail = work.mail
    sender = mail.login or mail.envelope_from or mail.source
    return crc32(sender.lower().encode()) - 2**31


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
