"""Policy files: every mistake at once with its place, nothing but Mistakes from anything, and what a version names."""

import random
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.hours import Country
from intake.core.policy.policy import Policy, load_policy
from intake.errors import Mistake, Mistakes

SHIPPED = (Path(__file__).parents[3] / "policies" / "open-xchange.toml").read_text(encoding="utf-8")
LINES = SHIPPED.splitlines()


def _mistakes(text: str) -> dict[str, str]:
    with pytest.raises(Mistakes) as caught:
        load_policy(text, "house.toml")
    return {mistake.key: str(mistake) for mistake in caught.value.mistakes}


def _line(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("hours = [", "houres = [", "calendars.business.houres", 'no such key; did you mean "hours"?'),
        ('{ country = "DE" }', '{ contry = "DE" }', "calendars.business.holidays[1].contry", 'did you mean "country"?'),
        ('rule = "24 November"', 'roule = "24 November"', "calendars.local.holidays[1].roule", 'did you mean "rule"?'),
        ('country = "DE"', 'country = "XQ"', "calendars.business", "XQ"),
        ("prefix =", "prefx =", "prefx", 'did you mean "prefix"?'),
        ("\nprefix = ", "\n# ", "prefix", "is needed here and missing"),
        ('calendar = "business"', 'calendar = "busines"', "calendar", 'did you mean "business"?'),
        ('fallback_plan = "basic"', 'fallback_plan = "basik"', "fallback_plan", 'did you mean "basic"?'),
        ('plans = ["gold"]', 'plans = ["golden"]', "targets[2].plans[1]", 'did you mean "gold"?'),
        ('plans = ["basic"] }', 'plans = ["basicc"] }', "severity_rules[1].when.plans[1]", 'did you mean "basic"?'),
        ("hours, local", "hours, locale", "targets[2].severity.2", 'did you mean "local"?'),
        ('"1 hour, 24x7"', '"1 our"', "targets[1].severity.1", '"1 our" is no target; right would be'),
        ("{ 1 = ", "{ 7 = ", "targets[1].severity.7", 'no severity is named "7"; known are 1, 2, 3, 4'),
        ("severity = 4\n", "severity = 9\n", "severity_rules[1].severity", 'no severity is named "9"'),
        ('severity = "given"', 'severity = "wish"', "severity_rules[3].severity", '"given" or "example"'),
        ("severity = 3\nmarks", 'severity = "given"\nmarks', "severity_rules[4].severity", "must apply always"),
        ("severity = 3\nmarks", "when = {}\nseverity = 3\nmarks", "severity_rules[4].when", "must apply always"),
        ('role = "manager"\nclause = "house"', 'role = "manager"\nclause = "H-9"', "ladder[2].clause", '"H-9"'),
        ('after = "1 hour"', 'after = "best effort"', "ladder[1].after", "must be a time such as"),
        ('"4 hours, 24x7"', '"4 hours, 24x8"', "ladder[2].after", 'did you mean "24x7"?'),
        ("within_days = 30", "within_days = true", "reopening.within_days", "must be a number"),
        ("within_days = 30", "within_days = 99999999", "reopening.within_days", "or less"),
        ("percent = 75", "percent = 100", "chasing.remind_at_percent", "must be 99 or less"),
        ('kind = "block"', 'kind = "blok"', "fields[3].kind", "'block'"),
        ('kind = "choice"', 'kind = "line"', "fields[2]", "takes no list `allowed`"),
        ('key = "steps"', 'key = "system"', "fields[3].key", "'system' stands twice"),
        ("level = 2\n", "level = 1\n", "severities[2].level", "1 stands twice"),
        ('languages = ["en", "de"]', 'languages = ["en", "xx"]', "languages[2]", 'such as "en" or "de"'),
        ('zone = "Europe/Berlin"\ncalendar', 'zone = "customer"\ncalendar', "zone", "must be a real one"),
        ('zone = "Europe/Berlin"\nholidays', 'zone = "Europe/Berlim"\nholidays', "calendars.business.zone", "Berlim"),
        ('"Mon-Fri 09:00-17:00"', '"Mon-Fry 09:00-17:00"', "calendars.business.hours", "Mon-Fry"),
        ('rule = "24 November"', 'rule = "24 Brumaire"', "calendars.local.holidays[1].rule", "24 Brumaire"),
    ],
)
def test_a_mistake_has_file_line_key_and_what_would_be_right(
    house_text: str, old: str, new: str, key: str, said: str
) -> None:
    assert old in house_text
    text = house_text.replace(old, new, 1)
    found = _mistakes(text)
    assert key in found
    assert said in found[key]
    assert found[key].startswith("house.toml:")
    line = re.match(r"house\.toml:(\d+): ", found[key])
    if "missing" not in said:
        assert line, "the place has a line"


