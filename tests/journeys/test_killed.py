"""kill -9 of whole programs at random moments while mail streams in: what got a 250 has its one outcome."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from kills import survive
from postgres import postgres
from soak import POSTGRES, SQLITE, page, read_page


def test_kills_while_mail_streams_in_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, mails=100, kills=20, seed=1)


@pytest.mark.long
def test_many_kills_while_mail_streams_in_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, mails=5_000, kills=200, seed=2)


@pytest.mark.long
@pytest.mark.real
def test_three_instances_of_which_any_may_die_lose_and_double_nothing(tmp_path: Path) -> None:
    with postgres() as server:
        survive(tmp_path, mails=600, kills=30, seed=3, url=server.database(), instances=3)


@pytest.mark.long
@pytest.mark.real
def test_threat_12_a_database_that_dies_under_load_loses_and_doubles_nothing(tmp_path: Path) -> None:
    with postgres() as server:

        def dies() -> None:
            server.stop()
            server.start()

        survive(tmp_path, mails=200, kills=10, seed=4, url=server.database(), also=[dies] * 4)


def test_the_soak_goes_on_from_the_counts_on_its_page() -> None:
    counts = {SQLITE: [2, 1_200, 120, 98_765, 0], POSTGRES: [1, 1_000, 100, 2_500, 7]}
    assert read_page(page(counts, datetime(2026, 11, 26, tzinfo=UTC))) == counts
    assert read_page("# An empty page") == {SQLITE: [0] * 5, POSTGRES: [0] * 5}
