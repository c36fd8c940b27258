"""A due time explained: stretches, days, and closed dates by name."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from intake.core.hours import (
    Closure,
    Country,
    Named,
    Reckoning,
    Stretch,
    add,
    business_days,
    calendar,
    elapsed,
    explain,
    parse_rule,
)

SWISS = ZoneInfo("Europe/Zurich")
ST_GALLEN = calendar("business", SWISS.key, "Mon-Fri 08:00-17:00", [Country("CH", "SG")])


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


def utc(day: int, hour: int, month: int = 11) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=UTC)


def test_the_stretches_that_counted_and_the_holiday_that_did_not_are_shown() -> None:
    told = explain(ST_GALLEN, datetime(2027, 10, 29, 16, tzinfo=SWISS), elapsed(hours(2)))
    assert told == Reckoning(
        started=utc(29, 14, 10),
        due=utc(2, 8),
        stretches=(Stretch(utc(29, 14, 10), utc(29, 15, 10), hours(1)), Stretch(utc(2, 7), utc(2, 8), hours(1))),
        skipped=(Closure(date(2027, 11, 1), "All Saints' Day"),),
    )


def test_business_days_show_the_dates_that_counted() -> None:
    told = explain(ST_GALLEN, datetime(2027, 10, 30, 12, tzinfo=SWISS), business_days(2))
    assert told.started == utc(2, 7)
    assert told.due == utc(4, 7)
    assert told.days == (date(2027, 11, 3), date(2027, 11, 4))
    assert [each.name for each in told.skipped] == ["All Saints' Day"]
    assert told.stretches == ()


def test_ordinary_weekends_and_holidays_on_them_are_not_named() -> None:
    told = explain(ST_GALLEN, datetime(2027, 7, 30, 16, tzinfo=SWISS), elapsed(hours(2)))
    assert date(2027, 8, 1) in [each.day for each in ST_GALLEN.closures(2027)]
    assert told.skipped == ()


def test_a_holiday_after_the_due_time_is_not_named() -> None:
    told = explain(ST_GALLEN, datetime(2027, 10, 29, 16, tzinfo=SWISS), elapsed(hours(1)))
    assert told.due == utc(29, 15, 10)
    assert told.skipped == ()


def test_a_half_day_is_named_once_its_closed_part_was_passed() -> None:
    half = Named("Knabenschiessen", parse_rule("2027-09-13"), closed=(12 * 60, 24 * 60))
    office = calendar("half", SWISS.key, "Mon-Fri 08:00-17:00", [half])
    monday = datetime(2027, 9, 13, 10, tzinfo=SWISS)
    assert explain(office, monday, elapsed(hours(2))).skipped == ()
    skipped = explain(office, monday, elapsed(hours(3))).skipped
    assert skipped == (Closure(date(2027, 9, 13), "Knabenschiessen", 720, 1440),)


def test_a_half_day_that_takes_no_open_time_is_not_named_even_where_a_clock_change_moves_its_end() -> None:
    zone = ZoneInfo("America/New_York")
    night = Named("Night", parse_rule("2027-03-14"), closed=(0, 150))
    sunday = calendar("sunday", zone.key, "Sun 03:00-08:00", [night])
    opened = datetime(2027, 3, 13, 12, tzinfo=zone)
    assert explain(sunday, opened, elapsed(hours(1))).skipped == ()


def test_an_unbroken_stretch_over_midnight_and_the_years_end_is_one() -> None:
    stretch = calendar("stretch", SWISS.key, "Mon 06:00 - Fri 18:00")
    opened = datetime(2026, 12, 30, 12, tzinfo=SWISS)
    told = explain(stretch, opened, elapsed(hours(36)))
    assert [each.counted for each in told.stretches] == [hours(36)]


def test_a_clock_that_never_stops_is_one_stretch() -> None:
    always = calendar("24x7", SWISS.key, "24x7")
    opened = datetime(2027, 1, 1, 12, tzinfo=UTC)
    told = explain(always, opened, elapsed(timedelta(days=2000)))
    assert told.stretches == (Stretch(opened, opened + timedelta(days=2000), timedelta(days=2000)),)


def test_long_reckonings_show_their_ends_and_how_many_lie_between() -> None:
    opened = datetime(2027, 1, 4, 12, tzinfo=SWISS)
    long = explain(ST_GALLEN, opened, elapsed(hours(9 * 500)))
    assert len(long.stretches) == 12
    assert long.left_out == 501 - 12
    assert long.stretches[-1].end == long.due == add(ST_GALLEN, opened, elapsed(hours(9 * 500)))
    days = explain(ST_GALLEN, opened, business_days(600))
    assert (len(days.days), days.left_out) == (12, 588)
    assert days.days[0] == date(2027, 1, 5)
    assert days.days[-1] == days.due.astimezone(SWISS).date()


def test_no_time_at_all_is_due_at_once() -> None:
    opened = datetime(2027, 1, 2, 12, tzinfo=SWISS)
    assert explain(ST_GALLEN, opened, elapsed(timedelta(0))) == Reckoning(opened, opened)
