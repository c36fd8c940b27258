"""Targets as sentences."""

from datetime import timedelta
from typing import Any

import pytest

from intake.core.hours import Span, Target, business_days, elapsed, parse_target


def minutes(count: int) -> Span:
    return elapsed(timedelta(minutes=count))


def hours(count: int) -> Span:
    return elapsed(timedelta(hours=count))


@pytest.mark.parametrize(
    ("sentence", "target"),
    [
        ("30 minutes, 24x7", Target(due=minutes(30), calendar="24x7")),
        ("45 minutes, extended", Target(due=minutes(45), calendar="extended")),
        ("1 hour,24x7", Target(due=hours(1), calendar="24x7")),
        ("2 business hours", Target(due=hours(2))),
        ("4 hours", Target(due=hours(4))),
        ("up to 30 minutes", Target(due=minutes(30))),
        ("4 Hours, Swiss Office", Target(due=hours(4), calendar="Swiss Office")),
        ("1 business day", Target(due=business_days(1))),
        ("2 Business Days", Target(due=business_days(2))),
        ("1 to 3 hours", Target(hours(1), hours(3))),
        ("1-3 h", Target(hours(1), hours(3))),
        ("1 – 3 hours, 24x7", Target(hours(1), hours(3), "24x7")),
        ("30 minutes to 2 hours", Target(minutes(30), hours(2))),
        ("2 to 3 business days", Target(business_days(2), business_days(3))),
        ("Best effort", Target(absent="best effort")),
        (" not  available ", Target(absent="not available")),
    ],
)
def test_a_target_is_read_as_it_is_written(sentence: str, target: Target) -> None:
    assert parse_target(sentence) == target


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "soon",
        "4",
        "hours",
        "4 days",
        "0 hours",
        "-4 hours",
        "4.5 hours",
        "3 to 1 hours",
        "2 to 2 hours",
        "4 hours,",
        "1 hour to 1 business day",
        "4 hours 24x7",
        "2 hours to 30 minutes",
        "9999999 hours",
        "0 to 4 hours",
        "²4 hours",
    ],
)
def test_what_is_no_target_is_refused_in_one_line_that_says_what_is_right(sentence: str) -> None:
    with pytest.raises(ValueError, match="right would be") as caught:
        parse_target(sentence)
    assert f'"{sentence}"' in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("elapsed", timedelta(-1)), ("elapsed", 4), ("business_days", 0), ("business_days", timedelta(1)), ("weeks", 1)],
)
def test_a_span_of_the_wrong_kind_or_below_nothing_is_refused(kind: Any, amount: Any) -> None:
    with pytest.raises(ValueError, match="is no length for"):
        Span(kind, amount)
