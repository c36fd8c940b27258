"""The policies that serve: files first, the last good version where one is broken, old versions for old cases."""

from datetime import timedelta
from pathlib import Path

import pytest
from house import NOW, Home, home, mail, opened

from intake.config import Config, load
from intake.core.case.act import Act
from intake.desk import act
from intake.desk.policies import load_policies
from intake.errors import IntakeError
from intake.shipped import shipped

SHIPPED = shipped("policies") / "open-xchange.toml"
TEXT = SHIPPED.read_text(encoding="utf-8")


def with_own_policy(folder: Path, text: str) -> Config:
    """A configuration whose own folder of policies holds this text."""
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / "open-xchange.toml").write_text(text, encoding="utf-8")
    config = folder / "config.toml"
    config.write_text(config.read_text().replace('# policies = "policies"', 'policies = "policies"'))
    return load(config)


def test_a_file_serves_before_the_shipped_one(tmp_path: Path) -> None:
    (tmp_path / "open-xchange.toml").write_text(TEXT.replace("Open-Xchange Support", "Our Support"))
    policies = load_policies([tmp_path, SHIPPED.parent], {})
    assert policies.get("open-xchange").file.title == "Our Support"
    assert policies.mistakes == []


def test_a_broken_file_leaves_its_last_good_version_in_use_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "open-xchange.toml").write_text(TEXT.replace('prefix = "OX"', "prefix = OX"))
    policies = load_policies([tmp_path], {"open-xchange": TEXT.replace("Open-Xchange Support", "The Last Good")})
    assert policies.get("open-xchange").file.title == "The Last Good"
    assert [Path(each.file).name for each in policies.mistakes] == ["open-xchange.toml"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "open-xchange.toml").write_bytes(b"\xff\xfe\x00")
    assert load_policies([tmp_path], {}).mistakes


def test_a_policy_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(IntakeError, match='"nope"; known are open-xchange'):
        load_policies([SHIPPED.parent], {}).get("nope")


def test_a_policy_whose_file_is_broken_from_the_first_is_named_with_its_mistakes(tmp_path: Path) -> None:
    (tmp_path / "open-xchange.toml").write_text(TEXT.replace('prefix = "OX"', "prefix = OX"))
    policies = load_policies([tmp_path], {})
    with pytest.raises(IntakeError, match=r"open-xchange\.toml:\d+: "):
        policies.get("open-xchange")


def test_a_case_stays_under_the_version_it_was_opened_under(desk: Home, tmp_path: Path) -> None:
    desk.take(mail())
    before = desk.case()
    changed = TEXT.replace('due = "10 business days"', 'due = "1 business day"').replace(
        "within_days = 30", "within_days = 1"
    )
    assert changed != TEXT
    with opened(with_own_policy(tmp_path, changed), desk.databases) as later:
        act.perform(later.house, "OX-1001", Act("status", "closed", "ada@desk.example"), NOW)
        reply = mail("Again.\n", message_id="two@hosting.example", subject="Re:", In_Reply_To="<one@hosting.example>")
        later.take(mail("It is broken.\n", message_id="new@hosting.example", subject="New"), NOW + timedelta(hours=3))
        (fresh,) = [case for case in later.cases() if case.reference != before.reference]
        assert fresh.policy_version != before.policy_version
        with desk.databases.desk.connect() as connection:
            old = later.house.policy_of(connection, before)
        assert old.version == before.policy_version
        assert old.file.reopening.within_days == 30
        assert later.take(reply, NOW + timedelta(days=10))[0]["outcome"] in ("reply", "new_case")


def test_a_policy_broken_between_two_starts_stops_no_mail(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail())
        with opened(with_own_policy(tmp_path, "name = "), desk.databases) as later:
            assert later.house.policies.mistakes
            (outcome,) = later.take(mail("Two\n", message_id="two@hosting.example", subject="Two"))
            assert outcome["outcome"] == "new_case"
