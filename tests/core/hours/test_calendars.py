"""Calendars as values, and the version that tells when their answers may differ."""

import zoneinfo
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from intake.core.hours import Calendar, Country, Named, calendar, is_open, parse_rule
from intake.core.hours.calendars import version_of
from intake.core.hours.periods import Schedule

OFFICE = calendar("office", "Europe/Zurich", "Mon-Fri 08:00-17:00", [Country("CH", "SG")])


def test_equal_parts_make_equal_calendars() -> None:
    same = calendar("office", "Europe/Zurich", ["Mon-Fri 08:00-17:00"], [Country("CH", "SG")])
    assert same == OFFICE
    assert len({OFFICE, replace(OFFICE), replace(OFFICE, zone="Asia/Tokyo")}) == 2


def test_a_calendar_moves_to_another_zone_whole() -> None:
    tokyo = replace(OFFICE, zone="Asia/Tokyo")
    early = datetime(2027, 3, 1, 0, tzinfo=UTC)
    assert is_open(tokyo, early)
    assert not is_open(OFFICE, early)


def test_the_version_is_that_of_what_decides() -> None:
    assert OFFICE.version == replace(OFFICE, name="other").version
    changed = [
        replace(OFFICE, zone="Europe/Berlin"),
        replace(OFFICE, weekly=((480, 1021),)),
        replace(OFFICE, rules=(Country("CH", "ZH"),)),
        replace(OFFICE, rules=(*OFFICE.rules, Named("Once", parse_rule("2027-03-04")))),
        replace(OFFICE, rules=(*OFFICE.rules, Named("Half", parse_rule("2027-03-04"), closed=(720, 1440)))),
        replace(OFFICE, always=True),
    ]
    assert len({each.version for each in [OFFICE, *changed]}) == len(changed) + 1


def test_the_version_counts_holidays_as_they_fall_and_not_as_the_rule_is_put() -> None:
    one = replace(OFFICE, rules=(Named("Day", parse_rule("4 July")),))
    assert one.version == replace(OFFICE, rules=(Named("Day", parse_rule("3 July + 1 day")),)).version


def test_the_version_follows_the_offsets_of_the_zone_and_not_the_age_of_its_data() -> None:
    def with_data_of(zone: str) -> str:
        files = (Path(folder, zone) for folder in zoneinfo.TZPATH)
        with next(file for file in files if file.is_file()).open("rb") as data:
            return version_of(Schedule(zoneinfo.ZoneInfo.from_file(data, "Europe/Zurich"), OFFICE.weekly, OFFICE.rules))

    assert with_data_of("Europe/Zurich") == OFFICE.version
    assert with_data_of("Europe/Berlin") == OFFICE.version
    assert with_data_of("Europe/London") != OFFICE.version


def test_24x7_has_no_closed_dates() -> None:
    assert calendar("24x7", "Europe/Zurich", "24x7", [Country("CH", "SG")]).closures(2027) == ()
    assert len(OFFICE.closures(2027)) == 9


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "/etc/passwd", "America", "a\0b", "a\nb"])
def test_a_zone_that_does_not_exist_is_refused_in_one_line(zone: str) -> None:
    with pytest.raises(ValueError, match=r'^".*" is no IANA time zone; right would be "Europe/Berlin"'):
        Calendar("x", zone, ((0, 60),))


def test_a_calendar_without_open_hours_is_refused() -> None:
    with pytest.raises(ValueError, match="no open hours"):
        Calendar("x", "UTC", ())
