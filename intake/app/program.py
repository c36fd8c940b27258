"""The running program: channels, desk, sending and chasing, each in threads of its own."""

from __future__ import annotations

import secrets
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from intake.app import (
    ROLES,
    chase,
    database_url,
    load_files,
    mistakes,
    now,
    open_house,
    open_store,
    routes,
)
from intake.app.alone import take
from intake.app.pulse import Pulse
from intake.app.senders import Senders
from intake.config import Config
from intake.errors import Outdated
from intake.inbound.keep import Keeper
from intake.store import outbox, published, spool
from intake.store.calls import listen
from intake.store.engine import reading
from intake.store.migrate import refuse_newer
from intake.store.sharing import Mailboxes

if TYPE_CHECKING:
    from intake.desk.house import House
    from intake.inbound.routing import Routes
    from intake.inbound.smtp import MailListener

log = structlog.get_logger()

# the roles that need policies, templates and what reads mails; the others are small without them
HOUSED = frozenset({"desk", "chase", "console"})
WAKE_SECONDS = {"tick": 20.0, "send": 2.0, "files": 10.0, "pulse": 20.0}
FIRST_WAKE_SECONDS = 5.0
DESK_POLL_SECONDS = 1.0
JOIN_SECONDS = 30.0
MEGABYTE = 1_048_576


