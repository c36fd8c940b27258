"""The outbox: in the desk's transaction, one hand at a time, and the contract's shape."""

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from house import fresh_databases
from smarthost import NOW, add_case, make_letter, queue_mail, row, told

from intake.core.mail.message import Address
from intake.errors import IntakeError, Stale
from intake.outbound.render import render
from intake.outbound.templateset import TemplateSet, load
from intake.shipped import shipped
from intake.store import correspondence, obeyed, outbox, sending
from intake.store.engine import Databases, reading
from intake.store.sending import Left

LEASE = timedelta(minutes=10)


@pytest.fixture
def databases(tmp_path: Path) -> Iterator[Databases]:
    made = fresh_databases(tmp_path)
    yield made
    made.close()


@pytest.fixture(scope="session")
def templates() -> TemplateSet:
    return load([shipped("templates")])


def mark_sent(databases: Databases, left: Sequence[Left]) -> int:
    with databases.desk.begin() as connection:
        return sending.mark_sent(connection, left)


def test_a_mail_is_queued_only_with_the_desks_commit(databases: Databases, templates: TemplateSet) -> None:
    letter = make_letter()
    with databases.desk.connect() as connection, connection.begin() as desk:
        outbox.queue(connection, add_case(connection), letter, render(letter, templates), NOW)
        desk.rollback()
    assert sending.claim(databases.desk, "one", NOW, LEASE, 10) == []


def test_a_claimed_mail_is_what_was_queued(databases: Databases, templates: TemplateSet) -> None:
    queue_mail(databases, templates)
    (mail,) = sending.claim(databases.desk, "one", NOW, LEASE, 10)
    rendered = render(make_letter(message_id="1.a1@desk.example"), templates)
    assert mail.raw == rendered.raw
    assert (mail.envelope_from, mail.envelope_to) == ("bounce@desk.example", ("kim@hosting.example",))
    assert (mail.message_id, mail.tries, mail.again, mail.queued_at) == ("1.a1@desk.example", 1, False, NOW)


