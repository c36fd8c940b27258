"""The few errors that cross rooms, and the one table of SMTP codes and texts."""

from dataclasses import dataclass
from enum import Enum
from typing import Any


class IntakeError(Exception):
    """Something a person must put right. Its text is one clear line: what, where, and what would be right."""


class Stale(IntakeError):  # noqa: N818  (the field's word for it)
    """A case changed between reading and saving; the same thing is to be decided again."""


class Overtaken(IntakeError):  # noqa: N818
    """A person acts on a case that has changed since they looked at it; nothing was done."""


class Outdated(IntakeError):  # noqa: N818
    """A newer version of the program brought the database to its schema; this one must not go on."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a file that a person wrote. `line` counts from 1; 0 where the whole file is meant."""

    file: str
    line: int
    key: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.text}" if self.key else f"{place}: {self.text}"

    def json(self) -> dict[str, Any]:
        """The mistake for scripts."""
        return {"file": self.file, "line": self.line, "key": self.key, "text": self.text}


class Mistakes(IntakeError):  # noqa: N818
    """All the mistakes found in one go."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class Smtp(Enum):
    """What we answer on SMTP and LMTP, with enhanced codes (RFC 3463). Any doubt is a 4xx."""

    KEPT = "250 2.0.0 Kept"
    TRY_AGAIN = "451 4.3.0 Cannot keep this mail right now, please try again"
    DISK_FULL = "452 4.3.1 Out of room right now, please try again"
    TOO_BUSY = "421 4.7.0 Too many connections, please try again"
    TOO_SLOW = "421 4.4.2 Too slow, closing the connection"
    TOO_MANY_ERRORS = "421 4.7.0 Too many errors or commands, closing the connection"
    CLOSING = "421 4.3.2 Shutting down, please try again"
    UNKNOWN_COMMAND = "500 5.5.1 Command not recognized"
    LINE_TOO_LONG = "500 5.5.2 Line too long"
    TOO_BIG = "552 5.3.4 Message exceeds the size limit"
    BARE_NEWLINE = "550 5.6.0 Bare CR or LF in the message"
    NO_ROUTE = "550 5.1.1 No such address here"
    TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"
    BAD_ADDRESS = "553 5.1.3 Not a valid address"
    TLS_NEEDED = "530 5.7.0 Must issue a STARTTLS command first"
    LOGIN_WRONG = "535 5.7.8 Authentication credentials invalid"

    def __str__(self) -> str:
        return self.value
