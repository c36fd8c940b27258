"""A throwaway PostgreSQL: own folder, a socket instead of a port; and a fresh database for each test."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import quote

from real import require_real

FLAGS = "-c listen_addresses= -c fsync=off -c max_connections=60 -c unix_socket_directories={folder}"


class Postgres:
    """A running server. `database` makes a fresh one and gives back its URL."""

    def __init__(self, folder: Path, programs: Path, user: str) -> None:
        self.folder, self._programs, self._user = folder, programs, user
        self._numbers = count(1)

    def run(self, program: str, *words: str) -> None:
        """One of its programs to its end, as its user: it refuses to run as root."""
        done = subprocess.run(
            [*_as(self._user), self._programs / program, *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "out").open("ab"),
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {(self.folder / 'out').read_text()[-2000:]}"

    def database(self) -> str:
        """A fresh, empty database; its URL."""
        name = f"test{next(self._numbers)}"
        self.run("createdb", "--host", str(self.folder), "--username", self._user, name)
        return f"postgresql+psycopg://{self._user}@/{name}?host={quote(str(self.folder))}"


def _as(user: str) -> Sequence[str]:
    return () if user == pwd.getpwuid(os.getuid()).pw_name else ("setpriv", "--reuid", user, "--clear-groups", "--")


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server of its own until the block ends."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    programs = Path(require_real("postgresql", str(installed[-1]) if installed else "initdb")).parent
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/var/tmp"))
    (folder / "out").touch()
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    made = Postgres(folder, programs, user)
    data = str(folder / "data")
    try:
        made.run("initdb", "--pgdata", data, "--no-sync", "--auth", "trust", "--username", user, "--encoding", "UTF8")
        made.run("pg_ctl", "start", "--wait", "--pgdata", data, "--options", FLAGS.format(folder=folder))
        try:
            yield made
        finally:
            made.run("pg_ctl", "stop", "--pgdata", data, "--mode", "immediate")
    finally:
        shutil.rmtree(folder)
