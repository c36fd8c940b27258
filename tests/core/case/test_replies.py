"""Replies: what was missing and now comes, severities asked for later, and cases that wake."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from intake.core.case.act import Act
from intake.core.case.acts import act
from intake.core.case.case import Case, Customer, Decision
from intake.core.case.chasing import chase, closes_for_silence
from intake.core.case.replies import Reply, may_reopen, take_reply
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
WHOLE = "Severity: 2\nSystem: Linux\nSteps:\nstart it"

Opened = Callable[..., Case]
Replying = Callable[..., Decision]


@pytest.fixture
def replying(policy: Policy, customer: Customer) -> Replying:
    """Takes a reply with the form's text into a case."""

    def make(case: Case, now: datetime, form: str = "", **changes: object) -> Decision:
        reply = Reply(
            writer=Address("Kim", "kim@hosting.example"),
            fields=read_fields(policy.specs, [form]),
            text=form,
            customer=customer,
            because="it replies to a message of the case",
            received_at=now,
        )
        return take_reply(policy, case, replace(reply, **changes), now)  # type: ignore[arg-type]

    return make


def _heard_of(case: Case, since: datetime) -> list[str]:
    """What the chaser says of the case within forty days in which nobody does anything."""
    heard: list[str] = []
    for day in range(1, 40):
        decision = chase(case, since + timedelta(days=day))
        heard += [entry.event for entry in decision.entries]
        case = decision.case
    return heard


def _events(decision: Decision) -> list[str]:
    return [entry.event for entry in decision.entries]


