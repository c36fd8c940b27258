"""What a way out promises: a mail handed over, or one of a few exceptions that say what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from intake.outbound.filters import line
from intake.store.sending import OutgoingMail

SAID = 300


class TryLater(Exception):  # noqa: N818
    """Not now: this mail was refused for a while. Its text is the reason, one line."""


class Unreachable(TryLater):
    """The way out itself is shut: no other mail gets through either."""


class Unsure(Unreachable):
    """The connection was lost between the mail's end and the answer: it may have left."""


class Refused(Exception):  # noqa: N818
    """Never: this mail was refused for good. Its text is the reason, one line."""


class Malformed(Refused):
    """What stands in the mail's envelope can stand in no command of SMTP: nobody was asked."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The mail is handed over. Recipients that were refused meanwhile, for good or for a while, with the words."""

    refused: Mapping[str, str] = field(default_factory=dict)
    later: Mapping[str, str] = field(default_factory=dict)


class Transport(Protocol):
    """A way out. Used by one thread at a time."""

    def send(self, mail: OutgoingMail) -> Receipt:
        """Hands the mail over. Raises `TryLater`, `Unreachable`, `Unsure` or `Refused`."""

    def check(self) -> str:
        """Goes as far as one can without a mail, and says what answered. Raises `Unreachable`."""

    def close(self) -> None:
        """Lets go of connections."""


def said(code: int, words: bytes | str) -> str:
    """A server's answer on one line without controls, cut."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return line(f"{code} {text}").strip()[:SAID]
