"""The Zimbra policy, clause by clause, from the mail or the call to what becomes of the case."""

from datetime import date, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from house import home, mail
from matter import ADA, Matter, known, opened, shipped

from intake.core.case.act import Refused
from intake.core.case.case import Record
from intake.core.policy.promise import Terms, promise

POLICY = shipped("zimbra")
PACIFIC = ZoneInfo("America/Los_Angeles")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=PACIFIC)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=PACIFIC)  # type: ignore[arg-type, misc]


def called(when: datetime, plan: str, severity: int, text: str = "It stopped.", **more: Any) -> Matter:
    """A case opened by telephone at a severity."""
    return opened("zimbra", when, text, known("zimbra", plan=plan, **more), channel="phone", severity=severity)


def mailed(text: str, plan: str = "premier", when: datetime = MONDAY, **more: Any) -> Matter:
    return opened("zimbra", when, text, known("zimbra", plan=plan), **more)


@pytest.mark.parametrize(
    ("year", "closed"),
    [
        (2026, "01-01 02-16 04-03 05-01 05-25 07-03 09-07 11-26 11-27 12-24 12-25"),
        (2027, "01-01 02-15 03-26 04-30 05-31 07-05 09-06 11-25 11-26 12-24 12-27 12-31"),
        (2028, "02-21 04-14 05-01 05-29 07-04 09-04 11-23 11-24 12-25 12-26"),
    ],
)
def test_zim_1_the_holidays_close_their_day_or_the_nearest_weekday(year: int, closed: str) -> None:
    found = [each.day for each in POLICY.calendar("business", "Asia/Tokyo").closures(year)]
    assert found == [date.fromisoformat(f"{year}-{day}") for day in closed.split()]


@pytest.mark.parametrize(
    ("opened_at", "due"),
    [
        # the stretch is unbroken: nights count, weekends do not
        ((2026, 11, 24, 23), (2026, 11, 25, 1)),
        ((2026, 11, 20, 17), (2026, 11, 23, 7)),
        ((2026, 11, 20, 16), (2026, 11, 20, 18)),
        ((2026, 11, 20, 18), (2026, 11, 23, 8)),
        ((2026, 11, 23, 5, 59), (2026, 11, 23, 8)),
        # Thanksgiving and the Friday after it; the old year's last hour
        ((2026, 11, 25, 23), (2026, 11, 30, 7)),
        ((2026, 12, 31, 23), (2027, 1, 4, 7)),
        # 4 July 2027 is a Sunday, 1 May 2027 a Saturday, New Year's Day 2028 a Saturday
        ((2027, 7, 2, 17, 30), (2027, 7, 6, 1, 30)),
        ((2027, 4, 29, 23), (2027, 5, 3, 7)),
        ((2027, 12, 30, 23, 30), (2028, 1, 3, 7, 30)),
        # a Good Friday closes at midnight of the Thursday
        ((2027, 3, 25, 22, 30), (2027, 3, 29, 6, 30)),
    ],
)
def test_zim_1_business_hours_run_from_monday_6_to_friday_18_pacific(
    opened_at: tuple[int, ...], due: tuple[int, ...]
) -> None:
    case = called(at(*opened_at), "standard", 1, zone="Europe/Berlin")
    assert case.due("response") == at(*due)


TABLE = {
    "standard": ("2 h", "4 h", "8 h", "8 h"),
    "premier": ("30 min", "2 h", "4 h", "8 h"),
    "elite": ("15 min", "1 h", "2 h", "4 h"),
    "elite-plus": ("15 min", "1 h", "2 h", "4 h"),
}
ALWAYS = {("premier", 1), ("elite", 1), ("elite-plus", 1)}


