"""LMTP as RFC 2033 has it: LHLO alone, and after the dot a reply for each accepted recipient."""

import smtplib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mailroom import MAIL, Client, mailroom

from intake.store.spool import NewMail

THREE = ["support@desk.example", "sales@desk.example", "help@desk.example"]


def greeted(client: Client) -> Client:
    assert client.reply() == "220 desk.example LMTP"
    offered = client.ask("LHLO mta.example").splitlines()
    assert {"250-PIPELINING", "250-ENHANCEDSTATUSCODES", "250-8BITMIME"} <= set(offered)
    return client


def test_each_recipient_has_its_reply_and_the_mail_one_commit(tmp_path: Path) -> None:
    with mailroom(tmp_path, protocol="lmtp") as room, greeted(room.client()) as client:
        client.envelope(THREE)
        client.send(MAIL + b".\r\n")
        assert [client.reply() for _ in THREE] == ["250 2.0.0 Kept"] * 3
        assert client.ask("NOOP").startswith("250")
        assert [(mail["source"], mail["raw"]) for mail in room.mails()] == [("lmtp", MAIL)]
        assert [route for _, route, _ in room.routes()] == ["sales@desk.example", "support@desk.example"]


def test_a_recipient_named_twice_has_two_replies(tmp_path: Path) -> None:
    with mailroom(tmp_path, protocol="lmtp") as room, greeted(room.client()) as client:
        client.envelope(["support@desk.example", "support@desk.example"])
        client.send(MAIL + b".\r\n")
        assert [client.reply(), client.reply()] == ["250 2.0.0 Kept"] * 2
        assert len(room.routes()) == 1


def test_an_unknown_recipient_is_refused_before_and_has_no_reply_after(tmp_path: Path) -> None:
    with mailroom(tmp_path, protocol="lmtp") as room, greeted(room.client()) as client:
        client.ask("MAIL FROM:<a@sender.example>")
        replies = [client.ask(f"RCPT TO:<{name}@desk.example>")[:3] for name in ("support", "nobody", "sales")]
        assert replies == ["250", "550", "250"]
        client.ask("DATA")
        client.send(MAIL + b".\r\nNOOP\r\n")
        assert [client.reply() for _ in range(3)] == ["250 2.0.0 Kept", "250 2.0.0 Kept", "250 2.0.0 OK"]


def test_a_mail_that_cannot_be_kept_is_put_off_for_each_recipient(tmp_path: Path) -> None:
    def fail(_: Sequence[NewMail]) -> list[int]:
        raise RuntimeError("secret path /srv/spool")

    with mailroom(tmp_path, protocol="lmtp", write=fail) as room, greeted(room.client()) as client:
        client.envelope(THREE)
        client.send(MAIL + b".\r\nNOOP\r\n")
        replies = [client.reply() for _ in range(4)]
        assert replies == ["451 4.3.0 Cannot keep this mail right now, please try again"] * 3 + ["250 2.0.0 OK"]


def test_a_refused_message_is_refused_for_each_recipient_of_many(tmp_path: Path) -> None:
    with mailroom(tmp_path, protocol="lmtp") as room, greeted(room.client()) as client:
        client.envelope(["support@desk.example"] * 50)
        client.send(b"bare\nnewline\r\n.\r\n")
        assert {client.reply() for _ in range(50)} == {"550 5.6.0 Bare CR or LF in the message"}
        assert client.ask("NOOP").startswith("250")


def test_helo_and_ehlo_are_not_lmtp(tmp_path: Path) -> None:
    with mailroom(tmp_path, protocol="lmtp") as room, room.client() as client:
        client.reply()
        assert client.ask("EHLO mta.example").startswith("500")
        assert client.ask("HELO mta.example").startswith("500")
        assert client.ask("MAIL FROM:<a@sender.example>").startswith("503")


def test_smtp_knows_no_lhlo(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        client.reply()
        assert client.ask("LHLO mta.example").startswith("500")


def test_a_library_client_speaks_with_it_over_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    with mailroom(tmp_path, protocol="lmtp", listen=f"unix:{path}", max_connections_per_client=1) as room:
        with room.client(), room.client(), smtplib.LMTP(str(path)) as client:
            client.sendmail("a@sender.example", THREE[:1], MAIL)
        assert [mail["peer"] for mail in room.mails()] == [None]
        assert path.stat().st_mode & 0o777 == 0o660
    assert not path.exists()


def test_tls_can_be_required_of_lmtp(tmp_path: Path, tls: dict[str, Any]) -> None:
    with mailroom(tmp_path, protocol="lmtp", **tls, tls_required=True) as room, greeted(room.client()) as client:
        assert client.ask("MAIL FROM:<a@sender.example>").startswith("530")
        client.starttls()
        assert client.ask("LHLO mta.example").startswith("250")
        client.envelope()
        assert client.ask(MAIL + b".").startswith("250")
