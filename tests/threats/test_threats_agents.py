"""Attacks in the name of the desk's people (THREATS 16, 17, 18, 20, 27, 40, 41, 52)."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import NOW, ROUTE, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act
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


SIGNATURE = "v=1; a=rsa-sha256; d=desk.example; s=one; h=From; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b={}"


@pytest.mark.parametrize("first", ["/severity 1", "/close", "Please restart.", "/note\n\nrang twice"])
def test_a_copy_of_an_agents_mail_under_another_message_id_or_none_does_nothing_twice(desk: Home, first: str) -> None:
    headers = {"Authentication_Results": VOUCHED}
    assert take(desk, f"{first}\n", 1, **headers) == "reply"
    act.perform(desk.house, "OX-1001", Act("status", "waiting", ADA), LATER)
    before, left = desk.case("OX-1001"), len(leaving(desk))
    for number, changed in enumerate(({}, {"subject": "Fwd: [OX-1001]"}, {"X_Other": "1", "Cc": MALLORY}), start=2):
        take(desk, f"{first} \n\n", number, LATER + timedelta(days=1), **headers, **changed)
    to = token_address(desk)
    bare = mail(f"{first}\n", sender=ADA, to=to, subject="Re: [OX-1001]", message_id=None, **headers)
    desk.take(bare, LATER + timedelta(days=1), recipient=to, envelope_from=MALLORY)
    after = desk.case("OX-1001")
    assert (after.state, after.severity, after.assignee) == (before.state, before.severity, before.assignee)
    assert after.clocks == before.clocks
    assert len(leaving(desk)) == left
    assert desk.shown("OX-1001")["messages"][-1]["role"] == "unverified"
    told = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-alert" and each["to"] == ADA]
    assert b"a copy of mail" in desk.sent(told[-1]["id"]).replace(b"=\r\n", b"")


def test_a_copy_without_any_signature_and_with_another_date_is_known_by_its_message_id(desk: Home) -> None:
    assert take(desk, "/severity 1\n", 1, Authentication_Results=VOUCHED) == "reply"
    act.perform(desk.house, "OX-1001", Act("severity", "3", ADA), LATER)
    later = {"Date": "Tue, 24 Nov 2026 09:00:00 +0000", "Authentication_Results": VOUCHED}
    take(desk, "/severity 1\n", 1, LATER + timedelta(days=1), **later)
    assert desk.case("OX-1001").severity == 3
    assert desk.shown("OX-1001")["messages"][-1]["role"] == "unverified"


def test_a_copy_with_another_date_is_known_by_its_signature_however_that_is_folded(desk: Home) -> None:
    value = "dGhpcyBpcyBhIHNpZ25hdHVyZSBvZiBzb21lIGxlbmd0aCBmb3IgYSB0ZXN0IG9m"
    headers = {"Authentication_Results": VOUCHED}
    take(desk, "/severity 1\n", 1, DKIM_Signature=SIGNATURE.format(value), **headers)
    act.perform(desk.house, "OX-1001", Act("severity", "3", ADA), LATER)
    folded = SIGNATURE.format(f"{value[:20]} {value[20:]}")
    take(desk, "/severity 1\n", 2, DKIM_Signature=folded, Date="Tue, 24 Nov 2026 09:00:00 +0000", **headers)
    assert desk.case("OX-1001").severity == 3
    other = SIGNATURE.format(value.swapcase())
    take(desk, "/severity 1\n", 3, DKIM_Signature=other, Date="Wed, 25 Nov 2026 09:00:00 +0000", **headers)
    assert desk.case("OX-1001").severity == 1


def test_a_copy_of_an_answer_that_went_to_the_customer_directly_stops_no_clock_again(desk: Home) -> None:
    copied = {"to": "kim@hosting.example", "Cc": ROUTE, "Authentication_Results": VOUCHED}

    def send(number: int, at: Any) -> None:
        raw = mail("Done.\n", sender=ADA, subject="Re: [OX-1001]", message_id=f"c{number}@desk.example", **copied)
        desk.take(raw, at, recipient=ROUTE, envelope_from=ADA)

    send(1, LATER)
    raw = mail("And now?\n", message_id="2@hosting.example", subject="Re: x", In_Reply_To="<one@hosting.example>")
    desk.take(raw, LATER + timedelta(hours=1))
    before = desk.case("OX-1001").clocks
    send(2, LATER + timedelta(hours=2))
    assert desk.case("OX-1001").clocks == before
