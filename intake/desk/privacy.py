"""Queues that only their own role may see: which cases stand in one, and what lists leave out."""

from collections.abc import Iterable

from intake.config import Route
from intake.core.case.case import Case


def private_queue(routes: Iterable[Route], case: Case) -> str:
    """The queue of a case that only its route's own role may see; empty for any other case.

    A case stays private where its route is gone from the configuration.
    """
    route = next((each for each in routes if each.address == case.route), None)
    return case.queue if (route.private if route else "security" in case.marks) else ""


class View:
    """What a list shows: the queue that is named, else all cases but those of private queues.

    With `everything` none is left out. `hidden` are the private queues of which something was.
    """

    def __init__(self, routes: Iterable[Route], queue: str | None, *, everything: bool) -> None:
        self._routes, self._queue, self._everything = tuple(routes), queue, everything
        self.hidden: set[str] = set()

    def shows(self, case: Case) -> bool:
        """Whether a case is to be seen."""
        if self._queue is not None:
            return case.queue == self._queue
        private = "" if self._everything else private_queue(self._routes, case)
        self.hidden |= {private} if private else set()
        return not private
