"""Taking the new mails of a mailbox: keep first, then flag, move or delete, then remember how far.

What is new goes by UID, never by a flag that a person can set. A mail that the server cannot give waits and is
tried again; its neighbours do not wait for it.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from imapclient.exceptions import IMAPClientAbortError
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from intake.config import Mailbox
from intake.errors import IntakeError
from intake.inbound import imap_commands as commands
from intake.inbound.imap_commands import Facts
from intake.inbound.imap_connection import Selected, describe, select_folder
from intake.inbound.imap_progress import Progress
from intake.inbound.keep import Keeper
from intake.inbound.routing import Routes
from intake.store import spool
from intake.store.spool import MailboxState, NewMail

AT_ONCE = 1000
KEEP_SECONDS = 60.0
ORIGIN_LENGTH = 400
TRIES = 5
# a mailbox's clock and ours may differ; what is kept twice is found out by its content
OLD_MARGIN = timedelta(days=1)


class CannotGive(IntakeError):  # noqa: N818
    """The server lists a mail and does not give it."""


class CannotKeep(IntakeError):  # noqa: N818
    """Our own side cannot keep a mail right now."""


CONNECTION_GONE = (IMAPClientAbortError, OSError)


class MailboxReader:
    """Reads one mailbox, over any number of connections one after the other. Not for two threads at once."""

    def __init__(
        self,
        mailbox: Mailbox,
        routes: Routes,
        keeper: Keeper,
        engine: Engine,
        now: Callable[[], datetime],
        size_limit: int,
        log: FilteringBoundLogger,
    ) -> None:
        self._mailbox = mailbox
        self._routes = routes
        self._keeper = keeper
        self._engine = engine
        self._now = now
        self._limit = size_limit
        self._log = log.bind(mailbox=mailbox.name)
        self._progress = Progress(0)
        self._looked_at: datetime | None = None

    @property
    def troubled(self) -> int:
        """How many mails wait for another try."""
        return len(self._progress.troubles)

    def look(self, client: Any, stopped: Callable[[], bool] = lambda: False) -> bool:
        """Takes what is new; true where more may be there already. A look takes at most 1,000 mails.

        Raises `OSError`, `IMAPClientError` or `IntakeError` where the mailbox or the spool cannot be used now.
        """
        folder = select_folder(client, self._mailbox)
        if self._progress.uidvalidity != folder.uidvalidity:
            self._progress = self._begin(client, folder)
        progress = self._progress
        listed = commands.uids_after(client, folder.exists, progress.seen)
        due = progress.due(listed, self._now())
        before = len(progress.done)
        self._take(client, folder, due[:AT_ONCE], stopped)
        took = len(progress.done) > before
        self._remember(listed, complete=len(due) <= AT_ONCE and not stopped())
        return took or len(due) > AT_ONCE or commands.announced(client)

    def _begin(self, client: Any, folder: Selected) -> Progress:
        state = spool.mailbox_state(self._engine, self._mailbox.name)
        self._looked_at = state.looked_at if state else None
        begun = Progress(folder.uidvalidity)
        if state and state.uidvalidity == folder.uidvalidity:
            begun.seen = state.seen_uid
        elif state and state.looked_at:
            self._log.warning("mailbox has a new UIDVALIDITY and is read anew")
            begun.old_before = state.looked_at - OLD_MARGIN
        else:
            last = (
                folder.uidnext - 1 if folder.uidnext else max(commands.uids_after(client, folder.exists, 0), default=0)
            )
            begun.backlog_to = last if self._mailbox.backlog == "keep" else 0
            begun.seen = last if self._mailbox.backlog == "skip" else 0
        return begun

    def _remember(self, listed: Sequence[int], complete: bool) -> None:
        progress = self._progress
        if complete:
            self._looked_at = self._now()
        if progress.advance(listed):
            state = MailboxState(progress.uidvalidity, progress.seen, self._looked_at)
            spool.save_mailbox_state(self._engine, self._mailbox.name, state)

    def _take(self, client: Any, folder: Selected, uids: Sequence[int], stopped: Callable[[], bool]) -> None:
        alone = [uid for uid in uids if uid in self._progress.troubles]
        easy = [uid for uid in uids if uid not in self._progress.troubles]
        for start in range(0, len(easy), commands.FETCH_AT_ONCE):
            chunk = easy[start : start + commands.FETCH_AT_ONCE]
            known = self._facts(client, chunk)
            left_out = ([uid] for uid in chunk if uid not in known)
            for group in (*commands.groups(list(known.values())), *left_out):
                if stopped():
                    return
                self._attempt(client, folder, group, known)
        for uid in alone:
            if not stopped():
                self._attempt(client, folder, [uid], {})

    def _facts(self, client: Any, uids: Sequence[int]) -> dict[int, Facts]:
        try:
            return commands.facts(client, uids)
        except CONNECTION_GONE:
            self._progress.suspect(uids, self._now())
            raise
        except Exception:
            # each is asked for alone then, and the one to blame shows
            return {}

    def _attempt(self, client: Any, folder: Selected, uids: Sequence[int], known: dict[int, Facts]) -> None:
        """Takes a group; where that is refused, each mail of it alone, so that one cannot spoil the others."""
        try:
            self._take_group(client, folder, uids, known)
        except SQLAlchemyError:
            raise
        except CannotKeep as error:
            self._delay(uids, error, counts=False)
            raise
        except CONNECTION_GONE as error:
            if len(uids) > 1:
                self._progress.suspect(uids, self._now())
            else:
                self._delay(uids, error)
            raise
        except Exception as error:
            # whatever one mail provokes, in the server, in a parser or in us, it is that mail's alone
            if len(uids) == 1:
                self._delay(uids, error)
                return
            for uid in uids:
                self._attempt(client, folder, [uid], known)

    def _delay(self, uids: Sequence[int], error: Exception, counts: bool = True) -> None:
        for uid in uids:
            tries = self._progress.delay(uid, self._now(), counts)
            self._log.warning("mail cannot be taken yet", uid=uid, tries=tries, error=describe(error, self._mailbox))

    def _take_group(self, client: Any, folder: Selected, uids: Sequence[int], known: dict[int, Facts]) -> None:
        kept = spool.kept_origins(self._engine, [self._origin(uid) for uid in uids])
        fresh = [uid for uid in uids if self._origin(uid) not in kept]
        whole = [uid for uid in uids if kept.get(self._origin(uid))]
        trouble = self._progress.troubles.get(uids[0])
        if trouble and trouble.tries >= TRIES:
            self._give_up(client, uids[0], trouble.tries, bool(fresh))
        else:
            whole += self._keep_new(client, fresh, known)
            commands.finish(client, folder, self._mailbox, whole)
            commands.mark_left(
                client, folder, [uid for uid in uids if uid not in whole and uid not in self._progress.done]
            )
        self._progress.finish(uids)

    def _keep_new(self, client: Any, uids: Sequence[int], known: dict[int, Facts]) -> list[int]:
        """Keeps mails, and gives back those that are kept whole. What is too large is kept by its headers."""
        missing = [uid for uid in uids if uid not in known]
        mails = {**known, **commands.facts(client, missing)} if missing else known
        if any(uid not in mails for uid in uids):
            raise CannotGive("the server lists the mail and leaves it out of its answer")
        wanted = [mails[uid] for uid in uids if not self._is_skipped(mails[uid])]
        self._progress.finish([uid for uid in uids if self._is_skipped(mails[uid])])
        large = [mail.uid for mail in wanted if mail.size > self._limit]
        raw = commands.bodies(client, [mail.uid for mail in wanted if mail.uid not in large], self._limit)
        head = commands.headers(client, large)
        new = []
        for mail in wanted:
            content = head.get(mail.uid) if mail.uid in large else raw.get(mail.uid)
            if content is None or (not content and mail.size):
                raise CannotGive("the server gives no content")
            if len(content) > self._limit:
                # its size was understated
                large.append(mail.uid)
                content = commands.header_of(content)
            oversize = max(mail.size, self._limit + 1) if mail.uid in large else None
            new.append(self._new_mail(mail, content, oversize))
        self._keep(new)
        return [mail.uid for mail in wanted if mail.uid not in large]

    def _is_skipped(self, mail: Facts) -> bool:
        return self._mailbox.backlog == "skip" and self._progress.is_old(mail)

    def _new_mail(self, mail: Facts, raw: bytes, oversize: int | None, given_up: bool = False) -> NewMail:
        now = self._now()
        backlog = self._mailbox.backlog == "keep" and self._progress.is_old(mail)
        return NewMail(
            raw=raw,
            source="imap",
            received_at=min(mail.received_at or now, now),
            routes=self._routes.of_headers(raw, self._mailbox.route),
            origin=self._origin(mail.uid),
            answerable=not backlog and not given_up,
            backlog=backlog,
            oversize=oversize,
        )

    def _keep(self, mails: Sequence[NewMail]) -> None:
        """Returns when all are durably kept."""
        futures = [self._keeper.keep(mail) for mail in mails]
        try:
            for future in futures:
                future.result(KEEP_SECONDS)
        except Exception as error:
            for future in futures:
                # it is read again, and is not to stand in the queue twice
                self._keeper.withdraw(future)
            # a driver's error brings the whole statement along, with the mail in it
            reason = getattr(error, "orig", None) or error
            raise CannotKeep(f"cannot keep mail right now: {type(reason).__name__} {reason}") from None

    def _give_up(self, client: Any, uid: int, tries: int, fresh: bool) -> None:
        """Keeps what can be had of a mail that the server does not give: its headers, or only that it is there."""
        if not fresh:
            self._log.error("mail is kept, but the mailbox does not let it be marked", uid=uid)
            return
        mail, raw = Facts(uid, 0, None), b""
        if tries == TRIES:
            mail = commands.facts(client, [uid]).get(uid, mail)
            raw = commands.headers(client, [uid]).get(uid, b"")
        self._keep([self._new_mail(mail, raw, max(mail.size, 1), given_up=True)])
        self._log.error("mail is kept without its content, which stays in the mailbox", uid=uid)

    def _origin(self, uid: int) -> str:
        """The mail's name for ever, as an IMAP URL (RFC 5092), or its hash where that is too long."""
        mailbox = self._mailbox
        place = f"imap://{quote(mailbox.user, safe='')}@{mailbox.host.lower()}:{mailbox.port}/{quote(mailbox.folder)}"
        name = f"{place};UIDVALIDITY={self._progress.uidvalidity}/;UID={uid}"
        if len(name) <= ORIGIN_LENGTH:
            return name
        digest = hashlib.sha256(place.encode()).hexdigest()
        return f"imap:{digest};UIDVALIDITY={self._progress.uidvalidity}/;UID={uid}"
