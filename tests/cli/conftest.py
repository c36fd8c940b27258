"""Many commands in one process: starting one for each would take most of the time."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import forking
import pytest

EACH = """
import contextlib, io, json, sys
from intake.cli import main

for line in sys.stdin.buffer.read().splitlines():
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in "ab")
    sys.argv, status = ["intake", *json.loads(line)], 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
    said = [stream.buffer.getvalue().decode("utf-8", "surrogateescape") for stream in (out, err)]
    print(json.dumps([status, *said]))
"""


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    words: tuple[str, ...]
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as one JSON value."""
        assert self.status == 0, self
        return json.loads(self.out)


Commands = Callable[..., list[Done]]


@pytest.fixture
def commands(tmp_path: Path) -> Commands:
    """Runs command lines one after the other in the test's folder; those that end badly too."""

    def run(*lines: Sequence[str], folder: Path = tmp_path) -> list[Done]:
        done = forking.run(
            [], stdin="\n".join(json.dumps(list(words)) for words in lines).encode(), folder=folder, code=EACH
        )
        assert done.returncode == 0, done.stderr.decode()
        ends = [json.loads(line) for line in done.stdout.decode().splitlines()]
        return [Done(tuple(words), *end) for words, end in zip(lines, ends, strict=True)]

    return run
