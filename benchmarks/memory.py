"""What the program's processes hold in memory while mail streams in, and whether that grows: `benchmarks/memory.json`.

    python -m benchmarks.memory [--minutes N] [--rate MAILS_A_SECOND]

It takes the hour that it measures. The page of figures tells its last result.
"""

import argparse
import json
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.corpus import corpus
from benchmarks.installation import ROUTE, SENDERS
from intake.app import open_store
from intake.config import load
from intake.shipped import shipped

RESULT = Path(__file__).parent / "memory.json"
PARTS = {"receiver": "smtp", "desk": "desk,send,chase"}
WITHIN = 60.0
# of the samples a sixth: caches have filled by then
WARM = 6


def measure(minutes: float, rate: float) -> dict[str, object]:
    """Megabytes of resident memory of each part: at the start, once warm, at the end, and the most of all."""
    samples: list[dict[str, float]] = []
    with TemporaryDirectory(prefix="intake-memory-", dir="/var/tmp") as home, ExitStack() as ends:
        port = free_port()
        config = _config(Path(home), port)
        open_store(load(config)).close()
        started = {name: ends.enter_context(_serving(config, roles)) for name, roles in PARTS.items()}
        client = ends.enter_context(_connected(port))
        samples.append(_held(started))
        mails, begun = 0, time.monotonic()
        for sender, raw in corpus(10**9, SENDERS):
            passed = time.monotonic() - begun
            if passed > minutes * 60:
                break
            if passed > len(samples) * 60:
                samples.append(_held(started))
            time.sleep(max(0.0, mails / rate - passed))
            client.sendmail(sender, [ROUTE], raw)
            mails += 1
        samples.append(_held(started))
    warm = samples[-(-len(samples) // WARM)]
    return {
        "day": f"{datetime.now(UTC):%Y-%m-%d}",
        "minutes": minutes,
        "mails": mails,
        "megabytes": {
            part: {
                "start": samples[0].get(part, 0.0),
                "warm": warm.get(part, 0.0),
                "end": samples[-1].get(part, 0.0),
                "most": max(each.get(part, 0.0) for each in samples),
            }
            for part in (*PARTS, "reader")
        },
    }


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _config(home: Path, port: int) -> Path:
    text = shipped("config.example.toml").read_text(encoding="utf-8").replace("127.0.0.1:8025", f"127.0.0.1:{port}")
    file = home / "config.toml"
    file.write_text(text.replace("per_sender_per_hour = 3", "per_sender_per_hour = 100000"), encoding="utf-8")
    return file


@contextmanager
def _serving(config: Path, roles: str) -> Iterator[int]:
    command = [sys.executable, "-m", "intake", "serve", "--config", str(config), "--roles", roles]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process.pid
        finally:
            process.terminate()


@contextmanager
def _connected(port: int) -> Iterator[smtplib.SMTP]:
    until = time.monotonic() + WITHIN
    while True:
        try:
            client = smtplib.SMTP("127.0.0.1", port)
            break
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
    with client:
        yield client


def _held(started: Mapping[str, int]) -> dict[str, float]:
    """Each part's resident memory in megabytes; of the processes that read mails, the largest one's."""
    out = {name: _resident(pid) for name, pid in started.items()}
    if readers := [_resident(pid) for pid in _below(started["desk"]) if "forkserver" in _command(pid)]:
        out["reader"] = max(readers)
    return out


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def _below(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text(encoding="utf-8").split():
            yield int(child)
            yield from _below(int(child))


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")


def main() -> None:
    wishes = argparse.ArgumentParser(prog="python -m benchmarks.memory")
    wishes.add_argument("--minutes", type=float, default=60)
    wishes.add_argument("--rate", type=float, default=10)
    wished = wishes.parse_args()
    found = measure(wished.minutes, wished.rate)
    RESULT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
