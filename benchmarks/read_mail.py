"""Microseconds a mail: `read` beside the stdlib's compat32 parse and mail-parser alone, on the same bytes in one run.

    .venv/bin/python benchmarks/read_mail.py [FILE.eml …]

Without files: the pairs of tests/mails. Each takes the best of several passes over all the mails.
"""

import email
import logging
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import mailparser

from benchmarks.corpus import corpus
from benchmarks.figure import Figure
from intake.core.mail.message import Unreadable
from intake.core.mail.read import read

_PASSES = 5


def _read(raw: bytes) -> None:
    with suppress(Unreadable):
        read(raw)


def _mail_parser(raw: bytes) -> None:
    with suppress(AttributeError):  # a multipart without an epilogue
        mailparser.parse_from_bytes(raw)


def _pass(work: Callable[[bytes], object], mails: list[bytes]) -> float:
    started = time.process_time()
    for raw in mails:
        work(raw)
    return (time.process_time() - started) / len(mails) * 1e6


def measure(mails: list[bytes]) -> tuple[float, float, float]:
    """CPU microseconds a mail: the stdlib, mail-parser, and ours."""
    logging.disable(logging.CRITICAL)
    works = (email.message_from_bytes, _mail_parser, _read)
    # The first pass loads what is loaded on first use; the best of the others counts, taken in turns.
    passes = [[_pass(work, mails) for work in works] for _ in range(_PASSES + 1)][1:]
    logging.disable(logging.NOTSET)
    stdlib, alone, ours = (min(times) for times in zip(*passes, strict=True))
    return stdlib, alone, ours


def figure(count: int = 200) -> Figure:
    """On mails of the corpus."""
    _, alone, ours = measure([raw for _, raw in corpus(count, 50)])
    return Figure(ours, "µs CPU", alone, "mail-parser alone on the same bytes")


def main() -> None:
    """Measures and prints."""
    paths = [Path(name) for name in sys.argv[1:]] or sorted(Path(__file__).parent.parent.glob("tests/mails/*.eml"))
    mails = [path.read_bytes() for path in paths]
    stdlib, alone, ours = measure(mails)
    print(f"{len(mails)} mails, {sum(map(len, mails)) // len(mails)} bytes on average, CPU microseconds a mail:")
    print(f"  stdlib compat32 parse  {stdlib:8.0f}")
    print(f"  mail-parser alone      {alone:8.0f}")
    print(f"  read                   {ours:8.0f}   {ours / alone:.2f} times mail-parser")


if __name__ == "__main__":
    main()
