"""A signed-in IMAP connection: how it is made, what it waits for, and what its failures mean to a person."""

import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError, IMAPClientReadOnlyError, LoginError

from intake.config import Mailbox
from intake.errors import IntakeError

CONNECT_SECONDS = 10.0
BETWEEN_NEWS_SECONDS = 1.0
# RFC 5530: the server's own trouble, not a wrong password
TEMPORARY = re.compile(r"\[(UNAVAILABLE|INUSE|SERVERBUG|LIMIT)\]", re.IGNORECASE)
CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")
ERROR_LENGTH = 300

REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (IntakeError, "{detail}"),
    (ssl.SSLCertVerificationError, "the certificate of {place} is not trusted: {detail}"),
    (ssl.SSLError, 'no TLS with {place}, is tls = "{tls}" right for this port? ({detail})'),
    (socket.gaierror, "the host {host} is not found: {detail}"),
    (ConnectionRefusedError, "{place} refuses connections, are host and port right?"),
    (TimeoutError, "no answer from {place} in time"),
    (OSError, "the connection to {place} broke: {detail}"),
    (IMAPClientAbortError, "{place} ended the connection: {detail}"),
    (IMAPClientError, "{place} refused: {detail}"),
    (Exception, "{kind}: {detail}"),
)


class LoginRefused(IntakeError):  # noqa: N818
    """The server does not take the password or token; asking again soon may lock the account."""


class IdleRefused(IntakeError):  # noqa: N818
    """The server offers IDLE and then does not take it."""


@dataclass(frozen=True, slots=True)
class Selected:
    """A selected folder. `flags` are those that last; None where the server lets all last (RFC 3501 7.1)."""

    uidvalidity: int
    uidnext: int | None
    exists: int
    flags: frozenset[bytes] | None
    known_flags: frozenset[bytes]

    def lasting(self, wanted: Sequence[bytes]) -> list[bytes]:
        """Those of the wanted flags that the server keeps; a keyword may be made where `\\*` allows it."""
        if self.flags is None:
            return [flag for flag in wanted if flag.startswith(b"\\") or flag.lower() in self.known_flags]
        any_keyword = b"\\*" in self.flags
        return [flag for flag in wanted if flag.lower() in self.flags or (any_keyword and not flag.startswith(b"\\"))]


def describe(error: BaseException, mailbox: Mailbox) -> str:
    """What an error means, in one line that names the mailbox."""
    # a driver's error brings the whole statement along, with the mail in it
    error = getattr(error, "orig", None) or error
    detail = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or str(error)
    place = f"{mailbox.host}:{mailbox.port}"
    text = next(text for kind, text in REASONS if isinstance(error, kind))
    line = text.format(
        place=place, host=mailbox.host, tls=mailbox.tls, detail=detail or "no reason given", kind=type(error).__name__
    )
    return CONTROLS.sub(" ", f'mailbox "{mailbox.name}": {line}')[:ERROR_LENGTH]


@contextmanager
def connected(mailbox: Mailbox, secret: str) -> Iterator[Any]:
    """An `IMAPClient`, signed in, with aware times; closed at the end.

    TLS certificates are verified against the system's authorities. Raises `IntakeError`, `OSError` or
    `IMAPClientError`; `describe` has a line for each.
    """
    timeout = SocketTimeout(min(CONNECT_SECONDS, mailbox.timeout_seconds), mailbox.timeout_seconds)
    client = IMAPClient(mailbox.host, mailbox.port, ssl=mailbox.tls == "implicit", timeout=timeout)
    try:
        client.normalise_times = False
        if mailbox.tls == "starttls":
            client.starttls()
        _sign_in(client, mailbox, secret)
        yield client
        with suppress(OSError, IMAPClientError):
            client.logout()
    finally:
        with suppress(OSError, IMAPClientError):
            client.shutdown()


def _sign_in(client: Any, mailbox: Mailbox, secret: str) -> None:
    if not secret or CONTROLS.search(secret + mailbox.user):
        raise LoginRefused(f"the secret of {mailbox.user} is empty or has control characters")
    try:
        _way_in(client, mailbox, secret)()
    except LoginError as error:
        detail = str(error).replace(secret, "***")
        # IMAPClient makes a LoginError of a connection that breaks while signing in, too
        if isinstance(error.__context__, IMAPClientAbortError) or TEMPORARY.search(detail):
            raise IntakeError(f"signing in as {mailbox.user} is not possible right now: {detail}") from None
        raise LoginRefused(f"signing in as {mailbox.user} was refused: {detail}") from None


