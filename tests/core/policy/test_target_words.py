"""A target's sentence in the language of a letter."""

import pytest

from intake.core.policy.target_words import target_said


@pytest.mark.parametrize(
    ("target", "german"),
    [
        ("30 minutes, 24x7", "30 Minuten, 24x7"),
        ("1 to 3 hours", "1 bis 3 Stunden"),
        ("within 1 business day", "höchstens 1 Geschäftstag"),
        ("2 Business Hours, hours of Zone to East", "2 Geschäftsstunden, hours of Zone to East"),
        ("best effort", "so bald wie möglich"),
        ("", ""),
        ("two hours or so", "two hours or so"),
    ],
)
def test_a_target_is_said_in_german_and_its_calendar_as_it_is_named(target: str, german: str) -> None:
    assert target_said(target) == target
    assert target_said(target).said("de") == german
