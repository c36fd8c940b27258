"""The ledger: each mail on each route has one outcome or waits, and the sum comes out."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from house import fresh_databases

from intake.errors import Stale
from intake.store import ledger, spool
from intake.store.engine import Databases, reading
from intake.store.ledger import Outcome
from intake.store.spool import NewMail, RoutedTo

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
A, B = "a@support.example", "b@support.example"
MAIL = NewMail(b"Subject: a\r\n\r\nb\r\n", "smtp", NOW, (RoutedTo(A, A), RoutedTo(B, B)))


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path)
    spool.keep(made.spool, [MAIL, replace(MAIL, envelope_from="x@y.example")])
    yield made
    made.close()


def counts(databases: Databases) -> dict[str, object]:
    with reading(databases.reading) as connection:
        return ledger.counts(connection)


def record(databases: Databases, mail: int, route: str, outcome: str, content: str | None = None) -> bool:
    try:
        with databases.desk.begin() as connection:
            ledger.record(connection, [Outcome(mail, route, outcome, "because", content_hash=content)], NOW)
    except Stale:
        return False
    return True


def test_received_is_the_sum_of_outcomes_and_what_waits(databases: Databases) -> None:
    assert counts(databases)["waiting"] == 4
    for number, (mail, route, outcome) in enumerate(
        [(1, A, "new_case"), (1, B, "junk"), (2, A, "parked"), (2, B, "duplicate")], 1
    ):
        assert record(databases, mail, route, outcome)
        found = counts(databases)
        assert found["received"] == 4
        assert found["waiting"] == 4 - number
        assert found["balanced"]
    assert {each: counts(databases)[each] for each in ("new_case", "junk", "parked", "duplicate", "reply")} == {
        "new_case": 1,
        "junk": 1,
        "parked": 1,
        "duplicate": 1,
        "reply": 0,
    }


def test_an_outcome_without_a_mail_is_seen(databases: Databases) -> None:
    record(databases, 99, A, "junk")
    assert not counts(databases)["balanced"]


def test_a_mail_has_one_outcome_on_a_route_the_first(databases: Databases) -> None:
    assert record(databases, 1, A, "junk")
    assert not record(databases, 1, A, "new_case")
    with reading(databases.reading) as connection:
        assert [each["outcome"] for each in ledger.outcomes(connection, 1)] == ["junk"]


def test_one_content_has_one_original_on_a_route(databases: Databases) -> None:
    assert record(databases, 1, A, "new_case", "hash")
    assert not record(databases, 2, A, "new_case", "hash")
    assert record(databases, 2, B, "new_case", "hash")
    assert record(databases, 2, A, "duplicate", "hash")
    with reading(databases.reading) as connection:
        assert ledger.originals(connection, [A, B], ["hash", "other"]) == {(A, "hash"): 1, (B, "hash"): 2}
        assert ledger.originals(connection, [B], ["hash"]) == {(B, "hash"): 2}


def test_a_parked_mail_claims_no_content(databases: Databases) -> None:
    assert record(databases, 1, A, "parked", "hash")
    assert record(databases, 2, A, "new_case", "hash")


def test_of_two_who_record_at_once_one_does(databases: Databases) -> None:
    together, done = threading.Barrier(4), []

    def decide(outcome: str) -> None:
        together.wait(10)
        done.append(record(databases, 1, A, outcome))

    threads = [threading.Thread(target=decide, args=(each,)) for each in ("junk", "new_case", "reply", "parked")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == [False, False, False, True]


def test_what_waits_comes_in_its_order_from_the_id_that_is_named(databases: Databases) -> None:
    record(databases, 1, B, "junk")
    with reading(databases.reading) as connection:
        assert [(each.mail.id, each.route) for each in ledger.waiting(connection, 0, 10)] == [(1, A), (2, A), (2, B)]
        assert [(each.mail.id, each.route) for each in ledger.waiting(connection, 1, 10)] == [(2, A), (2, B)]
        assert len(ledger.waiting(connection, 0, 2)) == 2


def test_a_parked_mail_is_shown_with_its_reason(databases: Databases) -> None:
    record(databases, 1, A, "parked")
    with reading(databases.reading) as connection:
        (found,) = ledger.parked(connection)
    assert (found["id"], found["route"], found["reason"], found["size"]) == (1, A, "because", len(MAIL.raw))


def test_only_a_parked_or_junk_outcome_can_be_taken_back(databases: Databases) -> None:
    for route, outcome in ((A, "new_case"), (B, "junk")):
        record(databases, 1, route, outcome, "hash")
    with databases.desk.begin() as connection:
        for route in (A, B):
            ledger.forget(connection, 1, route)
    with reading(databases.reading) as connection:
        assert [each["route"] for each in ledger.outcomes(connection, 1)] == [A]
        assert ledger.originals(connection, [A, B], ["hash"]) == {(A, "hash"): 1}


def test_senders_take_turns_and_each_ones_mails_keep_their_order(databases: Databases) -> None:
    flood = [replace(MAIL, routes=MAIL.routes[:1], envelope_from="flood@evil.example") for _ in range(200)]
    late = [replace(MAIL, routes=MAIL.routes[:1], envelope_from=f"{each}@hosting.example") for each in "kl"]
    spool.keep(databases.spool, flood)
    kept = spool.keep(databases.spool, late)
    seen: list[int] = []
    with reading(databases.reading) as connection:
        first = [each.mail.id for each in ledger.waiting(connection, 0, 10)]
        more = [each.mail.id for each in ledger.waiting(connection, 0, 10, following=5)]
    assert more == [*first, *range(7, 12)]
    assert first == sorted(first)
    assert 1 in first
    assert set(kept) <= set(first)
    while True:
        with reading(databases.reading) as connection:
            batch = ledger.waiting(connection, 0, 25)
        if not batch:
            break
        for each in batch:
            assert record(databases, each.mail.id, each.route, "junk")
            seen += [each.mail.id] if each.mail.envelope_from == "flood@evil.example" else []
    assert seen == sorted(seen)
    assert len(seen) == 200
    assert counts(databases)["waiting"] == 0
