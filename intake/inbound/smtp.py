"""The listeners for SMTP and LMTP, on aiosmtpd in one thread of their own."""

import asyncio
import logging
import os
import ssl
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import structlog

from intake.config import Config
from intake.config import Smtp as Settings
from intake.errors import IntakeError, Smtp
from intake.inbound.keep import Keeper
from intake.inbound.lmtp import LmtpSession
from intake.inbound.routing import Routes
from intake.inbound.smtp_reception import Reception, peer_of
from intake.inbound.smtp_session import Session

FINISH_SECONDS = 10.0
KEEPING_SECONDS = 30.0
# clients wait for ten minutes (RFC 5321 4.5.3.2.6), and may try again long before
KEEPS_WITHIN = 30.0
TURN_SECONDS = 5.0
BACKLOG = 512
SOCKET_MODE = 0o660

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Listen:
    """One listener: its settings, what its secrets resolve to (user -> password), the folder of relative paths."""

    protocol: Literal["smtp", "lmtp"]
    settings: Settings
    logins: Mapping[str, str] = field(default_factory=dict, repr=False)
    base: Path = field(default_factory=Path)


def configured(config: Config) -> list[Listen]:
    """The listeners that a configuration turns on. Raises `IntakeError` for a secret that cannot be read."""
    sections: list[tuple[Literal["smtp", "lmtp"], Settings]] = [
        ("smtp", config.settings.smtp),
        ("lmtp", config.settings.lmtp),
    ]
    return [
        Listen(name, settings, {user: config.secret(place) for user, place in settings.logins.items()}, config.base)
        for name, settings in sections
        if settings.listen
    ]


class MailListener:
    """Takes mail on every address of `listens` and has `keeper` keep it. `now` gives the aware time of receipt.

    A client whose mail is not kept within `keeps_within` seconds is to try again.
    """

    def __init__(
        self,
        listens: Sequence[Listen],
        *,
        routes: Routes,
        keeper: Keeper,
        now: Callable[[], datetime],
        hostname: str,
        keeps_within: float = KEEPS_WITHIN,
    ) -> None:
        self._listens = listens
        self._routes = routes
        self._keeper = keeper
        self._now = now
        self._hostname = hostname
        self._keeps_within = keeps_within
        self._receptions: list[Reception] = []
        self._servers: list[asyncio.Server] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="listener", daemon=True)
        self.addresses: list[tuple[str, int] | str] = []

    def start(self) -> None:
        """Listens; from here on `addresses` holds (host, port) or a socket's path, in the order of `listens`.

        Raises `IntakeError`, with nothing left open, where an address is taken or a certificate unreadable.
        """
        # aiosmtpd's log repeats what clients send; ours says what a person needs
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        self._thread.start()
        try:
            self._call(self._open())
        except BaseException:
            self._end()
            raise

    def close(self, finish_seconds: float = FINISH_SECONDS) -> None:
        """Stops accepting, lets running transactions finish for so long, and waits for commits that have begun."""
        if self._thread.is_alive():
            try:
                self._call(self._close(finish_seconds), finish_seconds + KEEPING_SECONDS + 5)
            finally:
                self._end()

    def listens(self) -> bool:
        """Whether its thread has a turn for new work within a few seconds, and every address is open."""
        try:
            asyncio.run_coroutine_threadsafe(asyncio.sleep(0), self._loop).result(TURN_SECONDS)
        except TooLate:
            return False
        return all(server.is_serving() for server in self._servers)

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return sum(len(reception.guests) for reception in self._receptions)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(_log_trouble)
        self._loop.run_forever()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, None], seconds: float | None = None) -> None:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            future.result(seconds)
        except TooLate:
            log.error("listener did not end in time")

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _open(self) -> None:
        try:
            for listen in self._listens:
                await self._open_one(listen)
        except BaseException:
            await self._close(0)
            raise

    async def _open_one(self, listen: Listen) -> None:
        settings = listen.settings
        reception = Reception(
            listen.protocol,
            settings,
            routes=self._routes,
            keeper=self._keeper,
            now=self._now,
            hostname=self._hostname,
            tls=_tls(listen),
            logins=listen.logins,
            keeps_within=self._keeps_within,
        )

        def entrance() -> Entrance:
            return Entrance(reception, self._loop)

        try:
            if settings.listen.startswith("unix:"):
                path = str(listen.base / settings.listen.removeprefix("unix:"))
                await _refuse_taken(path)
                server = await self._loop.create_unix_server(entrance, path, backlog=BACKLOG)
                Path(path).chmod(SOCKET_MODE)
                self.addresses.append(path)
            else:
                host, _, port = settings.listen.rpartition(":")
                server = await self._loop.create_server(entrance, host.strip("[]"), int(port), backlog=BACKLOG)
                self.addresses += [bound.getsockname()[:2] for bound in server.sockets]
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
            raise IntakeError(f"{listen.protocol}.listen: cannot listen on {settings.listen}: {reason}") from None
        self._servers.append(server)
        self._receptions.append(reception)

    async def _close(self, finish_seconds: float) -> None:
        for server in self._servers:
            server.close()
        for path in self.addresses:
            if isinstance(path, str):
                Path(path).unlink(missing_ok=True)
        for reception in self._receptions:
            reception.closing = True
            for guest in list(reception.guests):
                guest.finish()
        await self._until(lambda: not self.connections, finish_seconds)
        for reception in self._receptions:
            for guest in list(reception.guests):
                guest.abort()
        await self._until(
            lambda: not self.connections and not any(r.keeping for r in self._receptions), KEEPING_SECONDS
        )

    async def _until(self, done: Callable[[], bool], seconds: float) -> None:
        deadline = self._loop.time() + seconds
        while not done() and self._loop.time() < deadline:
            await asyncio.sleep(0.01)


