"""Business time against an oracle that goes minute by minute, over all zones, around clock changes and year ends."""

import zoneinfo
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from intake.core.hours import (
    Calendar,
    Named,
    add,
    business_days,
    elapsed,
    explain,
    is_open,
    next_open,
    open_between,
    parse_rule,
)

ZONES = sorted(zoneinfo.available_timezones())
WEEK = 7 * 24 * 60
SAMPLE = settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
"""The fixture is a class, the same for each example."""


@cache
def changes(zone: str, year: int) -> list[datetime]:
    """Days of a year, to the day, after which a zone's offset differs."""
    info = zoneinfo.ZoneInfo(zone)
    days = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(366)]
    offsets = [day.astimezone(info).utcoffset() for day in days]
    return [days[i] for i in range(365) if offsets[i] != offsets[i + 1]]


@st.composite
def places(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and a day worth looking at there: a clock change of that year, a year's end, or any day."""
    zone, year = draw(st.sampled_from(ZONES)), draw(st.integers(1990, 2100))
    year_end = datetime(year, 12, 30, tzinfo=UTC)
    any_day = datetime(year, 1, 5, tzinfo=UTC) + timedelta(days=draw(st.integers(0, 350)))
    return zone, draw(st.sampled_from([*changes(zone, year), *changes(zone, year), year_end, any_day]))


@st.composite
def weeks(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Office hours, unbroken stretches, night shifts, and shreds around the hours in which clocks change."""
    night = st.integers(0, 6).flatmap(
        lambda day: st.tuples(st.integers(0, 300), st.integers(1, 200)).map(
            lambda at: (day * 1440 + at[0], day * 1440 + at[0] + at[1])
        )
    )
    anything = st.tuples(st.integers(0, WEEK - 1), st.integers(1, WEEK)).map(lambda at: (at[0], at[0] + at[1]))
    office = [(day * 1440 + 540, day * 1440 + 1020) for day in range(5)]
    usual = st.sampled_from([office, [(360, 4 * 1440 + 1080)], [(0, 5 * 1440)], [(6 * 1440 + 120, WEEK + 180)]])
    return tuple(draw(st.one_of(usual, st.lists(st.one_of(night, anything), min_size=1, max_size=6))))


def cuts(day: date) -> st.SearchStrategy[dict[date, tuple[int, int]]]:
    near = st.integers(-2, 9).map(lambda ahead: day + timedelta(days=ahead))
    part = st.one_of(st.just((0, 1440)), st.just((720, 1440)), st.just((0, 150)), st.just((150, 165)))
    return st.dictionaries(near, part, max_size=4)


def calendar_of(zone: str, weekly: tuple[tuple[int, int], ...], closed: dict[date, tuple[int, int]]) -> Calendar:
    rules = [Named(f"closed {day}", parse_rule(day.isoformat()), closed=cut) for day, cut in closed.items()]
    return Calendar("sample", zone, weekly, tuple(rules))


def answered(question: Callable[[], Any]) -> Any:
    """The oracle's answer, where its window is long enough for one."""
    try:
        return question()
    except Exception as error:
        assume(type(error).__name__ != "TooShort")
        raise


@SAMPLE
@given(st.data(), places(), weeks())
def test_every_answer_is_that_of_the_minute_by_minute_oracle(
    oracle: Any, data: st.DataObject, place: tuple[str, datetime], weekly: tuple[tuple[int, int], ...]
) -> None:
    zone, day = place
    closed = data.draw(cuts(day.date()))
    calendar = calendar_of(zone, weekly, closed)
    naive = answered(lambda: oracle(zone, weekly, closed, day - timedelta(days=5), 20))
    opened = day - timedelta(days=2) + timedelta(minutes=data.draw(st.integers(0, 5 * 1440)))
    later = opened + timedelta(minutes=data.draw(st.integers(0, 8 * 1440)))
    started = naive.minutes[answered(lambda: naive.next_open(naive.minutes.index(opened)))]
    assert next_open(calendar, opened) == started
    assert is_open(calendar, opened) == (started == opened)
    assert open_between(calendar, opened, later) == naive.count(opened, later)
    minutes = data.draw(st.integers(1, 4000))
    span = elapsed(timedelta(minutes=minutes))
    due = answered(lambda: naive.add_minutes(opened, minutes))
    assert add(calendar, opened, span) == due
    told = explain(calendar, opened, span)
    assert told.due == due
    assert told.started == started
    if not told.left_out:
        assert sum((each.counted for each in told.stretches), timedelta(0)) == span.amount


@SAMPLE
@given(st.data(), places(), weeks())
def test_business_days_are_those_of_the_minute_by_minute_oracle(
    oracle: Any, data: st.DataObject, place: tuple[str, datetime], weekly: tuple[tuple[int, int], ...]
) -> None:
    zone, day = place
    closed = data.draw(cuts(day.date()))
    calendar = calendar_of(zone, weekly, closed)
    naive = answered(lambda: oracle(zone, weekly, closed, day - timedelta(days=5), 20))
    opened = day - timedelta(days=2) + timedelta(minutes=data.draw(st.integers(0, 5 * 1440)))
    count = data.draw(st.integers(1, 7))
    due = answered(lambda: naive.add_days(opened, count))
    assert add(calendar, opened, business_days(count)) == due
    told = explain(calendar, opened, business_days(count))
    assert (told.due, len(told.days)) == (due, count)


@settings(max_examples=200)
@given(
    st.sampled_from(ZONES),
    st.integers(631152000, 4102444800),
    st.sampled_from(ZONES),
    weeks(),
    st.integers(1, 30 * 6 * 10**7),
)
def test_the_due_time_is_the_earliest_at_which_the_open_time_adds_up(
    zone: str, seconds: int, seen_from: str, weekly: tuple[tuple[int, int], ...], share: int
) -> None:
    calendar = Calendar("sample", zone, weekly)
    opened = datetime.fromtimestamp(seconds, zoneinfo.ZoneInfo(seen_from))
    length = timedelta(microseconds=share * sum(end - start for start, end in weekly))
    due = add(calendar, opened, elapsed(length))
    assert open_between(calendar, opened, due) == length
    assert open_between(calendar, opened, due - timedelta(microseconds=1)) == length - timedelta(microseconds=1)
    assert add(calendar, opened, elapsed(length + timedelta(microseconds=1))) > due
