"""Mail of partners: marked as theirs, their own ticket numbers quoted back, and what goes to whom is shown."""

from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import NOW, ROUTE, Home, home, mail

from intake.core.case.act import Act
from intake.desk import act, merging, trial
from intake.desk.trial import Tried
from intake.store import ledger
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


VOUCHED = "mx.support.example; dmarc=pass header.from=partner.example"


@pytest.fixture
def proven(tmp_path: Path) -> Iterator[Home]:
    """A desk that believes its own host about senders, with a partner's case that has a number of theirs."""
    with home(tmp_path, {"reading.trusted_host": "mx.support.example"}, customers=PARTNER) as made:
        write(made, "It is broken.\n", 1, "[PARTNER-4711] Import fails", Authentication_Results=VOUCHED)
        yield made


def reference_of(desk: Home, number: int, subject: str, sender: str, vouched: str = VOUCHED) -> tuple[str, str, str]:
    """Outcome, case and reason of a mail that has nothing else to be known by."""
    raw = mail(
        "There is news.\n", sender=sender, to=ROUTE_OF_PARTNERS, subject=subject, message_id=f"{number}@x.example",
        Authentication_Results=vouched,
    )  # fmt: skip
    (done,) = desk.take(raw, LATER, routes=[ROUTE_OF_PARTNERS], envelope_from=sender)
    with reading(desk.databases.reading) as connection:
        ids = ledger.cases_of(connection, [ledger.last_mail(connection)])
    (case_id,) = next(iter(ids.values()))
    case = next(each for each in desk.cases() if each.id == case_id)
    return done["outcome"], case.reference, done["because"]


@pytest.mark.parametrize(
    "subject", ["Re: PARTNER [PARTNER-4711] news", "[partner-4711]", "(PARTNER-4711) Import fails"]
)
def test_a_number_of_their_own_brings_a_colleagues_mail_to_the_case_and_the_reason_shows_it(
    proven: Home, subject: str
) -> None:
    (case,) = proven.cases()
    outcome, joined, because = reference_of(proven, 2, subject.upper(), "sam@partner.example")
    assert (outcome, joined) == ("reply", case.reference)
    assert "PARTNER-4711" in because


def test_their_number_quoted_by_anybody_else_or_unproven_opens_a_case_that_is_linked_to_nothing(proven: Home) -> None:
    subject = "Re: [PARTNER-4711] Import fails"
    other = "mx.support.example; dmarc=pass header.from=evil.example"
    for number, sender, vouched in (
        (2, "lee@evil.example", other),
        (3, "lee@partner.example", "mx.support.example; dmarc=fail header.from=partner.example"),
        (4, "sam@partner.example", "mx.support.example; dmarc=none"),
    ):
        assert reference_of(proven, number, subject, sender, vouched)[0] == "new_case"
    assert [each.linked for each in proven.cases()] == [()] * 4


def test_a_number_that_two_cases_have_joins_neither_and_names_both(proven: Home) -> None:
    write(proven, "Export.\n", 2, "Export fails", Authentication_Results=VOUCHED)
    write(proven, "As well.\n", 3, "[PARTNER-4711] Re: Export fails", In_Reply_To="<2@partner.example>")
    assert [each.their_numbers for each in proven.cases()] == [("[PARTNER-4711]",)] * 2
    outcome, reference, because = reference_of(proven, 4, "[PARTNER-4711] news", "lee@partner.example")
    assert outcome == "new_case"
    assert "several cases" in because
    assert proven.case(reference).linked == tuple(each.reference for each in proven.cases()[:2])


def test_a_short_number_or_a_year_counts_only_under_the_cases_own_subject(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example"}, customers=PARTNER) as desk:
        write(desk, "It is full.\n", 1, "[NODE-3] Disk full", Authentication_Results=VOUCHED)
        write(desk, "It is slow.\n", 2, "[Q4-2026] Report slow", Authentication_Results=VOUCHED)
        assert reference_of(desk, 3, "[NODE-3] Fan broken", "lee@partner.example")[0] == "new_case"
        assert reference_of(desk, 4, "[Q4-2026] Report empty", "lee@partner.example")[0] == "new_case"
        assert reference_of(desk, 5, "AW: [NODE-3] disk full", "lee@partner.example")[0] == "reply"


def test_a_number_goes_over_with_a_merged_case(proven: Home) -> None:
    write(proven, "Again.\n", 2, "Import fails again", Authentication_Results=VOUCHED)
    first, second = (each.reference for each in proven.cases())
    merging.merge(proven.house, first, second, ADA, "", LATER)
    assert proven.shown(second)["their_numbers"] == ["[PARTNER-4711]"]
    assert reference_of(proven, 3, "[PARTNER-4711] news", "sam@partner.example")[:2] == ("reply", second)


def test_zoh_7_a_consent_that_the_trusted_host_does_not_vouch_for_is_a_persons_to_judge(proven: Home) -> None:
    change = "Severity: 3\nEnd customer: client.example\nPlease change the super admin of our client's organisation.\n"
    write(
        proven,
        change,
        1,
        "Transfer",
        Authentication_Results="mx.support.example; dmarc=pass header.from=partner.example",
    )
    case = proven.cases()[-1]
    assert "awaiting-consent" in case.marks
    letter = proven.outbox()[-1]
    sent = message_from_bytes(proven.sent(letter["id"]), policy=policy.default)
    to = sent["Reply-To"].addresses[0].addr_spec
    for number, vouched in ((2, ""), (3, "mx.support.example; dmarc=pass header.from=client.example")):
        raw = mail(
            "We consent.\n", sender="boss@client.example", to=to, subject=f"Re: {sent['Subject']}",
            message_id=f"{number}@client.example", Authentication_Results=vouched,
        )  # fmt: skip
        proven.take(raw, LATER, routes=[ROUTE_OF_PARTNERS], recipient=to, envelope_from="boss@client.example")
        assert ("awaiting-consent" in proven.case(case.reference).marks) == (not vouched)
    told = [each["text"] for each in proven.shown(case.reference)["history"] if each["event"] == "consent-doubted"]
    said = "a consent from boss@client.example came, but nobody vouches for the sender"
    assert told == [f"{said} (mx.support.example says nothing about this mail); a person decides"]
