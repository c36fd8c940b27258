"""Open cases moved to the version of their policy that serves: looked at first, then done, each in its own commit."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from intake.core.case.case import Case, Clock, Decision
from intake.core.case.version_change import moved
from intake.desk import post
from intake.desk.house import House
from intake.desk.outside import because_json
from intake.desk.work_list import OPEN
from intake.errors import Stale
from intake.store import cases, messages, people
from intake.store.engine import reading

TRIES = 5


@dataclass(frozen=True, slots=True)
class Move:
    """A case as it is, and as it would be under the version that serves; reasons are told in `language`."""

    before: Case
    decision: Decision
    language: str

    def json(self) -> dict[str, Any]:
        """The move in the outside's form: both versions, severities and due times, with the reasons after it."""
        after = self.decision.case
        old = {clock.number: clock for clock in self.before.clocks}
        return {
            "case": self.before.reference,
            "zone": after.zone,
            "policy_version": {"was": self.before.policy_version, "becomes": after.policy_version},
            "severity": {"was": self.before.severity, "becomes": after.severity},
            "clocks": [
                _clock(old.get(clock.number), clock, self.language) for clock in after.clocks if clock.state != "ended"
            ],
            "because": because_json(after.because[:1], self.language),
        }


def _clock(before: Clock | None, after: Clock, language: str) -> dict[str, Any]:
    was = before.due_at if before else None
    return {
        "kind": after.kind,
        "was": was.isoformat() if was else None,
        "becomes": after.due_at.isoformat() if after.due_at else None,
        "because": because_json(after.because, language),
    }


def previewed(house: House, name: str, now: datetime, actor: str) -> list[Move]:
    """What would become of each open case of the policy that is under another version. Writes nothing."""
    serving = house.policies.get(name)
    with reading(house.databases.reading) as connection:
        found = cases.each(connection, cases.of_states(connection, OPEN, policy=name))
        return [_move(house, connection, case, now, actor) for case in found if case.policy_version != serving.version]


def apply(house: House, name: str, now: datetime, actor: str) -> list[Move]:
    """Moves each of them and gives back what was done; a case that closed in the meantime keeps its version.

    Raises `Stale` where somebody was quicker every time; what was moved until then stays moved.
    """
    moves = (_applied(house, move.before.id, now, actor) for move in previewed(house, name, now, actor))
    return [move for move in moves if move is not None]


def _applied(house: House, case_id: int, now: datetime, actor: str) -> Move | None:
    for left in reversed(range(TRIES)):
        with reading(house.databases.reading) as connection:
            case = cases.load(connection, [case_id])[case_id]
            if case.state not in OPEN or case.policy_version == house.policies.get(case.policy).version:
                return None
            move = _move(house, connection, case, now, actor)
        try:
            with house.databases.desk.begin() as connection:
                post.save(house, connection, post.Posted(move.decision), now)
            break
        except Stale:
            if not left:
                raise
    return move


def _move(house: House, connection: Connection, case: Case, now: datetime, actor: str) -> Move:
    old, new = house.policy_of(connection, case), house.policies.get(case.policy)
    customer = people.load(connection, [case.customer_id]).get(case.customer_id) if case.customer_id else None
    decision = moved(old, new, case, _opening_words(connection, case), customer, now, actor)
    return Move(case, decision, house.settings.service.language)


def _opening_words(connection: Connection, case: Case) -> str:
    stored = messages.of_case(connection, case.id)
    first = next((each for each in stored if each.direction in ("in", "note") and each.at <= case.opened_at), None)
    return f"{first.subject}\n{first.new_text}" if first else case.subject
