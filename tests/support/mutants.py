"""Mails damaged by chance: bytes flipped, pieces lost, doubled, exchanged, lines ended otherwise."""

from collections.abc import Callable
from random import Random

_SCRAPS = (
    b"\r\n", b"\n", b"\r", b"\0", b"\xff", b"--", b"=?", b"?=", b"=", b";", b'"', b":", b"<", b">", b"(", b"\\",
    b"\x1b$B", b"Content-Type: ", b"multipart/mixed; boundary=x", b"message/rfc822", b"text/html", b"charset=",
    b"base64", b"begin 644 x", b"format=flowed", b"application/ms-tnef", b"application/pkcs7-mime", b"\x78\x9f\x3e\x22",
    b"-----BEGIN PGP MESSAGE-----",
)  # fmt: skip


def mutant(raw: bytes, random: Random) -> bytes:
    """`raw` with one to four damages."""
    for _ in range(random.randint(1, 4)):
        raw = random.choice(_DAMAGES)(raw, random)
    return raw


def _span(raw: bytes, random: Random) -> tuple[int, int]:
    start = random.randint(0, len(raw))
    return start, min(len(raw), start + random.choice((1, 4, 40, 400)))


def _flip(raw: bytes, random: Random) -> bytes:
    start, _ = _span(raw, random)
    return raw[:start] + bytes((random.randrange(256),)) + raw[start + 1 :]


def _lose(raw: bytes, random: Random) -> bytes:
    start, end = _span(raw, random)
    return raw[:start] + raw[end:]


def _double(raw: bytes, random: Random) -> bytes:
    start, end = _span(raw, random)
    return raw[:end] + raw[start:end] * random.choice((1, 2, 30)) + raw[end:]


def _cut(raw: bytes, random: Random) -> bytes:
    return raw[: random.randint(0, len(raw))]


def _insert(raw: bytes, random: Random) -> bytes:
    start, _ = _span(raw, random)
    return raw[:start] + random.choice(_SCRAPS) + raw[start:]


def _move(raw: bytes, random: Random) -> bytes:
    start, end = _span(raw, random)
    rest = raw[:start] + raw[end:]
    at = random.randint(0, len(rest))
    return rest[:at] + raw[start:end] + rest[at:]


def _lines(raw: bytes, random: Random) -> bytes:
    return raw.replace(b"\r\n", random.choice((b"\n", b"\r", b"\n\r", b"\r\r\n")))


_DAMAGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip,
    _flip,
    _lose,
    _double,
    _cut,
    _insert,
    _insert,
    _move,
    _lines,
)
