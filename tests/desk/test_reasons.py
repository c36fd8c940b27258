"""Reasons are kept in every language of the policy: the customer reads them in theirs, the desk in its own."""

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import Home, home, mail
from sqlalchemy import update

from intake.store import tables

ZIMBRA = "zimbra@support.example"
CUSTOMERS = """
[[customer]]
name = "Beispiel"
domains = ["hosting.example"]
policy = "zimbra"
plan = "premier"
language = "de"
"""
ENGLISH, GERMAN = "Cases opened via e-mail start at Severity 4.", "Per E-Mail eröffnete Fälle beginnen mit Severity 4."


def took(desk: Home) -> None:
    desk.take(mail("Mails kommen zu spät an.\n", to=ZIMBRA), routes=[ZIMBRA])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, customers=CUSTOMERS) as made:
        took(made)
        yield made


def text(desk: Home, number: int) -> str:
    part = message_from_bytes(desk.sent(number), policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def letters(desk: Home) -> tuple[str, str]:
    """The customer's first letter and the desk's first notice."""
    return text(desk, desk.outbox()[0]["id"]), text(desk, desk.outbox(desk=True)[0]["id"])


def test_a_german_customer_reads_german_reasons_and_the_desk_english_ones(desk: Home) -> None:
    customers, desks = letters(desk)
    assert (GERMAN in customers, ENGLISH in customers) == (True, False)
    assert (GERMAN in desks, ENGLISH in desks) == (False, True)
    shown = json.dumps(desk.shown("ZIM-1001"), ensure_ascii=False)
    assert (GERMAN in shown, ENGLISH in shown) == (False, True)


def test_a_desk_that_works_in_german_reads_german_reasons_too(tmp_path: Path) -> None:
    with home(tmp_path, {"service.language": "de"}, customers=CUSTOMERS.replace('"de"', '"en"')) as desk:
        took(desk)
        customers, desks = letters(desk)
    assert (GERMAN in customers, ENGLISH in customers) == (False, True)
    assert (GERMAN in desks, ENGLISH in desks) == (True, False)


def test_reasons_that_an_older_version_kept_in_one_language_are_shown_as_they_are(desk: Home) -> None:
    with desk.databases.desk.begin() as connection:
        old = [["ZIM-5", GERMAN]]
        for table in (tables.case, tables.clock, tables.history):
            connection.execute(update(table).values(because=old))
    shown = desk.shown("ZIM-1001")
    assert shown["because"] == [{"clause": "ZIM-5", "text": GERMAN}]
    assert shown["history"][0]["because"] == [{"clause": "ZIM-5", "text": GERMAN}]
    assert desk.case().because[0].said("en") == GERMAN


def test_a_letter_names_the_routes_telephone_or_the_one_of_the_agreement_and_has_no_hole(tmp_path: Path) -> None:
    address = "hotline@support.example"
    route = f'[[route]]\naddress = "{address}"\npolicy = "zimbra"\n'
    with home(tmp_path, more=route, customers=CUSTOMERS) as desk:
        for number, to in enumerate((ZIMBRA, address)):
            raw = mail("Severity: 1\nNichts geht mehr.\n", to=to, message_id=f"{number}@hosting.example")
            desk.take(raw, routes=[to])
        named, without = (text(desk, each["id"]) for each in desk.outbox())
        shown = json.dumps(desk.shown("ZIM-1001")) + json.dumps(desk.shown("ZIM-1002"))
    assert "rufen Sie bitte das Supporttelefon Ihres Vertrags an" in without
    assert "rufen Sie bitte +49 30 23125 000 an" in named
    assert "{" not in without + named
    assert "{phone" not in shown
