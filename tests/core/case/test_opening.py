"""Opening: severity, marks, clocks from the instant of receipt, and the one letter that says what there is to say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from intake.core.case.case import Case, Customer, Decision
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy

WHOLE = "Severity: 2\nSystem: Linux\nSteps:\nstart it"

Make = Callable[..., Opening]


def _open(policy: Policy, opening: Opening, form: str = "") -> Decision:
    return open_case(policy, replace(opening, fields=read_fields(policy.specs, [form])), opening.opened_at)


def test_a_whole_form_gets_the_acknowledgment_and_a_response_clock(policy: Policy, opening: Make) -> None:
    decision = _open(policy, opening(), WHOLE)
    case = decision.case
    assert [wish.kind for wish in decision.wishes] == ["acknowledgment"]
    assert (case.state, case.severity, case.wished_severity, case.plan) == ("new", 2, 2, "basic")
    assert case.marks == frozenset()
    assert [clock.kind for clock in case.clocks] == ["response"]
    assert case.clocks[0].target == "4 business hours"
    assert [notice.kind for notice in decision.notices] == ["desk-new-case"]


def test_clocks_start_at_the_receipt_however_late_the_decision(policy: Policy, opening: Make, monday: datetime) -> None:
    decision = open_case(policy, opening(), monday + timedelta(days=2))
    assert {clock.started_at for clock in decision.case.clocks} == {monday}
    assert decision.case.opened_at == monday


def test_a_form_with_gaps_is_asked_for_them_while_response_runs_beside_it(policy: Policy, opening: Make) -> None:
    decision = _open(policy, opening(), "Severity: 2\nSystem: BeOS")
    case = decision.case
    assert [wish.kind for wish in decision.wishes] == ["missing-information"]
    assert case.marks == {"missing-information"}
    assert [clock.kind for clock in case.clocks] == ["response", "information"]
    assert [clock.number for clock in case.clocks] == [1, 2]
    missing = next(entry for entry in decision.entries if entry.event == "missing")
    assert missing.text == "missing or off the list: System, Steps"
    assert [(step.what, step.number) for step in case.clocks[1].steps] == [
        ("remind-customer", 1),
        ("remind-customer", 2),
        ("close", 0),
    ]


def test_an_unknown_sender_gets_a_case_under_the_fallback_plan_that_says_so(policy: Policy, opening: Make) -> None:
    decision = _open(policy, opening(customer=None, language="de"), WHOLE)
    case = decision.case
    assert [wish.kind for wish in decision.wishes] == ["not-entitled"]
    assert (case.customer_id, case.plan, set(case.marks)) == (None, "basic", {"unentitled"})
    assert case.because[-1].said(case.language) == "Niemand kennt den Absender."
    assert case.running("response") is not None


def test_old_mail_becomes_a_case_without_clocks_letters_or_notices(policy: Policy, opening: Make) -> None:
    decision = _open(policy, opening(backlog=True))
    assert "backlog" in decision.case.marks
    assert (decision.case.clocks, decision.wishes, decision.notices) == ((), (), ())


def test_the_contract_plan_and_zone_are_the_customers(policy: Policy, opening: Make, customer: Customer) -> None:
    own = replace(customer, plan="gold", zone="Asia/Tokyo", targets={"response": {"2": "5 minutes, 24x7"}})
    case = _open(policy, opening(customer=own), WHOLE).case
    assert (case.plan, case.zone, case.clocks[0].target) == ("gold", "Asia/Tokyo", "5 minutes, 24x7")
    assert case.clocks[0].due_at == case.opened_at + timedelta(minutes=5)


def test_best_effort_gives_a_clock_without_due_time_or_steps_and_the_reason(policy: Policy, opening: Make) -> None:
    clock = _open(policy, opening(), WHOLE.replace("2", "4")).case.clocks[0]
    assert (clock.due_at, clock.steps, clock.next_at) == (None, (), None)
    assert clock.because[0].text.startswith("best effort")


def test_a_case_without_a_sender_has_nobody_who_takes_part(policy: Policy, opening: Make) -> None:
    case = _open(policy, opening(contact=Address("", ""))).case
    assert case.participants == ()


def test_what_was_found_out_about_the_sender_is_marked_and_told(policy: Policy, opening: Make) -> None:
    decision = _open(policy, opening(marks=frozenset({"unverified"}), alert="a guessed number", linked=("HS-7",)))
    assert {"unverified", "triage"} <= decision.case.marks
    assert decision.case.linked == ("HS-7",)
    alert = next(notice for notice in decision.notices if notice.kind == "desk-alert")
    assert alert.text == "a guessed number"


def test_clock_steps_are_the_reminder_the_miss_and_the_ladder_in_order(policy: Policy, opening: Make) -> None:
    case: Case = _open(policy, opening(), WHOLE).case
    clock = case.clocks[0]
    assert clock.due_at is not None
    assert [(step.what, step.role, step.number) for step in clock.steps] == [
        ("remind-desk", "triage", 0),
        ("missed", "lead", 0),
        ("escalate", "lead", 1),
        ("escalate", "manager", 2),
    ]
    assert [step.at for step in clock.steps] == [
        clock.due_at - timedelta(hours=1),
        clock.due_at,
        clock.due_at + timedelta(hours=1),
        clock.due_at + timedelta(hours=4),
    ]
