"""The rows of the threat list that the SMTP and LMTP listeners answer for."""

import os
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from house import fresh_databases
from hypothesis import given, settings
from hypothesis import strategies as st
from mailroom import MAIL, Client, Mailroom, certificate, mailroom, wait_for
from mailserver import mailserver
from sqlalchemy.exc import OperationalError

from intake.store import spool
from intake.store.spool import NewMail

MEGABYTE = 1_048_576
SECOND = b"MAIL FROM:<evil@x.example>\r\nRCPT TO:<sales@desk.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nx\r\n"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailroom]:
    with mailroom(tmp_path_factory.mktemp("room")) as one:
        yield one


def keep_one(room: Mailroom, data: bytes) -> tuple[str, list[bytes]]:
    """The reply to one message as it stands on the wire, and what it added to the spool."""
    before = len(room.mails())
    with room.client() as client:
        client.open()
        client.send(data)
        reply = client.reply()
        assert client.ask("NOOP") == "250 2.0.0 OK"
    return reply, room.raws()[before:]


ENDS = [
    b"\n.\n",
    b"\n.\r\n",
    b"\r.\r",
    b"\r\n.\n",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\n.\r",
    b"\r.\n",
    b"\r\n\0.\r\n",
    b"\r\n.\0\r\n",
]


@pytest.mark.parametrize("end", ENDS)
def test_threat_01_smtp_smuggling(room: Mailroom, end: bytes) -> None:
    reply, kept = keep_one(room, MAIL + b"text" + end + SECOND + b".\r\n")
    assert len(kept) <= 1
    if b"\0" in end:
        assert reply.startswith("250")
        assert b"smuggled" in kept[0]
    else:
        assert (reply, kept) == ("550 5.6.0 Bare CR or LF in the message", [])


@pytest.mark.parametrize("end", ENDS[:8])
def test_threat_01_smtp_smuggling_with_the_end_in_pieces(room: Mailroom, end: bytes) -> None:
    before = len(room.mails())
    with room.client() as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.open()
        client.send(MAIL + b"text")
        for byte in end:
            client.send(bytes([byte]))
        client.send(SECOND + b".\r\n")
        assert client.reply().startswith("550 5.6.0")
    assert len(room.mails()) == before


def test_threat_02_starttls_injection(tmp_path: Path) -> None:
    with mailroom(tmp_path, **certificate(tmp_path)) as room, room.client() as client:
        client.reply()
        client.ask("EHLO c.example")
        client.send(
            b"STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<support@desk.example>\r\n"
        )
        assert client.reply().startswith("220")
        client.wrap()
        # the first reply under TLS is the one to the first command under TLS
        assert client.ask("RCPT TO:<support@desk.example>").startswith("503")
        assert client.ask("EHLO c.example").startswith("250-desk.example")
        client.envelope()
        assert client.ask(MAIL + b".").startswith("250")
        assert [mail["envelope_from"] for mail in room.mails()] == ["a@sender.example"]


@pytest.mark.parametrize("in_data", [True, False])
def test_threat_03_an_endless_line(tmp_path: Path, in_data: bool) -> None:
    with mailserver(tmp_path) as server:
        with Client(server.address) as client:
            client.open()
            assert client.ask(MAIL + b".").startswith("250")
        with Client(server.address) as client:
            client.open() if in_data else client.reply()
            before, most, sent = server.memory, 0, 0
            chunk = b"A" * MEGABYTE
            try:
                while sent < 300 * MEGABYTE:
                    sent += client.socket.send(chunk)
                    most = max(most, server.memory)
            except OSError:
                pass
            wait_for(lambda: closed(client))
            assert sent < 50 * MEGABYTE
            assert max(most, server.memory) - before <= 8 * MEGABYTE
        with Client(server.address) as client:
            client.open()
            assert client.ask(MAIL + b".").startswith("250")


def closed(client: Client) -> bool:
    """Whether the server has hung up, whatever it said before."""
    try:
        return client.socket.recv(1_000) == b""
    except OSError:
        return True


def test_threat_04_a_long_line(room: Mailroom) -> None:
    for length in (1_002, 65_536):
        mail = MAIL + b"y" * length + b"\r\n"
        assert keep_one(room, mail + b".\r\n") == ("250 2.0.0 Kept", [mail])


def test_threat_05_a_bare_cr_in_a_header(room: Mailroom) -> None:
    reply, kept = keep_one(room, b"Subject: hi\rReply-To: x@evil.example\r\n\r\nbody\r\n.\r\n")
    assert (reply, kept) == ("550 5.6.0 Bare CR or LF in the message", [])


def test_threat_06_nul_bytes_are_kept_raw(room: Mailroom) -> None:
    mail = b"Subject: a\0b\r\n\r\n\0\0a\x00b\xff\r\n"
    assert keep_one(room, mail + b".\r\n") == ("250 2.0.0 Kept", [mail])


@settings(max_examples=60)
@given(st.lists(st.text("..ab ", max_size=4).map(str.encode), max_size=8))
def test_threat_07_dot_stuffing_is_exact(room: Mailroom, lines: list[bytes]) -> None:
    mail = b"".join(line + b"\r\n" for line in lines)
    wire = b"".join((b"." if line.startswith(b".") else b"") + line + b"\r\n" for line in lines) + b".\r\n"
    assert keep_one(room, wire) == ("250 2.0.0 Kept", [mail])


def test_threat_08_slow_loris(tmp_path: Path) -> None:
    with mailroom(tmp_path, max_connections=60, max_connections_per_client=20, idle_seconds=2) as room:
        idle = [room.client("127.0.0.9") for _ in range(500)]
        try:
            wait_for(lambda: room.listener.connections <= 20)
            with room.client() as honest:
                honest.open()
                assert honest.ask(MAIL + b".").startswith("250")
            wait_for(lambda: room.listener.connections == 0)
            greeted = [client.reply()[:3] for client in idle]
            assert (greeted.count("220"), greeted.count("421")) == (20, 480)
        finally:
            for client in idle:
                client.close()