@pytest.mark.parametrize(("plan", "severity"), [(plan, level) for plan in TABLE for level in (1, 2, 3, 4)])
def test_zim_2_the_whole_table_of_initial_response_targets(plan: str, severity: int) -> None:
    amount, unit = TABLE[plan][severity - 1].split()
    length = timedelta(minutes=int(amount)) if unit == "min" else timedelta(hours=int(amount))
    assert called(MONDAY, plan, severity).due("response") == MONDAY + length
    saturday = at(2026, 11, 21, 3)
    begin = saturday if (plan, severity) in ALWAYS else at(2026, 11, 23, 6)
    assert called(saturday, plan, severity).due("response") == begin + length


def test_zim_2_trial_has_severity_4_alone_and_the_rest_is_not_available() -> None:
    assert called(MONDAY, "trial", 1).due("response") == MONDAY + timedelta(hours=8)
    for level in (1, 2, 3):
        made = promise(POLICY, "response", level, MONDAY, Terms(plan="trial"))
        assert (made.due, made.target) == (None, "not available")
        assert made.because[0].clause == "ZIM-2"


def test_zim_2_24x7_knows_no_holidays() -> None:
    christmas = at(2026, 12, 25, 4)
    assert called(christmas, "premier", 1).due("response") == christmas + timedelta(minutes=30)


def test_zim_2_who_is_on_no_record_is_served_as_standard() -> None:
    case = opened("zimbra", MONDAY, "help", None)
    assert (case.case.plan, case.due("response")) == ("standard", MONDAY + timedelta(hours=8))


def test_zim_3_the_acknowledgment_is_no_response_and_a_persons_first_answer_is() -> None:
    case = mailed("The calendar shows no entries.", "standard")
    assert case.letters == ["acknowledgment"]
    case.waits(MONDAY + timedelta(hours=1))
    assert case.due("response") == at(2026, 11, 23, 18)
    case.does(MONDAY + timedelta(hours=2), "note", "rang the customer")
    assert case.due("response") is not None
    case.does(MONDAY + timedelta(hours=3), "reply")
    assert case.case.running("response") is None


@pytest.mark.parametrize(
    ("plan", "severity", "opened_at", "answered_at", "provisional", "due"),
    [
        # around the clock from Premier on, the clock of a Sunday night included
        ("premier", 1, (2026, 11, 21, 10), (2026, 11, 21, 10, 10), (2026, 11, 21, 14, 30), (2026, 11, 21, 14, 10)),
        ("elite", 1, (2026, 11, 22, 23), (2026, 11, 22, 23, 5), (2026, 11, 23, 3, 15), (2026, 11, 23, 3, 5)),
        ("elite-plus", 1, (2026, 12, 25, 9), (2026, 12, 25, 9, 1), (2026, 12, 25, 13, 15), (2026, 12, 25, 13, 1)),
        # in business hours for Standard
        ("standard", 1, (2026, 11, 23, 10), (2026, 11, 23, 11), (2026, 11, 23, 16), (2026, 11, 23, 15)),
        ("standard", 1, (2026, 11, 20, 17), (2026, 11, 20, 17, 30), (2026, 11, 23, 11), (2026, 11, 23, 9, 30)),
        # answered too late: the response's due time is the earlier one
        ("standard", 1, (2026, 11, 23, 10), (2026, 11, 23, 13), (2026, 11, 23, 16), (2026, 11, 23, 16)),
        # one business day, at the same time of day, over the weekend and Thanksgiving
        ("standard", 2, (2026, 11, 24, 10), (2026, 11, 24, 11), (2026, 11, 25, 14), (2026, 11, 25, 11)),
        ("premier", 2, (2026, 11, 25, 10), (2026, 11, 25, 11), (2026, 11, 30, 12), (2026, 11, 30, 11)),
        ("elite", 2, (2026, 11, 20, 17), (2026, 11, 20, 17, 30), (2026, 11, 24, 6), (2026, 11, 23, 17, 30)),
        # Friday 18:00 and 23:00 are closed; answered on a Saturday, it counts from Monday
        ("elite", 2, (2026, 11, 19, 22), (2026, 11, 19, 23), (2026, 11, 23, 6), (2026, 11, 23, 6)),
        ("elite", 2, (2026, 11, 20, 20), (2026, 11, 21, 9), (2026, 11, 24, 7), (2026, 11, 24, 6)),
    ],
)
def test_zim_4_resolution_counts_from_the_first_response_or_its_due_time(
    plan: str,
    severity: int,
    opened_at: tuple[int, ...],
    answered_at: tuple[int, ...],
    provisional: tuple[int, ...],
    due: tuple[int, ...],
) -> None:
    case = called(at(*opened_at), plan, severity)
    assert case.due("resolution") == at(*provisional)
    case.does(at(*answered_at), "reply")
    assert case.due("resolution") == at(*due)


