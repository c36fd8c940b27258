"""Escalation as it is read: by the people whom it comes to, by the customer, and later in the case's history."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import NOW, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act

ADA, KIM = "ada@desk.example", "kim@partner.example"
ZOHO = "zoho@support.example"
LATER = NOW + timedelta(hours=1)
PARTNER = """
[[customer]]
name = "Sample Partner"
domains = ["partner.example"]
policy = "zoho"
plan = "premium"
zone = "Europe/Berlin"
country = "DE"
"""


@pytest.fixture
def zoho(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, customers=PARTNER) as made:
        made.take(
            mail("Severity: 1\nThe invoices are not created.\n", sender=KIM, to=ZOHO),
            routes=[ZOHO],
            envelope_from=KIM,
        )
        yield made


def read(desk: Home, kind: str, to: str = "", number: int = -1) -> str:
    """What a letter of a kind says, on one line, with its subject."""
    rows = [each for each in desk.outbox(desk=kind.startswith("desk-")) if each["kind"] == kind]
    letter = [each for each in rows if to in ("", each["to"])][number]
    body = message_from_bytes(desk.sent(letter["id"]), policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(f"{letter['subject']} {body.get_content()}".split())


def escalate(desk: Home, because: str = "") -> dict[str, Any]:
    reference = desk.case().reference
    act.perform(desk.house, reference, Act("escalate", "", ADA, because), LATER)
    return desk.shown(reference)


def test_who_gets_a_case_by_hand_reads_who_escalated_it_and_why(zoho: Home) -> None:
    escalate(zoho, "they rang twice")
    said = read(zoho, "desk-escalated")
    assert f"{ADA} escalated the case by hand: they rang twice" in said
    assert "has not been kept" not in said
    assert "asks for escalation" not in said


def test_without_a_reason_the_letter_still_says_who_did_it(zoho: Home) -> None:
    escalate(zoho)
    assert f"{ADA} escalated the case by hand Please take care" in read(zoho, "desk-escalated")


def test_the_customer_reads_that_the_case_was_escalated_and_neither_reason_nor_rule_nor_role(zoho: Home) -> None:
    escalate(zoho, "they rang twice")
    said = read(zoho, "escalated")
    assert "your case has been escalated, to level 1" in said
    for hidden in ("rang twice", "Our rule", ADA, "oversees", "promised"):
        assert hidden not in said


def test_the_history_says_who_and_why(zoho: Home) -> None:
    (line,) = [each for each in escalate(zoho, "they rang twice")["history"] if each["event"] == "escalated"]
    assert (line["actor"], line["text"]) == (ADA, "level 1 of the ladder, escalation: they rang twice")
    assert line["because"] == [{"clause": "house", "text": "they rang twice"}]


def test_a_missed_promise_is_told_as_such_to_both(zoho: Home) -> None:
    zoho.tick(NOW + timedelta(hours=4))
    assert "because a promise to the customer has not been kept" in read(zoho, "desk-escalated")
    said = read(zoho, "escalated")
    assert "we have not kept a time that we promised you" in said
    assert "Our rule" not in said


def test_who_asked_for_it_reads_the_rule_and_the_desk_that_they_asked(zoho: Home) -> None:
    ask(zoho, 2, NOW + timedelta(hours=3, minutes=1))
    assert "comes to you: the customer asks for escalation (ZOH-8)" in read(zoho, "desk-escalated")
    said = read(zoho, "escalated")
    assert "Our rule" in said
    assert "promised you" not in said


def test_by_hand_in_german(tmp_path: Path) -> None:
    with home(tmp_path, {"service.language": "de"}) as desk:
        desk.take(mail())
        escalate(desk, "sie rufen ständig an")
        said = read(desk, "desk-escalated")
        assert f"Dieser Fall kommt zu Ihnen: {ADA} hat den Fall von Hand eskaliert: sie rufen ständig an" in said


@pytest.mark.parametrize("policy", ["open-xchange", "zimbra"])
def test_a_request_under_a_policy_without_rules_for_it_is_told_to_the_desk_and_promises_nothing(
    tmp_path: Path, policy: str
) -> None:
    with home(tmp_path, customers="") as desk:
        route = f"{policy}@support.example"
        desk.take(mail("Severity: 3\n", to=route), routes=[route])
        subject = f"Re: [{desk.case().reference}] The inbox stays empty"
        letters = len(desk.outbox())
        again = mail("Merci d'escalader ce dossier.\n", to=route, message_id="2@hosting.example", subject=subject)
        desk.take(again, LATER, routes=[route])
        said = read(desk, "desk-alert")
        assert "kim@hosting.example asks for escalation" in said
        assert "> Merci d'escalader ce dossier." in said
        assert len(desk.outbox()) == letters
        assert "escalation-asked" in [each["event"] for each in desk.shown(desk.case().reference)["history"]]


def told_to(desk: Home, role: str) -> int:
    """How many letters of a step of the ladder a role had."""
    rows = desk.outbox(desk=True)
    return len([each for each in rows if (each["kind"], each["to"]) == ("desk-escalated", f"{role}@desk.example")])


def test_a_level_reached_by_hand_is_not_told_again_for_a_promise_that_ran_then_but_for_a_later_one(
    tmp_path: Path,
) -> None:
    with home(tmp_path, customers=PARTNER) as desk:
        raw = mail("Severity: 1\nThe invoices are not created.\n", sender=KIM, to=ZOHO)
        desk.take(raw, routes=[ZOHO], envelope_from=KIM)
        escalate(desk, "they rang twice")
        first = desk.house.people("escalation", desk.case())[0].partition("@")[0]
        assert told_to(desk, first) == 1
        desk.tick(NOW + timedelta(hours=4, minutes=30))
        assert told_to(desk, first) == 1
        reference = desk.case().reference
        act.perform(desk.house, reference, Act("reply", "We look at it.", ADA), NOW + timedelta(hours=5))
        desk.tick(NOW + timedelta(hours=15))
        assert told_to(desk, first) == 2


def ask(desk: Home, number: int, at: datetime, text: str = "Please escalate.") -> None:
    """The partner's mail that asks for escalation, decided at an instant."""
    subject = f"Re: [{desk.case().reference}] Invoices"
    raw = mail(text, sender=KIM, to=ZOHO, subject=subject, message_id=f"{number}@partner.example")
    desk.take(raw, at, routes=[ZOHO], envelope_from=KIM)


