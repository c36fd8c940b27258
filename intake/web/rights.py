"""Who may do what in the console: one table of roles and rights.

A right says what somebody may do; which cases they see beside that, says `intake.desk.sight`.
"""

from collections.abc import Mapping
from typing import Literal, get_args

Right = Literal["read", "work", "publish", "manage", "people"]
Role = Literal["viewer", "agent", "manager", "admin"]

ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: Mapping[Role, frozenset[Right]] = {
    "viewer": frozenset({"read"}),
    "agent": frozenset({"read", "work"}),
    "manager": frozenset({"read", "work", "publish", "manage"}),
    "admin": frozenset({"read", "work", "publish", "manage", "people"}),
}
MEANING: Mapping[Right, str] = {
    "read": "see cases, mail, customers, policies, reports and templates",
    "work": "reply, note, and act on cases and mails",
    "publish": "publish and roll back templates",
    "manage": "change customers, replay changed policies, test channels",
    "people": "invite people, give roles, sign people out, erase a person's data",
}


def rights_of(role: str | None) -> frozenset[Right]:
    """What a role may do; nothing for none, and for one that this version does not know."""
    return next((rights for name, rights in RIGHTS.items() if name == role), frozenset())
