"""Acts of people at the desk: each does what it says, with the name in the history, or is refused with the reason."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from intake.core.case.act import Act, Refused
from intake.core.case.acts import act
from intake.core.case.case import Case, Customer, Decision
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy

ADA = "ada@desk.example"
HOUR = timedelta(hours=1)
WHOLE = "Severity: 2\nSystem: Linux\nSteps:\nstart it"

Opened = Callable[..., Case]
Acting = Callable[..., Decision]


@pytest.fixture
def acting(policy: Policy, customer: Customer, monday: datetime) -> Acting:
    """Does an act of Ada's an hour after the opening."""

    def make(case: Case, what: str, value: str = "", because: str = "", hours: float = 1) -> Decision:
        wanted = Act(what, value, ADA, because)
        return act(policy, case, wanted, customer, monday + hours * HOUR)

    return make


def test_a_reply_is_the_first_response_and_ends_its_clock(opened: Opened, acting: Acting, monday: datetime) -> None:
    decision = acting(opened(WHOLE), "reply", "Please restart.")
    case = decision.case
    response = case.latest("response")
    assert response is not None
    assert (response.state, response.ended_at, response.missed_at) == ("ended", monday + HOUR, None)
    assert (case.state, case.assignee) == ("open", ADA)
    assert "reply" in case.answered
    assert [(wish.kind, wish.text) for wish in decision.wishes] == [("reply", "Please restart.")]
    assert [entry.text for entry in decision.entries] == ["first response"]
    assert [entry.text for entry in acting(case, "reply", "And again.").entries] == ["response"]


def test_a_late_reply_leaves_the_miss_on_record(opened: Opened, acting: Acting, monday: datetime) -> None:
    response = acting(opened(WHOLE), "reply", "Late.", hours=5).case.latest("response")
    assert response is not None
    assert response.missed_at == monday + 4 * HOUR


def test_a_case_keeps_the_person_who_has_it(opened: Opened, acting: Acting) -> None:
    mine = replace(opened(WHOLE), assignee="bo@desk.example")
    assert acting(mine, "reply", "Hello.").case.assignee == "bo@desk.example"


def test_a_note_changes_nothing_else(opened: Opened, acting: Acting, monday: datetime) -> None:
    case = opened(WHOLE)
    decision = acting(case, "note", "Rang twice.")
    assert decision.case == replace(case, changed_at=monday + HOUR)
    assert decision.wishes == ()


def test_a_case_is_given_to_a_person_a_role_or_nobody(opened: Opened, acting: Acting) -> None:
    given = acting(opened(WHOLE), "assign", "bo@desk.example").case
    assert given.assignee == "bo@desk.example"
    assert acting(given, "assign", "manager").case.assignee == "manager"
    assert acting(given, "assign", "").case.assignee is None


def test_a_persons_severity_stands_with_their_reason_and_the_old_figures(opened: Opened, acting: Acting) -> None:
    decision = acting(opened("System: Linux\nSteps: x", customer=None), "severity", "1", "all users are out")
    case = decision.case
    assert (case.severity, "triage" in case.marks) == (1, False)
    assert [(each.clause, each.text) for each in case.because] == [
        ("H-3", "all users are out"),
        ("H-4", "Nobody knows the sender."),
    ]
    entry = decision.entries[0]
    assert entry.text.startswith(
        "Severity 3 becomes 1; response due Tue 24 Nov 2026 10:00 CET (1 business day) becomes due"
    )
    assert entry.because[0].text == "all users are out"


def test_a_provisional_severity_may_be_confirmed_once(opened: Opened, acting: Acting) -> None:
    confirmed = acting(opened(""), "severity", "3")
    assert "Severity 3 confirmed" in confirmed.entries[0].text
    with pytest.raises(Refused, match="has Severity 3 already"):
        acting(confirmed.case, "severity", "3")


def test_a_customer_never_reads_the_address_of_the_person_who_set_the_severity(opened: Opened, acting: Acting) -> None:
    assert ADA not in acting(opened(WHOLE), "severity", "1").case.because[0].text


