"""One pass over the outbox: what is due goes out; only here is a mail marked as sent.

Never answers anything and never sends a receipt (THREATS 43): it carries bytes that are finished.
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from sqlalchemy import Engine

from intake.outbound.headers import BadAddress, safe_address
from intake.outbound.maildir import MaildirTransport
from intake.outbound.notes import Notes, insist
from intake.outbound.smtp import SmtpTransport
from intake.outbound.transport import Malformed, Receipt, Refused, Transport, TryLater, Unreachable, Unsure
from intake.store import sending
from intake.store.sending import Left, OutgoingMail

__all__ = ["Counts", "MaildirTransport", "Notes", "SmtpTransport", "Transport", "deliver"]

LEASE = timedelta(minutes=3)
GIVE_UP = timedelta(hours=96)
BATCH = 20
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)


@dataclass(slots=True)
class Counts:
    """What a pass did. `again`: mails of these that an earlier try may have delivered."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    again: int = 0

    def __bool__(self) -> bool:
        return bool(self.sent or self.failed)


def deliver(
    engine: Engine,
    transport: Transport,
    owner: str,
    clock: Callable[[], datetime],
    *,
    give_up: timedelta = GIVE_UP,
    lease: timedelta = LEASE,
    limit: int = 200,
    keep_going: Callable[[], bool] = lambda: True,
    notes: Notes | None = None,
) -> Counts:
    """Sends up to `limit` mails whose time has come, and notes what became of each.

    Stops early where the way out is shut, with everything put back for later, and between two mails once
    `keep_going` says no. `owner` names this process and thread; `clock` gives aware instants. `notes`, which several
    senders share, are not waited for; without them all is noted at the end.
    """
    counts = Counts()
    taken = 0
    with ExitStack() as stack:
        notes = notes or stack.enter_context(closing(Notes(engine)))
        batch = _Batch(engine, transport, owner, clock, give_up, counts, notes)
        while taken < limit and keep_going():
            mails = sending.claim(engine, owner, clock(), lease, min(BATCH, limit - taken))
            if not mails or not batch.run(mails, lease, keep_going):
                break
            taken += len(mails)
    return counts


@dataclass(slots=True)
class _Batch:
    engine: Engine
    transport: Transport
    owner: str
    clock: Callable[[], datetime]
    give_up: timedelta
    counts: Counts
    notes: Notes

    def run(self, mails: list[OutgoingMail], lease: timedelta, keep_going: Callable[[], bool]) -> bool:
        """Sends the mails in turn; false where the pass must end."""
        began = self.clock()
        for position, mail in enumerate(mails):
            # half of the lease is left for the mail that is begun now
            if not keep_going() or not timedelta(0) <= self.clock() - began < lease / 2:
                self._put_back(mails[position:])
                return False
            self.counts.again += mail.again
            try:
                receipt = self.transport.send(mail)
            except Unreachable as trouble:
                self._later(mail, str(trouble), unsure=isinstance(trouble, Unsure))
                self._put_back(mails[position + 1 :], str(trouble), pause(mail.tries, mail.message_id))
                return False
            except TryLater as trouble:
                self._later(mail, str(trouble))
            except Malformed as mistake:
                self._stop(mail, str(mistake))
            except Refused as refusal:
                self._failed(mail, str(refusal))
            else:
                self._handed_over(mail, receipt)
        return True

    def _handed_over(self, mail: OutgoingMail, receipt: Receipt) -> None:
        copies = {address: words for address, words in receipt.refused.items() if not _is_recipient(mail, address)}
        lost = {address: words for address, words in receipt.refused.items() if address not in copies}
        if copies:
            insist(sending.note_refused_copies, self.engine, mail, copies, self.clock())
        if receipt.later:
            # one letter has one fate: its recipient is asked for again beside the copies that wait
            waiting = {**lost, **receipt.later}
            self._later(mail, "; ".join(waiting.values()), remaining=tuple(waiting))
        elif lost:
            have_it = ", ".join(each for each in mail.envelope_to if each not in receipt.refused)
            self._stop(mail, f"{'; '.join(lost.values())}; a copy has left for {have_it}", remaining=tuple(lost))
        else:
            self._left(mail, copies)

    def _left(self, mail: OutgoingMail, without: Mapping[str, str]) -> None:
        note = "; ".join(f"not for {address}: {words}" for address, words in without.items())
        self.notes.add(Left(mail, self.clock(), note))
        self.counts.sent += 1

    def _later(self, mail: OutgoingMail, reason: str, *, unsure: bool = False, remaining: tuple[str, ...] = ()) -> None:
        at = self.clock() + pause(mail.tries, mail.message_id)
        if at - mail.queued_at > self.give_up:
            self._failed(mail, self._given_up(reason))
            return
        fate = {"unsure": unsure, "remaining": remaining}
        insist(sending.mark_retry, self.engine, mail, self.owner, reason, at, **fate)
        self.counts.later += 1

    def _put_back(self, mails: list[OutgoingMail], reason: str | None = None, after: timedelta = timedelta(0)) -> None:
        at, waiting = self.clock() + after, []
        for mail in mails:
            if reason and at - mail.queued_at > self.give_up:
                self._failed(mail, self._given_up(reason))
            else:
                waiting.append(mail)
        insist(sending.put_back, self.engine, waiting, self.owner, at, reason)

    def _failed(self, mail: OutgoingMail, reason: str) -> None:
        """Stops the mail; one that its recipient has since an earlier try has left, without the copies that waited."""
        if any(_is_recipient(mail, each) for each in mail.envelope_to):
            self._stop(mail, reason)
            return
        copies = dict.fromkeys(mail.envelope_to, reason)
        insist(sending.note_refused_copies, self.engine, mail, copies, self.clock())
        self._left(mail, copies)

    def _stop(self, mail: OutgoingMail, reason: str, *, remaining: tuple[str, ...] = ()) -> None:
        insist(sending.mark_failed, self.engine, mail, self.owner, reason, self.clock(), remaining=remaining)
        self.counts.failed += 1

    def _given_up(self, reason: str) -> str:
        return f"gave up after {self.give_up.total_seconds() / 3600:g} hours: {reason}"


def _is_recipient(mail: OutgoingMail, address: str) -> bool:
    """Whether an address of the envelope is whom the letter is to; all others get a copy."""
    with suppress(BadAddress):
        return address.lower() == safe_address(mail.recipient).lower()
    return address.lower() == mail.recipient


def pause(tries: int, message_id: str) -> timedelta:
    """The wait after so many tries: doubling from a minute to an hour, a tenth more or less by the mail's id."""
    whole: timedelta = min(FIRST_PAUSE * 2 ** min(max(tries, 1) - 1, 10), LONGEST_PAUSE)
    return whole * (0.9 + 0.2 * (crc32(message_id.encode()) % 1000) / 1000)
