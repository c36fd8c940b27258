"""How far a customer's mail on a case is believed is shown on it; a false bounce is taken back."""

from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import NOW, ROUTE, home, mail
from sqlalchemy import update

from intake.desk.receive import again
from intake.store.tables import outgoing

LATER = NOW + timedelta(hours=1)
VOUCHED = "mx.support.example; dmarc=pass header.from=hosting.example"


@pytest.mark.parametrize(
    ("verdict", "unverified"), [(VOUCHED, False), ("", True), (VOUCHED.replace("pass", "fail"), True)]
)
def test_a_reply_whose_sender_nobody_vouches_for_is_shown_as_unverified(
    tmp_path: Path, verdict: str, unverified: bool
) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example", "reading.seconds": 60}) as desk:
        desk.take(mail(Authentication_Results=VOUCHED))
        to = message_from_bytes(desk.sent(1), policy=policy.default)["Reply-To"].addresses[0].addr_spec
        raw = mail("More.\n", message_id="two@hosting.example", subject="Re:", Authentication_Results=verdict)
        desk.take(raw, LATER, recipient=to)
        assert [each["unverified"] for each in desk.shown("OX-1001")["messages"]] == [False, unverified]


def test_where_no_host_was_asked_nothing_is_marked(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail())
        assert [each["unverified"] for each in desk.shown("OX-1001")["messages"]] == [False]


def test_a_released_false_bounce_lifts_the_mark_of_the_address_and_of_the_case(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        desk.take(mail("It is broken.\n"))
        sent = desk.outbox()[0]["message_id"]
        raw = (
            f"From: MAILER-DAEMON@mx.hosting.example\r\nTo: {ROUTE}\r\nSubject: Undelivered Mail\r\n"
            "Message-ID: <dsn@mx.hosting.example>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
            "--b\r\nContent-Type: text/plain\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
            "Reporting-MTA: dns; mx.hosting.example\r\n\r\nFinal-Recipient: rfc822; kim@hosting.example\r\n"
            "Action: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\n"
            f"Message-ID: <{sent}>\r\n\r\n--b--\r\n"
        ).encode()
        mail_id = desk.keep(raw, at=LATER, envelope_from="")
        desk.receive(LATER)
        assert "undeliverable" in desk.case("OX-1001").marks
        again(desk.house, mail_id, LATER)
        assert "undeliverable" not in desk.case("OX-1001").marks
        assert "deliverable" in [each["event"] for each in desk.shown("OX-1001")["history"]]
        # and letters go there again
        supplied = mail("Server: ox.hosting.example\n", message_id="s@hosting.example", subject="Re: [OX-1001]")
        desk.take(supplied, LATER)
        desk.tick(LATER + timedelta(days=4))
        assert "reminder" in [each["kind"] for each in desk.outbox()]


def test_a_customer_who_writes_after_a_letter_had_failed_can_be_reached_again_and_nobody_is_told_twice(
    tmp_path: Path,
) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example", "reading.seconds": 60}) as desk:
        desk.take(mail(Authentication_Results=VOUCHED))
        (letter,) = desk.outbox()
        with desk.databases.desk.begin() as connection:
            mine = outgoing.c.id == letter["id"]
            connection.execute(update(outgoing).where(mine).values(state="failed", reason="550 no such user"))
        desk.tick(NOW + timedelta(minutes=1))
        assert "undeliverable" in desk.case().marks
        more = mail("More.\n", message_id="m@h", subject="Re: [OX-1001]", Authentication_Results=VOUCHED)
        desk.take(more, LATER)
        desk.tick(LATER + timedelta(minutes=1))
        assert "undeliverable" not in desk.case().marks
        assert [each["kind"] for each in desk.outbox(desk=True)].count("desk-undeliverable") == 1


def test_a_proven_stranger_who_names_a_case_is_not_called_unproven(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.trusted_host": "mx.support.example", "reading.seconds": 60}) as desk:
        desk.take(mail(Authentication_Results=VOUCHED))
        verdict = VOUCHED.replace("hosting", "telco")
        other = mail("Me too.\n", sender="lea@telco.example", message_id="l@t", subject="Re: [OX-1001]")
        raw = f"Authentication-Results: {verdict}\r\n".encode() + other
        (outcome,) = desk.take(raw, LATER, envelope_from="lea@telco.example")
        assert outcome["outcome"] == "new_case"
        (alert,) = (each for each in desk.outbox(desk=True) if each["kind"] == "desk-alert")
        body = message_from_bytes(desk.sent(alert["id"]), policy=policy.default).get_body(("plain",))
        assert body is not None
        said = " ".join(body.get_content().split())
        assert "takes no part in it and is not proven to belong to its customer" in said
