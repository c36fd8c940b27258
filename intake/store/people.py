"""Customers and agents in the store."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, delete, func, insert, or_, select, update

from intake.core.case.case import Customer
from intake.store import tables

LONGEST_ADDRESS = 320
AT_A_TIME = 500
COLUMNS = (
    "name",
    "policy",
    "plan",
    "since",
    "zone",
    "country",
    "region",
    "language",
    "engineer",
    "account_manager",
    "support_keys",
    "targets",
    "hours",
)
# made once: SQLAlchemy takes longer to make a statement than SQLite to run it
_OF = tables.customer_address.c
CUSTOMERS_OF = (
    select(_OF.kind, _OF.value, _OF.customer_id)
    .join(tables.customer, tables.customer.c.id == _OF.customer_id)
    .where(
        tables.customer.c.policy == bindparam("policy"),
        ((_OF.kind == "contact") & _OF.value.in_(bindparam("contacts", expanding=True)))
        | ((_OF.kind == "domain") & _OF.value.in_(bindparam("domains", expanding=True))),
    )
    .order_by(_OF.customer_id.desc())
)
IDS: BindParameter[int] = bindparam("ids", expanding=True)
ADDRESSES = select(tables.customer_address).where(_OF.customer_id.in_(IDS)).order_by(_OF.value)
CUSTOMERS = select(tables.customer).where(tables.customer.c.id.in_(IDS))
AGENTS = select(tables.agent.c.address, tables.agent.c.name, tables.agent.c.zone)
AGENTS_OF = AGENTS.where(tables.agent.c.address.in_(bindparam("addresses", expanding=True)))


@dataclass(frozen=True, slots=True)
class Agent:
    """Someone who answers."""

    address: str
    name: str
    zone: str | None = None


def customers_of(connection: Connection, addresses: Iterable[str], policy: str) -> dict[str, Customer]:
    """The customer of each address under a policy: by contact, else by the domain or a parent of it."""
    wanted = {address.lower() for address in addresses if "@" in address and len(address) <= LONGEST_ADDRESS}
    if not wanted:
        return {}
    domains = {domain for address in wanted for domain in _domains(address)}
    asked = {"contacts": sorted(wanted), "domains": sorted(domains), "policy": policy}
    rows = connection.execute(CUSTOMERS_OF, asked)
    ids = {(row.kind, row.value): row.customer_id for row in rows}
    found = {}
    for address in wanted:
        ways = [("contact", address), *(("domain", domain) for domain in _domains(address))]
        customer_id = next((ids[way] for way in ways if way in ids), None)
        if customer_id is not None:
            found[address] = customer_id
    loaded = load(connection, found.values())
    return {address: loaded[customer_id] for address, customer_id in found.items()}


def _domains(address: str) -> list[str]:
    """The domain of an address and its parents, nearest first, without the top level."""
    labels = address.rpartition("@")[2].split(".")
    return [".".join(labels[start:]) for start in range(max(len(labels) - 1, 1))]


def load(connection: Connection, ids: Iterable[int]) -> dict[int, Customer]:
    """The customers of these ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    addresses: dict[int, dict[str, list[str]]] = defaultdict(lambda: {"domain": [], "contact": []})
    for row in connection.execute(ADDRESSES, {"ids": wanted}):
        addresses[row.customer_id][row.kind].append(row.value)
    rows = connection.execute(CUSTOMERS, {"ids": wanted})
    return {row.id: _customer(row, addresses[row.id]) for row in rows}


def customer_named(connection: Connection, name: str) -> int | None:
    """The id of the customer of that name; None where there is none."""
    return connection.scalar(select(tables.customer.c.id).where(tables.customer.c.name == name))


def every_customer(connection: Connection) -> list[Customer]:
    """All customers by name."""
    ids = [row.id for row in connection.execute(select(tables.customer.c.id).order_by(tables.customer.c.name))]
    loaded = load(connection, ids)
    return [loaded[each] for each in ids]


def some_customers(connection: Connection, words: str, start: int, limit: int) -> list[Customer]:
    """Customers by name from a place on, those with the words in their name or one of their addresses."""
    ids = customers_with(connection, words, start, limit)
    loaded = load(connection, ids)
    return [loaded[each] for each in ids]


