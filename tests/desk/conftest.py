"""A desk for each test of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from house import Home, home


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        yield made