def test_no_mail_is_in_two_hands(databases: Databases, templates: TemplateSet) -> None:
    ids = [queue_mail(databases, templates, number) for number in range(40)]
    taken: list[int] = []
    start = threading.Barrier(4)

    def take(owner: str) -> None:
        start.wait(10)
        while mails := sending.claim(databases.desk, owner, NOW, LEASE, 3):
            taken.extend(mail.id for mail in mails)

    threads = [threading.Thread(target=take, args=(str(number),)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == ids


def test_an_empty_outbox_does_not_wait_for_a_busy_desk(databases: Databases, templates: TemplateSet) -> None:
    queue_mail(databases, templates, at=NOW + timedelta(minutes=1))
    with databases.desk.begin():
        began = time.monotonic()
        assert sending.claim(databases.desk, "one", NOW, LEASE, 10) == []
        assert time.monotonic() - began < 5


def test_mails_wait_for_their_time_and_go_in_its_order(databases: Databases, templates: TemplateSet) -> None:
    late = queue_mail(databases, templates, 1, at=NOW + timedelta(minutes=2))
    soon = queue_mail(databases, templates, 2, at=NOW + timedelta(minutes=1))
    assert sending.claim(databases.desk, "one", NOW, LEASE, 10) == []
    found = sending.claim(databases.desk, "one", NOW + timedelta(minutes=2), LEASE, 10)
    assert [mail.id for mail in found] == [soon, late]


def test_a_lease_that_ran_out_passes_the_mail_on_as_perhaps_sent(databases: Databases, templates: TemplateSet) -> None:
    mail_id = queue_mail(databases, templates)
    (lost,) = sending.claim(databases.desk, "one", NOW, LEASE, 10)
    assert sending.claim(databases.desk, "two", NOW + LEASE - timedelta(seconds=1), LEASE, 10) == []
    (found,) = sending.claim(databases.desk, "two", NOW + LEASE, LEASE, 10)
    assert (found.id, found.again, found.tries, found.raw) == (mail_id, True, 2, lost.raw)
    assert (row(databases, mail_id)["state"], row(databases, mail_id)["reason"]) == ("unknown", sending.TAKEN_OVER)
    # the first owner wakes up: what it knows for certain counts, what it would merely put back does not
    assert not sending.mark_retry(databases.desk, lost, "one", "451", NOW)
    assert not sending.mark_failed(databases.desk, lost, "one", "550", NOW)
    assert sending.put_back(databases.desk, [lost], "one", NOW) == 0
    assert mark_sent(databases, [Left(lost, NOW)]) == 1
    assert mark_sent(databases, [Left(found, NOW)]) == 0
    assert not sending.mark_retry(databases.desk, found, "two", "451", NOW)
    assert row(databases, mail_id)["state"] == "sent"
    assert [event for _, event, _ in told(databases)] == ["sent"]


def test_mails_are_noted_as_sent_in_one_commit_each_once(databases: Databases, templates: TemplateSet) -> None:
    ids = [queue_mail(databases, templates, number) for number in range(3)]
    first, *others = sending.claim(databases.desk, "one", NOW, LEASE, 10)
    assert mark_sent(databases, [Left(first, NOW)]) == 1
    later = NOW + timedelta(minutes=1)
    left = [Left(first, later), Left(others[0], later, "not for a@h.example: 550 no"), *[Left(others[1], later)] * 2]
    assert mark_sent(databases, left) == 2
    assert [row(databases, each)["sent_at"] for each in ids] == [NOW, later, later]
    assert [row(databases, each)["reason"] for each in ids] == [None, "not for a@h.example: 550 no", None]
    to = "acknowledgment to kim@hosting.example"
    assert [text for _, _, text in told(databases)] == [to, f"{to}; not for a@h.example: 550 no", to]


def test_a_hand_that_slept_over_its_lease_does_not_put_back_what_it_took_again(
    databases: Databases, templates: TemplateSet
) -> None:
    mail_id = queue_mail(databases, templates)
    (before,) = sending.claim(databases.desk, "one", NOW, LEASE, 10)
    (now,) = sending.claim(databases.desk, "one", NOW + LEASE, LEASE, 10)
    assert sending.put_back(databases.desk, [before], "one", NOW) == 0
    assert not sending.mark_failed(databases.desk, before, "one", "550", NOW)
    assert row(databases, mail_id)["state"] == "unknown"
    assert sending.mark_retry(databases.desk, now, "one", "451", NOW + LEASE)


def test_threat_49_what_a_clock_a_year_ahead_queued_or_held_goes_out_once_the_clock_is_right(
    databases: Databases, templates: TemplateSet
) -> None:
    ahead = NOW + timedelta(days=365)
    held, queued = (queue_mail(databases, templates, number, at=ahead) for number in (1, 2))
    assert [mail.id for mail in sending.claim(databases.desk, "one", ahead, LEASE, 1)] == [held]
    found = {mail.id: mail.again for mail in sending.claim(databases.desk, "two", NOW, LEASE, 10)}
    assert found == {held: True, queued: False}
    # nobody else takes them from there, nor what clocks that differ a little have queued
    queue_mail(databases, templates, 3, at=NOW + timedelta(minutes=1))
    assert sending.claim(databases.desk, "three", NOW, LEASE, 10) == []


def test_threat_49_who_was_told_by_a_clock_a_year_ahead_is_told_again(
    databases: Databases, templates: TemplateSet
) -> None:
    queue_mail(databases, templates, kind="desk-parked", automatic="auto-generated", at=NOW)

    def told_at(at: datetime) -> bool:
        with reading(databases.desk) as connection:
            return correspondence.was_told(connection, "desk-parked", "Kim@hosting.example", at, timedelta(hours=1))

    assert [told_at(NOW + timedelta(minutes=each)) for each in (-1, 0, 59, 60)] == [True, True, True, False]
    assert not told_at(NOW - timedelta(days=365))


def test_of_two_digests_that_tell_of_the_same_letters_one_does(databases: Databases, templates: TemplateSet) -> None:
    ids = [queue_mail(databases, templates, number, withheld="the cap") for number in (1, 2)]
    other, left = (queue_mail(databases, templates, number, withheld="the cap") for number in (3, 4))
    with databases.desk.begin() as connection:
        assert outbox.told_in_digest(connection, ids, "the cap", "first@desk.example")
        assert not outbox.told_in_digest(connection, ids, "the cap", "second@desk.example")
        # a person was faster at one of them: the other waits for the next digest
        outbox.release(connection, left, "robin@desk.example", NOW)
        assert not outbox.told_in_digest(connection, [other, left], "the cap", "third@desk.example")
    reasons = [row(databases, each)["reason"] for each in (*ids, other, left)]
    assert reasons == ["told in the digest first@desk.example"] * 2 + ["the cap", None]


def test_a_copy_of_what_was_obeyed_meanwhile_is_decided_again(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        obeyed.add(connection, [(1, ["signature", "words"])], NOW)
        with pytest.raises(Stale):
            obeyed.add(connection, [(2, ["other", "words"])], NOW)
        # the same mail on another route
        obeyed.add(connection, [(1, ["signature", "words"])], NOW)
        assert obeyed.before(connection, ["words"], 2) == 1


def test_a_withheld_mail_stays_until_it_is_released(databases: Databases, templates: TemplateSet) -> None:
    kept, waiting = queue_mail(databases, templates, 1, withheld="shadow mode"), queue_mail(databases, templates, 2)
    with databases.desk.begin() as connection:
        outbox.withhold(connection, waiting, "robin@desk.example", NOW)
    assert sending.claim(databases.desk, "one", NOW + timedelta(days=9), LEASE, 10) == []
    later = NOW + timedelta(days=9)
    with databases.desk.begin() as connection:
        outbox.release(connection, kept, "robin@desk.example", later)
    (mail,) = sending.claim(databases.desk, "one", later, LEASE, 10)
    assert (mail.id, mail.queued_at) == (kept, later)
    assert [(actor, event) for actor, event, _ in told(databases)] == [
        ("robin@desk.example", "withheld"),
        ("robin@desk.example", "released"),
    ]


def test_a_change_that_comes_too_late_is_refused_by_name(databases: Databases, templates: TemplateSet) -> None:
    mail_id = queue_mail(databases, templates)
    sending.claim(databases.desk, "one", NOW, LEASE, 10)
    with databases.desk.begin() as connection:
        with pytest.raises(IntakeError, match="is sending and cannot be withheld"):
            outbox.withhold(connection, mail_id, "robin@desk.example", NOW)
        with pytest.raises(IntakeError, match="is sending and cannot be released"):
            outbox.release(connection, mail_id, "robin@desk.example", NOW)
        with pytest.raises(IntakeError, match="outgoing mail 99 does not exist"):
            outbox.retry(connection, 99, None, NOW)


def test_the_listing_has_the_contracts_shape(databases: Databases, templates: TemplateSet) -> None:
    mail_id = queue_mail(databases, templates, 7, to=Address("Kim", "Kim@Hosting.example"))
    with reading(databases.desk) as connection:
        listed = outbox.listed(connection)
        shown = outbox.show(connection, mail_id)
        assert outbox.raw(connection, mail_id) == row(databases, mail_id)["raw"]
        assert (outbox.raw(connection, 99), outbox.show(connection, 99)) == (None, None)
        assert outbox.states(connection) == {"queued": 1}
        assert outbox.listed(connection, case_id=99) == []
    assert listed == [
        {
            "id": mail_id,
            "case": "OX-7",
            "kind": "acknowledgment",
            "to": "Kim@hosting.example",
            "subject": "[OX-1042] We have your request: Mail module shows an empty list",
            "state": "queued",
            "message_id": "7.a1@desk.example",
            "queued_at": "2026-11-23T08:12:00+00:00",
            "sent_at": None,
            "reason": None,
        }
    ]
    assert shown is not None
    assert shown.items() >= listed[0].items()


def test_automatic_letters_to_one_address_are_counted_however_it_is_spelt(
    databases: Databases, templates: TemplateSet
) -> None:
    def recent() -> tuple[int, bool]:
        with reading(databases.desk) as connection:
            found = correspondence.recent(connection, ["KIM@hosting.example"], NOW, timedelta(hours=1))
            return found.get("kim@hosting.example", (0, False))

    assert recent() == (0, False)
    queue_mail(databases, templates, 1, to=Address("", "kIm@Hosting.example"))
    queue_mail(databases, templates, 2, kind="reply", automatic=None)
    queue_mail(databases, templates, 3, kind="desk-new-case", automatic="auto-generated")
    queue_mail(databases, templates, 4, at=NOW - timedelta(hours=1))
    queue_mail(databases, templates, 5, withheld="shadow mode")
    queue_mail(databases, templates, 6, to=Address("", "other@hosting.example"))
    # by a clock that was put back since
    queue_mail(databases, templates, 8, at=NOW + timedelta(days=365))
    assert recent() == (1, False)
    queue_mail(databases, templates, 7, kind="digest")
    assert recent() == (2, True)


def test_an_address_that_failed_for_good_is_remembered_with_its_first_reason(databases: Databases) -> None:
    with databases.desk.begin() as connection:
        correspondence.mark_undeliverable(
            connection, {"Kim@hosting.example": "5.1.1", "kim@hosting.example": "5.1.2"}, NOW
        )
        correspondence.mark_undeliverable(connection, {"kim@hosting.example": "5.2.2"}, NOW)
        assert correspondence.is_undeliverable(connection, "KIM@hosting.example")
        assert not correspondence.is_undeliverable(connection, "kim@other.example")
