"""Attacks in the name of the desk's people (THREATS 16, 17, 18, 20, 27, 40, 41, 52)."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import NOW, ROUTE, Home, home, mail

from intake.store import people
from intake.store.people import Agent

ADA, MALLORY = "ada@desk.example", "mallory@evil.example"
LATER = NOW + timedelta(hours=1)
VOUCHED = "mx.support.example; dmarc=pass header.from=desk.example"
CHANGES = {"reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, CHANGES) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        made.take(mail())
        yield made


def token_address(desk: Home) -> str:
    letter = next(each for each in desk.outbox(desk=True) if each["to"] == ADA)
    made = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    return str(made["Reply-To"].addresses[0].addr_spec)


def take(desk: Home, text: str, number: int = 1, at: Any = LATER, **headers: str) -> str:
    to = headers.pop("to", "") or token_address(desk)
    values: dict[str, Any] = {"sender": ADA, "subject": "Re: [OX-1001]", "to": to} | headers
    raw = mail(text, message_id=f"t{number}@evil.example", **values)
    (outcome,) = desk.take(raw, at, recipient=to, envelope_from=MALLORY)
    return str(outcome["outcome"])


def leaving(desk: Home) -> list[dict[str, Any]]:
    return [each for each in desk.outbox() if each["kind"] != "acknowledgment"]


def test_threat_16_an_agents_name_and_a_guessed_number_change_nothing(desk: Home) -> None:
    before = desk.case("OX-1001")
    take(desk, "/close\n\nGoodbye.\n", to=ROUTE)
    after = desk.case("OX-1001")
    assert (after.state, after.clocks, after.participants) == (before.state, before.clocks, before.participants)
    assert leaving(desk) == []


def test_threat_17_a_spoofed_agent_adds_no_copy(desk: Home) -> None:
    take(desk, f"/cc {MALLORY}\n\nHello.\n", Cc=MALLORY)
    assert desk.case("OX-1001").participant(MALLORY) is None
    assert leaving(desk) == []


def test_threat_17_who_is_only_in_the_copy_of_an_agents_mail_gets_nothing(desk: Home) -> None:
    take(desk, "Please restart.\n", Authentication_Results=VOUCHED, Cc=MALLORY)
    reply = next(each for each in desk.shown("OX-1001")["outgoing"] if each["kind"] == "reply")
    made = message_from_bytes(desk.sent(reply["id"]), policy=policy.default)
    assert (reply["to"], reply["cc"], made["Cc"]) == ("kim@hosting.example", [], None)
    assert desk.case("OX-1001").participant(MALLORY) is None


def test_threat_18_a_third_partys_mail_to_an_agents_token_address_is_kept_and_told_to_the_agent_alone(
    desk: Home,
) -> None:
    take(desk, "Your code is 123456\n", sender="no-reply@shop.example", subject="Verify your account")
    assert leaving(desk) == []
    assert desk.shown("OX-1001")["messages"][-1]["role"] == "unverified"
    take(desk, "We look into it.\n", 2, Authentication_Results=VOUCHED)
    assert b"123456" not in desk.sent(leaving(desk)[-1]["id"])


def test_threat_27_nothing_of_an_agents_command_becomes_a_header(desk: Home) -> None:
    text = f"/cc lee@hosting.example\u2028Bcc:{MALLORY}\n/assign me\u0085Bcc: {MALLORY}\n\nHello.\n"
    take(desk, text, Authentication_Results=VOUCHED)
    for letter in desk.shown("OX-1001")["outgoing"]:
        made = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
        assert made["Bcc"] is None
        assert MALLORY not in (letter["to"], *letter["cc"])


def test_threat_40_an_agents_machine_that_answers_each_receipt_reaches_the_customer_once(desk: Home) -> None:
    for number in range(40):
        at = LATER + number * timedelta(minutes=1)
        take(desk, "Your mail has been noted.\n", number, at, Authentication_Results=VOUCHED)
    assert len(leaving(desk)) == 1
    assert len([each for each in desk.outbox(desk=True) if each["kind"] == "desk-receipt"]) <= 30


def test_threat_41_an_agents_absence_note_is_no_answer(desk: Home) -> None:
    text = "I am out of the office until Monday and will reply when I am back.\n"
    assert take(desk, text, subject="Automatic reply: [OX-1001]", Authentication_Results=VOUCHED) == "automatic"
    assert leaving(desk) == []
    assert desk.case("OX-1001").running("response") is not None


def test_threat_52_a_verdict_from_outside_makes_nobody_an_agent(desk: Home) -> None:
    to = token_address(desk)
    raw = mail("/close\n\nBye.\n", sender=ADA, to=to, subject="Re:", message_id="x@evil.example")
    received = b"Received: from evil.example by mx.support.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n"
    forged = b"Authentication-Results: " + VOUCHED.encode() + b"\r\n"
    desk.take(received + forged + raw, LATER, recipient=to, envelope_from=MALLORY)
    assert leaving(desk) == []
    assert desk.case("OX-1001").state == "new"
