"""Chasing: each step once, in order, whatever the clock of the machine does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.core.case.case import Case, Decision
from intake.core.case.chasing import chase
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.policy.policy import load_policy

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WHOLE = "Severity: 2\nSystem: Linux\nSteps:\nstart it"

Opened = Callable[..., Case]


def _told(decision: Decision) -> list[tuple[str, str, int]]:
    return [(notice.kind, notice.role, notice.number) for notice in decision.notices]


def _asked(decision: Decision) -> list[tuple[str, int, bool]]:
    return [(wish.kind, wish.number, wish.scheduled) for wish in decision.wishes]


def test_before_anything_is_due_nothing_happens(opened: Opened, monday: datetime) -> None:
    case = opened(WHOLE)
    assert chase(case, monday + HOUR) == Decision(case)


def test_the_desk_hears_of_the_target_nearing_of_the_miss_and_of_each_level_of_the_ladder(
    opened: Opened, monday: datetime
) -> None:
    case, heard = opened(WHOLE), []
    for hours in (3, 4, 5, 8, 100):
        decision = chase(case, monday + hours * HOUR)
        heard.append(_told(decision))
        case = decision.case
    assert heard == [
        [("desk-due-soon", "triage", 0)],
        [("desk-missed", "lead", 0)],
        [("desk-escalated", "lead", 1)],
        [("desk-escalated", "manager", 2)],
        [],
    ]
    response = case.running("response")
    assert response is not None
    assert (response.missed_at, "escalated" in case.marks) == (monday + 4 * HOUR, True)


def test_threats_49_after_the_miss_nobody_hears_that_it_nears(opened: Opened, monday: datetime) -> None:
    decision = chase(opened(WHOLE), monday + 4 * HOUR + timedelta(minutes=1))
    assert _told(decision) == [("desk-missed", "lead", 0)]


def test_whoever_has_the_case_is_told_but_the_ladder_goes_to_its_roles(opened: Opened, monday: datetime) -> None:
    decision = chase(replace(opened(WHOLE), assignee="ada@desk.example"), monday + 10 * HOUR)
    assert _told(decision) == [
        ("desk-missed", "ada@desk.example", 0),
        ("desk-escalated", "lead", 1),
        ("desk-escalated", "manager", 2),
    ]


def test_notices_name_the_clock_that_they_are_about(opened: Opened, monday: datetime) -> None:
    decision = chase(opened(WHOLE), monday + 4 * HOUR)
    assert [notice.clock for notice in decision.notices] == [1]


def test_a_customer_is_reminded_twice_and_the_case_closed_with_a_notice(opened: Opened, monday: datetime) -> None:
    case, asked = opened("Severity: 4"), []
    for day in range(1, 16):
        decision = chase(case, monday + day * DAY)
        asked += [(day, *each) for each in _asked(decision)]
        case = decision.case
    assert asked == [
        (2, "reminder", 1, True),
        (7, "reminder", 2, True),
        (14, "closed-for-silence", 0, True),
    ]
    assert (case.state, case.closed_at) == ("closed", monday + 14 * DAY)
    assert all(clock.state == "ended" for clock in case.clocks)


def test_when_nothing_ran_for_a_while_a_customer_still_has_time_between_reminders_and_closing(
    opened: Opened, monday: datetime
) -> None:
    case, asked = opened("Severity: 4"), []
    back = monday + 60 * DAY
    for hours in range(0, 24 * 20, 6):
        decision = chase(case, back + hours * HOUR)
        asked += [(hours / 24, each.kind) for each in decision.wishes]
        case = decision.case
    assert [kind for _, kind in asked] == ["reminder", "reminder", "closed-for-silence"]
    days = [day for day, _ in asked]
    assert days[0] == 0
    assert days[1] >= 2
    assert days[2] - days[1] >= 3


def test_nobody_is_closed_for_silence_who_was_never_written_to(opened: Opened, monday: datetime) -> None:
    case = replace(opened("Severity: 4"), answered=frozenset[str]())
    heard: list[str] = []
    for day in range(1, 40):
        decision = chase(case, monday + day * DAY)
        heard += [notice.kind for notice in decision.notices]
        case = decision.case
    assert (case.state, heard) == ("new", ["desk-alert"])


def test_a_closed_case_asks_for_nothing(opened: Opened, monday: datetime) -> None:
    case = opened("Severity: 2")
    for day in range(1, 16):
        case = chase(case, monday + day * DAY).case
    assert case.state == "closed"
    assert chase(case, monday + 400 * DAY) == Decision(case)


def test_a_paused_clock_asks_for_nothing(opened: Opened, monday: datetime) -> None:
    case = opened(WHOLE)
    paused = case.with_clock(replace(case.clocks[0], state="paused"))
    assert chase(paused, monday + 100 * DAY).notices == ()


def test_a_clock_put_back_does_nothing_and_one_put_forward_moves_no_due_time(opened: Opened, monday: datetime) -> None:
    case = opened("Severity: 2")
    due = [clock.due_at for clock in case.clocks]
    ahead = chase(case, monday + 365 * DAY)
    assert [clock.due_at for clock in ahead.case.clocks] == due
    assert ahead.case.state == "new"
    assert chase(ahead.case, monday + DAY) == Decision(ahead.case)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from(["", "Severity: 1", "Severity: 2\nSystem: Linux", WHOLE]),
    minutes=st.lists(st.integers(-50_000, 60_000), max_size=25),
)
def test_each_step_comes_once_at_whatever_instants_one_looks(
    opened: Opened, monday: datetime, form: str, minutes: list[int]
) -> None:
    case, now = opened(form), monday
    steps = [(clock.number, step.what, step.number) for clock in case.clocks for step in clock.steps]
    seen: list[tuple[object, ...]] = []
    for more in minutes:
        now += timedelta(minutes=more)
        decision = chase(case, now)
        seen += [(notice.kind, notice.clock, notice.number) for notice in decision.notices]
        seen += [(wish.kind, wish.number) for wish in decision.wishes]
        case = decision.case
        assert chase(case, now) == Decision(case)
        assert all(clock.next_at is None or clock.next_at > now for clock in case.clocks)
    assert len(seen) == len(set(seen))
    # a closing tells the customer and the desk
    assert len([each for each in seen if each[0] != "desk-alert"]) <= len(steps)


def test_an_hour_of_the_ladder_counts_as_the_missed_target_does_and_a_business_hour_as_the_policys_calendar(
    house_text: str, opening: Callable[..., Opening], monday: datetime
) -> None:
    night = monday + timedelta(hours=12)
    levels = {}
    for after in ("1 hour", "1 business hour", "1 hour, 24x7"):
        policy = load_policy(house_text.replace('after = "1 hour"', f'after = "{after}"'), "house.toml")
        case = open_case(
            policy, opening(opened_at=night, fields=read_fields(policy.specs, ["Severity: 1"])), night
        ).case
        clock = case.clocks[0]
        assert clock.calendar == "24x7"
        levels[after] = next(step.at for step in clock.steps if step.role == "lead" and step.number) - (
            clock.due_at or night
        )
    assert levels["1 hour"] == levels["1 hour, 24x7"] == HOUR
    assert levels["1 business hour"] > 8 * HOUR
