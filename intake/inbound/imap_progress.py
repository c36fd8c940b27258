"""How far a mailbox has been read, and which of its mails wait for another try."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intake.inbound.imap_commands import Facts

FIRST_WAIT = timedelta(minutes=1)
KEEP_WAIT = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mail that waits for another try, alone."""

    tries: int
    next_at: datetime


@dataclass(slots=True)
class Progress:
    """How far one UIDVALIDITY has been read. Every UID up to `seen` is done with, and those in `done`.

    UIDs up to `backlog_to` were there at first sight; mails from before `old_before` were there under an
    older UIDVALIDITY.
    """

    uidvalidity: int
    seen: int = 0
    backlog_to: int = 0
    old_before: datetime | None = None
    done: set[int] = field(default_factory=set)
    troubles: dict[int, Trouble] = field(default_factory=dict)

    def is_old(self, mail: Facts) -> bool:
        """Whether a mail was there before we came."""
        received = mail.received_at
        before = self.old_before is not None and received is not None and received < self.old_before
        return before or mail.uid <= self.backlog_to

    def due(self, listed: Sequence[int], now: datetime) -> list[int]:
        """Those to be taken now, of all that are listed above `seen`. What is listed no more is forgotten."""
        self.troubles = {uid: self.troubles[uid] for uid in listed if uid in self.troubles}
        waits = {uid for uid, trouble in self.troubles.items() if trouble.next_at > now}
        return [uid for uid in listed if uid not in self.done and uid not in waits]

    def finish(self, uids: Sequence[int]) -> None:
        """Nothing is left to be done about these."""
        self.done.update(uids)
        for uid in uids:
            self.troubles.pop(uid, None)

    def suspect(self, uids: Sequence[int], now: datetime) -> None:
        """One of them may have broken the connection: each is to be tried alone."""
        self.troubles |= {uid: Trouble(0, now) for uid in uids}

    def delay(self, uid: int, now: datetime, counts: bool) -> int:
        """Another try later, and later each time that counts; gives back how many counted."""
        before = self.troubles.get(uid)
        tries = (before.tries if before else 0) + counts
        wait = FIRST_WAIT * 2 ** (tries - 1) if counts else KEEP_WAIT
        self.troubles[uid] = Trouble(tries, now + wait)
        return tries

    def advance(self, listed: Sequence[int]) -> bool:
        """Moves `seen` on; true where that may be remembered.

        Half a backlog must not be: after a restart the other half would be answered.
        """
        waiting = [uid for uid in listed if uid not in self.done]
        self.seen = max(self.seen, min(waiting) - 1 if waiting else max(listed, default=0))
        self.done = {uid for uid in self.done if uid > self.seen}
        if not waiting:
            self.old_before = None
        return self.old_before is None and not (waiting and min(waiting) <= self.backlog_to)
