"""The Zerto policy, clause by clause, from the mail to what becomes of the case."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from matter import Matter, known, opened, shipped

from intake.core.case.case import Case
from intake.core.case.work_list import rank, why

POLICY = shipped("zerto")
NEW_YORK = ZoneInfo("America/New_York")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=NEW_YORK)
COMPLETE = "Product Version: 9.7\nBuild: 1234\nProblem description:\nIt stops.\nBusiness impact:\nBackups wait.\n"


def at(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type, misc]


def mailed(text: str, plan: str = "standard", when: datetime = MONDAY, **record: Any) -> Matter:
    return opened("zerto", when, text, known("zerto", plan=plan, **record))


@pytest.mark.parametrize(
    ("zone", "opened_at", "due"),
    [
        # Severity 2 of Standard is one business day of the customer's
        ("Asia/Tokyo", (2026, 11, 27, 16), (2026, 11, 30, 16)),
        ("Asia/Tokyo", (2026, 11, 28, 16), (2026, 12, 1, 9)),
        ("Europe/London", (2026, 11, 23, 8, 59), (2026, 11, 24, 9)),
        ("Europe/London", (2026, 11, 23, 17), (2026, 11, 25, 9)),
        ("Europe/London", (2026, 11, 23, 16, 59, 59), (2026, 11, 24, 16, 59, 59)),
        # no holidays are named, so none closes: Thanksgiving, Christmas, New Year's Day
        ("America/New_York", (2026, 11, 25, 11), (2026, 11, 26, 11)),
        ("America/New_York", (2026, 12, 24, 11), (2026, 12, 25, 11)),
        ("Asia/Kolkata", (2026, 12, 31, 9, 30), (2027, 1, 1, 9, 30)),
        # clocks go back on Sunday 1 November 2026, forward in Sydney on 4 October
        ("America/New_York", (2026, 10, 30, 15), (2026, 11, 2, 15)),
        ("Australia/Sydney", (2026, 10, 2, 15), (2026, 10, 5, 15)),
        # a business day of the customer's, whatever the day is elsewhere
        ("Pacific/Kiritimati", (2026, 11, 23, 9), (2026, 11, 24, 9)),
    ],
)
def test_zer_1_a_business_day_is_monday_to_friday_9_to_17_in_the_customers_zone(
    zone: str, opened_at: tuple[int, ...], due: tuple[int, ...]
) -> None:
    assert mailed("Severity: 2", when=at(zone, *opened_at), zone=zone).due("response") == at(zone, *due)


def test_zer_1_without_a_zone_on_record_new_york_counts() -> None:
    night = at("Europe/Berlin", 2026, 11, 23, 9)
    for case in (mailed("Severity: 2", when=night, country="DE"), opened("zerto", night, "Severity: 2", None)):
        assert case.due("response") == at("America/New_York", 2026, 11, 24, 9)


FRIDAY = at("America/New_York", 2026, 11, 27, 15)
FRIDAY_DUE = {
    ("standard", 1): (2026, 11, 27, 19),
    ("standard", 2): (2026, 11, 30, 15),
    ("standard", 3): (2026, 12, 2, 15),
    ("standard", 4): (2026, 12, 4, 15),
    ("premium", 1): (2026, 11, 27, 16),
    ("premium", 2): (2026, 11, 27, 20),
    ("premium", 3): (2026, 11, 30, 15),
    ("premium", 4): (2026, 12, 2, 15),
}


@pytest.mark.parametrize(("plan", "severity"), FRIDAY_DUE)
def test_zer_2_the_whole_table_of_targets(plan: str, severity: int) -> None:
    case = mailed(f"Severity: {severity}", plan, FRIDAY)
    assert case.due("response") == at("America/New_York", *FRIDAY_DUE[plan, severity])
    assert case.case.running("response").because[0].clause == "ZER-2"  # type: ignore[union-attr]


def test_zer_2_who_is_on_no_record_is_served_as_standard() -> None:
    assert opened("zerto", FRIDAY, "Severity: 2", None).due("response") == at("America/New_York", 2026, 11, 30, 15)


@pytest.mark.parametrize(
    ("plan", "severity", "around_the_clock"),
    [("standard", 1, True), ("standard", 2, False), ("premium", 1, True), ("premium", 2, True), ("premium", 3, False)],
)
def test_zer_3_these_targets_alone_count_outside_business_hours(
    plan: str, severity: int, around_the_clock: bool
) -> None:
    clock = mailed(f"Severity: {severity}", plan, at("Asia/Tokyo", 2026, 11, 28, 22), zone="Asia/Tokyo").case.clocks[0]
    assert (clock.calendar == "24x7") == around_the_clock
    assert clock.due_at is not None
    assert (clock.due_at - clock.started_at < timedelta(hours=6)) == around_the_clock


def test_zer_3_what_was_agreed_with_the_customer_is_recorded_and_moves_no_clock() -> None:
    case = mailed("Severity: 1", "premium")
    before = case.case.clocks
    case.does(MONDAY + timedelta(minutes=20), "agreed", "a call at 18:00")
    assert case.events("agreed") == ["agreed with the customer: a call at 18:00"]
    assert case.case.clocks == before


@pytest.mark.parametrize(
    ("text", "severity", "example"),
    [
        ("Our live failover failed.", 1, "Failed failover live"),
        ("The production failover did not complete.", 1, "Failed failover live"),
        ("We tried a failover live and it crashed.", 1, "Failed failover live"),
        ("Das Live-Failover ist leider fehlgeschlagen.", 1, "Failed failover live"),
        ("Zerto is completely unusable.", 1, "Zerto is unusable"),
        ("We can't use Zerto at all.", 1, "Zerto is unusable"),
        ("Replication's down for every VPG.", 1, "Zerto is unusable"),
        ("The host shows a purple screen.", 1, "Active blue/purple screen"),
        ("PSODs on two hosts", 1, "Active blue/purple screen"),
        ("Wir haben einen Bluescreen.", 1, "Active blue/purple screen"),
        ("We need 24/7 focus on this.", 1, "Issue requiring 24×7 focus"),
        ("The failover test failed again.", 2, "Failed failover test"),
        ("A test failover of two VMs did not work.", 2, "Failed failover test"),
        ("Der Failover-Test schlägt leider fehl.", 2, "Failed failover test"),
        ("The two sites keep disconnecting.", 2, "Site disconnections"),
        ("We lost the connection between our sites.", 2, "Site disconnections"),
        ("I can't add any VMs to an existing VPG.", 2, "Cannot add VM to VPG"),
        ("Adding a new VM to the VPG fails with an error.", 2, "Cannot add VM to VPG"),
        ("We are unable to create a new VPG.", 2, "Create/edit VPG failure"),
        ("Editing the VPG always fails.", 2, "Create/edit VPG failure"),
        ("Eine VPG lässt sich nicht anlegen. Die VPG lässt sich nicht bearbeiten.", 2, "Create/edit VPG failure"),
        ("The VRA has run out of memory.", 2, "VRA out of memory"),
        ("VRA01 is out of memory", 2, "VRA out of memory"),
        ("The fresh installation fails at step 3.", 2, "New install fails"),
        ("Installation of Zerto failed.", 2, "New install fails"),
        ("Replication problems in our test environment.", 3, "Replication issues in a test environment"),
        ("Fixed, but the root cause is still not known.", 3, "Resolved, root cause not yet identified"),
        ("How can we export a report?", 4, "Inquiry regarding a routine technical issue"),
        ("Does Zerto already support vSphere 9?", 4, "Information requested on product capabilities"),
        # what is denied, supposed or over is no example
        ("There was no failed failover test.", 3, ""),
        ("The failover test has not failed.", 3, ""),
        ("No blue screen, only a warning.", 3, ""),
        ("[Resolved] Replication is down", 3, ""),
        ("Replication is not down.", 3, ""),
        ("If the replication is down, which alert comes?", 3, ""),
        ("Something is odd.", 3, ""),
    ],
)
def test_zer_4_without_a_severity_the_example_that_matches_holds_provisionally(
    text: str, severity: int, example: str
) -> None:
    case = mailed(text)
    assert case.case.severity == severity
    assert "triage" in case.case.marks
    assert case.clauses[0] == "ZER-4"
    assert f"“{example}" in case.case.because[0].text if example else "until a person" in case.case.because[0].text


@pytest.mark.parametrize(
    ("given", "text", "triage"),
    [
        (1, "The failover test failed.", False),
        (3, "The failover test failed.", False),
        (4, "The failover test failed.", True),
        (3, "Our live failover failed.", True),
        (2, "Our live failover failed.", False),
        (1, "Replication problems in our test environment.", True),
        (2, "How do I export a report?", True),
        (4, "Something is odd.", False),
    ],
)
def test_zer_4_the_customers_choice_stands_and_two_levels_off_goes_to_triage(
    given: int, text: str, triage: bool
) -> None:
    case = mailed(f"Severity: {given}\n{text}")
    assert (case.case.severity, "triage" in case.case.marks) == (given, triage)
    assert ("is like “" in case.case.because[0].text) == triage


def test_zer_4_a_severity_given_later_is_compared_with_what_the_case_was_opened_with() -> None:
    case = mailed("Our live failover failed.")
    case.writes(MONDAY + timedelta(hours=1), "Severity: 4")
    assert (case.case.severity, "triage" in case.case.marks) == (4, True)
    assert "Failed failover live" in case.case.because[0].text


def test_zer_4_a_person_who_sets_the_severity_ends_the_triage() -> None:
    case = mailed("Our live failover failed.").does(MONDAY + timedelta(minutes=5), "severity", "1")
    assert (case.case.severity, "triage" in case.case.marks) == (1, False)


def numbered(number: int, text: str, plan: str = "standard", minutes: int = 0) -> Case:
    case = mailed(text, plan, MONDAY + timedelta(minutes=minutes)).case
    return Case(**{name: getattr(case, name) for name in Case.__dataclass_fields__} | {"id": number})


def test_zer_5_the_work_list_goes_by_severity_plan_impact_and_creation_and_says_so() -> None:
    cases = [
        numbered(1, "Severity: 3", minutes=0),
        numbered(2, "Severity: 3\nBusiness impact:\nWe cannot ship.", minutes=10),
        numbered(3, "Severity: 3\nproduction is heavily affected", minutes=20),
        numbered(4, "Severity: 3", "premium", minutes=30),
        numbered(5, "Severity: 2", minutes=40),
        numbered(6, "Severity: 3", minutes=50),
    ]
    in_order = sorted(cases, key=lambda case: (rank(POLICY, case), case.id))
    assert [case.id for case in in_order] == [5, 4, 2, 3, 1, 6]
    assert why(POLICY, in_order[1]) == (
        "Severity 3; plan premium (queued first); no business impact stated; opened Mon 23 Nov 10:30; ZER-5"
    )
    assert "business impact stated" in why(POLICY, in_order[3])


def test_zer_6_a_reply_to_the_notification_updates_the_case() -> None:
    case = mailed(f"Severity: 3\n{COMPLETE.replace('Build: 1234', '')}")
    case.writes(MONDAY + timedelta(hours=1), "Build: 1234\n\nIt happened again.")
    assert case.case.fields["build"].value == "1234"
    assert case.letters == ["missing-information", "acknowledgment"]
    assert case.events("reply")


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        ("Product Version: 9.7\n", "Product Version"),
        ("Build: 1234\n", "Build"),
        ("Problem description:\nIt stops.\n", "Problem description"),
        ("Business impact:\nBackups wait.\n", "Business impact"),
    ],
)
def test_zer_7_what_a_mail_from_the_product_carries_is_asked_for(left_out: str, missing: str) -> None:
    case = mailed("Severity: 3\n" + COMPLETE.replace(left_out, ""))
    assert case.letters == ["missing-information"]
    assert case.events("missing") == [f"missing or off the list: {missing}"]
    assert POLICY.file.information is not None
    assert "may result in delay" in POLICY.file.information.because
    # the response runs from the opening all the same
    assert case.due("response") == at("America/New_York", 2026, 11, 26, 10)


def test_zer_7_a_mail_from_the_product_is_complete() -> None:
    assert mailed(f"Severity: 3\n{COMPLETE}").letters == ["acknowledgment"]


def test_zer_8_the_ladder_is_climbed_as_a_miss_grows_older() -> None:
    case = mailed("Severity: 1")
    case.waits(at("America/New_York", 2026, 11, 23, 14, 59))
    assert case.case.escalation is None
    case.waits(at("America/New_York", 2026, 11, 23, 15))
    assert case.case.escalation is not None
    assert (case.case.escalation.level, case.case.escalation.owner) == (1, "lead")
    case.waits(at("America/New_York", 2026, 11, 23, 18))
    assert (case.case.escalation.level, case.case.escalation.owner) == (2, "manager")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Please escalate this case.", 1),
        ("Hello team,\n\nwe want this escalated.", 1),
        ("Guten Tag,\nbitte eskalieren Sie den Fall.", 1),
        ("Please do not escalate this yet.", 0),
        ("No need to escalate.", 0),
        ("Thanks.\nEscalation rules are on your page.", 0),
    ],
)
def test_zer_8_the_customer_may_ask_for_it_in_the_first_line(text: str, level: int) -> None:
    case = mailed(f"Severity: 2\n{COMPLETE}").writes(MONDAY + timedelta(hours=1), text)
    assert (case.case.escalation.level if case.case.escalation else 0) == level
