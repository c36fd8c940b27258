"""The work list: each policy's own order, one list over all of them, and a sentence for each case."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from full import full
from hypothesis import given
from hypothesis import strategies as st

from intake.core.case.case import Case
from intake.core.case.work_list import Place, key, ordered
from intake.core.mail.form import FieldValue
from intake.core.policy.policy import Policy

Make = Callable[..., Case]


@pytest.fixture
def case(opened: Callable[..., Case]) -> Make:
    """Makes a case under the full policy."""
    plain = replace(opened(), policy="full", plan="basic", severity=2, marks=frozenset())

    def make(number: int, **changes: object) -> Case:
        return replace(plain, id=number, **changes)  # type: ignore[arg-type]

    return make


def order(*found: Case, policy: Policy | None = None) -> list[int]:
    return ordered({each.id: key(policy or full(), each) for each in found})


def given_impact() -> dict[str, FieldValue]:
    return {"business_impact": FieldValue("nobody can work", "nobody can work", True)}


def test_the_policys_keys_decide_one_after_the_other(case: Make, monday: datetime) -> None:
    found = [
        case(1, opened_at=monday - timedelta(days=9), clocks=()),
        case(2),
        case(3, fields=given_impact()),
        case(4, tags=frozenset({"how-to"}), fields=given_impact()),
        case(5, plan="gold", tags=frozenset({"how-to"})),
        case(6, severity=1),
    ]
    assert order(*found) == [6, 5, 3, 2, 1, 4]


def test_each_case_says_why_it_stands_where_it_does(case: Make, monday: datetime) -> None:
    place = key(full(), case(1, severity=1, plan="gold", clocks=(), opened_at=monday))
    assert place.because == (
        "Severity 1; plan gold (queued first); no business impact stated; nothing due; opened Mon 23 Nov 10:00; F-3"
    )
    other = key(full(), case(2, plan="old", tags=frozenset({"how-to"}), fields=given_impact(), clocks=()))
    assert (
        "plan old (queued after gold, basic); how-to question (after others); business impact stated" in other.because
    )


def test_an_unsorted_case_whose_words_say_outage_comes_before_all_others(case: Make) -> None:
    urgent = case(9, severity=3, marks=frozenset({"unverified", "triage"}), tags=frozenset({"critical"}))
    sorted_out = case(8, severity=3, tags=frozenset({"critical"}))
    assert order(sorted_out, case(1, severity=1), urgent) == [9, 1, 8]
    because = key(full(), urgent).because
    assert because.startswith("unverified, and its words say outage: first in triage; Severity 3")
    assert because.endswith("; F-5, F-3")


def test_a_policy_without_an_order_goes_by_severity_due_time_and_opening(case: Make, policy: Policy) -> None:
    found = key(policy, case(1, policy="house"))
    assert found.because.startswith("Severity 2; due ")
    assert found.because.endswith("; house")
    assert key(None, case(1)).because == found.because


def test_what_stands_still_is_not_due(case: Make) -> None:
    running = case(1)
    paused = replace(running, clocks=tuple(replace(each, state="paused") for each in running.clocks))
    assert "nothing due" in key(None, paused).because


def test_cases_of_several_policies_come_in_one_list_the_gravest_first(case: Make, policy: Policy) -> None:
    places = {
        1: key(full(), case(1, severity=2)),
        2: key(policy, case(2, policy="house", severity=1)),
        3: key(full(), case(3, severity=1)),
        4: key(policy, case(4, policy="house", severity=3)),
    }
    assert ordered(places) == [2, 3, 1, 4]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.integers(0, 3)), max_size=20))
def test_one_list_keeps_each_policys_own_order(made: list[tuple[str, int, int]]) -> None:
    places = {
        number: Place(policy, (own, number), (common, number), lambda: "")
        for number, (policy, own, common) in enumerate(made)
    }
    found = ordered(places)
    assert sorted(found) == sorted(places)
    for policy in "abc":
        keys = [places[each].key for each in found if places[each].policy == policy]
        assert keys == sorted(keys)
