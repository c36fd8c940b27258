"""The bytes between 354 and the lone dot: read in bounded memory, refused with a reason, or exactly as meant."""

import asyncio

from intake.errors import Smtp

LINE_BYTES = 65_536
ENDLESS_LINE_BYTES = 1_048_576
READ_AT_LEAST = 100 * 1_048_576
START = b"\r\n"
END = b"\r\n.\r\n"


class Room:
    """The bytes of all mails that one listener is receiving at a time, up to `limit`."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0


class MessageReader:
    """Reads one message from a stream whose limit is `LINE_BYTES`.

    What is refused is read on without being held, so that the reply finds a client that listens; where it goes on
    too long, reading stops. `refusal` says why.
    """

    def __init__(self, stream: asyncio.StreamReader, size_limit: int, room: Room) -> None:
        self._stream = stream
        self._size_limit = size_limit
        self._room = room
        self._held = 0
        self._parts: list[bytes] = []
        self.refusal: Smtp | None = None

    async def read(self) -> bytes | Smtp:
        """The message with its dots undone (RFC 5321 4.5.2), or why it is refused.

        Raises `ConnectionAbortedError` where a refused message does not end, `IncompleteReadError` at the
        end of the stream.
        """
        # the line end of the DATA command counts as the one before a first line of "."
        self._stream._buffer[:0] = START  # type: ignore[attr-defined]
        size = line = 0
        ended = False
        while not ended:
            part, ended = await self._part()
            size += len(part)
            longest, line = _lines(part, line)
            self._take(part, size, longest)
            if self.refusal and (longest > ENDLESS_LINE_BYTES or size > max(READ_AT_LEAST, 10 * self._size_limit)):
                raise ConnectionAbortedError
        if self.refusal:
            return self.refusal
        message = _undotted(b"".join(self._parts))
        self._parts.clear()
        return Smtp.BARE_NEWLINE if _has_bare_newline(message) else message

    def release(self) -> None:
        """Gives the room back."""
        self._room.taken -= self._held
        self._held = 0
        self._parts.clear()

    def _take(self, part: bytes, size: int, longest: int) -> None:
        if self.refusal:
            return
        if longest > LINE_BYTES + len(START):
            self.refusal = Smtp.LINE_TOO_LONG
        elif size - len(END) > self._size_limit:
            self.refusal = Smtp.TOO_BIG
        elif self._room.taken + len(part) > self._room.limit:
            self.refusal = Smtp.DISK_FULL
        if self.refusal:
            self.release()
        else:
            self._parts.append(part)
            self._held += len(part)
            self._room.taken += len(part)

    async def _part(self) -> tuple[bytes, bool]:
        """The next bytes, at most about `LINE_BYTES`, and whether they end the message."""
        try:
            return await self._stream.readuntil(END), True
        except asyncio.LimitOverrunError as overrun:
            return await self._stream.read(min(overrun.consumed, LINE_BYTES)), False


def _lines(part: bytes, begun: int) -> tuple[int, int]:
    """The longest line that crosses an edge of the part, and how much of the last one has come."""
    first = part.find(b"\n")
    if first < 0:
        return begun + len(part), begun + len(part)
    rest = len(part) - part.rfind(b"\n") - 1
    return max(begun + first + 1, rest), rest


def _undotted(received: bytes) -> bytes:
    return received[: -len(b".\r\n")].replace(b"\r\n.", b"\r\n")[len(START) :]


def _has_bare_newline(message: bytes) -> bool:
    pairs = message.count(b"\r\n")
    return message.count(b"\r") != pairs or message.count(b"\n") != pairs
