"""A case as a value."""

from collections.abc import Callable
from dataclasses import replace

from intake.core.case.case import Case

Opened = Callable[..., Case]


def test_a_clock_takes_the_place_of_the_one_with_its_number_or_is_added(opened: Opened) -> None:
    case = opened("")
    paused = replace(case.clocks[0], state="paused")
    assert case.with_clock(paused).clocks == (paused, case.clocks[1])
    added = replace(paused, number=case.next_clock)
    assert case.with_clock(added).clocks == (*case.clocks, added)
    assert case.next_clock == 3


def test_the_latest_clock_of_a_kind_is_the_one_that_started_last(opened: Opened) -> None:
    case = opened("")
    again = replace(case.clocks[0], number=3)
    assert case.with_clock(again).latest("response") == again
    assert case.latest("update") is None


def test_a_clock_asks_next_at_its_first_step_while_it_runs(opened: Opened) -> None:
    clock = opened("").clocks[0]
    assert clock.next_at == clock.steps[0].at
    assert replace(clock, state="paused").next_at is None
