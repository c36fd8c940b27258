"""The work list: each policy's own order, one list over all of them, and a sentence for each case."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from full import full
from hypothesis import given
from hypothesis import strategies as st

from intake.core.case.case import Case
from intake.core.case.work_list import Common, common, due, merged, rank, why
from intake.core.mail.form import FieldValue
from intake.core.policy.policy import Policy

Make = Callable[..., Case]

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def case(opened: Callable[..., Case]) -> Make:
    """Makes a case under the full policy."""
    plain = replace(opened(), policy="full", plan="basic", severity=2, marks=frozenset())

    def make(number: int, **changes: object) -> Case:
        return replace(plain, id=number, **changes)  # type: ignore[arg-type]

    return make


def order(*found: Case, policy: Policy | None = None) -> list[int]:
    return in_order([(policy or full(), each) for each in found])


def in_order(found: Sequence[tuple[Policy, Case]]) -> list[int]:
    """As the store keeps them: by rank and id within a policy, and merged."""
    lists: dict[str, list[tuple[bytes, int, Common]]] = {}
    for policy, each in found:
        place = rank(policy, each)
        known = common(place, each.severity, due(each), each.opened_at, each.id)
        lists.setdefault(each.policy, []).append((place, each.id, known))
    return list(merged(iter([known for _, _, known in sorted(each)]) for each in lists.values()))


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
    because = why(full(), case(1, severity=1, plan="gold", clocks=(), opened_at=monday))
    assert because == (
        "Severity 1; plan gold (queued first); no business impact stated; nothing due; opened Mon 23 Nov 10:00; F-3"
    )
    other = why(full(), case(2, plan="old", tags=frozenset({"how-to"}), fields=given_impact(), clocks=()))
    assert "plan old (queued after gold, basic); how-to question (after others); business impact stated" in other


def test_an_unsorted_case_whose_words_say_outage_comes_before_all_others(case: Make) -> None:
    urgent = case(9, severity=3, marks=frozenset({"unverified", "triage"}), tags=frozenset({"critical"}))
    sorted_out = case(8, severity=3, tags=frozenset({"critical"}))
    assert order(sorted_out, case(1, severity=1), urgent) == [9, 1, 8]
    because = why(full(), urgent)
    assert because.startswith("unverified, and its words say outage: first in triage; Severity 3")
    assert because.endswith("; F-5, F-3")


def test_a_policy_without_an_order_goes_by_severity_due_time_and_opening(case: Make, policy: Policy) -> None:
    found = why(policy, case(1, policy="house"))
    assert found.startswith("Severity 2; due ")
    assert found.endswith("; house")
    assert why(None, case(1)) == found


def test_what_stands_still_is_not_due(case: Make) -> None:
    running = case(1)
    paused = replace(running, clocks=tuple(replace(each, state="paused") for each in running.clocks))
    assert "nothing due" in why(None, paused)


def test_cases_of_several_policies_come_in_one_list_the_gravest_first(case: Make, policy: Policy) -> None:
    made = [
        (full(), case(1, severity=2)),
        (policy, case(2, policy="house", severity=1)),
        (full(), case(3, severity=1)),
        (policy, case(4, policy="house", severity=3)),
    ]
    assert in_order(made) == [2, 3, 1, 4]


@given(st.lists(st.lists(st.integers(0, 3), max_size=8), max_size=4))
def test_one_list_keeps_each_policys_own_order(made: list[list[int]]) -> None:
    """In whatever order the policies have theirs."""
    lists = [
        [(b"", severity, NOW, NOW, 100 * policy + place) for place, severity in enumerate(severities)]
        for policy, severities in enumerate(made)
    ]
    found = list(merged(map(iter, lists)))
    assert sorted(found) == sorted(known[-1] for each in lists for known in each)
    for policy, each in enumerate(lists):
        assert [number for number in found if number // 100 == policy] == [known[-1] for known in each]
