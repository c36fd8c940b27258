"""Mailboxes on servers that misbehave."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from imap_server import QuirkyImap, quirky
from mailboxes import SIZE_LIMIT, House, house, letter, mailbox, until

from intake.errors import IntakeError

BAD = 2


@pytest.fixture
def server() -> Iterator[QuirkyImap]:
    with quirky({uid: letter(uid) for uid in (1, BAD, 5)}) as server:
        yield server


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as desk:
        yield desk


def uids(desk: House) -> list[int]:
    return sorted(int(str(kept.mail.origin).rpartition("=")[2]) for kept in desk.kept())


def complaints(desk: House) -> int:
    return len([event for event in desk.events() if event["event"] == "mail cannot be taken yet"])


@pytest.mark.parametrize("fault", ["refuses", "leaves_out", "gives_nil", "gives_nothing", "breaks_at"])
def test_one_bad_mail_never_blocks_its_neighbours_and_is_tried_again(
    server: QuirkyImap, desk: House, fault: str
) -> None:
    setattr(server, fault, {BAD})
    watcher = desk.watch(mailbox(server.port, poll_seconds=0.1))
    until(lambda: uids(desk) == [1, 5])
    until(lambda: watcher.status().troubled == 1)
    assert server.flags[1] == {"\\Seen", "$IntakeKept"}
    setattr(server, fault, set())
    desk.ahead += timedelta(minutes=2)
    until(lambda: uids(desk) == [1, BAD, 5])
    until(lambda: watcher.status().troubled == 0)
    assert all(kept.raw == letter(uid) for uid, kept in zip((1, 5, BAD), desk.kept(), strict=True))


@pytest.mark.parametrize("fault", ["refuses", "breaks_at"])
def test_a_mail_that_stays_bad_is_kept_as_what_it_is_after_a_few_tries(
    server: QuirkyImap, desk: House, fault: str
) -> None:
    setattr(server, fault, {BAD})
    watcher = desk.watch(mailbox(server.port, poll_seconds=0.05, after="delete"))
    for _ in range(10):
        until(lambda: watcher.status().state == "waiting" or BAD in uids(desk))
        if BAD in uids(desk):
            break
        tried = complaints(desk)
        desk.ahead += timedelta(hours=1)
        until(lambda before=tried: BAD in uids(desk) or complaints(desk) > before)  # type: ignore[misc]
    (stub,) = [kept.mail for kept in desk.kept() if kept.mail.origin and kept.mail.origin.endswith(f"={BAD}")]
    assert stub.oversize
    assert not stub.answerable
    until(lambda: watcher.status().troubled == 0)
    assert "\\Deleted" not in server.flags[BAD]
    fetched = server.count("FETCH")
    until(lambda: server.count("SEARCH") > 20)
    assert server.count("FETCH") == fetched


def test_a_bad_mail_is_not_forgotten_over_a_restart(server: QuirkyImap, desk: House) -> None:
    server.refuses = {BAD}
    desk.watch(mailbox(server.port)).close()
    server.refuses = set()
    desk.watch(mailbox(server.port))
    assert uids(desk) == [1, BAD, 5]


def test_a_mail_kept_by_its_headers_is_left_in_place_after_a_restart_too(desk: House) -> None:
    with quirky({BAD: letter(BAD), 5: letter(5, size=2 * SIZE_LIMIT)}) as server:
        server.claims[5] = 10
        server.refuses = {BAD}
        desk.watch(mailbox(server.port, after="delete")).close()
        assert uids(desk) == [5]
        server.refuses = set()
        desk.watch(mailbox(server.port, after="delete"))
        assert uids(desk) == [BAD, 5]
        assert "\\Deleted" in server.flags[BAD]
        assert "\\Deleted" not in server.flags[5]


def test_a_spool_that_cannot_be_read_is_not_the_mails_fault(server: QuirkyImap, desk: House) -> None:
    where = "spool." if desk.databases.shared else ""
    with desk.databases.spool.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {where}mail RENAME TO elsewhere")
    watcher = desk.watcher(mailbox(server.port))
    watcher.start()
    until(lambda: watcher.status().last_error)
    assert watcher.status().troubled == 0
    assert "Hello" not in str(desk.events())
    with desk.databases.spool.begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE {where}elsewhere RENAME TO mail")
    until(lambda: uids(desk) == [1, BAD, 5])


def test_a_flag_that_the_server_refuses_does_not_stop_the_mail(server: QuirkyImap, desk: House) -> None:
    server.refuses_store = True
    watcher = desk.watch(mailbox(server.port, poll_seconds=0.1))
    assert uids(desk) == [1, BAD, 5]
    server.refuses_store = False
    desk.ahead += timedelta(minutes=2)
    until(lambda: watcher.status().troubled == 0)
    assert server.flags[1] == {"\\Seen", "$IntakeKept"}
    assert len(desk.kept()) == 3


def test_only_flags_that_last_are_set(server: QuirkyImap, desk: House) -> None:
    server.lasting = r"\Seen \Deleted"
    desk.watch(mailbox(server.port))
    assert server.flags[1] == {"\\Seen"}


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ("MOVE UIDPLUS", ["MOVE 1,2,5"]),
        ("UIDPLUS", ["COPY 1,2,5", "STORE 1,2,5 +FLAGS.SILENT (\\Deleted)", "EXPUNGE 1,2,5"]),
        ("", ["COPY 1,2,5", "STORE 1,2,5 +FLAGS.SILENT (\\Deleted)"]),
    ],
)
def test_moving_uses_what_the_server_offers(
    server: QuirkyImap, desk: House, capabilities: str, expected: list[str]
) -> None:
    server.capabilities = f"IMAP4rev1 IDLE AUTH=PLAIN {capabilities}"
    desk.watch(mailbox(server.port, after="move"))
    sent = [each for each in server.commands if each.split()[0] in ("MOVE", "COPY", "STORE", "EXPUNGE")]
    assert [each.replace(' "Processed"', "") for each in sent] == expected


def test_without_idle_the_mailbox_is_looked_into_again_and_again(server: QuirkyImap, desk: House) -> None:
    server.capabilities = "IMAP4rev1 AUTH=PLAIN"
    desk.watch(mailbox(server.port, poll_seconds=0.1))
    server.mails[9] = letter(9)
    server.flags[9] = set()
    until(lambda: uids(desk) == [1, BAD, 5, 9])
    assert server.count("IDLE") == 0


def test_a_server_that_refuses_idle_is_polled(server: QuirkyImap, desk: House) -> None:
    server.refuses_idle = True
    watcher = desk.watch(mailbox(server.port, poll_seconds=0.1))
    until(lambda: server.count("NOOP") > 3)
    assert server.count("IDLE") == 1
    assert watcher.status().state != "backing off"


def test_news_that_comes_in_one_packet_with_the_answer_to_idle_is_heard(server: QuirkyImap, desk: House) -> None:
    server.idle_news_with_plus = True
    desk.watch(mailbox(server.port, poll_seconds=600))
    until(lambda: server.count("IDLE") > 1, 5)


def test_news_that_comes_before_idle_and_not_again_is_heard(server: QuirkyImap, desk: House) -> None:
    watcher = desk.watch(mailbox(server.port, poll_seconds=1))
    until(lambda: watcher.status().state == "waiting")
    watcher.close()
    server.arrives_at_search = (9, letter(9))
    desk.watch(mailbox(server.port, poll_seconds=600))
    until(lambda: uids(desk) == [1, BAD, 5, 9], 5)


def test_hundreds_of_thousands_of_mails_are_listed_in_bearable_lines(desk: House) -> None:
    first = 4_000_000_000
    with quirky(dict.fromkeys(range(first, first + 100_000), b"")) as server:
        desk.watch(mailbox(server.port, backlog="skip"))
        assert server.count("SEARCH") >= 5
        assert server.count("FETCH") == 0
        server.flags[first + 100_000] = set()
        server.mails[first + 100_000] = letter(1)
        until(lambda: uids(desk) == [first + 100_000])


def test_no_more_than_500_mails_are_asked_for_at_once(desk: House) -> None:
    with quirky({uid: letter(uid) for uid in range(1, 1202)}) as server:
        desk.watch(mailbox(server.port))
        until(lambda: len(desk.kept()) == 1201)
        asked = [len(each.split()[1].split(",")) for each in server.commands if each.startswith(("FETCH", "STORE"))]
        assert max(asked) == 500


def test_a_server_that_chatters_without_news_does_not_make_us_spin(server: QuirkyImap, desk: House) -> None:
    server.idle_chatter = 1000
    desk.watch(mailbox(server.port, poll_seconds=600))
    until(lambda: server.count("IDLE") >= 2)
    begun = time.monotonic()
    idles = server.count("IDLE")
    until(lambda: time.monotonic() - begun > 2)
    assert server.count("IDLE") - idles <= 3


def test_a_server_that_drops_every_idle_is_not_hammered(server: QuirkyImap, desk: House) -> None:
    server.drops_idle = True
    watcher = desk.watch(mailbox(server.port, poll_seconds=600))
    until(lambda: len([event for event in desk.events() if "retry_in" in event]) >= 3)
    pauses = [event["retry_in"] for event in desk.events() if "retry_in" in event]
    assert pauses[2] > pauses[0]
    assert watcher.status().last_error


def test_a_sign_in_that_is_not_possible_right_now_is_tried_again_soon(server: QuirkyImap, desk: House) -> None:
    server.refuses_sign_in = "NO [UNAVAILABLE] Temporary authentication failure"
    watcher = desk.watcher(mailbox(server.port))
    watcher.start()
    until(lambda: watcher.status().state == "backing off")
    server.refuses_sign_in = ""
    until(lambda: uids(desk) == [1, BAD, 5])


def test_the_error_of_a_token_is_answered_so_that_the_refusal_comes(server: QuirkyImap, desk: House) -> None:
    server.capabilities = "IMAP4rev1 AUTH=XOAUTH2"
    server.refuses_sign_in = "NO [AUTHENTICATIONFAILED] invalid token"
    with pytest.raises(IntakeError, match=r"refused: .*invalid token"):
        desk.watcher(mailbox(server.port, token="env:TOKEN")).check()
    assert r"second answer b'\r\n'" in server.commands


def test_each_sign_in_asks_for_the_token_anew(server: QuirkyImap, desk: House) -> None:
    server.drops_idle = True
    given: list[str] = []

    def renewed() -> str:
        given.append(f"token {len(given)}")
        return given[-1]

    watcher = desk.watcher(mailbox(server.port), renewed)
    watcher.start()
    until(lambda: len(given) >= 2)
    watcher.close()


def test_a_server_without_tls_gets_no_password_where_tls_is_wanted(server: QuirkyImap, desk: House) -> None:
    with pytest.raises(IntakeError, match="STARTTLS"):
        desk.watcher(mailbox(server.port, tls="starttls")).check()
    assert server.count("LOGIN") + server.count("AUTHENTICATE") == 0


def test_line_breaks_in_a_secret_never_reach_the_server(server: QuirkyImap, desk: House) -> None:
    server.capabilities = "IMAP4rev1"
    with pytest.raises(IntakeError, match="control characters"):
        desk.watcher(mailbox(server.port), lambda: "x\r\nA1 DELETE INBOX").check()
    assert server.count("DELETE") + server.count("LOGIN") == 0


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("01-Jan-2026 10:00:00 +0100", datetime(2026, 1, 1, 9, tzinfo=UTC)),
        (" 1-Jan-2026 10:00:00 -0000", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("01-Jan-2099 10:00:00 +0000", None),
        ("31-Dec-9999 23:59:59 -1200", None),
        ("yesterday", None),
    ],
)
def test_the_time_of_receipt_is_an_instant_whatever_our_zone_and_never_to_come(
    server: QuirkyImap, desk: House, monkeypatch: pytest.MonkeyPatch, written: str, expected: datetime | None
) -> None:
    server.internal_date = written
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        desk.watch(mailbox(server.port))
    finally:
        monkeypatch.undo()
        time.tzset()
    (at,) = {kept.mail.received_at for kept in desk.kept()[:1]}
    assert at == expected or (expected is None and abs(at - desk.now()) < timedelta(minutes=1))
    assert len(desk.kept()) == 3


def test_a_bad_mail_of_the_backlog_is_backlog_after_a_restart_too(server: QuirkyImap, desk: House) -> None:
    server.refuses = {BAD}
    desk.watch(mailbox(server.port, backlog="keep")).close()
    server.refuses = set()
    desk.watch(mailbox(server.port, backlog="keep"))
    assert [kept.mail.backlog for kept in desk.kept()] == [True] * 3


def test_threat_46_a_bad_mail_is_old_after_a_restart_under_a_new_uidvalidity_too(
    server: QuirkyImap, desk: House
) -> None:
    desk.watch(mailbox(server.port, backlog="answer")).close()
    server.uidvalidity = 8
    server.refuses = {BAD}
    desk.watch(mailbox(server.port, backlog="keep")).close()
    server.refuses = set()
    desk.watch(mailbox(server.port, backlog="keep"))
    assert [kept.mail.backlog for kept in desk.kept()] == [False] * 3 + [True] * 3


def test_a_spool_that_fails_loses_nothing_and_flags_nothing(server: QuirkyImap, desk: House) -> None:
    def full() -> None:
        raise OSError("no space left on device")

    desk.before_keeping = full
    watcher = desk.watcher(mailbox(server.port))
    watcher.start()
    until(lambda: "no space left" in str(watcher.status().last_error))
    assert server.flags[1] == set()
    desk.before_keeping = lambda: None
    desk.ahead += timedelta(minutes=1)
    until(lambda: uids(desk) == [1, BAD, 5])


BEFORE_A_MAIL = ["greeting", "CAPABILITY", "AUTHENTICATE", "SELECT", "SEARCH", "FETCH", "middle of a mail", "STORE"]


@pytest.mark.parametrize("phase", [*BEFORE_A_MAIL, "IDLE", "DONE"])
def test_a_server_that_falls_silent_for_ever_is_left_and_every_mail_is_kept_once(
    server: QuirkyImap, desk: House, phase: str
) -> None:
    if phase in BEFORE_A_MAIL:
        server.hangs_at = phase
    watcher = desk.watcher(mailbox(server.port, timeout_seconds=1, poll_seconds=0.5))
    watcher.start()
    if phase not in BEFORE_A_MAIL:
        until(lambda: watcher.status().state == "waiting", 60)
        server.hangs_at = phase
    until(lambda: "no answer from" in str(watcher.status().last_error), 60)
    server.flags[9] = set()
    server.mails[9] = letter(9)
    server.hangs_at = ""
    # what was asked for in vain is asked for again after a while
    desk.ahead += timedelta(minutes=2)
    until(lambda: uids(desk) == [1, BAD, 5, 9], 60)
    until(lambda: watcher.status().troubled == 0, 60)
    until(lambda: all("$IntakeKept" in flags for flags in server.flags.values()), 60)
    assert sorted(kept.raw for kept in desk.kept()) == sorted(letter(uid) for uid in (1, BAD, 5, 9))


def test_closing_cuts_off_a_server_that_does_not_answer(server: QuirkyImap, desk: House) -> None:
    server.hangs_at = "SEARCH"
    watcher = desk.watcher(mailbox(server.port, timeout_seconds=600))
    watcher.start()
    until(lambda: server.count("SEARCH"))
    begun = time.monotonic()
    watcher.close()
    assert time.monotonic() - begun < 4
    assert watcher.status().state == "closed"
