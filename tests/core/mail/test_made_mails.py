"""Mails that nobody tuned to: made by chance, whole and broken, each held to what its maker knows of it."""

import hashlib
import multiprocessing
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_mails import Made, Maker, made_mails
from mutants import mutant

from intake.core.mail.message import Message, Unreadable
from intake.core.mail.read import locate, read

_MADE = 700
_PAIRS = Path(__file__).parents[2] / "mails"
# What is loaded on first use is no mail's cost.
read(b"Subject: x\r\n\r\nA first mail has the languages loaded, and what else a worker keeps.")


def _differences(made: Made, message: Message) -> list[str]:
    truth = made.truth
    sender = (message.from_.name, message.from_.address) if message.from_ else None
    known = [(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in truth.attachments]
    found = [(each.filename, each.size, each.sha256) for each in message.attachments]
    pairs = (
        ("text", truth.text, message.text),
        ("subject", truth.subject, message.subject),
        ("sender", truth.sender, sender),
        ("attachments", known, found),
    )
    problems = [f"{made.name}: {what}: not {ours!r} but {theirs!r}" for what, ours, theirs in pairs if ours != theirs]
    missing = [one for one in truth.defects if not any(one in defect for defect in message.defects)]
    return problems + [f"{made.name}: no {one!r} in {message.defects}" for one in missing]


@contextmanager
def _within(megabytes: int) -> Iterator[None]:
    """Lets the process take so much memory beyond what it has; more raises `MemoryError`, as it would in a worker."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + megabytes * 1_048_576, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _read_twice_in_time(raw: bytes) -> Message | None:
    """The reading, None where it is refused; never another error, never late, never big, never different."""
    started = time.process_time()
    try:
        with _within(200):
            message = read(raw)
    except Unreadable:
        return None
    assert time.process_time() - started < 1.0
    # a reading that memory had cut short would differ from one without the bound
    assert read(raw) == message
    return message


def test_the_bound_of_memory_is_one() -> None:
    with _within(200), pytest.raises(MemoryError):
        bytearray(400 * 1_048_576)
    with _within(200):
        bytearray(100 * 1_048_576)


def test_hundreds_of_made_mails_read_as_their_maker_says() -> None:
    problems: list[str] = []
    for made in made_mails(_MADE):
        message = _read_twice_in_time(made.raw)
        assert message is not None, made.name
        problems += _differences(made, message)
        for number, attachment in enumerate(message.attachments):
            assert locate(made.raw, attachment.place) == made.truth.attachments[number][1]
    assert not problems


@given(st.integers(0, 2**40), st.integers(0, 13))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_any_made_mail_reads_as_its_maker_says(seed: int, shape: int) -> None:
    made = Maker(Random(seed), shape).mail()
    message = _read_twice_in_time(made.raw)
    assert message is not None
    assert not _differences(made, message)


@given(st.integers(0, 2**40), st.integers(0, 13), st.integers(0, 2**40))
@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
def test_any_damaged_mail_is_read_or_refused(seed: int, shape: int, damage: int) -> None:
    _hold(mutant(Maker(Random(seed), shape).mail().raw, Random(damage)))


def _hold(raw: bytes) -> None:
    message = _read_twice_in_time(raw)
    for attachment in message.attachments if message else ():
        assert attachment.filename
        data = locate(raw, attachment.place)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (attachment.size, attachment.sha256)


def _hold_mutants(given: tuple[int, int]) -> list[str]:
    """Holds a run of mutants; says which failed."""
    first, count = given
    seeds = [made.raw for made in made_mails(280, seed=7)]
    seeds += [path.read_bytes() for path in sorted(_PAIRS.glob("*.eml"))]
    failed: list[str] = []
    for number in range(first, first + count):
        raw = mutant(seeds[number % len(seeds)], Random(number))
        try:
            _hold(raw)
        except Exception as error:
            failed.append(f"mutant {number}: {error!r}")
    return failed


@pytest.mark.long
def test_a_hundred_thousand_mutants_are_read_or_refused() -> None:
    runs = [(first, 5_000) for first in range(0, 100_000, 5_000)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert [problem for failed in pool.map(_hold_mutants, runs, chunksize=1) for problem in failed] == []
