"""Answers to a digest: about the case that it names, else a receipt that says how; never a case of their own."""

import re
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act
from intake.desk.receive import again
from intake.store import ledger, people
from intake.store.audit import audit
from intake.store.engine import reading
from intake.store.people import Agent

ADA = "ada@desk.example"
LATER = NOW + timedelta(minutes=30)
VOUCHED = "mx.support.example; dmarc=pass header.from=desk.example"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    """Ada had a digest of three cases."""
    settings = {"reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA]}
    with home(tmp_path, settings) as made:
        with made.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        for number in (1, 2, 3):
            made.keep(mail(FORM, message_id=f"{number}@x.example", subject=f"Matter {number}"))
        made.receive()
        assert [each["kind"] for each in made.outbox(desk=True)] == ["desk-digest"]
        yield made


def digest(desk: Home) -> Any:
    (row,) = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-digest"]
    return message_from_bytes(desk.sent(row["id"]), policy=policy.default)


def answer(desk: Home, text: str, *, to: str = "", now: Any = LATER, **headers: str) -> dict[str, Any]:
    """A mail of Ada's in answer to the digest; its outcome."""
    letter = digest(desk)
    address = to or letter["Reply-To"].addresses[0].addr_spec
    values: dict[str, Any] = {
        "sender": f"Ada <{ADA}>",
        "to": address,
        "subject": f"Re: {letter['Subject']}",
        "message_id": "1@desk.example",
        "In_Reply_To": letter["Message-ID"],
        "Authentication_Results": VOUCHED,
    } | headers
    (outcome,) = desk.take(mail(text, **values), now, recipient=address, envelope_from=ADA)
    return outcome


def receipts(desk: Home) -> list[str]:
    rows = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-which-case"]
    made = [message_from_bytes(desk.sent(row["id"]), policy=policy.default).get_body(("plain",)) for row in rows]
    return [str(each.get_content()) for each in made if each is not None]


def sound(desk: Home) -> bool:
    with reading(desk.databases.reading) as connection:
        return not any(each.broken for each in audit(connection))


@pytest.mark.parametrize(
    "text", ["OX-1002\n/have-it\n", "ox-1002: /have-it\n", "[ox-1002]\n\nI have it\n", "OX-1002:\nI have it"]
)
def test_an_answer_whose_first_line_is_the_number_of_a_case_is_about_that_case(desk: Home, text: str) -> None:
    assert answer(desk, text)["outcome"] == "reply"
    assert [case.assignee for case in desk.cases()] == [None, ADA, None]
    assert receipts(desk) == []
    assert sound(desk)


def test_the_number_may_stand_in_the_subject(desk: Home) -> None:
    answer(desk, "/severity 3 because one user", subject="Re: [OX-1003] 3 cases need a look")
    assert [case.severity for case in desk.cases()] == [2, 2, 3]


def test_the_customer_gets_the_answer_below_the_number_and_nothing_of_the_digest(desk: Home) -> None:
    quote = str(digest(desk).get_body(("plain",)).get_content())
    answer(desk, "OX-1001\nPlease restart.\n\nOn Monday Support wrote:\n" + re.sub("^", "> ", quote, flags=re.M))
    (reply,) = [each for each in desk.outbox() if each["kind"] == "reply"]
    assert reply["case"] == "OX-1001"
    said = message_from_bytes(desk.sent(reply["id"]), policy=policy.default).get_body(("plain",))
    assert said is not None
    text = said.get_content()
    assert "Please restart." in text
    assert "OX-1002" not in text
    assert not re.search("^OX-1001", text, re.M)


def test_lines_of_the_digest_that_a_client_left_unquoted_reach_no_customer(desk: Home) -> None:
    quote = str(digest(desk).get_body(("plain",)).get_content())
    answer(desk, f"OX-1001\nPlease restart.\n\n{quote}")
    assert not [each for each in desk.outbox() if each["kind"] == "reply"]


@pytest.mark.parametrize("text", ["I have it", "/have-it", "OX-1001 is mine, the others are not.", "OX-9999\n/have-it"])
def test_an_answer_that_does_not_say_which_case_does_nothing_opens_nothing_and_is_told_how(
    desk: Home, text: str
) -> None:
    before = [(case.assignee, case.version) for case in desk.cases()]
    outcome = answer(desk, text)
    assert outcome["outcome"] == "parked"
    assert [(case.assignee, case.version) for case in desk.cases()] == before
    (receipt,) = receipts(desk)
    assert "does not say which of them it is about" in receipt
    assert all(case.reference in receipt for case in desk.cases())
    assert [each["kind"] for each in desk.outbox()] == ["acknowledgment"] * 3
    assert [each["kind"] for each in desk.outbox(desk=True)] == ["desk-digest", "desk-which-case"]
    assert desk.ledger()["balanced"]
    assert sound(desk)


def test_the_receipt_can_be_answered_in_the_same_way(desk: Home) -> None:
    answer(desk, "I have it")
    answer(desk, "OX-1003\nI have it", message_id="2@desk.example")
    assert [case.assignee for case in desk.cases()] == [None, None, ADA]


@pytest.mark.parametrize("headers", [{"Authentication_Results": ""}, {"sender": "Mallory <mallory@desk.example>"}])
def test_an_answer_that_is_not_proven_to_be_the_readers_is_kept_and_obeyed_in_nothing(
    desk: Home, headers: dict[str, str]
) -> None:
    for number in range(5):
        outcome = answer(desk, "OX-1001\n/close", message_id=f"{number}@desk.example", **headers)
        assert outcome["outcome"] in ("reply", "parked")
    assert {case.state for case in desk.cases()} == {"new"}
    assert len(desk.cases()) == 3


def test_a_client_that_answers_to_the_address_in_from_opens_no_case(desk: Home) -> None:
    outcome = answer(desk, "I have it", to="open-xchange@support.example")
    assert outcome["outcome"] == "parked"
    (receipt,) = receipts(desk)
    assert "it carries no token" in receipt
    assert len(desk.cases()) == 3


def test_a_digest_of_one_case_is_answered_like_any_notice(tmp_path: Path) -> None:
    settings = {"reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA]}
    with home(tmp_path, settings) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(ADA, "Ada L.")])
        for number in (1, 2, 3):
            answered = f"<{number - 1}@x.example>" if number > 1 else ""
            desk.keep(mail(FORM, message_id=f"{number}@x.example", In_Reply_To=answered))
        desk.receive()
        if [each["kind"] for each in desk.outbox(desk=True)] == ["desk-digest"]:
            assert answer(desk, "I have it")["outcome"] == "reply"
            assert desk.case().assignee == ADA


