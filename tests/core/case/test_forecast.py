"""The forecast takes the chaser's own steps, so it says what will really happen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from full import full
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.core.case.case import Case, Decision
from intake.core.case.chasing import chase
from intake.core.case.forecast import foreseen
from intake.core.case.opening import Opening, open_case
from intake.core.policy.policy import Policy

Opened = Callable[..., Case]


def test_each_thing_is_foreseen_at_its_instant_with_who_is_told(opened: Opened, monday: datetime) -> None:
    case = opened("Severity: 2\nSystem: Linux\nSteps: log in")
    found = list(foreseen(case, monday, monday + timedelta(days=1)))
    assert [(event.what, event.role, event.level) for event in found] == [
        ("due-soon", "triage", None), ("missed", "lead", None), ("escalated", "lead", 1), ("escalated", "manager", 2)
    ]  # fmt: skip
    assert [event.at - monday for event in found[:3]] == [timedelta(hours=each) for each in (3, 4, 5)]


def test_reminders_and_closing_for_silence_are_foreseen(opened: Opened, monday: datetime) -> None:
    found = list(foreseen(opened("Severity: 4"), monday, monday + timedelta(days=30)))
    assert [(event.what, event.role, event.level) for event in found] == [
        ("reminder", "customer", 1), ("reminder", "customer", 2), ("closed", "triage", None)
    ]  # fmt: skip


def test_triage_is_foreseen(opening: Callable[..., Opening], monday: datetime) -> None:
    case = open_case(full(), opening(), monday).case
    first = next(foreseen(case, monday, monday + timedelta(days=1)))
    assert (first.what, first.at, first.clock) == ("triage", monday + timedelta(hours=1), "response")


def test_what_should_have_been_done_before_now_is_done_now(opened: Opened, monday: datetime) -> None:
    now = monday + timedelta(days=3)
    found = list(foreseen(opened("Severity: 2\nSystem: Linux\nSteps: log in"), now, now))
    assert {event.at for event in found} == {now}
    assert [event.what for event in found] == ["missed", "escalated", "escalated"]


def test_nothing_is_foreseen_beyond_the_instant(opened: Opened, monday: datetime) -> None:
    case = opened("Severity: 2\nSystem: Linux\nSteps: log in")
    assert list(foreseen(case, monday, monday + timedelta(hours=3) - timedelta(seconds=1))) == []
    assert len(list(foreseen(case, monday, monday + timedelta(hours=3)))) == 1


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(severity=st.integers(1, 4), gold=st.booleans(), whole=st.booleans(), hours=st.integers(0, 24 * 30))
def test_the_chaser_tells_what_was_foreseen_when_it_looks_at_each_instant(
    policy: Policy,
    opening: Callable[..., Opening],
    monday: datetime,
    severity: int,
    gold: bool,
    whole: bool,
    hours: int,
) -> None:
    from intake.core.mail.fields import read_fields

    form = f"Severity: {severity}" + ("\nSystem: Linux\nSteps: log in" if whole else "")
    case = open_case(policy, opening(fields=read_fields(policy.specs, [form])), monday).case
    case = replace(case, plan="gold" if gold else "basic", answered=frozenset({"acknowledgment"}))
    until = monday + timedelta(hours=hours)
    foretold = list(foreseen(case, monday, until))
    told: list[tuple[datetime, str, int]] = []
    for at in sorted({event.at for event in foretold}):
        decision: Decision = chase(case, at)
        case = decision.case
        told += [(at, notice.role, notice.number) for notice in decision.notices]
        told += [(at, "customer", wish.number) for wish in decision.wishes if wish.kind == "reminder"]
    assert sorted(told) == sorted((event.at, event.role, event.level or 0) for event in foretold)
    assert not chase(case, until).notices
