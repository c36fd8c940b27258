"""A PostgreSQL for the tests of this folder: one server for a module, and a fresh database for each test."""

from collections.abc import Iterator
from pathlib import Path

import database
import pytest
from postgres import Postgres, postgres

from intake.store.engine import Databases, open_databases
from intake.store.migrate import upgrade


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    if running := database.server():
        yield running
        return
    with postgres() as made:
        yield made


@pytest.fixture
def url(server: Postgres) -> str:
    return server.database()


@pytest.fixture
def databases(url: str, tmp_path: Path) -> Iterator[Databases]:
    made = open_databases(tmp_path, url)
    upgrade(made)
    yield made
    made.close()


@pytest.fixture
def other(url: str, databases: Databases, tmp_path: Path) -> Iterator[Databases]:
    """Another instance on the same database."""
    assert databases.shared
    made = open_databases(tmp_path, url)
    yield made
    made.close()
