"""Whose name an act goes under."""

from intake.cli.common import complain
from intake.desk.acting import acting
from intake.desk.house import House
from intake.errors import IntakeError
from intake.store import people
from intake.store.engine import Databases, reading


def acting_as(databases: Databases, written: str) -> str:
    """The address of the agent behind `--as`; a doubt about it is told, and stops nothing. Raises `IntakeError`."""
    with reading(databases.desk) as connection:
        known = people.agents(connection)
    try:
        address, doubt = acting(known, written)
    except IntakeError as error:
        raise IntakeError(f"--as: {error}") from None
    if doubt:
        complain(f"warning: --as: {doubt}")
    return address


def assignee(house: House, written: str) -> str:
    """The address of an agent who was named; a role or nothing stays as it is. Raises `IntakeError`.

    An address that is neither an agent's nor behind a role is told of, since notices of the case go there.
    """
    if written.strip().lower() == "nobody":
        return ""
    if not written.strip() or written in house.settings.roles:
        return written.strip()
    with reading(house.databases.desk) as connection:
        known = people.agents(connection)
    try:
        address, doubt = acting(known, written)
    except IntakeError as error:
        raise IntakeError(f"the agent: {error}") from None
    if doubt and address not in house.role_addresses:
        complain(f"warning: the agent: {doubt}")
    return address
