"""Outgoing mail in tests: letters to render, and a real mail server on loopback that misbehaves as it is told."""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiosmtpd.controller import Controller
from running import free_port
from sqlalchemy import Connection, insert, select

from intake.core.answer.letter import Letter
from intake.core.mail.message import Address
from intake.outbound.render import render
from intake.outbound.samples import SAMPLES
from intake.outbound.templateset import TemplateSet
from intake.store import outbox, tables
from intake.store.engine import Databases, reading

NOW = datetime(2026, 11, 23, 8, 12, tzinfo=UTC)


class Sink:
    """A mail server that keeps what it gets, and misbehaves as it is told.

    `pipelining`: it offers that (RFC 2920). `careless`: it asks for a mail's bytes though it refused all recipients.
    """

    def __init__(self, *, pipelining: bool = False) -> None:
        self.pipelining = pipelining
        self.careless = False
        self.mails: list[tuple[str, tuple[str, ...], bytes]] = []
        self.connections = 0
        self.answers: dict[str, str] = {}
        self.recipients: dict[str, str] = {}
        self.before_answer: Callable[[Any], None] = lambda _server: None
        self.silent = False
        self.let_go = threading.Event()

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        del server
        session.host_name = hostname
        self.connections += 1
        return [responses[0], "250-PIPELINING", *responses[1:]] if self.pipelining else responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        del server, session
        if "MAIL" in self.answers:
            return self.answers["MAIL"]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RSET(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        del server
        return self.answers.get("RSET", "250 OK")

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        del server, session
        answer = self.recipients.get(address) or self.answers.get("RCPT", "250 OK")
        if answer.startswith("250") or self.careless:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.mails.append((envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.original_content)))
        self.before_answer(server)
        while self.silent and not self.let_go.is_set():
            await asyncio.sleep(0.01)
        return "250 2.0.0 taken"


class Listening:
    """The sink behind a port."""

    def __init__(self, sink: Sink, **more: Any) -> None:
        self.port = free_port()
        self.sink = sink
        self._controller = Controller(sink, hostname="127.0.0.1", port=self.port, **more)
        self._controller.start()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        self.sink.let_go.set()
        self._controller.stop(no_assert=True)


def make_letter(**changes: Any) -> Letter:
    kind = changes.get("kind", "acknowledgment")
    facts: dict[str, Any] = {
        "kind": kind,
        "language": "en",
        "to": Address("Kim Sample", "kim@hosting.example"),
        "sender": Address("Example Support", "support@desk.example"),
        "envelope_from": "bounce@desk.example",
        "message_id": "1042.a1@desk.example",
        "date": NOW,
        "values": SAMPLES[kind],
        "automatic": "auto-replied",
        "in_reply_to": "question@hosting.example",
        "references": ("first@hosting.example", "question@hosting.example"),
        "loop_mark": "desk.example",
    }
    return Letter(**{**facts, **changes})


def add_case(connection: Connection, reference: str = "OX-1042") -> int:
    """A case as far as outgoing mail needs one."""
    texts = dict.fromkeys(["policy", "policy_version", "route", "queue", "contact_name", "subject", "language"], "x")
    lists: dict[str, list[str]] = {name: [] for name in ("because", "marks", "fields", "waived", "linked", "answered")}
    values = {"reference": reference, "version": 1, "contact_address": "kim@hosting.example", "zone": "UTC"}
    values |= {"state": "open", "severity": 2, "opened_at": NOW, "changed_at": NOW}
    made = connection.scalar(insert(tables.case).values(**texts, **lists, **values).returning(tables.case.c.id))
    assert made is not None
    return int(made)


def queue_mail(databases: Databases, templates: TemplateSet, number: int = 1, **changes: Any) -> int:
    """A finished mail on a case of its own in the outbox; its id. `withheld` and `at` are for the outbox."""
    outbox_facts = {"withheld": changes.pop("withheld", "")}
    at = changes.pop("at", NOW)
    letter = make_letter(**{"message_id": f"{number}.a1@desk.example", **changes})
    with databases.desk.begin() as connection:
        case_id = add_case(connection, f"OX-{number}")
        return outbox.queue(connection, case_id, letter, render(letter, templates), at, **outbox_facts)


def row(databases: Databases, mail_id: int) -> dict[str, Any]:
    """A mail of the outbox as it stands."""
    with reading(databases.desk) as connection:
        return dict(connection.execute(select(tables.outgoing).where(tables.outgoing.c.id == mail_id)).one()._mapping)


def told(databases: Databases) -> list[tuple[str, str, str]]:
    """The history of all cases: actor, event, text."""
    columns = tables.history.c
    with reading(databases.desk) as connection:
        found = connection.execute(select(columns.actor, columns.event, columns.text).order_by(columns.id))
        return [(each.actor, each.event, each.text) for each in found]


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **more: float) -> None:
        """Later by a timedelta's arguments."""
        self.now += timedelta(**more)
