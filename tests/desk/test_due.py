"""When something is due, for cases that nobody stored: the first clocks, each null with its reason."""

from typing import Any

import pytest
from full import full
from house import Home
from hypothesis import given
from hypothesis import strategies as st

from intake.desk.due import due
from intake.errors import IntakeError

ASKED = {"id": 7, "policy": "open-xchange", "plan": None, "severity": 2, "opened": "2026-11-23T10:00:00+01:00"}


def test_a_due_time_comes_with_its_reasons_from_the_contracts_targets(desk: Home) -> None:
    policy = desk.house.policies.get("open-xchange")
    found = due(policy, ASKED | {"targets": {"response": {"2": "4 business hours"}}, "unknown": 1})
    assert found["id"] == 7
    assert found["response"]["due"] == "2026-11-23T14:00:00+01:00" or found["response"]["due"].startswith(
        "2026-11-23T13:00:00+00:00"
    )
    assert found["update"] is None
    assert found["because"]


def test_without_a_target_there_is_no_due_time_and_a_reason(desk: Home) -> None:
    found = due(desk.house.policies.get("open-xchange"), ASKED)
    assert found["response"] is None
    assert any(each["clause"] == "OX-4" for each in found["because"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"severity": 9}, "severity"),
        ({"severity": "2"}, "severity"),
        ({"opened": "yesterday"}, "opened"),
        ({"opened": "2026-11-23T10:00:00"}, "opened"),
        ({"targets": "fast"}, "targets"),
        ({"targets": {"response": {"2": "soon"}}}, "soon"),
        ({"zone": "Mars/Base", "targets": {"response": {"2": "4 business hours"}}}, "Mars/Base"),
    ],
)
def test_a_line_that_cannot_be_answered_says_why(desk: Home, change: dict[str, Any], said: str) -> None:
    with pytest.raises(IntakeError, match=said):
        due(desk.house.policies.get("open-xchange"), ASKED | change)


def ask(**changes: Any) -> dict[str, Any]:
    return due(full(), {"id": 1, "severity": 2, "opened": "2026-11-20T15:00:00+01:00"} | changes)


def texts(found: dict[str, Any]) -> str:
    return "\n".join(each["text"] for each in found["because"])


def test_a_resolution_that_counts_from_the_opening_is_an_answer_of_its_own() -> None:
    found = ask(plan="gold", severity=1)
    assert found["resolution"] == {"due": "2026-11-20T22:00:00+00:00", "calendar": "24x7"}
    assert found["response"] == {"due": "2026-11-20T14:30:00+00:00", "calendar": "24x7"}
    assert found["update"] is None


def test_a_resolution_that_counts_from_the_response_is_null_and_its_provisional_instant_is_told() -> None:
    found = ask(severity=1)
    assert found["response"] == {
        "aim": "2026-11-20T15:00:00+00:00", "due": "2026-11-20T16:00:00+00:00", "calendar": "business"
    }  # fmt: skip
    assert found["resolution"] is None
    assert "provisional" in texts(found)
    assert "2026-11-23T12:00:00+00:00" in texts(found)


def test_an_update_starts_later_and_says_with_which_target() -> None:
    found = ask()
    assert found["update"] is None
    said = next(each for each in found["because"] if each["text"].startswith("update"))
    assert said["clause"] == "F-1"
    assert "starts later" in said["text"]
    assert "2 business days" in said["text"]


def test_without_a_response_target_a_resolution_after_it_has_no_instant_at_all() -> None:
    found = ask(targets={"response": {"2": "best effort"}})
    assert (found["response"], found["resolution"]) == (None, None)
    assert "provisional" not in texts(found)


def test_a_target_that_policy_and_contract_lack_is_told() -> None:
    found = ask(severity=3)
    assert "update: the policy has no such target here" in texts(found)
    assert "resolution: the policy has no such target here" in texts(found)


def test_a_target_for_cases_of_a_tag_holds_for_those_that_have_it() -> None:
    saturday = {"severity": 1, "opened": "2026-11-21T03:00:00+01:00"}
    assert ask(**saturday)["response"]["calendar"] == "business"
    assert ask(**saturday, tags=["critical"])["response"]["due"] == "2026-11-21T04:00:00+00:00"


def test_a_contracts_hours_hold_for_targets_that_name_no_calendar() -> None:
    found = ask(opened="2026-11-21T03:00:00+01:00", hours={"2": "24x7"})
    assert found["response"] == {"due": "2026-11-21T06:00:00+00:00", "calendar": "24x7"}


def test_a_closed_day_is_skipped_by_name() -> None:
    found = ask(severity=3, opened="2026-11-23T10:00:00+01:00")
    assert found["response"]["due"] == "2026-11-25T09:00:00+00:00"
    assert "Founders' Day (Tue 24 Nov 2026)" in texts(found)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"tags": "critical"}, "tags"),
        ({"tags": [1]}, "tags"),
        ({"hours": ["24x7"]}, "hours"),
        ({"hours": {"2": "24x8"}}, 'did you mean "24x7"'),
        ({"hours": {"7": "24x7"}}, "no such severity"),
        ({"severity": True}, "severity"),
        ({"plan": "silver"}, "plan"),
        ({"opened": "0001-01-01T00:00:00+14:00"}, "opened"),
    ],
)
def test_terms_that_make_no_sense_are_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(IntakeError, match=said):
        ask(**change)


ODD = [None, 0, -1, 2.5, True, "", "x", "2", "\udcff", [], ["critical"], [None], {}, {"2": "x"}, {"response": {"2": 5}}]
KEYS = ["severity", "opened", "plan", "zone", "tags", "targets", "hours"]


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(ODD)))
def test_whatever_a_line_says_it_is_answered_or_refused_with_a_reason(changes: dict[str, Any]) -> None:
    try:
        found = ask(**changes)
    except IntakeError:
        return
    assert set(found) == {"id", "response", "update", "resolution", "because"}
