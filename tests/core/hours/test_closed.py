"""Closed dates: rules of our own, and the holidays of countries."""

from datetime import date

import holidays
import pytest

from intake.core.hours import Closure, Country, Named, closures, easter, parse_rule


@pytest.mark.parametrize(
    ("sentence", "day"),
    [
        ("4 July", date(2027, 7, 4)),
        ("July 4", date(2027, 7, 4)),
        ("4. Jul", date(2027, 7, 4)),
        ("third Monday of February", date(2027, 2, 15)),
        ("last Monday of May", date(2027, 5, 31)),
        ("first Monday of September", date(2027, 9, 6)),
        ("fourth Thursday of November", date(2027, 11, 25)),
        ("fourth Thursday of November + 1 day", date(2027, 11, 26)),
        ("Fifth Monday in March", date(2027, 3, 29)),
        ("Easter", date(2027, 3, 28)),
        ("Easter - 2 days", date(2027, 3, 26)),
        ("easter sunday+39 days", date(2027, 5, 6)),
        ("2027-03-04", date(2027, 3, 4)),
        ("31 December + 1 day", date(2028, 1, 1)),
    ],
)
def test_a_rule_gives_its_date(sentence: str, day: date) -> None:
    assert parse_rule(sentence).on(2027) == day


@pytest.mark.parametrize("sentence", ["29 February", "fifth Monday of February", "2028-02-01"])
def test_a_rule_gives_none_in_a_year_without_such_a_date(sentence: str) -> None:
    assert parse_rule(sentence).on(2027) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "Christmas",
        "day after Easter",
        "Easter - days",
        "Easter - 400 days",
        "0 May",
        "31 April",
        "30 Foo",
        "4 July 2027",
        "sixth Monday of May",
        "first Mo of May",
        "first Monday of Ma",
        "2027-02-30",
        "2027-13-01",
        "0000-01-01",
    ],
)
def test_what_is_no_rule_is_refused_in_one_line_that_says_what_is_right(sentence: str) -> None:
    with pytest.raises(ValueError, match="right would be") as caught:
        parse_rule(sentence)
    assert f'"{sentence}"' in str(caught.value)
    assert "\n" not in str(caught.value)


def test_easter_falls_where_the_library_of_holidays_puts_it() -> None:
    for year in range(1991, 2100):
        good_friday = holidays.country_holidays("DE", years=year, language="en_US").get_named("Good Friday")
        assert (easter(year) - good_friday[0]).days == 2
    assert [easter(year) for year in (1818, 2038, 2285)] == [date(1818, 3, 22), date(2038, 4, 25), date(2285, 3, 22)]


def test_the_nearest_weekday_moves_saturday_back_and_sunday_on() -> None:
    rule = (Named("Independence Day", parse_rule("4 July"), nearest_weekday=True),)
    assert [closures(rule, year)[0].day for year in (2025, 2026, 2027)] == [
        date(2025, 7, 4),
        date(2026, 7, 3),
        date(2027, 7, 5),
    ]


def test_the_first_of_january_may_close_a_date_of_the_year_before() -> None:
    rule = (Named("New Year's Day", parse_rule("1 January"), nearest_weekday=True),)
    assert [each.day for each in closures(rule, 2027)] == [date(2027, 1, 1), date(2027, 12, 31)]
    assert closures(rule, 2028) == ()


def test_holidays_that_coincide_close_one_date_with_all_their_names() -> None:
    rules = tuple(
        Named(name, parse_rule(rule), nearest_weekday=True)
        for name, rule in (("Christmas Eve", "24 December"), ("Christmas Day", "25 December"), ("Also", "26 December"))
    )
    assert closures(rules, 2027) == (
        Closure(date(2027, 12, 24), "Christmas Eve, Christmas Day"),
        Closure(date(2027, 12, 27), "Also"),
    )


def test_a_whole_closed_day_swallows_a_half_day_and_equal_names_stand_once() -> None:
    eve, rule = "Christmas Eve", parse_rule("24 December")
    half, whole, twice = Named(eve, rule, closed=(720, 1440)), Named("Inventory", rule), Named(eve, rule)
    assert closures((half,), 2027) == (Closure(date(2027, 12, 24), eve, 720, 1440),)
    assert closures((half, whole, twice), 2027) == (Closure(date(2027, 12, 24), "Christmas Eve, Inventory"),)


def test_a_half_day_must_close_some_part_of_a_day() -> None:
    for closed in ((0, 0), (720, 600), (-1, 5), (0, 1441)):
        with pytest.raises(ValueError, match=r'^"Eve" closes no part of a day'):
            Named("Eve", parse_rule("24 December"), closed=closed)


def test_st_gallen_has_all_saints_and_zurich_has_not() -> None:
    def names(subdivision: str) -> dict[date, str]:
        return {each.day: each.name for each in closures((Country("CH", subdivision),), 2027)}

    assert names("SG")[date(2027, 11, 1)] == "All Saints' Day"
    assert date(2027, 11, 1) not in names("ZH")


def test_names_never_follow_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "fr")
    for language, name in (("en_US", "Good Friday"), ("de", "Karfreitag"), ("tlh", "Karfreitag")):
        found = Country("CH", "SG", language).closures(2027)
        assert name in [each.name for each in found if each.day == date(2027, 3, 26)]


def test_days_in_lieu_are_closed() -> None:
    observed = {each.day for each in closures((Country("US"),), 2027)}
    assert {date(2027, 7, 5), date(2027, 12, 24), date(2027, 12, 31)} <= observed


@pytest.mark.parametrize(
    ("country", "subdivision"), [("XX", None), ("ch", None), ("CH", "ZZ"), ("os", None), ("", None)]
)
def test_an_unknown_country_is_refused_in_one_line(country: str, subdivision: str | None) -> None:
    with pytest.raises(ValueError, match=r'not (available|have).* right would be ISO codes such as country = "CH"'):
        Country(country, subdivision)


def test_years_that_the_library_does_not_cover_have_no_holidays_and_no_warnings() -> None:
    for country in ("IN", "CN", "CH", "US"):
        for year in (1, 2, 1500, 1999, 2100, 2200, 9998, 9999):
            closures((Country(country),), year)
    assert closures((Country("CH", "SG"),), 2200) == ()


def test_years_whose_holidays_are_not_all_known_are_told_to_a_person() -> None:
    assert Country("CH", "SG").doubts(2027) == ()
    assert Country("CH", "SG").doubts(2200) == ("CH-SG, 2200: no holidays known",)
    (told,) = Country("IN").doubts(2050)
    assert told.startswith("IN, 2050: Requested Holidays are available only")
