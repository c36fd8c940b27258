"""Cases as they were stored a moment ago, for the notices about them, so that these need not load them again."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from intake.core.case.case import Case
from intake.store import cases

MOST = 2_000
"""So many notices are looked at in one go; each case takes a few kilobytes."""


class Fresh:
    """What a desk has stored since it last told anybody. Its threads share it.

    What another instance, a person or the chaser has changed since has another version, and is loaded.
    """

    def __init__(self) -> None:
        self._stored: dict[int, Case] = {}

    def add(self, case_id: int, case: Case) -> None:
        """A case as it was just saved, under the id that it has now. Beyond so many none is kept."""
        if len(self._stored) < MOST:
            self._stored[case_id] = case

    def load(self, connection: Connection, ids: Sequence[int]) -> dict[int, Case]:
        """The cases of these ids, as the connection sees them. None of them is kept any longer."""
        stored = {each: case for each in ids if (case := self._stored.pop(each, None))}
        versions = cases.versions(connection, stored)
        same = {
            each: replace(case, id=each, version=versions[each])
            for each, case in stored.items()
            if versions.get(each) == case.version + 1
        }
        return same | {case.id: case for case in cases.each(connection, [each for each in ids if each not in same])}

    def clear(self) -> None:
        """Keeps none of them any longer: whatever there was to tell was looked at."""
        self._stored = {}
