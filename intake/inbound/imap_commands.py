"""What is asked of a selected IMAP mailbox: which mails, their facts and bytes, and what becomes of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from intake.config import Mailbox
from intake.inbound.imap_connection import Selected

FETCH_AT_ONCE = 500
# a line of imaplib's ends at a million bytes; a UID takes up to 11
SEARCH_AT_ONCE = 20_000
HEADER_BYTES = 262_144
GROUP_MAILS = 32
GROUP_BYTES = 4_000_000
KEPT_FLAG = b"$IntakeKept"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a mail before its bytes: the size that the server claims, and its INTERNALDATE in UTC."""

    uid: int
    size: int
    received_at: datetime | None


def uids_after(client: Any, exists: int, seen: int) -> list[int]:
    """The UIDs above `seen`, in order.

    Asks in windows of sequence numbers from the newest down: an expunge in between moves mails into windows
    still to come, so that none is missed.
    """
    found: set[int] = set()
    for end in range(exists, 0, -SEARCH_AT_ONCE):
        last = "*" if end == exists else str(end)
        window = f"{max(1, end - SEARCH_AT_ONCE + 1)}:{last}"
        found.update(client.search(f"{window} UID {seen + 1}:*"))
    # "n:*" names the last mail even where its UID is below n (RFC 3501 6.4.8)
    return sorted(uid for uid in found if uid > seen)


def announced(client: Any) -> bool:
    """Whether the server told of new mail since SELECT, where IDLE would not tell of it again."""
    _, counts = client._imap.response("EXISTS")
    return len(counts) > 1


def facts(client: Any, uids: Sequence[int]) -> dict[int, Facts]:
    """Facts by UID; a mail that the server leaves out is missing here, too. At most 500 UIDs."""
    answer = client.fetch(list(uids), ["RFC822.SIZE", "INTERNALDATE"])
    return {
        uid: Facts(uid, int(each.get(b"RFC822.SIZE") or 0), _utc(each.get(b"INTERNALDATE")))
        for uid, each in answer.items()
        # an unsolicited FETCH may bring flags alone
        if b"RFC822.SIZE" in each or b"INTERNALDATE" in each
    }


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    try:
        # a zone of -0000 comes without one
        return value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)
    except OverflowError:
        return None


def groups(known: Sequence[Facts]) -> Iterator[list[int]]:
    """UIDs to fetch together: several small mails, or a large one alone."""
    group: list[int] = []
    size = 0
    for each in known:
        if group and (len(group) == GROUP_MAILS or size + each.size > GROUP_BYTES):
            yield group
            group, size = [], 0
        group.append(each.uid)
        size += each.size
    if group:
        yield group


def bodies(client: Any, uids: Sequence[int], limit: int) -> dict[int, bytes]:
    """Whole mails by UID, unseen stays unseen; of a mail beyond `limit` the first `limit` + 1 bytes.

    The claimed size is not believed: no more than that is ever sent to us.
    """
    return _section(client, uids, f"BODY.PEEK[]<0.{limit + 1}>", b"BODY[]")


def headers(client: Any, uids: Sequence[int]) -> dict[int, bytes]:
    """The headers alone, cut at 256 KiB."""
    return _section(client, uids, f"BODY.PEEK[HEADER]<0.{HEADER_BYTES}>", b"BODY[HEADER]")


def _section(client: Any, uids: Sequence[int], item: str, key: bytes) -> dict[int, bytes]:
    if not uids:
        return {}
    found = {}
    for uid, answer in client.fetch(list(uids), [item]).items():
        value = next((value for name, value in answer.items() if name.startswith(key)), None)
        if isinstance(value, bytes):
            found[uid] = value
    return found


def header_of(raw: bytes) -> bytes:
    """The header of a mail that was cut off."""
    ends = [at + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if (at := raw.find(mark)) >= 0]
    return raw[: min([*ends, HEADER_BYTES])]


def mark_left(client: Any, folder: Selected, uids: Sequence[int]) -> None:
    """Marks mails that stay because they could not be kept whole: a person is to see them, so not as read."""
    _add_flags(client, folder, uids, [b"\\Flagged", KEPT_FLAG])


def finish(client: Any, folder: Selected, mailbox: Mailbox, uids: Sequence[int]) -> None:
    """Flags, moves or deletes kept mails. Raises `IMAPClientError` where the server does not do so."""
    if uids:
        AFTER[mailbox.after](client, folder, mailbox, uids)


def _flag(client: Any, folder: Selected, mailbox: Mailbox, uids: Sequence[int]) -> None:  # noqa: ARG001
    _add_flags(client, folder, uids, [b"\\Seen", KEPT_FLAG])


def _add_flags(client: Any, folder: Selected, uids: Sequence[int], wanted: Sequence[bytes]) -> None:
    flags = folder.lasting(wanted)
    if uids and flags:
        client.add_flags(list(uids), flags, silent=True)


def _move(client: Any, folder: Selected, mailbox: Mailbox, uids: Sequence[int]) -> None:
    target = _target(client, mailbox.move_to)
    if client.has_capability("MOVE"):
        client.move(list(uids), target)
    else:
        client.copy(list(uids), target)
        _delete(client, folder, mailbox, uids)


def _target(client: Any, name: str) -> str:
    """The folder by its name or, on servers that keep all folders below a prefix, below it; made if need be."""
    names = [name]
    if client.has_capability("NAMESPACE"):
        prefixes = [prefix for prefix, _ in client.namespace().personal or ()]
        names += [prefix + name for prefix in prefixes if prefix and not name.startswith(prefix)]
    for each in names:
        if client.folder_exists(each):
            return each
    for each in names[:-1]:
        try:
            client.create_folder(each)
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            continue
        return each
    client.create_folder(names[-1])
    return names[-1]


def _delete(client: Any, folder: Selected, mailbox: Mailbox, uids: Sequence[int]) -> None:  # noqa: ARG001
    client.delete_messages(list(uids), silent=True)
    # without UIDPLUS an EXPUNGE would take mails along that others only marked (RFC 4315 2.1): ours stay marked
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(list(uids))


AFTER: dict[str, Callable[[Any, Selected, Mailbox, Sequence[int]], None]] = {
    "flag": _flag,
    "move": _move,
    "delete": _delete,
}
