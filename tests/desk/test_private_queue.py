"""ZIT-5: the security queue is shown to nobody else. Who hears of its cases, whatever the case goes through."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from house import NOW, Home, home, mail, opened

from intake.config import Config
from intake.core.mail.message import Address
from intake.desk import act

SECURITY = "security@support.example"
TOLD = "security@desk.example"
CUSTOMERS = """
[[customer]]
name = "Beispiel Hosting"
domains = ["hosting.example"]
policy = "zitadel"
plan = "extended-sla"
engineer = "ada@desk.example"
account_manager = "manager-of-beispiel@desk.example"
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, customers=CUSTOMERS) as made:
        yield made


def report(desk: Home, number: int = 1, text: str = "A token can be forged.\n", **headers: str) -> None:
    raw = mail(text, to=SECURITY, subject="A hole", message_id=f"{number}@x.example", **headers)
    desk.take(raw, routes=[SECURITY])


def hears(desk: Home) -> set[str]:
    return {each["to"] for each in desk.outbox(desk=True)}


def test_zit_5_only_the_queues_own_role_hears_of_its_case_from_opening_to_the_top_of_the_ladder(desk: Home) -> None:
    report(desk, text="A token can be forged.\nSeverity: 1\n")
    report(desk, 2, "Escalate this, urgent!\n", In_Reply_To="<1@x.example>")
    for hours in range(1, 200):
        desk.tick(NOW + timedelta(hours=hours))
    kinds = {each["kind"] for each in desk.outbox(desk=True)}
    assert {"desk-new-case", "desk-reply", "desk-escalated", "desk-missed"} <= kinds
    assert hears(desk) == {TOLD}


def test_zit_5_a_named_engineer_gets_no_case_of_a_private_queue(tmp_path: Path) -> None:
    route = '[[route]]\naddress = "hole@support.example"\npolicy = "zimbra"\nqueue = "security"\nrole = "security"\n'
    customers = CUSTOMERS.replace("zitadel", "zimbra").replace("extended-sla", "elite")
    with home(tmp_path, more=f"{route}private = true\n", customers=customers) as desk:
        desk.take(mail(to="hole@support.example"), routes=["hole@support.example"])
        assert desk.case().assignee is None
        assert hears(desk) == {TOLD}


def test_zit_5_a_mail_of_a_private_route_that_is_parked_is_told_to_its_role_alone(desk: Home) -> None:
    head = b"From: bad@hosting.example\r\nSubject: heavy\r\nMIME-Version: 1.0\r\n"
    deep = b"".join(b"Content-Type: message/rfc822\r\n\r\n" for _ in range(1_000))
    (outcome,) = desk.take(head + deep, routes=[SECURITY])
    assert outcome["outcome"] == "parked"
    assert hears(desk) == {TOLD}


def test_zit_5_a_case_opened_by_hand_on_a_private_route_is_private(desk: Home) -> None:
    caller = Address("Kim", "kim@hosting.example")
    case = act.open_by_hand(
        desk.house,
        contact=caller,
        subject="A hole",
        text="",
        route=SECURITY,
        channel="phone",
        by="s@x.example",
        now=NOW,
    )
    assert "security" in case.marks
    assert hears(desk) == {TOLD}


def test_zit_5_a_case_stays_private_where_its_route_is_gone_from_the_configuration(desk: Home) -> None:
    report(desk)
    routes = [each for each in desk.config.settings.route if each.address != SECURITY]
    settings = desk.config.settings.model_copy(update={"route": routes})
    without = Config(settings, desk.config.file, desk.config.text)
    with opened(without, desk.databases) as later:
        later.tick(NOW + timedelta(days=7))
        assert hears(later) == {TOLD}
    heir = replace_route(desk, "heir@support.example")
    with opened(heir, desk.databases) as later:
        later.tick(NOW + timedelta(days=30))
        assert later.house.people("triage", desk.case()) == [TOLD]


def replace_route(desk: Home, address: str) -> Config:
    """The configuration with the private route's address changed."""
    routes = [
        each.model_copy(update={"address": address}) if each.address == SECURITY else each
        for each in desk.config.settings.route
    ]
    return Config(desk.config.settings.model_copy(update={"route": routes}), desk.config.file, desk.config.text)
