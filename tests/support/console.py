"""The console over a desk of its own, served on loopback, and people who are signed in to it."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from argon2.profiles import CHEAPEST
from house import FORM, NOW, ROUTE, Home, home, mail
from sqlalchemy import select

from intake import app
from intake.app.channels import channels
from intake.store import accounts, people, tables, tokens
from intake.store.engine import reading
from intake.store.people import Agent
from intake.web.api.scopes import SCOPES
from intake.web.passwords import Passwords
from intake.web.server import Console

ADA, BO = "ada@desk.example", "bo@desk.example"
PASSWORD = "four words in a row"
HOSTILE = """
<html><head><style>body{display:none}</style><script>alert(1)</script></head>
<body onload="alert(2)"><p style="position:fixed">Hello <b>you</b></p>
<img src="https://tracker.example/pixel.gif" onerror="alert(3)" alt="a picture">
<a href="javascript:alert(4)">one</a> <a href="https://shop.example/">two</a>
<form action="https://evil.example/"><input name="password"></form>
<iframe src="https://evil.example/"></iframe><svg onload="alert(5)"></svg>
<object data="x"></object><meta http-equiv="refresh" content="0;url=https://evil.example/"><base href="//evil.example">
</body></html>
"""
VERSION = re.compile(r'name="version" value="(\d+)"')
ENTRIES = re.compile(r'name="entries" value="(\d+)"')


@dataclass
class Person:
    """Somebody in a browser of their own: what they get and send, with the token of their forms."""

    client: httpx.Client
    csrf: str

    def get(self, path: str, **query: Any) -> httpx.Response:
        """A page."""
        return self.client.get(path, params=query or None)

    def send(self, path: str, files: Any = None, **form: Any) -> httpx.Response:
        """A form, with files where some are given, followed to where it leads."""
        return self.client.post(path, data={"csrf": self.csrf, **form}, files=files, follow_redirects=True)

    def act(
        self, reference: str, what: str, value: str = "", because: str = "", page: str = "", **more: Any
    ) -> httpx.Response:
        """An act on a case as `page` showed it; without one, as it is now. Merging and splitting take `more`."""
        shown = page or self.get(f"/cases/{reference}").text
        version, entries = VERSION.search(shown), ENTRIES.search(shown)
        assert version
        assert entries
        form = {"because": because, "version": version[1], "entries": entries[1], **more}
        if what in ("merge", "split"):
            return self.send(f"/cases/{reference}/{what}", **form)
        return self.send(f"/cases/{reference}/acts", what=what, value=value, **form)


@dataclass
class Desk:
    """A desk with its console. `now` is what its clock shows."""

    home: Home
    console: Console
    now: datetime = NOW
    clients: list[httpx.Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"http://{self.console.address}"

    def later(self, **time: float) -> None:
        """Moves the clock."""
        self.now += timedelta(**time)

    def browser(self) -> httpx.Client:
        """A browser that is not signed in."""
        client = httpx.Client(base_url=self.url, timeout=30)
        self.clients.append(client)
        return client

    def secret_of(self, address: str = ADA, role: str = "agent", name: str = "") -> str:
        """The secret of a fresh session of somebody with that role."""
        secret = secrets.token_urlsafe(32)
        name = name or address.partition("@")[0].title()
        with self.home.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(address, name, "Europe/Berlin")])
            accounts.set_role(connection, address, role)
            accounts.open_session(connection, secret, address, "a browser", self.now)
        return secret

    def person(self, address: str = ADA, role: str = "agent", name: str = "") -> Person:
        """Somebody who is signed in."""
        from intake.web.door import csrf_token

        secret, client = self.secret_of(address, role, name), self.browser()
        client.cookies.set("intake_session", secret)
        return Person(client, csrf_token(secret))

    def program(self, address: str = ADA, role: str = "agent", scopes: Sequence[str] = tuple(SCOPES)) -> httpx.Client:
        """A program at the API with a token of somebody with that role, whatever scopes the role allows."""
        self.secret_of(address, role)
        with self.home.databases.desk.begin() as connection:
            _, secret = tokens.create(connection, address, "a test", scopes, ADA, self.now)
        client = httpx.Client(base_url=f"{self.url}/api/v1/", timeout=30, headers={"authorization": f"Bearer {secret}"})
        self.clients.append(client)
        return client

    def reload(self) -> None:
        """Reads policies and templates again, as the program does when one was published."""
        house = self.home.house
        house.policies, house.templates = app.load_files(self.home.config, self.home.databases)

    def account(self, address: str, role: str = "agent") -> str:
        """An account with the password above; its address."""
        with self.home.databases.desk.begin() as connection:
            people.save_agents(connection, [Agent(address, address.partition("@")[0].title(), "Europe/Berlin")])
            accounts.set_role(connection, address, role)
            hashed = PasswordHasher.from_parameters(CHEAPEST).hash(PASSWORD)
            accounts.set_password(connection, address, hashed)
        return address

    def take(self, raw: bytes, to: str = ROUTE) -> str:
        """The reference of the case that a mail opens or adds to."""
        mail_id = self.home.keep(raw, at=self.now, routes=(to,))
        self.home.receive(self.now)
        with reading(self.home.databases.reading) as connection:
            wanted = select(tables.case.c.reference).join(tables.outcome, tables.outcome.c.case_id == tables.case.c.id)
            return str(connection.scalars(wanted.where(tables.outcome.c.mail_id == mail_id)).one())

    def case(self, text: str = FORM, *, to: str = ROUTE, **headers: str) -> str:
        """The reference of a case that a mail of its own opens."""
        return self.take(mail(text, to=to, message_id=f"{secrets.token_hex(6)}@hosting.example", **headers), to)


@contextmanager
def desk(folder: Path, changes: Mapping[str, Any] | None = None, more: str = "") -> Iterator[Desk]:
    """A desk with customers and its console on a free port."""
    with home(folder, changes, more) as opened:
        made = Desk(opened, None)  # type: ignore[arg-type]
        cheap = Passwords(PasswordHasher.from_parameters(CHEAPEST))
        made.console = Console(
            opened.house, "127.0.0.1:0", lambda: made.now, made.reload, cheap, channels(opened.config)
        )
        made.console.start()
        try:
            yield made
        finally:
            for client in made.clients:
                client.close()
            made.console.close()


def formatted_mail(html: str) -> bytes:
    """A mail with the form as text, and this HTML beside it."""
    made = EmailMessage()
    made["From"], made["To"] = "Kim <kim@hosting.example>", "open-xchange@support.example"
    made["Subject"], made["Message-ID"] = "A formatted mail", "<html@hosting.example>"
    made["Date"] = "Mon, 23 Nov 2026 09:00:00 +0000"
    made.set_content(FORM)
    made.add_alternative(html, subtype="html")
    return made.as_bytes().replace(b"\n", b"\r\n")
