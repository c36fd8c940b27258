"""Outgoing mail to a smarthost over a kept connection (RFC 5321): TLS, AUTH, SMTPUTF8 (RFC 6531), pipelining.

What comes before a mail's bytes goes out in one write where the server offers that (RFC 2920).
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import suppress

from intake.config import Outgoing
from intake.outbound.headers import BadAddress, safe_address
from intake.outbound.transport import Malformed, Receipt, Refused, TryLater, Unreachable, Unsure, said
from intake.store.sending import OutgoingMail

PER_CONNECTION = 100
PIPELINING = "pipelining"
LOGIN_CODES = (530, 534, 535, 538)


class SmtpTransport:
    """One connection to the smarthost, kept over many mails. One thread at a time; several need one each.

    `hostname` is what we call ourselves. `context` checks certificates against the system's authorities by default.
    """

    def __init__(self, settings: Outgoing, password: str, hostname: str, context: ssl.SSLContext | None = None) -> None:
        host, _, port = settings.smtp.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._settings, self._password, self._hostname = settings, password, hostname
        self._context = context or ssl.create_default_context()
        self._kept: smtplib.SMTP | None = None
        self._carried = 0
        self._between_mails = False

    def send(self, mail: OutgoingMail) -> Receipt:
        """Hands the mail over. Raises as `Transport` says; a permanent refusal carries the server's words."""
        try:
            # what stands in a command is checked here again, whoever made the row
            sender = safe_address(mail.envelope_from) if mail.envelope_from else ""
            recipients = [safe_address(address) for address in mail.envelope_to]
        except BadAddress as error:
            raise Malformed(str(error)) from None
        connection, receipt = self._begun(mail.raw, sender, recipients)
        try:
            self._hand_over(connection, mail.raw)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            self.close()
            raise Unreachable(self._trouble(error)) from None
        except Unreachable:
            self.close()
            raise
        self._between_mails = True
        return receipt

    def check(self) -> str:
        """Connects and signs in, as for a mail, and says what answered. Raises `Unreachable`."""
        self._connected()
        self.close()
        signed_in = f", signed in as {self._settings.username}" if self._settings.username else ""
        return f"{self._place} takes mail{signed_in}"

    def close(self) -> None:
        """Takes leave of the server."""
        kept, self._kept = self._kept, None
        if kept is not None:
            with suppress(smtplib.SMTPException, OSError):
                if kept.sock is not None:
                    kept.sock.settimeout(1)
                kept.quit()
            kept.close()

    def _begun(self, raw: bytes, sender: str, recipients: list[str]) -> tuple[smtplib.SMTP, Receipt]:
        """A connection that waits for a mail's bytes: the kept one, else, where that has gone, a new one."""
        kept = self._kept is not None
        try:
            connection = self._connected()
            receipt = self._announce(connection, raw, sender, recipients)
        except (smtplib.SMTPServerDisconnected, OSError, Unreachable) as error:
            self.close()
            if kept:
                return self._begun(raw, sender, recipients)
            raise error if isinstance(error, Unreachable) else Unreachable(self._trouble(error)) from None
        return connection, receipt

    def _connected(self) -> smtplib.SMTP:
        """A connection between two mails; one that broke off in the middle of a mail is told so."""
        kept = self._kept if self._carried < PER_CONNECTION else None
        if kept is not None and (self._between_mails or kept.rset()[0] == 250):
            return kept
        self.close()
        self._kept, self._carried, self._between_mails = self._connect(), 0, True
        return self._kept

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        connection: smtplib.SMTP | None = None
        try:
            if settings.tls == "implicit":
                connection = smtplib.SMTP_SSL(timeout=settings.timeout_seconds, context=self._context)
            else:
                connection = smtplib.SMTP(timeout=settings.timeout_seconds)
            connection.local_hostname = self._hostname
            # smtplib checks certificates against this name, which its constructor sets only when it connects
            connection._host = self._host  # type: ignore[attr-defined]
            code, words = connection.connect(self._host, self._port)
            if code != 220:
                raise Unreachable(f"{self._place}: {said(code, words)}")
            connection.ehlo_or_helo_if_needed()
            if settings.tls == "starttls":
                connection.starttls(context=self._context)
                connection.ehlo_or_helo_if_needed()
            if settings.username:
                connection.login(settings.username, self._password)
        except (smtplib.SMTPException, OSError, ValueError, Unreachable) as error:
            if connection is not None:
                connection.close()
            raise error if isinstance(error, Unreachable) else Unreachable(self._trouble(error)) from None
        return connection

    @property
    def _place(self) -> str:
        return f"{self._host}:{self._port}"

    def _trouble(self, error: Exception) -> str:
        """An error of the connection in one line."""
        if isinstance(error, smtplib.SMTPResponseException):
            return f"{self._place}: {said(error.smtp_code, error.smtp_error)}"
        # smtplib tells of a timeout as of a connection lost, with the timeout as its context
        if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
            return f"{self._place}: no answer within {self._settings.timeout_seconds:g} s"
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        return f"{self._place}: {words}".replace("\n", " ")[:300]

    def _announce(self, connection: smtplib.SMTP, raw: bytes, sender: str, recipients: list[str]) -> Receipt:
        """Everything up to the mail's bytes. Raises what a refusal of the sender, all recipients or the mail means."""
        options = self._options(connection, raw, [sender, *recipients])
        self._carried += 1
        self._between_mails = False
        commands = [f"MAIL FROM:<{sender}>{options}", *(f"RCPT TO:<{each}>" for each in recipients), "DATA"]
        replies = _asked(connection, commands)
        try:
            self._expect(2, *next(replies))
            receipt = self._accepted(recipients, replies)
            self._expect(3, *next(replies))
        except Unreachable:
            raise
        except (TryLater, Refused):
            if connection.has_extn(PIPELINING) and not _let_pass(replies):
                connection.close()
                self.close()
            raise
        return receipt

    def _accepted(self, recipients: list[str], replies: Iterator[tuple[int, bytes]]) -> Receipt:
        refused: dict[str, str] = {}
        later: dict[str, str] = {}
        for recipient in recipients:
            try:
                self._expect(2, *next(replies))
            except Unreachable:
                raise
            except TryLater as error:
                later[recipient] = str(error)
            except Refused as error:
                refused[recipient] = str(error)
        if len(later) + len(refused) == len(recipients):
            reasons = "; ".join([*later.values(), *refused.values()]) or "no recipient"
            raise TryLater(reasons) if later else Refused(reasons)
        return Receipt(refused, later)

    def _hand_over(self, connection: smtplib.SMTP, raw: bytes) -> None:
        connection.send(_stuffed(raw))
        try:
            code, words = connection.getreply()
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            raise Unsure(f"{self._trouble(error)}; the mail may have left") from None
        self._expect(2, code, words)

    def _options(self, connection: smtplib.SMTP, raw: bytes, addresses: list[str]) -> str:
        """MAIL's parameters. Raises `Refused` for what this server cannot carry."""
        options = ""
        if connection.has_extn("size"):
            limit = connection.esmtp_features["size"].strip()
            if limit.isdigit() and 0 < int(limit) < len(raw):
                raise Refused(f"{self._place} takes mails up to {int(limit):,} bytes; this one has {len(raw):,}")
            options += f" SIZE={len(raw)}"
        if not raw.isascii() or not all(address.isascii() for address in addresses):
            if not connection.has_extn("smtputf8"):
                raise Refused(f"{self._place} does not offer SMTPUTF8, which an address outside ASCII needs (RFC 6531)")
            options += " BODY=8BITMIME SMTPUTF8"
        return options

    def _expect(self, digit: int, code: int, words: bytes) -> None:
        """Nothing where the answer is of the kind asked for; raises what else it means."""
        kind = code // 100
        if kind == digit:
            return
        text = said(code, words)
        if code == 421 or code in LOGIN_CODES or kind not in (4, 5):
            raise Unreachable(f"{self._place}: {text}")
        raise TryLater(text) if kind == 4 else Refused(text)


def _asked(connection: smtplib.SMTP, commands: list[str]) -> Iterator[tuple[int, bytes]]:
    """The replies to commands, in turn: all sent in one write where the server takes that, else one at a time."""
    lines = [f"{command}\r\n".encode() for command in commands]
    together = connection.has_extn(PIPELINING)
    if together:
        connection.send(b"".join(lines))
    for line in lines:
        if not together:
            connection.send(line)
        yield connection.getreply()


def _let_pass(replies: Iterator[tuple[int, bytes]]) -> bool:
    """Reads what is still answered of a mail that was refused; false where the connection is of no more use.

    So it is where the server now waits for the mail's bytes: it must not take what stands in their place for a mail.
    """
    try:
        return all(code // 100 != 3 for code, _ in replies)
    except (smtplib.SMTPServerDisconnected, OSError):
        return False


def _stuffed(raw: bytes) -> bytes:
    """The bytes of DATA: dots doubled at a line's begin, the end mark (RFC 5321, 4.5.2)."""
    body = raw if raw.endswith(b"\r\n") else raw + b"\r\n"
    body = body.replace(b"\r\n.", b"\r\n..")
    return (b"." if body.startswith(b".") else b"") + body + b".\r\n"
