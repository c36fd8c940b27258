"""The ways by which mail comes in and goes out, with when each last worked, and trying one on purpose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from intake.store import outbox, spool

Kind = Literal["smtp", "lmtp", "imap", "outgoing"]
NEVER = "nothing yet"


@dataclass(frozen=True, slots=True)
class Channel:
    """A way that the configuration names. `test` says in one line what answered, and raises where nothing did."""

    kind: Kind
    name: str
    place: str
    test: Callable[[], str]
    poll_seconds: float = 0

    @property
    def key(self) -> str:
        """What tells it from the others."""
        return f"{self.kind} {self.name}".strip()


@dataclass(frozen=True, slots=True)
class Use:
    """A channel with the instant of its last success, and what that was."""

    channel: Channel
    at: datetime | None
    what: str


def used(connection: Connection, channels: Sequence[Channel]) -> list[Use]:
    """Each channel with its last success, as far back as the store is looked at. The connection must see the spool."""
    received, looked = spool.last_received(connection), spool.looked_at(connection)
    found = []
    for each in channels:
        if each.kind == "imap":
            found.append(Use(each, looked.get(each.name), "looked into"))
        elif each.kind == "outgoing":
            found.append(Use(each, outbox.last_sent(connection), "a mail sent"))
        else:
            found.append(Use(each, received.get(each.kind), "a mail taken"))
    return found
