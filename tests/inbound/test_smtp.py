"""The SMTP conversation: what is taken, what is refused, and with which words."""

import re
import smtplib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mailroom import MAIL, NOW, Client, Mailroom, mailroom, wait_for

VERSIONS = re.compile(r"\d+\.\d+\.\d+|python|aiosmtpd", re.IGNORECASE)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as one:
        yield one


def greeted(room: Mailroom) -> Client:
    client = room.client()
    assert client.reply().startswith("220 ")
    assert client.ask("EHLO client.example").startswith("250")
    return client


def test_a_mail_is_kept_as_it_came_with_its_envelope_and_time(room: Mailroom) -> None:
    with room.client() as client:
        client.open(["Support+tok@desk.example", "help@desk.example", "sales@desk.example"])
        assert client.ask(MAIL + b".") == "250 2.0.0 Kept"
    (mail,) = room.mails()
    assert mail["raw"] == MAIL
    assert (mail["envelope_from"], mail["peer"], mail["login"]) == ("a@sender.example", "127.0.0.1", None)
    assert (mail["source"], mail["received_at"], mail["answerable"], mail["backlog"]) == ("smtp", NOW, True, False)
    assert room.routes() == [
        (mail["id"], "sales@desk.example", "sales@desk.example"),
        (mail["id"], "support@desk.example", "Support+tok@desk.example"),
    ]


def test_the_250_comes_after_the_commit(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        for number in range(1, 6):
            client.open() if number == 1 else client.envelope()
            assert client.ask(MAIL + b".") == "250 2.0.0 Kept"
            assert len(room.mails()) == number


def test_a_null_sender_is_an_empty_one(room: Mailroom) -> None:
    with room.client() as client:
        client.open(sender="")
        assert client.ask(MAIL + b".").startswith("250")
    assert room.mails()[0]["envelope_from"] == ""


@pytest.mark.parametrize("recipient", ["postmaster", "POSTMASTER", "Postmaster@desk.example"])
def test_postmaster_is_taken(room: Mailroom, recipient: str) -> None:
    with room.client() as client:
        client.open([recipient])
        assert client.ask(MAIL + b".").startswith("250")
    assert room.routes() == [(1, "support@desk.example", recipient)]


def test_a_recipient_without_a_route_is_refused_and_the_others_kept(room: Mailroom) -> None:
    with greeted(room) as client:
        assert client.ask("MAIL FROM:<a@sender.example>").startswith("250")
        assert client.ask("RCPT TO:<nobody@desk.example>") == "550 5.1.1 No such address here"
        assert client.ask("RCPT TO:<support@elsewhere.example>").startswith("550")
        assert client.ask("DATA").startswith("503")
        assert client.ask("RCPT TO:<sales@desk.example>").startswith("250")
        assert client.ask("DATA").startswith("354")
        assert client.ask(MAIL + b".").startswith("250")
    assert [route for _, route, _ in room.routes()] == ["sales@desk.example"]


BAD_PATHS = [
    b"<a b@sender.example>",
    b'<"a b"@sender.example>',
    b"<a\x00b@sender.example>",
    b"<a\rb@sender.example>",
    b"<a\xffb@sender.example>",
    "<a\u202eb@sender.example>".encode(),
    b'<"a@x.example>,<b"@sender.example>',
    b"<" + b"a" * 400 + b"@sender.example>",
    b"<" + b"a" * 1500 + b"@sender.example>",
    b"<a@sender.example",
    b"<",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_an_address_that_could_mean_something_else_is_refused(room: Mailroom, path: bytes) -> None:
    with greeted(room) as client:
        assert client.ask(b"MAIL FROM:" + path)[:3] in {"553", "501"}
        assert client.ask("MAIL FROM:<a@sender.example>").startswith("250")
        assert client.ask(b"RCPT TO:" + path)[:3] in {"553", "501"}
        assert client.ask("DATA").startswith("503")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200).map(lambda data: data.replace(b"\n", b"")))
def test_no_garbage_as_a_command_is_answered_but_with_a_refusal(room: Mailroom, garbage: bytes) -> None:
    with room.client() as client:
        client.reply()
        assert client.ask(b"X" + garbage)[:3] in {"500", "501"}
        reply = client.ask(b"MAIL FROM:" + garbage)
        assert reply[:3] in {"503"}
        assert client.ask(b"EHLO " + b"client.example").startswith("250")
        assert client.ask(b"MAIL FROM:" + garbage)[:3] in {"250", "501", "552", "553", "555"}


def test_a_sender_with_an_authenticated_submitter_is_refused_only_where_auth_is_not_offered(room: Mailroom) -> None:
    with greeted(room) as client:
        assert client.ask("MAIL FROM:<a@sender.example> AUTH=<>").startswith("555")


