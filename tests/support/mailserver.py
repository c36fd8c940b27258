"""A listener in a process of its own, so that a test can measure it or kill it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from mailroom import mailroom


class Process:
    """A listener's process and address."""

    def __init__(self, pid: int, address: tuple[str, int]) -> None:
        self.pid = pid
        self.address = address

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def mailserver(folder: Path) -> Iterator[Process]:
    """Runs a listener with its spool in the folder until the block ends."""
    command = [sys.executable, __file__, str(folder)]
    paths = os.pathsep.join(path for path in sys.path if path)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": paths}
    ) as process:
        assert process.stdout is not None
        yield Process(process.pid, ("127.0.0.1", int(process.stdout.readline())))


def _serve(folder: Path) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with mailroom(folder) as room:
        port = room.listener.addresses[0][1]
        os.write(1, f"{port}\n".encode())
        # the end of standard input is the end
        sys.stdin.read()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
