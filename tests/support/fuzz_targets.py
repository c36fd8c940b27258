"""Fuzz targets: what must hold whatever bytes come, and what such bytes look like. `fuzzing` tries them for a while."""

import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from house import ROUTE
from mailroom import Client, Mailroom, mailroom

from intake.core.mail.fields import read_fields
from intake.core.mail.message import Trust, Unreadable
from intake.core.mail.read import html_of, read
from intake.core.policy.policy import Policy, load_policy
from intake.errors import IntakeError, Mistakes
from intake.outbound.samples import SAMPLES
from intake.outbound.templates import compile_template
from intake.shipped import shipped

TESTS = Path(__file__).parent.parent
KEPT = TESTS / "fuzz"
LONGEST = 20_000
REPLY = re.compile(r"[2-5][0-9]{2}[ -]")
_open = ExitStack()


def reading(data: bytes) -> None:
    """Any bytes are a mail, or refused as unreadable; what is read can be stored."""
    try:
        message = read(data, trust=Trust("mx.desk.example"), own_addresses=frozenset({ROUTE}))
        html_of(data)
    except Unreadable:
        return
    for text in (message.subject, message.text, message.new_text, *message.form_texts, *message.file_texts):
        assert "\0" not in text
        text.encode("utf-8")


def fields(data: bytes) -> None:
    """Any text has the fields of a form, or none; each value can be stored."""
    text = data.decode("utf-8", "replace")
    for policy in _policies():
        for value in read_fields(policy.specs, [text]).values():
            repr(value).encode("utf-8")


def conversation(data: bytes) -> None:
    """Whatever a client says is answered by replies, and a mail is kept where it is told so, and only there."""
    room = _room()
    before = len(room.mails())
    client = Client(room.listener.addresses[0])
    try:
        client.send(data)
        client.socket.shutdown(1)
        replies = client.rest()
    except OSError:
        # dropped by the server, which is its right
        return
    finally:
        client.close()
    lines = [line for reply in replies for line in reply.splitlines()]
    assert all(REPLY.match(line) for line in lines), lines
    assert len(room.mails()) - before == sum(line.startswith("250 2.0.0 Kept") for line in lines), lines


def policy(data: bytes) -> None:
    """Any text is a policy, or its mistakes are named."""
    try:
        load_policy(data.decode("utf-8", "replace"), "house.toml")
    except Mistakes as found:
        mistakes = [str(each) for each in found.mistakes]
    else:
        return
    assert mistakes
    assert all(each.startswith("house.toml") and "\n" not in each for each in mistakes)


def template(data: bytes) -> None:
    """Any text is a template that renders in bounds, or its mistakes are named."""
    try:
        made = compile_template(data.decode("utf-8", "replace"), "x.md", "acknowledgment", "en")
        made.render(SAMPLES["acknowledgment"])
    except IntakeError as error:
        said = str(error)
    else:
        return
    assert said


TARGETS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (reading, fields, conversation, policy, template)
}
TALK = (
    b"EHLO c.example\r\nMAIL FROM:<a@b.example> SIZE=40 BODY=8BITMIME\r\nRCPT TO:<support@desk.example>\r\n"
    b"DATA\r\nSubject: a\r\n\r\n..b\r\n.\r\nRSET\r\nNOOP\r\nVRFY a\r\nHELP\r\nQUIT\r\n"
)


@cache
def _policies() -> list[Policy]:
    return [load_policy(file.read_text("utf-8"), file.name) for file in sorted(shipped("policies").glob("*.toml"))]


@cache
def _room() -> Mailroom:
    folder = Path(_open.enter_context(tempfile.TemporaryDirectory()))
    return _open.enter_context(mailroom(folder, max_connections_per_client=10_000))


def samples(name: str) -> list[bytes]:
    """What a target's input looks like, with what broke it once."""
    found = {
        "reading": lambda: [file.read_bytes() for file in sorted((TESTS / "mails").glob("*.eml"))],
        "fields": lambda: [file.read_bytes() for file in sorted((TESTS / "mails").glob("form*.eml"))],
        "conversation": lambda: [TALK],
        "policy": lambda: [file.read_bytes() for file in sorted(shipped("policies").glob("*.toml"))],
        "template": lambda: [file.read_bytes() for file in sorted(shipped("templates").glob("*/acknowledgment*"))],
    }[name]()
    kept = [file.read_bytes() for file in sorted((KEPT / name).glob("*"))]
    return [each for each in (*found, *kept) if len(each) <= LONGEST or name == "policy"]
