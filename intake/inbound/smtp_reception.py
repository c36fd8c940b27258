"""What one listener answers: who may come in, from whom, to whom, and when a mail counts as kept."""

import asyncio
import errno
import hmac
import sqlite3
import ssl
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Literal, Protocol

import structlog
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as State
from sqlalchemy.exc import SQLAlchemyError

from intake.config import Smtp as Settings
from intake.errors import Smtp
from intake.inbound.keep import Keeper
from intake.inbound.routing import Routes
from intake.inbound.smtp_message import Room
from intake.store.engine import said
from intake.store.spool import NewMail

MEGABYTE = 1_048_576
ROOM_AT_LEAST = 256 * MEGABYTE
ADDRESS_LENGTH = 320
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
POSTGRESQL_FULL = "53100"

log = structlog.get_logger()


class Guest(Protocol):
    """A connection as its listener sees it."""

    def finish(self) -> None:
        """Ends once the running transaction is over; at once where none runs."""

    def abort(self) -> None:
        """Ends now."""


class Reception:
    """The shared state of one listener's connections, and aiosmtpd's handler for them.

    `logins` maps users to passwords; a mail is kept within `keeps_within` seconds, or its client tries again.
    """

    def __init__(
        self,
        protocol: Literal["smtp", "lmtp"],
        settings: Settings,
        *,
        routes: Routes,
        keeper: Keeper,
        now: Callable[[], datetime],
        hostname: str,
        tls: ssl.SSLContext | None,
        logins: Mapping[str, str],
        keeps_within: float,
    ) -> None:
        self.protocol = protocol
        self.settings = settings
        self.hostname = hostname
        self.tls = tls
        self.offers_login = bool(logins and tls)
        self.size_limit = settings.size_limit_mb * MEGABYTE
        self.room = Room(max(ROOM_AT_LEAST, 4 * self.size_limit))
        self.keeps_within = keeps_within
        self.closing = False
        self.guests: dict[Guest, str | None] = {}
        self.keeping: set[asyncio.Future[int]] = set()
        self._seats: Counter[str] = Counter()
        self._routes = routes
        self._keeper = keeper
        self._now = now
        self._logins = {user: sha256(password.encode()).digest() for user, password in logins.items()}

    def has_room(self, client: str | None) -> bool:
        """Whether one more connection may come in. `client` is an IP address, None on a Unix socket."""
        settings = self.settings
        if self.closing or len(self.guests) >= settings.max_connections:
            return False
        return client is None or self._seats[client] < settings.max_connections_per_client

    def enter(self, guest: Guest, client: str | None) -> None:
        """Counts a connection, once in its life: STARTTLS does not come by here again."""
        self.guests[guest] = client
        if client is not None:
            self._seats[client] += 1

    def leave(self, guest: Guest) -> None:
        """Stops counting a connection; a second call changes nothing."""
        client = self.guests.pop(guest, None)
        if client is not None:
            self._seats[client] -= 1
            if not self._seats[client]:
                del self._seats[client]

    async def handle_EHLO(  # noqa: N802  (aiosmtpd's name)
        self, server: SMTP, session: State, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        """The extensions on offer. RFC 2033 asks LMTP for the first two."""
        del server, envelope
        session.host_name = hostname
        first, *others = (line for line in responses if line.strip() != "250-AUTH")
        return [first, "250-PIPELINING", "250-ENHANCEDSTATUSCODES", *others]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: State, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes any well-formed sender; aiosmtpd writes the null sender as `<>`."""
        del server, session, options
        if address != "<>" and not _is_clean(address):
            return str(Smtp.BAD_ADDRESS)
        envelope.mail_from = address
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: State, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Takes a recipient that a route knows."""
        del server, session, options
        if len(envelope.rcpt_tos) >= self.settings.max_recipients:
            return str(Smtp.TOO_MANY_RECIPIENTS)
        if not _is_clean(address):
            return str(Smtp.BAD_ADDRESS)
        if self._routes.match(address) is None:
            return str(Smtp.NO_ROUTE)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    def authenticate(
        self, server: SMTP, session: State, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        """Whether user and password fit, in a time that tells neither; the user becomes `auth_data`."""
        del server, envelope, mechanism
        user = data.login.decode("utf-8", "replace")
        known = self._logins.get(user)
        right = hmac.compare_digest(sha256(data.password).digest(), known or sha256(b"").digest())
        if known is not None and right:
            return AuthResult(success=True, auth_data=user)
        log.warning("wrong login", peer=peer_of(session.peer))
        return AuthResult(success=False, handled=False, message=str(Smtp.LOGIN_WRONG))

    async def keep(self, session: State, envelope: Envelope, raw: bytes) -> Smtp:
        """The reply to a whole message: KEPT only after its durable commit, which a vanished client does not stop.

        Where a database stands still, and with it the commit, its client is not held: whether the mail was kept is not
        known then, and the same mail that comes again is a duplicate.
        """
        mail = NewMail(
            raw=raw,
            source=self.protocol,
            received_at=self._now(),
            routes=self._routes.of_recipients(envelope.rcpt_tos),
            envelope_from="" if envelope.mail_from == "<>" else envelope.mail_from,
            login=session.auth_data if session.authenticated else None,
            peer=peer_of(session.peer),
        )
        future = self._keeper.keep(mail)
        kept = asyncio.wrap_future(future)
        self.keeping.add(kept)
        kept.add_done_callback(self.keeping.discard)
        try:
            async with asyncio.timeout(self.keeps_within):
                await asyncio.shield(kept)
        except Exception as error:
            self._keeper.withdraw(future)
            reply = Smtp.DISK_FULL if _is_full(error) else Smtp.TRY_AGAIN
            why = said(error) if isinstance(error, SQLAlchemyError) else type(error).__name__
            log.error("mail not kept", reply=reply.name, error=why, peer=mail.peer, size=len(raw))
            return reply
        return Smtp.KEPT


def peer_of(name: object) -> str | None:
    """The IP address in a socket's peer name; None for a Unix socket's."""
    return str(name[0]) if isinstance(name, tuple) else None


def _is_clean(address: str) -> bool:
    """No space, control, direction mark or undecodable byte: nothing that could mean more than one address."""
    return len(address) <= ADDRESS_LENGTH and address.isprintable() and not any(c in " <>\\," for c in address)


def _is_full(error: BaseException) -> bool:
    return any(
        getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        or getattr(cause, "sqlstate", None) == POSTGRESQL_FULL
        or (isinstance(cause, OSError) and cause.errno in FULL)
        for cause in _causes(error)
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and the driver's error that SQLAlchemy wraps."""
    while error is not None:
        yield error
        error = getattr(error, "orig", None)