def test_the_mail_that_supplies_the_rest_completes_the_case_and_brings_the_acknowledgment(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    decision = replying(opened("Severity: 2"), monday + HOUR, "System: windows\nSteps: start it")
    case = decision.case
    assert [wish.kind for wish in decision.wishes] == ["acknowledgment"]
    assert "missing-information" not in case.marks
    assert case.running("information") is None
    assert case.running("response") is not None
    assert case.fields["system"].value == "Windows"
    supplied = next(entry for entry in decision.entries if entry.event == "supplied")
    assert (supplied.text, supplied.actor) == ("now given: System, Steps", "kim@hosting.example")
    assert [notice.kind for notice in decision.notices] == ["desk-reply"]


def test_a_mail_that_supplies_a_part_leaves_the_rest_owed(opened: Opened, replying: Replying, monday: datetime) -> None:
    first = replying(opened(""), monday + HOUR, "System: Linux")
    assert (first.wishes, "missing-information" in first.case.marks) == ((), True)
    second = replying(first.case, monday + 2 * HOUR, "Severity: 3\nSteps: start it")
    assert [wish.kind for wish in second.wishes] == ["acknowledgment"]


def test_a_value_still_off_the_list_does_not_count_as_supplied(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    decision = replying(opened("Severity: 2\nSteps: x"), monday + HOUR, "System: BeOS")
    assert (decision.wishes, "supplied" in _events(decision)) == ((), False)
    assert decision.case.fields["system"].written == "BeOS"


def test_what_stands_already_is_not_overwritten(opened: Opened, replying: Replying, monday: datetime) -> None:
    decision = replying(opened("Severity: 2\nSystem: Linux"), monday + HOUR, "System: Windows\nSteps: start it")
    assert decision.case.fields["system"].value == "Linux"


def test_a_waived_field_is_not_missed_any_more(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime
) -> None:
    waived = act(policy, opened("Severity: 2"), Act("waive", "steps", "ada@desk.example"), None, monday).case
    decision = replying(waived, monday + HOUR, "System: Linux")
    assert [wish.kind for wish in decision.wishes] == ["acknowledgment"]


def test_a_waived_field_that_comes_all_the_same_is_kept_and_nothing_is_confirmed_twice(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime
) -> None:
    waived = act(policy, opened("Severity: 2\nSystem: Linux"), Act("waive", "steps", "ada@desk.example"), None, monday)
    decision = replying(waived.case, monday + HOUR, "Steps: start it")
    assert decision.case.fields["steps"].value == "start it"
    assert decision.wishes == ()


def test_what_a_reply_starts_counts_from_its_receipt_however_late_it_is_decided(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime
) -> None:
    closed = act(policy, opened("Severity: 2"), Act("status", "closed", "ada@desk.example"), None, monday).case
    case = replying(closed, monday + 2 * DAY, received_at=monday + DAY).case
    assert {clock.started_at for clock in case.clocks if clock.state == "running"} == {monday + DAY}


def test_a_rule_that_decides_on_a_reply_brings_its_marks(opened: Opened, replying: Replying, monday: datetime) -> None:
    decision = replying(opened("System: Linux"), monday + HOUR, "Severity: 1\nSteps: how do I start it?")
    assert (decision.case.severity, decision.case.wished_severity) == (4, 1)
    assert "exempt-proposed" in decision.case.marks


def test_a_customer_who_wrote_since_we_asked_is_not_closed_for_silence_while_nobody_has_answered(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    case = replying(opened("Severity: 2"), monday + timedelta(days=1), "System: Linux").case
    assert case.running("information") is not None
    heard = _heard_of(case, monday + timedelta(days=1))
    assert (heard.count("not-closed"), heard.count("closed")) == (1, 0)


def test_whoever_wrote_is_not_silent_so_what_is_owed_falls_due_counted_from_there(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    case = chase(opened("Severity: 2"), monday + 3 * DAY).case
    late = monday + 11 * DAY
    decision = replying(case, late, "System: Linux\nThe rest takes a while.")
    clock = decision.case.running("information")
    assert clock is not None
    assert clock.due_at == late + 14 * DAY
    assert [(step.what, step.number) for step in clock.steps] == [("remind-customer", 2), ("close", 0)]
    assert chase(decision.case, monday + 14 * DAY).case.state == "new"
    assert len(decision.case.clocks) == len(case.clocks)


def test_whoever_writes_without_what_is_missing_is_asked_no_more_by_machines(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    decision = replying(opened("Severity: 2"), monday + HOUR, "We have no such number. Please go on.")
    assert decision.case.running("information") is None
    assert "missing-information" in decision.case.marks
    assert chase(decision.case, monday + 100 * DAY).case.state == "new"
    assert not chase(decision.case, monday + 100 * DAY).wishes


def test_a_severity_settles_a_provisional_one_and_the_clocks_are_counted_anew(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    decision = replying(opened("System: Linux\nSteps: x"), monday + HOUR, "Severity: 1")
    case = decision.case
    assert (case.severity, case.wished_severity, "triage" in case.marks) == (1, 1, False)
    response = case.running("response")
    assert response is not None
    assert response.due_at == monday + 2 * HOUR
    entry = next(entry for entry in decision.entries if entry.event == "severity")
    assert entry.text.startswith(
        "Severity 3 becomes 1; response due Tue 24 Nov 2026 10:00 CET (1 business day) becomes due"
    )
    assert [reason.text for reason in case.because] == ["You gave Severity 1."]


def test_a_severity_equal_to_the_provisional_one_confirms_it_and_repeats_no_reminder(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    reminded = chase(opened("System: Linux\nSteps: x"), monday + DAY - HOUR).case
    decision = replying(reminded, monday + DAY - HOUR / 2, "Severity: 3")
    assert "Severity 3 confirmed" in [entry.text for entry in decision.entries]
    assert "triage" not in decision.case.marks
    assert decision.case.running("response") == reminded.running("response")


def test_a_new_severity_keeps_the_reason_why_nobody_is_entitled(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    case = opened("System: Linux\nSteps: x", customer=None)
    decision = replying(case, monday + HOUR, "Severity: 1", customer=None)
    assert [reason.text for reason in decision.case.because] == ["You gave Severity 1.", "Nobody knows the sender."]


def test_once_a_severity_was_given_another_one_is_a_wish_that_is_answered_and_told(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    decision = replying(opened(WHOLE), monday + HOUR, "Severity: 1")
    assert (decision.case.severity, decision.case.wished_severity) == (2, 1)
    assert [notice.kind for notice in decision.notices] == ["desk-alert", "desk-reply"]
    assert [(wish.kind, wish.text) for wish in decision.wishes] == [("severity-wish", "")]
    again = replying(decision.case, monday + 2 * HOUR, "Severity: 1")
    assert [notice.kind for notice in again.notices] == ["desk-reply"]


def test_a_wish_that_comes_with_the_rest_of_the_form_is_answered_by_the_acknowledgment(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    decision = replying(opened("Severity: 2\nSystem: Linux"), monday + HOUR, "Severity: 1\nSteps: start it")
    assert (decision.case.severity, decision.case.wished_severity) == (2, 1)
    assert [wish.kind for wish in decision.wishes] == ["acknowledgment"]


def test_a_severity_that_a_person_has_set_is_not_changed_by_a_mail(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime
) -> None:
    triaged = act(policy, opened("System: Linux"), Act("severity", "4", "ada@desk.example"), None, monday).case
    decision = replying(triaged, monday + HOUR, "Severity: 1")
    assert (decision.case.severity, decision.case.wished_severity) == (4, 1)


@pytest.mark.parametrize("state", ["waiting", "resolved", "closed"])
def test_a_reply_wakes_a_case_and_an_unanswered_one_must_be_answered_anew(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime, state: str
) -> None:
    asleep = act(policy, opened(WHOLE), Act("status", state, "ada@desk.example"), None, monday + HOUR).case
    decision = replying(asleep, monday + DAY)
    assert (decision.case.state, decision.case.closed_at) == ("open", None)
    assert ("reopened" in _events(decision)) is (state == "closed")
    response = decision.case.running("response")
    assert response is not None
    assert response.started_at == (monday if state == "waiting" else monday + DAY)
    assert len({clock.number for clock in decision.case.clocks}) == len(decision.case.clocks)


def test_a_case_that_was_answered_wakes_without_another_first_response(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime
) -> None:
    answered = act(policy, opened(WHOLE), Act("reply", "Done.", "ada@desk.example"), None, monday).case
    closed = act(policy, answered, Act("status", "closed", "ada@desk.example"), None, monday).case
    assert replying(closed, monday + DAY).case.running("response") is None


def test_a_case_closed_for_silence_wakes_and_is_not_closed_for_silence_again(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    case = opened("Severity: 2")
    silent = monday
    for _ in range(5):
        silent += 7 * DAY
        case = chase(case, silent).case
    assert case.state == "closed"
    told = replace(case, answered=case.answered | {"closed-for-silence"})
    woken = replying(told, silent + DAY, "Sorry, I was away.").case
    assert (woken.state, woken.running("information")) == ("open", None)
    assert woken.running("response") is not None
    done = replying(woken, silent + 2 * DAY, "System: Linux\nSteps: x")
    assert [wish.kind for wish in done.wishes] == ["acknowledgment"]


def test_a_case_resolved_with_gaps_asks_for_them_again_when_it_wakes(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime
) -> None:
    resolved = act(policy, opened("Severity: 2"), Act("status", "resolved", "ada@desk.example"), None, monday).case
    case = replying(resolved, monday + DAY).case
    assert case.running("information") is not None
    # who wrote is not silent, though nobody has answered yet
    assert not closes_for_silence(case)
    assert _heard_of(case, monday + DAY).count("not-closed") == 1


def test_machines_that_have_asked_enough_do_not_begin_again_when_a_waiting_case_wakes(
    policy: Policy, opened: Opened, replying: Replying, monday: datetime
) -> None:
    waiting = act(policy, opened("Severity: 2"), Act("ask", "Which system?", "ada@desk.example"), None, monday).case
    assert waiting.state == "waiting"
    decision = replying(waiting, monday + DAY, "It does not matter.")
    assert "asked-enough" in _events(decision)
    assert (decision.case.state, decision.case.running("information")) == ("open", None)
    assert "reminder" not in _heard_of(decision.case, monday + DAY)


def test_spam_sleeps_on(policy: Policy, opened: Opened, replying: Replying, monday: datetime) -> None:
    spam = act(policy, opened(""), Act("spam", "", "ada@desk.example"), None, monday).case
    decision = replying(spam, monday + DAY, "Buy more")
    assert (decision.case.state, decision.case.next_clock) == ("closed", spam.next_clock)
    assert all(clock.state == "ended" for clock in decision.case.clocks)


def test_a_third_partys_mail_is_kept_and_does_nothing(opened: Opened, replying: Replying, monday: datetime) -> None:
    case = opened("Severity: 2")
    writer = Address("Eve", "eve@elsewhere.example")
    decision = replying(case, monday + HOUR, "System: Linux\nSteps: x", writer=writer, third_party=True)
    assert decision.case == replace(case, changed_at=monday + HOUR)
    assert decision.wishes == ()
    assert [notice.kind for notice in decision.notices] == ["desk-alert"]
    assert "eve@elsewhere.example" in decision.notices[0].text


def test_a_colleague_of_the_customer_takes_part_from_then_on_under_a_number_of_their_own(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    colleague = Address("Bo", "bo@hosting.example")
    case = replying(opened(WHOLE), monday + HOUR, writer=colleague).case
    assert [(person.number, person.address) for person in case.participants] == [
        (1, "kim@hosting.example"),
        (2, "bo@hosting.example"),
    ]
    again = replying(case, monday + 2 * HOUR, writer=Address("Bo", "BO@Hosting.example")).case
    assert len(again.participants) == 2
    assert again.contact.address == "kim@hosting.example"


def test_the_first_writer_with_an_address_becomes_the_contact_of_a_case_that_had_none(
    opened: Opened, replying: Replying, monday: datetime
) -> None:
    case = replying(opened(WHOLE, contact=Address("", "")), monday + HOUR).case
    assert case.contact.address == "kim@hosting.example"


def test_a_reply_goes_to_the_person_who_has_the_case(opened: Opened, replying: Replying, monday: datetime) -> None:
    mine = replace(opened(WHOLE), assignee="ada@desk.example")
    assert replying(mine, monday + HOUR).notices[0].role == "ada@desk.example"
    assert replying(opened(WHOLE), monday + HOUR).notices[0].role == "triage"


def test_a_case_reopens_within_the_policys_days_and_not_after(policy: Policy, opened: Opened, monday: datetime) -> None:
    closed = act(policy, opened(WHOLE), Act("status", "closed", "ada@desk.example"), None, monday).case
    assert may_reopen(policy, closed, monday + 30 * DAY)
    assert not may_reopen(policy, closed, monday + 30 * DAY + timedelta(seconds=1))
    assert may_reopen(policy, opened(WHOLE), monday + 300 * DAY)


@pytest.mark.parametrize(
    ("writer", "authentication", "lifted"),
    [
        ("kim@hosting.example", "pass", True),
        ("kim@hosting.example", "none", False),
        ("sam@hosting.example", "pass", False),
    ],
)
def test_a_proven_mail_of_the_contact_shows_that_letters_reach_them_again(
    opened: Opened, replying: Replying, monday: datetime, writer: str, authentication: str, lifted: bool
) -> None:
    case = opened(WHOLE).marked("undeliverable")
    decision = replying(case, monday + DAY, writer=Address("", writer), authentication=authentication)
    assert ("undeliverable" not in decision.case.marks) is lifted
    assert ("deliverable" in _events(decision)) is lifted
