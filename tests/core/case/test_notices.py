"""Notices that waited: which still say something, and that none is lost on the way."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from intake.core.case.case import Case, Notice, NoticeKind
from intake.core.case.notices import NOBODY, Held, Since, at_any_hour, collapsed, of_people, overtaken
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence

HOUR = timedelta(hours=1)
KINDS: tuple[NoticeKind, ...] = (
    "desk-new-case",
    "desk-due-soon",
    "desk-missed",
    "desk-escalated",
    "desk-reply",
    "desk-alert",
    "desk-undeliverable",
)


def held(number: int, kind: NoticeKind, at: datetime, clock: int | None = None, text: str = "", step: int = 0) -> Held:
    notice = Notice(kind, "triage", Sentence(text), clock, step)
    return Held(number, 1, "triage@desk.example", "triage", notice, f"words {number}", at)


@pytest.fixture
def case(policy: Policy, opening: Callable[..., Opening], monday: datetime) -> Case:
    """A case of severity 2 whose response clock runs, number 1."""
    fields = read_fields(policy.specs, ["Severity: 2\nSystem: Linux\nSteps:\nstart it"])
    return open_case(policy, opening(fields=fields), monday).case


def test_of_one_promise_only_the_gravest_is_left(case: Case, monday: datetime) -> None:
    before_due = monday + HOUR
    some = [
        held(1, "desk-due-soon", monday, 1),
        held(2, "desk-missed", monday, 1),
        held(3, "desk-escalated", monday, 1, step=1),
    ]
    left, stale = collapsed(case, some, NOBODY, before_due)
    assert [each.id for each in left] == [3]
    assert [(each.id, why) for each, why in stale] == [
        (1, "overtaken by desk-missed"),
        (2, "overtaken by desk-escalated"),
    ]


def test_mails_become_one_with_the_words_of_all(case: Case, monday: datetime) -> None:
    some = [held(1, "desk-new-case", monday), held(2, "desk-reply", monday), held(3, "desk-reply", monday)]
    (left,), stale = collapsed(case, some, NOBODY, monday + HOUR)
    assert (left.id, left.also, stale) == (1, (2, 3), [])
    assert left.excerpt == "words 1\n\nwords 2\n\nwords 3"


def test_alerts_about_different_things_stay_and_the_same_one_is_told_once(case: Case, monday: datetime) -> None:
    some = [
        held(1, "desk-alert", monday, text="a flood"),
        held(2, "desk-alert", monday, text="a stranger"),
        held(3, "desk-alert", monday, text="a flood"),
    ]
    left, stale = collapsed(case, some, NOBODY, monday + HOUR)
    assert ([each.id for each in left], stale) == ([3, 2], [])
    assert left[0].also == (1,)


def test_what_was_asked_for_after_the_answer_or_after_the_closing_is_told(case: Case, monday: datetime) -> None:
    answered = Since(answered_at=monday)
    assert overtaken(case, held(1, "desk-reply", monday + HOUR), answered, monday + 2 * HOUR) == ""
    assert overtaken(case, held(1, "desk-reply", monday - HOUR), answered, monday + 2 * HOUR) != ""
    spam = replace(case.marked("spam"), state="closed", closed_at=monday)
    assert overtaken(spam, held(1, "desk-reply", monday + HOUR), NOBODY, monday + 2 * HOUR) == ""
    assert overtaken(spam, held(1, "desk-alert", monday - HOUR), NOBODY, monday) == "the case was closed as spam"


def test_only_a_promise_around_the_clock_keeps_to_nobodys_hours(
    policy: Policy, opening: Callable[..., Opening], case: Case, monday: datetime
) -> None:
    notice = Notice("desk-new-case", "triage")
    grave = open_case(policy, opening(fields=read_fields(policy.specs, ["Severity: 1"])), monday).case
    information = next(each for each in grave.clocks if each.kind == "information")
    assert at_any_hour(policy, grave, notice)
    assert at_any_hour(policy, grave, replace(notice, clock=1))
    assert not at_any_hour(policy, grave, replace(notice, clock=information.number))
    assert not at_any_hour(policy, case, notice)


# the case is a frozen value: no example changes it for the next
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_every_notice_is_told_or_has_a_reason_and_none_is_both(
    data: st.DataObject, case: Case, monday: datetime
) -> None:
    count = data.draw(st.integers(1, 12))
    some = [
        held(
            number,
            data.draw(st.sampled_from(KINDS)),
            monday + data.draw(st.integers(0, 9)) * HOUR,
            data.draw(st.sampled_from([None, 1, 7])),
            data.draw(st.sampled_from(["", "x"])),
            data.draw(st.integers(0, 3)),
        )
        for number in range(count)
    ]
    instants = st.none() | st.integers(0, 9).map(lambda hours: monday + hours * HOUR)
    since = Since(data.draw(instants), data.draw(instants), "ada@desk.example")
    closed = data.draw(instants)
    now_is = replace(case, state="closed", closed_at=closed) if closed else case
    left, stale = collapsed(now_is, some, since, monday + 9 * HOUR)
    told = [number for each in left for number in (each.id, *each.also)]
    assert sorted([*told, *(each.id for each, _ in stale)]) == list(range(count))
    assert all(why for _, why in stale)
    chases = [
        each.notice.clock for each in left if each.notice.kind in ("desk-due-soon", "desk-missed", "desk-escalated")
    ]
    assert len(chases) == len(set(chases))


@given(queues=st.lists(st.sampled_from(["", "security", "legal"]), min_size=1, max_size=20))
def test_no_letter_mixes_queues_or_recipients(queues: list[str], monday: datetime) -> None:
    people = ("a@desk.example", "b@desk.example")
    some = [
        replace(held(number, "desk-new-case", monday), case_id=number, recipient=people[number % 2])
        for number in range(len(queues))
    ]
    groups = list(of_people(some, dict(enumerate(queues))))
    assert sorted(each.id for group in groups for each in group) == list(range(len(queues)))
    for group in groups:
        assert len({(each.recipient, queues[each.case_id]) for each in group}) == 1
