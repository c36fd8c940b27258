"""The whole way through a real Postfix: it hands us mail by LMTP, takes our letters by SMTP, and bounces for real."""

import re
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Any

import pytest
from house import CUSTOMERS, FORM, ROUTE, mail
from postfix import Postfix, postfix
from running import Running, eventually, free_port, running
from smarthost import Listening, Sink

pytestmark = pytest.mark.real

GONE = "gone@support.example"


@dataclass
class Way:
    """The program between a Postfix and the customers' mail server behind it."""

    program: Running
    mta: Postfix
    customers: Sink

    def send(self, raw: bytes, sender: str = "kim@hosting.example", to: str = ROUTE) -> None:
        """A customer's mail to our Postfix."""
        with smtplib.SMTP("127.0.0.1", self.mta.port, timeout=30) as client:
            client.sendmail(sender, [to], raw)

    def inbox(self, address: str) -> list[tuple[str, Message]]:
        """What stands in a customer's mailbox: envelope sender and mail."""
        return [(sender, message_from_bytes(raw)) for sender, to, raw in self.customers.mails if address in to]

    def letters(self, address: str, count: int = 1) -> list[tuple[str, Message]]:
        """The letters in a mailbox, once there are as many."""
        return eventually(
            lambda: self.inbox(address) if len(self.inbox(address)) >= count else [],
            60,
            f"{count} letters to {address}\n{self.mta.log()[-3000:]}\n{self.program.log()[-3000:]}",
        )

    def case(self, letter: Message) -> dict[str, Any]:
        """The case that a letter is about, as the command line shows it."""
        reference = re.search(r"OX-\d+", str(letter["Subject"]))
        assert reference
        shown = self.program.json("case", "show", reference[0])
        assert isinstance(shown, dict)
        return shown


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    lmtp, sink = free_port(), Sink()
    customers = Listening(sink)
    try:
        with postfix(lmtp, customers.port, [ROUTE, GONE]) as mta:
            changes = {
                "lmtp.listen": f"127.0.0.1:{lmtp}",
                "outgoing.smtp": f"127.0.0.1:{mta.port}",
                "outgoing.tls": "none",
                "service.hostname": "desk.example",
            }
            with running(tmp_path_factory.mktemp("way"), changes, customers=CUSTOMERS) as program:
                yield Way(program, mta, sink)
    finally:
        customers.stop()


def test_a_complete_form_becomes_a_case_and_its_acknowledgment_stands_in_the_customers_mailbox(way: Way) -> None:
    way.send(mail(message_id="complete@hosting.example"))
    ((sender, letter),) = way.letters("kim@hosting.example")

    case = way.case(letter)
    assert (case["state"], case["severity"], case["missing"]) == ("new", 2, [])
    assert case["from"]["address"] == "kim@hosting.example"
    assert letter["Auto-Submitted"] == "auto-replied"
    assert letter["In-Reply-To"] == "<complete@hosting.example>"
    assert "<complete@hosting.example>" in letter["References"]
    assert letter["To"].endswith("kim@hosting.example>") or letter["To"] == "kim@hosting.example"
    assert re.search(r"<open-xchange\+[^@<>]+@support\.example>", letter["Reply-To"])
    assert re.fullmatch(r"open-xchange\+[^@]+@support\.example", sender)
    assert sender not in letter["Reply-To"]
    row = next(row for row in way.program.json("outbox", "list") if row["to"] == "kim@hosting.example")
    assert (row["state"], row["message_id"]) == ("sent", letter["Message-ID"].strip("<>"))


def test_a_reply_to_reply_to_lands_on_its_case_and_completes_it(way: Way) -> None:
    head, tail = FORM.splitlines(keepends=True)[:9], FORM.splitlines(keepends=True)[9:]
    asker = "it@hosting.example"
    way.send(mail("".join(head), sender=f"Bo <{asker}>", message_id="half@hosting.example"), sender=asker)
    ((_, asked),) = way.letters(asker)
    assert way.case(asked)["missing"] == ["steps_to_reproduce", "current_behaviour", "expected_behaviour"]

    answer_to = re.search(r"<([^<>]+)>", asked["Reply-To"])
    assert answer_to
    # neither subject nor References help: the address alone must do
    rest = mail("".join(tail), sender=f"Bo <{asker}>", to=answer_to[1], subject="The rest", message_id="rest@h.example")
    way.send(rest, sender=asker, to=answer_to[1])
    (_, (_, confirmed)) = way.letters(asker, 2)

    case = way.case(confirmed)
    assert case["reference"] == way.case(asked)["reference"]
    assert case["missing"] == []
    assert [each["direction"] for each in case["messages"]].count("in") == 2
    assert confirmed["In-Reply-To"] == "<rest@h.example>"


def test_an_address_that_no_route_has_is_refused_at_rcpt_and_its_sender_told_by_postfix(way: Way) -> None:
    way.send(mail(message_id="lost@hosting.example"), sender="lost@hosting.example", to=GONE)
    ((sender, report),) = way.letters("lost@hosting.example")
    assert sender.strip("<>") == ""
    assert report.get_content_type() == "multipart/report"
    assert "550 5.1.1 No such address here (in reply to RCPT TO command)" in " ".join(report.as_string().split())


def test_a_bounce_of_our_acknowledgment_lands_on_its_case_and_is_not_answered(way: Way) -> None:
    gone = "left@hosting.example"
    way.customers.recipients[gone] = "550 5.1.1 There is no such person here"
    way.send(mail(sender=f"Lee <{gone}>", message_id="left@hosting.example"), sender=gone)

    def bounced() -> dict[str, Any] | None:
        ours = [row["reference"] for row in way.program.json("case", "list") if row["from"]["address"] == gone]
        case = way.program.json("case", "show", ours[0]) if ours else None
        return case if case and any(each["kind"] == "bounce" for each in case["messages"]) else None

    case = eventually(bounced, 60, "the bounce on its case")
    assert "undeliverable" in case["marks"]
    assert [row["kind"] for row in case["outgoing"] if row["to"] == gone] == ["acknowledgment"]
    # a next mail from there is taken, and no letter sets out for an address that is known to fail
    way.send(mail(sender=f"Lee <{gone}>", subject="Again", message_id="again@hosting.example"), sender=gone)
    eventually(
        lambda: sum(row["from"]["address"] == gone for row in way.program.json("case", "list")) == 2,
        60,
        "the next case",
    )
    assert [row["kind"] for row in way.program.json("outbox", "list") if row["to"] == gone] == ["acknowledgment"]


def test_everything_that_was_received_has_its_one_outcome(way: Way) -> None:
    way.send(mail(subject="The last one", message_id="last@telco.example"), sender="kim@telco.example")
    assert eventually(lambda: not way.mta.queued(), 60, "Postfix to have handed on everything")
    ledger = eventually(
        lambda: found if (found := way.program.json("ledger"))["waiting"] == 0 else None, 60, "every mail decided"
    )
    assert ledger["balanced"]
    assert (ledger["parked"], ledger["duplicate"]) == (0, 0)