class Entrance(asyncio.Protocol):
    """Where a connection comes in: counted and handed to its session, or turned away at no cost."""

    def __init__(self, reception: Reception, loop: asyncio.AbstractEventLoop) -> None:
        self._reception = reception
        self._loop = loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client."""
        assert isinstance(transport, asyncio.Transport)
        client = peer_of(transport.get_extra_info("peername"))
        if not self._reception.has_room(client):
            log.warning("connection turned away", peer=client)
            transport.write(f"{Smtp.TOO_BUSY}\r\n".encode())
            transport.close()
            return
        kind = LmtpSession if self._reception.protocol == "lmtp" else Session
        session = kind(self._reception, self._loop)
        self._reception.enter(session, client)
        transport.set_protocol(session)
        session.connection_made(transport)


def _tls(listen: Listen) -> ssl.SSLContext | None:
    """The certificate's context, TLS 1.2 or newer; None where none is configured."""
    settings = listen.settings
    if settings.tls_certificate is None or settings.tls_key is None:
        if settings.login_required:
            raise IntakeError(
                f"{listen.protocol}.login_required needs tls_certificate and tls_key: AUTH is for TLS only"
            )
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate, key = (listen.base / path for path in (settings.tls_certificate, settings.tls_key))
    for name, path in (("tls_certificate", certificate), ("tls_key", key)):
        if not os.access(path, os.R_OK):
            raise IntakeError(f"{listen.protocol}.{name}: cannot read {path}")
    try:
        context.load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or "not readable"
        raise IntakeError(f"{listen.protocol}.tls_certificate: {certificate} with {key}: {reason}") from None
    return context


async def _refuse_taken(path: str) -> None:
    """asyncio removes a socket that is in its way, even one that another process serves."""
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except OSError:
        return
    writer.close()
    raise IntakeError(f"cannot listen on unix:{path}: another process listens there")


def _log_trouble(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The loop's own complaints, such as a TLS handshake that fails, in one line each."""
    del loop
    error = context.get("exception")
    log.warning("connection trouble", what=context.get("message"), error=type(error).__name__ if error else None)
