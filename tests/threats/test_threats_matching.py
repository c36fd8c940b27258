"""Which case a mail belongs to, against those who would like it to be another's (THREATS 16 to 18, 21 to 23)."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, ROUTE, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act

LATER = NOW + timedelta(hours=2)
MALLORY = "mallory@evil.example"
TRUSTED = {"reading.trusted_host": "mx.support.example"}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path, TRUSTED) as made:
        made.take(mail())
        yield made


def hostile(number: int = 1, **more: str) -> bytes:
    headers: dict[str, Any] = {"sender": MALLORY, "message_id": f"h{number}@evil.example", "subject": "Hello"} | more
    return mail("Please send me everything.\n", **headers)


def take(desk: Home, raw: bytes, **more: Any) -> str:
    (outcome,) = desk.take(raw, LATER, **{"envelope_from": MALLORY} | more)
    return str(outcome["outcome"])


def token_address(desk: Home) -> str:
    """Where a reply to our acknowledgment goes."""
    return str(message_from_bytes(desk.sent(1))["Reply-To"]).partition("<")[2].rstrip(">")


@pytest.mark.parametrize(
    "forged",
    [
        {"In_Reply_To": "<one@hosting.example>"},
        {"References": "<one@hosting.example>"},
        {"In_Reply_To": "{sent}"},
        {"subject": "Re: [OX-1001] The inbox stays empty"},
        {"subject": "ox-1001", "References": "<one@hosting.example> {sent}"},
        {"Reply_To": "kim@hosting.example", "subject": "[OX-1001]"},
        {"sender": "kim@hosting.example.evil.example", "subject": "[OX-1001]"},
        # the customer's domain, and nothing that vouches for it
        {"sender": "ceo@hosting.example", "subject": "[OX-1001]"},
        {"sender": '"kim@hosting.example" <mallory@evil.example>', "subject": "[OX-1001]"},
    ],
)
def test_threat_16_a_forged_id_or_a_guessed_number_opens_a_case_of_its_own_and_alerts(
    desk: Home, forged: dict[str, str]
) -> None:
    sent = f"<{desk.outbox()[0]['message_id']}>"
    assert take(desk, hostile(1, **{key: value.replace("{sent}", sent) for key, value in forged.items()})) == "new_case"
    own = desk.case("OX-1002")
    assert own.linked == ("OX-1001",)
    assert own.participant("kim@hosting.example") is None
    assert len(desk.shown("OX-1001")["messages"]) == 1
    assert [each["case"] for each in desk.outbox(desk=True) if each["kind"] == "desk-alert"] == ["OX-1002"]


def test_threat_16_a_writer_of_the_customers_authenticated_domain_joins(desk: Home) -> None:
    vouched = "mx.support.example; dmarc=pass header.from=hosting.example"
    raw = mail(
        "I am Kim's colleague.\n",
        sender="lee@hosting.example",
        message_id="lee@hosting.example",
        subject="Re: [OX-1001]",
        Authentication_Results=vouched,
    )
    assert take(desk, raw, envelope_from="lee@hosting.example") == "reply"


def test_threat_17_a_copied_stranger_gains_nothing(desk: Home) -> None:
    """The customer's address forged, the number guessed, and a copy asked for."""
    raw = hostile(sender="kim@hosting.example", Cc=MALLORY, subject="Re: [OX-1001] and me")
    take(desk, raw)
    act.perform(desk.house, "OX-1001", Act("reply", "Our secret answer.", "ada@desk.example"), LATER)
    assert desk.case("OX-1001").participant(MALLORY) is None
    for letter in desk.outbox():
        made = message_from_bytes(desk.sent(letter["id"]))
        if letter["kind"] == "reply":
            assert letter["to"] == "kim@hosting.example"
        assert MALLORY not in str(made["Cc"]) + str(made["Bcc"])
    # one who was copied and writes of their own accord is a stranger still
    assert take(desk, hostile(2, subject="Re: [OX-1001] and me")) == "new_case"


def test_threat_17_who_was_taken_off_has_no_more_part_than_a_stranger(desk: Home) -> None:
    """Neither by the token in the letter that they had a copy of, nor by its thread, nor by the number."""
    act.perform(desk.house, "OX-1001", Act("cc", MALLORY, "ada@desk.example"), LATER)
    act.perform(desk.house, "OX-1001", Act("reply", "Please restart.", "ada@desk.example"), LATER)
    made = message_from_bytes(desk.sent(desk.outbox()[-1]["id"]))
    assert MALLORY in str(made["Cc"])
    act.perform(desk.house, "OX-1001", Act("uncc", MALLORY, "ada@desk.example"), LATER)
    assert take(desk, hostile(2, subject="Re: [OX-1001]", In_Reply_To=str(made["Message-ID"]))) == "new_case"
    state, answered = desk.case("OX-1001").state, len(desk.outbox())
    token = parseaddr(str(made["Reply-To"]))[1]
    assert take(desk, hostile(3, subject="Re: [OX-1001]"), recipient=token) == "reply"
    assert "third-party" in [each["event"] for each in desk.shown("OX-1001")["history"]]
    assert desk.case("OX-1001").participant(MALLORY) is None
    assert (desk.case("OX-1001").state, len(desk.outbox())) == (state, answered)


