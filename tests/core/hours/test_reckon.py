"""The readings of time, one by one."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from intake.core.hours import (
    Calendar,
    Country,
    Named,
    add,
    add_local_days,
    business_days,
    calendar,
    elapsed,
    is_open,
    next_open,
    open_between,
    parse_rule,
    remaining,
)
from intake.core.hours.periods import BLOCKS_KEPT, block

PACIFIC, SWISS, NEW_YORK = ZoneInfo("America/Los_Angeles"), ZoneInfo("Europe/Zurich"), ZoneInfo("America/New_York")
STRETCH = calendar("stretch", PACIFIC.key, "Mon 06:00 - Fri 18:00")
OFFICE = calendar("office", NEW_YORK.key, "Mon-Fri 09:00-17:00")
ST_GALLEN = calendar("business", SWISS.key, "Mon-Fri 08:00-17:00", [Country("CH", "SG")])
ALWAYS = calendar("24x7", SWISS.key, "24x7", [Country("CH", "SG")])


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def test_work_that_fits_exactly_is_due_at_the_closing_instant() -> None:
    monday = datetime(2027, 3, 1, 13, tzinfo=NEW_YORK)
    assert add(OFFICE, monday, elapsed(hours(4))) == datetime(2027, 3, 1, 17, tzinfo=NEW_YORK)
    later = datetime(2027, 3, 2, 9, 0, 0, 1, tzinfo=NEW_YORK)
    assert add(OFFICE, monday, elapsed(hours(4) + timedelta(microseconds=1))) == later


def test_outside_the_hours_the_clock_starts_at_the_next_opening() -> None:
    saturday = datetime(2027, 3, 6, 11, tzinfo=NEW_YORK)
    assert add(OFFICE, saturday, elapsed(hours(2))) == datetime(2027, 3, 8, 11, tzinfo=NEW_YORK)


def test_an_unbroken_stretch_runs_through_the_nights_and_over_a_clock_change(pacific_change: datetime) -> None:
    friday = datetime(2027, 3, 12, 17, tzinfo=PACIFIC)
    assert friday < pacific_change
    assert add(STRETCH, friday, elapsed(hours(2))) == datetime(2027, 3, 15, 7, tzinfo=PACIFIC)
    tuesday = datetime(2027, 3, 16, 22, tzinfo=PACIFIC)
    assert add(STRETCH, tuesday, elapsed(hours(24))) == datetime(2027, 3, 17, 22, tzinfo=PACIFIC)
    week = open_between(STRETCH, friday - timedelta(days=1), friday + timedelta(days=6))
    assert week == hours(108)


def test_a_stretch_over_the_lost_hour_counts_elapsed_time_and_not_the_wall_clock() -> None:
    weekend = calendar("weekend", PACIFIC.key, "Sat 12:00 - Sun 12:00")
    saturday = datetime(2027, 3, 13, 12, tzinfo=PACIFIC)
    assert open_between(weekend, saturday, saturday + timedelta(days=2)) == hours(23)
    autumn = datetime(2027, 11, 6, 12, tzinfo=PACIFIC)
    assert open_between(weekend, autumn, autumn + timedelta(days=2)) == hours(25)
    assert add(weekend, saturday, elapsed(hours(15))) == datetime(2027, 3, 14, 4, tzinfo=PACIFIC)


def test_24x7_ignores_holidays_and_counts_every_hour() -> None:
    christmas = datetime(2026, 12, 24, 23, tzinfo=SWISS)
    assert add(ALWAYS, christmas, elapsed(hours(4))) == datetime(2026, 12, 25, 3, tzinfo=SWISS)
    assert add(ALWAYS, christmas, business_days(1)) == datetime(2026, 12, 25, 23, tzinfo=SWISS)
    assert is_open(ALWAYS, christmas)
    assert open_between(ALWAYS, christmas, christmas + timedelta(days=400)) == timedelta(days=400)


def test_a_week_written_out_whole_is_closed_by_holidays_all_the_same() -> None:
    week = calendar("whole", SWISS.key, "Mon 00:00 - Sun 24:00", [Country("CH", "SG")])
    christmas_eve = datetime(2026, 12, 24, 23, tzinfo=SWISS)
    assert add(week, christmas_eve, elapsed(hours(2))) == datetime(2026, 12, 27, 1, tzinfo=SWISS)


def test_24x5_is_open_from_monday_midnight_to_saturday_midnight() -> None:
    five = calendar("24x5", "Asia/Kolkata", "24x5")
    zone = ZoneInfo("Asia/Kolkata")
    assert next_open(five, datetime(2027, 5, 1, tzinfo=zone)) == datetime(2027, 5, 3, tzinfo=zone)
    assert add(five, datetime(2027, 4, 30, 23, tzinfo=zone), elapsed(hours(3))) == datetime(2027, 5, 3, 2, tzinfo=zone)


def test_holidays_of_st_gallen_close_their_dates() -> None:
    friday = datetime(2027, 10, 29, 16, tzinfo=SWISS)
    assert add(ST_GALLEN, friday, elapsed(hours(2))) == datetime(2027, 11, 2, 9, tzinfo=SWISS)
    assert not is_open(ST_GALLEN, datetime(2027, 11, 1, 10, tzinfo=SWISS))


def test_a_business_day_keeps_the_local_time_of_day_over_weekends_holidays_and_clock_changes() -> None:
    friday = datetime(2027, 10, 29, 16, tzinfo=SWISS)
    assert add(ST_GALLEN, friday, business_days(1)) == datetime(2027, 11, 2, 16, tzinfo=SWISS)
    assert add(ST_GALLEN, friday, business_days(3)) == datetime(2027, 11, 4, 16, tzinfo=SWISS)


def test_a_closing_instant_is_closed_when_a_count_of_days_starts_there() -> None:
    friday_close = datetime(2027, 3, 5, 17, tzinfo=NEW_YORK)
    assert not is_open(OFFICE, friday_close)
    assert add(OFFICE, friday_close, business_days(1)) == datetime(2027, 3, 9, 9, tzinfo=NEW_YORK)


def test_a_business_day_that_lands_in_closed_time_rolls_forward_to_the_next_opening() -> None:
    short = calendar("short Friday", NEW_YORK.key, ["Mon-Thu 09:00-17:00", "Fri 09:00-13:00"])
    thursday = datetime(2027, 3, 4, 15, tzinfo=NEW_YORK)
    assert add(short, thursday, business_days(1)) == datetime(2027, 3, 8, 9, tzinfo=NEW_YORK)
    assert add(short, datetime(2027, 3, 4, 13, tzinfo=NEW_YORK), business_days(1)) == datetime(
        2027, 3, 8, 9, tzinfo=NEW_YORK
    )
    assert add(STRETCH, datetime(2027, 3, 11, 20, tzinfo=PACIFIC), business_days(1)) == datetime(
        2027, 3, 15, 6, tzinfo=PACIFIC
    )


def test_a_local_date_that_is_open_only_in_part_counts_as_a_business_day() -> None:
    half = Named("Christmas Eve", parse_rule("24 December"), closed=(12 * 60, 24 * 60))
    office = calendar("half", SWISS.key, "Mon-Fri 08:00-17:00", [half])
    wednesday = datetime(2026, 12, 23, 10, tzinfo=SWISS)
    assert add(office, wednesday, business_days(1)) == datetime(2026, 12, 24, 10, tzinfo=SWISS)
    assert add(office, wednesday, elapsed(hours(12))) == datetime(2026, 12, 25, 9, tzinfo=SWISS)
    assert add(office, wednesday + hours(4), business_days(1)) == datetime(2026, 12, 25, 8, tzinfo=SWISS)


def test_a_skipped_local_time_moves_forward_by_the_gap() -> None:
    night = calendar("night", NEW_YORK.key, "Mon-Sun 00:00-08:00")
    saturday = datetime(2027, 3, 13, 2, 30, tzinfo=NEW_YORK)
    assert add(night, saturday, business_days(1)) == datetime(2027, 3, 14, 3, 30, tzinfo=NEW_YORK)
    assert add_local_days(NEW_YORK.key, saturday, 1) == datetime(2027, 3, 14, 3, 30, tzinfo=NEW_YORK)


def test_interval_bounds_in_the_skipped_hour_move_forward_by_the_gap() -> None:
    sunday = datetime(2027, 3, 14, tzinfo=NEW_YORK)
    lost = calendar("lost", NEW_YORK.key, "Sun 02:00-03:00")
    assert open_between(lost, sunday, sunday + timedelta(days=1)) == timedelta(0)
    assert next_open(lost, sunday) == datetime(2027, 3, 21, 2, tzinfo=NEW_YORK)
    moved = calendar("moved", NEW_YORK.key, "Sun 02:00-02:30")
    assert next_open(moved, sunday) == datetime(2027, 3, 14, 3, tzinfo=NEW_YORK)
    assert open_between(moved, sunday, sunday + timedelta(days=1)) == hours(0.5)


def test_a_local_time_that_occurs_twice_means_its_first_occurrence() -> None:
    night = calendar("night", NEW_YORK.key, "Mon-Sun 00:00-08:00")
    saturday = datetime(2027, 11, 6, 1, 30, tzinfo=NEW_YORK)
    assert add(night, saturday, business_days(1)) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert add_local_days(NEW_YORK.key, saturday, 1) == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    once = calendar("once", NEW_YORK.key, "Sun 01:00-01:30")
    assert next_open(once, datetime(2027, 11, 7, tzinfo=NEW_YORK)) == datetime(2027, 11, 7, 5, tzinfo=UTC)
    assert not is_open(once, datetime(2027, 11, 7, 6, 10, tzinfo=UTC))


def test_a_count_of_days_that_starts_in_a_second_occurrence_keeps_the_local_time() -> None:
    night = calendar("night", NEW_YORK.key, "Mon-Sun 00:00-08:00")
    second = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)
    assert add(night, second, business_days(1)) == datetime(2027, 11, 8, 1, 30, tzinfo=NEW_YORK)
    assert add_local_days(NEW_YORK.key, second, -1) == datetime(2027, 11, 6, 1, 30, tzinfo=NEW_YORK)
    both_sundays_early = add_local_days(NEW_YORK.key, second, 0)
    assert both_sundays_early == datetime(2027, 11, 7, 5, 30, tzinfo=UTC)


def test_a_count_of_days_from_one_second_occurrence_to_another_ends_in_the_first() -> None:
    nights = calendar("nights", NEW_YORK.key, "Mon-Sun 00:00-08:00")
    second = datetime(2027, 11, 7, 6, 30, tzinfo=UTC)
    assert add(nights, second, business_days(364)) == datetime(2028, 11, 5, 5, 30, tzinfo=UTC)


def test_a_date_that_a_zone_skips_whole_is_no_business_day() -> None:
    apia = ZoneInfo("Pacific/Apia")
    office = calendar("Samoa", apia.key, "Mon-Fri 09:00-17:00")
    thursday = datetime(2011, 12, 29, 10, tzinfo=apia)
    assert add(office, thursday, business_days(1)) == datetime(2012, 1, 2, 10, tzinfo=apia)
    assert add(office, thursday, elapsed(hours(8))) == datetime(2012, 1, 2, 10, tzinfo=apia)


def test_a_closed_date_ends_where_the_next_one_starts_also_when_midnight_is_skipped() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    week = calendar("week", zone.key, "Mon 00:00 - Sun 24:00", [Named("eve", parse_rule("2018-11-03"))])
    assert next_open(week, datetime(2018, 11, 3, 5, tzinfo=zone)) == datetime(2018, 11, 4, 1, tzinfo=zone)


def test_a_paused_clock_goes_on_with_the_open_time_that_was_left() -> None:
    due = add(OFFICE, datetime(2027, 3, 1, 9, tzinfo=NEW_YORK), business_days(1))
    paused, resumed = datetime(2027, 3, 1, 16, tzinfo=NEW_YORK), datetime(2027, 3, 4, 8, tzinfo=NEW_YORK)
    left = remaining(OFFICE, due, paused)
    assert left == elapsed(hours(1))
    assert add(OFFICE, resumed, left) == datetime(2027, 3, 4, 10, tzinfo=NEW_YORK)
    assert remaining(OFFICE, due, due + hours(1)) == elapsed(timedelta(0))
    assert add(OFFICE, resumed, elapsed(timedelta(0))) == resumed


def test_a_trial_of_sixty_local_days_ends_at_the_same_local_time() -> None:
    start = datetime(2027, 2, 1, 9, tzinfo=PACIFIC)
    end = add_local_days(PACIFIC.key, start, 60)
    assert end == datetime(2027, 4, 2, 9, tzinfo=PACIFIC)
    assert end.tzinfo is UTC
    with pytest.raises(ValueError, match="leave the years"):
        add_local_days(PACIFIC.key, start, 10**7)


def test_open_time_between_is_zero_where_nothing_lies_between() -> None:
    monday = datetime(2027, 3, 1, 13, tzinfo=NEW_YORK)
    assert open_between(OFFICE, monday, monday - hours(1)) == timedelta(0)
    assert open_between(OFFICE, monday, monday) == timedelta(0)


def test_all_that_comes_out_is_in_utc() -> None:
    opened = datetime(2027, 3, 1, 13, tzinfo=ZoneInfo("Asia/Tokyo"))
    for each in (OFFICE, ALWAYS):
        assert add(each, opened, elapsed(hours(1))).tzinfo is UTC
        assert add(each, opened, elapsed(timedelta(0))).tzinfo is UTC
        assert add(each, opened, business_days(1)).tzinfo is UTC
        assert next_open(each, opened).tzinfo is UTC


def test_a_naive_instant_is_refused_in_one_line() -> None:
    naive = datetime(2027, 3, 1, 13)  # noqa: DTZ001
    aware = naive.replace(tzinfo=UTC)
    questions: list[Callable[[Calendar], object]] = [
        lambda each: add(each, naive, elapsed(hours(1))),
        lambda each: add(each, naive, business_days(1)),
        lambda each: next_open(each, naive),
        lambda each: is_open(each, naive),
        lambda each: open_between(each, aware, naive),
        lambda each: add_local_days(each.zone, naive, 1),
    ]
    for each in (OFFICE, ALWAYS):
        for ask in questions:
            with pytest.raises(ValueError, match=r"^2027-03-01 13:00:00 carries no time zone; right would be .*00:00$"):
                ask(each)


def test_a_calendar_that_its_closures_close_for_good_is_refused_and_not_searched_for_ever() -> None:
    rules = [Named("Sunday", parse_rule(f"Easter {sign} {7 * week} days")) for sign in "+-" for week in range(43)]
    sundays = calendar("sundays", "UTC", "Sun 10:00-12:00", rules)
    opened = datetime(2027, 1, 1, tzinfo=UTC)
    questions: list[Callable[[], object]] = [
        lambda: add(sundays, opened, elapsed(hours(1))),
        lambda: add(sundays, opened, business_days(1)),
        lambda: next_open(sundays, opened),
    ]
    for ask in questions:
        with pytest.raises(ValueError, match=r'^calendar "sundays" has no open time for four years'):
            ask()


def test_a_span_beyond_all_bounds_is_refused_and_not_counted_out() -> None:
    opened = datetime(2027, 1, 1, tzinfo=UTC)
    for span in (elapsed(timedelta.max), business_days(10**9)):
        with pytest.raises(ValueError, match=r'^the span takes calendar "office" more than 170 years'):
            add(OFFICE, opened, span)
    with pytest.raises(ValueError, match="leaves the years"):
        add(ALWAYS, opened, elapsed(timedelta.max))
    with pytest.raises(ValueError, match="too far apart"):
        open_between(OFFICE, datetime(1800, 1, 1, tzinfo=UTC), opened)


@pytest.mark.parametrize("year", [2, 1582, 1883, 1990, 2100, 2500, 9997])
@pytest.mark.parametrize("each", [OFFICE, STRETCH, ST_GALLEN])
def test_instants_of_all_ages_are_counted(each: Calendar, year: int) -> None:
    opened = datetime(year, 12, 5, 13, tzinfo=UTC)
    assert open_between(each, opened, add(each, opened, elapsed(hours(100)))) == hours(100)


@pytest.mark.parametrize("year", [1, 9999])
def test_instants_at_the_end_of_all_years_are_refused_in_one_line(year: int) -> None:
    opened = datetime(year, 6, 5, 13, tzinfo=UTC)
    with pytest.raises(ValueError, match="leaves the years 2 to 9997"):
        add(OFFICE, opened, elapsed(hours(100)))


def test_the_years_1990_to_2100_are_covered_to_their_last_business_day() -> None:
    assert add(OFFICE, datetime(1990, 1, 1, tzinfo=UTC), elapsed(hours(1))).year == 1990
    assert add(OFFICE, datetime(2100, 12, 31, 21, tzinfo=UTC), elapsed(hours(2))) == datetime(
        2101, 1, 3, 15, tzinfo=UTC
    )


def test_threads_that_ask_at_once_get_the_same_answers() -> None:
    calendars = [Calendar("each", zone, ((540, 1020),)) for zone in ("Asia/Tokyo", "Europe/Paris", "Asia/Amman")] * 8
    opened = datetime(2031, 1, 1, tzinfo=UTC)
    expected = [add(each, opened, elapsed(hours(40))) for each in calendars]
    block.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda each: add(each, opened, elapsed(hours(40))), calendars)) == expected


def test_equal_calendars_share_their_tables_and_the_tables_are_bounded() -> None:
    one = calendar("one", "Europe/Paris", "Mon-Fri 09:00-17:00", [Country("FR")])
    other = calendar("other name", "Europe/Paris", "Mon-Fri 09:00-17:00", [Country("FR")])
    assert one.schedule is other.schedule
    assert block(one.schedule, 40) is block(other.schedule, 40)
    assert block.cache_info().maxsize == BLOCKS_KEPT


def test_coinciding_holidays_close_one_date_and_nothing_moves_further() -> None:
    rules = [
        Named("Christmas Eve", parse_rule("24 December"), nearest_weekday=True),
        Named("Christmas Day", parse_rule("25 December"), nearest_weekday=True),
        Named("Day after Christmas", parse_rule("26 December"), nearest_weekday=True),
        Named("New Year's Day", parse_rule("1 January"), nearest_weekday=True),
    ]
    stretch = calendar("stretch", PACIFIC.key, "Mon 06:00 - Fri 18:00", rules)
    thursday = datetime(2027, 12, 23, 23, tzinfo=PACIFIC)
    assert add(stretch, thursday, elapsed(hours(2))) == datetime(2027, 12, 28, 1, tzinfo=PACIFIC)
    assert is_open(stretch, datetime(2027, 12, 30, 12, tzinfo=PACIFIC))
    assert not is_open(stretch, datetime(2027, 12, 31, 12, tzinfo=PACIFIC))
    assert is_open(stretch, datetime(2028, 1, 3, 12, tzinfo=PACIFIC))
    assert [each.day for each in stretch.closures(2027)] == [
        date(2027, 1, 1),
        *(date(2027, 12, d) for d in (24, 27, 31)),
    ]
