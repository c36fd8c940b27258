"""An agent who works by mail alone: the real program between a listener and a smarthost, over real SMTP."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from house import CUSTOMERS, FORM, mail
from running import Running, eventually, running
from smarthost import Listening, Sink

ADA, KIM = "ada@desk.example", "kim@hosting.example"
VOUCHED = b"Authentication-Results: mx.support.example; dmarc=pass header.from=desk.example\r\n"


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def desk(tmp_path: Path, sink: Sink) -> Iterator[Running]:
    smarthost = Listening(sink)
    changes: dict[str, Any] = {
        "outgoing.smtp": smarthost.place,
        "outgoing.tls": "none",
        "reading.trusted_host": "mx.support.example",
        "reading.seconds": 60,
        "roles.triage": [ADA],
    }
    try:
        with running(tmp_path, changes, customers=CUSTOMERS) as made:
            made.command("agent", "add", ADA, "--name", "Ada L.")
            yield made
    finally:
        smarthost.stop()


def received(sink: Sink, to: str, count: int) -> list[EmailMessage]:
    """What an address has got, once there are so many."""

    def enough() -> list[EmailMessage]:
        mine = [message_from_bytes(raw, policy=policy.default) for _, people, raw in list(sink.mails) if to in people]
        return mine if len(mine) >= count else []

    return eventually(enough, 90, f"{count} mails to {to}")


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def answer(notice: EmailMessage, text: str, number: int, *, proven: bool = True) -> tuple[bytes, str]:
    """Ada's reply as her client makes it, with the verdict of the host before ours; and where it goes."""
    to = notice["Reply-To"].addresses[0].addr_spec
    quoted = "".join(f"> {line}\n" for line in body(notice).splitlines())
    raw = mail(
        f"{text}\n\nOn Mon, 23 Nov 2026 at 10:00, Support <{to}> wrote:\n{quoted}",
        sender=f"Ada <{ADA}>",
        to=to,
        subject=f"Re: {notice['Subject']}",
        message_id=f"ada-{number}@desk.example",
        In_Reply_To=str(notice["Message-ID"]),
        Date=f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} +0000",
    )
    return (VOUCHED + raw if proven else raw), to


def test_an_agent_answers_and_commands_by_mail_and_a_forger_does_not(desk: Running, sink: Sink) -> None:
    desk.send(mail(FORM))
    (notice,) = received(sink, ADA, 1)
    (acknowledgment,) = received(sink, KIM, 1)

    forged, to = answer(notice, "/close\n\nSend your password.", 1, proven=False)
    desk.send(forged, sender="mallory@evil.example", to=[to])
    alert = received(sink, ADA, 2)[-1]
    assert "nothing else was done" in " ".join(body(alert).split())
    assert desk.json("case", "show", "OX-1001")["state"] == "new"

    misspelt, to = answer(notice, "/waitng\n\nWhich browser?", 2)
    desk.send(misspelt, sender=ADA, to=[to])
    receipt = received(sink, ADA, 3)[-1]
    assert "perhaps /waiting was meant" in " ".join(body(receipt).split())

    # a receipt is a notice: she replies to it
    right, to = answer(receipt, "/severity 3 because one user\n/waiting\n\nWhich browser, Kim?", 3)
    desk.send(right, sender=ADA, to=[to])
    receipt = received(sink, ADA, 4)[-1]
    done = f"done: /severity 3, /waiting; a letter of ours goes to {KIM}"
    assert str(receipt["Subject"]) == f"[OX-1001] Sent to {KIM}; {done}"
    # the answer, and the letter about the severity
    reply = next(each for each in received(sink, KIM, 3) if each["Auto-Submitted"] is None)
    assert "Which browser, Kim?" in body(reply)
    assert "severity" not in body(reply).lower()
    assert str(reply["From"]).startswith('"Ada L. (Open-Xchange Support)"')
    assert str(reply["In-Reply-To"]) == "<one@hosting.example>"
    shown = desk.json("case", "show", "OX-1001")
    assert (shown["state"], shown["severity"], shown["assignee"]) == ("waiting", 3, ADA)
    assert [each["state"] for each in shown["clocks"] if each["kind"] == "response"] == ["ended"]
    # the customer's answer goes back on the case, and to her
    back = reply["Reply-To"].addresses[0].addr_spec
    desk.send(
        mail("Firefox.\n", to=back, subject=f"Re: {reply['Subject']}", message_id="k2@hosting.example"), to=[back]
    )
    told = received(sink, ADA, 5)[-1]
    assert "Firefox." in body(told)
    assert len(received(sink, KIM, 3)) == 3
    assert acknowledgment["Auto-Submitted"] == "auto-replied"
    assert desk.json("ledger")["balanced"]
