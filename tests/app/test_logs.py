"""What log lines say."""

import sqlite3
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from intake.app.logs import to_standard_error


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def full() -> OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("INSERT", {}, error)


def test_a_database_that_is_full_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    to_standard_error()
    log = structlog.get_logger()
    try:
        raise full()
    except OperationalError:
        log.exception("will be tried again", part="pulse")
    log.error("will be tried again", exc_info=full())
    first, second = capsys.readouterr().err.splitlines()
    for line in (first, second):
        assert "will be tried again" in line
        assert "the database: database or disk is full" in line


def test_a_mistake_of_ours_is_told_with_its_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    to_standard_error()
    try:
        raise LookupError("no such thing")
    except LookupError:
        structlog.get_logger().exception("will be tried again", part="chase")
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "LookupError: no such thing" in shown