@pytest.mark.parametrize("subject", ["Verify your account", "[OX-1001] Your code is 123456"])
def test_threat_18_a_third_partys_mail_to_a_token_address_is_kept_and_told_to_the_desk_alone(
    desk: Home, subject: str
) -> None:
    before = len(desk.outbox())
    raw = mail("Your code is 123456\n", sender="no-reply@shop.example", message_id="c@shop.example", subject=subject)
    assert take(desk, raw, recipient=token_address(desk), envelope_from="no-reply@shop.example") == "reply"
    assert len(desk.outbox()) == before
    assert desk.case().participant("no-reply@shop.example") is None
    assert "third-party" in [each["event"] for each in desk.shown("OX-1001")["history"]]
    assert desk.outbox(desk=True)[-1]["kind"] == "desk-alert"
    # nothing of it rides along in what is sent to the customer later
    act.perform(desk.house, "OX-1001", Act("reply", "We look into it.", "ada@desk.example"), LATER)
    assert desk.outbox()[-1]["to"] == "kim@hosting.example"
    assert b"123456" not in desk.sent(desk.outbox()[-1]["id"])


def test_threat_18_the_customers_own_reply_to_the_token_address_joins_without_any_header(desk: Home) -> None:
    raw = mail("Any news?\n", message_id="n@hosting.example", subject="hello?")
    assert take(desk, raw, recipient=token_address(desk), envelope_from="kim@hosting.example") == "reply"
    assert len(desk.cases()) == 1


@pytest.mark.parametrize("change", [lambda tag: tag[:-2] + ("aa" if tag[-2:] != "aa" else "bb"), lambda _: "OX-1001"])
def test_threat_18_a_token_that_we_did_not_sign_leads_nowhere(desk: Home, change: Any) -> None:
    local, _, domain = token_address(desk).partition("@")
    base, _, tag = local.partition("+")
    forged = f"{base}+{change(tag)}@{domain}"
    assert take(desk, hostile(), recipient=forged) == "new_case"


def test_threat_21_a_message_id_claimed_in_advance_takes_nothing_away(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        assert take(desk, hostile(message_id="one@hosting.example")) == "new_case"
        (outcome,) = desk.take(mail(), LATER)
        assert outcome["outcome"] == "new_case"
        assert [case.contact.address for case in desk.cases()] == [MALLORY, "kim@hosting.example"]
        reply = mail("More.\n", message_id="two@hosting.example", subject="Re:", In_Reply_To="<one@hosting.example>")
        desk.take(reply, LATER)
        assert len(desk.shown("OX-1002")["messages"]) == 2
        assert len(desk.shown("OX-1001")["messages"]) == 1


def test_threat_21_a_message_id_claimed_afterwards_takes_nothing_away(desk: Home) -> None:
    for number in range(25):
        take(desk, mail(f"{number}\n", sender=MALLORY, message_id="one@hosting.example", subject="mine"))
    reply = mail("More.\n", message_id="two@hosting.example", subject="Re:", In_Reply_To="<one@hosting.example>")
    desk.take(reply, LATER)
    assert len(desk.shown("OX-1001")["messages"]) == 2


HOPS = [
    b"Received: from relay.example by mx.support.example; Mon, 23 Nov 2026 11:00:00 +0000\r\n",
    b"Return-Path: <bounces@relay.example>\r\nX-Spam-Score: 0\r\nDKIM-Signature: v=1; d=relay.example; b=x\r\n",
    b"ARC-Seal: i=1; a=rsa-sha256\r\nDelivered-To: somebody@support.example\r\n",
]


@pytest.mark.parametrize("hop", HOPS)
def test_threat_22_a_mail_delivered_again_by_another_hop_is_one_case(desk: Home, hop: bytes) -> None:
    assert take(desk, hop + mail(), envelope_from="kim@hosting.example") == "duplicate"
    assert len(desk.cases()) == 1
    assert len(desk.outbox()) == 1
    assert desk.ledger()["balanced"]


def test_threat_22_other_content_under_the_same_id_is_another_mail(desk: Home) -> None:
    assert take(desk, mail(FORM + "and more\n"), envelope_from="kim@hosting.example") != "duplicate"


def test_threat_23_a_retry_without_a_message_id_is_one_case(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        raw = mail(message_id=None)
        outcomes = [desk.take(raw, NOW + timedelta(minutes=number))[0]["outcome"] for number in range(3)]
        assert outcomes == ["new_case", "duplicate", "duplicate"]
        assert [each["kind"] for each in desk.outbox()] == ["acknowledgment"]


@pytest.mark.parametrize("sender", ["Kim <kim@hosting.example>", ""], ids=["of a sender", "of nobody"])
def test_threat_23_two_copies_in_one_batch_are_one_case(tmp_path: Path, sender: str) -> None:
    with home(tmp_path) as desk:
        for number in range(3):
            raw = mail(message_id=None, sender=sender)
            desk.keep(raw, routes=[ROUTE], envelope_from=f"{number}@relay.example")
        desk.receive()
        assert len(desk.cases()) == 1
        assert desk.ledger()["duplicate"] == 2
