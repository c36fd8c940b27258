"""Mails for measuring: 70 % plain with a form, 1-3 kB; 20 % multipart, 8-20 kB; 10 % attachments, 50-200 kB."""

import base64
import random
from collections.abc import Iterator

SENTENCE = "the mail server shows an empty list after the last update and the log says nothing about it at all"
WORDS = SENTENCE.split()
FORM = """Server: https://ox{number}.hosting.example
Server Version: 7.10.6-Rev{number}
Distribution: DEBIAN
GUI Version: 7.10.6-Rev38
Module: mail
Severity: {severity}
Track-ID: T-{number}
Product: OXAPPSUITE
Component: Groupware Server

Steps to reproduce:
{steps}

Current behaviour:
{current}

Expected behaviour:
The list is shown.
"""


def corpus(count: int, senders: int, seed: int = 1, first: int = 0) -> Iterator[tuple[str, bytes]]:
    """So many mails as (sender, bytes), numbered from `first`, the same for the same seed."""
    dice = random.Random(seed + first)
    for number in range(first, first + count):
        sender = f"user{number % senders}@hosting.example"
        body = FORM.format(number=number, severity=dice.randint(1, 4), steps=_text(dice, 300), current=_text(dice, 400))
        kind = dice.random()
        extra = b"" if kind < 0.7 else _attachment(dice, 6, 15) if kind < 0.9 else _attachment(dice, 37, 150)
        yield sender, _mail(number, sender, body, extra)


def _text(dice: random.Random, least: int) -> str:
    lines: list[str] = []
    while sum(map(len, lines)) < least + dice.randint(0, least):
        lines.append(" ".join(dice.choices(WORDS, k=12)))
    return "\n".join(lines)


def _attachment(dice: random.Random, least_kb: int, most_kb: int) -> bytes:
    return base64.encodebytes(dice.randbytes(dice.randint(least_kb, most_kb) * 1000))


def _mail(number: int, sender: str, body: str, extra: bytes) -> bytes:
    head = (
        f"Return-Path: <{sender}>\nReceived: from mx.hosting.example by desk.example; Mon, 23 Nov 2026 09:00:00 +0100\n"
        f"From: Kim Muster <{sender}>\nTo: open-xchange@support.example\nSubject: Mail list stays empty {number}\n"
        f"Message-ID: <bench-{number}@hosting.example>\nDate: Mon, 23 Nov 2026 08:59:58 +0100\nMIME-Version: 1.0\n"
    ).encode()
    if not extra:
        return (head + b"Content-Type: text/plain; charset=utf-8\n\n" + body.encode()).replace(b"\n", b"\r\n")
    part = b'\n--b\nContent-Type: application/octet-stream; name="a.log"\nContent-Transfer-Encoding: base64\n\n'
    whole = head + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n'
    return (whole + body.encode() + part + extra + b"--b--\n").replace(b"\n", b"\r\n")
