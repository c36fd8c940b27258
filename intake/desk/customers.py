"""Customers and agents from files: read, checked as a whole against the policies, all mistakes at once."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from intake import tomlfile
from intake.config import MailAddress, Settings
from intake.core.case.case import Customer
from intake.core.hours import zone_named
from intake.core.policy.promise import contract_mistakes
from intake.desk.policies import Policies
from intake.errors import IntakeError, Mistake, Mistakes
from intake.store.people import Agent


def _zone(value: str) -> str:
    zone_named(value)
    return value


def _domain(value: str) -> str:
    value = value.lower().removeprefix("@")
    if "@" in value or "." not in value or any(each.isspace() for each in value):
        raise ValueError("must be a domain such as hosting.example")
    return value


LISTS = ("domains", "contacts", "support_keys")

Zone = Annotated[str, AfterValidator(_zone)]
Domain = Annotated[str, AfterValidator(_domain)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CustomerPart(_Part):
    """One `[[customer]]` of an import."""

    name: str = Field(min_length=1, max_length=200)
    domains: list[Domain] = []
    contacts: list[MailAddress] = []
    policy: str
    plan: str | None = None
    since: date | None = None
    zone: Zone | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    region: str | None = None
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    support_keys: list[str] = []
    engineer: str | None = None
    account_manager: str | None = None
    targets: dict[str, dict[str, str]] = {}
    hours: dict[str, str] = {}


class CustomerFile(_Part):
    """A file of customers."""

    customer: list[CustomerPart]


class AgentPart(_Part):
    """One `[[agent]]` of an import."""

    address: MailAddress
    name: str = Field(min_length=1, max_length=200)
    zone: Zone | None = None


class AgentFile(_Part):
    """A file of agents."""

    agent: list[AgentPart]


def read_customers(text: tomlfile.TomlText, policies: Policies, settings: Settings) -> list[Customer]:
    """The customers of a file. Raises `Mistakes`, all of them."""
    part = tomlfile.validate(CustomerFile, text)
    mistakes = [
        text.mistake(("customer", index, key), said)
        for index, each in enumerate(part.customer)
        for key, said in _against_policy(each, policies)
    ]
    own = {address.rpartition("@")[2] for route in settings.route for address in (route.address, *route.aliases)}
    names: dict[str, int] = {}
    for index, each in enumerate(part.customer):
        if each.name in names:
            mistakes.append(text.mistake(("customer", index, "name"), f'"{each.name}" stands twice in the file'))
        names[each.name] = index
        mistakes += [
            text.mistake(("customer", index, "domains"), f"{domain} is the desk's own domain")
            for domain in each.domains
            if domain in own
        ]
    if mistakes:
        raise Mistakes(mistakes)
    return [_customer(each) for each in part.customer]


def _customer(part: CustomerPart) -> Customer:
    values = {name: getattr(part, name) for name in CustomerPart.model_fields}
    return Customer(**values | {"id": 0} | {name: tuple(values[name]) for name in LISTS})


def _against_policy(part: CustomerPart, policies: Policies) -> list[tuple[str, str]]:
    try:
        policy = policies.get(part.policy)
    except IntakeError as error:
        return [("policy", str(error))]
    out = []
    if part.plan is not None and policy.file.plans and part.plan not in policy.file.plans:
        hint = tomlfile.suggestion(part.plan, policy.file.plans)
        out.append(("plan", f'no plan of {policy.name} is named "{part.plan}"{hint}'))
    if part.region is not None and policy.file.regions and policy.region(part.region, None) is None:
        known = [each.name for each in policy.file.regions]
        out.append(
            ("region", f'no region of {policy.name} is named "{part.region}"{tomlfile.suggestion(part.region, known)}')
        )
    out += [("targets", said) for said in contract_mistakes(policy, part.targets, part.hours)]
    return out


def read_agents(text: tomlfile.TomlText) -> list[Agent]:
    """The agents of a file. Raises `Mistakes`, all of them."""
    return [Agent(each.address, each.name, each.zone) for each in tomlfile.validate(AgentFile, text).agent]


def agent(address: str, name: str, zone: str | None) -> Agent:
    """One agent from the command line. Raises `Mistakes`."""
    try:
        part = AgentPart(address=address, name=name, zone=zone)
    except ValidationError as error:
        said = [f"{one['loc'][0]}: {one['msg'].removeprefix('Value error, ')}" for one in error.errors()]
        raise Mistakes([Mistake("agent", 0, "", each) for each in said]) from None
    return Agent(part.address, part.name, part.zone)
