"""A smarthost that refuses some of a letter's recipients for good: what the customer lacks, the desk hears of."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from house import NOW, Home, home, mail
from smarthost import Listening, Sink
from sqlalchemy import select

from intake.config import Outgoing
from intake.core.case.act import Act
from intake.desk import act, erasing
from intake.outbound.deliver import Counts, SmtpTransport, deliver
from intake.store import outbox, tables
from intake.store.audit import audit
from intake.store.engine import reading

ADA, KIM, SAM = "ada@desk.example", "kim@hosting.example", "sam@hosting.example"
ANSWERED, REFUSED, LATER = NOW + timedelta(hours=1), "550 5.1.1 no such user", "451 4.7.1 greylisted"
Send = Callable[[datetime], Counts]


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Home]:
    """A desk with a case whose one reply is queued, with a copy for Sam."""
    with home(tmp_path) as made:
        made.take(mail())
        act.perform(made.house, "OX-1001", Act("cc", SAM, ADA), ANSWERED)
        act.perform(made.house, "OX-1001", Act("reply", "Try again.", ADA), ANSWERED)
        yield made


@pytest.fixture
def send(desk: Home, sink: Sink) -> Iterator[Send]:
    """One pass over SMTP to the sink at an instant."""
    listening = Listening(sink)
    way = SmtpTransport(Outgoing(smtp=listening.place, tls="none", timeout_seconds=5), "", "desk.example")
    yield lambda at: deliver(desk.databases.desk, way, "one", lambda: at)
    way.close()
    listening.stop()


def told(desk: Home) -> list[str]:
    """What the desk was told of letters that did not arrive."""
    kinds = ("desk-undeliverable", "desk-alert")
    return [each["kind"] for each in desk.outbox(desk=True) if each["kind"] in kinds]


def reply(desk: Home) -> dict[str, object]:
    (found,) = [each for each in desk.outbox() if each["kind"] == "reply"]
    return found


def sound(desk: Home) -> bool:
    with reading(desk.databases.reading) as connection:
        return not any(finding.broken for finding in audit(connection))


def takers(sink: Sink, kind: bytes = b"Try again.") -> list[tuple[str, ...]]:
    return [to for _, to, raw in sink.mails if kind in raw]


def test_an_answer_refused_for_the_customer_and_taken_for_a_copy_came_back(desk: Home, sink: Sink, send: Send) -> None:
    due = desk.case().latest("response").due_at  # type: ignore[union-attr]
    sink.recipients = {KIM: REFUSED}
    send(ANSWERED)
    assert takers(sink) == [(SAM,)]
    assert reply(desk)["state"] == "failed"
    desk.tick(ANSWERED)
    desk.tick(ANSWERED)
    assert told(desk) == ["desk-undeliverable"]
    case = desk.case()
    assert "undeliverable" in case.marks
    assert case.running("response").due_at == due  # type: ignore[union-attr]
    said = [each["text"] for each in desk.shown("OX-1001")["history"] if each["event"] == "undeliverable"]
    assert any(f"{REFUSED}; a copy has left for {SAM}" in each for each in said)
    assert sound(desk)


def test_such_an_answer_tried_again_by_a_person_goes_to_the_customer_alone(desk: Home, sink: Sink, send: Send) -> None:
    sink.recipients = {KIM: REFUSED}
    send(ANSWERED)
    sink.recipients = {}
    with desk.databases.desk.begin() as connection:
        outbox.retry(connection, int(str(reply(desk)["id"])), ADA, ANSWERED)
    send(ANSWERED)
    assert takers(sink) == [(SAM,), (KIM,)]
    assert reply(desk)["state"] == "sent"


def test_a_copy_that_waits_while_the_customer_is_refused_still_goes_and_the_answer_came_back(
    desk: Home, sink: Sink, send: Send
) -> None:
    act.perform(desk.house, "OX-1001", Act("cc", "lee@hosting.example", ADA), ANSWERED)
    act.perform(desk.house, "OX-1001", Act("reply", "One more thing.", ADA), ANSWERED)
    sink.recipients = {KIM: REFUSED, SAM: LATER}
    send(ANSWERED)
    sink.recipients = {KIM: REFUSED}
    send(ANSWERED + timedelta(minutes=5))
    assert takers(sink, b"One more thing.") == [("lee@hosting.example",), (SAM,)]
    assert {each["state"] for each in desk.outbox() if each["kind"] == "reply"} == {"failed"}
    desk.tick(ANSWERED + timedelta(minutes=5))
    assert told(desk) == ["desk-undeliverable"]
    assert desk.case().running("response") is not None


@pytest.mark.parametrize("earlier", [False, True])
def test_a_copy_that_is_refused_is_told_once_and_the_customer_has_the_answer(
    desk: Home, sink: Sink, send: Send, earlier: bool
) -> None:
    """At once, or in a later try than the one in which the customer got the letter."""
    sink.recipients = {SAM: LATER if earlier else REFUSED}
    send(ANSWERED)
    desk.tick(ANSWERED)
    assert told(desk) == ([] if earlier else ["desk-alert"])
    sink.recipients = {SAM: REFUSED}
    after = ANSWERED + timedelta(minutes=5)
    send(after)
    desk.tick(after)
    desk.tick(after)
    assert told(desk) == ["desk-alert"]
    assert takers(sink) == [(KIM,)]
    assert reply(desk)["state"] == "sent"
    case = desk.case()
    assert "undeliverable" not in case.marks
    assert case.running("response") is None
    said = [each["text"] for each in desk.shown("OX-1001")["history"] if each["event"] == "copy-undeliverable"]
    assert said == [f"the copy for {SAM} came back for good; the customer's own letter did not"]
    assert sound(desk)


def test_a_copy_that_is_refused_once_a_person_had_it_tried_again_takes_nothing_back(
    desk: Home, sink: Sink, send: Send
) -> None:
    sink.recipients = {SAM: LATER}
    send(ANSWERED)
    with desk.databases.desk.begin() as connection:
        outbox.retry(connection, int(str(reply(desk)["id"])), ADA, ANSWERED)
    sink.recipients = {SAM: REFUSED}
    send(ANSWERED)
    desk.tick(ANSWERED)
    assert reply(desk)["state"] == "sent"
    assert told(desk) == ["desk-alert"]
    assert desk.case().running("response") is None


def test_a_copy_that_waited_until_patience_ran_out_is_told_as_one_that_was_refused(
    desk: Home, sink: Sink, send: Send
) -> None:
    sink.recipients = {SAM: LATER}
    send(ANSWERED)
    late = ANSWERED + timedelta(days=5)
    send(late)
    desk.tick(late)
    assert told(desk) == ["desk-alert"]
    assert reply(desk)["state"] == "sent"
    assert "undeliverable" not in desk.case().marks


def test_a_copy_refused_beside_a_customer_who_waits_is_told_only_once_the_customer_has_the_letter(
    desk: Home, sink: Sink, send: Send
) -> None:
    sink.recipients = {KIM: LATER, SAM: REFUSED}
    act.perform(desk.house, "OX-1001", Act("cc", "lee@hosting.example", ADA), ANSWERED)
    act.perform(desk.house, "OX-1001", Act("reply", "One more thing.", ADA), ANSWERED)
    send(ANSWERED)
    desk.tick(ANSWERED)
    assert told(desk) == []
    sink.recipients = {}
    send(ANSWERED + timedelta(minutes=5))
    desk.tick(ANSWERED + timedelta(minutes=5))
    assert told(desk) == ["desk-alert"]
    with reading(desk.databases.reading) as connection:
        assert outbox.refused_copies(connection) == []


def test_of_a_person_who_was_refused_a_copy_nothing_is_left_once_they_are_erased(
    desk: Home, sink: Sink, send: Send
) -> None:
    sink.recipients = {SAM: f"550 5.1.1 <{SAM}> is unknown"}
    send(ANSWERED)
    erasing.erase(desk.house, SAM, ADA, ANSWERED)
    with reading(desk.databases.reading) as connection:
        rows = connection.execute(select(tables.outgoing)).all()
    assert [row for row in rows if SAM in str(row)] == []
    assert reply(desk)["to"] == KIM
    assert "(erased)" in str(reply(desk)["reason"])
    assert sound(desk)
    desk.tick(ANSWERED)
    assert told(desk) == []
