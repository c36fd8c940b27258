"""Somebody of the desk leaves: looked at first, then done. Their cases go on with whoever is named, or with a role."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from intake.core.case.act import Act
from intake.core.case.case import SYSTEM, Entry
from intake.desk import act
from intake.desk.house import House
from intake.desk.work_list import OPEN, OVER
from intake.errors import IntakeError
from intake.store import accounts, cases, listing, notices, people
from intake.store.engine import reading


@dataclass(frozen=True, slots=True)
class Left:
    """What an agent leaves behind: references of open cases that they have, and of how many that are over."""

    address: str
    open: tuple[str, ...]
    over: int

    def json(self) -> dict[str, Any]:
        """The same in the outside's form."""
        return {"address": self.address, "open_cases": list(self.open), "cases_that_are_over": self.over}


def preview(house: House, address: str) -> Left:
    """What an agent would leave behind. Raises `IntakeError` where notices would still go to them."""
    with reading(house.databases.reading) as connection:
        return _left(house, connection, address.lower())


def leave(house: House, address: str, to: str, by: str, now: datetime) -> Left:
    """Takes somebody off the list of agents and gives back what they left behind.

    Their open cases are assigned to `to`, an agent's address or a role, or where that is empty to the role that their
    policy reminds; it is told. Sessions, one-time links and tokens of the API end. What they did stays in the histories
    under their address. Should it be killed within, doing it again goes on.

    Raises `IntakeError` as `preview` does, and where a case cannot be assigned to `to`.
    """
    found = preview(house, address)
    if to.lower() == found.address:
        raise IntakeError(f"{found.address} leaves; name another agent, or a role, for the open cases")
    for reference in found.open:
        act.perform(house, reference, Act("assign", to or _reminded(house, reference), by), now)
    with house.databases.desk.begin() as connection:
        left = _left(house, connection, found.address)
        if left.open:
            raise IntakeError(f"{', '.join(left.open)}: given to {found.address} just now; do it again")
        over = [case_id for case_id, _ in listing.assigned_to(connection, found.address, OVER)]
        listing.assign_to_nobody(connection, over)
        entry = Entry("assigned", f"assigned to nobody: {found.address} left", by)
        cases.add_histories(connection, ((case_id, [entry]) for case_id in over), now)
        untold = notices.drop(connection, found.address, now, f"{found.address} left")
        lines = ((case_id, "not-told", f"{kind} to {found.address}, who left") for case_id, kind in untold)
        notices.add_history(connection, lines, now, SYSTEM)
        accounts.drop_welcome(connection, found.address)
        people.remove_agent(connection, found.address)
    return found


def _left(house: House, connection: Connection, address: str) -> Left:
    if people.agent(connection, address) is None:
        raise IntakeError(f"no agent has the address {address}; `intake agent list` shows them")
    roles = sorted(house.roles_of(address))
    if roles:
        raise IntakeError(
            f"{address} stands behind {', '.join(roles)} in config.toml; take the address out there first, and start "
            "intake again"
        )
    served = people.served_by(connection, address)
    if served:
        raise IntakeError(
            f"{address} serves {', '.join(served)} as engineer or account manager; name somebody else there first"
        )
    still = listing.assigned_to(connection, address, OPEN)
    over = listing.assigned_to(connection, address, OVER)
    return Left(address, tuple(reference for _, reference in still), len(over))


def _reminded(house: House, reference: str) -> str:
    """The role that the case's policy has reminded of it."""
    with reading(house.databases.reading) as connection:
        return house.policy_of(connection, act.find(connection, reference)).file.chasing.remind
