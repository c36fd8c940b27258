"""Who sees which case: those of a private route are for the people of its role alone, whatever else somebody may do."""

from dataclasses import dataclass

from intake.desk.house import House
from intake.desk.privacy import Placed, private_people


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody does not see: cases of these routes and queues, and marked ones of a route that is gone.

    Nor letters to these `people`, whose cases nobody names. `known_routes` are all that the configuration has.
    """

    routes: frozenset[str]
    queues: frozenset[str]
    private_routes: frozenset[str]
    sees_marked: bool
    people: frozenset[str]
    known_routes: frozenset[str]

    def sees(self, case: Placed) -> bool:
        """Whether the case may be shown to them, in whatever way."""
        if case.route in self.routes or case.queue in self.queues:
            return False
        return not case.private or self.sees_marked or case.route in self.private_routes

    @property
    def sees_gone(self) -> bool:
        """Whether mail of routes that the configuration has no more is shown to them: one of those may be private."""
        return self.sees_marked or not self.routes

    def sees_route(self, route: str) -> bool:
        """Whether mail of a route may be shown to them, whether or not it came to a case."""
        return route not in self.routes and (self.sees_gone or route in self.known_routes)


def sight(house: House, address: str) -> Sight:
    """What an agent sees, by the roles that the configuration gives their address."""
    private = [route for route in house.settings.route if route.private]
    roles = house.roles_of(address)
    hidden = [route for route in private if route.role not in roles]
    shown = frozenset(route.address for route in private) - {route.address for route in hidden}
    queues = frozenset(route.queue for route in hidden)
    return Sight(
        routes=frozenset(route.address for route in hidden),
        queues=queues,
        private_routes=shown,
        sees_marked=bool(shown),
        people=frozenset(person for person, queue in private_people(house.settings).items() if queue in queues),
        known_routes=frozenset(house.routes),
    )


def everything(house: House) -> Sight:
    """The sight of whoever runs the program and reads its store."""
    return Sight(
        frozenset(),
        frozenset(),
        frozenset(),
        sees_marked=True,
        people=frozenset(),
        known_routes=frozenset(house.routes),
    )
