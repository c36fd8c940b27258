"""The keeper: durable first, many to a commit, and no mail in another's way."""

import threading
from collections.abc import Sequence
from pathlib import Path

import pytest
from house import fresh_databases
from mailroom import NOW, wait_for
from sqlalchemy.exc import OperationalError

from intake.inbound.keep import SHARED, Keeper
from intake.store import spool
from intake.store.spool import NewMail, RoutedTo


def mail(text: str) -> NewMail:
    route = RoutedTo("support@desk.example", "support@desk.example")
    return NewMail(raw=text.encode(), source="smtp", received_at=NOW, routes=(route,))


class Writer:
    """Writes into a list, can be held up, and refuses what is told to it."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.tries = 0
        self.go = threading.Event()
        self.go.set()
        self.begun = threading.Event()
        self.error: Exception | None = None

    def __call__(self, mails: Sequence[NewMail]) -> list[int]:
        self.tries += 1
        self.begun.set()
        assert self.go.wait(10)
        if self.error:
            raise self.error
        if any(b"poison" in mail.raw for mail in mails):
            raise ValueError("poison")
        self.batches.append([mail.raw for mail in mails])
        return [int(mail.raw) for mail in mails]


def held_up(writer: Writer, keeper: Keeper) -> None:
    writer.go.clear()
    keeper.keep(mail("0"))
    assert writer.begun.wait(5)


def test_a_mail_is_durable_when_its_future_is_done(tmp_path: Path) -> None:
    databases = fresh_databases(tmp_path)
    keeper = Keeper(lambda mails: spool.keep(databases.spool, mails))
    mail_id = keeper.keep(mail("hello")).result(10)
    assert spool.raw(databases.spool, mail_id) == b"hello"
    keeper.close()
    databases.close()


def test_mails_that_arrive_together_share_a_commit() -> None:
    writer = Writer()
    keeper = Keeper(writer)
    held_up(writer, keeper)
    futures = [keeper.keep(mail(str(number))) for number in range(1, SHARED + 6)]
    writer.go.set()
    assert [future.result(5) for future in futures] == list(range(1, SHARED + 6))
    assert [len(batch) for batch in writer.batches] == [1, SHARED, 5]
    keeper.close()


def test_one_mail_that_cannot_be_written_does_not_refuse_its_neighbours() -> None:
    writer = Writer()
    keeper = Keeper(writer)
    held_up(writer, keeper)
    good, bad, last = keeper.keep(mail("1")), keeper.keep(mail("poison")), keeper.keep(mail("2"))
    writer.go.set()
    assert (good.result(5), last.result(5)) == (1, 2)
    with pytest.raises(ValueError, match="poison"):
        bad.result(5)
    assert not keeper.failed()
    keeper.close()


def test_a_database_that_cannot_be_had_refuses_a_batch_once() -> None:
    writer = Writer()
    keeper = Keeper(writer)
    held_up(writer, keeper)
    writer.error = OperationalError("BEGIN", {}, Exception("locked"))
    futures = [keeper.keep(mail(str(number))) for number in range(1, 30)]
    writer.go.set()
    assert all(isinstance(future.exception(5), OperationalError) for future in futures)
    assert writer.tries == 2
    assert keeper.failed()
    assert not keeper.failed()
    assert keeper.keep(mail("6")).exception(5)
    writer.error = None
    assert keeper.keep(mail("7")).result(5) == 7
    assert not keeper.failed()
    keeper.close()
    assert writer.batches == [[b"7"]]


def test_threat_15_a_future_cannot_be_cancelled_with_its_commit() -> None:
    writer = Writer()
    keeper = Keeper(writer)
    held_up(writer, keeper)
    future = keeper.keep(mail("1"))
    assert not future.cancel()
    writer.go.set()
    assert future.result(5) == 1
    keeper.close()


def test_a_mail_is_withdrawn_until_its_commit_begins() -> None:
    writer = Writer()
    keeper = Keeper(writer)
    writer.go.clear()
    begun = keeper.keep(mail("0"))
    assert writer.begun.wait(5)
    queued, last = keeper.keep(mail("1")), keeper.keep(mail("2"))
    for future in (begun, queued):
        keeper.withdraw(future)
    with pytest.raises(TimeoutError):
        queued.result(0)
    writer.go.set()
    assert (begun.result(5), last.result(5)) == (0, 2)
    keeper.withdraw(last)
    keeper.close()
    assert writer.batches == [[b"0"], [b"2"]]


def test_closing_keeps_what_is_queued_and_refuses_what_comes_after() -> None:
    writer = Writer()
    keeper = Keeper(writer)
    held_up(writer, keeper)
    queued = [keeper.keep(mail(str(number))) for number in range(1, 4)]
    closing = threading.Thread(target=keeper.close)
    closing.start()
    wait_for(lambda: keeper.keep(mail("9")).done())
    writer.go.set()
    closing.join(5)
    assert [future.result(0) for future in queued] == [1, 2, 3]
    with pytest.raises(RuntimeError, match="closed"):
        keeper.keep(mail("5")).result(0)
    keeper.close()


def test_whoever_decides_is_woken_and_its_failure_stops_nothing() -> None:
    woken = []

    def wake() -> None:
        woken.append(1)
        raise RuntimeError("nobody there")

    keeper = Keeper(Writer(), wake)
    assert [keeper.keep(mail(str(number))).result(5) for number in range(3)] == [0, 1, 2]
    keeper.close()
    assert len(woken) == 3