def test_a_request_that_comes_too_early_is_answered_anew_at_each_level(zoho: Home) -> None:
    ask(zoho, 2, NOW + timedelta(hours=1))
    first = read(zoho, "escalation-early")
    assert "can be escalated from Monday, 23 November 2026, 13:00 (Europe/Berlin, CET) on." in first
    assert "Our rule" in first
    zoho.tick(NOW + timedelta(hours=4))
    ask(zoho, 3, NOW + timedelta(hours=4, minutes=5))
    second = read(zoho, "escalation-early")
    assert (
        "It has reached level 1 by now; the next level can be asked for from Monday, 23 November 2026, 17:00" in second
    )
    # "any time after the response target" would not be true of the next level
    assert "Our rule" not in second


def test_what_comes_by_hand_says_what_is_due_and_what_was_missed(zoho: Home) -> None:
    zoho.tick(NOW + timedelta(hours=3))
    escalate(zoho, "they rang twice")
    said = read(zoho, "desk-escalated")
    assert "First answer due: Monday, 23 November 2026, 17:30 (Asia/Kolkata, IST) (1 to 3 hours) – missed" in said


def test_a_lower_step_of_another_promise_takes_the_case_from_nobody_higher(zoho: Home) -> None:
    for _ in range(2):
        escalate(zoho, "they rang twice")
    zoho.tick(NOW + timedelta(hours=4))
    reached = zoho.case().escalation
    assert reached is not None
    assert (reached.level, reached.owner) == (2, "lead")


def test_each_request_with_an_answer_of_its_own_is_confirmed_without_a_level(tmp_path: Path) -> None:
    with home(tmp_path, customers="") as desk:
        route = "zitadel@support.example"
        desk.take(mail("Severity: 3\n", to=route), routes=[route])
        reference = desk.case().reference
        for number, hours in ((2, 1), (3, 30)):
            headers = {"message_id": f"{number}@hosting.example", "subject": f"Re: [{reference}] Escalation"}
            desk.take(mail("Escalate, please.\n", to=route, **headers), NOW + timedelta(hours=hours), routes=[route])
            said = read(desk, "escalated")
            assert "your case has been escalated. The people responsible have been told." in said
            answer = Act("reply", "We look at it.", "manager@desk.example")
            act.perform(desk.house, reference, answer, NOW + timedelta(hours=hours, minutes=5))
        assert len([each for each in desk.outbox() if each["kind"] == "escalated"]) == 2


def test_a_request_at_the_top_of_the_ladder_is_answered_once_and_told_to_the_people_there(zoho: Home) -> None:
    for _ in range(4):
        escalate(zoho)
    reached = zoho.case().escalation
    assert reached is not None
    before = len(zoho.outbox())
    for number in (2, 3):
        ask(zoho, number, NOW + number * timedelta(hours=5))
    said = read(zoho, "escalation-top")
    assert f"It has reached level {reached.level}, the highest that there is." in said
    assert [each["kind"] for each in zoho.outbox()][before:] == ["escalation-top"]
    (top,) = zoho.house.people(reached.owner, zoho.case())
    assert "the case is at the top of its ladder (ZOH-8)" in read(zoho, "desk-alert", to=top)
