"""From the spool to a stored case with its queued acknowledgment: mails a second, beside reading them alone."""

import time

from benchmarks.figure import Figure
from benchmarks.installation import Installation, installation
from intake.app import decide_all, now
from intake.core.mail.fields import read_fields
from intake.core.mail.read import read

MAILS = 1_800


def rate(made: Installation, mails: int) -> tuple[float, list[bytes]]:
    """Mails a second decided, and the mails."""
    raws = made.keep(mails)
    started = time.perf_counter()
    decide_all(made.house, now())
    took = time.perf_counter() - started
    made.check()
    return mails / took, raws


def measure(mails: int = MAILS) -> Figure:
    """Two reading processes and the desk, on SQLite."""
    with installation() as made:
        decided, raws = rate(made, mails)
        specs = made.house.policies.get("open-xchange").specs
    started = time.perf_counter()
    for raw in raws:
        message = read(raw)
        read_fields(specs, message.form_texts, message.file_texts)
    alone = mails / (time.perf_counter() - started)
    return Figure(decided, "mails/s", alone, "the same mails read in one process, nothing stored")


if __name__ == "__main__":
    print(measure())
