"""Senders at work: awake once there are letters, patient where the way out is shut, done with all when they end."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from house import Home, home, mail, opened
from running import eventually
from smarthost import Listening, Sink

from intake import app
from intake.app.senders import Senders
from intake.errors import IntakeError
from intake.store import outbox

NEVER = 3_600.0
SECONDS = 60


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def desk(tmp_path: Path, sink: Sink) -> Iterator[Home]:
    server = Listening(sink)
    with home(tmp_path, {"outgoing.smtp": server.place, "outgoing.tls": "none", "outgoing.connections": 1}) as made:
        yield made
    server.stop()


@contextmanager
def sending(desk: Home, seconds: float, worked: Callable[[], object] = lambda: None) -> Iterator[Senders]:
    senders = Senders(desk.config, desk.databases.desk, "these", seconds, threading.Event(), worked)
    senders.start()
    try:
        yield senders
    finally:
        senders.close()


@contextmanager
def another(desk: Home) -> Iterator[Home]:
    """The desk of another process."""
    databases = app.open_store(desk.config)
    try:
        with opened(desk.config, databases) as made:
            yield made
    finally:
        databases.close()


def take(desk: Home, number: int) -> None:
    """A mail comes and is decided, which queues letters."""
    sender = f"kim{number}@hosting.example"
    desk.keep(mail(sender=sender, message_id=f"{number}@hosting.example"), at=app.now(), envelope_from=sender)
    desk.receive(app.now())


def states(desk: Home) -> set[str]:
    return {each["state"] for each in desk.outbox() + desk.outbox(desk=True)}


def test_a_letter_leaves_once_it_is_queued_without_anybody_waking_who_sends(desk: Home) -> None:
    looks = threading.Semaphore(0)
    with sending(desk, NEVER, looks.release):
        # before it takes letters, and after it found none
        assert all(looks.acquire(timeout=SECONDS) for _ in range(2))
        take(desk, 1)
        eventually(lambda: states(desk) == {"sent"}, SECONDS, "what is queued to leave")


def test_a_letter_leaves_once_a_person_lets_it_go(desk: Home) -> None:
    take(desk, 1)
    with desk.databases.desk.begin() as connection:
        held = [each["id"] for each in desk.outbox() + desk.outbox(desk=True)]
        for each in held:
            outbox.withhold(connection, each, "kim", app.now())
    looks = threading.Semaphore(0)
    with sending(desk, NEVER, looks.release):
        assert all(looks.acquire(timeout=SECONDS) for _ in range(2))
        with desk.databases.desk.begin() as connection:
            for each in held:
                outbox.release(connection, each, "kim", app.now())
        eventually(lambda: states(desk) == {"sent"}, SECONDS, "what was let go to leave")


def test_a_letter_that_another_process_queued_leaves_where_senders_hear_of_it_and_else_at_their_next_look(
    desk: Home, sink: Sink
) -> None:
    looks = threading.Semaphore(0)
    with sending(desk, NEVER, looks.release) as senders, another(desk) as other:
        assert all(looks.acquire(timeout=SECONDS) for _ in range(2))
        take(other, 1)
        assert sink.mails == []
        senders.wake()
        eventually(lambda: states(desk) == {"sent"}, SECONDS, "what is queued to leave")
    looks = threading.Semaphore(0)
    with sending(desk, 0.01, looks.release), another(desk) as other:
        assert all(looks.acquire(timeout=SECONDS) for _ in range(2))
        take(other, 2)
        eventually(lambda: states(desk) == {"sent"}, SECONDS, "what is queued to leave")


def test_a_smarthost_that_is_shut_is_not_asked_again_for_each_letter_that_comes(desk: Home, sink: Sink) -> None:
    sink.answers = {"MAIL": "421 4.3.2 closing"}
    take(desk, 1)
    looks = threading.Semaphore(0)
    with sending(desk, NEVER, looks.release) as senders:
        # before it takes letters, before it sends one, and after it
        assert all(looks.acquire(timeout=SECONDS) for _ in range(3))
        take(desk, 2)
        senders.wake()
        assert not looks.acquire(timeout=0.5)
    assert sink.connections == 1


def test_senders_that_end_have_noted_all_that_left(desk: Home, sink: Sink) -> None:
    for number in range(30):
        take(desk, number)
    left = threading.Event()
    sink.before_answer = lambda _server: left.set()
    with sending(desk, NEVER):
        assert left.wait(SECONDS)
    assert "notes" not in {thread.name for thread in threading.enumerate()}
    letters = desk.outbox() + desk.outbox(desk=True)
    assert {each["state"] for each in letters} <= {"sent", "queued"}
    assert sum(each["state"] == "sent" for each in letters) == len(sink.mails)


def test_senders_whose_password_is_not_there_do_not_start(tmp_path: Path) -> None:
    login = {"outgoing.smtp": "mx.example:587", "outgoing.username": "desk", "outgoing.password": "file:gone"}
    with home(tmp_path, login) as desk, pytest.raises(IntakeError, match="gone"), sending(desk, NEVER):
        pass
