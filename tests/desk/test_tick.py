"""Time: each notice once, in its order, whatever the scheduler, the clock and other processes do."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from house import FORM, NOW, Home, home, mail, opened

from intake.core.case.act import Act
from intake.desk import act

# opened Monday 10:00 in Berlin, four business hours: due 14:00, reminded at 75 %, the ladder 1 and 4 hours later
DUE = NOW + timedelta(hours=4)
REMINDER = NOW + timedelta(hours=3)
LEAD = DUE + timedelta(hours=1)
MANAGER = NOW + timedelta(days=1)
LADDER = ["desk-due-soon", "desk-missed", "desk-escalated", "desk-escalated"]


@pytest.fixture
def waiting(desk: Home) -> Home:
    desk.take(mail())
    return desk


def told(desk: Home) -> list[str]:
    return [each["kind"] for each in desk.outbox(desk=True) if each["kind"] != "desk-new-case"]


def test_each_step_is_taken_at_its_instant_and_not_before(waiting: Home) -> None:
    for at, kind, to in [
        (REMINDER, "desk-due-soon", "triage@desk.example"),
        (DUE, "desk-missed", "triage@desk.example"),
        (LEAD, "desk-escalated", "lead@desk.example"),
        (MANAGER, "desk-escalated", "manager@desk.example"),
    ]:
        before = told(waiting)
        assert waiting.tick(at - timedelta(microseconds=1)) == 0
        assert waiting.tick(at) == 1
        assert waiting.tick(at) == 0
        assert told(waiting) == [*before, kind]
        assert waiting.outbox(desk=True)[-1]["to"] == to
    assert waiting.tick(NOW + timedelta(days=400)) == 0
    assert "escalated" in waiting.case().marks
    assert waiting.case().latest("response").missed_at == DUE  # type: ignore[union-attr]


def test_a_restart_repeats_nothing(waiting: Home) -> None:
    waiting.tick(DUE)
    with opened(waiting.config, waiting.databases) as restarted:
        assert restarted.tick(DUE) == 0
        assert restarted.tick(LEAD) == 1
    assert told(waiting) == ["desk-due-soon", "desk-missed", "desk-escalated"] or told(waiting) == [
        "desk-missed",
        "desk-escalated",
    ]


def test_a_reply_in_time_ends_the_chase(waiting: Home) -> None:
    act.perform(waiting.house, "OX-1001", Act("reply", "Hello", "ada@desk.example"), NOW + timedelta(hours=1))
    assert waiting.tick(NOW + timedelta(days=30)) == 0
    assert told(waiting) == []


def test_two_who_tick_at_once_tell_once(waiting: Home) -> None:
    with opened(waiting.config, waiting.databases) as second:
        together, done = threading.Barrier(2), []

        def go(desk: Home) -> None:
            together.wait(10)
            done.append(desk.tick(DUE))

        threads = [threading.Thread(target=go, args=(each,)) for each in (waiting, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sum(done) == 1
    assert told(waiting).count("desk-missed") == 1


@pytest.fixture
def incomplete(tmp_path: Path) -> Iterator[Home]:
    with home(tmp_path) as desk:
        desk.take(mail("It is broken.\n"))
        yield desk


def silent_until_closed(desk: Home, at: datetime) -> list[tuple[str, datetime]]:
    """Ticks every six hours until the case is closed; what went to the customer, and when."""
    seen: list[tuple[str, datetime]] = []
    while desk.case().state != "closed" and at < NOW + timedelta(days=60):
        at += timedelta(hours=6)
        count = len(desk.outbox())
        desk.tick(at)
        seen += [(each["kind"], at) for each in desk.outbox()[count:]]
    return seen


def test_silence_is_reminded_of_twice_and_then_closes_the_case(incomplete: Home) -> None:
    seen = silent_until_closed(incomplete, NOW)
    assert [kind for kind, _ in seen] == ["reminder", "reminder", "closed-for-silence"]
    first, second, closed = (at for _, at in seen)
    # 2, 5 and 10 business days after a Monday morning
    assert timedelta(days=2) <= first - NOW < timedelta(days=3)
    assert timedelta(days=7) <= second - NOW < timedelta(days=8)
    assert timedelta(days=14) <= closed - NOW < timedelta(days=15)
    incomplete.take(
        mail("Sorry for the wait.\n", message_id="late@hosting.example", In_Reply_To="<one@hosting.example>"),
        closed + timedelta(days=1),
    )
    assert incomplete.case().state == "open"


@pytest.mark.parametrize("wrote", [False, True])
def test_a_reminder_says_that_the_case_will_be_closed_only_where_it_would_be(incomplete: Home, wrote: bool) -> None:
    if wrote:
        part = mail("Severity: 2\n", message_id="2@hosting.example", In_Reply_To="<one@hosting.example>")
        incomplete.take(part, NOW + timedelta(hours=1))
    incomplete.tick(NOW + timedelta(days=4))
    (reminder,) = [each for each in incomplete.outbox() if each["kind"] == "reminder"]
    body = message_from_bytes(incomplete.sent(reminder["id"]), policy=policy.default).get_body(("plain",))
    assert body is not None
    said = " ".join(body.get_content().split())
    assert ("we close the case" in said) != wrote
    assert ("your answer lands on the same case" in said) == wrote


def test_after_a_long_standstill_a_customer_is_not_reminded_and_closed_at_once(incomplete: Home) -> None:
    later = NOW + timedelta(days=30)
    incomplete.tick(later)
    assert incomplete.case().state != "closed"
    assert [each["kind"] for each in incomplete.outbox()].count("reminder") == 1
    seen = silent_until_closed(incomplete, later)
    assert [kind for kind, _ in seen] == ["reminder", "closed-for-silence"]


def test_a_case_that_cannot_be_chased_does_not_hold_up_the_others(waiting: Home) -> None:
    waiting.take(
        mail(FORM + "b", sender="b@telco.example", message_id="b@telco.example"), envelope_from="b@telco.example"
    )
    with waiting.databases.desk.begin() as connection:
        connection.exec_driver_sql("UPDATE cases SET policy = 'gone' WHERE reference = 'OX-1001'")
    waiting.tick(NOW + timedelta(days=3))
    assert {each["case"] for each in waiting.outbox(desk=True) if each["kind"] == "desk-missed"} == {"OX-1002"}
