"""Notes which mails have left, while the next are being sent: those that leave while others write share a commit.

Until it is noted, a mail that a server has taken would go out again if the program were killed (THREATS 53). So it is
noted at once, and senders wait where notes fall behind.
"""

import threading
from collections.abc import Callable
from queue import SimpleQueue

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from intake.store import sending
from intake.store.sending import Left

AHEAD = 16
TRIES = 3


class Notes:
    """For the senders of a process, which may be several threads. No more than `AHEAD` mails wait to be noted."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._left: SimpleQueue[Left | None] = SimpleQueue()
        self._gathered: list[Left] = []
        self._ends = False
        self._room = threading.Semaphore(AHEAD)
        self._trouble: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="notes", daemon=True)
        self._thread.start()

    def add(self, left: Left) -> None:
        """Has it noted that a mail has left. Raises what kept those before it from being noted."""
        self._room.acquire()
        self._left.put(left)
        self._raise()

    def close(self) -> None:
        """Waits until all is noted. Raises what kept it from being noted."""
        self._left.put(None)
        self._thread.join()
        self._raise()

    def _raise(self) -> None:
        trouble, self._trouble = self._trouble, None
        if trouble:
            raise trouble

    def _run(self) -> None:
        while not self._ends:
            self._gather(self._left.get())
            if not self._gathered:
                continue
            try:
                insist(self._note)
            except Exception as error:
                self._trouble = error
            self._room.release(len(self._gathered))
            self._gathered.clear()

    def _note(self) -> None:
        with self._engine.begin() as connection:
            # what left while it waited for its turn to write is noted with what it waited for
            while not self._left.empty():
                self._gather(self._left.get())
            sending.mark_sent(connection, self._gathered)

    def _gather(self, left: Left | None) -> None:
        if left is None:
            self._ends = True
        else:
            self._gathered.append(left)


def insist(note: Callable[..., object], *facts: object, **more: object) -> None:
    """Notes what happened; a busy database is asked again, since a sent mail that is not noted goes out twice."""
    for patience in range(TRIES, 0, -1):
        try:
            note(*facts, **more)
        except OperationalError:
            if patience == 1:
                raise
        else:
            return