@pytest.mark.parametrize("state", ["resolved", "closed"])
def test_a_case_that_is_done_has_no_clock_and_opened_again_must_be_answered(
    opened: Opened, acting: Acting, monday: datetime, state: str
) -> None:
    done = acting(opened(""), "status", state, "settled by phone")
    assert (done.case.state, done.case.closed_at) == (state, monday + HOUR)
    assert all(clock.state == "ended" for clock in done.case.clocks)
    assert done.entries[0].text == f"new becomes {state}: settled by phone"
    again = acting(done.case, "status", "open", hours=2).case
    response = again.running("response")
    assert response is not None
    assert (again.closed_at, response.started_at) == (None, monday + 2 * HOUR)


def test_a_case_that_was_answered_is_opened_again_without_another_first_response(
    opened: Opened, acting: Acting
) -> None:
    closed = acting(acting(opened(WHOLE), "reply", "Done.").case, "status", "closed").case
    assert acting(closed, "status", "open").case.running("response") is None


def test_waiting_and_back_leave_the_clocks_alone(opened: Opened, acting: Acting) -> None:
    case = opened(WHOLE)
    waiting = acting(case, "status", "waiting").case
    assert acting(waiting, "status", "open").case.clocks == case.clocks


def test_the_last_waiver_completes_the_case(opened: Opened, acting: Acting) -> None:
    first = acting(opened("Severity: 2"), "waive", "steps")
    assert (first.case.waived, first.wishes) == (frozenset({"steps"}), ())
    last = acting(first.case, "waive", "system")
    assert [wish.kind for wish in last.wishes] == ["acknowledgment"]
    assert "missing-information" not in last.case.marks
    assert last.case.running("information") is None


def test_spam_is_closed_for_good_until_a_person_opens_it(opened: Opened, acting: Acting) -> None:
    spam = acting(opened(""), "spam").case
    assert (spam.state, "spam" in spam.marks, spam.running("response")) == ("closed", True, None)
    assert "spam" not in acting(spam, "status", "open").case.marks
    assert "spam" in acting(spam, "status", "resolved").case.marks


@pytest.mark.parametrize("what", ["reply", "ask", "answered"])
def test_spam_gets_no_answer_until_a_person_opens_it(opened: Opened, acting: Acting, what: str) -> None:
    spam = acting(opened(WHOLE), "spam").case
    with pytest.raises(Refused, match="HS-1001 is closed as spam and gets no answer; open it first"):
        acting(spam, what, "Hello?")
    assert acting(acting(spam, "status", "open").case, what, "Hello?").case.answered


@pytest.mark.parametrize(
    ("what", "value", "said"),
    [
        ("reply", "  \n", "an empty reply"),
        ("note", "", "an empty note"),
        ("assign", "bo", '"bo" is neither an address nor a role'),
        ("severity", "9", 'no severity "9" under house; right would be one of 1, 2, 3, 4'),
        ("severity", "high", 'no severity "high"'),
        ("severity", "", 'no severity ""'),
        ("severity", "2", "HS-1001 has Severity 2 already"),
        ("status", "new", 'no status "new"; right would be one of open, waiting, resolved, closed'),
        ("status", "done", 'no status "done"'),
        ("waive", "system", '"system" is not missing in HS-1001; missing: none'),
        ("waive", "colour", '"colour" is not missing'),
    ],
)
def test_what_cannot_be_done_is_refused_with_what_would_be_right(
    opened: Opened, acting: Acting, what: str, value: str, said: str
) -> None:
    with pytest.raises(Refused) as caught:
        acting(opened(WHOLE), what, value)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("what", "value"), [("status", "closed"), ("spam", "")])
def test_what_is_done_already_is_refused(opened: Opened, acting: Acting, what: str, value: str) -> None:
    done = acting(opened(WHOLE), what, value).case
    with pytest.raises(Refused, match="already"):
        acting(done, what, value)


def test_nobody_can_be_replied_to_where_the_mail_named_no_sender(opened: Opened, acting: Acting) -> None:
    with pytest.raises(Refused, match="nobody to reply to"):
        acting(opened(WHOLE, contact=Address("", "")), "reply", "Hello?")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("reply", "x"),
        ("note", "x"),
        ("assign", "bo@desk.example"),
        ("severity", "1"),
        ("status", "waiting"),
        ("waive", "system"),
        ("spam", ""),
    ],
)
def test_history_names_the_person(opened: Opened, acting: Acting, what: str, value: str) -> None:
    decision = acting(opened("Severity: 2\nSteps: x"), what, value)
    assert decision.entries
    assert {entry.actor for entry in decision.entries} == {ADA}
