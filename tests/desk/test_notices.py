"""Notices that people keep reading: in their hours, each once, nothing stale, one letter where many fall together."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from house import FORM, NOW, ROUTE, Home, home, mail, opened

from intake.config import Config
from intake.config.settings import Notices
from intake.core.case.act import Act
from intake.desk import act
from intake.desk.notices import send_notices
from intake.store import people

TRIAGE, LEAD, SECURITY = "triage@desk.example", "lead@desk.example", "security@desk.example"
HOUR = timedelta(hours=1)
# NOW is Monday 10:00 in Berlin; four business hours end at 14:00, the reminder comes at 13:00
REMINDER, DUE = NOW + 3 * HOUR, NOW + 4 * HOUR
LATE_SHIFT = ["Mon-Fri 16:00-20:00"]
OPENING = NOW + 6 * HOUR
SUNDAY_NIGHT = datetime(2026, 11, 22, 22, tzinfo=UTC)
AROUND_THE_CLOCK = FORM.replace("Severity: 2", "Severity: 1")


@contextmanager
def desk_with(folder: Path, **settings: Any) -> Iterator[Home]:
    """A desk whose people have these hours."""
    with home(folder) as made, opened(configured(made.config, **settings), made.databases) as desk:
        yield desk


def configured(config: Config, **settings: Any) -> Config:
    notices = Notices(**({"zone": "Europe/Berlin"} | settings))
    return Config(config.settings.model_copy(update={"notices": notices}), config.file, config.text)


@pytest.fixture
def late(tmp_path: Path) -> Iterator[Home]:
    """Triage is in from 16 to 20 o'clock only; the others around the clock."""
    with desk_with(tmp_path, hours_of={"triage": LATE_SHIFT}) as desk:
        yield desk


def write(desk: Home, number: int, text: str = FORM, now: datetime = NOW, **headers: str) -> None:
    desk.take(mail(text, message_id=f"{number}@hosting.example", subject=f"Matter {number}", **headers), now)


def burst(desk: Home, count: int, text: str = FORM, first: int = 1, routes: tuple[str, ...] = (ROUTE,)) -> None:
    """Mails that come before anybody looks."""
    for number in range(first, first + count):
        desk.keep(mail(text, message_id=f"{number}@x.example", subject=f"Matter {number}"), routes=routes)
    desk.receive()


def told(desk: Home, to: str = TRIAGE) -> list[str]:
    return [each["kind"] for each in desk.outbox(desk=True) if each["to"] == to]


