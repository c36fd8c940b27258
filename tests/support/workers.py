"""The processes that read mails for this test process: which they are, and one of them that hangs over a mail."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MEGABYTE = 1_048_576
LOOKS_AGAIN_SECONDS = 0.05


def workers() -> set[int]:
    """The reading processes of this test process: children of its fork server."""
    return set(_workers())


@contextmanager
def hanging_over_a_mail_of(megabytes: int) -> Iterator[None]:
    """Until the block ends, a process stands still for ever (SIGSTOP) once it holds so much more than its fork server.

    It does so whatever the machine does, where a mail that is merely slow takes longer or shorter than a limit.
    """
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(LOOKS_AGAIN_SECONDS):
            for worker, server in _workers().items():
                with suppress(OSError):
                    if _held(worker) - _held(server) > megabytes * MEGABYTE:
                        os.kill(worker, signal.SIGSTOP)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _workers() -> dict[int, int]:
    """Each reading process, and the fork server that it came from."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
    mine = os.getpid()
    return {pid: parent for pid, parent in parents.items() if parents.get(parent) == mine}


def _held(pid: int) -> int:
    """Bytes of memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
