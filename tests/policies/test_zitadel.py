"""The ZITADEL policy, clause by clause, from the mail to what becomes of the case."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from house import Home, home, mail
from matter import Matter, known, opened, shipped

from intake.app.check_policies import warnings
from intake.core.case.credits import owed

POLICY = shipped("zitadel")
ZURICH = ZoneInfo("Europe/Zurich")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=ZURICH)
MANAGER = {"manager"}


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZURICH)  # type: ignore[arg-type, misc]


def mailed(text: str, plan: str = "extended-sla", when: datetime = MONDAY, **record: Any) -> Matter:
    return opened("zitadel", when, text, known("zitadel", plan=plan, **record))


@pytest.mark.parametrize("calendar", ["business", "extended"])
def test_zit_1_the_public_holidays_of_canton_st_gallen_are_closed(calendar: str) -> None:
    found = {each.day for each in POLICY.calendar(calendar, "Asia/Tokyo").closures(2027)}
    expected = "01-01 03-26 03-29 05-06 05-17 08-01 11-01 12-25 12-26"
    assert found == {date.fromisoformat(f"2027-{day}") for day in expected.split()}


@pytest.mark.parametrize(
    ("opened_at", "due", "hours"),
    [
        # Severity 2: two business hours
        ((2026, 11, 23, 8), (2026, 11, 23, 10), "business"),
        ((2026, 11, 23, 7), (2026, 11, 23, 10), "business"),
        ((2026, 11, 23, 15), (2026, 11, 23, 17), "business"),
        ((2026, 11, 27, 16), (2026, 11, 30, 9), "business"),
        ((2026, 11, 23, 7), (2026, 11, 23, 9), "extended"),
        ((2026, 11, 23, 18, 30), (2026, 11, 24, 8, 30), "extended"),
        # All Saints' Day and Easter are closed here, Swiss National Day 2025 a Friday
        ((2027, 10, 29, 16, 30), (2027, 11, 2, 9, 30), "business"),
        ((2027, 3, 25, 16), (2027, 3, 30, 9), "business"),
        ((2025, 7, 31, 16), (2025, 8, 4, 9), "business"),
        ((2026, 12, 24, 16), (2026, 12, 28, 9), "business"),
    ],
)
def test_zit_1_hours_are_swiss_business_or_extended_ones(
    opened_at: tuple[int, ...], due: tuple[int, ...], hours: str
) -> None:
    case = mailed("Severity: 2", when=at(*opened_at), hours={"2": hours}, zone="America/New_York")
    assert case.due("response") == at(*due)


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
def test_zit_2_the_default_plan_answers_at_best_effort(severity: int) -> None:
    clock = mailed(f"Severity: {severity}", "default").case.clocks[0]
    assert (clock.due_at, clock.because[0].clause) == (None, "ZIT-2")
    assert clock.because[0].text.startswith("best effort")


@pytest.mark.parametrize(
    ("plan", "severity", "due"),
    [
        ("extended-sla", 1, (2026, 11, 23, 10)),
        ("extended-sla", 2, (2026, 11, 23, 11)),
        ("extended-sla", 3, (2026, 11, 24, 12)),
        ("extended-sla", 4, (2026, 11, 25, 15)),
        ("custom", 1, (2026, 11, 23, 9, 30)),
        ("custom", 2, (2026, 11, 23, 11)),
        ("custom", 3, (2026, 11, 24, 12)),
        ("custom", 4, (2026, 11, 25, 15)),
    ],
)
def test_zit_2_the_whole_table_in_business_hours(plan: str, severity: int, due: tuple[int, ...]) -> None:
    assert mailed(f"Severity: {severity}", plan).due("response") == at(*due)


@pytest.mark.parametrize(
    ("hours", "severity", "due"),
    [
        ({"1": "24x7"}, 1, (2026, 11, 28, 10, 30)),
        ({"1": "24x7"}, 2, (2026, 11, 30, 10)),
        ({"2": "24x7"}, 2, (2026, 11, 28, 12)),
        ({"1": "extended"}, 1, (2026, 11, 30, 7, 30)),
        ({}, 1, (2026, 11, 30, 8, 30)),
    ],
)
def test_zit_2_a_contract_sets_the_hours_of_a_severity(
    hours: dict[str, str], severity: int, due: tuple[int, ...]
) -> None:
    case = mailed(f"Severity: {severity}", "custom", at(2026, 11, 28, 10), hours=hours)
    assert case.due("response") == at(*due)


def test_zit_2_a_self_hosting_contract_sets_targets_and_hours_alike() -> None:
    contract = {"response": {"1": "15 minutes, 24x7", "2": "1 hour"}}
    record: dict[str, Any] = {"targets": contract, "hours": {"2": "extended"}}
    saturday = at(2026, 11, 28, 10)
    assert mailed("Severity: 1", "custom", saturday, **record).due("response") == at(2026, 11, 28, 10, 15)
    assert mailed("Severity: 2", "custom", saturday, **record).due("response") == at(2026, 11, 30, 8)


def test_zit_2_check_names_each_custom_customer_that_sets_no_hours(tmp_path: Path) -> None:
    for number, (more, named) in enumerate(
        (
            ('plan = "custom"\n', True),
            ('plan = "custom"\nhours = { 1 = "24x7" }\n', False),
            ('plan = "default"\n', False),
        )
    ):
        with desk_of(tmp_path / str(number), more) as desk:
            said = [str(each) for each in warnings(desk.config, desk.house.policies, 2026)]
            assert any("Customer" in each and "hours" in each for each in said) == named


@pytest.mark.parametrize(
    ("answered", "days"),
    [
        ((2026, 11, 23, 10, 0), 0),
        ((2026, 11, 23, 10, 14, 59), 0),
        ((2026, 11, 23, 10, 15), 1),
        ((2026, 11, 23, 10, 40), 2),
        # the night does not count: 7 hours on Monday, half an hour on Tuesday
        ((2026, 11, 24, 8, 30), 30),
    ],
)
def test_zit_3_each_completed_quarter_hour_over_adds_a_day(answered: tuple[int, ...], days: int) -> None:
    case = mailed("Severity: 1").does(at(*answered), "reply")
    assert owed(case.policy, case.case, at(2026, 12, 24, 9)) == days


def test_zit_3_it_counts_in_the_calendar_and_against_the_due_time_of_the_miss() -> None:
    case = mailed("Severity: 1", "custom", at(2026, 11, 27, 16), hours={"1": "24x7"})
    case.waits(at(2026, 11, 27, 20))
    case.does(at(2026, 11, 27, 20), "severity", "4")
    # missed at 16:30 around the clock: ten hours until 02:30
    case.does(at(2026, 11, 28, 2, 30), "reply")
    assert owed(case.policy, case.case, at(2026, 11, 30, 9)) == 40


def test_zit_3_a_missed_answer_to_an_escalation_earns_too_on_every_plan() -> None:
    case = mailed("Severity: 3", "default").writes(at(2026, 11, 23, 9, 30), "Please escalate, this is urgent.")
    case.does(at(2026, 11, 23, 12, 15), "reply", roles=MANAGER)
    assert owed(case.policy, case.case, at(2026, 11, 30, 9)) == 3


def test_zit_3_what_is_not_answered_yet_goes_on_earning() -> None:
    case = mailed("Severity: 1")
    assert owed(case.policy, case.case, at(2026, 11, 23, 10, 31)) == 2


@pytest.mark.parametrize(
    ("language", "written", "answered"),
    [
        ("gsw", "en", "de"),
        ("de", "en", "de"),
        ("en", "de", "en"),
        (None, "de", "de"),
        ("fr", "de", "de"),
        (None, "fr", "en"),
    ],
)
def test_zit_4_the_answer_is_in_the_customers_language_or_the_mails_and_english_last(
    tmp_path: Path, language: str | None, written: str, answered: str
) -> None:
    texts = {
        "de": "Guten Tag, die Anmeldung geht nicht und wir wissen nicht, warum das so ist. Mit freundlichen Grüßen",
        "en": "Hello, we are not able to sign in and we do not know why that is so. Kind regards",
        "fr": "Bonjour, nous ne pouvons pas nous connecter et nous ne savons pas pourquoi. Cordialement",
    }
    spoken = f'language = "{language}"\n' if language else ""
    with desk_of(tmp_path, f'plan = "extended-sla"\n{spoken}') as desk:
        desk.take(_mail(texts[written]), routes=["zitadel@support.example"])
        assert desk.case().language == answered


def _mail(text: str, to: str = "zitadel@support.example", **more: str) -> bytes:
    return mail(text, sender="Kim <kim@customer.example>", to=to, subject="The sign-in", **more)


def desk_of(folder: Path, more: str) -> Any:
    record = f'[[customer]]\nname = "Customer"\ndomains = ["customer.example"]\npolicy = "zitadel"\n{more}'
    return home(folder, {"reading.seconds": 60}, customers=record)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with desk_of(tmp_path, 'plan = "extended-sla"\n') as made:
        yield made


def test_zit_5_mail_goes_to_the_queue_of_the_address_it_was_sent_to(desk: Home) -> None:
    for number, route in enumerate(("zitadel@support.example", "security@support.example"), 1):
        desk.take(_mail(f"Number {number}", route, message_id=f"{number}@customer.example"), routes=[route])
    support, security = desk.cases()
    assert (support.queue, security.queue) != (security.queue, support.queue)
    assert "security" in security.marks
    assert "security" not in support.marks


def test_zit_5_the_escalation_address_is_urgent(desk: Home) -> None:
    desk.take(_mail("Nobody answers us."), at(2026, 11, 23, 9), routes=["zitadel@support.example"])
    headers = {"message_id": "two@customer.example", "In_Reply_To": "<one@hosting.example>"}
    raw = _mail("Nobody answers us.", "escalation@support.example", **headers)
    desk.take(raw, at(2026, 11, 23, 16), routes=["escalation@support.example"])
    (case,) = desk.cases()
    clock = case.running("escalation")
    assert clock is not None
    assert clock.due_at == at(2026, 11, 24, 9)


FORM = {
    "severity": "Severity: 2\n",
    "impact_statement": "Impact statement:\nNobody can work.\n",
    "observed_behaviour": "Observed behavior:\nAn error.\n",
    "expected_behaviour": "Expected behavior:\nA page.\n",
    "steps_to_reproduce": "Steps to reproduce:\nSign in.\n",
    "evidence": "Evidence:\nThe network answers.\n",
    "logs": "Logs:\nlevel=error\n",
}


@pytest.mark.parametrize("key", list(FORM))
def test_zit_6_what_a_ticket_should_hold_is_asked_for_while_the_response_runs(key: str) -> None:
    case = mailed("".join(text for name, text in FORM.items() if name != key))
    assert case.letters == ["missing-information"]
    assert case.events("missing") == [f"missing or off the list: {POLICY.label(key)}"]
    assert case.due("response") == (at(2026, 11, 24, 12) if key == "severity" else at(2026, 11, 23, 11))


def test_zit_6_a_whole_ticket_is_confirmed() -> None:
    assert mailed("".join(FORM.values())).letters == ["acknowledgment"]


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
def test_zit_7_the_customers_number_stands_until_a_person_reviews_it(severity: int) -> None:
    case = mailed(f"Severity: {severity}")
    assert (case.case.severity, case.clauses[0], "triage" in case.case.marks) == (severity, "ZIT-7", False)
    assert "until a person reviews it" in case.case.because[0].text
    other = 5 - severity
    case.does(MONDAY + timedelta(minutes=5), "severity", str(other), "reviewed")
    assert (case.case.severity, case.case.because[0].text) == (other, "reviewed")


def test_zit_7_without_a_number_it_is_a_standard_request_for_triage() -> None:
    case = mailed("It is odd.")
    assert (case.case.severity, "triage" in case.case.marks) == (3, True)
    assert "standard support request" in case.case.because[0].text
    assert case.due("response") == at(2026, 11, 24, 12)


@pytest.mark.parametrize(
    ("what", "before", "after"),
    [("restored", 1, 2), ("restored", 2, 3), ("workaround", 1, 2), ("workaround", 2, 3), ("workaround", 3, 3)],
)
def test_zit_7_a_service_that_is_back_or_a_workaround_lowers_the_severity(what: str, before: int, after: int) -> None:
    case = mailed(f"Severity: {before}").does(at(2026, 11, 23, 9, 20), what)
    assert case.case.severity == after
    targets = {1: (2026, 11, 23, 10), 2: (2026, 11, 23, 11), 3: (2026, 11, 24, 12)}
    assert case.due("response") == at(*targets[after])
    assert case.clauses[0] == "ZIT-7"


@pytest.mark.parametrize(
    ("text", "due"),
    [
        # asked for on Monday at 16:00: one business day, or two business hours
        ("Please escalate this ticket.", (2026, 11, 24, 16)),
        ("Hi,\n\ncould you escalate this to management?", (2026, 11, 24, 16)),
        ("Ich bitte um Eskalation.", (2026, 11, 24, 16)),
        ("Grüezi mitenand,\nbitte eskalieren Sie das Ticket.", (2026, 11, 24, 16)),
        ("We want this escalated, although it is not urgent.", (2026, 11, 24, 16)),
        ("Please escalate, this is urgent.", (2026, 11, 24, 9)),
        ("URGENT: escalate this", (2026, 11, 24, 9)),
        ("Bitte dringend eskalieren!", (2026, 11, 24, 9)),
        ("Dringende Eskalation", (2026, 11, 24, 9)),
        ("Please don't escalate this yet.", None),
        ("There is no need for escalation.", None),
        ("This is urgent.", None),
        ("Thank you.\n\nEscalation matrices are on your page.", None),
    ],
)
@pytest.mark.parametrize("plan", ["default", "extended-sla", "custom"])
def test_zit_8_a_manager_answers_within_a_business_day_or_two_hours(
    plan: str, text: str, due: tuple[int, ...] | None
) -> None:
    case = mailed("Severity: 3", plan).writes(at(2026, 11, 23, 16), text)
    assert case.due("escalation") == (at(*due) if due else None)
    if due:
        assert "manager" in [notice.role for notice in case.notices]
        assert case.case.running("escalation").because[0].clause == "ZIT-8"  # type: ignore[union-attr]


def test_zit_8_a_subject_asks_for_it_and_a_repeated_one_does_not() -> None:
    case = opened(
        "zitadel", MONDAY, "Severity: 3\nWhere is it?", known("zitadel", plan="default"), subject="Escalation"
    )
    asked = len(case.events("escalation-asked"))
    case.writes(at(2026, 11, 23, 10), "Here are the logs.")
    assert len(case.events("escalation-asked")) == asked
    other = mailed("Severity: 3").writes(at(2026, 11, 23, 16), "As you see.", subject="Escalation: Re: A request")
    assert other.due("escalation") == at(2026, 11, 24, 16)


def test_zit_8_a_later_urgent_request_is_due_earlier_and_only_a_managers_answer_counts() -> None:
    case = mailed("Severity: 3", "default").writes(at(2026, 11, 23, 10), "Please escalate.")
    case.writes(at(2026, 11, 23, 11), "Please escalate, it is urgent now.")
    assert case.due("escalation") == at(2026, 11, 23, 13)
    case.does(at(2026, 11, 23, 11, 30), "reply")
    assert case.due("escalation") == at(2026, 11, 23, 13)
    case.does(at(2026, 11, 23, 12), "reply", roles=MANAGER)
    assert case.due("escalation") is None


def test_zit_8_a_business_day_skips_the_holidays() -> None:
    case = mailed("Severity: 3").writes(at(2027, 3, 25, 10), "Please escalate.")
    assert case.due("escalation") == at(2027, 3, 30, 10)
