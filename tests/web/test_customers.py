"""Customers in the console: found, looked at, edited as an import would, imported with a preview, never overwritten."""

import re
from datetime import timedelta

import pytest
from console import ADA, BO, Desk, Person
from house import FORM, NOW

from intake.core.case.case import Customer
from intake.store import people
from intake.store.engine import reading

SECURITY = "security@support.example"
SEAL = re.compile(r'name="seal" value="([0-9a-f]*)"')
FIELD = re.compile(
    r'<(?:input|textarea)[^>]* ?name="([a-z_]+)"[^>]*?(?: value="([^"]*)")?[^>]*>(?:([^<]*)</textarea>)?'
)
NEW = '[[customer]]\nname = "Fresh Mail"\ndomains = ["fresh.example"]\npolicy = "zimbra"\n'
CHANGED = (
    '[[customer]]\nname = "Sample Telco"\ndomains = ["telco.example"]\npolicy = "open-xchange"\nzone = "Europe/Paris"\n'
)


def customers(here: Desk) -> dict[str, Customer]:
    with reading(here.home.databases.desk) as connection:
        return {each.name: each for each in people.every_customer(connection)}


def form(page: str) -> dict[str, str]:
    """What a browser would send of the edit form as it was shown."""
    found = {name: (value or text or "").replace("&#34;", '"') for name, value, text in FIELD.findall(page)}
    return {name: value for name, value in found.items() if name not in ("csrf", "q")}


def edited(somebody: Person, number: int, page: str = "", **changes: str) -> str:
    shown = page or somebody.get(f"/customers/{number}/edit").text
    return somebody.send("/customers/save", **{"policy": "open-xchange"} | form(shown) | changes).text


def preview(somebody: Person, text: str, name: str = "customers.toml") -> str:
    return somebody.client.post(
        "/customers/import", data={"csrf": somebody.csrf}, files={"file": (name, text.encode())}
    ).text


def store(somebody: Person, page: str, text: str, name: str = "customers.toml") -> str:
    seal = SEAL.search(page)
    assert seal
    return somebody.send("/customers/import/store", name=name, text=text, seal=seal[1]).text


def test_customers_are_found_by_name_and_address(here: Desk) -> None:
    ada = here.person(role="viewer")
    assert "Beispiel Hosting" in ada.get("/customers").text
    for words in ("telco", "TELCO.example", "noc@elsewhere"):
        page = ada.get("/customers", q=words).text
        assert "Sample Telco" in page
        assert "Beispiel Hosting" not in page
    assert "No customer has this" in ada.get("/customers", q="%").text


def test_one_customer_shows_contract_cases_misses_and_what_was_agreed(fresh: Desk) -> None:
    late = fresh.case(subject="Waits too long")
    fresh.home.tick(NOW + timedelta(days=2))
    fresh.later(days=2)
    number = customers(fresh)["Beispiel Hosting"].id
    page = fresh.person().get(f"/customers/{number}").text
    for said in ("hosting.example", "OX-KEY-1", "4 business hours", "Waits too long", f"/cases/{late}"):
        assert said in page
    missed = page[page.index('id="misses"') :]
    assert late in missed
    assert "not yet" in missed
    assert fresh.person().get("/customers/999").status_code == 404


def test_an_edit_is_checked_as_an_import_and_keeps_what_was_typed(fresh: Desk) -> None:
    boss, number = fresh.person(BO, "manager"), customers(fresh)["Beispiel Hosting"].id
    wrong = edited(boss, number, zone="Europe/Berln", targets="response.2 = soon\nnonsense")
    assert "nonsense" in wrong
    assert "is not understood" in wrong
    wrong = edited(boss, number, zone="Europe/Berln", targets="response.2 = soon")
    assert "zone: " in wrong
    assert "response.2 = soon" in wrong
    assert customers(fresh)["Beispiel Hosting"].zone == "Europe/Berlin"
    assert "Stored" in edited(boss, number, zone="Europe/Vienna", support_keys="KEY 1\nKEY 2")
    stored = customers(fresh)["Beispiel Hosting"]
    assert (stored.zone, stored.support_keys) == ("Europe/Vienna", ("KEY 1", "KEY 2"))
    assert stored.domains == ("hosting.example",)
    assert stored.targets["response"]["2"] == "4 business hours"


def test_an_edit_of_a_record_that_changed_meanwhile_overwrites_nothing(fresh: Desk) -> None:
    number = customers(fresh)["Sample Telco"].id
    ada, boss = fresh.person(ADA, "admin"), fresh.person(BO, "manager")
    slow = ada.get(f"/customers/{number}/edit").text
    assert "Stored" in edited(boss, number, zone="Europe/Paris")
    assert "changed by somebody else" in edited(ada, number, slow, zone="Europe/Rome")
    assert customers(fresh)["Sample Telco"].zone == "Europe/Paris"


