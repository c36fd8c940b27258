"""Customers and agents from files: read, checked as a whole against the policies, all mistakes at once."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from intake import tomlfile
from intake.config import MailAddress, Settings
from intake.core.case.case import Customer
from intake.core.hours import zone_named
from intake.core.policy.policy import Policy
from intake.core.policy.promise import contract_mistakes
from intake.core.policy.schema_types import CountryCode
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


class CustomerPart(tomlfile.Table):
    """One `[[customer]]` of an import."""

    name: str = Field(min_length=1, max_length=200)
    domains: list[Domain] = []
    contacts: list[MailAddress] = []
    policy: str
    plan: str | None = None
    since: date | None = None
    zone: Zone | None = None
    country: CountryCode | None = None
    region: str | None = None
    language: Annotated[str, tomlfile.Shaped("[a-z]{2,3}", 'a language such as "de"')] | None = None
    support_keys: list[str] = []
    engineer: str | None = None
    account_manager: str | None = None
    targets: dict[str, dict[str, str]] = {}
    hours: dict[str, str] = {}


class CustomerFile(tomlfile.Table):
    """A file of customers."""

    customer: list[CustomerPart]


class AgentPart(tomlfile.Table):
    """One `[[agent]]` of an import."""

    address: MailAddress
    name: str = Field(min_length=1, max_length=200)
    zone: Zone | None = None


class AgentFile(tomlfile.Table):
    """A file of agents."""

    agent: list[AgentPart]


def read_customers(text: tomlfile.TomlText, policies: Policies, settings: Settings) -> list[Customer]:
    """The customers of a file. Raises `Mistakes`, all of them."""
    mistakes: list[Mistake] = []
    try:
        found = tomlfile.validate(CustomerFile, text).customer
    except Mistakes as error:
        mistakes += error.mistakes
        found = _sound(text)
    mistakes += [
        text.mistake(("customer", index, *path), said)
        for index, each in enumerate(found)
        for path, said in _against_policy(each, policies)
    ]
    own = {address.rpartition("@")[2] for route in settings.route for address in (route.address, *route.aliases)}
    names: dict[str | None, int] = {}
    for index, each in enumerate(found):
        name = getattr(each, "name", None)
        if name is not None and name in names:
            mistakes.append(text.mistake(("customer", index, "name"), f'"{name}" stands twice in the file'))
        names[name] = index
        mistakes += [
            text.mistake(("customer", index, "domains"), f"{domain} is the desk's own domain")
            for domain in each.domains
            if domain in own
        ]
    if mistakes:
        raise Mistakes(sorted(mistakes, key=lambda mistake: mistake.line))
    return [_customer(each) for each in found]


def _sound(text: tomlfile.TomlText) -> list[CustomerPart]:
    """The customers of a file that has mistakes, each without what is wrong in it, so that the rest is looked at."""
    rows = text.values.get("customer")
    return [_without_mistakes(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _without_mistakes(row: dict[str, Any]) -> CustomerPart:
    try:
        return CustomerPart.model_validate(row)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors()}
        sound = {key: value for key, value in row.items() if key not in wrong}
        return CustomerPart.model_construct(**sound)


def _customer(part: CustomerPart) -> Customer:
    values = {name: getattr(part, name) for name in CustomerPart.model_fields}
    return Customer(**values | {"id": 0} | {name: tuple(values[name]) for name in LISTS})


def _against_policy(part: CustomerPart, policies: Policies) -> list[tuple[tuple[str, ...], str]]:
    """What is wrong with a record as its policy knows things, each with its key."""
    named = getattr(part, "policy", None)
    policy, out = None, []
    try:
        policy = policies.get(named) if named is not None else None
        out = _names_of_policy(part, policy) if policy else []
    except IntakeError as error:
        out = [(("policy",), str(error))]
    contract = (each.partition(": ") for each in contract_mistakes(policy, part.targets, part.hours))
    return [*out, *((tuple(where.split(".")), said) for where, _, said in contract)]


def _names_of_policy(part: CustomerPart, policy: Policy) -> list[tuple[tuple[str, ...], str]]:
    out: list[tuple[tuple[str, ...], str]] = []
    if part.plan is not None and policy.file.plans and part.plan not in policy.file.plans:
        hint = tomlfile.suggestion(part.plan, policy.file.plans)
        out.append((("plan",), f'no plan of {policy.name} is named "{part.plan}"{hint}'))
    if part.region is not None and policy.file.regions and policy.region(part.region, None) is None:
        known = [each.name for each in policy.file.regions]
        hint = tomlfile.suggestion(part.region, known)
        out.append((("region",), f'no region of {policy.name} is named "{part.region}"{hint}'))
    return out


def must_be_no_route(agents: Iterable[Agent], own: frozenset[str]) -> None:
    """Raises `IntakeError` where an agent has one of our `own` addresses, at which routes take mail."""
    if taken := next((each.address for each in agents if each.address.lower() in own), ""):
        raise IntakeError(f"{taken} is a route's own address: what is written to it becomes cases, and is no agent's")


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