def customers_with(connection: Connection, words: str, start: int, limit: int) -> list[int]:
    """The ids of the same."""
    table, match = tables.customer, tables.customer_address
    query = select(table.c.id).order_by(table.c.name).offset(start).limit(limit)
    if words.strip():
        having = select(match.c.customer_id).where(match.c.value.icontains(words.strip(), autoescape=True))
        query = query.where(table.c.name.icontains(words.strip(), autoescape=True) | table.c.id.in_(having))
    return list(connection.scalars(query))


def customers_named(connection: Connection, names: Iterable[str]) -> dict[str, Customer]:
    """The customers of these names."""
    table, wanted = tables.customer, sorted(set(names))
    found: dict[str, Customer] = {}
    for begin in range(0, len(wanted), AT_A_TIME):
        ids = connection.scalars(select(table.c.id).where(table.c.name.in_(wanted[begin : begin + AT_A_TIME])))
        found |= {each.name: each for each in load(connection, ids).values()}
    return found


def save(connection: Connection, customers: Sequence[Customer]) -> tuple[int, int]:
    """Stores customers by their names, new or over what was there; gives back how many were new and changed."""
    table, match = tables.customer, tables.customer_address
    new = 0
    for customer in customers:
        values = {name: getattr(customer, name) for name in COLUMNS}
        values["support_keys"] = list(customer.support_keys)
        values["hours"] = dict(customer.hours)
        values["targets"] = {kind: dict(levels) for kind, levels in customer.targets.items()}
        customer_id = connection.scalar(select(table.c.id).where(table.c.name == customer.name))
        if customer_id is None:
            new += 1
            customer_id = connection.scalar(insert(table).values(values).returning(table.c.id))
        else:
            connection.execute(update(table).where(table.c.id == customer_id).values(values))
            connection.execute(delete(match).where(match.c.customer_id == customer_id))
        written = [("domain", each.lower()) for each in customer.domains]
        written += [("contact", each.lower()) for each in customer.contacts]
        rows = [{"kind": kind, "value": value, "customer_id": customer_id} for kind, value in dict.fromkeys(written)]
        if rows:
            connection.execute(insert(match), rows)
    return new, len(customers) - new


def save_agents(connection: Connection, agents: Sequence[Agent]) -> None:
    """Stores agents by their addresses, over what was there; what they may do in the console stays.

    So does the zone of one who comes without.
    """
    for agent in agents:
        address, values = agent.address.lower(), {"name": agent.name}
        values |= {"zone": agent.zone} if agent.zone else {}
        if not connection.execute(
            update(tables.agent).where(tables.agent.c.address == address).values(values)
        ).rowcount:
            connection.execute(insert(tables.agent).values(address=address, **values))


def remove_agent(connection: Connection, address: str) -> None:
    """Takes somebody off the list; their sessions and tokens of the API end with it."""
    connection.execute(delete(tables.agent).where(tables.agent.c.address == address.lower()))


def served_by(connection: Connection, address: str) -> list[str]:
    """The names of the customers whose records name somebody as engineer or account manager."""
    columns = tables.customer.c
    named = func.lower(columns.engineer) == address.lower(), func.lower(columns.account_manager) == address.lower()
    return list(connection.scalars(select(columns.name).where(or_(*named)).order_by(columns.name)))


def agent(connection: Connection, address: str) -> Agent | None:
    """The agent of an address; None for anybody else."""
    return agents_of(connection, [address]).get(address.lower())


def agents_of(connection: Connection, addresses: Iterable[str]) -> dict[str, Agent]:
    """The agents among some addresses, by their addresses in lower case."""
    wanted = sorted({address.lower() for address in addresses})
    return {row.address: Agent(*row) for row in connection.execute(AGENTS_OF, {"addresses": wanted})}


def agents(connection: Connection) -> list[Agent]:
    """All agents by name."""
    return [Agent(*row) for row in connection.execute(AGENTS.order_by(tables.agent.c.name))]


def _customer(row: Row[Any], addresses: dict[str, list[str]]) -> Customer:
    values = {name: getattr(row, name) for name in COLUMNS}
    values["support_keys"] = tuple(row.support_keys)
    return Customer(id=row.id, domains=tuple(addresses["domain"]), contacts=tuple(addresses["contact"]), **values)
