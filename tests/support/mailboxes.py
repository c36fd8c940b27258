"""A house that takes mail from mailboxes, for tests: real spool, real keeper, a clock that can be set ahead."""

import time
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from dovecot import PASSWORD
from house import fresh_databases
from sqlalchemy import select
from structlog.testing import LogCapture

from intake.config import Mailbox, Route
from intake.inbound.imap import MailboxWatcher
from intake.inbound.keep import Keeper
from intake.inbound.routing import Routes
from intake.store import spool, tables
from intake.store.engine import open_databases, reading
from intake.store.migrate import upgrade
from intake.store.sharing import Mailboxes

SUPPORT = "support@desk.example"
SALES = "sales@desk.example"
SIZE_LIMIT = 1_000_000


def letter(number: int = 1, to: str = SUPPORT, size: int = 0) -> bytes:
    """A small mail, or one padded to at least `size` bytes."""
    head = (
        f"From: kim@customer.example\r\nTo: {to}\r\nSubject: Mail {number}\r\nMessage-ID: <{number}@customer.example>"
    )
    return f"{head}\r\n\r\nHello {number}\r\n".encode() + b"All work and no play\r\n" * (size // 22 + bool(size))


def until(met: Callable[[], object], seconds: float = 15.0) -> None:
    """Waits for a condition, and fails where it is not met in time."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "not met in time"
        time.sleep(0.03)


@dataclass(frozen=True)
class Kept:
    """A mail of the spool with what tests ask about it."""

    mail: spool.KeptMail
    raw: bytes
    routes: tuple[str, ...]


class House:
    """One installation in a folder, or an instance on a database of PostgreSQL. Its watchers are closed with it."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.databases = open_databases(folder, url) if url else fresh_databases(folder)
        upgrade(self.databases)
        self.hands = Mailboxes(self.databases)
        self.ahead = timedelta()
        self.before_keeping: Callable[[], None] = lambda: None
        self.keeper = Keeper(self._write)
        routes = [Route(address=SUPPORT, policy="p"), Route(address=SALES, policy="p")]
        self.routes = Routes(routes, "+")
        self.logged = LogCapture()
        self.log = structlog.wrap_logger(structlog.PrintLogger(), processors=[self.logged])
        self._watchers: list[MailboxWatcher] = []

    def _write(self, mails: Any) -> list[int]:
        self.before_keeping()
        return spool.keep(self.databases.spool, mails)

    def now(self) -> datetime:
        """The machine's clock, set ahead."""
        return datetime.now(UTC) + self.ahead

    def watcher(self, mailbox: Mailbox, secret: Callable[[], str] = lambda: PASSWORD) -> MailboxWatcher:
        """A watcher, not yet started."""
        made = MailboxWatcher(
            mailbox,
            secret,
            routes=self.routes,
            keeper=self.keeper,
            spool=self.databases.spool,
            hands=self.hands,
            now=self.now,
            size_limit=SIZE_LIMIT,
            log=self.log,
        )
        self._watchers.append(made)
        return made

    def watch(self, mailbox: Mailbox) -> MailboxWatcher:
        """A watcher that runs and has looked once."""
        made = self.watcher(mailbox)
        made.start()
        until(lambda: made.status().last_success)
        return made

    def kept(self) -> list[Kept]:
        """All mails of the spool, in order."""
        with reading(self.databases.spool) as connection:
            rows = connection.execute(select(tables.mail).order_by(tables.mail.c.id)).all()
            routes = connection.execute(select(tables.mail_route)).all()
        names = spool.KeptMail.__dataclass_fields__
        return [
            Kept(
                spool.KeptMail(**{name: getattr(row, name) for name in names}),
                bytes(row.raw),
                tuple(sorted(route.route for route in routes if route.mail_id == row.id)),
            )
            for row in rows
        ]

    def events(self) -> list[MutableMapping[str, Any]]:
        """What was logged."""
        return list(self.logged.entries)

    def close(self) -> None:
        """Ends everything."""
        for watcher in self._watchers:
            watcher.close()
        self.hands.close()
        self.keeper.close()
        self.databases.close()


@contextmanager
def house(folder: Path, url: str = "") -> Iterator[House]:
    """A house for one test."""
    made = House(folder, url)
    try:
        yield made
    finally:
        made.close()


def mailbox(port: int, **changes: Any) -> Mailbox:
    """Settings of a mailbox on this machine: looks every 60 seconds unless IDLE tells of news."""
    given = {"name": "support", "host": "127.0.0.1", "port": port, "tls": "none", "user": "desk", "backlog": "answer"}
    secret = {} if "token" in changes else {"password": "env:PASSWORD"}
    return Mailbox(**{**given, **secret, "timeout_seconds": 5, **changes})
