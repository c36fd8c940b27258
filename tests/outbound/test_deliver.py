"""What becomes of a mail: sent once, tried again with patience, or stopped with the reason; never lost."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from running import eventually
from smarthost import NOW, Clock, Listening, Sink, queue_mail, row, told
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from intake.config import Outgoing
from intake.core.mail.message import Address
from intake.outbound.deliver import Counts, MaildirTransport, SmtpTransport, deliver, pause
from intake.outbound.notes import AHEAD, TRIES
from intake.outbound.templateset import TemplateSet
from intake.store import outbox, sending
from intake.store.engine import Databases

Pass = Callable[..., Counts]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def send(databases: Databases, listening: Listening, clock: Clock) -> Iterator[Pass]:
    """One pass over SMTP to the sink."""
    way = SmtpTransport(Outgoing(smtp=listening.place, tls="none", timeout_seconds=5), "", "desk.example")
    yield lambda **more: deliver(databases.desk, way, "one", clock, **more)
    way.close()


def test_what_is_queued_goes_out_once_and_is_told_on_its_case(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink
) -> None:
    first, second = queue_mail(databases, templates, 1), queue_mail(databases, templates, 2)
    counts = send()
    assert (counts.sent, counts.later, counts.failed, counts.again) == (2, 0, 0, 0)
    assert [raw for _, _, raw in sink.mails] == [row(databases, mail)["raw"] for mail in (first, second)]
    assert (row(databases, first)["state"], row(databases, first)["sent_at"]) == ("sent", NOW)
    assert told(databases) == [("intake", "sent", "acknowledgment to kim@hosting.example")] * 2
    assert not send()
    assert len(sink.mails) == 2


def test_threat_51_a_soft_refusal_backs_off_with_the_same_bytes_and_counts_on(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink, clock: Clock
) -> None:
    mail = queue_mail(databases, templates)
    sink.answers = {"RCPT": "451 4.7.1 greylisted"}
    waits: list[timedelta] = []
    for tries in range(1, 10):
        assert send().later == 1
        now = row(databases, mail)
        assert (now["state"], now["tries"], now["reason"]) == ("queued", tries, "451 4.7.1 greylisted")
        waits.append(now["next_try_at"] - clock.now)
        clock.turn(seconds=waits[-1].total_seconds() - 1)
        assert send().later == 0
        clock.turn(seconds=1.001)
    assert waits == sorted(waits)
    assert timedelta(seconds=54) <= waits[0] <= timedelta(seconds=66)
    assert timedelta(minutes=54) <= waits[-1] <= timedelta(minutes=66)
    before = row(databases, mail)["raw"]
    sink.answers = {}
    assert send().sent == 1
    assert [raw for _, _, raw in sink.mails] == [before]


def test_a_soft_refusal_ends_after_the_time_that_was_set(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink, clock: Clock
) -> None:
    mail = queue_mail(databases, templates)
    sink.answers = {"RCPT": "451 4.7.1 greylisted"}
    for _ in range(20):
        send(give_up=timedelta(hours=2))
        clock.turn(minutes=67)
    assert row(databases, mail)["state"] == "failed"
    assert row(databases, mail)["reason"] == "gave up after 2 hours: 451 4.7.1 greylisted"
    assert [event for _, event, _ in told(databases)] == ["failed"]


def test_a_hard_refusal_stops_at_once_and_is_told_on_its_case(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink, clock: Clock
) -> None:
    mail = queue_mail(databases, templates)
    sink.answers = {"RCPT": "550 5.1.1 no such user"}
    assert send().failed == 1
    assert (row(databases, mail)["state"], row(databases, mail)["reason"]) == ("failed", "550 5.1.1 no such user")
    assert told(databases) == [("intake", "failed", "acknowledgment to kim@hosting.example: 550 5.1.1 no such user")]
    sink.answers = {}
    clock.turn(days=9)
    assert not send()
    with databases.desk.begin() as connection:
        outbox.retry(connection, mail, None, clock.now)
    assert send().sent == 1


def test_one_refused_mail_does_not_hold_up_the_next(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink
) -> None:
    for number, to in enumerate(("a@h.example", "b@h.example", "c@h.example")):
        queue_mail(databases, templates, number, to=Address("", to))
    sink.recipients = {"a@h.example": "550 5.1.1 no", "b@h.example": "450 4.2.1 later"}
    counts = send()
    assert (counts.sent, counts.later, counts.failed) == (1, 1, 1)


def test_a_recipient_refused_for_a_while_is_tried_again_alone(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink, clock: Clock
) -> None:
    copies = (Address("", "a@h.example"), Address("", "b@h.example"))
    mail = queue_mail(databases, templates, cc=copies)
    sink.recipients = {"a@h.example": "550 5.1.1 no", "b@h.example": "450 4.2.1 later"}
    assert send().later == 1
    assert told(databases) == [("intake", "failed", "acknowledgment: a@h.example refused: 550 5.1.1 no")]
    sink.recipients = {}
    clock.turn(minutes=2)
    assert send().sent == 1
    assert [to for _, to, _ in sink.mails] == [("kim@hosting.example",), ("b@h.example",)]
    assert row(databases, mail)["state"] == "sent"


def test_a_smarthost_that_is_gone_costs_one_try_for_the_whole_outbox(
    databases: Databases, templates: TemplateSet, clock: Clock
) -> None:
    mails = [queue_mail(databases, templates, number) for number in range(5)]
    asked = 0

    class Gone(SmtpTransport):
        def send(self, mail: sending.OutgoingMail) -> Any:
            nonlocal asked
            asked += 1
            return super().send(mail)

    way = Gone(Outgoing(smtp="127.0.0.1:9", tls="none", timeout_seconds=1), "", "desk.example")
    commits: list[Connection] = []
    event.listen(databases.desk, "commit", commits.append)
    counts = deliver(databases.desk, way, "one", clock)
    # all are taken, the one that was tried is noted, the others are put back
    assert len([each for each in commits if not each.get_execution_options().get("reads")]) == 3
    assert (asked, counts.sent, counts.later) == (1, 0, 1)
    states = [row(databases, mail) for mail in mails]
    assert {state["state"] for state in states} == {"queued"}
    assert [state["tries"] for state in states] == [1, 0, 0, 0, 0]
    assert all("Connection refused" in state["reason"] for state in states)
    assert all(state["next_try_at"] > clock.now + timedelta(seconds=50) for state in states)
    clock.turn(days=5)
    deliver(databases.desk, way, "one", clock)
    assert {row(databases, mail)["state"] for mail in mails} == {"failed"}


def test_a_full_disk_or_missing_folder_leaves_the_mail_queued(
    databases: Databases, templates: TemplateSet, clock: Clock, tmp_path: Path
) -> None:
    mail = queue_mail(databases, templates)
    place = tmp_path / "out"
    place.write_text("in the way")
    deliver(databases.desk, MaildirTransport(place), "one", clock)
    assert row(databases, mail)["state"] == "queued"
    place.unlink()
    clock.turn(minutes=2)
    assert deliver(databases.desk, MaildirTransport(place), "one", clock).sent == 1


def test_a_mail_whose_fate_is_open_is_called_unknown_until_it_is_certain(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink, clock: Clock
) -> None:
    mail = queue_mail(databases, templates)
    sink.before_answer = lambda server: server.transport.abort()
    send()
    assert row(databases, mail)["state"] == "unknown"
    clock.turn(minutes=2)
    sink.before_answer = lambda _server: None
    sink.answers = {"RCPT": "451 4.7.1 later"}
    send()
    assert row(databases, mail)["state"] == "unknown"
    sink.answers = {}
    clock.turn(minutes=5)
    assert send().again == 1
    assert row(databases, mail)["state"] == "sent"
    assert sink.mails[0] == sink.mails[1]
    assert "may have left twice" in told(databases)[-1][2]


def test_a_pass_ends_between_two_mails_when_it_is_asked_to(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink
) -> None:
    mails = [queue_mail(databases, templates, number) for number in range(3)]
    send(keep_going=lambda: not sink.mails)
    states = [(row(databases, mail)["state"], row(databases, mail)["tries"]) for mail in mails]
    assert states == [("sent", 1), ("queued", 0), ("queued", 0)]
    assert send().sent == 2


def test_mails_that_leave_during_one_commit_share_the_next_and_no_sender_runs_far_ahead(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink
) -> None:
    for number in range(AHEAD + 5):
        queue_mail(databases, templates, number)
    begun, goes_on = threading.Event(), threading.Event()
    noted: list[int] = []
    ahead: list[int] = []

    @event.listens_for(databases.desk, "before_cursor_execute")
    def wait(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.startswith("UPDATE") and threading.current_thread().name == "notes":
            noted.append(len(parameters) if many else 1)
            begun.set()
            goes_on.wait(60)

    def answer(_server: Any) -> None:
        ahead.append(len(sink.mails) - len(told(databases)))
        assert len(sink.mails) == 1 or begun.wait(60)

    sink.before_answer = answer
    with ThreadPoolExecutor(1) as pool:
        passing = pool.submit(send)
        eventually(lambda: len(sink.mails) == AHEAD + 1, 30, "the sender to wait")
        goes_on.set()
        assert passing.result(60).sent == AHEAD + 5
    assert max(ahead) == AHEAD + 1
    assert (noted[0], sum(noted)) == (1, AHEAD + 5)
    assert AHEAD - 1 <= noted[1] <= AHEAD


@pytest.mark.sqlite("one transaction writes at a time")
def test_mails_that_leave_while_the_desk_writes_are_noted_in_one_commit(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink
) -> None:
    for number in range(6):
        queue_mail(databases, templates, number)
    arrived, writing = threading.Event(), threading.Event()
    noted: list[int] = []

    @event.listens_for(databases.desk, "before_cursor_execute")
    def count(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if statement.startswith("UPDATE") and threading.current_thread().name == "notes":
            noted.append(len(parameters) if many else 1)

    def answer(_server: Any) -> None:
        arrived.set()
        assert writing.wait(60)

    sink.before_answer = answer
    with ThreadPoolExecutor(1) as pool:
        passing = pool.submit(send)
        assert arrived.wait(60)
        with databases.desk.begin():
            writing.set()
            eventually(lambda: len(sink.mails) == 6, 30, "all to be sent")
        assert passing.result(60).sent == 6
    # the last may still wait for its answer
    assert (noted[0] >= 5, sum(noted)) == (True, 6)


def test_what_has_left_is_noted_whatever_becomes_of_the_next(
    databases: Databases, templates: TemplateSet, clock: Clock, listening: Listening
) -> None:
    class Breaking(SmtpTransport):
        def send(self, mail: sending.OutgoingMail) -> Any:
            if mail.id == mails[1]:
                raise RuntimeError("a fault of ours")
            return super().send(mail)

    mails = [queue_mail(databases, templates, number) for number in range(2)]
    way = Breaking(Outgoing(smtp=listening.place, tls="none", timeout_seconds=5), "", "desk.example")
    with pytest.raises(RuntimeError):
        deliver(databases.desk, way, "one", clock)
    way.close()
    assert [row(databases, mail)["state"] for mail in mails] == ["sent", "sending"]


@pytest.mark.parametrize("times", [TRIES - 1, TRIES])
def test_a_note_that_the_database_refuses_is_made_again_and_a_letter_without_one_goes_out_again(
    times: int, databases: Databases, templates: TemplateSet, send: Pass, sink: Sink, clock: Clock
) -> None:
    mail = queue_mail(databases, templates)
    refused: list[str] = []

    @event.listens_for(databases.desk, "before_cursor_execute")
    def refuse(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if threading.current_thread().name == "notes" and len(refused) < times:
            refused.append(statement)
            raise OperationalError(statement, parameters, Exception("database is locked"))

    if times < TRIES:
        assert send().sent == 1
        assert len(sink.mails) == 1
    else:
        with pytest.raises(OperationalError, match="database is locked"):
            send()
        clock.turn(minutes=4)
        assert send().again == 1
        assert sink.mails[0] == sink.mails[1]
    assert row(databases, mail)["state"] == "sent"
    assert len(told(databases)) == 1


def test_no_mail_is_begun_on_a_lease_that_runs_out(
    databases: Databases, templates: TemplateSet, send: Pass, sink: Sink, clock: Clock
) -> None:
    mails = [queue_mail(databases, templates, number) for number in range(2)]
    sink.before_answer = lambda _server: clock.turn(minutes=6)
    send()
    assert [row(databases, mail)["state"] for mail in mails] == ["sent", "queued"]


def test_waits_grow_to_an_hour_and_differ_from_mail_to_mail() -> None:
    waits = {pause(5, f"{number}@desk.example") for number in range(50)}
    assert len(waits) > 40
    assert all(timedelta(minutes=14) < wait < timedelta(minutes=18) for wait in waits)
    assert pause(10_000, "x") < timedelta(hours=1.1)