def _way_in(client: Any, mailbox: Mailbox, secret: str) -> Callable[[], object]:
    offers = client.capabilities()
    if mailbox.token:
        if b"AUTH=XOAUTH2" in offers or b"AUTH=OAUTHBEARER" not in offers:
            first = f"user={mailbox.user}\1auth=Bearer {secret}\1\1"
            return lambda: client.sasl_login("XOAUTH2", _once(first, ""))
        identity = mailbox.user.replace("=", "=3D").replace(",", "=2C")
        first = f"n,a={identity},\1auth=Bearer {secret}\1\1"
        return lambda: client.sasl_login("OAUTHBEARER", _once(first, "\1"))
    if b"AUTH=PLAIN" in offers:
        return lambda: client.plain_login(mailbox.user, secret)
    if b"LOGINDISABLED" in offers:
        raise LoginRefused('the server takes no password on this connection; tls = "starttls" may be right')
    if not (secret + mailbox.user).isascii():
        raise LoginRefused("the server has no AUTH=PLAIN, so user and password must be ASCII (RFC 3501 6.2.3)")
    return lambda: client.login(mailbox.user, secret)


def _once(first: str, then: str) -> Callable[[bytes], str]:
    """A refusal comes as a second challenge, which must be answered before the server says NO (RFC 7628 3.2.3)."""
    answers = iter([first])
    return lambda _challenge: next(answers, then)


def select_folder(client: Any, mailbox: Mailbox) -> Selected:
    """Selects the mailbox's folder. Raises `IntakeError` where it is not there or may only be read."""
    try:
        found = client.select_folder(mailbox.folder)
    except IMAPClientReadOnlyError:
        raise IntakeError(f'folder "{mailbox.folder}" may only be read, and must be written to') from None
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise IntakeError(f'folder "{mailbox.folder}" cannot be selected: {error}') from None
    if b"UIDVALIDITY" not in found:
        raise IntakeError(f'folder "{mailbox.folder}" has no lasting UIDs (no UIDVALIDITY)')
    flags = found.get(b"PERMANENTFLAGS")
    return Selected(
        uidvalidity=found[b"UIDVALIDITY"],
        uidnext=found.get(b"UIDNEXT"),
        exists=found.get(b"EXISTS", 0),
        flags=None if flags is None else frozenset(flag.lower() for flag in flags),
        known_flags=frozenset(flag.lower() for flag in found.get(b"FLAGS", ())),
    )


def wait_for_news(client: Any, seconds: float, heartbeat: float, wake: socket.socket, may_idle: bool = True) -> None:
    """Returns at once when a mail arrives or `wake` can be read, else after `seconds`.

    At least every `heartbeat` seconds the server must answer, so that a connection that leads nowhere shows.
    Raises `OSError` or `IMAPClientError` where the server has gone, `IdleRefused` where IDLE is offered in vain.
    """
    wait = _idle if may_idle and client.has_capability("IDLE") else _pause
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if wait(client, min(left, heartbeat), wake):
            return
        # a server that talks without news must not make us spin
        if _readable([wake], min(BETWEEN_NEWS_SECONDS, max(0.0, until - time.monotonic()))):
            return


def _idle(client: Any, seconds: float, wake: socket.socket) -> bool:
    try:
        client.idle()
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        raise IdleRefused(f"the server offers IDLE and then refuses it: {error}") from None
    if not _has_read_more(client):
        _readable([client.socket(), wake], seconds)
    # idle_check() gives [] at once and for ever when the server has gone; idle_done() raises
    _, said = client.idle_done()
    return _is_news(said) or _readable([wake], 0)


def _pause(client: Any, seconds: float, wake: socket.socket) -> bool:
    if _readable([wake], seconds):
        return True
    _, said = client.noop()
    return _is_news(said)


def _is_news(said: Sequence[Sequence[object]]) -> bool:
    return any(len(line) > 1 and line[1] == b"EXISTS" for line in said)


def _has_read_more(client: Any) -> bool:
    """Whether lines came in one packet with IDLE's "+": they stand in a buffer, and the socket stays silent."""
    connection = client.socket()
    seconds = connection.gettimeout()
    connection.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except OSError:
        return False
    finally:
        connection.settimeout(seconds)


def _readable(sockets: Sequence[socket.socket], seconds: float) -> bool:
    poller = select.poll()
    for each in sockets:
        poller.register(each, select.POLLIN)
    return bool(poller.poll(seconds * 1000))
