"""Mail of partners: marked as theirs, their own ticket numbers quoted back, and what goes to whom is shown."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import NOW, ROUTE, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act, trial
from intake.desk.trial import Tried
from intake.store.engine import reading
from intake.store.spool import RoutedTo

ADA = "ada@desk.example"
LATER = NOW + timedelta(hours=1)
ROUTE_OF_PARTNERS = "zoho@support.example"
PARTNER = """
[[customer]]
name = "Sample Partner"
domains = ["partner.example"]
policy = "zoho"
plan = "premium"
zone = "Europe/Berlin"
"""


@pytest.fixture
def partners(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, customers=PARTNER) as made:
        yield made


def write(desk: Home, text: str, number: int, subject: str, **headers: str) -> None:
    raw = mail(
        text, sender="Lee <lee@partner.example>", to=ROUTE_OF_PARTNERS, message_id=f"{number}@partner.example",
        subject=subject, **headers,
    )  # fmt: skip
    desk.take(raw, LATER, routes=[ROUTE_OF_PARTNERS], envelope_from="lee@partner.example")


def subject_of(desk: Home, number: int) -> str:
    letter = desk.outbox()[number]
    return str(message_from_bytes(desk.sent(letter["id"]), policy=policy.default)["Subject"])


def test_a_partners_mail_is_marked_as_theirs(partners: Home) -> None:
    write(partners, "It is broken.\n", 1, "Import fails")
    write(partners, "More.\n", 2, "Re: Import fails", In_Reply_To="<1@partner.example>")
    (case,) = partners.cases()
    shown = partners.shown(case.reference)
    assert [each["role"] for each in shown["messages"]] == ["partner", "partner"]
    assert [each["role"] for each in shown["participants"]] == ["partner"]


def test_their_own_ticket_number_is_quoted_back_from_the_mail_on_that_brought_it(partners: Home) -> None:
    write(partners, "It is broken.\n", 1, "Import fails")
    (case,) = partners.cases()
    assert "4711" not in subject_of(partners, 0)
    write(
        partners, "We made a ticket.\n", 2, f"[PARTNER-4711] Re: [{case.reference}]", In_Reply_To="<1@partner.example>"
    )
    act.perform(partners.house, case.reference, Act("reply", "Try again.", ADA), LATER)
    assert subject_of(partners, -1).endswith("[PARTNER-4711]")
    assert f"[{case.reference}]" in subject_of(partners, -1)
    assert partners.shown(case.reference)["their_numbers"] == ["[PARTNER-4711]"]


def test_a_number_of_theirs_stands_in_the_acknowledgment_once_and_no_link_rides_along(partners: Home) -> None:
    write(partners, "It is broken.\n", 1, "[PARTNER-4711] Import fails")
    assert subject_of(partners, 0).count("PARTNER-4711") == 1
    write(partners, "It is broken.\n", 2, "Import [shop.evil.example #4712] fails")
    assert "evil" not in subject_of(partners, 1)


def test_a_third_partys_mail_is_marked_and_its_number_is_not_remembered(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail())
        to = message_from_bytes(desk.sent(1), policy=policy.default)["Reply-To"].addresses[0].addr_spec
        raw = mail("Hello.\n", sender="x@shop.example", message_id="x@shop.example", subject="[SHOP-1] Hello")
        desk.take(raw, LATER, recipient=to, envelope_from="x@shop.example")
        shown = desk.shown("OX-1001")
        assert [each["role"] for each in shown["messages"]] == ["customer", "third-party"]
        assert shown["their_numbers"] == []


def test_what_would_go_to_whom_is_told_before_and_what_went_after(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        tried = Tried("x.eml", mail(), (RoutedTo(ROUTE, ROUTE),), NOW, "kim@hosting.example")
        with reading(desk.databases.reading) as connection:
            (told,) = trial.explain(desk.house, connection, tried)
        before = [(each["template"], each["to"]) for each in told["letters"]]
        assert before == [("acknowledgment", "kim@hosting.example"), ("desk-new-case", "triage@desk.example")]
        desk.take(mail())
        assert [(each["kind"], each["to"]) for each in desk.shown("OX-1001")["outgoing"]] == before
        act.perform(desk.house, "OX-1001", Act("cc", "lee@hosting.example", ADA), LATER)
        act.perform(desk.house, "OX-1001", Act("reply", "Try again.", ADA), LATER)
        assert desk.shown("OX-1001")["outgoing"][-1]["cc"] == ["lee@hosting.example"]
