"""DKIM signatures checked by ourselves: keys from DNS, in bounded time, and never a mail that waits for it."""

import socket
from dataclasses import replace
from pathlib import Path

import pytest
from house import NOW, home, mail
from signing import RECORD, name_server, resolver, signed

from intake.app import database_url
from intake.core.mail.message import Trust
from intake.desk.reader import Reader, Way
from intake.desk.receive import receive
from intake.desk.signatures import Keys, signer

NAME = "k1._domainkey.hosting.example"
KEYS = {NAME: RECORD}


def test_a_signature_that_holds_names_its_domain() -> None:
    assert signer(signed(mail()), KEYS) == "hosting.example"


@pytest.mark.parametrize(
    ("raw", "keys"),
    [
        (mail(), KEYS),
        (signed(mail()), {}),
        (signed(mail()), {NAME: b"v=DKIM1; k=rsa; p="}),
        (signed(mail()), {NAME: b"nonsense"}),
        (signed(mail()), {NAME: RECORD.replace(b"k=rsa", b"k=rsa; t=y:s")}),
        (signed(mail()).replace(b"log in", b"log out"), KEYS),
        (signed(mail()) + b"More, that nobody signed.\r\n", KEYS),
        (signed(mail(), length=True) + b"More, that nobody signed.\r\n", KEYS),
        (signed(mail()).replace(b"From: Kim", b"From: Mallory <m@evil.example>\r\nFrom: Kim"), KEYS),
        (signed(mail(), include_headers=[b"from", b"subject"]).replace(b"Subject: The", b"Subject: A"), KEYS),
        (b"DKIM-Signature: v=1; a=; b=((((\r\n" + mail(), KEYS),
        (b"DKIM-Signature:\r\n" * 50 + mail(), KEYS),
        (b"", KEYS),
    ],
)
def test_what_is_not_signed_whole_by_a_known_key_has_no_signer(raw: bytes, keys: dict[str, bytes]) -> None:
    assert signer(raw, keys) is None


def test_keys_are_looked_up_once_and_remembered() -> None:
    with name_server(KEYS) as (ours, asked):
        keys = Keys(ours)
        assert keys.of([NAME, NAME, "k2._domainkey.hosting.example"]) == KEYS
        assert keys.of([NAME]) == KEYS
    assert sorted(asked) == [NAME, "k2._domainkey.hosting.example"]
    assert keys.of([]) == {}


def test_a_dns_that_is_gone_gives_nothing_and_is_left_alone_for_a_while() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)
        keys = Keys(resolver(silent.getsockname()[1]))
        assert keys.of([NAME]) == {}
        assert silent.recv(4096)
        assert keys.of([NAME]) == {}
        with pytest.raises(BlockingIOError):
            silent.recv(4096)


def _read(folder: Path, raw: bytes, keys: Keys | None, trust: Trust | None = None) -> tuple[str, str | None]:
    with home(folder) as desk:
        reader = Reader(desk.config.folder, database_url(desk.config), Way(trust or Trust(), frozenset()), keys)
        try:
            (reading,) = reader.kept([desk.keep(raw)], {}).values()
            again = reader.raw(raw, {})
        finally:
            reader.close()
    assert reading.message is not None
    assert again.message == reading.message
    return reading.message.authentication, reading.message.authentication_because


def test_a_sender_whose_domain_signed_is_believed(tmp_path: Path) -> None:
    with name_server(KEYS) as (ours, _):
        assert _read(tmp_path, signed(mail()), Keys(ours)) == ("pass", "the signature of hosting.example holds")


def test_nobody_elses_signature_is_asked_about(tmp_path: Path) -> None:
    with name_server({"k1._domainkey.evil.example": RECORD}) as (ours, asked):
        assert _read(tmp_path, signed(mail(), "evil.example"), Keys(ours)) == ("none", None)
    assert asked == []


def test_where_a_host_checks_we_do_not(tmp_path: Path) -> None:
    with name_server(KEYS) as (ours, asked):
        verdict, _ = _read(tmp_path, signed(mail()), Keys(ours), Trust("mx.support.example"))
    assert (verdict, asked) == ("none", [])


def test_a_colleague_whose_domain_signed_joins_the_case(tmp_path: Path) -> None:
    lee = mail("One more thing.", sender="Lee <lee@hosting.example>", message_id="2@hosting.example",
               In_Reply_To="<one@hosting.example>")  # fmt: skip
    with name_server(KEYS) as (ours, _), home(tmp_path) as desk:
        desk.take(mail())
        second = desk.keep(signed(lee), envelope_from="lee@hosting.example")
        reader = Reader(desk.config.folder, database_url(desk.config), Way(Trust(), frozenset()), Keys(ours))
        try:
            receive(replace(desk.house, reader=reader), NOW)
        finally:
            reader.close()
        assert [each["outcome"] for each in desk.outcomes(second)] == ["reply"]
