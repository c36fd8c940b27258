"""Starting and closing the listeners, and what is answered when keeping fails."""

import errno
import socket
import sqlite3
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from mailroom import MAIL, ROUTES, mailroom, wait_for
from sqlalchemy.exc import OperationalError

from intake.config import Lmtp, Smtp
from intake.config import load as load_config
from intake.errors import IntakeError
from intake.inbound.keep import Keeper
from intake.inbound.routing import Routes
from intake.inbound.smtp import Listen, MailListener, configured
from intake.store.spool import NewMail

FREE = "127.0.0.1:0"


def listener(*listens: Listen) -> MailListener:
    keeper = Keeper(lambda mails: list(range(len(mails))))
    routes = Routes(ROUTES, "+")
    return MailListener(
        list(listens), routes=routes, keeper=keeper, now=lambda: datetime.now(UTC), hostname="d.example"
    )


def test_smtp_and_lmtp_share_a_thread_and_end_together() -> None:
    before = threading.active_count()
    both = listener(Listen("smtp", Smtp(listen=FREE)), Listen("lmtp", Lmtp(listen=FREE)))
    both.start()
    assert threading.active_count() <= before + 2
    greetings = []
    for address in both.addresses:
        assert isinstance(address, tuple)
        with socket.create_connection(address, 5) as client:
            greetings.append(client.recv(100))
    assert greetings == [b"220 d.example ESMTP\r\n", b"220 d.example LMTP\r\n"]
    both.close()
    both.close()
    for address in both.addresses:
        assert isinstance(address, tuple)
        with pytest.raises(OSError):
            socket.create_connection(address, 1)


def test_an_address_that_is_taken_is_one_clear_line_and_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        free = listener(Listen("smtp", Smtp(listen=FREE)), Listen("lmtp", Lmtp(listen=f"127.0.0.1:{port}")))
        with pytest.raises(IntakeError) as caught:
            free.start()
    assert str(caught.value) == f"lmtp.listen: cannot listen on 127.0.0.1:{port}: Address already in use"
    address = free.addresses[0]
    assert isinstance(address, tuple)
    with pytest.raises(OSError):
        socket.create_connection(address, 1)
    free.close()


def test_a_socket_that_another_process_serves_is_not_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "s"
    first = listener(Listen("lmtp", Lmtp(listen=f"unix:{path}")))
    first.start()
    with pytest.raises(IntakeError, match="another process listens there"):
        listener(Listen("lmtp", Lmtp(listen=f"unix:{path}"))).start()
    assert path.exists()
    first.close()


def test_a_socket_left_behind_is_replaced_and_paths_start_at_the_base(tmp_path: Path) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(tmp_path / "s"))
    dead.close()
    again = listener(Listen("lmtp", Lmtp(listen="unix:s"), base=tmp_path))
    again.start()
    assert again.addresses == [str(tmp_path / "s")]
    again.close()


@pytest.mark.parametrize("broken", ["cert.pem", "key.pem", "both", "not a certificate"])
def test_a_certificate_that_cannot_be_used_is_one_clear_line(tmp_path: Path, tls: dict[str, Any], broken: str) -> None:
    paths = dict(tls)
    if broken in {"cert.pem", "both"}:
        paths["tls_certificate"] = tmp_path / "none.pem"
    if broken in {"key.pem", "both"}:
        paths["tls_key"] = tmp_path / "none.key"
    if broken == "not a certificate":
        paths["tls_certificate"] = Path(__file__)
    with pytest.raises(IntakeError, match=r"smtp\.tls_(certificate|key)") as caught:
        listener(Listen("smtp", Smtp(listen=FREE, **paths))).start()
    assert "\n" not in str(caught.value)


def test_logins_that_could_never_be_used_are_a_mistake() -> None:
    settings = Smtp(listen=FREE, login_required=True, logins={"a": "env:A"})
    with pytest.raises(IntakeError, match="needs tls_certificate"):
        listener(Listen("smtp", settings, {"a": "b"})).start()


