"""The spool: mails as they came, many to a commit, an IMAP mail once."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from house import fresh_databases
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from intake.store import ledger, spool, tables
from intake.store.engine import Databases, reading
from intake.store.spool import MailboxState, NewMail, RoutedTo

NOW = datetime(2026, 11, 23, 9, 0, 0, 123456, tzinfo=UTC)
A, B = "a@support.example", "b@support.example"
MAIL = NewMail(b"Subject: a\r\n\r\nb\r\n", "smtp", NOW, (RoutedTo(A, "a+Token@support.example"),))


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path)
    yield made
    made.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(raws=st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_any_bytes_come_back_as_they_are(databases: Databases, raws: list[bytes]) -> None:
    ids = spool.keep(databases.spool, [replace(MAIL, raw=raw) for raw in raws])
    assert ids == sorted(ids)
    assert [spool.raw(databases.spool, each) for each in ids] == raws


@pytest.mark.parametrize("size", [10, spool.SHORT, spool.SHORT + 1])
def test_the_bytes_of_several_mails_come_in_the_order_asked_for(databases: Databases, size: int) -> None:
    raws = [bytes([number]) * size for number in range(3)]
    first, second, third = spool.keep(databases.spool, [replace(MAIL, raw=raw) for raw in raws])
    with reading(databases.spool) as connection:
        assert list(spool.raws_of(connection, [third, first, second])) == [raws[2], raws[0], raws[1]]
        assert list(spool.raws_of(connection, [])) == []
        with pytest.raises(KeyError):
            list(spool.raws_of(connection, [first, third + 1]))


def test_long_mails_are_never_in_memory_together(databases: Databases) -> None:
    size = 4_000_000
    ids = [spool.keep(databases.spool, [replace(MAIL, raw=bytes(size))])[0] for _ in range(10)]
    with reading(databases.spool) as connection:
        tracemalloc.start()
        try:
            assert sum(len(raw) for raw in spool.raws_of(connection, ids)) == 10 * size
            assert tracemalloc.get_traced_memory()[1] < 4 * size
        finally:
            tracemalloc.stop()


def test_what_a_channel_says_of_a_mail_is_kept(databases: Databases) -> None:
    full = NewMail(
        b"x",
        "imap",
        NOW,
        (RoutedTo(A, "A@support.example"), RoutedTo(B, B), RoutedTo(A, "again@support.example")),
        envelope_from="",
        login="kim",
        peer="192.0.2.1",
        origin="box/1/2",
        answerable=False,
        backlog=True,
        oversize=60_000_000,
    )
    (mail_id,) = spool.keep(databases.spool, [full])
    with reading(databases.reading) as connection:
        first, second = ledger.waiting(connection, 0, 10)
    kept = first.mail
    assert (kept.id, kept.source, kept.received_at, kept.envelope_from, kept.login) == (mail_id, "imap", NOW, "", "kim")
    assert (kept.peer, kept.origin, kept.answerable, kept.backlog) == ("192.0.2.1", "box/1/2", False, True)
    assert kept.oversize == 60_000_000
    assert [(each.route, each.routes) for each in (first, second)] == [(A, 2), (B, 2)]


def test_an_imap_mail_found_twice_is_one_mail(databases: Databases) -> None:
    mail = replace(MAIL, origin="box/1/2")
    first = spool.keep(databases.spool, [mail])
    again = spool.keep(databases.spool, [mail, MAIL, replace(mail, origin="box/1/3"), mail])
    assert again == [first[0], first[0] + 1, first[0] + 2, first[0]]
    assert spool.kept_origins(databases.spool, ["box/1/2", "box/9/9"]) == {"box/1/2": True}


def test_a_batch_is_kept_whole_or_not_at_all(databases: Databases) -> None:
    with pytest.raises(Exception, match=r"(?i)not.null"):
        spool.keep(databases.spool, [MAIL, replace(MAIL, raw=None)])  # type: ignore[arg-type]
    with reading(databases.reading) as connection:
        assert ledger.counts(connection)["received"] == 0


def test_an_id_is_never_used_again(databases: Databases) -> None:
    (first,) = spool.keep(databases.spool, [MAIL])
    with databases.spool.begin() as connection:
        connection.execute(delete(tables.mail_route))
        connection.execute(delete(tables.mail))
    assert spool.keep(databases.spool, [MAIL]) == [first + 1]


def test_a_mail_that_is_not_there_is_an_error(databases: Databases) -> None:
    with pytest.raises(KeyError):
        spool.raw(databases.spool, 17)


def test_a_mailbox_is_remembered_as_it_was_last_seen(databases: Databases) -> None:
    assert spool.mailbox_state(databases.spool, "box") is None
    for state in (MailboxState(1, 17, NOW), MailboxState(4_294_967_295, 0, None)):
        spool.save_mailbox_state(databases.spool, "box", state)
        assert spool.mailbox_state(databases.spool, "box") == state
