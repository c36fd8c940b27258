"""One SMTP or LMTP connection: aiosmtpd's, with the bounds on time, size, lines and errors that it lacks.

The raw mail is kept byte for byte as it came, and the envelope beside it: no Received and no Return-Path is
written into it (RFC 5321 4.4 asks that of a relay or final delivery; here both facts stand in columns, and a
mail that is redelivered or retried must keep the same bytes to be recognized).
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence

import structlog
from aiosmtpd.smtp import SMTP, Envelope, TLSSetupException, syntax
from aiosmtpd.smtp import Session as State

from intake.errors import Smtp
from intake.inbound.smtp_message import LINE_BYTES, MessageReader
from intake.inbound.smtp_reception import Reception, peer_of

COMMAND_BYTES = {"AUTH": 12_288}  # RFC 4954 4
OTHER_COMMAND_BYTES = 2_048
PATH_LENGTH = 1_000
ERRORS = 20
COMMANDS = 1_000
LOGIN_FAILURES = 3
GRACE_SECONDS = 10.0
LINGER_SECONDS = 1.0
BEFORE_TLS = frozenset({"NOOP", "EHLO", "LHLO", "STARTTLS", "QUIT"})  # RFC 3207 4
PLAIN_PATH = re.compile(r"<([A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+)>(.*)")
NULL_PATH = re.compile(r"<>(.*)")
# aiosmtpd's own replies have no enhanced codes, which RFC 2034 wants on all
ENHANCED = {
    "221": "2.0.0",
    "252": "2.5.0",
    "454": "4.7.0",
    "500": "5.5.2",
    "501": "5.5.4",
    "502": "5.5.1",
    "503": "5.5.1",
    "504": "5.5.4",
    "552": "5.3.4",
    "555": "5.5.4",
}

log = structlog.get_logger()


class Session(SMTP):
    """An SMTP connection of `reception`'s listener.

    One deadline bounds it: each command moves it, and during DATA each byte earns a little of it, so that a
    client must keep up `least_rate`.
    """

    line_length_limit = LINE_BYTES
    greeting = "ESMTP"
    reply_each_recipient = False
    # set as soon as the connection is made
    session: State
    envelope: Envelope
    transport: asyncio.Transport | None
    _original_transport: asyncio.Transport

    def __init__(self, reception: Reception, loop: asyncio.AbstractEventLoop) -> None:
        # aiosmtpd's is one object for all connections, and grows with each EHLO
        self.command_size_limits = defaultdict(int)
        self._reception = reception
        self._idle = reception.settings.idle_seconds
        self._rate = reception.settings.least_rate
        self._deadline = 0.0
        self._receiving = False
        self._dropped = False
        self._errors = 0
        self._commands = 0
        self._login_failures = 0
        super().__init__(
            reception,
            data_size_limit=reception.size_limit,
            enable_SMTPUTF8=True,
            hostname=reception.hostname,
            ident=self.greeting,
            tls_context=reception.tls,
            auth_required=reception.settings.login_required,
            auth_exclude_mechanism=() if reception.offers_login else ("LOGIN", "PLAIN"),
            authenticator=reception.authenticate,
            loop=loop,
        )

    # -- the wire

    def data_received(self, data: bytes) -> None:
        """Bytes from the client."""
        if self._dropped:
            # enough is read to see the client go, not to serve a flood
            if self.transport is not None:
                self.transport.pause_reading()
            return
        if self._receiving:
            self._earn(len(data))
        super().data_received(data)

    def eof_received(self) -> bool:
        """The client closed its side: what it had sent before is still answered, where TLS leaves the way open."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self._dropped and self.session.ssl is None

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone. A commit that runs goes on."""
        self._reception.leave(self)
        super().connection_lost(error)

    def finish(self) -> None:
        """Ends after the running transaction; at once where none runs."""
        if not self._in_transaction():
            self._drop(Smtp.CLOSING)

    def abort(self) -> None:
        """Ends now, without a word."""
        if self.transport is not None:
            self.transport.abort()

    def _in_transaction(self) -> bool:
        return bool(self.envelope.mail_from)

    def _drop(self, reply: Smtp | None = None) -> None:
        """Says why and hangs up. The reply gets a moment to arrive: closing over unread bytes would reset it away."""
        if self._dropped or self.transport is None:
            return
        self._dropped = True
        self._wake_at(self.loop.time() + LINGER_SECONDS)
        if reply is not None:
            self.transport.write(f"{reply}\r\n".encode())
        try:
            if reply is not None and self.transport.can_write_eof():
                self.transport.write_eof()
            else:
                self.transport.close()
        except OSError:
            # the client has reset the connection, and the loop does not know yet
            self.transport.abort()
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
        if reply is not None:
            log.info("connection dropped", reply=reply.name, peer=self._peer())

    def _peer(self) -> str | None:
        return peer_of(self.session.peer)

    # -- time

    def _reset_timeout(self, duration: float | None = None) -> None:
        """Moves the deadline; the timer follows when it rings, which is cheaper than a new one a command."""
        self._deadline = self.loop.time() + (duration or self._idle)
        if self._timeout_handle is None:
            self._wake_at(self._deadline)

    def _wake_at(self, deadline: float) -> None:
        if self._timeout_handle is not None:
            self._timeout_handle.cancel()
        self._deadline = deadline
        self._timeout_handle = self.loop.call_at(deadline, self._timeout_cb)

    def _timeout_cb(self) -> None:
        if self._deadline > self.loop.time():
            self._wake_at(self._deadline)
        elif self._dropped:
            self.abort()
        else:
            self._drop(Smtp.TOO_SLOW)

    def _earn(self, size: int) -> None:
        latest = self.loop.time() + self._idle
        self._deadline = min(self._deadline + size / self._rate, latest) if self._rate else latest

    # -- the conversation

    async def _handle_client(self) -> None:
        try:
            await self.push(f"220 {self.hostname} {self.__ident__}")
            while not self._dropped and self.transport is not None:
                if self._reception.closing and not self._in_transaction():
                    self._drop(Smtp.CLOSING)
                    return
                await self._command(await self._reader.readuntil())
        except asyncio.LimitOverrunError:
            self._drop(Smtp.LINE_TOO_LONG)
        except (asyncio.CancelledError, asyncio.IncompleteReadError, OSError):
            # clients come and go; what they left unfinished was never promised
            pass
        finally:
            self._drop()

    async def _command(self, line: bytes) -> None:
        verb, _, rest = line.rstrip(b"\r\n").partition(b" ")
        name = verb.decode("ascii", "replace").upper()
        refusal = self._refusal(name, len(line))
        self._commands += 1
        if self._commands > COMMANDS + self._reception.settings.max_recipients:
            self._drop(Smtp.TOO_MANY_ERRORS)
        elif refusal is not None:
            await self.push(refusal)
        else:
            self._reset_timeout()
            try:
                await self._smtp_methods[name](rest.strip().decode("utf-8", "surrogateescape") or None)
            except (asyncio.IncompleteReadError, OSError):
                raise
            except Exception:
                log.exception("command failed", command=name, peer=self._peer())
                await self.push(Smtp.TRY_AGAIN)

    def _refusal(self, name: str, size: int) -> Smtp | None:
        if name not in self._smtp_methods:
            return Smtp.UNKNOWN_COMMAND
        if size > COMMAND_BYTES.get(name, OTHER_COMMAND_BYTES):
            return Smtp.LINE_TOO_LONG
        if self._reception.settings.tls_required and self._tls_protocol is None and name not in BEFORE_TLS:
            return Smtp.TLS_NEEDED
        return None

    async def push(self, status: str | bytes | Smtp) -> None:
        """Sends one reply, of one or more lines; too many refusals end the connection."""
        if self._dropped:
            return
        text = status.decode() if isinstance(status, bytes) else str(status)
        text = "250 2.0.0 OK" if text == "250 OK" else text
        code = text[:3]
        if code in ENHANCED and text[3:6] != f" {code[0]}.":
            text = f"{code} {ENHANCED[code]}{text[3:]}"
        self._writer.write(text.encode("utf-8", "replace") + b"\r\n")
        if code[0] == "5":
            self._errors += 1
            if self._errors >= ERRORS:
                self._drop(Smtp.TOO_MANY_ERRORS)
                return
        await self._writer.drain()

    @syntax("VRFY <address>")
    async def smtp_VRFY(self, arg: str | None) -> None:  # noqa: N802  (aiosmtpd's name)
        """Says neither yes nor no, and repeats nothing (RFC 5321 7.3)."""
        await self.push("252 Cannot verify, but will try" if arg else "501 Syntax: VRFY <address>")

    @syntax("STARTTLS", when="tls_context")
    async def smtp_STARTTLS(self, arg: str | None) -> None:  # noqa: N802
        """Begins TLS once. aiosmtpd drops what came in plaintext after the command (RFC 3207 4.2)."""
        if self._tls_protocol is not None:
            await self.push("503 TLS runs already")
            return
        try:
            await super().smtp_STARTTLS(arg)
        except TLSSetupException:
            log.info("TLS handshake failed", peer=self._peer())
        finally:
            # a handshake that fails never reports the connection as lost
            if self._tls_protocol is not None and self.session.ssl is None:
                self._original_transport.abort()
                self.connection_lost(None)

    @syntax("AUTH <mechanism>")
    async def smtp_AUTH(self, arg: str | None) -> None:  # noqa: N802
        """PLAIN or LOGIN, over TLS alone; a few wrong tries end the connection."""
        mechanism, _, initial = (arg or "").partition(" ")
        await super().smtp_AUTH(f"{mechanism.upper()} {initial}".strip())
        if not self.session.authenticated:
            self._login_failures += 1
            if self._login_failures >= LOGIN_FAILURES:
                self._drop(Smtp.TOO_MANY_ERRORS)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        if len(arg) > PATH_LENGTH or (arg.startswith("<") and ">" not in arg):
            return None, None
        # the standard library's parser takes longer than all the rest of a command
        if plain := PLAIN_PATH.fullmatch(arg):
            return plain[1], plain[2]
        if null := NULL_PATH.fullmatch(arg):
            return "<>", null[1]
        try:
            return super()._getaddr(arg)
        except Exception:
            # that parser raises more kinds of errors than it says
            return None, None

    def _getparams(self, params: Sequence[str]) -> dict[str, str | bool] | None:
        if not all(param.isascii() for param in params):
            return None
        # who relays for a login names the submitter with AUTH=, which is to be taken (RFC 4954 5)
        taken = [param for param in params if not (self._reception.offers_login and param.startswith("AUTH="))]
        return super()._getparams(taken)

    # -- the message

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802
        """Takes the message, has it kept, and only then answers 250; LMTP answers for each recipient."""
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        envelope = self.envelope
        if arg or not envelope.rcpt_tos:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        reader = MessageReader(self._reader, self._reception.size_limit, self._reception.room)
        self._wake_at(self.loop.time() + (min(GRACE_SECONDS, self._idle) if self._rate else self._idle))
        self._receiving = True
        try:
            message = await reader.read()
            self._receiving = False
            self._reset_timeout(self._reception.keeps_within + self._idle)
            reply = (
                message if isinstance(message, Smtp) else await self._reception.keep(self.session, envelope, message)
            )
        except ConnectionAbortedError:
            self._drop(reader.refusal)
            return
        finally:
            self._receiving = False
            reader.release()
            self.envelope = self._create_envelope()
        if reply is Smtp.KEPT:
            self._errors = self._commands = 0
        self._wake_at(self.loop.time() + self._idle)
        await self.push("\r\n".join([str(reply)] * (len(envelope.rcpt_tos) if self.reply_each_recipient else 1)))
