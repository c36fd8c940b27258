"""The open cases in the work list's order, kept at hand: what changed since somebody looked is read again."""

import threading
from collections.abc import Sequence

from sqlalchemy import Connection

from intake.core.case.case import Case
from intake.core.case.work_list import Place, key, ordered
from intake.desk.house import House
from intake.desk.policies import Policies
from intake.desk.sight import Sight
from intake.desk.work_list import OPEN
from intake.store import slim
from intake.store.slim import Digest

SIGHTS = 50


class OpenCases:
    """Every open case as far as a list needs it (`intake.store.slim`), in order, as each person may see them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._policies: Policies | None = None
        self._whole: Digest = ()
        self._digests: dict[int, Digest] = {}
        self._drawers: dict[int, dict[int, Case]] = {}
        self._places: dict[int, Place] = {}
        self._ordered: list[Case] = []
        self._seen: dict[Sight, list[Case]] = {}

    def look(self, house: House, connection: Connection) -> None:
        """Reads what changed; the first time everything, so that nobody need wait for it."""
        with self._lock:
            self._refresh(house, connection)

    def seen_by(self, house: House, connection: Connection, sight: Sight) -> Sequence[Case]:
        """Those that somebody may see, in the work list's order."""
        with self._lock:
            self._refresh(house, connection)
            if sight not in self._seen:
                if len(self._seen) >= SIGHTS:
                    self._seen.clear()
                self._seen[sight] = [case for case in self._ordered if sight.sees(case)]
            return self._seen[sight]

    def why(self, case_id: int) -> str:
        """Why a case stands where it does; empty for one that is not in the list (any more)."""
        place = self._places.get(case_id)
        return place.because if place else ""

    def _refresh(self, house: House, connection: Connection) -> None:
        whole = slim.digest(connection, OPEN)
        if self._policies is house.policies and self._whole == whole:
            return
        digests = slim.digests(connection, OPEN)
        if self._policies is not house.policies:
            self._digests, self._drawers, self._places = {}, {}, {}
        changed = [drawer for drawer, digest in digests.items() if self._digests.get(drawer) != digest]
        gone = self._digests.keys() - digests.keys()
        known = {policy.name: policy for policy in house.policies}
        by_impact = [
            policy.name
            for policy in house.policies
            if policy.file.work_list and "impact" in policy.file.work_list.order
        ]
        fresh = slim.of_drawers(connection, OPEN, changed, by_impact)
        places = dict(self._places)
        for drawer in (*changed, *gone):
            for case_id in self._drawers.get(drawer, ()):
                del places[case_id]
        for found in fresh.values():
            places |= {case.id: key(known.get(case.policy), case) for case in found.values()}
        drawers = {drawer: fresh[drawer] if drawer in fresh else self._drawers[drawer] for drawer in digests}
        order = ordered(places)
        self._ordered = [drawers[case_id // slim.DRAWER][case_id] for case_id in order]
        self._policies, self._whole, self._digests = house.policies, whole, digests
        # what stands in order already is soon sorted again
        self._drawers, self._places = drawers, {case_id: places[case_id] for case_id in order}
        self._seen = {}
