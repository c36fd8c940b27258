"""Splitting an mbox into mails, line by line, so that a file of any size takes little memory."""

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

MOST_BYTES = 100 * 1024 * 1024
LINE_BYTES = 1024 * 1024
FROM_LINE_BYTES = 1000
# asctime's "Sat Jan  3 01:05:34 1996" with anything around it, or what some mail programs leave of the line
FROM_LINE = re.compile(rb"From (.*\d{1,2}:\d{2}.*\d{4}.*|-?|\S+@\S+|MAILER-DAEMON)\s*", re.DOTALL)
FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
QUOTED_FROM = re.compile(rb">+From ")


def lines_of(stream: BinaryIO) -> Iterator[bytes]:
    """Lines with their ends; one beyond a megabyte comes in pieces."""
    return iter(lambda: stream.readline(LINE_BYTES), b"")


class Bounded:
    """The bytes of a mail; None once there are too many."""

    def __init__(self) -> None:
        self.raw: bytearray | None = bytearray()

    def add(self, line: bytes) -> None:
        if self.raw is not None:
            self.raw += line
            if len(self.raw) > MOST_BYTES:
                self.raw = None


def split_mbox(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytearray | None]]:
    """Each mail of an mbox with its "From " line, unquoted by the rules of mboxrd; None where it is too large.

    Mails of mboxo and of programs that quote nothing hold lines that begin with "From ": one separates only
    after an empty line, with a time or a sender in it, and before a header field.
    """
    mail, from_line, maybe = Bounded(), b"", b""
    in_header, after_empty, line_begins, first = True, False, True, True
    for line in lines:
        if first:
            from_line, first = line, False
            continue
        if maybe:
            if FIELD.match(line) or QUOTED_FROM.match(line):
                yield from_line, _without_separator(mail.raw)
                mail, from_line, in_header = Bounded(), maybe, True
            else:
                mail.add(maybe)
            maybe = b""
            after_empty = False
        if line_begins and after_empty and len(line) < FROM_LINE_BYTES and FROM_LINE.fullmatch(line):
            maybe = line
            continue
        after_empty = line_begins and line in (b"\n", b"\r\n")
        in_header = in_header and not after_empty
        unquote = line_begins and not in_header and QUOTED_FROM.match(line)
        mail.add(line[1:] if unquote else line)
        line_begins = line.endswith(b"\n")
    mail.add(maybe)
    if not first:
        yield from_line, _without_separator(mail.raw)


def _without_separator(raw: bytearray | None) -> bytearray | None:
    """Without the empty line that ends each mail of an mbox."""
    for newline in (b"\r\n", b"\n"):
        if raw and raw.endswith(newline * 2):
            del raw[-len(newline) :]
            break
    return raw
