"""A replay reckons the same as the desk did, and shows what another policy would change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from full import TEXT, full
from hypothesis import given
from hypothesis import strategies as st

from intake.core.case.backtest import Backtest, Figure, Past, PastClock, differences
from intake.core.case.case import Case, Customer, Pause
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.core.policy.policy import load_policy

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = MONDAY + timedelta(days=60)
GOLD = Customer(1, "Gold Mine", "full", plan="gold", domains=("gold.example",))
BASIC = Customer(2, "Basic Works", "full", domains=("basic.example",), zone="Asia/Tokyo", hours={"2": "24x7"})
WORDS = ["outage", "how do I", "Severity: 1", "Severity: 2", "Business impact: all"]


def opened(customer: Customer | None, text: str, at: datetime = MONDAY) -> Case:
    made = Opening(
        "FU-1", "full@support.example", "full", "email", customer, Address("", "kim@somewhere.example"), "A request",
        f"A request\n{text}", "en", at, read_fields(full().specs, [text]),
    )  # fmt: skip
    return open_case(full(), made, at).case


def past(case: Case, customer: Customer | None, text: str) -> Past:
    clocks = [
        PastClock(clock.kind, clock.severity, clock.started_at, clock.ended_at, clock.pauses)
        for clock in case.clocks
        if clock.kind in ("response", "update", "resolution")
    ]
    return Past(
        case.reference, case.channel, case.plan, case.contact.address, customer, case.region, case.country, case.fields,
        case.tags, f"{case.subject}\n{text}", case.opened_at, tuple(clocks),
    )  # fmt: skip


def changes(text: str, case: Past, now: datetime = LATER) -> dict[str, tuple[Figure, Figure]]:
    test = Backtest(full(), load_policy(text, "changed"), now)
    found = differences(case.reference, *test.figures(case), test.zone(case))
    return {each.what: (each.was, each.becomes) for each in found}


@given(
    customer=st.sampled_from([GOLD, BASIC, None]),
    words=st.lists(st.sampled_from(WORDS), max_size=3),
    minutes=st.integers(0, 60 * 24 * 400),
)
def test_under_the_same_policy_the_replay_has_the_figures_that_the_opening_gave(
    customer: Customer | None, words: list[str], minutes: int
) -> None:
    text = "\n".join(words)
    case = opened(customer, text, MONDAY + timedelta(minutes=minutes))
    stored = past(case, customer, text)
    was, becomes = Backtest(full(), full(), LATER + timedelta(days=800)).figures(stored)
    assert was == becomes
    assert was["severity"] == (case.severity, case.because[0].clause)
    for clock in case.clocks:
        if clock.kind in ("response", "resolution"):
            assert was[f"{clock.kind} due"][0] == clock.due_at


def test_a_changed_target_changes_due_time_and_miss_with_the_clause_of_each_side() -> None:
    case = opened(BASIC, "Severity: 1")
    answered = replace(case.clocks[0], ended_at=MONDAY + timedelta(hours=3))
    stored = past(replace(case, clocks=(answered,)), BASIC, "Severity: 1")
    changed = TEXT.replace('1 = "1 to 2 hours", 2', '1 = "4 hours, 24x7", 2').replace(
        'clause = "F-1"\n\n[[targets]]\nclock = "response"\ntags',
        'clause = "F-2"\n\n[[targets]]\nclock = "response"\ntags',
    )
    found = changes(changed, stored)
    assert found["response missed"] == ((True, "F-1"), (False, "F-2"))
    assert found["response due"][1] == (MONDAY + timedelta(hours=4), "F-2")


def test_a_changed_rule_changes_severity_and_what_rests_on_it() -> None:
    stored = past(opened(GOLD, "everything is down"), GOLD, "everything is down")
    changed = TEXT.replace(
        "[[severity_rules]]\nseverity = 3", '[[severity_rules]]\nwhen = { example = true }\nseverity = "example"\n'
        'because = "x"\nclause = "F-4"\n\n[[severity_rules]]\nseverity = 3'
    )  # fmt: skip
    found = changes(changed, stored)
    assert found["severity"] == ((3, "house"), (1, "F-4"))
    assert found["response due"] == ((None, "F-1"), (MONDAY + timedelta(minutes=30), "F-1"))


def test_a_severity_that_a_person_set_stays_on_later_clocks() -> None:
    case = opened(GOLD, "Severity: 2")
    update = PastClock("update", 1, MONDAY, MONDAY + timedelta(hours=5))
    stored = past(case, GOLD, "Severity: 2")
    stored = replace(stored, clocks=(*stored.clocks, update))
    changed = TEXT.replace('severity = { 1 = "4 hours, 24x7"', 'severity = { 1 = "6 hours, 24x7"')
    assert changes(changed, stored)["update missed"] == ((True, "F-1"), (False, "F-1"))


def test_a_tag_that_a_person_gave_counts_and_one_of_the_rules_is_judged_anew() -> None:
    stored = past(opened(BASIC, "Severity: 1"), BASIC, "Severity: 1")
    friday_night = datetime(2026, 11, 27, 22, tzinfo=UTC)
    tagged = replace(stored, tags=frozenset({"critical"}), opened_at=friday_night)
    changed = TEXT.replace('{ 1 = "1 to 2 hours, 24x7" }', '{ 1 = "1 to 3 hours, 24x7" }')
    due = changes(changed, tagged)["response due"]
    assert [at - friday_night for at, _ in due] == [timedelta(hours=2), timedelta(hours=3)]
    by_rule = replace(tagged, text="an outage")
    due = changes(TEXT.replace('words = ["outage"]', 'words = ["another"]'), by_rule)["response due"]
    assert due[1][0] > due[0][0]


def test_a_resolution_is_later_by_its_pauses_and_misses_nothing_while_it_stands_still() -> None:
    start = MONDAY
    pause = Pause(start + timedelta(hours=1), start + timedelta(hours=3), "waits")
    stored = past(opened(GOLD, "Severity: 1"), GOLD, "Severity: 1")
    first = stored.clocks[0]
    clock = PastClock("resolution", 1, start, start + timedelta(hours=9), (pause,))
    figures, _ = Backtest(full(), full(), LATER).figures(replace(stored, clocks=(first, clock)))
    assert figures["resolution due"][0] == start + timedelta(hours=10)
    assert figures["resolution missed"][0] is False
    still = replace(clock, ended_at=None, pauses=(replace(pause, end=None),))
    figures, _ = Backtest(full(), full(), LATER).figures(replace(stored, clocks=(first, still)))
    assert figures["resolution missed"][0] is False


def test_old_mail_without_clocks_has_a_severity_alone() -> None:
    stored = replace(past(opened(GOLD, "Severity: 1"), GOLD, "Severity: 1"), clocks=())
    was, _ = Backtest(full(), full(), LATER).figures(stored)
    assert set(was) == {"severity"}


@pytest.mark.parametrize("plan", [None, "basic"])
def test_the_fallback_plan_is_each_versions_own(plan: str | None) -> None:
    stored = replace(past(opened(BASIC, "Severity: 2"), None, "Severity: 2"), plan=plan, customer=BASIC)
    changed = TEXT.replace('fallback_plan = "basic"', 'fallback_plan = "gold"')
    was, becomes = changes(changed, stored)["response due"]
    assert was[0] - becomes[0] == timedelta(hours=2)