def test_the_configuration_says_which_listeners_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER", "hush")
    file = tmp_path / "config.toml"
    file.write_text(
        '[smtp]\nlisten = "127.0.0.1:0"\nlogins = { scanner = "env:SCANNER" }\n'
        '[[route]]\naddress = "support@desk.example"\npolicy = "plain"\n'
    )
    (one,) = configured(load_config(file))
    assert (one.protocol, dict(one.logins), one.base) == ("smtp", {"scanner": "hush"}, tmp_path.resolve())
    assert "hush" not in repr(one)


SQLITE_FULL = sqlite3.OperationalError("database or disk is full")
SQLITE_FULL.sqlite_errorcode = sqlite3.SQLITE_FULL


@pytest.mark.parametrize(
    ("error", "reply"),
    [
        (RuntimeError("/srv/secret"), "451 4.3.0"),
        (OperationalError("INSERT secret", {}, sqlite3.OperationalError("database is locked")), "451 4.3.0"),
        (OSError(errno.EIO, "secret"), "451 4.3.0"),
        (OSError(errno.ENOSPC, "secret"), "452 4.3.1"),
        (OperationalError("INSERT secret", {}, SQLITE_FULL), "452 4.3.1"),
        (KeyError("secret"), "451 4.3.0"),
        (ConnectionResetError("secret"), "451 4.3.0"),
    ],
)
def test_a_mail_that_cannot_be_kept_is_put_off_without_a_word_on_why(
    tmp_path: Path, error: Exception, reply: str
) -> None:
    def fail(_: Sequence[NewMail]) -> list[int]:
        raise error

    with mailroom(tmp_path, write=fail) as room, room.client() as client:
        client.open()
        said = client.ask(MAIL + b".")
        assert said.startswith(reply)
        assert said.endswith("please try again")
        assert client.ask("NOOP").startswith("250")


def test_a_mistake_of_ours_in_a_command_is_put_off_without_a_word_on_why() -> None:
    class Broken(Routes):
        def match(self, recipient: str) -> None:
            raise ValueError(f"secret {recipient}")

    keeper = Keeper(lambda mails: [1] * len(mails))
    listens = [Listen("smtp", Smtp(listen=FREE))]
    broken = MailListener(
        listens, routes=Broken(ROUTES, "+"), keeper=keeper, now=lambda: datetime.now(UTC), hostname="d.example"
    )
    broken.start()
    address = broken.addresses[0]
    assert isinstance(address, tuple)
    with socket.create_connection(address, 5) as client, client.makefile("rb") as replies:
        client.sendall(b"HELO c\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nNOOP\r\n")
        said = [replies.readline() for _ in range(5)]
    broken.close()
    assert said[3].startswith(b"451 4.3.0 Cannot keep")
    assert said[4].startswith(b"250")


def test_closing_lets_a_running_transaction_finish_and_ends_the_idle(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as running, room.client() as idle:
        idle.reply()
        running.open()
        closing = threading.Thread(target=room.listener.close, args=(5,))
        closing.start()
        assert idle.reply().startswith("421 4.3.2")
        assert running.ask(MAIL + b".") == "250 2.0.0 Kept"
        assert running.reply().startswith("421 4.3.2")
        closing.join(5)
        assert not closing.is_alive()
        assert room.raws() == [MAIL]


def test_closing_is_bounded_when_a_transaction_does_not_finish(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room, room.client() as running:
        running.open()
        closing = threading.Thread(target=room.listener.close, args=(0.3,))
        closing.start()
        closing.join(5)
        assert not closing.is_alive()
        assert running.reply() == ""


def test_threat_15_closing_waits_for_a_commit_that_has_begun_though_its_client_has_gone(tmp_path: Path) -> None:
    begun, go, done = threading.Event(), threading.Event(), threading.Event()

    def slowly(mails: Sequence[NewMail]) -> list[int]:
        begun.set()
        assert go.wait(5)
        done.set()
        return [1] * len(mails)

    with mailroom(tmp_path, write=slowly) as room, room.client() as client:
        client.open()
        client.send(MAIL + b".\r\n")
        assert begun.wait(5)
        client.close()
        closing = threading.Thread(target=room.listener.close, args=(0.1,))
        closing.start()
        closing.join(0.5)
        assert closing.is_alive()
        go.set()
        closing.join(5)
        assert not closing.is_alive()
        assert done.is_set()
        wait_for(lambda: room.listener.connections == 0)
