"""One process for each role in a data folder: who has it is known by a lock that goes with its process."""

import fcntl
import os
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

from intake.errors import IntakeError


def take(folder: Path, roles: Iterable[str]) -> ExitStack:
    """Takes the roles in the folder, until the stack is closed or the process ends, however it ends.

    Raises `IntakeError` where another process has one of them, with the folder and the process, or the folder is none.
    """
    if folder.is_file():
        raise IntakeError(f"store.folder: {folder} is a file; right would be a folder")
    with ExitStack() as taken:
        for role in sorted(roles):
            _take(folder, role, taken)
        return taken.pop_all()


def _take(folder: Path, role: str, taken: ExitStack) -> None:
    file = folder / "serving" / role
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        file.parent.mkdir(exist_ok=True)
        lock = taken.enter_context(file.open("a+", encoding="ascii"))
    except OSError as error:
        raise IntakeError(f"{file}: cannot be written: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        # whoever has just taken it may not have written its number yet
        holder = f"process {number}" if (number := lock.read().strip()) else "another process"
        said = f"{folder}: {holder} serves {role} here already; stop it, or name another folder in store.folder"
        raise IntakeError(said) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
