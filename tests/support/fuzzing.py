"""Tries the fuzz targets on damaged samples, each for a given time.

    python tests/support/fuzzing.py SECONDS [TARGET ...]

With atheris (`pip install atheris`) the damage follows what the code does with it; else it is by chance. Input that
breaks a promise is written to tests/fuzz/TARGET/, where `tests/test_fuzz.py` tries it from then on.
"""

import hashlib
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext
from importlib.util import find_spec
from pathlib import Path

from mutants import mutant

# the target of this process, where it is one of those that try one
ONE = os.environ.get("FUZZED", "")
GUIDED = bool(ONE) and find_spec("atheris") is not None
# what atheris follows in each target
WATCHED = {
    "reading": ["intake.core.mail"],
    "fields": ["intake.core.mail"],
    "conversation": ["intake.inbound", "aiosmtpd"],
    "policy": ["intake.tomlfile", "intake.core.policy", "intake.core.hours"],
    "template": ["intake.outbound"],
}
# slower than anything that a mail of this size may take
SLOW_SECONDS = 5.0

if GUIDED:
    import atheris

# it follows what is imported here
with atheris.instrument_imports(include=WATCHED[ONE]) if GUIDED else nullcontext():
    import fuzz_targets


def attempt(name: str, data: bytes) -> None:
    """One input; raises what broke the promise, after the input was kept."""
    began = time.process_time()
    try:
        fuzz_targets.TARGETS[name](data)
        took = time.process_time() - began
        assert took < SLOW_SECONDS, f"{took:.1f} s"
    except BaseException:
        file = fuzz_targets.KEPT / name / hashlib.sha256(data).hexdigest()[:16]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        sys.stderr.write(f"{name}: kept as {file}\n")
        raise


def by_chance(name: str, seconds: float) -> int:
    """Tries damaged samples for so long; how many."""
    chance, pool, tried = random.Random(time.time_ns()), fuzz_targets.samples(name), 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        attempt(name, mutant(chance.choice(pool), chance))
        tried += 1
    return tried


def guided(name: str, seconds: float) -> None:
    """Tries what atheris makes of the samples for so long, then ends the process."""
    with tempfile.TemporaryDirectory() as corpus:
        for number, sample in enumerate(fuzz_targets.samples(name)):
            (Path(corpus) / str(number)).write_bytes(sample)
        flags = [
            f"-max_total_time={max(1, int(seconds))}",
            f"-max_len={fuzz_targets.LONGEST}",
            "-timeout=60",
            "-verbosity=0",
        ]
        atheris.Setup([sys.argv[0], *flags, "-print_final_stats=1", corpus], lambda data: attempt(name, data))
        atheris.Fuzz()


def main(seconds: float, names: list[str]) -> int:
    """Each target in a process of its own; the number of those that were broken."""
    broken = 0
    for name in names:
        done = subprocess.run(
            [sys.executable, __file__, str(seconds), name], check=False, env={**os.environ, "FUZZED": name}
        )
        sys.stdout.write(f"{name}: {'held' if done.returncode == 0 else 'BROKEN'}\n")
        sys.stdout.flush()
        broken += done.returncode != 0
    return broken


if __name__ == "__main__":
    for_seconds, wanted = float(sys.argv[1]), sys.argv[2:] or list(fuzz_targets.TARGETS)
    if not ONE:
        sys.exit(main(for_seconds, wanted))
    if GUIDED:
        guided(wanted[0], for_seconds)
    else:
        sys.stdout.write(f"{wanted[0]}: {by_chance(wanted[0], for_seconds):,} inputs by chance\n")
