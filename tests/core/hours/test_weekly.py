"""Weekly hours as sentences."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.hours import is_always, parse_times, parse_weekly
from intake.core.hours.weekly import DAY, WEEK, by_weekday, joined, normalized, without

OFFICE = tuple((day * DAY + 480, day * DAY + 1020) for day in range(5))


@pytest.mark.parametrize(
    "sentence",
    [
        "Mon-Fri 08:00-17:00",
        "monday to friday 8 to 17",
        "  MON – FRI   08:00 – 17:00 ",
        "Mon,Tue, Wed-Fri 08:00-17:00",
        "Mon-Fri 08:00-12:00, 12:00-17:00",
        ["Mon-Wed 8-17", "Thu-Fri 08:00-17:00"],
        ["Mon-Fri 08:00-13:00", "Mon-Fri 12:00-17:00"],
    ],
)
def test_office_hours_are_understood_however_they_are_written(sentence: str | list[str]) -> None:
    assert parse_weekly(sentence) == OFFICE


def test_one_unbroken_stretch_runs_over_the_nights() -> None:
    assert parse_weekly("Mon 06:00 - Fri 18:00") == ((360, 4 * DAY + 1080),)
    assert parse_weekly("Monday 06:00 until Friday 18:00") == ((360, 4 * DAY + 1080),)


def test_a_stretch_may_run_over_the_end_of_the_week() -> None:
    assert parse_weekly("Fri 18:00 - Mon 06:00") == ((0, 360), (4 * DAY + 1080, WEEK))
    assert parse_weekly("Sun 20:00-04:00") == ((0, 240), (6 * DAY + 1200, WEEK))


def test_an_end_before_its_start_is_on_the_next_day() -> None:
    assert parse_weekly("Mon,Wed 22:00-06:00") == ((1320, DAY + 360), (2 * DAY + 1320, 3 * DAY + 360))


def test_days_may_run_over_the_end_of_the_week() -> None:
    assert parse_weekly("Sat-Mon 00:00-24:00") == ((0, DAY), (5 * DAY, WEEK))
    assert parse_weekly("Sun-Thu 00:00-24:00") == ((0, 4 * DAY), (6 * DAY, WEEK))


def test_24x5_is_monday_midnight_to_saturday_midnight() -> None:
    assert parse_weekly("24x5") == ((0, 5 * DAY),)


@pytest.mark.parametrize("word", ["24x7", "24/7", "Always", " 24X7 "])
def test_24x7_is_the_whole_week_and_known_as_such(word: str) -> None:
    assert parse_weekly(word) == ((0, WEEK),)
    assert is_always([word])
    assert not is_always(["Mon-Sun 00:00-24:00"])


@pytest.mark.parametrize(
    ("sentence", "right"),
    [
        ("", "right would be"),
        ([], "right would be"),
        ("office hours", "right would be"),
        ("Mon-Fri", "right would be"),
        ("Mon-Fri 9am-5pm", "right would be"),
        ("Mon-Fri 08:00-25:00", '"25:00" in "Mon-Fri 08:00-25:00" is no time of day'),
        ("Mon-Fri 08:61-17:00", "is no time of day"),
        ("Mon-Fri 08:00", "is no range of times"),
        ("Mon-Fri 09:00-09:00", "opens for no time"),
        ("Mon-Fri 24:00-02:00", "opens for no time"),
        ("Mo-Fri 08:00-17:00", '"mo" in "Mo-Fri 08:00-17:00" is no weekday'),
        ("Mon-Wed-Fri 08:00-17:00", "is no range of days"),
        ("Mon 06:00 - Fry 18:00", "is no weekday"),
        (["24x7", "Mon-Fri 08:00-17:00"], "stands alone"),
    ],
)
def test_anything_else_is_refused_in_one_line_that_says_what_is_right(sentence: str | list[str], right: str) -> None:
    with pytest.raises(ValueError, match="right would be") as caught:
        parse_weekly(sentence)
    assert right in str(caught.value)
    assert "\n" not in str(caught.value)


def test_times_of_one_day_are_read_as_minutes() -> None:
    assert parse_times("12:00-24:00") == (720, 1440)
    for wrong in ("24:00-12:00", "12:00", "12:00-12:00", "noon"):
        with pytest.raises(ValueError, match="is no range of times within a day"):
            parse_times(wrong)


@pytest.mark.parametrize("interval", [(-1, 5), (WEEK, WEEK + 1), (5, 5), (9, 5), (5, WEEK + 6)])
def test_an_interval_that_is_no_part_of_a_week_is_refused(interval: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="is no part of a week"):
        normalized([interval])


INTERVALS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


def minutes(intervals: object) -> set[int]:
    assert isinstance(intervals, list | tuple)
    return {minute for start, end in intervals for minute in range(start, end)}


@given(INTERVALS, st.integers(0, 60), st.integers(0, 60))
def test_joining_and_cutting_keep_exactly_the_minutes_that_they_should(
    intervals: list[tuple[int, int]], start: int, length: int
) -> None:
    whole = joined(intervals)
    assert minutes(whole) == minutes(intervals)
    assert all(one[1] < other[0] for one, other in pairwise(whole))
    assert minutes(without(whole, start, start + length)) == minutes(whole) - set(range(start, start + length))


def test_each_weekday_has_its_own_minutes() -> None:
    days = by_weekday(parse_weekly("Mon 06:00 - Wed 18:00"))
    assert days == (((360, DAY),), ((0, DAY),), ((0, 1080),), (), (), (), ())