BARE = {"In_Reply_To": "", "References": "", "subject": "3 cases need a look"}


@pytest.mark.parametrize("text", ["OX-1002\n/have-it\n", "[ox-1002]\n\nI have it\n"])
def test_a_client_that_strips_what_it_answers_is_understood_by_the_address_and_the_number(
    desk: Home, text: str
) -> None:
    assert answer(desk, text, **BARE)["outcome"] == "reply"
    assert [case.assignee for case in desk.cases()] == [None, ADA, None]
    assert receipts(desk) == []
    assert sound(desk)


def test_of_a_digest_that_a_client_names_no_more_nothing_reaches_the_customer(desk: Home) -> None:
    quote = str(digest(desk).get_body(("plain",)).get_content())
    answer(desk, f"OX-1001\nPlease restart.\n\n{quote}", **BARE)
    assert not [each for each in desk.outbox() if each["kind"] == "reply"]


@pytest.mark.parametrize("text", ["I have it", "OX-9999\n/have-it"])
def test_who_names_neither_letter_nor_case_is_asked_about_the_cases_of_the_last_digest(desk: Home, text: str) -> None:
    assert answer(desk, text, **BARE)["outcome"] == "parked"
    assert {case.assignee for case in desk.cases()} == {None}
    (told,) = receipts(desk)
    assert all(case.reference in told for case in desk.cases())


def test_of_a_long_digest_the_likeliest_cases_are_asked_about_and_the_others_counted(tmp_path: Path) -> None:
    settings = {"reading.trusted_host": "mx.support.example", "reading.seconds": 60, "roles.triage": [ADA]}
    with home(tmp_path, settings) as desk:
        for number in range(1, 13):
            desk.keep(mail(FORM, message_id=f"{number}@x.example", subject=f"Matter {number}"))
        desk.receive()
        act.perform(desk.house, "OX-1010", Act("assign", ADA, "bo@desk.example"), NOW)
        answer(desk, "About OX-1012, it was the cache.\n")
        (told,) = receipts(desk)
        named = re.findall(r"(OX-\d+) – Matter", told)
        assert named[:2] == ["OX-1012", "OX-1010"]
        assert len(named) == 8
        assert "The digest told of 4 more." in told
        assert len(told) < 4_000


def test_a_case_of_which_no_digest_told_the_reader_is_not_reached_by_a_digests_address(desk: Home) -> None:
    raw = mail(FORM, message_id="9@x.example", subject="Matter 4")
    desk.take(raw, LATER)
    assert answer(desk, "OX-1004\n/close", **BARE)["outcome"] == "parked"
    assert desk.case("OX-1004").state == "new"


@pytest.mark.parametrize("headers", [{"Authentication_Results": ""}, {"sender": "Mallory <mallory@desk.example>"}])
def test_a_named_case_is_not_touched_by_whom_nothing_proves(desk: Home, headers: dict[str, str]) -> None:
    answer(desk, "OX-1001\n/close", **(BARE | headers))
    assert {case.state for case in desk.cases()} == {"new"}


def test_a_parked_answer_that_is_tried_again_stays_parked_and_is_told_once(desk: Home) -> None:
    answer(desk, "I have it", **BARE)
    (mail_id,) = [each["id"] for each in parked(desk)]
    for _ in range(3):
        assert again(desk.house, mail_id, LATER) == 1
    assert len(receipts(desk)) == 1
    assert [each["id"] for each in parked(desk)] == [mail_id]
    assert sound(desk)


def parked(desk: Home) -> list[dict[str, Any]]:
    with reading(desk.databases.reading) as connection:
        return ledger.parked(connection, "parked")
