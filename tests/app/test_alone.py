"""One process for each role in a data folder, and a stop that is heard from the first moment on."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import write_config

from intake.app.alone import take
from intake.app.program import Program, heed_signals
from intake.config import load
from intake.errors import IntakeError


def test_a_role_that_another_has_is_refused_with_the_folder_and_the_process(tmp_path: Path) -> None:
    with take(tmp_path, ["desk", "send"]):
        with pytest.raises(IntakeError) as refused:
            take(tmp_path, ["smtp", "send"])
        assert str(refused.value).startswith(f"{tmp_path}: process {os.getpid()} serves send here already")
        # what was taken on the way was let go
        take(tmp_path, ["smtp"]).close()
    take(tmp_path, ["desk", "send"]).close()


def test_a_role_goes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    code = "import os, sys, pathlib; from intake.app.alone import take; t = take(pathlib.Path(sys.argv[1]), ['desk'])"
    die = "; os.kill(os.getpid(), 9)"
    assert subprocess.run([sys.executable, "-c", code + die, tmp_path], timeout=60, check=False).returncode == -9
    take(tmp_path, ["desk"]).close()


@pytest.fixture
def handlers() -> Iterator[None]:
    """Puts back who heard the signals before."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("handlers")
def test_a_stop_that_comes_before_the_program_serves_ends_it_in_order(tmp_path: Path) -> None:
    stop = threading.Event()
    heed_signals(stop)
    os.kill(os.getpid(), signal.SIGINT)
    program = Program(load(write_config(tmp_path, {"smtp.listen": "", "console.listen": ""})), ["send"], stop)
    program.start()
    program.wait()
    program.close()
    assert stop.is_set()


def test_ctrl_c_while_the_program_is_loaded_ends_it_without_a_word(tmp_path: Path) -> None:
    # the first of the large libraries, as if the signal had come in the middle of it
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    done = subprocess.run(
        [sys.executable, "-m", "intake", "serve"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"")
