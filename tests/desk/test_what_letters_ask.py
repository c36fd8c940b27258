"""What letters to customers ask for is true of their reader: known or not, in their language, by a date."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import CUSTOMERS, FORM, NOW, Home, home, mail

ZIMBRA = "zimbra@support.example"
ELSEWHERE = """
[[customer]]
name = "Muster Telefon"
domains = ["muster.example"]
policy = "zimbra"
plan = "premier"
language = "de"
"""
MUSTER = {"sender": "Lee <lee@muster.example>", "envelope_from": "lee@muster.example"}


def letter(desk: Home, number: int = -1) -> str:
    """The text of a letter to a customer, its wrapped lines joined."""
    row = desk.outbox()[number]
    body = message_from_bytes(desk.sent(row["id"]), policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())


def take(desk: Home, text: str, sender: str, envelope_from: str, subject: str = "Mail module") -> None:
    desk.take(mail(text, sender=sender, subject=subject), envelope_from=envelope_from)


@pytest.mark.parametrize(
    ("language", "real", "listed"),
    [("en", "we need the real value", "not on our list"), ("de", "die tatsächliche Angabe", "nicht auf unserer Liste")],
)
def test_whoever_writes_na_in_a_free_field_is_asked_for_the_real_value(
    tmp_path: Path, language: str, real: str, listed: str
) -> None:
    customers = CUSTOMERS.replace('language = "en"', f'language = "{language}"')
    with home(tmp_path, customers=customers) as desk:
        desk.take(mail(FORM.replace("T-1", "n/a")))
        assert real in letter(desk)
        assert listed not in letter(desk)
        desk.take(mail(FORM.replace("DEBIAN", "BeOS"), message_id="two@hosting.example"))
        assert listed in letter(desk)
        assert real not in letter(desk)


def test_a_value_off_its_list_is_asked_about_once_in_a_field_that_may_stay_empty(tmp_path: Path) -> None:
    with home(tmp_path, customers=CUSTOMERS + ELSEWHERE.replace('language = "de"', 'language = "en"')) as desk:
        text = "Severity: {}\n\nThe web client shows an empty page to all of our users since this morning.\n"
        for number, written in enumerate(("", "<please choose>", "critical stuff")):
            raw = mail(text.format(written), sender=MUSTER["sender"], message_id=f"{number}@muster.example")
            desk.take(raw, routes=(ZIMBRA,), envelope_from=MUSTER["envelope_from"])
        assert [each["kind"] for each in desk.outbox()] == ["acknowledgment", "acknowledgment", "missing-information"]
        assert "not on our list" in letter(desk)
        assert "critical stuff" in letter(desk)
        case = desk.cases()[-1]
        assert "missing-information" in case.marks
        assert case.running("information") is None
        assert case.running("response") is not None
        raw = mail(
            "Severity: 2\n", sender=MUSTER["sender"], subject=f"Re: [{case.reference}]", message_id="a@muster.example"
        )
        desk.take(raw, NOW + timedelta(hours=1), envelope_from=MUSTER["envelope_from"])
        case = desk.cases()[-1]
        assert "missing-information" not in case.marks
        assert desk.outbox()[-1]["kind"] == "acknowledgment"


def test_a_stranger_hears_by_when_what_is_missing_is_needed_and_reads_no_reason_that_is_none(desk: Home) -> None:
    take(desk, "Severity: 2\n", "Eve <eve@nobody.example>", "eve@nobody.example")
    said = letter(desk)
    assert "could not match your address, eve@nobody.example, to a customer" in said
    assert "Please send this by Monday, 7 December 2026" in said
    assert "You gave Severity 2" in said
    assert "belongs to no customer" not in said


def test_a_customer_of_another_policy_hears_so_in_their_language_with_the_right_address(tmp_path: Path) -> None:
    with home(tmp_path, customers=CUSTOMERS + ELSEWHERE) as desk:
        take(desk, "Severity: 2\n", **MUSTER)
        (row,) = desk.outbox()
        assert row["kind"] == "not-entitled"
        said = letter(desk)
        assert "Wir kennen Sie als Kunden von Zimbra" in said
        assert ZIMBRA in said
        assert "keinem Kunden zuordnen" not in said
        case = desk.case()
        assert {"unentitled"} <= case.marks
        assert case.customer_id is None
        history = [each["text"] for each in desk.shown(case.reference)["history"]]
        assert any(each.startswith("Muster Telefon has a contract under Zimbra") for each in history)


def test_who_has_a_contract_is_told_to_nobody_but_them(tmp_path: Path) -> None:
    with home(tmp_path, customers=CUSTOMERS + ELSEWHERE) as desk:
        take(desk, "Severity: 2\n", MUSTER["sender"], "eve@nobody.example")
        assert "Zimbra" not in letter(desk)


def test_fields_have_their_german_names_in_german_letters_and_are_read_by_either_name(tmp_path: Path) -> None:
    customers = CUSTOMERS.replace('language = "en"', 'language = "de"')
    with home(tmp_path, customers=customers) as desk:
        desk.take(mail(FORM.replace("Track-ID: T-1\n", "").replace("Expected behaviour: the inbox is shown\n", "")))
        said = letter(desk)
        assert "Ihre Ticketnummer:" in said
        assert "Erwartetes Verhalten:" in said
        assert "Expected behaviour" not in said
        reply = "Ihre Ticketnummer: T-1\nExpected behaviour: eine Liste\n"
        headers = {"subject": "Re: The inbox stays empty", "In_Reply_To": "<one@hosting.example>"}
        desk.take(mail(reply, message_id="two@hosting.example", **headers))
        assert "missing-information" not in desk.case().marks
