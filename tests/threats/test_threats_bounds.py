"""The measure of a hostile mail (THREATS 29 to 31): up to 25 MB, it takes a CPU-second and 256 MB, or is parked."""

import multiprocessing
import resource
import time
from importlib import import_module
from pathlib import Path

import pytest
from hostile import SHAPES

from intake.core.mail.message import Trust
from intake.core.policy.policy import load_policy
from intake.desk import reader, readers
from intake.desk.reader import Reading, Way
from intake.shipped import shipped

MEGABYTES = 256
CPU_SECONDS, PARKED_WITHIN = 1.0, 5.0
# a machine that is busy with other things counts some of that as ours
TRIES = 3
WAY = Way(Trust("mx.desk.example"), frozenset({"open-xchange@support.example"}))
SHORT = (
    "parts in parts",
    "a million headers",
    "text in base64",
    "one attachment",
    "labels without values",
    "short lines",
)


# what the process that readers are forked from has loaded is no mail's time or memory
for loaded in readers.PRELOADED:
    import_module(loaded)


def cost(raw: bytes) -> tuple[float, bool]:
    """CPU-seconds that reading takes in a process with the worker's limit of memory, and whether it was read."""
    context = multiprocessing.get_context("fork")
    told = context.SimpleQueue()
    process = context.Process(target=_measure, args=(raw, told))
    process.start()
    process.join(10 * PARKED_WITHIN)
    process.kill()
    assert not told.empty(), "it does not end"
    seconds, is_read = told.get()
    return float(seconds), bool(is_read)


def _measure(raw: bytes, told: "multiprocessing.SimpleQueue[tuple[float, bool]]") -> None:
    text = shipped("policies") / "open-xchange.toml"
    specs = {"open-xchange": load_policy(text.read_text("utf-8"), text.name).specs}
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    # a worker fetches the mail besides
    bound = used + MEGABYTES * 1_048_576 - len(raw)
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    began = time.process_time()
    try:
        read = reader._read_one(raw, specs, WAY)
    except MemoryError:
        read = Reading(None, {}, "too much memory")
    told.put((time.process_time() - began, read.message is not None))


def holds(name: str) -> None:
    raw = SHAPES[name]()
    for attempt in range(TRIES):
        seconds, is_read = cost(raw)
        if seconds <= (CPU_SECONDS if is_read else PARKED_WITHIN):
            return
        assert attempt < TRIES - 1, f"{'read' if is_read else 'parked'} after {seconds:.2f} CPU-seconds"


@pytest.mark.parametrize("name", SHORT)
def test_threats_29_30_31_a_mail_of_25_mb_keeps_within_its_bounds_or_is_parked(name: str) -> None:
    holds(name)


@pytest.mark.long
@pytest.mark.parametrize("name", [name for name in SHAPES if name not in SHORT])
def test_threats_29_30_31_a_mail_of_25_mb_in_any_shape_keeps_within_its_bounds_or_is_parked(name: str) -> None:
    holds(name)
