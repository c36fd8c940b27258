"""Who sees which case: those of a private route are for the people of its role alone, whatever else somebody may do."""

from dataclasses import dataclass

from intake.core.case.case import Case
from intake.desk.house import House

PRIVATE = "security"


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody does not see: cases of these routes and queues, and marked ones of a route that is gone."""

    routes: frozenset[str]
    queues: frozenset[str]
    private_routes: frozenset[str]
    sees_marked: bool

    def sees(self, case: Case) -> bool:
        """Whether the case may be shown to them, in whatever way."""
        if case.route in self.routes or case.queue in self.queues:
            return False
        return PRIVATE not in case.marks or self.sees_marked or case.route in self.private_routes


def sight(house: House, address: str) -> Sight:
    """What an agent sees, by the roles that the configuration gives their address."""
    private = [route for route in house.settings.route if route.private]
    roles = house.roles_of(address)
    hidden = [route for route in private if route.role not in roles]
    shown = frozenset(route.address for route in private) - {route.address for route in hidden}
    return Sight(
        routes=frozenset(route.address for route in hidden),
        queues=frozenset(route.queue for route in hidden),
        private_routes=shown,
        sees_marked=bool(shown),
    )
