"""The replay out of the store: what is stored gives the same figures, in one process and in several."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from full import FULL_ROUTE, TEXT, full_home
from house import NOW, Home, mail

from intake.app import database_url
from intake.core.case.act import Act
from intake.core.mail.message import Address
from intake.desk.act import open_by_hand, perform
from intake.desk.backtest import Job, backtest, result_json

CHANGED = TEXT.replace('1 = "30 minutes, 24x7", 2 = "2 business hours"', '1 = "2 hours, 24x7", 2 = "2 business hours"')


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[Home]:
    """Three cases of gold at Severity 1 by mail, one by phone; the first answered after an hour."""
    with full_home(tmp_path) as made:
        for number in (1, 2, 3):
            raw = mail("Severity: 1", sender="kim@gold.example", message_id=f"{number}@gold.example")
            made.take(raw, routes=(FULL_ROUTE,), envelope_from="kim@gold.example")
        open_by_hand(
            made.house, contact=Address("", "kim@gold.example"), subject="A call", text="Severity: 2", route=FULL_ROUTE,
            channel="phone", by="ada@desk.example", now=NOW,
        )  # fmt: skip
        perform(made.house, "FU-1001", Act("reply", "Done.", "ada@desk.example"), NOW + timedelta(hours=1))
        yield made


def job(desk: Home, changed: str) -> Job:
    return Job(desk.config.folder, database_url(desk.config), TEXT, changed, NOW + timedelta(days=9))


def test_the_same_policy_differs_in_nothing(stored: Home) -> None:
    found = result_json(backtest(job(stored, TEXT)))
    assert found["differences"] == []
    assert found["totals"]["missed"]["response"] == {"was": 4, "becomes": 4}
    assert (found["totals"]["cases"], found["totals"]["differing"]) == (4, 0)


def test_each_difference_is_told_with_both_values_and_clauses_and_added_up(stored: Home) -> None:
    before = stored.cases()
    found = result_json(backtest(job(stored, CHANGED)))
    first = [each for each in found["differences"] if each["case"] == "FU-1001"]
    assert first[0] == {
        "case": "FU-1001",
        "what": "response due",
        "zone": "Europe/Berlin",
        "was": {"value": "2026-11-23T09:30:00+00:00", "clause": "F-1"},
        "becomes": {"value": "2026-11-23T11:00:00+00:00", "clause": "F-1"},
    }
    assert first[1]["what"] == "response missed"
    totals = found["totals"]
    assert (totals["cases"], totals["differing"]) == (4, 3)
    assert totals["due"]["response"] == {"later": 3}
    assert totals["missed"]["response"] == {"was": 4, "becomes": 3}
    assert stored.cases() == before


def test_words_of_the_opening_message_are_judged_and_not_those_of_later_ones(stored: Home) -> None:
    rule = '[[severity_rules]]\nwhen = { words = ["a call"] }\nseverity = 1\nbecause = "x"\nclause = "F-3"\n\n'
    found = result_json(backtest(job(stored, TEXT.replace("[[severity_rules]]", rule + "[[severity_rules]]", 1))))
    assert [each["case"] for each in found["differences"] if each["what"] == "severity"] == ["FU-1004"]
    assert found["totals"]["severity"] == {"2 to 1": 1}


def test_several_processes_find_what_one_finds(stored: Home) -> None:
    alone = result_json(backtest(job(stored, CHANGED)))
    told: list[tuple[int, int]] = []
    assert result_json(backtest(job(stored, CHANGED), lambda done, whole: told.append((done, whole)), 1)) == alone
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
