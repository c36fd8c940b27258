"""The Open-Xchange policy, clause by clause, from the text of a mail to what becomes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from intake.core.answer.values import form_to_copy
from intake.core.case.case import Clock, Customer, Decision
from intake.core.case.opening import Opening, open_case
from intake.core.case.replies import Reply, take_reply
from intake.core.mail.fields import missing_fields, read_fields
from intake.core.mail.message import Address
from intake.core.policy.policy import load_policy
from intake.core.policy.promise import Terms, promise

FILE = Path(__file__).parents[2] / "policies" / "open-xchange.toml"
POLICY = load_policy(FILE.read_text(encoding="utf-8"), FILE.name)
BERLIN = ZoneInfo("Europe/Berlin")
KIM = Address("Kim", "kim@hosting.example")
KNOWN = Customer(1, "Beispiel Hosting", "open-xchange", zone="Europe/Berlin", support_keys=("OX-KEY-1",))
CONTRACT = {"response": {"1": "1 hour, 24x7", "2": "4 business hours", "3": "2 business days"}}
LINES = {
    "server": "Server: https://ox.hosting.example",
    "server_version": "Server Version: 7.10.6-rev12",
    "distribution": "Distribution: DEBIAN",
    "gui_version": "GUI Version: 7.10.6-rev9",
    "module": "Module: mail",
    "severity": "Severity: 2",
    "track_id": "Track-ID: T-4711",
    "product": "Product: OXAPPSUITE",
    "component": "Component: Groupware Server",
    "steps_to_reproduce": "Steps to reproduce:\n1. log in\n2. open the calendar: it stays empty\n",
    "current_behaviour": "Current behaviour:\nNothing is shown.\n\nThe log says: timeout\n",
    "expected_behaviour": "Expected behaviour:\nThe appointments are shown.",
}


def _form(**changes: str | None) -> str:
    """The whole form, with lines put in the place of others or left out."""
    return "\n".join(line for line in {**LINES, **changes}.values() if line is not None)


def _open(form: str, opened_at: datetime | None = None, customer: Customer | None = KNOWN) -> Decision:
    at = opened_at or datetime(2026, 11, 23, 10, tzinfo=BERLIN)
    opening = Opening(
        reference="OX-1001",
        route="open-xchange@support.example",
        queue="support",
        channel="email",
        customer=customer,
        contact=KIM,
        subject="Calendar is empty",
        text=form,
        language="en",
        opened_at=at,
        fields=read_fields(POLICY.specs, [form]),
    )
    return open_case(POLICY, opening, at)


def _reply(before: Decision, text: str) -> Decision:
    at = before.case.opened_at + timedelta(hours=1)
    reply = Reply(KIM, read_fields(POLICY.specs, [text]), text, KNOWN, "its token", at)
    return take_reply(POLICY, before.case, reply, at)


def _response(decision: Decision) -> Clock:
    clock = decision.case.running("response")
    assert clock is not None
    return clock


def test_ox_1_the_twelve_fields_are_read_as_the_page_lists_them() -> None:
    assert [field.key for field in POLICY.file.fields] == list(LINES)
    case = _open(_form()).case
    assert {key: value.valid for key, value in case.fields.items()} == dict.fromkeys(LINES, True)
    assert case.fields["server_version"].value == "7.10.6-rev12"
    assert "The log says: timeout" in case.fields["current_behaviour"].value
    assert {field.clause for field in POLICY.file.fields} == {"OX-1", "OX-2"}


@pytest.mark.parametrize(
    ("key", "line", "value"),
    [
        ("severity", "SEVERITY = 2 (urgent)", "2"),
        ("severity", "Sev-2", "2"),
        ("severity", "*Severity:* 2", "2"),
        ("severity", "- Severity：2", "2"),
        ("severity", "Schweregrad:\n2", "2"),
        ("module", "Module: mail, calendar", ("mail", "calendar")),
        ("module", "Modul: Kalender", ("calendar",)),
        ("expected_behaviour", "Expected behavior:\nAll is shown.", "All is shown."),
        ("product", "Product: App Suite", ("OXAPPSUITE",)),
        ("distribution", "Distro: debian", ("DEBIAN",)),
    ],
)
def test_ox_1_people_write_the_form_in_many_ways(key: str, line: str, value: object) -> None:
    case = _open(_form(**{key: line})).case
    assert case.fields[key].value == value
    assert "missing-information" not in case.marks


@pytest.mark.parametrize("key", list(LINES))
def test_ox_1_each_field_that_is_left_out_is_the_one_that_is_asked_for(key: str) -> None:
    case = _open(_form(**{key: None})).case
    assert missing_fields(POLICY.specs, case.fields) == (key,)
    assert form_to_copy(POLICY, [key]).startswith(POLICY.label(key))


@pytest.mark.parametrize(
    ("key", "line", "written"),
    [
        ("distribution", "Distribution: CentOS 7", "CentOS 7"),
        ("module", "Module: drive", "drive"),
        ("severity", "Severity: 5", "5"),
        ("product", "Product: Something", "Something"),
        ("component", "Component: Moon", "Moon"),
    ],
)
def test_ox_2_a_value_off_the_list_is_kept_as_written_and_does_not_count(key: str, line: str, written: str) -> None:
    decision = _open(_form(**{key: line}))
    assert (decision.case.fields[key].written, decision.case.fields[key].valid) == (written, False)
    assert missing_fields(POLICY.specs, decision.case.fields) == (key,)
    assert [wish.kind for wish in decision.wishes] == ["missing-information"]
    label = POLICY.label(key)
    assert next(entry.text for entry in decision.entries if entry.event == "missing").endswith(f": {label}")


def test_ox_2_an_off_list_severity_is_provisionally_three_and_goes_to_triage() -> None:
    case = _open(_form(severity="Severity: urgent")).case
    assert (case.severity, case.wished_severity) == (3, None)
    assert {"triage", "missing-information"} <= case.marks
    assert [reason.clause for reason in case.because] == ["OX-5"]


def test_ox_3_a_whole_form_gets_the_confirmation_and_owes_nothing() -> None:
    decision = _open(_form())
    assert [wish.kind for wish in decision.wishes] == ["acknowledgment"]
    assert [clock.kind for clock in decision.case.clocks] == ["response"]


def test_ox_3_an_incomplete_form_is_a_case_whose_response_runs_beside_what_is_owed() -> None:
    decision = _open(_form(track_id=None, distribution="Distribution: CentOS"), customer=_with_contract())
    assert decision.case.marks == {"missing-information"}
    assert _response(decision).due_at == datetime(2026, 11, 23, 14, tzinfo=BERLIN)
    information = decision.case.running("information")
    assert information is not None
    assert information.due_at == datetime(2026, 12, 7, 10, tzinfo=BERLIN)
    assert [step.at for step in information.steps[:2]] == [
        datetime(2026, 11, 25, 10, tzinfo=BERLIN),
        datetime(2026, 11, 30, 10, tzinfo=BERLIN),
    ]
    missing = next(entry for entry in decision.entries if entry.event == "missing")
    assert missing.text == "missing or off the list: Distribution, Track-ID"


def test_ox_3_the_mail_that_supplies_the_rest_triggers_the_confirmation() -> None:
    first = _open(_form(track_id=None, distribution="Distribution: CentOS"))
    second = _reply(first, "Track-ID: T-4711")
    assert second.wishes == ()
    third = _reply(second, "Distribution: RHEL")
    assert [wish.kind for wish in third.wishes] == ["acknowledgment"]
    assert third.case.running("information") is None
    assert "missing-information" not in third.case.marks


def test_ox_3_a_truthful_value_off_the_list_may_be_waived() -> None:
    case = replace(
        _open(_form(track_id=None, distribution="Distribution: CentOS")).case, waived=frozenset({"distribution"})
    )
    done = _reply(Decision(case), "Track-ID: T-4711")
    assert [wish.kind for wish in done.wishes] == ["acknowledgment"]


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
def test_ox_4_without_a_contract_it_is_best_effort_and_says_why(severity: int) -> None:
    clock = _response(_open(_form(severity=f"Severity: {severity}")))
    assert (clock.due_at, clock.aim_at, clock.next_at) == (None, None, None)
    assert [reason.clause for reason in clock.because] == ["OX-4"]
    assert clock.because[0].text.startswith("best effort: The response time depends on the agreement")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "the agreement names no time for this Severity"), ("de", "diese nennt für diese Severity keine Zeit")],
)
def test_ox_4_a_contract_without_a_figure_for_the_severity_is_not_said_to_be_missing(language: str, said: str) -> None:
    customer = replace(KNOWN, targets={"response": {"1": "1 hour, 24x7", "2": "4 business hours"}})
    terms = Terms(targets=customer.targets)
    (reason,) = promise(POLICY, "response", 3, datetime(2026, 11, 23, 10, tzinfo=BERLIN), terms).because
    assert said in reason.said(language)
    assert "on record" not in reason.said(language)
    assert "liegt keine vor" not in reason.said(language)


def _with_contract() -> Customer:
    return replace(KNOWN, targets=CONTRACT)


@pytest.mark.parametrize(
    ("severity", "opened", "due"),
    [
        # 24x7 ignores nights and holidays
        (1, (2026, 12, 25, 23, 30), (2026, 12, 26, 0, 30)),
        # inside the hours, over the closing, and exactly up to it
        (2, (2026, 11, 23, 10), (2026, 11, 23, 14)),
        (2, (2026, 11, 23, 16), (2026, 11, 24, 12)),
        (2, (2026, 11, 23, 13), (2026, 11, 23, 17)),
        # before the opening, after the closing, on a weekend
        (2, (2026, 11, 23, 6), (2026, 11, 23, 13)),
        (2, (2026, 11, 23, 20), (2026, 11, 24, 13)),
        (2, (2026, 11, 28, 12), (2026, 11, 30, 13)),
        # Christmas: Thursday the 24th is open, Friday the 25th is closed, the 26th is a Saturday
        (2, (2026, 12, 24, 15), (2026, 12, 28, 11)),
        # Good Friday and Easter Monday 2027 are the 26th and 29th of March; clocks go forward on the 28th
        (2, (2027, 3, 25, 16), (2027, 3, 30, 12)),
        (3, (2026, 12, 23, 10), (2026, 12, 28, 10)),
        (3, (2026, 12, 31, 10), (2027, 1, 5, 10)),
        # the Day of German Unity 2025 is a Friday
        (2, (2025, 10, 2, 16), (2025, 10, 6, 12)),
    ],
)
def test_ox_4_a_contracts_targets_are_due_in_business_hours_without_germanys_holidays_or_around_the_clock(
    severity: int, opened: tuple[int, ...], due: tuple[int, ...]
) -> None:
    at, then = (datetime(*parts, tzinfo=BERLIN) for parts in (opened, due))  # type: ignore[arg-type, misc]
    clock = _response(_open(_form(severity=f"Severity: {severity}"), at, _with_contract()))
    assert clock.due_at == then
    assert clock.due_at is not None
    assert clock.due_at.tzinfo is UTC
    assert clock.because[0].clause == "OX-4"


def test_ox_4_the_reason_names_the_holidays_that_were_skipped() -> None:
    at = datetime(2026, 12, 24, 15, tzinfo=BERLIN)
    assert "Fri 25 Dec 2026" in _response(_open(_form(), at, _with_contract())).because[1].text


@pytest.mark.parametrize("severity", [1, 2, 3, 4])
def test_ox_5_the_customers_number_is_taken_and_stands_beside_its_definition(severity: int) -> None:
    case = _open(_form(severity=f"Severity: {severity}")).case
    assert (case.severity, case.wished_severity, "triage" in case.marks) == (severity, severity, False)
    assert [(reason.clause, reason.text) for reason in case.because] == [("OX-5", f"You gave Severity {severity}.")]
    assert POLICY.severity(severity).definition


def test_ox_5_one_server_alone_is_not_severity_1() -> None:
    assert "One or several servers" in POLICY.severity(1).definition


def test_ox_5_a_missing_number_is_provisionally_three_until_the_customer_or_a_person_says() -> None:
    first = _open(_form(severity=None))
    assert (first.case.severity, "triage" in first.case.marks) == (3, True)
    second = _reply(first, "Severity: 1")
    assert (second.case.severity, "triage" in second.case.marks) == (1, False)
    assert [wish.kind for wish in second.wishes] == ["acknowledgment"]


def test_ox_6_a_sender_whom_nobody_knows_gets_a_case_and_a_reply_that_says_so() -> None:
    for form in (_form(), "help"):
        decision = _open(form, customer=None)
        assert "unentitled" in decision.case.marks
        assert [wish.kind for wish in decision.wishes] == ["not-entitled"]
        assert decision.case.because[-1].clause == "OX-6"
        assert decision.case.plan is None
        assert _response(decision).due_at is None


def test_every_clause_is_quoted_and_used() -> None:
    assert list(POLICY.file.clauses) == [f"OX-{number}" for number in range(1, 7)]
    text = FILE.read_text(encoding="utf-8")
    for clause in ("OX-1", "OX-2", "OX-4", "OX-5", "OX-6"):
        assert f'clause = "{clause}"' in text
