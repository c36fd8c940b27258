"""Signing keys, and the versions of policies and templates that ever served."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from house import fresh_databases

from intake.store import keys
from intake.store.engine import Databases, reading

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path)
    yield made
    made.close()


def test_older_keys_stay_beside_new_ones(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        keys.add_signing_key(connection, "one", NOW)
        keys.add_signing_key(connection, "two", NOW)
        assert keys.signing_keys(connection) == {1: "one", 2: "two"}


def test_what_served_last_is_the_last_good_version_and_older_ones_stay(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        for minute, (version, text) in enumerate([("h1", "first"), ("h2", "second"), ("h1", "first")]):
            keys.remember(connection, "policy", "p", version, text, NOW + timedelta(minutes=minute))
        keys.remember(connection, "template", "p", "h9", "a template", NOW + timedelta(hours=1))
    with reading(databases.desk) as connection:
        assert keys.served(connection, "policy") == {"p": "first"}
        assert keys.version_text(connection, "policy", "p", "h2") == "second"
        assert keys.version_text(connection, "policy", "p", "h3") is None