def test_a_new_customer_cannot_take_the_place_of_another(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager")
    page = boss.get("/customers/new").text
    assert (
        "is a customer already"
        in boss.send("/customers/save", **form(page) | {"name": "Sample Telco"} | {"policy": "zimbra"}).text
    )
    assert "Stored" in boss.send("/customers/save", **form(page) | {"name": "Fresh Mail", "policy": "zimbra"}).text
    assert customers(fresh)["Fresh Mail"].policy == "zimbra"


def test_an_import_shows_what_would_change_and_then_does_that(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager")
    page = preview(boss, NEW + CHANGED)
    assert "1 new, 1 changed, 0 the same" in page
    assert "Europe/London" in page
    assert "Europe/Paris" in page
    assert "Fresh Mail" not in customers(fresh)
    assert "1 new, 1 changed" in store(boss, page, NEW + CHANGED)
    assert customers(fresh)["Sample Telco"].zone == "Europe/Paris"
    assert "0 new, 0 changed, 2 the same" in preview(boss, NEW + CHANGED)


def test_an_import_whose_changes_are_others_by_now_is_shown_anew(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager")
    page = preview(boss, CHANGED)
    edited(boss, customers(fresh)["Sample Telco"].id, zone="Europe/Rome")
    again = store(boss, page, CHANGED)
    assert "changed in the meantime" in again
    assert customers(fresh)["Sample Telco"].zone == "Europe/Rome"
    assert "1 changed" in store(boss, again, CHANGED)


def test_mistakes_of_a_file_are_named_with_their_lines(fresh: Desk) -> None:
    boss = fresh.person(BO, "manager")
    assert "customers.toml:9" in preview(boss, NEW + CHANGED.replace("Europe/Paris", "Paris"))
    assert "c.csv" in preview(boss, "name;domains;policy\nA;a.example;nothing\n", "c.csv")
    assert (
        "not UTF-8"
        in boss.client.post("/customers/import", data={"csrf": boss.csrf}, files={"file": ("c.toml", b"\xff")}).text
    )


def test_only_managers_change_customers(here: Desk) -> None:
    agent, number = here.person(ADA, "agent"), customers(here)["Sample Telco"].id
    assert "/edit" not in agent.get(f"/customers/{number}").text
    for path in (f"/customers/{number}/edit", "/customers/new", "/customers/import"):
        assert agent.get(path).status_code == 403
    assert agent.send("/customers/save", name="X", policy="zimbra").status_code == 403
    assert agent.send("/customers/import/store", name="c.toml", text=NEW, seal="").status_code == 403


def test_zit_5_a_customers_page_tells_nothing_of_private_cases(fresh: Desk) -> None:
    here = fresh
    with here.home.databases.desk.begin() as connection:
        people.save(connection, [Customer(0, "Of zitadel", "zitadel", "extended-sla", domains=("secret.example",))])
    secret = here.case(FORM, to=SECURITY, subject="Remote code execution", sender="Kim <kim@secret.example>")
    here.home.tick(NOW + timedelta(days=9))
    here.later(days=9)
    number = customers(here)["Of zitadel"].id
    assert secret in here.person("security@desk.example").get(f"/customers/{number}").text
    page = here.person(ADA, "admin").get(f"/customers/{number}").text
    assert secret not in page
    assert "Remote" not in page


@pytest.mark.parametrize("path", ["/customers", "/customers/1", "/customers/1/edit", "/customers/import"])
def test_nobody_looks_without_signing_in(here: Desk, path: str) -> None:
    assert here.browser().get(path).headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path",
    [
        "/customers/{}",
        "/customers/{}/edit",
        "/customers?page={}",
        "/mail?before={}",
        "/mail/{}/raw",
        "/mail/outbox?before={}",
        "/mail/outbox/{}/raw",
        "/reports/misses?page={}",
    ],
)
def test_numbers_that_no_row_has_are_told_and_break_nothing(here: Desk, path: str) -> None:
    boss = here.person(BO, "manager")
    for number in ("0", "-1", "99999999999999999999", "x"):
        assert boss.get(path.format(number)).status_code == 400, number


def test_a_form_with_a_number_that_no_customer_has_stores_nothing(here: Desk) -> None:
    boss = here.person(BO, "manager")
    for number in ("²", "99999999999999999999", "-1", "424242"):
        refused = boss.send("/customers/save", number=number, name="Sample Telco", policy="zimbra")
        assert refused.status_code in (400, 404), number
    assert customers(here)["Sample Telco"].policy == "open-xchange"
