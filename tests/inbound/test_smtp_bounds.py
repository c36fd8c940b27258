"""Bounds on size, lines, time, errors and connections, each with its reply."""

import os
import select
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mailroom import MAIL, SECONDS, Client, Mailroom, mailroom, wait_for

MEGABYTE = 1_048_576


def flood(client: Client, chunk: bytes, limit: int) -> int:
    """Sends the chunk again and again up to `limit` bytes; how many bytes left before the connection broke."""
    sent = 0
    client.socket.settimeout(10)
    try:
        while sent < limit:
            sent += client.socket.send(chunk)
    except OSError:
        pass
    return sent


def hears_nothing(client: Client, seconds: float) -> bool:
    """Whether the server is silent for so long, and the connection stays."""
    return not select.select([client.socket], [], [], seconds)[0]


def resident(pid: int) -> int:
    """A process' memory in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_threat_09_a_size_over_the_limit_is_refused_when_announced(tmp_path: Path) -> None:
    with mailroom(tmp_path, size_limit_mb=1) as room, room.client() as client:
        client.reply()
        assert "SIZE 1048576" in client.ask("EHLO client.example")
        assert client.ask(f"MAIL FROM:<a@sender.example> SIZE={MEGABYTE + 1}").startswith("552 5.3.4")
        assert client.ask(f"MAIL FROM:<a@sender.example> SIZE={MEGABYTE}").startswith("250")


def mail_of(size: int) -> bytes:
    line = b"x" * 76 + b"\r\n"
    mail = MAIL + line * ((size - len(MAIL)) // len(line))
    return mail + b"y" * (size - len(mail) - 2) + b"\r\n"


def test_threat_09_the_limit_is_exact_and_a_lie_refused_after_the_end(tmp_path: Path) -> None:
    with mailroom(tmp_path, size_limit_mb=1) as room, room.client() as client:
        client.open()
        assert client.ask(mail_of(MEGABYTE) + b".").startswith("250")
        client.envelope()
        assert client.ask(mail_of(MEGABYTE + 1) + b".") == "552 5.3.4 Message exceeds the size limit"
        client.envelope()
        assert client.ask(mail_of(30 * MEGABYTE) + b".").startswith("552")
        client.envelope()
        assert client.ask(MAIL + b".").startswith("250")
        assert [len(raw) for raw in room.raws()] == [MEGABYTE, len(MAIL)]


def test_a_message_without_an_end_is_not_read_for_ever(tmp_path: Path) -> None:
    with mailroom(tmp_path, size_limit_mb=1) as room, room.client() as client:
        client.open()
        before = resident(os.getpid())
        sent = flood(client, mail_of(MEGABYTE), 300 * MEGABYTE)
        assert sent < 150 * MEGABYTE
        assert resident(os.getpid()) - before < 20 * MEGABYTE
        wait_for(lambda: room.listener.connections == 0)
        assert room.mails() == []


@pytest.mark.parametrize("length", [998, 1_000, 1_001, 1_002, 5_000, 65_535, 65_536])
def test_lines_up_to_64_kib_are_taken_whole(tmp_path: Path, length: int) -> None:
    mail = MAIL + b"z" * length + b"\r\nend\r\n"
    with mailroom(tmp_path) as room, room.client() as client:
        client.open()
        assert client.ask(mail + b".").startswith("250")
        assert room.raws() == [mail]


@pytest.mark.parametrize("length", [65_537, 70_000, 131_072, 140_000, 500_000])
def test_longer_lines_are_refused_and_never_split(tmp_path: Path, length: int) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        client.open()
        assert client.ask(MAIL + b"short\r\n" * 9_000 + b"z" * length + b"\r\nend\r\n.") == "500 5.5.2 Line too long"
        client.envelope()
        assert client.ask(MAIL + b".").startswith("250")
        assert room.raws() == [MAIL]


def test_an_endless_command_line_is_dropped(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        client.reply()
        assert flood(client, b"A" * 65_536, 100 * MEGABYTE) < 20 * MEGABYTE
        wait_for(lambda: room.listener.connections == 0)


def test_a_command_line_over_its_length_is_refused(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        client.reply()
        assert client.ask("EHLO " + "x" * 3_000).startswith("500 5.5.2")
        assert client.ask("EHLO client.example").startswith("250")


def test_the_command_limits_of_one_connection_are_not_another_ones(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as first:
        first.reply()
        first.ask("EHLO client.example")
        with room.client() as second:
            second.reply()
        assert first.ask("MAIL FROM:<" + "a" * 290 + "@sender.example> SIZE=100 BODY=8BITMIME SMTPUTF8").startswith(
            "250"
        )


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailroom]:
    with mailroom(tmp_path_factory.mktemp("shared")) as room:
        yield room


@settings(max_examples=150)
@given(
    st.lists(st.sampled_from([b"\r", b"\n", b".", b"\r\n", b"\r\n.", b"a", b"\0", b"\xff", b".." * 99]), max_size=12),
    st.integers(1, 7),
)
def test_a_message_is_kept_exactly_or_refused_but_never_two(shared: Mailroom, parts: list[bytes], step: int) -> None:
    body = b"".join(parts)
    with shared.client() as client:
        before = len(shared.mails())
        client.open()
        stuffed = (b"\r\n" + body + b"\r\n").replace(b"\r\n.", b"\r\n..")[2:]
        wire = stuffed + b".\r\n"
        for start in range(0, len(wire), max(step, len(wire) // 5)):
            client.send(wire[start : start + max(step, len(wire) // 5)])
        reply = client.reply()
        bare = body.replace(b"\r\n", b"")
        kept = shared.raws()[before:]
        if b"\r" in (body + b"\r\n").replace(b"\r\n", b"") or b"\n" in bare:
            assert reply == "550 5.6.0 Bare CR or LF in the message"
            assert kept == []
        else:
            assert reply == "250 2.0.0 Kept"
            assert kept == [body + b"\r\n"]
        assert client.ask("QUIT").startswith("221")


def test_an_idle_client_is_told_and_dropped(tmp_path: Path) -> None:
    with mailroom(tmp_path, idle_seconds=0.5) as room:
        begun = time.monotonic()
        client = room.client()
        client.reply()
        assert client.reply() == "421 4.4.2 Too slow, closing the connection"
        assert client.reply() == ""
        assert 0.4 < time.monotonic() - begun < 3
        wait_for(lambda: room.listener.connections == 0, 3)
        client.close()


def test_commands_keep_a_connection_but_half_a_command_does_not(tmp_path: Path) -> None:
    with mailroom(tmp_path, idle_seconds=1) as room, room.client() as client:
        client.reply()
        begun = time.monotonic()
        while time.monotonic() - begun < 2:
            assert client.ask("NOOP").startswith("250")
            assert hears_nothing(client, 0.2)
        client.socket.settimeout(0.3)
        said = b""
        while time.monotonic() - begun < 8 and not said:
            client.send(b"N")
            try:
                said = client.socket.recv(100)
            except TimeoutError:
                continue
        assert said.startswith(b"421 4.4.2")
        assert time.monotonic() - begun < 5


def test_threat_08_a_trickle_in_data_is_dropped_and_a_steady_stream_is_not(tmp_path: Path) -> None:
    with mailroom(tmp_path, idle_seconds=1, least_rate=2_000) as room, room.client() as slow, room.client() as steady:
        slow.open()
        steady.open()
        begun = time.monotonic()
        slow.socket.settimeout(0.1)
        said = b""
        while time.monotonic() - begun < 4:
            steady.send(b"x" * 998 + b"\r\n")
            if not said:
                slow.send(b"x")
                try:
                    said = slow.socket.recv(100)
                except TimeoutError:
                    continue
            else:
                assert hears_nothing(steady, 0.1)
        assert said.startswith(b"421 4.4.2")
        assert steady.ask(".").startswith("250")
        assert len(room.mails()) == 1


def test_a_slow_commit_is_not_an_idle_client(tmp_path: Path) -> None:
    committed = threading.Event()

    def slowly(mails: object) -> list[int]:
        del mails
        assert committed.wait(SECONDS)
        return [1]

    with mailroom(tmp_path, idle_seconds=0.5, write=slowly) as room, room.client() as client:
        client.open()
        client.send(MAIL + b".\r\n")
        assert hears_nothing(client, 1.5)
        committed.set()
        assert client.reply().startswith("250")


def test_too_many_errors_end_the_connection(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        client.reply()
        client.send(b"garbage\r\n" * 100)
        replies = client.rest()
        assert len(replies) <= 21
        assert replies[-1].startswith("421 4.7.0 Too many errors")


def test_endless_polite_commands_end_the_connection(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        client.reply()
        for _ in range(2_000):
            reply = client.ask("NOOP")
            if not reply.startswith("250"):
                break
        assert reply.startswith("421 4.7.0 Too many errors or commands")


def test_binary_garbage_ends_in_a_refusal(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as client:
        client.reply()
        flood(client, os.urandom(MEGABYTE), 2 * MEGABYTE)
        client.close()
        wait_for(lambda: room.listener.connections == 0)


def test_one_client_cannot_take_all_connections(tmp_path: Path) -> None:
    with mailroom(tmp_path, max_connections=8, max_connections_per_client=3) as room:
        greedy = [room.client() for _ in range(6)]
        assert [client.reply()[:3] for client in greedy] == ["220"] * 3 + ["421"] * 3
        with room.client("127.0.0.2") as other:
            assert other.reply().startswith("220")
        greedy[0].close()
        wait_for(lambda: room.listener.connections == 2)
        with room.client() as again:
            assert again.reply().startswith("220")
        for client in greedy:
            client.close()


def test_all_clients_together_are_capped(tmp_path: Path) -> None:
    with mailroom(tmp_path, max_connections=4, max_connections_per_client=2) as room:
        clients = [room.client(f"127.0.0.{number}") for number in range(2, 8)]
        assert [client.reply()[:3] for client in clients] == ["220"] * 4 + ["421"] * 2
        for client in clients:
            client.close()
        wait_for(lambda: room.listener.connections == 0)


def test_a_client_that_never_reads_is_let_go(tmp_path: Path) -> None:
    with mailroom(tmp_path, idle_seconds=1) as room, room.client() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.socket.settimeout(2)
        flood(client, b"HELP\r\n" * 10_000, 4 * MEGABYTE)
        wait_for(lambda: room.listener.connections == 0)


def test_many_large_mails_at_once_are_asked_to_come_later(tmp_path: Path) -> None:
    with mailroom(tmp_path, size_limit_mb=100) as room:
        clients = [room.client() for _ in range(5)]
        for client in clients:
            client.open()
        part = mail_of(90 * MEGABYTE)
        for client in clients:
            client.send(part)
        assert clients[-1].ask(".") == "452 4.3.1 Out of room right now, please try again"
        for client in clients:
            client.close()
        wait_for(lambda: room.listener.connections == 0)
        with room.client() as client:
            client.open()
            assert client.ask(MAIL + b".").startswith("250")
