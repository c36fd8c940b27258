"""A severity that a customer gives later, or that a person decides on their wish: what the customer hears of it."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import FORM, NOW, Home, home, mail

from intake.core.case.act import Act
from intake.desk.act import perform

ADA = "ada@desk.example"
ZIMBRA = "zimbra@support.example"
CUSTOMERS = '[[customer]]\nname = "Beispiel"\ndomains = ["hosting.example"]\npolicy = "zimbra"\nplan = "premier"\n'
BARE = FORM.replace("Severity: 2\n", "").replace("Track-ID: T-1\n", "")


def reply(desk: Home, text: str, number: int) -> None:
    desk.take(mail(text, message_id=f"{number}@hosting.example", In_Reply_To="<1@hosting.example>"), NOW)


def kinds(desk: Home) -> list[str]:
    return [each["kind"] for each in desk.outbox()]


def last_letter(desk: Home) -> str:
    part = message_from_bytes(desk.sent(desk.outbox()[-1]["id"]), policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            (
                "Severity: 1 (complete outage)",
                "by Monday, 23 November 2026, 11:00 (Europe/Berlin, CET)",
                "You gave Severity 1. (OX-5)",
                "We still need the following from you: - Track-ID",
                "Track-ID:",
            ),
        ),
        (
            "de",
            (
                "Schweregrad: 1",
                "bis: Montag, 23. November 2026, 11:00 (Europe/Berlin, CET)",
                "(OX-5)",
                "Wir brauchen von Ihnen noch Folgendes: - Ihre Ticketnummer",
            ),
        ),
    ],
)
def test_ox_5_a_partial_reply_that_gives_the_severity_is_answered_with_severity_reason_promise_and_what_is_missing(
    tmp_path: Path, language: str, said: tuple[str, ...]
) -> None:
    with home(tmp_path) as desk:
        text = BARE if language == "en" else BARE + "\nGuten Tag, bitte sehen Sie sich das an, es ist dringend.\n"
        desk.take(mail(text, message_id="1@hosting.example"))
        if language == "de":
            spoken(desk)
        reply(desk, "Severity: 1\n", 2)
        assert desk.case().severity == 1
        assert kinds(desk) == ["missing-information", "severity-set"]
        letter = last_letter(desk)
        assert [each for each in said if each not in letter] == []
        reply(desk, "Track-ID: T-1\n", 3)
        assert kinds(desk) == ["missing-information", "severity-set", "acknowledgment"]


def spoken(desk: Home) -> None:
    """The case is in German from now on."""
    with desk.databases.desk.begin() as connection:
        connection.exec_driver_sql("UPDATE cases SET language = 'de'")


def test_a_partial_reply_that_confirms_the_provisional_severity_brings_no_letter_about_it(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail(BARE, message_id="1@hosting.example"))
        reply(desk, "Severity: 3\n", 2)
        assert (desk.case().wished_severity, kinds(desk)) == (3, ["missing-information"])


def test_a_reply_that_completes_the_form_and_gives_the_severity_brings_the_acknowledgment_alone(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail(BARE, message_id="1@hosting.example"))
        reply(desk, "Severity: 1\nTrack-ID: T-1\n", 2)
        assert kinds(desk) == ["missing-information", "acknowledgment"]


@pytest.fixture
def wished(tmp_path: Path) -> Iterator[Home]:
    """A case that mail opened at Severity 4, whose customer asks for 1."""
    with home(tmp_path, customers=CUSTOMERS) as desk:
        raw = mail("Severity: 1\nMails arrive late.\n", to=ZIMBRA)
        desk.take(raw, routes=[ZIMBRA])
        yield desk


def test_a_person_who_sets_the_severity_that_the_case_has_decides_the_wish_and_the_customer_hears_it(
    wished: Home,
) -> None:
    perform(wished.house, "ZIM-1001", Act("severity", "4", ADA, "only one mailbox is slow"), NOW)
    case = wished.case()
    assert (case.severity, case.because[0].text) == (4, "only one mailbox is slow")
    (entry,) = [each for each in wished.shown("ZIM-1001")["history"] if each["event"] == "severity"]
    assert (entry["text"], entry["actor"]) == ("Severity 4 stays; the customer asked for 1", ADA)
    assert kinds(wished)[-1] == "severity-set"
    letter = last_letter(wished)
    assert "a person of our team has looked at the severity of your case" in letter
    assert "The severity you asked for: 1" in letter
    assert "- only one mailbox is slow" in letter


def test_a_wish_that_a_person_grants_is_answered_with_the_new_promise(wished: Home) -> None:
    perform(wished.house, "ZIM-1001", Act("severity", "1", ADA), NOW)
    assert kinds(wished)[-1] == "severity-set"
    letter = last_letter(wished)
    assert "A person of the support team set Severity 1." in letter
    assert "by Monday, 23 November 2026, 01:30 (America/Los_Angeles, PST)" in letter


def test_without_a_wish_the_severity_that_the_case_has_is_refused(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail())
        with pytest.raises(Exception, match="has Severity 2 already"):
            perform(desk.house, "OX-1001", Act("severity", "2", ADA), NOW)


def test_the_customer_hears_of_each_change_also_back_to_a_severity_that_was_told_before(wished: Home) -> None:
    before = len(kinds(wished))
    for hours, level in enumerate(("2", "3", "2", "3")):
        perform(wished.house, "ZIM-1001", Act("severity", level, ADA), NOW + timedelta(hours=2 * hours))
    assert kinds(wished)[before:] == ["severity-set"] * 4
