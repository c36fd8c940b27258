"""Mails out of files: .eml, mbox, Maildir, folders of them, and standard input, one at a time."""

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from intake.errors import IntakeError
from intake.inbound.mbox import FIELD, MOST_BYTES, Bounded, lines_of, split_mbox
from intake.inbound.routing import Routes
from intake.store.spool import NewMail

STANDARD_INPUT = "-"
HEADER_BYTES = 262_144
LOOKED_AT = 65_536
DATE_LENGTH = 200
SUFFIXES = (".eml", ".mbox")
WOULD_BE_RIGHT = "a .eml file, an mbox file, a Maildir or a folder of .eml files is expected"

ADDRESS = re.compile(r"<?([^\s<>\",:;@\x00-\x1f\x7f]{1,64}@[^\s<>\",:;@\x00-\x1f\x7f]{1,255})>?")
NO_MAIL = "it is not a mail, since it does not begin with header lines such as From and Subject"
FIELDS = (b"received", b"date", b"return-path")
# a file of another kind has none of these at its beginning
OF_MAILS = re.compile(
    rb"(?im)^(?:received|date|return-path|from|to|cc|bcc|subject|sender|reply-to|message-id|mime-version|delivered-to|"
    rb"content-[a-z-]+|x-[a-z0-9-]+|dkim-signature|arc-[a-z-]+|authentication-results|list-[a-z-]+)[ \t]*:"
)


@dataclass(frozen=True, slots=True)
class FoundMail:
    """A mail as it was found. `name` says where, for people: a path, or `path#3` for the third of an mbox.

    `received_at` is the date of the topmost Received field, aware; None where there is none with a zone.
    `dated_at` is the Date field's, if that has a zone. `return_path` is that of the topmost Return-Path: ""
    for `<>`, None where there is none.
    """

    raw: bytes
    name: str
    received_at: datetime | None
    dated_at: datetime | None
    return_path: str | None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something among many that gave no mail, and why, in one line."""

    name: str
    reason: str


def mails_in(path: str | Path, stdin: BinaryIO | None = None) -> Iterator[FoundMail | Unreadable]:
    """The mails of a path, or of standard input for "-", in order; a file of any size is read bit by bit.

    Raises `IntakeError` at once where the path is missing, unreadable or holds no mails. What cannot be read
    among many files comes as `Unreadable`.
    """
    if str(path) == STANDARD_INPUT:
        return _only(_mails_of(stdin or sys.stdin.buffer, "standard input"), "standard input")
    try:
        is_folder = Path(path).is_dir()
    except OSError as error:
        raise IntakeError(f"cannot read {path}: {error.strerror}; {WOULD_BE_RIGHT}") from None
    if not is_folder:
        return _only(_mails_of_file(Path(path)), str(path))
    return chain.from_iterable(map(_mails_of_file, _files_in(Path(path))))


def count_in(path: str | Path) -> int | None:
    """How many mails `mails_in` will give, for a progress bar; None where that shows only while reading.

    Reads mbox files once. Raises `IntakeError` where a folder holds no mails.
    """
    given = Path(path)
    if str(path) == STANDARD_INPUT or not given.exists() or not (given.is_dir() or given.is_file()):
        return None
    return sum(map(_count, _files_in(given) if given.is_dir() else [given]))


def new_mail(
    found: FoundMail, routes: Routes, to: str | None, now: datetime, answer: bool, old_after: timedelta
) -> NewMail:
    """A found mail as one to keep. `to` is the recipient that counts, else the headers say who it was sent to.

    The time of receipt is never after `now`. A mail older than `old_after` is not answered unless `answer`; its
    age goes by receipt, else by its Date. Raises `IntakeError` where no route knows `to`.
    """
    routed = routes.match(to) if to else None
    if to and not routed:
        raise IntakeError(f"no route has the address {to}; there are {', '.join(routes.addresses)}")
    at = min(found.received_at or now, now)
    aged_at = found.received_at or found.dated_at or now
    return NewMail(
        raw=found.raw,
        source="file",
        received_at=at,
        routes=(routed,) if routed else routes.of_headers(found.raw),
        envelope_from=found.return_path,
        answerable=answer or now - aged_at < old_after,
    )


def _files_in(folder: Path) -> list[Path]:
    try:
        files = sorted(_files_below(folder), key=_by_folder_and_name)
    except OSError as error:
        raise IntakeError(f"cannot read {folder}: {error.strerror}; {WOULD_BE_RIGHT}") from None
    if not files:
        raise IntakeError(f"{folder} holds no mails; {WOULD_BE_RIGHT}")
    return files


def _files_below(folder: Path) -> Iterator[Path]:
    """Mails of a folder and those below. Hidden folders are left out: a Maildir keeps its Sent and Trash there."""

    closed: list[Path] = []

    def complain(error: OSError) -> None:
        if error.filename == str(folder):
            raise error
        closed.append(Path(error.filename))

    for name, folders, files in os.walk(folder, onerror=complain):
        here = Path(name)
        is_maildir = {"cur", "new"} <= set(folders)
        folders[:] = [each for each in folders if not each.startswith(".") and not (is_maildir and each == "tmp")]
        in_maildir = here.name in ("cur", "new") and (here.parent / "cur").is_dir() and (here.parent / "new").is_dir()
        for each in files:
            wanted = not each.startswith(".") and (in_maildir or each.lower().endswith(SUFFIXES))
            if wanted and not _is_special(here / each):
                yield here / each
    yield from closed


def _is_special(file: Path) -> bool:
    """A pipe or a device, which may never end; a link that leads nowhere is to be reported instead."""
    return file.exists() and not file.is_file()


def _by_folder_and_name(file: Path) -> tuple[str, str]:
    """A Maildir's files in the order of their names, which begin with the time, whether in cur or new."""
    folder = file.parent.parent if file.parent.name in ("cur", "new") else file.parent
    return str(folder), file.name


