"""`intake check` runs the examples of policies, and warns of what only time or customers bring."""

from pathlib import Path

from full import TEXT, full_home
from house import Home, home

from intake import tomlfile
from intake.app import checked_policies
from intake.app.check_policies import example_mistakes, warnings
from intake.config.sound import load_sound
from intake.desk.customers import read_customers
from intake.desk.policies import load_policies
from intake.store import people

EXAMPLES = """
[[examples]]
clause = "F-2"
says = "the customer's number is taken"
opened = 2026-11-23T10:00:00+01:00
text = "Severity: 2"
expect = { severity = 2, without_marks = ["triage"] }

[[examples]]
clause = "F-1"
says = "four business hours"
opened = 2026-11-23T10:00:00+01:00
text = "Severity: 2"

[examples.expect]
severity = 2
response = 2026-11-23T15:00:00+01:00
marks = ["triage"]
"""


def test_each_example_that_does_not_hold_is_named_with_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "full.toml"
    file.write_text(TEXT + EXAMPLES, encoding="utf-8")
    found = example_mistakes(load_policies([tmp_path], {}))
    lines = (TEXT + EXAMPLES).splitlines()
    assert [(each.file, each.key, lines[each.line - 1].split(" ")[0]) for each in found] == [
        (str(file), "examples[2].expect.response", "response"),
        (str(file), "examples[2].expect.marks", "marks"),
    ]
    assert "2026-11-23T13:00:00+00:00, not 2026-11-23T14:00:00+00:00" in found[0].text
    assert found[0].text.startswith('"four business hours" (F-1): ')


def warned(desk: Home, year: int = 2026) -> list[tuple[str, str]]:
    """Keys and texts."""
    return [(each.key, each.text) for each in warnings(desk.config, checked_policies(desk.config), year)]


def test_a_customer_on_a_plan_that_should_name_its_hours_is_warned_of_until_it_does(tmp_path: Path) -> None:
    with full_home(tmp_path) as desk:
        ((key, text),) = warned(desk)
        assert (key, "Gold Mine" in text, "F-1" in text) == ("contract_hours[1]", True, True)
        for line in ('hours = { 1 = "24x7" }', 'targets.response = { 1 = "30 minutes, 24x7" }'):
            record = f'[[customer]]\nname = "Gold Mine"\npolicy = "full"\nplan = "gold"\n{line}\n'
            found = read_customers(tomlfile.parse(record, "x"), desk.house.policies, desk.config.settings)
            with desk.databases.desk.begin() as connection:
                people.save(connection, found)
            assert warned(desk) == []


def test_a_year_of_which_no_holidays_are_known_is_warned_of(tmp_path: Path) -> None:
    with full_home(tmp_path) as desk:
        keys = {key for key, _ in warned(desk, year=1850)}
    assert "calendars.business.holidays" in keys


def test_a_route_without_a_telephone_under_a_policy_that_asks_customers_to_call_is_warned_of(tmp_path: Path) -> None:
    more = '[[route]]\naddress = "hotline@support.example"\npolicy = "zimbra"\n'
    with home(tmp_path, more=more) as desk:
        found = [each for each in warnings(desk.config, checked_policies(desk.config), 2026) if "call" in each.text]
        addresses = [route.address for route in desk.config.settings.route]
    (warning,) = found
    number = addresses.index("hotline@support.example") + 1
    assert (warning.file, warning.key) == (str(tmp_path / "config.toml"), f"route[{number}].phone")
    lines = (tmp_path / "config.toml").read_text(encoding="utf-8").splitlines()
    assert lines[: warning.line].count("[[route]]") == number
    assert "zimbra asks customers to call (ZIM-5), and this route names no number" in warning.text


def test_without_a_store_no_customer_is_asked_for_and_none_is_made(tmp_path: Path) -> None:
    with full_home(tmp_path) as desk:
        elsewhere = desk.config.with_folder(tmp_path / "nowhere")
    assert not [each for each in warnings(elsewhere, checked_policies(elsewhere), 2026) if "Gold" in each.text]
    assert not (tmp_path / "nowhere").exists()


def test_a_secret_that_is_not_there_is_warned_of_where_it_is_named_and_none_that_nobody_named(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        '[store]\nurl = "env:NOT_THERE"\n[[mailbox]]\nname = "m"\nhost = "imap.example"\nuser = "u"\n'
        'password = "hush"\n[[route]]\naddress = "support@desk.example"\npolicy = "zoho"\n',
        encoding="utf-8",
    )
    settings, mistakes = load_sound(config)
    assert settings is not None
    assert [(each.line, each.key) for each in mistakes] == [(7, "mailbox[1].password")]
    found = [each for each in warnings(settings, checked_policies(settings), 2026) if "secret" in each.text]
    assert [(each.line, each.key) for each in found] == [(2, "store.url")]
