"""Queues that only their own role may see: which cases stand in one, and what lists leave out."""

from collections.abc import Iterable
from typing import Any, Protocol

from intake.config import Route, Settings
from intake.errors import IntakeError
from intake.tomlfile import suggestion


class Placed(Protocol):
    """What tells who may see a case: the case itself, or these columns of its row."""

    @property
    def route(self) -> str: ...
    @property
    def queue(self) -> str: ...
    @property
    def private(self) -> bool: ...


def private_queue(routes: Iterable[Route], case: Placed) -> str:
    """The queue of a case that only its route's own role may see; empty for any other case.

    A case stays private where its route is gone from the configuration.
    """
    route = next((each for each in routes if each.address == case.route), None)
    return case.queue if (route.private if route else case.private) else ""


def private_people(settings: Settings) -> dict[str, str]:
    """The people behind the roles of private routes, each with the queue that is theirs."""
    tables = (settings.roles, *settings.roles_in.values())
    private = [route for route in settings.route if route.private]
    return {person: route.queue for route in private for table in tables for person in table.get(route.role, ())}


class View:
    """What a list shows: the queue that is named, else all cases but those of private queues.

    With `everything` none is left out. `hidden` are the private queues of which something was.
    """

    def __init__(self, settings: Settings, queue: str | None, *, everything: bool) -> None:
        self._routes, self._queue, self._everything = settings.route, queue, everything
        self._people = private_people(settings)
        self.hidden: set[str] = set()

    def found_nothing(self) -> None:
        """Raises `IntakeError` where that is because no route has the queue that was asked for."""
        known = sorted({route.queue for route in self._routes})
        if self._queue is not None and self._queue not in known:
            raise IntakeError(f'--queue: no route has the queue "{self._queue}"{suggestion(self._queue, known)}')

    def shows(self, case: Placed) -> bool:
        """Whether a case is to be seen."""
        if self._queue is not None:
            return case.queue == self._queue
        return self._open("" if self._everything else private_queue(self._routes, case))

    def shows_letter(self, row: Any) -> bool:
        """Whether a row of the outbox is to be seen: as its case is; of no case, by whom it goes to."""
        if row.route is not None:
            return self.shows(row)
        queue = self._people.get(row.recipient, "")
        return queue == self._queue if self._queue is not None else self._open("" if self._everything else queue)

    def _open(self, private: str) -> bool:
        self.hidden |= {private} if private else set()
        return not private
