"""What the desk works with: databases, settings, policies, templates, keys, the reader. Made once by the program."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import Connection

from intake.config import Route, Settings
from intake.core.answer.letters import Desk
from intake.core.answer.tokens import Keys
from intake.core.case.case import Case
from intake.core.policy.policy import Policy
from intake.desk.policies import Policies
from intake.desk.reader import Reader
from intake.outbound.templateset import TemplateSet
from intake.store import keys as versions
from intake.store.engine import Databases


@dataclass
class House:
    """The desk's parts. `unique` gives a fresh token for each Message-ID."""

    databases: Databases
    settings: Settings
    policies: Policies
    templates: TemplateSet
    keys: Keys
    reader: Reader
    unique: Callable[[], str]
    done_up_to: int = field(default=0)

    @cached_property
    def routes(self) -> dict[str, Route]:
        """The routes by their addresses."""
        return {route.address: route for route in self.settings.route}

    @cached_property
    def own_addresses(self) -> frozenset[str]:
        """Every address that a route takes mail at."""
        return own_addresses(self.settings)

    def desk(self, route: str) -> Desk:
        """How the desk signs on a route."""
        service = self.settings.service
        name = (self.routes[route].name if route in self.routes else "") or service.name
        separator = self.settings.answers.token_separator
        limit = f"{self.settings.smtp.size_limit_mb} MB"
        return Desk(name, service.hostname, route, separator, self.keys, service.public_url, limit)

    def policy_of(self, connection: Connection, case: Case) -> Policy:
        """The version of the policy that the case was opened under."""
        if self.policies.has(case.policy, case.policy_version):
            return self.policies.version(case.policy, case.policy_version, None)
        text = versions.version_text(connection, "policy", case.policy, case.policy_version)
        return self.policies.version(case.policy, case.policy_version, text)

    def people(self, role: str) -> list[str]:
        """The addresses behind a role; a role that is an address stands for itself."""
        return [role] if "@" in role else list(self.settings.roles.get(role, ()))


def own_addresses(settings: Settings) -> frozenset[str]:
    """Every address that a route of the settings takes mail at."""
    return frozenset(address for route in settings.route for address in (route.address, *route.aliases))