@pytest.mark.parametrize("severity", [3, 4])
def test_zim_4_lesser_severities_have_no_resolution_target(severity: int) -> None:
    case = called(MONDAY, "premier", severity).does(MONDAY + timedelta(hours=1), "reply")
    assert case.case.latest("resolution") is None


def test_zim_4_it_stands_still_while_we_wait_for_the_customer() -> None:
    case = called(MONDAY, "premier", 1).does(at(2026, 11, 23, 10, 10), "reply")
    case.does(at(2026, 11, 23, 11, 10), "ask", "Which version is it?")
    case.waits(at(2026, 11, 23, 18))
    assert case.case.latest("resolution").missed_at is None  # type: ignore[union-attr]
    case.writes(at(2026, 11, 23, 20, 10), "10.1")
    assert case.due("resolution") == at(2026, 11, 23, 23, 10)


def test_zim_4_what_is_not_the_vendors_own_ends_it_with_a_reason() -> None:
    case = called(MONDAY, "premier", 1).does(at(2026, 11, 23, 10, 10), "reply")
    with pytest.raises(Refused, match="why"):
        case.does(MONDAY, "not-ours")
    case.does(at(2026, 11, 23, 11), "not-ours", because="the storage of the customer failed")
    assert case.due("resolution") is None
    assert "the storage of the customer failed" in case.case.latest("resolution").because[-1].text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("We need development support for our zimlet.", "Development Support"),
        ("I am writing a zimlet and get stuck at the proxy.", "Development Support"),
        ("We see this in the beta of the new release.", "Beta"),
        ("Running 10.2 release candidate 1 here.", "Beta"),
        ("This is an enhancement request.", "Enhancement"),
        ("It would be great if contacts could be coloured.", "Enhancement"),
        ("Our licence expires next week.", "Licensing"),
        ("A question about the license renewal.", "Licensing"),
        ("Die Lizenzdatei fehlt.", "Licensing"),
        ("There is a typo in the admin guide, chapter 3.", "documentation"),
        ("The documentation is sadly outdated on LDAP.", "documentation"),
        ("The icons are misaligned.", "Cosmetic"),
        ("Ein kosmetisches Problem: falsche Farbe.", "Cosmetic"),
        ("We will upgrade to 10.1 on Saturday.", "Upgrade"),
        ("The migration is scheduled for 12 December.", "Upgrade"),
        ("Wir planen ein Upgrade am Samstag.", "Upgrade"),
        ("How do I set a quota?", "how-to"),
        ("Could you explain how to set up DKIM?", "how-to"),
        ("Wie kann man Ordner freigeben?", "how-to"),
        # no sharper reason: it came by mail
        ("The calendar shows no entries.", "via e-mail"),
        ("The server is down! How can we bring it back?", "via e-mail"),
        ("This is not an enhancement request. The store is broken.", "via e-mail"),
        ("License expired and nobody can log in.", "via e-mail"),
    ],
)
def test_zim_5_a_mail_starts_at_severity_4_with_the_sharpest_reason(text: str, reason: str) -> None:
    case = mailed(text)
    assert case.case.severity == 4
    assert case.case.because[0].clause == "ZIM-5"
    assert reason in case.case.because[0].text


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("The license is invalid.", 4),
        ("The license expired, production is affected.", 1),
        ("License expired: users cannot log in.", 1),
        ("How do I change the logo?", 4),
        ("The message store is corrupt.", 1),
        ("All mail is down. How can we restore it?", 1),
        ("The SOAP API does not answer any more, system is down.", 1),
    ],
)
def test_zim_5_a_call_keeps_its_severity_unless_it_is_about_one_of_these(text: str, severity: int) -> None:
    assert called(MONDAY, "premier", 1, text).case.severity == severity


