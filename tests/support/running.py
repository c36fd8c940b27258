"""The real program as a process: `intake serve` on free ports in a folder, and single commands beside it."""

import json
import os
import random
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import forking
from house import ROUTE, write_config

PROGRAM = Path(sys.executable).with_name("intake")
STARTS_WITHIN = 300.0
ENDS_WITHIN = 30.0
COMMAND_SECONDS = 120.0
# systems give outgoing connections ports above these
BELOW_EPHEMERAL = range(20_000, 32_000)
START = ("PYTHON", "LANG", "LC_", "TZ", "COLUMNS", "NO_COLOR", "TERM")

T = TypeVar("T")


def free_port() -> int:
    """A port of loopback that nobody has, and that no outgoing connection takes while a program is dead."""
    while True:
        port = random.SystemRandom().choice(BELOW_EPHEMERAL)
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def eventually(look: Callable[[], T | None], seconds: float = 30.0, what: str = "") -> T:
    """What `look` gives as soon as it gives something true; fails where it does not in time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain for {what or look.__name__}: {found!r}"
        time.sleep(0.05)
    return found


def intake(
    *words: str, folder: Path | None = None, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """One command to its end, with `folder` as the working directory. The environment is bare of settings of ours.

    It is forked from a process that has imported the program, or started anew where `env` is about a start itself.
    """
    if not _about_the_start(words, env):
        return forking.run(words, stdin=stdin, env=env, folder=folder)
    return subprocess.run(
        [PROGRAM, *words],
        cwd=folder,
        input=stdin,
        capture_output=True,
        timeout=COMMAND_SECONDS,
        check=False,
        env=forking.bare_environment() | {"COLUMNS": "200"} | dict(env or {}),
    )


def _about_the_start(words: Sequence[str], env: Mapping[str, str] | None) -> bool:
    return words[0] in ("--help", "--version") or any(name.startswith(START) for name in env or {})


class Running:
    """An installation in a folder, with its process while it runs."""

    def __init__(self, folder: Path, changes: Mapping[str, Any], more: str, env: Mapping[str, str]) -> None:
        self.folder = folder
        self.port = free_port()
        self.config = write_config(
            folder, {"smtp.listen": f"127.0.0.1:{self.port}", "console.listen": "", **changes}, more
        )
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | forking.Forked | None = None
        # seconds that the last start needed
        self.took = 0.0

    def start(self, *words: str) -> None:
        """Starts `intake serve` and returns when it listens."""
        began = time.monotonic()
        already = self.begin(*words)
        process = self._process
        assert process is not None

        def serves() -> bool:
            assert process.poll() is None, f"it ended: {self.log()}"
            return "intake serves" in self.log(already)

        eventually(serves, STARTS_WITHIN, "the program to serve")
        self.took = time.monotonic() - began

    def begin(self, *words: str, under: Sequence[str] = ()) -> int:
        """Starts `intake serve`, and gives back where in its log this start begins. `under`: a command that runs it."""
        with (self.folder / "log").open("ab") as log:
            already = log.tell()
            serve = ["serve", "--config", str(self.config), *words]
            with Path(os.devnull).open("rb") as nothing:
                if under:
                    self._process = subprocess.Popen(
                        [*under, PROGRAM, *serve],
                        stdin=nothing,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        env=forking.bare_environment() | {"PYTHONUNBUFFERED": "1"} | self._env,
                    )
                else:
                    self._process = forking.start(serve, [nothing, log, log], env=self._env)
        return already

    @property
    def runs(self) -> bool:
        """Whether it was begun and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """The id of the process and of its group; 0 where none runs."""
        return self._process.pid if self._process else 0

    def log(self, start: int = 0) -> str:
        """What it has printed and logged."""
        return (self.folder / "log").read_bytes()[start:].decode()

    def stop(self) -> int:
        """SIGTERM; gives back the exit status."""
        assert self._process
        self._process.terminate()
        try:
            return self._process.wait(ENDS_WITHIN)
        finally:
            self.kill()

    def kill(self) -> None:
        """kill -9 of the program and whatever it started."""
        if self._process:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(ENDS_WITHIN)
            self._process = None

    def restart(self) -> None:
        """The next start after a kill or a stop."""
        self.kill()
        self.start()

    def attempt(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        """A command on this installation, however it ends."""
        return intake(*words, "--config", str(self.config), folder=self.folder, stdin=stdin, env=self._env)

    def command(self, *words: str, stdin: bytes = b"") -> str:
        """A command on this installation; its standard output. Fails where the command fails."""
        done = self.attempt(*words, stdin=stdin)
        assert done.returncode == 0, f"intake {' '.join(words)}: {done.stderr.decode()}"
        return done.stdout.decode()

    def json(self, *words: str) -> Any:
        """The value that a command prints with `--json`."""
        return json.loads(self.command(*words, "--json"))

    def send(self, *mails: bytes, sender: str = "kim@hosting.example", to: Sequence[str] = (ROUTE,)) -> None:
        """Mails straight to its SMTP listener, which may end as soon as it has them."""
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=30)
        with closing(client):
            for mail in mails:
                client.sendmail(sender, list(to), mail)
            with suppress(smtplib.SMTPException):
                client.quit()


@contextmanager
def running(
    folder: Path,
    changes: Mapping[str, Any] | None = None,
    more: str = "",
    *,
    env: Mapping[str, str] | None = None,
    customers: str = "",
    start: bool = True,
) -> Iterator[Running]:
    """The program on the example configuration, changed as `house.write_config` does, until the block ends.

    `customers` is TOML to import before it starts.
    """
    made = Running(folder, changes or {}, more, env or {})
    if customers:
        (folder / "customers.toml").write_text(customers, encoding="utf-8")
        made.command("customer", "import", str(folder / "customers.toml"))
    try:
        if start:
            made.start()
        yield made
    finally:
        made.kill()
