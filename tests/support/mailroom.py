"""A whole way in for tests: databases, keeper and listeners in a folder, and clients that speak byte by byte."""

import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from house import fresh_databases
from sqlalchemy import select

from intake.config import Lmtp, Route, Smtp
from intake.inbound.keep import Keeper
from intake.inbound.routing import Routes
from intake.inbound.smtp import Listen, MailListener
from intake.store import spool, tables
from intake.store.engine import Databases, reading
from intake.store.spool import NewMail

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROUTES = [
    Route(address="support@desk.example", aliases=["help@desk.example"], policy="plain"),
    Route(address="sales@desk.example", policy="plain"),
]
MAIL = b"From: a@sender.example\r\nSubject: hello\r\n\r\nbody\r\n"
SECONDS = 10.0


def wait_for(done: Callable[[], object], seconds: float = SECONDS) -> None:
    """Returns when `done` holds; fails when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Client:
    """A client at the wire."""

    def __init__(self, address: tuple[str, int] | str, source: str = "127.0.0.1") -> None:
        if isinstance(address, str):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(SECONDS)
            self.socket.connect(address)
        else:
            self.socket = socket.create_connection(address, SECONDS, (source, 0))
        self._read = self.socket.makefile("rb")

    def send(self, data: bytes) -> None:
        """Sends bytes as they are."""
        self.socket.sendall(data)

    def reply(self) -> str:
        """One whole reply; "" where the server has closed."""
        lines = []
        while True:
            try:
                line = self._read.readline().decode()
            except ConnectionError:
                line = ""
            lines.append(line.rstrip("\r\n"))
            if line[3:4] != "-":
                return "\n".join(lines)

    def ask(self, line: str | bytes) -> str:
        """Sends a line, gives its reply."""
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return self.reply()

    def rest(self) -> list[str]:
        """All the replies up to the server's closing."""
        return list(iter(self.reply, ""))

    def open(self, recipients: Sequence[str] = ("support@desk.example",), sender: str = "a@sender.example") -> None:
        """From the greeting up to 354."""
        assert self.reply().startswith("220 ")
        assert self.ask("EHLO client.example").startswith("250")
        self.envelope(recipients, sender)

    def envelope(self, recipients: Sequence[str] = ("support@desk.example",), sender: str = "a@sender.example") -> None:
        """From MAIL up to 354."""
        assert self.ask(f"MAIL FROM:<{sender}>").startswith("250")
        for recipient in recipients:
            assert self.ask(f"RCPT TO:<{recipient}>").startswith("250")
        assert self.ask("DATA").startswith("354")

    def starttls(self) -> str:
        """Goes over to TLS without looking at the certificate; gives the reply to STARTTLS."""
        reply = self.ask("STARTTLS")
        self.wrap()
        return reply

    def wrap(self) -> None:
        """The TLS handshake."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self._read = self.socket.makefile("rb")

    def close(self) -> None:
        """Goes away."""
        self._read.close()
        self.socket.close()

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


class Mailroom:
    """Listener, keeper and spool that run."""

    def __init__(self, databases: Databases, listener: MailListener, keeper: Keeper) -> None:
        self.databases = databases
        self.listener = listener
        self.keeper = keeper

    def client(self, source: str = "127.0.0.1") -> Client:
        """A client of the first listener."""
        return Client(self.listener.addresses[0], source)

    def mails(self) -> list[dict[str, Any]]:
        """Every mail of the spool."""
        with reading(self.databases.spool) as connection:
            return [dict(row._mapping) for row in connection.execute(select(tables.mail).order_by(tables.mail.c.id))]

    def raws(self) -> list[bytes]:
        """Every mail's bytes."""
        return [bytes(mail["raw"]) for mail in self.mails()]

    def routes(self) -> list[tuple[int, str, str]]:
        """Every mail's id, route and recipient as written."""
        columns = tables.mail_route.c
        with reading(self.databases.spool) as connection:
            rows = connection.execute(select(columns.mail_id, columns.route, columns.recipient).order_by(*columns))
            return [(row.mail_id, row.route, row.recipient) for row in rows]


@contextmanager
def mailroom(
    folder: Path,
    *,
    protocol: Literal["smtp", "lmtp"] = "smtp",
    write: Callable[[Sequence[NewMail]], list[int]] | None = None,
    logins: dict[str, str] | None = None,
    **settings: Any,
) -> Iterator[Mailroom]:
    """A listener on a free port of loopback, with the settings changed as given."""
    databases = fresh_databases(folder)
    keeper = Keeper(write or (lambda mails: spool.keep(databases.spool, mails)))
    kind = Smtp if protocol == "smtp" else Lmtp
    if logins:
        settings["logins"] = dict.fromkeys(logins, "env:UNUSED")
    listen = Listen(protocol, kind(**{"listen": "127.0.0.1:0"} | settings), logins or {})
    listener = MailListener(
        [listen], routes=Routes(ROUTES, "+"), keeper=keeper, now=lambda: NOW, hostname="desk.example"
    )
    listener.start()
    try:
        yield Mailroom(databases, listener, keeper)
    finally:
        listener.close(2)
        keeper.close()
        databases.close()


def certificate(folder: Path) -> dict[str, Any]:
    """A fresh self-signed certificate, as the settings that name it."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=desk.example"
    subprocess.run([*command.split(), "-out", cert, "-keyout", key], check=True, capture_output=True)
    return {"tls_certificate": cert, "tls_key": key}