def text_of(desk: Home, kind: str, to: str = TRIAGE, last: bool = False) -> str:
    rows = [each for each in desk.outbox(desk=True) if (each["kind"], each["to"]) == (kind, to)]
    assert last or len(rows) == 1
    part = message_from_bytes(desk.sent(rows[-1]["id"]), policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(part.get_content().split())


def events(desk: Home, reference: str, event: str) -> list[str]:
    return [each["text"] for each in desk.shown(reference)["history"] if each["event"] == event]


def test_many_that_fall_together_are_one_digest_with_what_each_case_needs(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        burst(desk, 4, FORM.replace("Track-ID: T-1\n", ""))
        assert told(desk) == ["desk-digest"]
        said = text_of(desk, "desk-digest")
        for number in range(1, 5):
            assert f"OX-100{number} – Matter {number}" in said
            assert len(events(desk, f"OX-100{number}", "told")) == 1
        assert said.count("New case") == 4
        assert said.count("Next due: Monday, 23 November 2026, 14:00 (Europe/Berlin, CET) (first answer)") == 4
        assert said.count("Missing: Track-ID") == 4
        assert said.count("body=%2Fhave-it") == 4


def test_a_few_that_fall_together_keep_their_own_letters(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        burst(desk, 2)
        assert told(desk) == ["desk-new-case", "desk-new-case"]
        assert "body=%2Fhave-it" in text_of(desk, "desk-new-case", last=True)


def test_a_digest_lists_fifty_cases_and_counts_the_rest(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        burst(desk, 52)
        said = text_of(desk, "desk-digest")
        assert said.count("New case") == 50
        assert "And 2 cases more" in said


def test_outside_a_persons_hours_a_notice_waits_for_the_next_opening_and_others_do_not(late: Home) -> None:
    write(late, 1)
    assert told(late) == []
    late.tick(NOW + 5 * HOUR)
    assert told(late, LEAD) == ["desk-escalated"]
    late.tick(OPENING - timedelta(microseconds=1))
    assert told(late) == []
    late.tick(OPENING)
    assert "desk-new-case" in told(late)
    before = told(late)
    late.tick(OPENING)
    late.tick(OPENING + HOUR)
    assert told(late) == before


def test_what_a_target_around_the_clock_asks_for_waits_for_nobodys_hours(late: Home) -> None:
    write(late, 1, AROUND_THE_CLOCK, SUNDAY_NIGHT)
    late.tick(SUNDAY_NIGHT + HOUR)
    assert told(late) == ["desk-new-case", "desk-missed"]


def test_zim_5_the_alert_to_the_on_call_role_goes_out_at_once_and_the_new_case_waits(tmp_path: Path) -> None:
    with desk_with(tmp_path, hours=["Mon-Fri 09:00-17:00"]) as desk:
        route = "zimbra@support.example"
        desk.take(mail("Severity: 1\nAll is slow.\n", to=route), SUNDAY_NIGHT, routes=[route])
        assert [(each["kind"], each["to"]) for each in desk.outbox(desk=True)] == [
            ("desk-alert", "on-call@desk.example")
        ]
        desk.tick(SUNDAY_NIGHT + 24 * HOUR)
        assert told(desk) == []
        desk.tick(SUNDAY_NIGHT + 34 * HOUR)
        assert "desk-new-case" in told(desk)


def test_after_the_miss_nobody_is_told_that_it_nears(late: Home) -> None:
    write(late, 1)
    for at in (REMINDER, DUE, OPENING):
        late.tick(at)
    assert told(late) == ["desk-new-case", "desk-missed"]
    assert events(late, "OX-1001", "not-told") == [
        "desk-due-soon to triage@desk.example: the promise was missed meanwhile"
    ]


def test_a_case_answered_meanwhile_asks_for_nothing_at_the_opening(late: Home) -> None:
    write(late, 1)
    late.tick(DUE)
    act.perform(late.house, "OX-1001", Act("reply", "It works again.", "ada@desk.example"), DUE + HOUR)
    late.tick(OPENING)
    assert told(late) == []
    assert events(late, "OX-1001", "not-told") == [
        "desk-new-case to triage@desk.example: a person has answered meanwhile",
        "desk-missed to triage@desk.example: the promise runs no more",
    ]


def test_a_mail_after_the_answer_is_told_at_the_opening_with_all_that_was_written(late: Home) -> None:
    write(late, 1)
    act.perform(late.house, "OX-1001", Act("reply", "It works again.", "ada@desk.example"), NOW + HOUR)
    act.perform(late.house, "OX-1001", Act("assign", "triage", "ada@desk.example"), NOW + HOUR)
    write(late, 2, "It does not.\n", NOW + 2 * HOUR, In_Reply_To="<1@hosting.example>")
    write(late, 3, "At all.\n", NOW + 3 * HOUR, In_Reply_To="<1@hosting.example>")
    late.tick(OPENING)
    assert told(late) == ["desk-assigned", "desk-reply"]
    said = text_of(late, "desk-reply")
    assert "It does not." in said
    assert "At all." in said


def test_whoever_says_i_have_it_stops_the_repeats_that_wait_with_their_name_in_the_history(late: Home) -> None:
    write(late, 1)
    late.tick(REMINDER)
    act.perform(late.house, "OX-1001", Act("have-it", "", "ada@desk.example"), REMINDER)
    late.tick(DUE)
    late.tick(OPENING)
    assert told(late) == []
    assert told(late, "ada@desk.example") == ["desk-missed"]
    assert all("ada@desk.example has it" in each for each in events(late, "OX-1001", "not-told"))
    assert events(late, "OX-1001", "have-it") == ["ada@desk.example has it: no more repeats"]


def test_a_restart_between_the_asking_and_the_opening_forgets_and_repeats_nothing(late: Home) -> None:
    write(late, 1)
    with opened(late.config, late.databases) as restarted:
        restarted.tick(OPENING)
    with opened(late.config, late.databases) as again:
        again.tick(OPENING)
        assert told(again).count("desk-new-case") == 1


def test_two_who_tell_at_once_tell_once(late: Home) -> None:
    write(late, 1)
    with opened(late.config, late.databases) as second:
        together, done = threading.Barrier(2), []

        def go(desk: Home) -> None:
            together.wait(10)
            done.append(send_notices(desk.house, OPENING))

        threads = [threading.Thread(target=go, args=(each,)) for each in (late, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
    assert sum(done) == 1
    assert told(late) == ["desk-new-case"]


def test_threat_49_a_clock_that_was_a_year_ahead_delays_no_notice_by_a_year(late: Home) -> None:
    write(late, 1, now=NOW + timedelta(days=365))
    late.tick(NOW + timedelta(days=365))
    assert told(late) == []
    late.tick(NOW)
    late.tick(OPENING)
    assert told(late) == ["desk-new-case"]
    late.tick(OPENING + timedelta(days=365))
    assert told(late).count("desk-new-case") == 1


def test_hours_and_instants_are_those_of_the_readers_own_zone(tmp_path: Path) -> None:
    with desk_with(tmp_path, hours=["Mon-Fri 09:00-17:00"]) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [people.Agent(TRIAGE, "Tri", "America/New_York")])
        write(desk, 1)
        desk.tick(NOW + 5 * HOUR - timedelta(microseconds=1))
        assert told(desk) == []
        desk.tick(NOW + 5 * HOUR)
        assert "08:00 (America/New_York, EST)" in text_of(desk, "desk-new-case")


def test_an_alert_at_once_has_its_readers_own_zone(tmp_path: Path) -> None:
    with desk_with(tmp_path, hours=["Mon-Fri 09:00-17:00"]) as desk:
        with desk.databases.desk.begin() as connection:
            people.save_agents(connection, [people.Agent("on-call@desk.example", "Oncall", "Asia/Tokyo")])
        route = "zimbra@support.example"
        desk.take(mail("Severity: 1\nAll is slow.\n", to=route), SUNDAY_NIGHT, routes=[route])
        said = text_of(desk, "desk-alert", "on-call@desk.example")
        assert "07:00 (Asia/Tokyo, JST)" in said
        assert "Europe/Berlin" not in said


def test_zit_5_a_digest_never_tells_of_a_private_case_among_others(tmp_path: Path) -> None:
    with home(tmp_path) as made:
        settings = made.config.settings
        roles = settings.roles | {"triage": [TRIAGE], "security": [TRIAGE]}
        both = Config(settings.model_copy(update={"roles": roles}), made.config.file, made.config.text)
        with opened(both, made.databases) as desk:
            for number in range(1, 4):
                desk.keep(mail(message_id=f"{number}@x.example"))
                private = mail(message_id=f"{number}@y.example", subject="A hole", to="security@support.example")
                desk.keep(private, routes=["security@support.example"])
            desk.receive()
            rows = desk.outbox(desk=True)
            texts = [desk.sent(each["id"]).decode() for each in rows]
            assert [each["kind"] for each in rows] == ["desk-digest", "desk-digest"]
            assert sorted("A hole" in each for each in texts) == [False, True]
            assert sorted("OX-100" in each for each in texts) == [False, True]
            assert all(("A hole" in each) != ("OX-100" in each) for each in texts)


def test_a_step_of_the_ladder_tells_which_it_is_since_when_and_who_was_told_before(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        write(desk, 1)
        for hours in range(1, 30):
            desk.tick(NOW + hours * HOUR)
        said = text_of(desk, "desk-escalated", "manager@desk.example")
        promise = "first answer, due Monday, 23 November 2026, 14:00 (Europe/Berlin, CET)"
        assert "Step: 2 of 2, since Tuesday, 24 November 2026, 10:00 (Europe/Berlin, CET)" in said
        assert (
            f"Told before: {TRIAGE}, Monday, 23 November 2026, 13:00 (Europe/Berlin, CET) – due soon: {promise}" in said
        )
        assert (
            f"Told before: {TRIAGE}, Monday, 23 November 2026, 14:00 (Europe/Berlin, CET) – missed: {promise}" in said
        )
        assert (
            f"Told before: {LEAD}, Monday, 23 November 2026, 15:00 (Europe/Berlin, CET) – escalated, step 1: {promise}"
            in said
        )
        assert "because a promise to the customer has not been kept" in said


def test_two_steps_of_ladders_that_fall_together_are_one_letter_that_says_which_promises(tmp_path: Path) -> None:
    with home(tmp_path) as desk:
        burst(desk, 2)
        desk.tick(DUE + HOUR)
        assert told(desk, LEAD) == ["desk-digest"]
        said = text_of(desk, "desk-digest", LEAD)
        assert said.count("Escalated to you, step 1") == 2
        assert said.count("first answer, due Monday, 23 November 2026, 14:00 (Europe/Berlin, CET), overdue by 1 h") == 2


def test_an_escalation_that_the_customer_asks_for_says_so(tmp_path: Path) -> None:
    with home(tmp_path, customers="") as desk:
        route = "zitadel@support.example"
        desk.take(mail("Escalate, please.\n", to=route, subject="Escalation"), routes=[route])
        said = text_of(desk, "desk-escalated", "manager@desk.example")
        assert "comes to you: the customer asks for escalation (non-urgent)" in said


def test_in_shadow_mode_held_notices_do_not_leave_either(tmp_path: Path) -> None:
    with home(tmp_path, {"answers.shadow": True}) as desk:
        burst(desk, 3)
        assert [(each["kind"], each["state"]) for each in desk.outbox(desk=True)] == [("desk-digest", "withheld")]
