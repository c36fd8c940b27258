"""Tells the store when each part last did its work, so that the desk's page can say which stands still."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine

from intake.store import heartbeats


class Pulse:
    """What parts of this process did, kept in memory until `write` puts it into the store: a part never waits for it.

    `instance` is this process's name, the same after a restart; `now` gives this instant. A part is named as in
    `intake.desk.health`.
    """

    def __init__(self, desk: Engine, instance: str, now: Callable[[], datetime]) -> None:
        self._desk = desk
        self._instance = instance
        self._now = now
        self._worked: dict[str, datetime] = {}

    def worked(self, part: str) -> None:
        """A part did its work, or looked and found none."""
        self._worked[part] = self._now()

    def write(self) -> None:
        """Puts what was done since the last time into the store."""
        fresh, self._worked = self._worked, {}
        if fresh:
            with self._desk.begin() as connection:
                heartbeats.save(connection, self._instance, fresh)

    def end(self) -> None:
        """This process ends in order: nobody need miss its parts."""
        with self._desk.begin() as connection:
            heartbeats.forget(connection, self._instance)
