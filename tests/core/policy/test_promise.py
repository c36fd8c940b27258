"""Promises: which target holds, when it is due in its calendar, when people are reminded, and why."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.policy.counting import unfolded
from intake.core.policy.policy import Policy
from intake.core.policy.promise import Terms, contract_mistakes, promise, span_from

BERLIN = ZoneInfo("Europe/Berlin")


def _at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


def test_a_target_of_business_hours_is_due_in_open_time_and_reminds_at_three_quarters_of_it(policy: Policy) -> None:
    made = promise(policy, "response", 2, _at(2026, 11, 23, 15))
    assert made.due == _at(2026, 11, 24, 11)
    assert made.remind == _at(2026, 11, 24, 10)
    assert (made.aim, made.calendar, made.target) == (None, "business", "4 business hours")
    assert made.due.tzinfo is UTC


def test_the_lengths_of_a_count_add_up_to_the_target_whatever_the_second_of_the_opening(policy: Policy) -> None:
    made = promise(policy, "response", 2, _at(2026, 11, 23, 15, 0, 30))
    assert "Mon 23 Nov 2026 15:00 to 17:00 (2 h), Tue 24 Nov 2026 09:00 to 11:00 (2 h)" in made.because[1].text


def test_24x7_counts_the_night(policy: Policy) -> None:
    made = promise(policy, "response", 1, _at(2026, 11, 28, 23, 30))
    assert (made.due, made.remind) == (_at(2026, 11, 29, 0, 30), _at(2026, 11, 29, 0, 15))
    assert made.calendar == "24x7"


def test_a_count_of_business_days_keeps_the_time_of_day_and_skips_holidays_by_name(policy: Policy) -> None:
    made = promise(policy, "response", 3, _at(2026, 12, 24, 10))
    assert made.due == _at(2026, 12, 28, 10)
    assert "Fri 25 Dec 2026" in made.because[1].text


def test_a_range_reminds_at_its_low_end_and_is_missed_after_its_high_end(policy: Policy) -> None:
    made = promise(policy, "response", 2, _at(2026, 11, 23, 10), Terms(plan="gold", zone="Europe/Berlin"))
    assert (made.aim, made.remind, made.due) == (_at(2026, 11, 23, 11), _at(2026, 11, 23, 11), _at(2026, 11, 23, 13))


def test_a_calendar_of_the_customers_is_counted_in_the_customers_zone_without_its_holidays(policy: Policy) -> None:
    made = promise(policy, "response", 2, _at(2026, 11, 23, 8, 30), Terms(plan="gold", zone="Asia/Tokyo"))
    tokyo = ZoneInfo("Asia/Tokyo")
    assert made.due == datetime(2026, 11, 25, 11, 30, tzinfo=tokyo)
    assert "Founders' Day (Tue 24 Nov 2026)" in made.because[1].text
    assert "Asia/Tokyo" in made.because[1].text


def test_a_plan_without_a_target_for_the_severity_has_the_one_for_all_plans(policy: Policy) -> None:
    assert promise(policy, "response", 3, _at(2026, 11, 23, 10), Terms(plan="gold")).target == "1 business day"
    assert promise(policy, "response", 1, _at(2026, 11, 23, 10), Terms(plan="gold")).target == "30 minutes, 24x7"


def test_without_a_plan_the_fallback_plan_holds(policy: Policy) -> None:
    assert "plan basic" in promise(policy, "response", 2, _at(2026, 11, 23, 10)).because[0].text


def test_a_contracts_own_target_comes_first_under_the_clause_of_the_policys(policy: Policy) -> None:
    contract = {"response": {"2": "30 minutes, 24x7"}}
    made = promise(policy, "response", 2, _at(2026, 11, 28, 3), Terms(plan="gold", targets=contract))
    assert made.due == _at(2026, 11, 28, 3, 30)
    assert (made.because[0].clause, "contract" in made.because[0].text) == ("H-4", True)
    other = promise(policy, "response", 3, _at(2026, 11, 23, 10), Terms(targets=contract))
    assert other.target == "1 business day"


@pytest.mark.parametrize("words", ["best effort", "not available"])
def test_no_target_means_no_due_time_and_a_reason(policy: Policy, words: str) -> None:
    made = promise(policy, "response", 2, _at(2026, 11, 23, 10), Terms(targets={"response": {"2": words}}))
    assert (made.due, made.aim, made.remind, made.calendar) == (None, None, None, None)
    assert words in made.because[0].text


def test_best_effort_says_why_in_the_readers_language(policy: Policy) -> None:
    made = promise(policy, "response", 4, _at(2026, 11, 23, 10), Terms())
    assert [(each.clause, each.said("de")) for each in made.because] == [
        ("H-2", "best effort: Fragen beantworten wir, wie wir können.")
    ]


def test_a_clock_that_the_policy_does_not_promise_has_no_due_time_and_a_reason(policy: Policy) -> None:
    made = promise(policy, "resolution", 2, _at(2026, 11, 23, 10))
    assert (made.due, made.target) == (None, "")
    assert "no resolution target" in made.because[0].text


def test_a_naive_instant_is_refused(policy: Policy) -> None:
    with pytest.raises(ValueError, match="time zone"):
        promise(policy, "response", 2, datetime(2026, 11, 23, 10))  # noqa: DTZ001


@given(
    opened=st.datetimes(datetime(2024, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    severity=st.sampled_from([1, 2, 3]),
    plan=st.sampled_from(["basic", "gold"]),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "America/Los_Angeles", "Pacific/Apia"]),
)
def test_people_are_reminded_after_the_opening_and_never_after_the_due_time(
    policy: Policy, opened: datetime, severity: int, plan: str, zone: str
) -> None:
    made = promise(policy, "response", severity, opened, Terms(plan=plan, zone=zone))
    assert made.due is not None
    assert made.remind is not None
    assert opened <= made.remind <= made.due
    assert made.aim is None or opened <= made.aim < made.due


def test_a_length_is_counted_in_the_policys_calendar_unless_it_names_one(policy: Policy) -> None:
    start = _at(2026, 11, 27, 16)
    assert span_from(policy, "2 hours", start, None) == _at(2026, 11, 30, 10)
    assert span_from(policy, "2 hours, 24x7", start, None) == _at(2026, 11, 27, 18)
    with pytest.raises(ValueError, match="no length"):
        span_from(policy, "best effort", start, None)


def test_a_contract_is_told_what_is_wrong_with_it(policy: Policy) -> None:
    good = {"response": {"1": "30 minutes, 24x7", "4": "best effort"}, "update": {"2": "2 business days, local"}}
    assert contract_mistakes(policy, good) == []
    said = contract_mistakes(
        policy, {"respons": {}, "response": {"8": "1 hour", "1": "1 fortnight", "2": "1 hour, bizness"}}
    )
    assert len(said) == 4
    assert said[0] == 'targets.respons: no such clock; did you mean "response"?'
    assert said[1].startswith("targets.response.8: the policy has no such severity")
    assert '"1 fortnight" is no target' in said[2]
    assert 'did you mean "business"?' in said[3]


def test_how_a_due_time_was_counted_unfolds_to_a_line_a_step_and_other_reasons_stay_whole(policy: Policy) -> None:
    made = promise(policy, "response", 3, _at(2026, 12, 24, 10))
    assert unfolded(made.because[1].text) == [
        "calendar business, Europe/Berlin",
        "opened Thu 24 Dec 2026 10:00",
        "days Mon 28 Dec",
        "closed Christmas Day (Fri 25 Dec 2026)",
        "due Mon 28 Dec 2026 10:00",
    ]
    assert unfolded("a calendar; opened late") == ["a calendar; opened late"]
    german = unfolded(made.because[1].said("de"))
    assert german[:2] == [
        unfolded(made.because[1].text)[0].replace("calendar", "Kalender"),
        "eröffnet Do 24. Dezember 2026 10:00",
    ]
