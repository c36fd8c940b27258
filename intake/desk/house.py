"""What the desk works with: databases, settings, policies, templates, keys, the reader. Made once by the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from intake.core.answer.desk import Desk
from intake.core.case.work_list import rank
from intake.desk.ahead import Ahead
from intake.desk.fresh import Fresh
from intake.desk.privacy import private_queue
from intake.store import keys as versions
from intake.store.sharing import Watermark

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from intake.config import Route, Settings
    from intake.core.answer.tokens import Keys
    from intake.core.case.case import Case, Customer
    from intake.core.policy.policy import Policy
    from intake.desk.policies import Policies
    from intake.desk.reader import Reader
    from intake.outbound.templateset import TemplateSet
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
    watermark: Watermark = field(default_factory=Watermark)
    fresh: Fresh = field(default_factory=Fresh)

    @cached_property
    def ahead(self) -> Ahead:
        """The mails whose reading has begun before their turn."""
        return Ahead(self.reader)

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
        phone = self.routes[route].phone if route in self.routes else ""
        return Desk(name, service.hostname, route, separator, self.keys, service.public_url, limit, phone)

    def address_for(self, policy: str) -> str:
        """Where customers of a policy write to: its first open route; "" where it has none."""
        open_to_all = (each for each in self.settings.route if not each.private and not each.escalation)
        return next((each.address for each in open_to_all if each.policy == policy), "")

    def policy_of(self, connection: Connection, case: Case) -> Policy:
        """The version of the policy that the case was opened under."""
        if self.policies.has(case.policy, case.policy_version):
            return self.policies.version(case.policy, case.policy_version, None)
        text = versions.version_text(connection, "policy", case.policy, case.policy_version)
        return self.policies.version(case.policy, case.policy_version, text)

    def ranks(self, case: Case) -> tuple[bytes, str]:
        """Where an open case stands in the work list by the policy that serves, and that policy's version."""
        policy = self.policies.serving(case.policy)
        return rank(policy, case), policy.version if policy else ""

    def people(self, role: str, case: Case | None = None, customer: Customer | None = None) -> list[str]:
        """The addresses behind a role; a role that is an address stands for itself.

        A customer's record names its own engineer and account manager; a role may have other people for a country or a
        region; a route may have one role for all of its cases.
        """
        role = self.meant(role, case, customer)
        if "@" in role:
            return [role]
        places = [case.country, case.region] if case is not None else []
        near = (self.settings.roles_in.get(place or "", {}).get(role) for place in places)
        return list(next((each for each in near if each), self.settings.roles.get(role, [])))

    def meant(self, role: str, case: Case | None = None, customer: Customer | None = None) -> str:
        """The role, or the address, that a role stands for in a case of a customer."""
        if case is not None and "@" not in role:
            role = self._role_for(case, role)
        own = {"engineer": customer.engineer, "account-manager": customer.account_manager} if customer else {}
        return own.get(role) or role

    def private_queue(self, case: Case) -> str:
        """The queue of a case that only its route's own role may see; empty for any other case."""
        return private_queue(self.settings.route, case)

    def _role_for(self, case: Case, role: str) -> str:
        """The role of the case's route, where it has one; of a private route that is gone, its queue's or nobody."""
        if case.route in self.routes:
            return self.routes[case.route].role or role
        queue = self.private_queue(case)
        heirs = (route.role for route in self.settings.route if route.private and route.queue == queue)
        return next(heirs, "") if queue else role

    @cached_property
    def role_addresses(self) -> frozenset[str]:
        """Every address behind a role."""
        tables = (self.settings.roles, *self.settings.roles_in.values())
        return frozenset(address for table in tables for people in table.values() for address in people)

    def roles_of(self, address: str) -> frozenset[str]:
        """The roles that somebody answers for."""
        return roles_of(self.settings, address)


def own_addresses(settings: Settings) -> frozenset[str]:
    """Every address that a route of the settings takes mail at."""
    return frozenset(address for route in settings.route for address in (route.address, *route.aliases))


def roles_of(settings: Settings, address: str) -> frozenset[str]:
    """The roles that somebody answers for, anywhere."""
    tables = (settings.roles, *settings.roles_in.values())
    return frozenset(role for table in tables for role, people in table.items() if address.lower() in people)