def heed_signals(stop: threading.Event) -> None:
    """From now on SIGTERM and SIGINT set the event, and nothing else."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())


class Program:
    """The running program: channels, desk, sending and chasing, as far as the roles go. `stop` ends it.

    It ends by itself where a newer version has changed the database; `overtaken` then says so.
    """

    def __init__(self, config: Config, roles: Sequence[str] = ROLES, stop: threading.Event | None = None) -> None:
        self.config = config
        self.roles = frozenset(roles)
        self._stop = stop or threading.Event()
        self._mail_came = threading.Event()
        self._closers: list[Callable[[], None]] = []
        self.overtaken: Outdated | None = None
        if not database_url(config):
            # before its tables are changed under a program of another version that serves there
            self._closers.append(take(config.folder, self.roles).close)
        self.databases = open_store(config)
        self._house = open_house(config, self.databases) if self.roles & HOUSED else None
        self._pulse = Pulse(self.databases.desk, f"{socket.gethostname()}:{config.folder.resolve()}", now)
        self._listener: MailListener | None = None
        self._keeper: Keeper | None = None
        self.owner = f"{socket.gethostname()}-{secrets.token_hex(4)}"
        self._senders = Senders(
            config,
            self.databases.desk,
            self.owner,
            WAKE_SECONDS["send"],
            self._stop,
            partial(self._pulse.worked, "sender"),
            self._is_overtaken,
        )
        self.listening: list[str] = []
        self.first_link = ""
        self._fingerprint = self._files() if self._house else ()

    @property
    def house(self) -> House:
        """The desk's parts, which a program has whose roles need them."""
        assert self._house is not None, "no role here needs them"
        return self._house

    def start(self) -> None:
        """Starts every part. Raises `IntakeError` with what cannot run, and nothing is left running then."""
        try:
            if self._house:
                self._tell_mistakes()
            if "desk" in self.roles:
                self._start_desk()
            if self.roles & {"smtp", "lmtp", "imap"}:
                self._start_channels()
            if "send" in self.roles:
                self._senders.start()
                self._closers.append(self._senders.close)
            self._start_chaser()
            if "console" in self.roles and self.config.settings.console.listen:
                self._start_console()
        except BaseException:
            self.close()
            raise

    @property
    def working(self) -> list[str]:
        """The parts that have work, in order: a listener without an address has none, nor IMAP without a mailbox."""
        settings = self.config.settings
        off = {
            "smtp": not settings.smtp.listen,
            "lmtp": not settings.lmtp.listen,
            "imap": not settings.mailbox,
            "console": not settings.console.listen,
        }
        return [each for each in ROLES if each in self.roles and not off.get(each, False)]

    def wait(self) -> None:
        """Runs until SIGTERM or SIGINT, or until it is overtaken."""
        heed_signals(self._stop)
        while not self._stop.wait(1):
            pass

    def close(self) -> None:
        """Stops taking mail, finishes what is in hand, and ends."""
        self._stop.set()
        self._mail_came.set()
        while self._closers:
            self._closers.pop()()
        try:
            self._pulse.end()
        except Exception:
            log.exception("the store does not know that this program ended in order")
        if self._house:
            self._house.reader.close()
        self.databases.close()

    def _start_desk(self) -> None:
        thread = threading.Thread(target=self._decide, name="desk", daemon=True)
        thread.start()
        self._closers.append(lambda: thread.join(JOIN_SECONDS))
        if self.databases.shared:
            ear = threading.Thread(
                target=listen, args=(self.databases.desk, self._mail_came.set, self._stop), name="ear", daemon=True
            )
            ear.start()
            self._closers.append(lambda: ear.join(JOIN_SECONDS))

    def _decide(self) -> None:
        from intake.desk.notices import send_notices
        from intake.desk.receive import receive

        while not self._stop.is_set():
            # cleared first: a mail that comes while we look wakes us again
            self._mail_came.clear()
            try:
                # what an older version decides would lack what the newer one keeps beside it
                refuse_newer(self.databases)
                decided = receive(self.house, now())
                self._pulse.worked("desk")
                if decided:
                    continue
                # what one burst of mail asks for is told together
                send_notices(self.house, now())
            except Exception:
                if not self._is_overtaken():
                    log.exception("will be tried again", part="desk")
            self._mail_came.wait(DESK_POLL_SECONDS)

    def _start_channels(self) -> None:
        keeper = self._keeper = Keeper(lambda mails: spool.keep(self.databases.spool, mails), self._mail_came.set)
        self._closers.append(keeper.close)
        table = routes(self.config)
        if self.roles & {"smtp", "lmtp"}:
            self._start_listener(keeper, table)
        if "imap" in self.roles:
            self._start_watchers(keeper, table)

    def _start_listener(self, keeper: Keeper, table: Routes) -> None:
        # here, not above: a command that takes no mail shall not wait for these libraries
        from intake.inbound.smtp import MailListener, configured

        listens = [each for each in configured(self.config) if each.protocol in self.roles]
        if not listens:
            return
        host = self.config.settings.service.hostname
        listener = MailListener(listens, routes=table, keeper=keeper, now=now, hostname=host)
        listener.start()
        self._listener = listener
        self._closers.append(listener.close)
        for each, address in zip(listens, listener.addresses, strict=True):
            place = address if isinstance(address, str) else f"{address[0]}:{address[1]}"
            self.listening.append(f"{each.protocol} {place}")

    def _start_watchers(self, keeper: Keeper, table: Routes) -> None:
        from intake.inbound.imap import MailboxWatcher

        hands = Mailboxes(self.databases)
        self._closers.append(hands.close)
        for mailbox in self.config.settings.mailbox:
            place = mailbox.password or mailbox.token
            watcher = MailboxWatcher(
                mailbox,
                partial(self.config.secret, place),
                routes=table,
                keeper=keeper,
                spool=self.databases.spool,
                hands=hands,
                now=now,
                size_limit=self.config.settings.smtp.size_limit_mb * MEGABYTE,
                log=log,
            )
            watcher.start()
            self._closers.append(watcher.close)

    def _start_console(self) -> None:
        from intake.app.channels import channels
        from intake.web.server import Console

        listen = self.config.settings.console.listen
        console = Console(self.house, listen, now, self._reload, channels=channels(self.config))
        console.start()
        self._closers.append(console.close)
        self.listening.append(f"http://{console.address}")
        self.first_link = console.first_link()

    def _start_chaser(self) -> None:
        from intake.chaser import Chaser

        chaser = Chaser()
        jobs: dict[str, tuple[str, Callable[[], object]]] = {
            "tick": ("chase", self._chase),
            "files": ("desk", self._reload),
        }
        for name, (role, work) in jobs.items():
            if role in self.roles:
                # mail that waited is decided first: it may hold what a clock would ask for
                chaser.every(WAKE_SECONDS[name], name, partial(self._unless_overtaken, work), FIRST_WAKE_SECONDS)
        chaser.every(WAKE_SECONDS["pulse"], "pulse", self._beat, FIRST_WAKE_SECONDS)
        chaser.start()
        self._closers.append(chaser.close)

    def _chase(self) -> None:
        refuse_newer(self.databases)
        chase(self.house, now())
        self._pulse.worked("chaser")

    def _is_overtaken(self) -> bool:
        """Whether a newer version has changed the database: then the program ends.

        Whoever looks after it starts it again, as the version that is installed by then.
        """
        try:
            refuse_newer(self.databases)
        except Outdated as newer:
            self.overtaken = newer
            self._stop.set()
        except DBAPIError:
            return False
        return self.overtaken is not None

    def _unless_overtaken(self, work: Callable[[], object]) -> None:
        try:
            work()
        except Exception:
            if not self._is_overtaken():
                raise

    def _beat(self) -> None:
        self._is_overtaken()
        # a listener that can keep nothing refuses every mail, and does not do its work; without mails nobody can tell
        if self._listener and self._keeper and self._listener.listens() and not self._keeper.failed():
            self._pulse.worked("receiver")
        self._pulse.write()

    def _files(self) -> tuple[object, ...]:
        """What tells that a policy or template changed: path, time and size of each file, and what was published."""
        folders = (self.config.policies, self.config.templates)
        files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
        with reading(self.databases.desk) as connection:
            newest = published.newest(connection)
        return (newest, *((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files))

    def _reload(self) -> None:
        """A changed file serves from the next mail on; a broken one does not, and a person is told."""
        fingerprint = self._files()
        if fingerprint == self._fingerprint:
            return
        self.house.policies, self.house.templates = load_files(self.config, self.databases)
        self._fingerprint = fingerprint
        self._tell_mistakes()
        log.info("policies and templates were read again")

    def _tell_mistakes(self) -> None:
        from intake.desk.post import broken_files

        found = mistakes(self.house)
        for mistake in found:
            log.error("a broken file: its last good version serves", mistake=str(mistake))
        with self.databases.desk.begin() as connection:
            for draft in broken_files(self.house, connection, found, now()):
                outbox.queue(connection, None, draft.letter, draft.rendered, now(), withheld=draft.withheld)
