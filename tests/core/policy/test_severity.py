"""Severity rules: ordered, the first that applies decides, with its clause and its words."""

from collections.abc import Mapping

import pytest

from intake.core.mail.fields import read_fields
from intake.core.mail.form import FieldValue
from intake.core.policy.policy import Policy
from intake.core.policy.severity import Asked, given_severity, judge


def _fields(policy: Policy, text: str) -> Mapping[str, FieldValue]:
    return read_fields(policy.specs, [text])


def test_the_severity_given_is_taken_with_the_rules_clause_and_words(policy: Policy) -> None:
    judged = judge(policy, Asked("email", "basic", _fields(policy, "Severity: 2"), ""))
    assert (judged.severity, judged.wished, judged.marks) == (2, 2, frozenset())
    assert [(each.clause, each.text) for each in judged.because] == [("H-3", "You gave Severity 2.")]


@pytest.mark.parametrize("text", ["", "Severity: 7", "Severity: urgent", "Severity:"])
def test_without_a_severity_of_the_list_the_last_rule_decides_and_marks_for_triage(policy: Policy, text: str) -> None:
    judged = judge(policy, Asked("email", "basic", _fields(policy, text), ""))
    assert (judged.severity, judged.wished, judged.marks) == (3, None, frozenset({"triage"}))


def test_the_first_rule_that_applies_wins_and_the_wish_is_kept(policy: Policy) -> None:
    judged = judge(policy, Asked("email", "basic", _fields(policy, "Severity: 1"), "HOW DO I add a user?"))
    assert (judged.severity, judged.wished) == (4, 1)


def test_a_rule_for_a_plan_or_a_channel_applies_there_alone(policy: Policy) -> None:
    fields = _fields(policy, "Severity: 3")
    assert judge(policy, Asked("email", "gold", fields, "how do I add a user?")).severity == 3
    assert judge(policy, Asked("phone", "gold", fields, "")).severity == 1
    assert judge(policy, Asked("phone", "gold", {}, "")).severity == 3


def test_reasons_are_in_the_language_asked_for_else_in_the_policys_own(policy: Policy) -> None:
    asked = Asked("email", "basic", {}, "how do i")
    reason = judge(policy, asked).because[0]
    assert [reason.said(each) for each in ("de", "fr")] == ["Eine Frage zur Benutzung.", "A how-to question."]


@pytest.mark.parametrize(
    "value", [FieldValue("9", "9", True), FieldValue("x", ("1",), True), FieldValue("1", "1", False)]
)
def test_a_severity_that_the_policy_does_not_know_was_not_given(policy: Policy, value: FieldValue) -> None:
    assert given_severity(policy, {"severity": value}) is None