def test_recipients_are_limited_and_the_rest_asked_to_come_later(tmp_path: Path) -> None:
    with mailroom(tmp_path, max_recipients=2) as room, greeted(room) as client:
        client.ask("MAIL FROM:<a@sender.example>")
        assert client.ask("RCPT TO:<support@desk.example>").startswith("250")
        assert client.ask("RCPT TO:<sales@desk.example>").startswith("250")
        assert client.ask("RCPT TO:<help@desk.example>") == "452 4.5.3 Too many recipients"
        client.ask("DATA")
        assert client.ask(MAIL + b".").startswith("250")
        assert len(room.routes()) == 2


def test_the_small_commands_answer(room: Mailroom) -> None:
    with greeted(room) as client:
        replies = [client.ask(command)[:3] for command in ("NOOP", "RSET", "VRFY a", "HELP", "EXPN a", "QUIT")]
        assert replies == ["250", "250", "252", "250", "502", "221"]
        assert client.reply() == ""


def test_rset_forgets_the_envelope(room: Mailroom) -> None:
    with greeted(room) as client:
        client.ask("MAIL FROM:<a@sender.example>")
        client.ask("RCPT TO:<support@desk.example>")
        assert client.ask("RSET").startswith("250")
        assert client.ask("DATA").startswith("503")
        client.envelope(["sales@desk.example"])
        assert client.ask(MAIL + b".").startswith("250")
    assert [route for _, route, _ in room.routes()] == ["sales@desk.example"]


def test_a_pipelined_session_is_answered_in_order_even_when_the_client_closes_its_side(room: Mailroom) -> None:
    with room.client() as client:
        client.send(
            b"EHLO c.example\r\nMAIL FROM:<a@sender.example>\r\nRCPT TO:<nobody@x.example>\r\n"
            b"RCPT TO:<support@desk.example>\r\nDATA\r\n" + MAIL + b".\r\nQUIT\r\n"
        )
        client.socket.shutdown(1)
        assert [reply[:3] for reply in client.rest()] == ["220", "250", "250", "550", "250", "354", "250", "221"]
    assert room.raws() == [MAIL]


def test_greeting_and_help_name_no_version(room: Mailroom) -> None:
    with room.client() as client:
        said = client.reply(), client.ask("EHLO c.example"), client.ask("HELP"), client.ask("NONSENSE")
        assert said[0] == "220 desk.example ESMTP"
        assert not any(VERSIONS.search(text.replace("5.5.1", "")) for text in said)
        assert said[3] == "500 5.5.1 Command not recognized"


def test_size_8bit_and_utf8_are_on_offer_and_auth_is_not(room: Mailroom) -> None:
    with room.client() as client:
        client.reply()
        offered = client.ask("EHLO c.example").splitlines()
    assert {"250-SIZE 26214400", "250-8BITMIME", "250-SMTPUTF8", "250-PIPELINING"} <= set(offered)
    assert not any("AUTH" in line or "STARTTLS" in line for line in offered)


def test_every_refusal_has_an_enhanced_code(room: Mailroom) -> None:
    with room.client() as client:
        client.reply()
        asked = ["MAIL", "EHLO", "EHLO c.example", "DATA", "MAIL FROM:x y", "RCPT TO:<a@x.example>", "STARTTLS", "X"]
        asked += [
            "MAIL FROM:<a@x.example> SIZE=99999999999",
            "MAIL FROM:<a@x.example> FOO=1",
            "VRFY",
            "AUTH PLAIN AA==",
        ]
        refusals = [reply for reply in map(client.ask, asked) if reply[0] in "45"]
    assert len(refusals) >= 10
    assert [reply for reply in refusals if not re.match(r"(\d)\d\d \1\.\d\.\d+ ", reply)] == []


def test_one_connection_carries_more_mails_than_any_limit_of_errors(room: Mailroom) -> None:
    with smtplib.SMTP(*room.listener.addresses[0]) as client:
        for _ in range(300):
            client.sendmail("a@sender.example", ["support@desk.example"], MAIL)
    assert len(room.mails()) == 300


@pytest.mark.parametrize("stage", range(7))
def test_a_client_may_vanish_at_any_stage(tmp_path: Path, stage: int, capfd: pytest.CaptureFixture[str]) -> None:
    said = [b"EHLO c.example\r\n", b"MAIL FROM:<a@sender.example>\r\n", b"RCPT TO:<support@desk.example>\r\n"]
    said += [b"DATA\r\n", b"Subject: x\r\n", b"\r\nhalf a li"]
    with mailroom(tmp_path) as room:
        for reset in (False, True):
            client = room.client()
            client.reply()
            for line in said[:stage]:
                client.send(line)
            if reset:
                client.socket.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
            client.close()
        wait_for(lambda: room.listener.connections == 0)
        assert room.mails() == []
    captured = capfd.readouterr()
    assert "Traceback" not in captured.out + captured.err
