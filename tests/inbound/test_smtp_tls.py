"""STARTTLS and AUTH: passwords travel under TLS alone, and what must not be said in plaintext is refused."""

import base64
import smtplib
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mailroom import MAIL, Client, Mailroom, mailroom, wait_for

LOGINS = {"scanner": "correct horse", "ünï": "pässword"}


def plain(user: str, password: str) -> str:
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def secured(room: Mailroom) -> Client:
    client = room.client()
    client.reply()
    client.ask("EHLO client.example")
    assert client.starttls().startswith("220")
    assert client.ask("EHLO client.example").startswith("250")
    return client


@pytest.fixture
def room(tmp_path: Path, tls: dict[str, Any]) -> Iterator[Mailroom]:
    with mailroom(tmp_path, **tls, logins=LOGINS) as one:
        yield one


def test_a_mail_over_tls_with_a_login_names_the_login(room: Mailroom) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with smtplib.SMTP(*room.listener.addresses[0]) as client:
        client.starttls(context=context)
        client.login("scanner", "correct horse")
        client.sendmail("a@sender.example", ["support@desk.example"], MAIL)
    assert [(mail["login"], mail["raw"]) for mail in room.mails()] == [("scanner", MAIL)]


def test_auth_login_and_lower_case_mechanisms_work(room: Mailroom) -> None:
    with secured(room) as client:
        assert client.ask("auth login").startswith("334")
        assert client.ask(base64.b64encode("ünï".encode())).startswith("334")
        assert client.ask(base64.b64encode("pässword".encode())).startswith("235")
        assert client.ask("AUTH PLAIN " + plain("scanner", "correct horse")).startswith("503")


def test_auth_is_neither_offered_nor_taken_in_plaintext(room: Mailroom) -> None:
    with room.client() as client:
        client.reply()
        assert "AUTH" not in client.ask("EHLO client.example")
        assert client.ask("AUTH PLAIN " + plain("scanner", "correct horse")).startswith("538")


@pytest.mark.parametrize(
    ("user", "password"), [("scanner", "wrong"), ("nobody", "correct horse"), ("nobody", ""), ("scanner", "")]
)
def test_a_wrong_login_says_nothing_about_what_is_wrong(room: Mailroom, user: str, password: str) -> None:
    with secured(room) as client:
        reply = client.ask("AUTH PLAIN " + plain(user, password))
        assert reply == "535 5.7.8 Authentication credentials invalid"
        client.envelope()
        assert client.ask(MAIL + b".").startswith("250")
    assert room.mails()[0]["login"] is None


def test_the_third_wrong_login_ends_the_connection(room: Mailroom) -> None:
    with secured(room) as client:
        for _ in range(3):
            assert client.ask("AUTH PLAIN " + plain("scanner", "wrong")).startswith("535")
        assert client.reply().startswith("421 4.7.0")
        assert client.reply() == ""


@pytest.mark.parametrize("answer", ["*", "%%%", "AAAA", "x" * 70_000])
def test_an_auth_exchange_may_go_astray(room: Mailroom, answer: str) -> None:
    with secured(room) as client:
        assert client.ask("AUTH PLAIN").startswith("334")
        assert client.ask(answer)[:1] in "45"
        client.close()
    wait_for(lambda: room.listener.connections == 0)


def test_where_a_login_is_required_nothing_is_taken_without_one(tmp_path: Path, tls: dict[str, Any]) -> None:
    with mailroom(tmp_path, **tls, logins=LOGINS, login_required=True) as room, secured(room) as client:
        assert client.ask("MAIL FROM:<a@sender.example>") == "530 5.7.0 Authentication required"
        assert client.ask("AUTH PLAIN " + plain("scanner", "correct horse")).startswith("235")
        assert client.ask("MAIL FROM:<a@sender.example> AUTH=<>").startswith("250")


def test_where_tls_is_required_nothing_is_taken_without_it(tmp_path: Path, tls: dict[str, Any]) -> None:
    with mailroom(tmp_path, **tls, tls_required=True) as room:
        with room.client() as client:
            client.reply()
            assert client.ask("EHLO client.example").startswith("250")
            assert client.ask("MAIL FROM:<a@sender.example>") == "530 5.7.0 Must issue a STARTTLS command first"
            assert client.ask("DATA").startswith("530")
            assert client.ask("NOOP").startswith("250")
        with secured(room) as client:
            client.envelope()
            assert client.ask(MAIL + b".").startswith("250")


def test_tls_forgets_what_was_said_before(room: Mailroom) -> None:
    with room.client() as client:
        client.reply()
        client.ask("EHLO client.example")
        client.ask("MAIL FROM:<a@sender.example>")
        client.starttls()
        assert client.ask("RCPT TO:<support@desk.example>").startswith("503")


def test_tls_inside_tls_is_refused(room: Mailroom) -> None:
    with secured(room) as client:
        assert client.ask("STARTTLS").startswith("503")
        client.envelope()
        assert client.ask(MAIL + b".").startswith("250")


@pytest.mark.parametrize("noise", [b"", b"\x16\x03\x01", b"GET / HTTP/1.0\r\n\r\n" * 100])
def test_a_handshake_that_fails_leaves_no_connection_counted(
    room: Mailroom, noise: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        client = room.client()
        client.reply()
        client.ask("EHLO client.example")
        assert client.ask("STARTTLS").startswith("220")
        client.send(noise)
        client.close()
    wait_for(lambda: room.listener.connections == 0)
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_handshake_that_never_comes_is_given_up(tmp_path: Path, tls: dict[str, Any]) -> None:
    with mailroom(tmp_path, **tls, idle_seconds=0.5) as room, room.client() as client:
        client.reply()
        client.ask("EHLO client.example")
        client.ask("STARTTLS")
        wait_for(lambda: room.listener.connections == 0, 5)


def test_a_connection_counts_once_across_starttls(tmp_path: Path, tls: dict[str, Any]) -> None:
    with mailroom(tmp_path, **tls, max_connections=2, max_connections_per_client=2) as room:
        for _ in range(3):
            with secured(room) as first, secured(room) as second:
                assert room.listener.connections == 2
                with room.client() as third:
                    assert third.reply().startswith("421 4.7.0")
                assert first.ask("NOOP").startswith("250")
                assert second.ask("NOOP").startswith("250")
            wait_for(lambda: room.listener.connections == 0)


def test_an_idle_client_is_told_under_tls_too(tmp_path: Path, tls: dict[str, Any]) -> None:
    with mailroom(tmp_path, **tls, idle_seconds=0.5) as room, secured(room) as client:
        begun = time.monotonic()
        assert client.reply().startswith("421 4.4.2")
        assert client.reply() == ""
        assert time.monotonic() - begun < 5