def test_zim_5_without_a_word_of_priority_a_call_is_severity_4() -> None:
    case = opened("zimbra", MONDAY, "It is slow.", known("zimbra", plan="premier"), channel="phone")
    assert (case.case.severity, case.clauses[0]) == (4, "ZIM-5")


@pytest.mark.parametrize("severity", [1, 2])
def test_zim_5_a_wish_for_1_or_2_is_kept_and_alerts_the_on_call_role_at_any_hour(severity: int) -> None:
    case = mailed(f"Severity: {severity}\n\nIt hangs.", when=at(2026, 11, 22, 3))
    assert (case.case.severity, case.case.wished_severity) == (4, severity)
    assert case.at_once == ["on-call"]
    said = " ".join(reason.said("en") for reason in case.case.because)
    assert f"You ask for Severity {severity}" in said
    assert "call the support telephone" in said


@pytest.mark.parametrize(
    "text",
    [
        "There is an outage.",
        "Our mail server is completely down.",
        "The servers are down!",
        "Zimbra is down since 9.",
        "The system's not responding.",
        "Nobody can log in any more.",
        "None of the users can log in: users cannot access their mail.",
        "Users are unable to send mail.",
        "All our users are affected.",
        "No mail is being delivered.",
        "We suffered data loss.",
        "Sev 1: store corrupted",
        "Der Mailserver ist ausgefallen.",
        "Totalausfall bei uns.",
        "Niemand kann sich anmelden.",
        "Hier geht nichts mehr.",
        "Der Server ist nicht mehr erreichbar.",
    ],
)
def test_zim_5_words_of_an_outage_alert_the_on_call_role(text: str) -> None:
    case = mailed(text, when=at(2026, 11, 22, 3))
    assert (case.case.severity, case.at_once) == (4, ["on-call"])
    assert "call the support telephone" in " ".join(reason.said("en") for reason in case.case.because)


@pytest.mark.parametrize(
    "text",
    [
        "The server is not down, it is only slow.",
        "The server is no longer down, thank you.",
        "The server was down last week. Could you send a report?",
        "There was no outage, only a strange log line.",
        "A question about your outage handling.",
        "How do you handle outages at night?",
        "We have a planned outage on Saturday.",
        "What happens if the server is down at night?",
        "The report on last week's outage is missing.",
        "The outage has been resolved, please close it.",
        "[Resolved] server is down",
        "Do you offer data loss prevention?",
        "Delivery slowed down to two mails a minute.",
        "What is the response time for Severity 1 issues?",
        "Der Server steht in Frankfurt.",
        "Wir hatten keinen Ausfall.",
        "Wir planen einen geplanten Ausfall am Sonntag.",
    ],
)
def test_zim_5_who_speaks_of_outages_without_having_one_wakes_nobody(text: str) -> None:
    assert mailed(text, when=at(2026, 11, 22, 3)).at_once == []


def test_zim_5_a_wish_or_an_outage_in_a_later_mail_alerts_too_and_once() -> None:
    case = mailed("The calendar is slow.")
    case.writes(at(2026, 11, 24, 2), "Now the server is down, nobody can log in.")
    assert case.at_once == ["on-call"]
    case.writes(at(2026, 11, 24, 2, 5), "Still, the server is down.")
    assert case.at_once == ["on-call"]
    case.writes(at(2026, 11, 24, 2, 10), "Severity: 1")
    assert (case.at_once, case.case.wished_severity, case.case.severity) == (["on-call", "on-call"], 1, 4)