def _only(mails: Iterator[FoundMail | Unreadable], name: str) -> Iterator[FoundMail | Unreadable]:
    """What is alone and unreadable is an error."""
    first = next(mails, None)
    if first is None:
        raise IntakeError(f"{name} is empty; {WOULD_BE_RIGHT}")
    second = next(mails, None)
    if isinstance(first, Unreadable) and second is None:
        raise IntakeError(f"cannot read {name}: {first.reason}; {WOULD_BE_RIGHT}")
    return chain((each for each in (first, second) if each), mails)


def _mails_of_file(file: Path) -> Iterator[FoundMail | Unreadable]:
    empty = True
    try:
        with file.open("rb") as stream:
            for mail in _mails_of(stream, str(file)):
                empty = False
                yield mail
    except OSError as error:
        yield Unreadable(str(file), error.strerror or str(error))
    else:
        if empty:
            yield Unreadable(str(file), "it is empty")


def _count(file: Path) -> int:
    try:
        with file.open("rb") as stream:
            return sum(1 for _ in split_mbox(lines_of(stream))) if stream.peek(5)[:5] == b"From " else 1
    except OSError:
        return 1


def _mails_of(stream: BinaryIO, name: str) -> Iterator[FoundMail | Unreadable]:
    lines = lines_of(stream)
    first = next(lines, b"")
    if first.startswith(b"From "):
        for number, (from_line, raw) in enumerate(split_mbox(chain([first], lines)), 1):
            yield _found(raw, f"{name}#{number}", from_line)
    elif first:
        mail = Bounded()
        for line in chain([first], lines):
            mail.add(line)
            if mail.raw is None:
                break
        yield _found(mail.raw, name, b"") if _begins_as_a_mail(mail.raw, name) else Unreadable(name, NO_MAIL)


def _begins_as_a_mail(raw: bytearray | None, name: str) -> bool:
    """Whether a file is one by its name or its folder, or else begins with a header field that mails have."""
    place = Path(name)
    if raw is None or not raw.strip() or place.suffix.lower() == ".eml" or place.parent.name in ("cur", "new"):
        return True
    header, _, _ = bytes(raw[:LOOKED_AT]).lstrip().replace(b"\r\n", b"\n").partition(b"\n\n")
    return OF_MAILS.search(header) is not None


def _found(raw: bytearray | None, name: str, from_line: bytes) -> FoundMail | Unreadable:
    if raw is None:
        return Unreadable(name, f"it is larger than {MOST_BYTES // 1_048_576} MB")
    if not raw.strip():
        return Unreadable(name, "it is empty")
    if b"\0" in raw[:LOOKED_AT] and not any(FIELD.match(line) for line in raw[:LOOKED_AT].splitlines()):
        return Unreadable(name, "it is not a mail")
    fields = _topmost_fields(raw)
    return_path = _return_path(fields.get(b"return-path"))
    if return_path is None and from_line[5:].upper().startswith(b"MAILER-DAEMON"):
        # other senders of this line are not believed: exports write their own names and numbers there
        return_path = ""
    return FoundMail(
        raw=bytes(raw),
        name=name,
        received_at=_instant(fields.get(b"received", b"").rpartition(b";")[2]),
        dated_at=_instant(fields.get(b"date", b"")),
        return_path=return_path,
    )


def _topmost_fields(raw: bytearray) -> dict[bytes, bytes]:
    """The first field of each name that we ask for, unfolded."""
    found: dict[bytes, list[bytes]] = {}
    name = b""
    for line in bytes(raw[:HEADER_BYTES]).splitlines():
        if not line.strip():
            break
        if line[:1] in b" \t":
            if name:
                found[name].append(line.strip())
            continue
        field, colon, value = line.partition(b":")
        name = field.strip().lower()
        if colon and name in FIELDS and name not in found:
            found[name] = [value.strip()]
        else:
            name = b""
    return {name: b" ".join(parts) for name, parts in found.items()}


def _instant(text: bytes) -> datetime | None:
    """A date of a header, in UTC; None where it cannot be read or has no zone (RFC 5322 3.3)."""
    try:
        at = parsedate_to_datetime(text.decode("ascii").strip()[:DATE_LENGTH])
        return at.astimezone(UTC) if at.tzinfo else None
    except Exception:
        # the library raises whatever a hostile date makes it stumble over
        return None


def _return_path(value: bytes | None) -> str | None:
    text = (value or b"").decode("utf-8", "replace").strip()
    if text == "<>" or text.strip("<>").upper() == "MAILER-DAEMON":
        return ""
    match = ADDRESS.fullmatch(text)
    return match[1] if match and "\ufffd" not in text else None
