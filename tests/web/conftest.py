"""A desk with its console: one for a whole module, whose tests use addresses of their own, or a fresh one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from console import Desk, desk


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk with its console, for all tests of the module."""
    with desk(tmp_path_factory.mktemp("desk")) as made:
        yield made


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own, in which nobody has signed in yet."""
    with desk(tmp_path) as made:
        yield made