def test_zim_5_a_person_raises_it_and_it_counts_from_there() -> None:
    case = mailed("Severity: 1\nThe server is down.", "standard")
    case.does(at(2026, 11, 23, 11), "severity", "1", "the customer rang")
    assert case.due("response") == at(2026, 11, 23, 13)
    assert case.due("resolution") == at(2026, 11, 23, 17)


@pytest.mark.parametrize(
    ("plan", "text", "clause"),
    [("trial", "The server stopped.", "ZIM-8"), ("elite", "We need development support.", "ZIM-5")],
)
def test_zim_5_trial_and_development_support_are_held_at_4(plan: str, text: str, clause: str) -> None:
    case = mailed(text, plan)
    with pytest.raises(Refused, match=clause):
        case.does(MONDAY + timedelta(hours=1), "severity", "2")
    assert case.case.severity == 4


def test_zim_6_a_workaround_meets_the_resolution_and_drops_1_to_2_without_a_new_target() -> None:
    case = called(MONDAY, "elite", 1).does(at(2026, 11, 23, 10, 10), "reply")
    case.does(at(2026, 11, 23, 12), "workaround")
    assert (case.case.severity, case.clauses[0]) == (2, "ZIM-6")
    resolution = case.case.latest("resolution")
    assert resolution is not None
    assert (resolution.state, resolution.missed_at, case.due("resolution")) == ("ended", None, None)
    assert "Severity 1 becomes 2" in case.events("severity")[0]


def test_zim_6_a_customer_who_cannot_go_on_drops_it_to_2_and_resolution_stands_still() -> None:
    case = called(MONDAY, "premier", 1).does(at(2026, 11, 23, 10, 10), "reply")
    case.does(at(2026, 11, 23, 12, 10), "cannot-go-on")
    resolution = case.case.running("resolution")
    assert resolution is not None
    assert (case.case.severity, resolution.state) == (2, "paused")
    # one business day from the first response, on Tuesday 10:10; it stood still for three hours
    case.writes(at(2026, 11, 23, 15, 10), "We can go on now.")
    assert case.due("resolution") == at(2026, 11, 24, 13, 10)


def test_zim_6_it_stands_still_even_when_it_had_not_begun() -> None:
    case = called(MONDAY, "standard", 1).does(at(2026, 11, 23, 10, 30), "cannot-go-on")
    case.does(at(2026, 11, 23, 11), "reply")
    resolution = case.case.running("resolution")
    assert resolution is not None
    assert resolution.state == "paused"
    case.writes(at(2026, 11, 23, 13), "We can go on now.")
    assert case.due("resolution") == at(2026, 11, 24, 13)


def test_zim_6_other_severities_stay_as_they_are() -> None:
    case = called(MONDAY, "premier", 2).does(MONDAY, "reply").does(MONDAY + timedelta(hours=1), "workaround")
    assert (case.case.severity, case.due("resolution")) == (2, None)
    with pytest.raises(Refused, match='no "cannot-go-on"'):
        case.does(MONDAY + timedelta(hours=2), "cannot-go-on")


@pytest.mark.parametrize(
    ("severity", "warned"), [("1", "new installations, test servers"), ("2", "one single user"), ("3", "")]
)
def test_zim_7_who_raises_a_severity_is_warned_of_what_it_is_not_for(severity: str, warned: str) -> None:
    case = mailed("The store is slow.").does(MONDAY + timedelta(hours=1), "severity", severity)
    assert [warned in text for text in case.events("warning")] == ([True] if warned else [])
    assert case.case.severity == int(severity)


@pytest.mark.parametrize(
    ("requests", "opened_at", "beyond"),
    [
        (9, (2026, 11, 23, 10), False),
        (10, (2026, 11, 23, 10), True),
        # sixty local days from 1 October end when 30 November begins
        (0, (2026, 11, 29, 23, 59), False),
        (0, (2026, 11, 30, 0, 0), True),
    ],
)
def test_zim_8_a_trial_includes_ten_requests_in_its_first_sixty_days(
    requests: int, opened_at: tuple[int, ...], beyond: bool
) -> None:
    customer = known("zimbra", plan="trial", since=date(2026, 10, 1))
    case = opened("zimbra", at(*opened_at), "It is slow.", customer, record=Record(requests))
    assert ("over-allowance" in case.case.marks) == beyond
    assert ("Support Portal" in case.case.because[-1].text) == beyond
    assert case.due("response") is not None
    assert case.letters == ["acknowledgment"]


