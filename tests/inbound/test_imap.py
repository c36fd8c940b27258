"""Mailboxes on a real Dovecot."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dovecot
import pytest
from dovecot import Dovecot
from mailboxes import SALES, SUPPORT, House, house, letter, mailbox, until

from intake.errors import IntakeError

pytestmark = pytest.mark.real


@pytest.fixture
def server() -> Iterator[Dovecot]:
    with dovecot.running() as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as desk:
        yield desk


def flags_of(server: Dovecot, folder: str = "INBOX") -> list[set[bytes]]:
    with server.client("desk") as client:
        client.select_folder(folder, readonly=True)
        uids = client.search("ALL")
        return [set(each[b"FLAGS"]) - {b"\\Recent"} for each in client.fetch(uids, ["FLAGS"]).values()]


def test_a_mail_is_kept_as_it_is_and_flagged_afterwards(server: Dovecot, desk: House) -> None:
    at = datetime(2026, 3, 29, 2, 30, tzinfo=UTC)
    raw = letter(to=f"{SALES}, other@desk.example") + b"8-bit: \xe4 and a NUL-free end"
    server.deliver("desk", raw, at=at.astimezone())
    desk.watch(mailbox(server.port))
    (kept,) = desk.kept()
    assert kept.raw == raw
    assert kept.mail.received_at == at
    assert kept.mail.source == "imap"
    assert kept.mail.answerable
    assert not kept.mail.backlog
    assert kept.routes == (SALES,)
    assert kept.mail.origin
    assert kept.mail.origin.endswith("/;UID=1")
    assert flags_of(server) == [{b"\\Seen", b"$IntakeKept"}]


def test_a_mail_that_names_no_route_goes_to_the_mailbox_s_own(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(1, to="someone@else.example"), letter(2, to="someone@else.example"))
    desk.watch(mailbox(server.port, route=SALES))
    assert [kept.routes for kept in desk.kept()] == [(SALES,), (SALES,)]


def test_no_flag_is_set_before_the_mail_is_durably_kept(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter())
    seen: list[list[set[bytes]]] = []
    desk.before_keeping = lambda: seen.append(flags_of(server))
    desk.watch(mailbox(server.port))
    assert seen == [[set()]]


def test_a_mail_that_a_person_has_read_is_taken_all_the_same(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(), flags=(b"\\Seen",))
    desk.watch(mailbox(server.port))
    assert len(desk.kept()) == 1


@pytest.mark.parametrize(
    ("backlog", "expected"),
    [
        ("keep", [(True, False), (True, False), (False, True)]),
        ("answer", [(False, True)] * 3),
        ("skip", [(False, True)]),
    ],
)
def test_what_is_there_at_first_sight_is_backlog(
    server: Dovecot, desk: House, backlog: str, expected: list[tuple[bool, bool]]
) -> None:
    server.deliver("desk", letter(1), letter(2))
    desk.watch(mailbox(server.port, backlog=backlog))
    server.deliver("desk", letter(3))
    until(lambda: len(desk.kept()) == len(expected))
    assert [(kept.mail.backlog, kept.mail.answerable) for kept in desk.kept()] == expected
    assert b"Subject: Mail 3\r\n" in desk.kept()[-1].raw


def test_an_empty_mailbox_has_no_backlog(server: Dovecot, desk: House) -> None:
    desk.watch(mailbox(server.port, backlog="keep"))
    server.deliver("desk", letter(1))
    until(lambda: len(desk.kept()) == 1)
    assert desk.kept()[0].mail.answerable


def test_a_backlog_half_read_stays_backlog_after_a_restart(server: Dovecot, desk: House) -> None:
    server.deliver("desk", *(letter(number) for number in range(40)))
    writes = iter([None])

    def fails_the_second_time() -> None:
        if next(writes, "again"):
            raise OSError("no space left on device")

    desk.before_keeping = fails_the_second_time
    first = desk.watcher(mailbox(server.port, backlog="keep"))
    first.start()
    until(lambda: first.status().last_error)
    first.close()
    desk.before_keeping = lambda: None
    some = len(desk.kept())
    assert 0 < some < 40
    desk.watch(mailbox(server.port, backlog="keep"))
    until(lambda: len(desk.kept()) == 40)
    assert all(kept.mail.backlog for kept in desk.kept())


def test_after_a_restart_only_what_is_new_is_taken(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(1))
    desk.watch(mailbox(server.port)).close()
    server.deliver("desk", letter(2))
    desk.watch(mailbox(server.port))
    assert len(desk.kept()) == 2


def test_news_arrives_by_idle_long_before_the_next_look(server: Dovecot, desk: House) -> None:
    watcher = desk.watch(mailbox(server.port, poll_seconds=600))
    for number in range(1, 6):
        until(lambda: watcher.status().state == "waiting")
        begun = time.monotonic()
        server.deliver("desk", letter(number))
        until(lambda: len(desk.kept()) >= number)  # noqa: B023
        assert time.monotonic() - begun < 5


def test_a_mail_that_comes_in_while_others_are_taken_is_found_at_once(server: Dovecot, desk: House) -> None:
    late = iter([letter(2)])

    def another_arrives() -> None:
        for mail in late:
            server.deliver("desk", mail)

    desk.before_keeping = another_arrives
    server.deliver("desk", letter(1))
    desk.watch(mailbox(server.port, poll_seconds=600))
    until(lambda: len(desk.kept()) == 2, 5)


def test_a_server_killed_in_the_middle_of_idle_is_found_again(server: Dovecot, desk: House) -> None:
    watcher = desk.watch(mailbox(server.port, poll_seconds=600))
    until(lambda: watcher.status().state == "waiting")
    server.kill()
    until(lambda: watcher.status().state == "backing off")
    assert watcher.status().last_error
    server.start()
    server.deliver("desk", letter(1))
    until(lambda: len(desk.kept()) == 1)
    assert len([event for event in desk.events() if "retry_in" in event]) < 10


def test_moved_mails_are_found_in_the_folder_that_was_made_for_them(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(1), letter(2))
    desk.watch(mailbox(server.port, after="move", move_to="Erledigt/Fälle"))
    assert flags_of(server) == []
    assert len(flags_of(server, "Erledigt/Fälle")) == 2
    assert len(desk.kept()) == 2


def test_deleting_takes_our_own_mails_alone(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(1))
    watcher = desk.watch(mailbox(server.port, after="flag"))
    watcher.close()
    with server.client("desk") as client:
        client.select_folder("INBOX")
        client.add_flags([1], [b"\\Deleted"])
    server.deliver("desk", letter(2))
    desk.watch(mailbox(server.port, after="delete"))
    assert len(desk.kept()) == 2
    (left,) = flags_of(server)
    assert b"\\Deleted" in left
    with server.client("desk") as client:
        client.select_folder("INBOX")
        assert client.search("ALL") == [1]


@pytest.mark.parametrize(("tls", "port"), [("implicit", "tls_port"), ("starttls", "port")])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_is_verified(
    server: Dovecot, desk: House, monkeypatch: pytest.MonkeyPatch, tls: str, port: str, host: str
) -> None:
    settings = mailbox(getattr(server, port), tls=tls, host=host, after="move")
    with pytest.raises(IntakeError, match=r"certificate of .* is not trusted"):
        desk.watcher(settings).check()
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    server.deliver("desk", letter(1))
    assert desk.watcher(settings).check() == 1
    desk.watch(settings)
    assert len(flags_of(server, "Processed")) == 1


def test_a_token_signs_in(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(1))
    desk.watch(mailbox(server.port, token="env:TOKEN"))
    assert len(desk.kept()) == 1
    assert "method=XOAUTH2" in server.said()


def test_a_token_signs_in_where_there_is_oauthbearer_alone(desk: House) -> None:
    with dovecot.running("auth_mechanisms = oauthbearer\nauth_username_chars =") as server:
        assert desk.watcher(mailbox(server.port, token="env:TOKEN", user="a=b,c")).check() == 0
        assert "method=OAUTHBEARER" in server.said()


def test_a_password_beyond_ascii_signs_in(desk: House) -> None:
    with dovecot.running("passdb {\n driver = static\n args = password=pässwörd\n}") as server:
        assert desk.watcher(mailbox(server.port), lambda: "pässwörd").check() == 0


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"port": 1}, "127.0.0.1:1 refuses connections, are host and port right\\?"),
        ({"host": "nowhere.invalid"}, "the host nowhere.invalid is not found: .*"),
        ({"folder": "Nothing"}, 'folder "Nothing" cannot be selected: .*'),
        ({"tls": "implicit"}, 'no TLS with .*, is tls = "implicit" right for this port\\? .*'),
        ({"after": "move", "move_to": "inbox"}, 'move_to = "inbox" is the folder that is read; name another one'),
    ],
)
def test_a_check_says_in_a_line_what_is_wrong(server: Dovecot, desk: House, changes: dict[str, Any], line: str) -> None:
    with pytest.raises(IntakeError, match=f'^mailbox "support": {line}$'):
        desk.watcher(mailbox(int(changes.pop("port", server.port)), **changes)).check()


@pytest.mark.parametrize("way", [{}, {"token": "env:TOKEN"}])
def test_a_wrong_secret_is_named_without_being_shown(server: Dovecot, desk: House, way: dict[str, str]) -> None:
    with pytest.raises(IntakeError, match="signing in as desk was refused") as caught:
        desk.watcher(mailbox(server.port, **way), lambda: "hunter2-hunter2").check()
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_password_is_not_tried_again_within_a_minute(server: Dovecot, desk: House) -> None:
    watcher = desk.watcher(mailbox(server.port), lambda: "wrong")
    watcher.start()
    until(lambda: watcher.status().state == "backing off")
    (event,) = [event for event in desk.events() if "retry_in" in event]
    assert event["retry_in"] >= 60
    watcher.close()
    # closing waits for a few seconds at most, and the pause has ended for it
    assert watcher.status().state == "closed"


def test_closing_ends_an_idle_at_once(server: Dovecot, desk: House) -> None:
    watcher = desk.watch(mailbox(server.port, poll_seconds=600))
    until(lambda: watcher.status().state == "waiting")
    watcher.close()
    assert watcher.status().state == "closed"
    assert watcher.status().last_error is None
    # it was ended in order, where a connection that goes on for a while is cut off
    until(lambda: "Logged out" in server.said())


def test_two_watchers_of_one_folder_keep_each_mail_once(server: Dovecot, desk: House) -> None:
    server.deliver("desk", letter(1), letter(2))
    desk.watch(mailbox(server.port))
    desk.watch(mailbox(server.port, name="the same by another name"))
    assert len(desk.kept()) == 2
    assert SUPPORT in desk.kept()[0].routes
