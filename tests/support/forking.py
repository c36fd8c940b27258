"""Programs forked from a process that has imported them: most of a start is imports, and tests start hundreds.

Each is a process of its own with its own folder, environment, descriptors and group, as if it had been started anew.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import pairwise
from multiprocessing import util
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

# it runs something when it is imported
NEVER_IMPORTED = "intake.store.migrations"
# what reading processes share must be loaded before anything else
FIRST = "intake.desk.preload"
REQUEST_BYTES = 1 << 20
COLUMNS = "200"
# as pytest has it: this folder for what supports tests, the project's for the program
SEARCHED = [str(Path(__file__).parent), str(Path(__file__).parents[2])]


class Forked:
    """One of the programs, as `subprocess.Popen` shows it: its `pid`, and its `returncode` once it ended."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        self._heard = b""
        self.pid = int(self._hear(None) or "0")
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Its exit status, None while it runs."""
        return self._ended(0.0)

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status when it has ended. Raises `subprocess.TimeoutExpired`."""
        if (status := self._ended(timeout)) is None:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
        return status

    def terminate(self) -> None:
        """SIGTERM."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def _ended(self, seconds: float | None) -> int | None:
        if self.returncode is None and (said := self._hear(seconds)) is not None:
            self.returncode = int(said)
            self._line.close()
        return self.returncode

    def _hear(self, seconds: float | None) -> str | None:
        self._line.settimeout(seconds)
        while b"\n" not in self._heard:
            try:
                more = self._line.recv(100)
            except (TimeoutError, BlockingIOError):
                return None
            assert more, "the process that programs are forked from is gone"
            self._heard += more
        said, _, self._heard = self._heard.partition(b"\n")
        return said.decode()


def bare_environment() -> dict[str, str]:
    """This process's environment without settings of ours."""
    return {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}


def start(
    words: Sequence[str | Path],
    streams: Sequence[IO[bytes]],
    *,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    code: str = "",
) -> Forked:
    """`intake WORDS` in a process group of its own, with these as its standard input, output and error.

    With `code` it is that Python instead, with WORDS as its arguments. `env` stands beside the bare environment.
    """
    line = socket.socket(socket.AF_UNIX)
    line.connect(_server())
    request = {
        "words": [str(word) for word in words],
        "env": bare_environment() | {"COLUMNS": COLUMNS} | dict(env or {}),
        "folder": str(folder or Path.cwd()),
        "code": code,
    }
    socket.send_fds(line, [json.dumps(request).encode()], [each.fileno() for each in streams])
    line.shutdown(socket.SHUT_WR)
    return Forked(line)


def run(
    words: Sequence[str | Path],
    *,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    code: str = "",
    timeout: float = 120.0,
) -> subprocess.CompletedProcess[bytes]:
    """The same to its end, whatever that is, with what it said. Raises `subprocess.TimeoutExpired`."""
    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        started = start(words, [given, out, err], env=env, folder=folder, code=code)
        try:
            status = started.wait(timeout)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(started.pid, signal.SIGKILL)
        said = [os.pread(each.fileno(), os.fstat(each.fileno()).st_size, 0) for each in (out, err)]
        return subprocess.CompletedProcess([*words], status, *said)


@lru_cache(maxsize=1)
def _server() -> bytes:
    """Starts the process to fork from, once in a test process. Gives back the (abstract) name of its socket."""
    name = f"\0intake-tests-{os.getpid()}".encode()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(name)
    listener.listen()
    code = f"import sys; sys.path[:0] = {SEARCHED!r}; import forking; forking.serve({listener.fileno()})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        pass_fds=[listener.fileno()],
        # it ends when this test process does, however that ends
        stdin=subprocess.PIPE,
        # the console's width is taken once, when it is imported
        env=bare_environment() | {"COLUMNS": COLUMNS, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )
    listener.close()

    def end() -> None:
        process.kill()
        process.wait()

    atexit.register(end)
    return name


def serve(descriptor: int) -> None:
    """Forks a program for each request, and tells who asked its pid and, later, its exit status.

    In the program it does not return: it ends as `intake` does.
    """
    main = _program()
    # nothing that is here already shall be looked through, and so copied, in each program
    gc.freeze()
    told, wakes = socket.socketpair()
    wakes.setblocking(False)
    signal.set_wakeup_fd(wakes.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    listener = socket.socket(fileno=descriptor)
    ours = [listener, told, wakes]
    waiting: dict[int, socket.socket] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        selector.register(told, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if sys.stdin in ready:
                sys.exit()
            if told in ready:
                told.recv(1000)
                _tell(waiting)
            if listener in ready:
                line, _ = listener.accept()
                request, descriptors = _request(line)
                if pid := os.fork():
                    # here too: who is told the pid may kill the group before the child has run
                    with suppress(ProcessLookupError):
                        os.setpgid(pid, pid)
                    waiting[pid] = line
                    for each in descriptors:
                        os.close(each)
                    line.sendall(f"{pid}\n".encode())
                else:
                    break
    for inherited in [*ours, line, *waiting.values()]:
        inherited.close()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _become(request, descriptors)
    if request["words"][:1] == ["serve"]:
        _begin_readers()
    if code := request["code"]:
        exec(compile(code, "<code>", "exec"), {"__name__": "__main__"})
    else:
        main()


def _program() -> Callable[[], None]:
    importlib.import_module(FIRST)
    package = importlib.import_module("intake")
    for module in pkgutil.walk_packages(package.__path__, "intake."):
        if not module.name.startswith(NEVER_IMPORTED):
            importlib.import_module(module.name)
    # holidays and time zones are computed once in a process: half of a start's work
    for file in importlib.import_module("intake.shipped").shipped("policies").glob("*.toml"):
        policy = importlib.import_module("intake.core.policy.policy").load_policy(file.read_text("utf-8"), file.name)
        assert policy.version
    main: Callable[[], None] = importlib.import_module("intake.cli").main
    return main


def _begin_readers() -> None:
    """Starts what reading processes are forked from as the program does, only sooner, and forked as it is itself.

    Started anew it takes four times as long as all the rest. One that dies later is started anew, by the program.
    """
    anew = util.spawnv_passfds
    util.spawnv_passfds = _fork
    try:
        importlib.import_module("intake.desk.readers").start()
    finally:
        util.spawnv_passfds = anew


def _fork(path: bytes, args: Sequence[Any], passfds: Sequence[int]) -> int:
    """The pid of a Python that runs the code of these arguments, with these descriptors and the standard ones alone."""
    del path
    if pid := os.fork():
        return pid
    kept = sorted({0, 1, 2, *passfds})
    for before, after in pairwise([*kept, os.sysconf("SC_OPEN_MAX")]):
        os.closerange(before + 1, after)
    try:
        exec(compile(args[-1], "<code>", "exec"), {"__name__": "__main__"})
    finally:
        os._exit(0)


def _request(line: socket.socket) -> tuple[dict[str, Any], list[int]]:
    text, descriptors, _, _ = socket.recv_fds(line, REQUEST_BYTES, 3)
    while more := line.recv(REQUEST_BYTES):
        text += more
    return json.loads(text), descriptors


def _tell(waiting: dict[int, socket.socket]) -> None:
    while waiting:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if not pid:
            return
        with waiting.pop(pid) as line:
            try:
                line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
            except OSError:
                # who asked has gone
                continue


def _become(request: Mapping[str, Any], descriptors: Sequence[int]) -> None:
    os.setpgid(0, 0)
    for place, each in enumerate(descriptors):
        os.dup2(each, place)
        os.close(each)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv = ["intake", *request["words"]]