def test_zim_8_other_plans_have_no_such_limit() -> None:
    customer = known("zimbra", plan="standard", since=date(2020, 1, 1))
    assert opened("zimbra", MONDAY, "Slow.", customer, record=Record(99)).case.marks == frozenset()


@pytest.mark.parametrize("plan", ["elite", "elite-plus"])
def test_zim_9_an_elite_case_goes_to_the_named_engineer_and_severity_1_to_the_on_call_group_besides(plan: str) -> None:
    case = called(MONDAY, plan, 1, engineer=ADA)
    assert (case.case.assignee, case.at_once) == (ADA, ["on-call"])
    assert called(MONDAY, plan, 2, engineer=ADA).at_once == []
    assert called(MONDAY, "premier", 1, engineer=ADA).case.assignee is None


def test_zim_9_severity_1_that_a_person_sets_goes_to_the_on_call_group_too() -> None:
    case = mailed("It hangs.", "elite").does(MONDAY + timedelta(hours=1), "severity", "1")
    assert case.at_once == ["on-call"]


def test_zim_9_whoever_asks_for_the_analysis_of_a_case_that_was_severity_1_gets_a_follow_up_with_an_owner() -> None:
    case = called(MONDAY, "elite", 1, engineer=ADA).does(at(2026, 11, 23, 10, 10), "reply")
    case.does(at(2026, 11, 23, 12), "workaround").does(at(2026, 11, 23, 13), "status", "resolved")
    case.writes(at(2026, 11, 24, 9), "Thanks. We don't need a root cause analysis.")
    assert not case.case.tasks
    case.writes(at(2026, 11, 24, 10), "On second thought: could we have the RCA, please?")
    assert [(each.name, each.owner) for each in case.case.tasks] == [("root-cause-analysis", ADA)]
    case.writes(at(2026, 11, 25, 10), "Any news of the root cause analysis?")
    assert len(case.case.tasks) == 1


@pytest.mark.parametrize(("plan", "severity"), [("premier", 1), ("elite", 2)])
def test_zim_9_others_are_offered_no_analysis(plan: str, severity: int) -> None:
    case = called(MONDAY, plan, severity).does(MONDAY, "reply").does(MONDAY, "status", "resolved")
    case.writes(MONDAY + timedelta(days=1), "Root cause analysis, please.")
    assert case.case.tasks == ()


def test_zim_5_the_alert_leaves_at_night_and_the_letter_says_whom_to_phone(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.seconds": 60}, customers=PREMIER) as desk:
        raw = mail("Severity: 1\nThe server is down.", sender="Kim <kim@customer.example>", to=ROUTE)
        night = at(2026, 11, 22, 3)
        desk.take(raw, night, routes=[ROUTE], envelope_from="kim@customer.example")
        told = [each for each in desk.outbox(desk=True) if each["kind"] == "desk-alert"]
        assert [each["to"] for each in told] == ["on-call@desk.example"]
        alarm = str(message_from_bytes(desk.sent(told[0]["id"])).get_payload(0)).replace("\n", " ")
        assert "kim@customer.example asks for Severity 1 on ZIM-1001" in alarm
        assert "The server is down." in alarm
        assert "You ask" not in alarm
        (letter,) = desk.outbox()
        body = str(message_from_bytes(desk.sent(letter["id"])).get_payload(0))
        assert "Severity 4" in body
        assert "+49 30 23125 000" in " ".join(body.split())


PREMIER = """[[customer]]
name = "Customer"
domains = ["customer.example"]
policy = "zimbra"
plan = "premier"
"""
ROUTE = "zimbra@support.example"
