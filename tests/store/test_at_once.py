"""PostgreSQL: what two instances do at the same moment is done once, and neither fails for the other."""

import multiprocessing
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from house import NOW
from running import eventually
from smarthost import add_case, queue_mail
from sqlalchemy import Connection, insert, select, text
from sqlalchemy.exc import DBAPIError

from intake.errors import Overtaken, Stale
from intake.outbound.templateset import load
from intake.shipped import shipped
from intake.store import accounts, cases, heartbeats, idempotency, keys, obeyed, published, search, sending, tables
from intake.store.engine import WRITES_WITHIN, Databases, open_databases, reading
from intake.store.migrate import DESK, migrate, upgrade

pytestmark = pytest.mark.real
WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def at_once(one: Databases, two: Databases, work: Callable[[Connection, str], Any]) -> list[Any]:
    """What the work gives to two transactions, of which the second began before the first had ended."""
    results: list[Any] = []

    def second() -> None:
        try:
            with two.desk.begin() as connection:
                results.append(work(connection, "two"))
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=second)
    with one.desk.begin() as connection:
        results.append(work(connection, "one"))
        thread.start()
        eventually(lambda: results[1:] or _waits(one), 30, "the second to wait for the first")
    thread.join(30)
    return results


def _waits(databases: Databases) -> bool:
    with reading(databases.reading) as connection:
        return bool(connection.scalar(WAITING))


def test_instances_that_start_at_once_sign_with_the_same_key(databases: Databases, other: Databases) -> None:
    first, second = at_once(databases, other, lambda c, name: keys.first_signing_key(c, name * 10, NOW))
    assert first == second == {1: "one" * 10}


def test_instances_that_start_at_once_remember_the_same_versions(databases: Databases, other: Databases) -> None:
    results = at_once(databases, other, lambda c, _: keys.remember(c, "policy", "a", "v1", "text", NOW))
    assert results == [None, None]
    with reading(databases.desk) as connection:
        assert keys.served(connection, "policy") == {"a": "text"}


def test_each_instance_tells_that_its_parts_work(databases: Databases, other: Databases) -> None:
    assert at_once(databases, other, lambda c, name: heartbeats.save(c, name, {"desk": NOW})) == [None, None]


def test_the_first_numbers_of_cases_are_given_out_once(databases: Databases, other: Databases) -> None:
    assert at_once(databases, other, lambda c, _: cases.reserve(c, 5)) == [1001, 1006]
    assert at_once(databases, other, lambda c, _: cases.reserve(c, 1)) == [1011, 1012]


def test_of_two_who_fill_an_index_the_second_goes_on_where_the_first_ends(
    databases: Databases, other: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    with databases.desk.begin() as connection:
        ids = [add_case(connection, f"OX-{number}") for number in range(5)]
    for version in ("v0009", DESK.revisions[-1]):
        migrate(databases.desk, DESK, version)
    monkeypatch.setattr(search, "ROWS_AT_ONCE", 2)
    (index,) = (each for each in search.INDEXES if each.source == "cases")
    filled_from = select(tables.counter.c.value).where(tables.counter.c.name == index.name)

    def fill(connection: Connection, _: str) -> int | None:
        assert search.fill_some(connection, index)
        return connection.scalar(filled_from)

    assert at_once(databases, other, fill) == [ids[3], ids[1]]


def test_of_two_who_publish_a_template_the_second_is_told(databases: Databases, other: Databases) -> None:
    place = ("en", "acknowledgment")
    first, second = at_once(databases, other, lambda c, name: published.publish(c, place, "text", name, NOW, 0))
    assert first is None
    assert isinstance(second, Overtaken)
    assert "one published en/acknowledgment" in str(second)


def test_of_two_copies_of_an_agents_mail_one_is_decided_again(databases: Databases, other: Databases) -> None:
    numbers = {"one": 1, "two": 2}
    first, second = at_once(databases, other, lambda c, name: obeyed.add(c, [(numbers[name], ["key"])], NOW))
    assert first is None
    assert isinstance(second, Stale)


def test_a_one_time_link_is_used_once(databases: Databases, other: Databases) -> None:
    with databases.desk.begin() as connection:
        accounts.add_welcome(connection, "secret", accounts.Welcome(None, "admin"), NOW)
    assert at_once(databases, other, lambda c, _: accounts.use_welcome(c, "secret")) == [True, False]


def test_a_request_that_comes_twice_at_once_is_done_once(databases: Databases, other: Databases) -> None:
    with databases.desk.begin() as connection:
        connection.execute(insert(tables.agent).values(address="ada@desk.example", name="Ada"))
        facts = {"address": "ada@desk.example", "scopes": [], "made_by": "ada@desk.example", "made_at": NOW}
        connection.execute(insert(tables.token).values(id=1, hash="hash", name="script", **facts))
    first, second = at_once(databases, other, lambda c, _: idempotency.claim(c, 1, "key", "asked", NOW))
    assert first is None
    assert second == idempotency.Earlier("asked", None, None)


def test_a_sender_passes_over_what_another_is_taking(databases: Databases, other: Databases) -> None:
    templates = load([shipped("templates")])
    mails = [queue_mail(databases, templates, number) for number in range(2)]
    taken: list[int] = []

    def take() -> None:
        taken.extend(mail.id for mail in sending.claim(other.desk, "two", NOW, timedelta(minutes=3), 20))

    thread = threading.Thread(target=take)
    with databases.desk.begin() as connection:
        first = connection.execute(sending.ALL_DUE, {"now": NOW, "farthest": NOW + sending.FARTHEST, "most": 1}).one()
        thread.start()
        thread.join(20)
        assert not thread.is_alive()
    assert [first.id, *taken] == mails


def _start(url: str, results: "multiprocessing.SimpleQueue[str]") -> None:
    try:
        made = open_databases(Path(), url)
        upgrade(made)
        made.close()
        results.put("")
    except BaseException as error:
        results.put(repr(error))


def test_processes_that_start_at_once_on_an_empty_database_all_find_the_schema(url: str) -> None:
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    processes = [context.Process(target=_start, args=(url, results)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [results.get() for _ in processes] == [""] * 4


def test_a_reader_writes_nothing(databases: Databases) -> None:
    with pytest.raises(DBAPIError, match="read-only"), reading(databases.reading) as connection:
        connection.execute(insert(tables.counter).values(name="x", value=1))


def test_no_transaction_lasts_longer_than_the_watermark_waits(databases: Databases) -> None:
    """What stands still, or works on one statement, is ended by the database itself."""
    limits = ("idle_in_transaction_session_timeout", "statement_timeout")
    with reading(databases.reading) as connection:
        found = [
            connection.scalar(text("SELECT setting::int FROM pg_settings WHERE name = :n"), {"n": n}) for n in limits
        ]
    assert all(0 < milliseconds < WRITES_WITHIN * 1000 / 4 for milliseconds in found)
