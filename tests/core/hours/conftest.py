"""What tests of business time share."""

from datetime import UTC, datetime

import pytest
from oracle import Oracle


@pytest.fixture
def oracle() -> type[Oracle]:
    return Oracle


@pytest.fixture
def pacific_change() -> datetime:
    """The instant at which clocks went forward in Los Angeles in 2027."""
    return datetime(2027, 3, 14, 10, tzinfo=UTC)
