"""What all tests share: the database that they run on, and no deadlines for generated examples."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import database
import pytest
from hypothesis import settings

# how long an example takes says nothing on a machine that others use, too
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

ENDS = pytest.StashKey[ExitStack]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=("sqlite", "postgres"), default="sqlite", help="what installations keep their data in"
    )


def pytest_configure(config: pytest.Config) -> None:
    # with several processes the first one starts the server, and the others inherit its place
    if config.getoption("database") == "postgres" and not hasattr(config, "workerinput"):
        config.stash[ENDS] = ends = ExitStack()
        ends.enter_context(database.serving())


def pytest_xdist_auto_num_workers() -> int:
    """Half as many processes again as there are cores: four tenths of the tests' time is waiting for real programs."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_unconfigure(config: pytest.Config) -> None:
    if ENDS in config.stash:
        config.stash[ENDS].close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    marked = [(item, marker) for item in items if (marker := item.get_closest_marker("sqlite"))]
    if without := [item.nodeid for item, marker in marked if not marker.args]:
        raise pytest.UsageError(f"the marker sqlite needs its reason: {without}")
    if config.getoption("database") == "postgres":
        on_sqlite = [item for item, _ in marked]
        config.hook.pytest_deselected(items=on_sqlite)
        items[:] = [item for item in items if item not in on_sqlite]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    yield
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    if folder is not None:
        database.forget(folder)
