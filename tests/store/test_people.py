"""Customers and agents in the store: who an address belongs to."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from house import fresh_databases

from intake.core.case.case import Customer
from intake.store import people
from intake.store.engine import Databases, reading
from intake.store.people import Agent

HOSTING = Customer(
    0,
    "Beispiel Hosting",
    "open-xchange",
    plan="premium",
    since=date(2026, 3, 1),
    zone="Europe/Berlin",
    country="DE",
    region="BE",
    language="de",
    engineer="lead",
    account_manager="account-manager",
    support_keys=("K-1", "K-2"),
    targets={"response": {"1": "1 hour, 24x7"}},
    domains=("hosting.example",),
    contacts=("it@elsewhere.example",),
)
TELCO = Customer(0, "Telco", "open-xchange", domains=("telco.example", "eu.hosting.example"))


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path)
    with made.desk.begin() as connection:
        people.save(connection, [HOSTING, TELCO])
    yield made
    made.close()


def owner(databases: Databases, address: str, policy: str = "open-xchange") -> str | None:
    with reading(databases.desk) as connection:
        found = people.customers_of(connection, [address], policy)
    return found[address.lower()].name if found else None


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("kim@hosting.example", "Beispiel Hosting"),
        ("Kim@Hosting.Example", "Beispiel Hosting"),
        ("kim@mail.hosting.example", "Beispiel Hosting"),
        ("kim@a.b.c.hosting.example", "Beispiel Hosting"),
        # the nearest domain wins
        ("kim@eu.hosting.example", "Telco"),
        ("kim@mail.eu.hosting.example", "Telco"),
        # a contact may lie outside
        ("it@elsewhere.example", "Beispiel Hosting"),
        ("other@elsewhere.example", None),
        # the end of a name is no domain
        ("kim@evilhosting.example", None),
        ("kim@hosting.example.evil.example", None),
        ("kim@example", None),
        ("hosting.example", None),
        ("", None),
    ],
)
def test_an_address_belongs_to_the_customer_of_its_contact_or_nearest_domain(
    databases: Databases, address: str, name: str | None
) -> None:
    assert owner(databases, address) == name


def test_a_customer_of_another_policy_is_none(databases: Databases) -> None:
    assert owner(databases, "kim@hosting.example", "another") is None


def test_an_address_of_thousands_of_labels_belongs_to_nobody(databases: Databases) -> None:
    assert owner(databases, "kim@" + "a." * 5_000 + "hosting.example") is None
    assert owner(databases, "kim@" + "a." * 140 + "hosting.example") == "Beispiel Hosting"


def test_a_customer_comes_back_as_it_was_saved(databases: Databases) -> None:
    with reading(databases.desk) as connection:
        first, second = people.every_customer(connection)
    assert first == replace(HOSTING, id=first.id)
    assert second == replace(TELCO, id=second.id, domains=("eu.hosting.example", "telco.example"))


def test_a_second_import_changes_by_name_and_keeps_the_id(databases: Databases) -> None:
    with reading(databases.desk) as connection:
        before = people.every_customer(connection)[0]
    changed = replace(HOSTING, plan="basic", domains=("neu.example", "neu.example", "NEU.example"), contacts=())
    with databases.desk.begin() as connection:
        assert people.save(connection, [changed, replace(TELCO, name="New")]) == (1, 1)
    with reading(databases.desk) as connection:
        after = people.load(connection, [before.id])[before.id]
    assert after == replace(changed, id=before.id, domains=("neu.example",))
    assert owner(databases, "kim@hosting.example") is None


def test_an_agent_is_saved_over_what_was_there_but_a_zone_that_is_not_given_stays(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        people.save_agents(connection, [Agent("ADA@desk.example", "Ada"), Agent("bo@desk.example", "Bo", "UTC")])
        people.save_agents(connection, [Agent("ada@desk.example", "Ada L."), Agent("bo@desk.example", "Bo")])
    with reading(databases.desk) as connection:
        assert people.agents(connection) == [
            Agent("ada@desk.example", "Ada L."),
            Agent("bo@desk.example", "Bo", "UTC"),
        ]
