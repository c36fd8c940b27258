"""Which database the tests run on: SQLite's files in a test's folder, or one of a server that serves the whole run.

`pytest --database postgres` sets it. Each folder that a test makes an installation in then has a database of its own,
copied from one that is prepared already.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from postgres import Postgres, name_in, postgres, programs

# the server of the run, for this process and those that it starts
SERVER = "TESTS_POSTGRES"
_made: dict[Path, str] = {}


@contextmanager
def serving() -> Iterator[None]:
    """One server until the block ends, on which every installation of a test keeps its database."""
    with postgres() as server:
        os.environ[SERVER] = f"{server.user}@{server.folder}"
        try:
            yield
        finally:
            del os.environ[SERVER]


@lru_cache(maxsize=1)
def server() -> Postgres | None:
    """The server of the run; None where the tests run on SQLite."""
    if SERVER not in os.environ:
        return None
    user, _, folder = os.environ[SERVER].partition("@")
    return Postgres(Path(folder), programs(), user)


def url_of(folder: Path, like: Callable[[], str]) -> str:
    """The URL of the folder's database, at first sight a copy of the one that `like` gives; "" for SQLite."""
    running = server()
    if running is None:
        return ""
    place = folder.absolute()
    if place not in _made:
        _made[place] = running.database(name_in(like()))
    return _made[place]


def forget(folder: Path) -> None:
    """Drops the databases of what was made in the folder."""
    running = server()
    for place in [each for each in _made if each.is_relative_to(folder)] if running else ():
        assert running is not None
        running.drop(_made.pop(place))
