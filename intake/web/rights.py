"""Who may do what in the console: one table of roles and rights.

A right says what somebody may do; which cases they see beside that, says `intake.desk.sight`.
"""

from collections.abc import Mapping
from typing import Literal, get_args

Right = Literal["read", "work", "publish", "people"]
Role = Literal["viewer", "agent", "manager", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "viewer": frozenset({"read"}),
    "agent": frozenset({"read", "work"}),
    "manager": frozenset({"read", "work", "publish"}),
    "admin": frozenset({"read", "work", "publish", "people"}),
}
MEANING: Mapping[Right, str] = {
    "read": "see cases and templates",
    "work": "reply, note, and act on cases",
    "publish": "publish and roll back templates",
    "people": "invite people, give roles, sign people out",
}


def rights_of(role: str | None) -> frozenset[Right]:
    """What a role may do; nothing for none, and for one that this version does not know."""
    return next((rights for name, rights in RIGHTS.items() if name == role), frozenset())
