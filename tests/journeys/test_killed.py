"""kill -9 of the whole program at random moments while mail streams in: what got a 250 has its one outcome."""

from pathlib import Path

import pytest
from kills import survive
from postgres import postgres


def test_kills_while_mail_streams_in_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, mails=100, kills=20, seed=1)


@pytest.mark.long
def test_many_kills_while_mail_streams_in_lose_and_double_nothing(tmp_path: Path) -> None:
    survive(tmp_path, mails=500, kills=40, seed=2)


@pytest.mark.long
@pytest.mark.real
def test_kills_lose_and_double_nothing_on_postgresql(tmp_path: Path) -> None:
    with postgres() as server:
        survive(tmp_path, mails=200, kills=10, seed=3, url=server.database())
