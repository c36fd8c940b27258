"""What a machine may answer, and how often: nobody is made to write to a victim, and no two machines talk for ever
(THREATS 20, 40 to 45, 47)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, ROUTE, Home, home, mail, opened
from sqlalchemy import select

from intake.desk.receive import again
from intake.store import tables

VICTIM = "victim@elsewhere.example"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as made:
        yield made


def leaving(desk: Home) -> list[dict[str, Any]]:
    """Letters to customers that leave."""
    return [each for each in desk.outbox() if each["state"] != "withheld"]


def text_of(desk: Home, letter: dict[str, Any]) -> str:
    """Everything that a reader of the letter may see, headers included."""
    made = message_from_bytes(desk.sent(letter["id"]), policy=policy.default)
    parts = [part.get_content() for part in made.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in made.items()), *parts])


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "known-contact"])
@pytest.mark.parametrize("many", [150, pytest.param(1_000, marks=pytest.mark.long)])
def test_threat_20_many_mails_in_a_victims_name_bring_them_three_letters_an_hour(
    tmp_path: Path, known: bool, many: int
) -> None:
    victim = "kim@hosting.example" if known else VICTIM
    with home(tmp_path) as desk:
        for number in range(many):
            raw = mail(f"Buy now {number}\n", sender=victim, message_id=f"{number}@evil.example", subject=f"{number}")
            desk.keep(raw, envelope_from=victim, at=NOW + number * timedelta(seconds=1))
        desk.receive(NOW + timedelta(minutes=17))
        assert desk.ledger()["new_case"] == many
        assert len(leaving(desk)) == 3
        desk.tick(NOW + timedelta(minutes=40))
        told = leaving(desk)[3:]
        # one digest tells a known contact of all the rest, a stranger hears nothing more
        assert [each["kind"] for each in told] == (["digest"] if known else [])
        assert {each["to"] for each in leaving(desk)} == {victim}


def test_threat_20_of_a_senders_text_no_link_address_or_long_word_rides_along(desk: Home) -> None:
    spam = "CHEAP pills at https://evil.example/buy or www.evil.example now write to sales@evil.example " + "W" * 300
    form = FORM.replace("Distribution: DEBIAN", f"Distribution: {spam}").replace("Module: mail", f"Module: {spam}")
    raw = mail(
        form + "\nBody text that must not ride along\n",
        sender=f'"{spam[:60]}" <{VICTIM}>',
        subject=spam,
        message_id="s@evil.example",
    )
    desk.take(raw, envelope_from=VICTIM)
    (letter,) = leaving(desk)
    text = text_of(desk, letter)
    for bad in ("evil.example", "http", "www.", "W" * 41, "must not ride along"):
        assert bad not in text.replace("<s@evil.example>", "")
    assert "CHEAP pills at" in text


def test_threat_40_two_machines_do_not_talk_for_ever(desk: Home) -> None:
    """A bot that answers each letter of ours with a new mail, without any mark of a machine."""
    bot, at, answered = "kim@hosting.example", NOW, 0
    desk.take(mail(FORM, sender=bot, message_id="start@hosting.example"), at)
    for round_ in range(40):
        at += MINUTE
        letters = leaving(desk)
        for letter in letters[answered:]:
            raw = mail(
                f"Your mail has been noted, number {round_}.\n",
                sender=bot,
                subject=f"Noted: {letter['subject'].replace('OX-', 'OX ')}",
                message_id=f"bot-{round_}-{letter['id']}@hosting.example",
            )
            desk.take(raw, at)
        answered = len(letters)
        desk.tick(at)
    # three letters and one digest in the hour
    assert len(leaving(desk)) <= 4
    assert desk.ledger()["balanced"]


def test_threat_40_each_kind_of_automatic_letter_goes_out_once_a_case(desk: Home) -> None:
    desk.take(mail("It is broken.\n"))
    at = NOW
    for number in range(30):
        at += HOUR
        raw = mail(
            "I do not know.\n",
            message_id=f"again-{number}@hosting.example",
            subject="Re: The inbox stays empty",
            In_Reply_To="<one@hosting.example>",
        )
        desk.take(raw, at)
    for _ in range(60):
        at += timedelta(days=1)
        desk.tick(at)
    assert [each["kind"] for each in leaving(desk)] == ["missing-information"]


def test_threat_40_a_case_reopened_again_and_again_gets_each_letter_once(desk: Home) -> None:
    desk.take(mail("It is broken.\n"))
    at = NOW
    for days in range(120):
        at += timedelta(days=1)
        desk.tick(at)
        if days % 20 == 19:
            late = {"message_id": f"late-{days}@hosting.example", "In_Reply_To": "<one@hosting.example>"}
            desk.take(mail("Server: https://ox.hosting.example\n", subject="Re: The inbox", **late), at + HOUR)
    kinds = [each["kind"] for each in leaving(desk)]
    assert kinds == ["missing-information", "reminder", "reminder", "closed-for-silence"]


def test_threat_40_our_own_letter_that_comes_back_is_never_answered(desk: Home) -> None:
    desk.take(mail())
    letter = desk.sent(1)
    before = len(desk.outbox())
    (outcome,) = desk.take(letter, NOW + HOUR, envelope_from=ROUTE)
    assert outcome["outcome"] in ("automatic", "duplicate", "reply", "new_case")
    assert len(desk.outbox()) == before


def test_threat_41_a_storm_of_absence_notes_without_any_mark_stays_within_the_cap(desk: Home) -> None:
    desk.take(mail())
    for number in range(120):
        raw = mail(
            f"I am away until Monday. {number}\n",
            sender="Kim <kim@hosting.example>",
            subject="Out of office" if number % 2 else "Out of office: [OX-1001]",
            message_id=f"ooo-{number}@hosting.example",
        )
        desk.keep(raw, at=NOW + MINUTE)
    desk.receive(NOW + MINUTE)
    desk.tick(NOW + 20 * MINUTE)
    assert len(leaving(desk)) <= 4
    assert desk.ledger()["balanced"]


def bounce(desk: Home, letter: dict[str, Any], status: str = "5.1.1", recipient: str = "") -> bytes:
    """The report of a server that could not deliver a letter of ours."""
    action = "failed" if status.startswith("5") else "delayed"
    return (
        f"From: MAILER-DAEMON@mx.hosting.example\r\nTo: {ROUTE}\r\nSubject: Undelivered Mail Returned\r\n"
        "Message-ID: <dsn-" + status + "@mx.hosting.example>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.hosting.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient or letter['to']}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\n"
    ).encode() + desk.sent(letter["id"]) + b"\r\n--b--\r\n"  # fmt: skip


def bounce_address(desk: Home, letter: dict[str, Any]) -> str:
    envelope_from = select(tables.outgoing.c.envelope_from).where(tables.outgoing.c.id == letter["id"])
    with desk.databases.desk.connect() as connection:
        return str(connection.scalar(envelope_from))


@pytest.mark.parametrize("by_token", [True, False], ids=["to our bounce address", "to the route"])
def test_threat_42_a_bounce_of_our_acknowledgment_stands_on_the_case_and_is_not_answered(
    desk: Home, by_token: bool
) -> None:
    desk.take(mail())
    (letter,) = leaving(desk)
    to = bounce_address(desk, letter) if by_token else ROUTE
    (outcome,) = desk.take(bounce(desk, letter), NOW + MINUTE, envelope_from="", recipient=to)
    assert outcome["outcome"] == "automatic"
    case = desk.case()
    assert "undeliverable" in case.marks
    assert case.state == "new"
    assert len(desk.outbox()) == 1
    assert desk.outbox(desk=True)[-1]["kind"] == "desk-undeliverable"
    # nothing automatic goes there any more
    desk.take(mail(FORM + "2", message_id="two@hosting.example", subject="Another"), NOW + 2 * MINUTE)
    assert len(leaving(desk)) == 1


def test_threat_42_a_delay_marks_nothing(desk: Home) -> None:
    desk.take(mail())
    (letter,) = leaving(desk)
    (outcome,) = desk.take(bounce(desk, letter, "4.4.1"), NOW + MINUTE, envelope_from="")
    assert outcome["outcome"] == "automatic"
    assert "undeliverable" not in desk.case().marks


def test_a_person_who_answered_to_our_envelope_sender_is_heard_once_the_mail_is_released(desk: Home) -> None:
    desk.take(mail())
    to = bounce_address(desk, desk.outbox()[0])
    raw = mail("One more thing.", subject="Re: OX-1001", message_id="2@hosting.example")
    taken = desk.keep(raw, recipient=to, at=NOW + MINUTE)
    desk.receive(NOW + MINUTE)
    assert desk.outcomes(taken)[0]["outcome"] == "automatic"
    assert again(desk.house, taken, NOW + HOUR) == 1
    assert desk.outcomes(taken)[0]["outcome"] == "reply"


def test_threat_42_a_forged_bounce_silences_nobody_else(desk: Home) -> None:
    desk.take(mail())
    (letter,) = leaving(desk)
    desk.take(bounce(desk, letter, recipient="noc@telco.example"), NOW + MINUTE, envelope_from="")
    raw = mail(FORM, sender="noc@telco.example", message_id="t@telco.example", subject="Other")
    desk.take(raw, NOW + 2 * MINUTE, envelope_from="noc@telco.example")
    assert leaving(desk)[-1]["to"] == "noc@telco.example"


def test_threat_42_a_bounce_of_a_mail_that_we_never_sent_touches_no_case(desk: Home) -> None:
    desk.take(mail())
    (letter,) = leaving(desk)
    forged = bounce(desk, letter).replace(letter["message_id"].encode(), b"never@support.example")
    (outcome,) = desk.take(forged, NOW + MINUTE, envelope_from="")
    assert outcome["outcome"] == "automatic"
    assert "undeliverable" not in desk.case().marks
    assert len(desk.outbox()) == 1


def test_threat_43_a_receipt_is_never_sent_whoever_asks(desk: Home) -> None:
    desk.take(mail(Disposition_Notification_To="kim@hosting.example", Return_Receipt_To="kim@hosting.example"))
    assert [each["kind"] for each in desk.outbox()] == ["acknowledgment"]
    assert b"disposition" not in desk.sent(1).lower()


def test_threat_43_a_receipt_that_comes_is_logged_and_not_answered(desk: Home) -> None:
    desk.take(mail())
    (letter,) = leaving(desk)
    receipt = (
        "From: kim@hosting.example\r\nTo: " + ROUTE + "\r\nSubject: Read: your mail\r\nMIME-Version: 1.0\r\n"
        "Message-ID: <mdn@hosting.example>\r\n"
        f"In-Reply-To: <{letter['message_id']}>\r\n"
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n"
        "--b\r\n\r\nIt was read.\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        "Final-Recipient: rfc822; kim@hosting.example\r\n"
        f"Original-Message-ID: <{letter['message_id']}>\r\n"
        "Disposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--b--\r\n"
    )
    (outcome,) = desk.take(receipt.encode(), NOW + MINUTE, envelope_from="")
    assert (outcome["outcome"], len(desk.outbox())) == ("automatic", 1)
    assert "receipt" in [each["event"] for each in desk.shown("OX-1001")["history"]]


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Id": "<users.list.example>"},
        {"List_Unsubscribe": "<https://list.example/u>"},
        {"Precedence": "list"},
        {"Precedence": "Bulk"},
    ],
)
def test_threat_44_mail_of_a_list_is_a_case_without_an_acknowledgment(desk: Home, headers: dict[str, str]) -> None:
    (outcome,) = desk.take(mail(**headers))
    assert outcome["outcome"] == "new_case"
    assert desk.outbox() == []
    assert desk.case().clocks
    # nor does anything go out later on
    for days in range(1, 30):
        desk.tick(NOW + timedelta(days=days))
    assert leaving(desk) == []


INVITATION = """\
BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VEVENT
UID:1@evil.example
ORGANIZER:mailto:mallory@evil.example
ATTENDEE;RSVP=TRUE:mailto:open-xchange@support.example
ATTACH:http://127.0.0.1:9/x
DTSTART:20261124T090000Z
END:VEVENT
END:VCALENDAR
"""


def test_threat_45_invitations_and_links_are_neither_accepted_nor_fetched(desk: Home) -> None:
    visits: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.settimeout(20)
        port = trap.getsockname()[1]

        def watch() -> None:
            with suppress(OSError):
                while b"the end" not in visits:
                    visitor, _ = trap.accept()
                    with visitor:
                        visits.append(visitor.recv(1_000))

        watcher = threading.Thread(target=watch)
        watcher.start()
        url = f"http://127.0.0.1:{port}/unsubscribe"
        raw = (
            mail(FORM + url + "\n", List_Unsubscribe_Post="List-Unsubscribe=One-Click")
            .replace(b"Subject:", f"X-Link: <{url}>\r\nSubject:".encode(), 1)
            .replace(b"text/plain", b"text/html")
        )
        desk.take(raw.replace(b"Server:", f'<img src="{url}"><link rel="stylesheet" href="{url}">Server:'.encode()))
        invitation = mail(INVITATION.replace("http://127.0.0.1:9/x", url), message_id="i@hosting.example").replace(
            b"text/plain", b"text/calendar; method=REQUEST"
        )
        desk.take(invitation, NOW + MINUTE)
        with socket.create_connection(("127.0.0.1", port), 5) as last:
            last.sendall(b"the end")
        watcher.join(20)
    assert visits == [b"the end"]
    for letter in desk.outbox():
        assert b"METHOD:REPLY" not in desk.sent(letter["id"])
        assert b"text/calendar" not in desk.sent(letter["id"])


def test_threat_47_a_mail_taken_again_after_a_kill_before_the_flag_is_one_case(desk: Home) -> None:
    first = desk.keep(mail(), source="imap", envelope_from=None, origin="imap://box;UIDVALIDITY=1/;UID=7")
    desk.receive()
    with opened(desk.config, desk.databases) as restarted:
        again = restarted.keep(mail(), source="imap", envelope_from=None, origin="imap://box;UIDVALIDITY=1/;UID=7")
        restarted.receive()
        # the mailbox made anew: the same mail under another name
        renamed = restarted.keep(mail(), source="imap", envelope_from=None, origin="imap://box;UIDVALIDITY=2/;UID=1")
        restarted.receive()
    assert again == first
    assert desk.outcomes(renamed)[0]["outcome"] == "duplicate"
    assert len(desk.cases()) == 1
    assert len(desk.outbox()) <= 1
    assert desk.ledger()["balanced"]
