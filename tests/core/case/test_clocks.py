"""Clocks under changes of severity, reopened ones, and what stands of the old figures."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from full import full
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.core.case import clocks, severity_change
from intake.core.case.case import Case, Clock, Customer
from intake.core.case.chasing import chase
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.core.policy.counting import unfolded
from intake.core.policy.policy import Policy
from intake.core.policy.promise import Terms, promise

HOUR = timedelta(hours=1)
FORM = "Severity: {}\nSystem: Linux\nSteps:\nstart it"

Opened = Callable[..., Case]


def _response(case: Case) -> Clock:
    clock = case.latest("response")
    assert clock is not None
    return clock


def _due(clock: Clock) -> datetime:
    assert clock.due_at is not None
    return clock.due_at


def test_lowered_counts_from_the_start_of_the_clock(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    case = severity_change.changed(policy, opened(FORM.format(2)), 3, monday + HOUR, customer)
    assert (case.severity, _response(case).target) == (3, "1 business day")
    assert _response(case).due_at == monday + timedelta(days=1)
    assert _response(case).started_at == monday


def test_raised_counts_from_the_raise_where_that_is_earlier(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    case = severity_change.changed(policy, opened(FORM.format(3)), 1, monday + HOUR, customer)
    assert _response(case).due_at == monday + 2 * HOUR
    assert _response(case).started_at == monday
    assert _response(case).calendar == "24x7"


def test_what_counts_from_the_opening_says_so_and_what_counts_from_later_does_not(
    opened: Opened, policy: Policy, monday: datetime
) -> None:
    case = opened("Severity: 3")
    assert "opened Mon 23 Nov 2026" in _response(case).because[-1].text
    later = severity_change.changed(policy, case, 1, monday + timedelta(minutes=30), None)
    count = _response(later).because[-1].text
    assert "began Mon 23 Nov 2026" in count
    assert unfolded(count)[1].startswith("began ")


def test_raised_keeps_the_old_due_time_where_that_is_earlier_with_all_its_steps(
    policy: Policy, opened: Opened, customer: Customer
) -> None:
    before = opened(FORM.format(2))
    late = _due(_response(before)) - timedelta(minutes=10)
    reminded = chase(before, late).case
    case = severity_change.changed(policy, reminded, 1, late, customer)
    old, new = _response(reminded), _response(case)
    assert (new.due_at, new.steps, new.target) == (old.due_at, old.steps, old.target)
    assert new.severity == 1
    assert "the old due time is the earlier one" in new.because[-1].text


def test_a_miss_stays_a_miss_and_its_ladder_goes_on_when_the_severity_is_lowered(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    case = chase(opened(FORM.format(2)), monday + 5 * HOUR).case
    missed = _response(case)
    lowered = _response(severity_change.changed(policy, case, 3, monday + 5 * HOUR, customer))
    assert missed.missed_at == monday + 4 * HOUR
    assert (lowered.missed_at, lowered.steps) == (missed.missed_at, missed.steps)


def test_a_miss_that_nobody_had_looked_at_yet_cannot_be_lowered_away(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    case = severity_change.changed(policy, opened(FORM.format(2)), 3, monday + 5 * HOUR, customer)
    assert _response(case).missed_at == monday + 4 * HOUR
    told = chase(case, monday + 5 * HOUR)
    assert "desk-missed" in [notice.kind for notice in told.notices]


def test_a_clock_that_had_no_target_starts_at_the_change(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    own = replace(customer, targets={"response": {"1": "best effort"}})
    raised = severity_change.changed(policy, opened(FORM.format(4)), 2, monday + HOUR, customer)
    lowered = severity_change.changed(policy, opened(FORM.format(1), customer=own), 2, monday + HOUR, own)
    for case in (raised, lowered):
        assert _response(case).started_at == monday + HOUR
        assert _response(case).due_at == monday + 5 * HOUR


def test_lowered_to_best_effort_the_clock_asks_for_nothing_more(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    clock = _response(severity_change.changed(policy, opened(FORM.format(2)), 4, monday + HOUR, customer))
    assert (clock.due_at, clock.next_at, clock.state) == (None, None, "running")


def test_the_same_severity_changes_nothing(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    case = chase(opened(FORM.format(2)), monday + 3 * HOUR + timedelta(minutes=30)).case
    assert severity_change.changed(policy, case, 2, monday + 4 * HOUR, customer) is case


def test_ended_paused_and_information_clocks_are_left_as_they_are(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    case = opened("Severity: 2")
    answered = clocks.end(case, "response", monday + HOUR)
    assert severity_change.changed(policy, answered, 1, monday + 2 * HOUR, customer).clocks == answered.clocks
    paused = case.with_clock(replace(_response(case), state="paused"))
    assert _response(severity_change.changed(policy, paused, 3, monday + HOUR, customer)).state == "paused"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(1, 4), st.integers(0, 3000)), min_size=1, max_size=6))
def test_severities_may_change_as_often_as_they_like(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer, steps: list[tuple[int, int]]
) -> None:
    """A raise never moves a due time back, a miss is never lost, and numbers stay unique."""
    case, now = opened("Severity: 3"), monday
    for severity, minutes in steps:
        now += timedelta(minutes=minutes)
        before, old = _response(case), case.severity
        case = severity_change.changed(policy, case, severity, now, customer)
        after = _response(case)
        assert len({clock.number for clock in case.clocks}) == len(case.clocks)
        if before.missed_at is not None:
            assert after.missed_at == before.missed_at
        if severity < old and before.due_at is not None:
            fresh = promise(policy, "response", severity, now, Terms(plan=case.plan, zone=case.zone)).due
            assert after.due_at == min(before.due_at, fresh or before.due_at)
        case = chase(case, now).case


def test_a_new_clock_never_takes_a_number_that_was_given(policy: Policy, opened: Opened, monday: datetime) -> None:
    case = opened("")
    without_first = replace(case, clocks=case.clocks[1:])
    assert clocks.started(policy, without_first, "response", monday, None).number == 3


def test_ended_in_time_is_no_miss_and_ended_late_is_one(opened: Opened) -> None:
    clock = _response(opened(FORM.format(2)))
    assert clock.ended(_due(clock)).missed_at is None
    assert clock.ended(_due(clock) + timedelta(seconds=1)).missed_at == clock.due_at


def test_a_reopened_clock_has_its_old_due_time_and_tells_nothing_twice(
    policy: Policy, opened: Opened, monday: datetime
) -> None:
    case = opened(FORM.format(2))
    due = _due(_response(case))
    at = due + HOUR + timedelta(minutes=1)
    told = chase(case, at)
    ended = clocks.end(told.case, "response", at)
    again = clocks.reopened(policy, ended, _response(ended))
    assert (again.state, again.due_at, again.missed_at, again.ended_at) == ("running", due, due, None)
    assert [(step.what, step.number) for step in again.steps] == [("escalate", 2)]
    early = clocks.reopened(policy, case, _response(case).ended(monday + HOUR))
    assert [step.what for step in early.steps] == ["remind-desk", "missed", "escalate", "escalate"]


def test_the_figures_of_a_change_name_old_and_new(
    policy: Policy, opened: Opened, monday: datetime, customer: Customer
) -> None:
    before = opened(FORM.format(2))
    after = severity_change.changed(policy, before, 3, monday + HOUR, customer)
    assert severity_change.figures_of(before, after) == (
        "response due Mon 23 Nov 2026 14:00 CET (4 business hours) "
        "becomes due Tue 24 Nov 2026 10:00 CET (1 business day)"
    )
    assert severity_change.figures_of(before, before) == ""


def test_without_a_length_in_the_policy_what_is_owed_never_falls_due(policy: Policy, opened: Opened) -> None:
    without = replace(policy, file=policy.file.model_copy(update={"information": None}))
    case = opened("")
    clock = clocks.information(without, case, case.opened_at)
    assert (clock.due_at, clock.next_at, clock.state) == (None, None, "running")


def test_a_pause_is_told_with_its_cause_and_the_time_that_was_left_and_how_it_went_on() -> None:
    start = datetime(2026, 11, 23, 9, tzinfo=UTC)
    customer = Customer(1, "Basic Works", "full", domains=("basic.example",))
    made = Opening(
        "FU-1", "full@support.example", "full", "email", customer, Address("", "kim@basic.example"), "A request",
        "A request", "en", start, read_fields(full().specs, ["Severity: 1"]),
    )  # fmt: skip
    case = clocks.answered(full(), open_case(full(), made, start).case, start, customer, waits=True)
    going = clocks.resume(full(), case, start + timedelta(days=2)).running("resolution")
    assert going is not None
    stood, count = going.because[-2:]
    assert stood.text == (
        "stood still from Mon 23 Nov 2026 10:00 to Wed 25 Nov 2026 10:00: the customer has the next turn; 4 h were left"
    )
    assert unfolded(count.text)[1:] == [
        "goes on Wed 25 Nov 2026 10:00", "open Wed 25 Nov 2026 10:00 to 14:00 (4 h)", "due Wed 25 Nov 2026 14:00"
    ]  # fmt: skip