def test_threat_10_8bit_and_utf8_are_taken(room: Mailroom) -> None:
    sender = "用户@例え.jp.example"
    mail = "From: 用户 <用户@例え.jp.example>\r\nSubject: ü\r\n\r\nÿ\r\n".encode() + b"\xe9\r\n"
    before = len(room.mails())
    with room.client() as client:
        client.reply()
        assert {"250-8BITMIME", "250-SMTPUTF8"} <= set(client.ask("EHLO c.example").splitlines())
        assert client.ask(f"MAIL FROM:<{sender}> BODY=8BITMIME SMTPUTF8").startswith("250")
        assert client.ask("RCPT TO:<support+ü@desk.example>").startswith("250")
        client.ask("DATA")
        assert client.ask(mail + b".").startswith("250")
    (kept,) = room.mails()[before:]
    assert (kept["envelope_from"], kept["raw"]) == (sender, mail)


def test_threat_11_one_of_three_recipients_of_lmtp_fails(tmp_path: Path) -> None:
    with mailroom(tmp_path, protocol="lmtp") as room, room.client() as client:
        client.reply()
        client.ask("LHLO mta.example")
        client.ask("MAIL FROM:<a@sender.example>")
        names = ["support@desk.example", "gone@desk.example", "sales@desk.example"]
        assert [client.ask(f"RCPT TO:<{name}>")[:3] for name in names] == ["250", "550", "250"]
        client.ask("DATA")
        client.send(MAIL + b".\r\nQUIT\r\n")
        assert [reply[:3] for reply in client.rest()] == ["250", "250", "221"]
        assert [route for _, route, _ in room.routes()] == ["sales@desk.example", "support@desk.example"]


@pytest.mark.sqlite("its lock")
def test_threat_12_a_locked_database(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as first, room.client() as second:
        for client in (first, second):
            client.socket.settimeout(40)
            client.open()
        blocker = sqlite3.connect(tmp_path / "spool.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        for client in (first, second):
            client.send(MAIL + b".\r\n")
        for client in (first, second):
            assert client.reply() == "451 4.3.0 Cannot keep this mail right now, please try again"
        assert time.monotonic() - begun < 30
        blocker.rollback()
        blocker.close()
        assert room.mails() == []
        first.envelope()
        assert first.ask(MAIL + b"retry\r\n.") == "250 2.0.0 Kept"
        # the keeper writes in order: what was still queued would stand before the retry
        assert room.raws() == [MAIL + b"retry\r\n"]


def test_threat_12_a_database_that_comes_back(tmp_path: Path) -> None:
    down = threading.Event()
    databases = fresh_databases(tmp_path)

    def write(mails: Sequence[NewMail]) -> list[int]:
        if down.is_set():
            raise OperationalError("SELECT 1", {}, ConnectionRefusedError("10.0.0.7"))
        return spool.keep(databases.spool, mails)

    with mailroom(tmp_path, write=write) as room, room.client() as client:
        down.set()
        client.open()
        assert client.ask(MAIL + b".") == "451 4.3.0 Cannot keep this mail right now, please try again"
        down.clear()
        client.envelope()
        assert client.ask(MAIL + b".").startswith("250")
        assert room.raws() == [MAIL]
    databases.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB; skips where none may be mounted."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"cannot mount a tmpfs here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.sqlite("its files on a small disk")
def test_threat_13_a_full_disk(small_disk: Path) -> None:
    with mailroom(small_disk) as room, room.client() as client:
        client.open()
        assert client.ask(MAIL + b".").startswith("250")
        filler = small_disk / "filler"
        fill(filler)
        large = MAIL + (b"x" * 70 + b"\r\n") * 10_000
        for _ in range(3):
            client.envelope()
            assert client.ask(large + b".") == "452 4.3.1 Out of room right now, please try again"
        filler.unlink()
        client.envelope()
        assert client.ask(large + b".") == "250 2.0.0 Kept"
        assert room.raws() == [MAIL, large]


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        try:
            for _ in range(64):
                out.write(b"\0" * 65_536)
            while True:
                out.write(b"\0" * 512)
        except OSError:
            os.fsync(out.fileno())


def test_threat_15_a_client_that_drops_before_the_250(tmp_path: Path) -> None:
    begun, go = threading.Event(), threading.Event()
    databases = fresh_databases(tmp_path)

    def write(mails: Sequence[NewMail]) -> list[int]:
        begun.set()
        assert go.wait(10)
        return spool.keep(databases.spool, mails)

    with mailroom(tmp_path, write=write) as room:
        for reset in (False, True):
            begun.clear()
            go.clear()
            client = room.client()
            client.open()
            client.send(MAIL + b".\r\n")
            assert begun.wait(10)
            if reset:
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()
            if reset:
                wait_for(lambda: room.listener.connections == 0)
            go.set()
            wait_for(lambda: room.listener.connections == 0)
        wait_for(lambda: len(room.mails()) == 2)
        # the same bytes again are a second kept mail: joining them is the desk's business
        with room.client() as client:
            client.open()
            assert client.ask(MAIL + b".").startswith("250")
        assert room.raws() == [MAIL] * 3
    databases.close()


def test_threat_15_a_client_that_closes_right_after_the_dot(room: Mailroom) -> None:
    before = len(room.mails())
    for _ in range(20):
        client = room.client()
        client.open()
        client.send(MAIL + b".\r\n")
        client.close()
    wait_for(lambda: room.listener.connections == 0)
    wait_for(lambda: len(room.mails()) == before + 20)
