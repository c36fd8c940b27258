"""Real components that a test needs: absent on a developer's machine it is skipped, in CI that is a failure."""

import os
import shutil
from pathlib import Path

import pytest

ALSO_IN = ("/usr/sbin", "/sbin", "/usr/lib/postfix/sbin")


def require_real(name: str, path: str) -> str:
    """The full path of a program, by its name in PATH or its own path; `name` is what a person would install."""
    found = shutil.which(path) or shutil.which(path, path=os.pathsep.join(ALSO_IN))
    if found:
        return str(Path(found))
    missing = f"{name} is not installed ({path} not found)"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
