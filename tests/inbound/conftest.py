"""What the tests of this folder share."""

from typing import Any

import pytest
from mailroom import certificate


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The settings that turn TLS on, with a certificate of this run."""
    return certificate(tmp_path_factory.mktemp("tls"))
