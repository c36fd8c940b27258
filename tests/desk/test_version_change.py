"""Open cases move to another version of their policy only when somebody says so, and after a look."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from full import FULL_ROUTE, TEXT, full_home
from house import NOW, Home, mail, opened

from intake.core.case.act import Act
from intake.core.policy.policy import load_policy
from intake.desk.act import perform
from intake.desk.version_change import apply, previewed

ADA = "ada@desk.example"
CHANGED = TEXT.replace('1 = "30 minutes, 24x7", 2 = "2 business hours"', '1 = "2 hours, 24x7", 2 = "3 business hours"')
NEW = load_policy(CHANGED, "changed").version
SOON = NOW + timedelta(minutes=10)
EXAMPLES = '[[severity_rules]]\nwhen = { words = ["how do I"] }\nseverity = 2\nbecause = "x"\nclause = "F-4"\n\n'


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    """Gold's cases under the first version: FU-1001 at Severity 1, FU-1002 at 2, FU-1003 closed."""
    with full_home(tmp_path) as made:
        for number, level in enumerate((1, 2, 2)):
            take(made, f"Severity: {level}", number)
        perform(made.house, "FU-1003", Act("status", "closed", ADA), NOW)
        yield made


def take(desk: Home, text: str, number: int) -> None:
    raw = mail(text, sender="kim@gold.example", message_id=f"{number}@gold.example")
    desk.take(raw, routes=(FULL_ROUTE,), envelope_from="kim@gold.example")


@contextmanager
def changed(desk: Home, text: str = CHANGED) -> Iterator[Home]:
    """The desk after its next start, with another text of the policy."""
    (desk.config.policies / "full.toml").write_text(text, encoding="utf-8")
    with opened(desk.config, desk.databases) as made:
        yield made


def test_a_new_version_alone_moves_no_case(desk: Home) -> None:
    with changed(desk) as after:
        after.tick(SOON)
        perform(after.house, "FU-1001", Act("note", "Rang.", ADA), SOON)
        assert NEW not in {case.policy_version for case in after.cases()}


def test_the_preview_tells_old_and_new_and_writes_nothing(desk: Home) -> None:
    before = desk.cases()
    with changed(desk) as after:
        shown = [move.json() for move in previewed(after.house, "full", SOON, ADA)]
    assert [each["case"] for each in shown] == ["FU-1001", "FU-1002"]
    assert shown[0]["severity"] == {"was": 1, "becomes": 1}
    assert shown[0]["policy_version"]["becomes"] == NEW
    response = shown[0]["clocks"][0]
    assert (response["kind"], response["was"], response["becomes"]) == (
        "response", "2026-11-23T09:30:00+00:00", "2026-11-23T11:00:00+00:00"
    )  # fmt: skip
    assert "2 hours, 24x7" in response["because"][0]["text"]
    assert desk.cases() == before


def test_applying_recounts_open_clocks_from_their_starts_and_leaves_closed_cases_alone(desk: Home) -> None:
    with changed(desk) as after:
        assert len(apply(after.house, "full", SOON, ADA)) == 2
        first, _, closed = after.cases()
        assert (first.policy_version, closed.policy_version == NEW) == (NEW, False)
        response = first.running("response")
        assert response is not None
        assert (response.started_at, response.due_at) == (NOW, NOW + timedelta(hours=2))
        assert response.steps[0].at == NOW + timedelta(minutes=90)
        entry = after.shown("FU-1001")["history"][-1]
        assert (entry["event"], entry["actor"]) == ("policy-version", ADA)
        assert f"becomes {NEW}" in entry["text"]
        assert "due Mon 23 Nov 2026 10:30 CET (30 minutes, 24x7) becomes due Mon 23 Nov 2026 12:00 CET" in entry["text"]
        assert apply(after.house, "full", SOON, ADA) == []


def test_a_target_missed_stays_missed(desk: Home) -> None:
    with changed(desk) as after:
        apply(after.house, "full", NOW + timedelta(hours=1), ADA)
        response = after.case("FU-1001").running("response")
        assert response is not None
        assert response.missed_at == NOW + timedelta(minutes=30)


def test_a_severity_of_the_rules_is_judged_anew_and_one_of_a_person_stays(desk: Home) -> None:
    for number in (4, 5):
        take(desk, f"how do I do this, {number}?", number)
    perform(desk.house, "FU-1005", Act("severity", "1", ADA), NOW)
    with changed(desk, TEXT.replace("[[severity_rules]]", EXAMPLES + "[[severity_rules]]", 1)) as after:
        apply(after.house, "full", SOON, ADA)
        by_rule, by_person = after.case("FU-1004"), after.case("FU-1005")
    assert (by_rule.severity, by_rule.because[0].clause) == (2, "F-4")
    assert by_person.severity == 1


def test_a_severity_that_the_new_version_lacks_is_judged_anew(desk: Home) -> None:
    perform(desk.house, "FU-1002", Act("severity", "1", ADA), NOW)
    fewer = TEXT.replace("level = 1\n", "level = 4\n").replace("{ 1 = ", "{ 4 = ").replace('value = "1"', 'value = "4"')
    with changed(desk, fewer) as after:
        apply(after.house, "full", SOON, ADA)
        assert after.case("FU-1002").severity == 2
