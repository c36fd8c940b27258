"""Customers and agents from files: taken whole, or every mistake named with its line."""

import pytest
from house import CUSTOMERS, Home

from intake import tomlfile
from intake.core.case.case import Customer
from intake.desk.customers import agent, read_agents, read_customers
from intake.errors import Mistakes

ONE = """
[[customer]]
name = "Beispiel Hosting"
domains = ["@Hosting.Example"]
contacts = ["IT@hosting.example"]
policy = "open-xchange"
since = 2026-03-01
zone = "Europe/Berlin"
country = "DE"
language = "de"
support_keys = ["OX-KEY-1"]
targets.response = { 1 = "1 hour, 24x7", 2 = "4 business hours" }
"""


def read(desk: Home, text: str) -> list[Customer]:
    return read_customers(tomlfile.parse(text, "c.toml"), desk.house.policies, desk.config.settings)


def test_a_customers_record_is_read_whole(desk: Home) -> None:
    (customer,) = read(desk, ONE)
    assert (customer.domains, customer.contacts) == (("hosting.example",), ("it@hosting.example",))
    assert customer.targets == {"response": {"1": "1 hour, 24x7", "2": "4 business hours"}}
    assert str(customer.since) == "2026-03-01"


@pytest.mark.parametrize(
    ("change", "line", "key", "said"),
    [
        (("open-xchange", "open-xchang"), 6, "customer[1].policy", "open-xchange"),
        (("Europe/Berlin", "Europe/Berln"), 8, "customer[1].zone", "time zone"),
        (('"DE"', '"Germany"'), 9, "customer[1].country", 'such as "DE"'),
        (('"DE"', '"ZZ"'), 9, "customer[1].country", '"ZZ" is no country'),
        (('"DE"', '"EU"'), 9, "customer[1].country", '"EU" is no country'),
        (("2026-03-01", '"gestern"'), 7, "customer[1].since", "2026-03-01"),
        (('"@Hosting.Example"', '"hosting"'), 4, "customer[1].domains", "domain"),
        (('"@Hosting.Example"', '"support.example"'), 4, "customer[1].domains", "desk's own domain"),
        (("IT@hosting.example", "IT"), 5, "customer[1].contacts", "mail address"),
        (("4 business hours", "4 busy hours"), 12, "customer[1].targets.response.2", "busy"),
        (("support_keys", "suport_keys"), 11, "customer[1].suport_keys", "support_keys"),
        (("name =", "nme ="), 2, "customer[1]", "name"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    desk: Home, change: tuple[str, str], line: int, key: str, said: str
) -> None:
    with pytest.raises(Mistakes) as found:
        read(desk, ONE.replace(*change, 1))
    assert any(
        each.file == "c.toml" and abs(each.line - line) <= 1 and each.key.startswith(key) and said in each.text
        for each in found.value.mistakes
    ), str(found.value)


def test_all_mistakes_are_named_at_once(desk: Home) -> None:
    bad = ONE.replace("Europe/Berlin", "Nowhere") + ONE.replace("IT@hosting.example", "x")
    with pytest.raises(Mistakes) as found:
        read(desk, bad)
    assert len(found.value.mistakes) >= 2


def test_what_the_policy_does_not_know_is_named_in_the_same_round_as_what_nobody_could_read(desk: Home) -> None:
    bad = ONE.replace('"DE"', '"Germany"').replace("4 business hours", "soon").replace("2026-03-01", '"gestern"')
    bad += ONE.replace("Beispiel", "Muster").replace("open-xchange", "open-xchang").replace("1 hour, 24x7", "soon")
    with pytest.raises(Mistakes) as found:
        read(desk, bad)
    keys = ["[1].since", "[1].country", "[1].targets.response.2", "[2].policy", "[2].targets.response.1"]
    assert [each.key for each in found.value.mistakes] == [f"customer{key}" for key in keys]


def test_a_name_that_stands_twice_is_a_mistake(desk: Home) -> None:
    with pytest.raises(Mistakes, match="stands twice"):
        read(desk, ONE + ONE)


def test_the_tests_own_customers_are_right(desk: Home) -> None:
    assert len(read(desk, CUSTOMERS)) == 2


def test_agents_are_read_with_their_mistakes() -> None:
    (ada,) = read_agents(tomlfile.parse('[[agent]]\naddress = "Ada@desk.example"\nname = "Ada"\n', "a.toml"))
    assert (ada.address, ada.name) == ("ada@desk.example", "Ada")
    with pytest.raises(Mistakes, match="time zone"):
        agent("ada@desk.example", "Ada", "Mars/Base")
    with pytest.raises(Mistakes, match="mail address"):
        agent("ada", "Ada", None)
