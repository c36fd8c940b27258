"""Watching IMAP mailboxes: a thread each, which looks, waits for news, and connects again after any failure."""

import random
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from ipaddress import ip_address
from typing import Any, Literal

from sqlalchemy import Engine
from structlog.typing import FilteringBoundLogger

from intake.config import Mailbox
from intake.errors import IntakeError
from intake.inbound.imap_connection import IdleRefused, LoginRefused, connected, describe, select_folder, wait_for_news
from intake.inbound.imap_reader import MailboxReader
from intake.inbound.keep import Keeper
from intake.inbound.routing import Routes
from intake.store.sharing import Mailboxes

# a connection that leads nowhere is noticed within a minute: the time until we ask, with the time for an answer
NOTICED_WITHIN = 50.0
SHORTEST_HEARTBEAT = 5.0
BACKOFF = (1.0, 60.0)
# accounts lock after some wrong passwords an hour
LOGIN_BACKOFF = (60.0, 900.0)
CLOSE_SECONDS = 2.0

ELSEWHERE_SECONDS = 5.0

State = Literal["new", "elsewhere", "connecting", "looking", "waiting", "backing off", "closed"]


@dataclass(frozen=True, slots=True)
class MailboxStatus:
    """How a mailbox fares. `last_success` is the end of the last whole look; `last_error` is one line.

    `troubled` counts mails that the server would not give yet.
    """

    name: str
    state: State = "new"
    last_success: datetime | None = None
    last_error: str | None = None
    troubled: int = 0


class MailboxWatcher:
    """Takes the mail of one mailbox until closed.

    `secret` gives the password or token, freshly for each sign-in. `size_limit` is in bytes. While another instance
    has the mailbox among its `hands`, it waits. Nothing is ever raised out of the thread: each failure is logged in a
    line, and tried again with a growing pause.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        secret: Callable[[], str],
        *,
        routes: Routes,
        keeper: Keeper,
        spool: Engine,
        hands: Mailboxes,
        now: Callable[[], datetime],
        size_limit: int,
        log: FilteringBoundLogger,
    ) -> None:
        self._mailbox = mailbox
        self._secret = secret
        self._hands = hands
        self._now = now
        self._log = log.bind(mailbox=mailbox.name)
        self._reader = MailboxReader(mailbox, routes, keeper, spool, now, size_limit, log)
        self._status = MailboxStatus(mailbox.name)
        self._stopped = threading.Event()
        self._wake, self._waker = socket.socketpair()
        self._client: Any = None
        self._idles = True
        self._failures = 0
        self._was_refused = False
        self._thread = threading.Thread(target=self._run, name=f"imap {mailbox.name}", daemon=True)

    def start(self) -> None:
        """Begins to watch, in a thread of its own."""
        self._thread.start()

    def close(self) -> None:
        """Ends within a few seconds; a look in progress ends after the mails in hand, or is cut off."""
        self._stopped.set()
        with suppress(OSError):
            self._waker.send(b"x")
        if self._thread.ident is None:
            self._wake.close()
            self._waker.close()
            return
        self._thread.join(CLOSE_SECONDS)
        if self._thread.is_alive():
            client = self._client
            with suppress(Exception):
                client.socket().shutdown(socket.SHUT_RDWR)
            self._thread.join(CLOSE_SECONDS)

    def status(self) -> MailboxStatus:
        """How it fares right now."""
        return replace(self._status, troubled=self._reader.troubled)

    def check(self) -> int:
        """Signs in once and gives back how many mails the folder holds. Raises `IntakeError` with one clear line."""
        try:
            _check_folders(self._mailbox)
            with connected(self._mailbox, self._secret()) as client:
                return select_folder(client, self._mailbox).exists
        except Exception as error:
            raise IntakeError(describe(error, self._mailbox)) from None

    def _run(self) -> None:
        if self._mailbox.tls == "none" and not _is_loopback(self._mailbox.host):
            self._log.warning('mailbox password goes over the network in clear (tls = "none")')
        while not self._stopped.is_set():
            try:
                if self._is_mine():
                    self._watch()
                else:
                    self._set(state="elsewhere")
                    self._stopped.wait(ELSEWHERE_SECONDS)
            except Exception as error:
                # another instance may get through where this one does not
                self._hands.let_go(self._mailbox.name)
                if not self._stopped.is_set():
                    self._stopped.wait(self._failed(error))
        self._hands.let_go(self._mailbox.name)
        self._set(state="closed")
        self._wake.close()
        self._waker.close()

    def _watch(self) -> None:
        """One connection, for as long as it lasts and the mailbox is ours."""
        _check_folders(self._mailbox)
        self._set(state="connecting")
        with connected(self._mailbox, self._secret()) as client:
            self._client = client
            while not self._stopped.is_set() and self._is_mine():
                self._set(state="looking")
                more = self._reader.look(client, self._stopped.is_set)
                self._set(last_success=self._now())
                if not more and not self._stopped.is_set():
                    self._set(state="waiting")
                    self._wait(client)
                    # not before: a server may take the sign-in and then drop us each time
                    self._failures = 0

    def _is_mine(self) -> bool:
        return self._hands.take(self._mailbox.name)

    def _wait(self, client: Any) -> None:
        mailbox = self._mailbox
        heartbeat = max(SHORTEST_HEARTBEAT, NOTICED_WITHIN - mailbox.timeout_seconds)
        wait_for_news(client, mailbox.poll_seconds, heartbeat, self._wake, may_idle=self._idles)

    def _failed(self, error: Exception) -> float:
        """Logs a failure, and gives back the seconds to wait."""
        refused = isinstance(error, LoginRefused)
        self._failures = self._failures + 1 if refused == self._was_refused else 1
        self._was_refused = refused
        self._idles = self._idles and not isinstance(error, IdleRefused)
        first, longest = LOGIN_BACKOFF if refused else BACKOFF
        pause = min(longest, first * 2.0 ** min(self._failures - 1, 10))
        # many mailboxes of one server are not to come back all at once; a sign-in never comes early
        pause *= random.uniform(1.0, 1.25) if refused else random.uniform(0.5, 1.0)
        line = describe(error, self._mailbox)
        self._log.warning("mailbox cannot be read right now", error=line, retry_in=round(pause, 1))
        # what a status tells stands in the log already
        self._set(state="backing off", last_error=line)
        return pause

    def _set(self, **changes: Any) -> None:
        self._status = replace(self._status, **changes)


def _check_folders(mailbox: Mailbox) -> None:
    if mailbox.after == "move" and mailbox.move_to.lower() == mailbox.folder.lower():
        raise IntakeError(f'move_to = "{mailbox.move_to}" is the folder that is read; name another one')


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