def test_the_line_is_the_one_that_the_mistake_stands_in(house_text: str) -> None:
    text = house_text.replace('after = "4 hours, 24x7"', 'after = "4 ours"')
    assert _mistakes(text)["ladder[2].after"].startswith(f"house.toml:{_line(text, '4 ours')}: ")


def test_mistakes_of_every_kind_are_named_at_once_in_the_order_of_their_lines(house_text: str) -> None:
    text = house_text
    for old, new in (
        ("title = ", "titel = "),
        ('calendar = "business"', 'calendar = "busines"'),
        ('clause = "H-4"', 'clause = "H-40"'),
        ('after = "1 hour"', "after = 1"),
        ('key = "steps"', 'key = "system"'),
    ):
        text = text.replace(old, new, 1)
    with pytest.raises(Mistakes) as caught:
        load_policy(text, "house.toml")
    keys = {mistake.key for mistake in caught.value.mistakes}
    assert keys >= {"titel", "calendar", "targets[2].clause", "ladder[1].after", "fields[3].key"}
    lines = [mistake.line for mistake in caught.value.mistakes]
    assert lines == sorted(lines)


def test_a_table_that_is_wrong_as_a_whole_does_not_make_each_use_of_its_names_a_mistake(house_text: str) -> None:
    without = re.sub(r"\[clauses\]\n(?:H.*\n)+", "", house_text)
    assert list(_mistakes(without)) == ["clauses"]


@pytest.mark.parametrize(
    "text",
    ["", "\x00", "= =", "[[[[", "a = " + "[" * 5000 + "]" * 5000, "a = " + "9" * 5000, 'x = "', "name = 1\nname = 2"]
    + [f"{key} = {value}" for key in tomllib.loads(SHIPPED) for value in ("1", '"x"', "[1]", "{}", "[{}]", "nan")],
)
def test_odd_files_give_mistakes_and_nothing_else(text: str) -> None:
    with pytest.raises(Mistakes):
        load_policy(text, "odd.toml")


def test_a_file_of_a_megabyte_is_read(house_text: str) -> None:
    assert load_policy(house_text + "# comment\n" * 100_000, "house.toml").name == "house"


def test_a_byte_order_mark_does_no_harm(house_text: str) -> None:
    assert load_policy("\ufeff" + house_text, "house.toml").name == "house"


@given(seed=st.integers(0, 2**32), changes=st.integers(1, 6))
def test_the_shipped_file_with_lines_dropped_renamed_and_swapped_loads_or_says_what_is_wrong(
    seed: int, changes: int
) -> None:
    choice = random.Random(seed)
    lines = list(LINES)
    for _ in range(changes):
        at = choice.randrange(len(lines))
        key, equals, value = lines[at].partition(" = ")
        other = choice.choice(LINES).partition(" = ")[2] or "7"
        lines[at] = choice.choice(["", f"{key}x{equals}{value}", f"{key}{equals}{other}", value, f"{key} = -1", "[x]"])
    policy, mistakes = _try("\n".join(lines))
    assert policy or mistakes
    assert all(0 <= mistake.line <= len(lines) and mistake.text for mistake in mistakes)


def _try(text: str) -> tuple[Policy | None, list[Mistake]]:
    try:
        return load_policy(text, "mutated.toml"), []
    except Mistakes as error:
        return None, error.mistakes


def test_the_version_changes_with_the_text_and_with_the_calendars(policy: Policy, house_text: str) -> None:
    assert load_policy(house_text, "elsewhere.toml").version == policy.version
    assert load_policy(house_text + "\n# a word\n", "house.toml").version != policy.version
    moved = replace(policy.calendars["business"], rules=(Country("DE", "BY"),))
    assert replace(policy, calendars={**policy.calendars, "business": moved}).version != policy.version


def test_a_calendar_of_the_customers_counts_in_the_customers_zone_and_the_others_in_their_own(policy: Policy) -> None:
    assert policy.calendar("local", "Asia/Tokyo").zone == "Asia/Tokyo"
    assert policy.calendar("24x5", "Asia/Tokyo").zone == "Asia/Tokyo"
    assert policy.calendar("business", "Asia/Tokyo").zone == "Europe/Berlin"
    assert policy.calendar(None, "Asia/Tokyo").name == "business"


def test_roles_are_all_that_the_policy_tells_of_something(policy: Policy) -> None:
    assert policy.roles == {"triage", "lead", "manager"}


def test_a_label_of_a_field_that_is_no_more_is_its_key(policy: Policy) -> None:
    assert policy.label("system") == "System"
    assert policy.label("gone") == "gone"
