"""The Zoho partner policy, clause by clause, from the mail to what becomes of the case."""

from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from house import Home, home, mail
from matter import KIM, Matter, known, opened, shipped

from intake.core.case.act import Act, Refused
from intake.core.case.case import Case, Record
from intake.core.case.work_list import rank, why
from intake.desk import act

POLICY = shipped("zoho")
KOLKATA = ZoneInfo("Asia/Kolkata")
MONDAY = datetime(2026, 11, 23, 10, tzinfo=KOLKATA)
ROUTE = "zoho@support.example"
GENERIC = POLICY.file.registration.generic_domains if POLICY.file.registration else []


def at(*parts: int, zone: str = "Asia/Kolkata") -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type, misc]


def mailed(text: str, plan: str = "authorised", when: datetime = MONDAY, record: Any = None, **of: Any) -> Matter:
    return opened("zoho", when, text, known("zoho", plan=plan, **of), record=record or Record())


@pytest.mark.parametrize("plan", ["authorised", "advanced", "premium"])
@pytest.mark.parametrize(("severity", "aim", "due"), [(1, 1, 3), (2, 6, 12), (3, 16, 24)])
def test_zoh_1_acknowledgment_has_an_aim_and_a_due_time_for_all_tiers(
    plan: str, severity: int, aim: int, due: int
) -> None:
    case = mailed(f"Severity: {severity}", plan)
    assert case.aim("response") == MONDAY + timedelta(hours=aim)
    assert case.due("response") == MONDAY + timedelta(hours=due)


@pytest.mark.parametrize(
    ("opened_at", "severity", "aim", "due"),
    [
        ((2026, 11, 27, 23), 1, (2026, 11, 28), (2026, 11, 30, 2)),
        ((2026, 11, 27, 21), 1, (2026, 11, 27, 22), (2026, 11, 28)),
        ((2026, 11, 28, 12), 1, (2026, 11, 30, 1), (2026, 11, 30, 3)),
        ((2026, 11, 27, 12), 2, (2026, 11, 27, 18), (2026, 11, 28)),
        ((2026, 11, 27, 12), 3, (2026, 11, 30, 4), (2026, 11, 30, 12)),
        # working days only, and no holidays are named
        ((2026, 12, 25, 10), 1, (2026, 12, 25, 11), (2026, 12, 25, 13)),
    ],
)
def test_zoh_1_working_days_alone_count(
    opened_at: tuple[int, ...], severity: int, aim: tuple[int, ...], due: tuple[int, ...]
) -> None:
    case = mailed(f"Severity: {severity}", when=at(*opened_at))
    assert (case.aim("response"), case.due("response")) == (at(*aim), at(*due))


@pytest.mark.parametrize(
    ("record", "zone"),
    [
        ({"zone": "America/Denver", "country": "DE"}, "America/Denver"),
        ({"country": "AU"}, "Australia/Sydney"),
        ({"country": "NZ"}, "Australia/Sydney"),
        ({"country": "SG"}, "Asia/Singapore"),
        ({"country": "JP"}, "Asia/Tokyo"),
        ({"country": "IN"}, "Asia/Kolkata"),
        ({"country": "AE"}, "Asia/Dubai"),
        ({"country": "ZA"}, "Asia/Dubai"),
        ({"country": "US"}, "America/Chicago"),
        ({"country": "CA"}, "America/Toronto"),
        ({"country": "MX"}, "America/Mexico_City"),
        ({"country": "AR"}, "America/Mexico_City"),
        ({"country": "BR"}, "America/Sao_Paulo"),
        ({"country": "GB"}, "Europe/London"),
        ({"country": "DE"}, "Europe/Berlin"),
        ({"country": "PT"}, "Europe/Lisbon"),
        ({"country": "TR"}, "Europe/Istanbul"),
        ({"country": "GE"}, "Asia/Tbilisi"),
        ({"region": "LATAM"}, "America/Mexico_City"),
        ({"region": "anz"}, "Australia/Sydney"),
        # the country says more than the region that it is served by
        ({"region": "APAC", "country": "JP"}, "Asia/Tokyo"),
        ({"region": "Europe", "country": "FR"}, "Europe/Paris"),
        ({"region": "Europe"}, "Asia/Kolkata"),
        ({}, "Asia/Kolkata"),
    ],
)
def test_zoh_1_it_counts_in_the_partners_zone_its_countrys_or_its_regions(record: dict[str, str], zone: str) -> None:
    case = mailed("Severity: 1", when=at(2026, 11, 27, 23, zone=zone), **record)
    assert case.case.zone == zone
    assert case.due("response") == at(2026, 11, 30, 2, zone=zone)


def test_zoh_1_every_country_of_europe_that_the_source_lists_has_a_zone() -> None:
    countries = (
        "NL BE LU NO DK IS FI SE FR MC IE LV LT EE PL CZ SK HU TR CY GR SI RU BY UA GE AZ AM MT BG LI IT SM VA HR BA "
        "AL ME XK MK RS RO MD ES AD PT DE AT CH"
    )
    europe = next(part for part in POLICY.file.regions if part.name == "Europe")
    assert set(europe.zones) == set(countries.split())


def test_zoh_1_a_contracts_figures_come_first() -> None:
    contract = {"response": {"2": "1 to 2 hours, 24x7"}}
    case = mailed("Severity: 2", when=at(2026, 11, 28, 10), targets=contract)
    assert (case.aim("response"), case.due("response")) == (at(2026, 11, 28, 11), at(2026, 11, 28, 12))


def numbered(number: int, text: str, plan: str = "authorised") -> Case:
    case = mailed(text, plan).case
    return Case(**{name: getattr(case, name) for name in Case.__dataclass_fields__} | {"id": number})


def test_zoh_1_tier_and_how_to_questions_enter_the_work_lists_order() -> None:
    cases = [
        numbered(1, "Severity: 3\nHow do I add a field?", "premium"),
        numbered(2, "Severity: 3\nThe field is odd."),
        numbered(3, "Severity: 3\nThe field is odd.", "premium"),
        numbered(4, "Severity: 2\nThe field is odd."),
        numbered(5, "Severity: 3\nHow do I add a field?"),
    ]
    in_order = sorted(cases, key=lambda case: (rank(POLICY, case), case.id))
    assert [case.id for case in in_order] == [4, 3, 1, 2, 5]
    assert "how-to question" in why(POLICY, in_order[2])


@pytest.mark.parametrize(
    ("severity", "aim", "due"),
    [
        (1, (2026, 11, 27, 14), (2026, 11, 27, 20)),
        (2, (2026, 11, 30, 12), (2026, 12, 1, 12)),
        (3, (2026, 12, 1, 12), (2026, 12, 2, 12)),
    ],
)
def test_zoh_2_an_answer_that_leaves_the_case_with_us_starts_the_next_response(
    severity: int, aim: tuple[int, ...], due: tuple[int, ...]
) -> None:
    # a Friday at noon: hours stop at the weekend, days are business days
    case = mailed(f"Severity: {severity}", when=at(2026, 11, 27, 11)).does(at(2026, 11, 27, 12), "reply")
    assert (case.aim("update"), case.due("update")) == (at(*aim), at(*due))


def test_zoh_2_a_question_ends_it_the_customers_reply_starts_it_and_a_second_one_does_not_move_it() -> None:
    case = mailed("Severity: 1").does(at(2026, 11, 23, 11), "ask", "Which browser?")
    assert case.due("update") is None
    case.writes(at(2026, 11, 23, 14), "The newest.").writes(at(2026, 11, 23, 16), "Any news?")
    assert case.due("update") == at(2026, 11, 23, 22)
    case.does(at(2026, 11, 23, 17), "reply")
    assert case.due("update") == at(2026, 11, 24, 1)


def test_zoh_2_it_does_not_start_before_the_first_response() -> None:
    case = mailed("Severity: 1").writes(at(2026, 11, 23, 10, 30), "Hello?")
    assert case.case.latest("update") is None


@pytest.mark.parametrize(
    "text",
    [
        "There is an outage.",
        "The service is completely down.",
        "The CRM's down.",
        "Our portal is currently not accessible.",
        "We cannot log in any more.",
        "Users are unable to sign in.",
        "Login fails with error 500.",
        "Nobody can even log in.",
        "Downtime since noon!",
        "Seit heute Morgen Ausfall.",
        "Die Anmeldung ist nicht möglich.",
        "Wir können uns nicht mehr anmelden.",
    ],
)
def test_zoh_3_downtime_outages_and_login_issues_of_severity_1_count_around_the_clock(text: str) -> None:
    saturday = at(2026, 11, 28, 10)
    case = mailed(text, when=saturday)
    assert (case.case.severity, "critical" in case.case.marks) == (1, True)
    assert (case.aim("response"), case.due("response")) == (at(2026, 11, 28, 11), at(2026, 11, 28, 13))
    case.does(at(2026, 11, 28, 12), "reply")
    assert (case.aim("update"), case.due("update")) == (at(2026, 11, 28, 14), at(2026, 11, 28, 20))


@pytest.mark.parametrize(
    "text",
    [
        "Severity: 1\nThe invoices are not created.",
        "Severity: 1\nThere is no outage, but invoices are missing.",
        "Severity: 1\nA question about your outage notifications.",
        "Severity: 1\nThe service was not down, only the invoices are wrong.",
        "Severity: 1\nThe report on last week's downtime is wrong.",
        "Severity: 2\nThere is an outage.",
    ],
)
def test_zoh_3_anything_else_waits_for_monday(text: str) -> None:
    case = mailed(text, when=at(2026, 11, 28, 10))
    assert "critical" not in case.case.marks
    assert case.aim("response") == at(2026, 11, 30, 1 if "Severity: 1" in text else 6)


def test_zoh_3_a_person_may_say_that_it_is_critical() -> None:
    case = mailed("Severity: 1\nThe invoices are not created.", when=at(2026, 11, 28, 10))
    assert case.due("response") == at(2026, 11, 30, 3)
    case.does(at(2026, 11, 28, 10, 30), "critical", "yes", "their month ends")
    assert (case.due("response"), "critical" in case.case.marks) == (at(2026, 11, 28, 13, 30), True)
    case.does(at(2026, 11, 28, 11), "reply")
    assert case.due("update") == at(2026, 11, 28, 19)
    with pytest.raises(Refused, match="already"):
        case.does(at(2026, 11, 28, 12), "critical", "yes")
    case.does(at(2026, 11, 28, 12), "critical", "no")
    assert case.due("update") == at(2026, 11, 30, 8)


def test_zoh_3_an_outage_that_a_person_raises_to_1_counts_around_the_clock() -> None:
    case = mailed("Severity: 2\nThere is an outage.", when=at(2026, 11, 28, 10))
    case.does(at(2026, 11, 28, 11), "severity", "1")
    assert case.due("response") == at(2026, 11, 28, 14)


@pytest.mark.parametrize("sender", [f"kim@{GENERIC[0]}", f"kim@{GENERIC[2]}", "kim@stranger.example"])
def test_zoh_4_an_unregistered_or_generic_sender_is_unverified_without_automatic_severity(sender: str) -> None:
    customer = None if sender.endswith(".example") else known("zoho", contacts=(sender,))
    case = opened("zoho", MONDAY, "Severity: 1\nThe invoices are wrong.", customer, sender=sender)
    assert (case.case.severity, case.clauses[0]) == (3, "ZOH-4")
    assert {"unverified", "triage"} <= case.case.marks
    assert case.letters == ["unverified"]
    case.writes(MONDAY + timedelta(hours=1), "Severity: 2", sender=sender)
    case.writes(MONDAY + timedelta(hours=2), "Severity: 1", sender=sender)
    assert (case.case.severity, "unverified" in case.case.marks) == (3, True)


def test_zoh_4_a_mail_from_the_registered_domain_clears_the_mark_and_judges_anew() -> None:
    case = opened("zoho", MONDAY, "We cannot log in.", None, sender="kim@stranger.example")
    case.customer = known("zoho", plan="premium", country="DE")
    case.writes(MONDAY + timedelta(hours=1), "It is us.")
    assert not {"unverified", "unentitled", "triage"} & case.case.marks
    assert (case.case.severity, case.case.plan, case.case.zone) == (1, "premium", "Europe/Berlin")
    assert case.letters[-1] == "acknowledgment"


def test_zoh_4_an_outage_named_by_an_unverified_sender_comes_first_in_triage() -> None:
    stranger = opened("zoho", MONDAY, "Our site is down.", None, sender="kim@stranger.example").case
    urgent = mailed("Severity: 1\nThere is an outage.").case
    assert rank(POLICY, stranger) < rank(POLICY, urgent)
    assert "first in triage" in why(POLICY, stranger)
    assert "ZOH-4" in why(POLICY, stranger)


@pytest.mark.parametrize(
    ("text", "severity"),
    [
        ("This is a showstopper for all our customers.", 1),
        ("We have no access to our account.", 1),
        ("Records are gone: data loss.", 1),
        ("Everything is extremely slow.", 1),
        ("All our users are affected.", 1),
        ("Alle Nutzer sind betroffen.", 1),
        ("The report shows incorrect results.", 2),
        ("The totals are clearly wrong.", 2),
        ("It works, but not as documented.", 2),
        ("Der Bericht liefert falsche Werte.", 2),
        ("How do I add a custom field?", 3),
        ("Could you explain the workflow rules?", 3),
        ("Wie kann man ein Feld anlegen?", 3),
        ("Not all users are affected, just me.", 3),
        ("No data loss, just an odd colour.", 3),
        ("It is odd.", 3),
    ],
)
def test_zoh_5_without_a_number_the_words_say_how_severe_it_is(text: str, severity: int) -> None:
    case = mailed(text)
    assert (case.case.severity, case.clauses[0]) == (severity, "ZOH-5")


@pytest.mark.parametrize("severity", [1, 2, 3])
def test_zoh_5_the_partners_number_is_taken(severity: int) -> None:
    case = mailed(f"Severity: {severity}\nIt is odd.")
    assert (case.case.severity, case.case.because[0].text) == (severity, f"You gave Severity {severity}.")


@pytest.mark.parametrize(
    "text",
    [
        "This is a feature request.",
        "We'd like to request a new feature.",
        "It would be great if reports had colours.",
        "Is this a known limitation of the product?",
        "Ein Funktionswunsch unseres Kunden.",
    ],
)
def test_zoh_5_limits_and_feature_requests_are_exempt_once_a_person_confirms_it(text: str) -> None:
    case = mailed(f"Severity: 3\n{text}")
    assert case.case.marks == {"exempt-proposed"}
    assert case.due("response") == at(2026, 11, 24, 10)
    case.does(at(2026, 11, 23, 12), "exempt", "yes")
    assert case.case.marks == {"exempt"}
    assert case.due("response") is None
    case.does(at(2026, 11, 23, 13), "reply").writes(at(2026, 11, 23, 14), "Thanks.")
    assert case.due("update") is None


def test_zoh_5_what_is_no_feature_request_is_not_proposed_as_exempt() -> None:
    assert mailed("Severity: 3\nThis is not a feature request but a bug.").case.marks == frozenset()


@pytest.mark.parametrize(
    ("before", "told_before", "told"), [(9, False, False), (10, False, True), (11, True, False), (11, False, True)]
)
def test_zoh_6_too_many_how_to_requests_are_told_to_the_account_manager_once_a_window(
    before: int, told_before: bool, told: bool
) -> None:
    case = mailed("How do we add a user?", record=Record(tagged=before, flood_told=told_before))
    assert ("account-manager" in [notice.role for notice in case.notices]) == told
    assert mailed("The invoices are odd.", record=Record(tagged=50)).events("flood") == []


def test_zoh_6_the_desk_counts_them_over_a_rolling_window(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.seconds": 60}, customers=PARTNER) as desk:
        told = []
        for number in range(13):
            _send(desk, f"How do I add user {number}?", MONDAY + timedelta(days=number), number)
            told.append(sum("Too many basic requests" in desk.sent(each["id"]).decode() for each in _to_boss(desk)))
        assert told == [0] * 10 + [1] * 3
        # the first ones are out of the window by then
        _send(desk, "How do I add another?", MONDAY + timedelta(days=60), 99)
        assert len(_to_boss(desk)) == 1


PARTNER = """[[customer]]
name = "Partner"
domains = ["customer.example"]
policy = "zoho"
plan = "authorised"
account_manager = "boss@desk.example"
"""


def _send(desk: Home, text: str, when: datetime, number: int) -> None:
    raw = mail(text, sender=f"Kim <{KIM}>", to=ROUTE, subject=f"Request {number}", message_id=f"{number}@c.example")
    desk.take(raw, when, routes=[ROUTE], envelope_from=KIM)


@pytest.mark.parametrize(("language", "waits"), [("en", "a consent must come"), ("de", "eine Zustimmung vorliegen")])
def test_zoh_7_an_acknowledgment_of_what_awaits_a_consent_does_not_say_that_nothing_is_needed(
    tmp_path: Path, language: str, waits: str
) -> None:
    with home(tmp_path, {"reading.seconds": 60}, customers=f'{PARTNER}language = "{language}"\n') as desk:
        _send(desk, CHANGE, MONDAY, 1)
        said = _text(desk, desk.outbox()[0])
        assert waits in said
        assert "everything we need" not in said
        assert "alles, was wir" not in said
        _send(desk, "Severity: 2\nThe invoices are odd.", MONDAY, 2)
        said = _text(desk, desk.outbox()[1])
        assert waits not in said
        assert "everything we need" in said or "alles, was wir" in said


def test_zoh_4_the_letter_to_an_unregistered_address_names_the_closed_case_that_its_mail_follows(
    tmp_path: Path,
) -> None:
    with home(tmp_path, {"reading.seconds": 60}, customers=PARTNER) as desk:
        sender = "kim@elsewhere.example"
        for number, when in ((1, MONDAY), (2, MONDAY + timedelta(days=400))):
            raw = mail(
                "Severity: 3\nThe invoices are odd.", sender=sender, to=ROUTE, message_id=f"{number}@e.example",
                subject="Re: odd" if number == 2 else "odd", In_Reply_To="<1@e.example>" if number == 2 else "",
            )  # fmt: skip
            desk.take(raw, when, routes=[ROUTE], envelope_from=sender)
            if number == 1:
                first = desk.case().reference
                act.perform(desk.house, first, Act("status", "closed", "ada@desk.example"), when)
        told = desk.outbox()[-1]
        assert told["kind"] == "unverified"
        assert f"You wrote about {first}" in _text(desk, told)


def _text(desk: Home, letter: dict[str, Any]) -> str:
    part = message_from_bytes(desk.sent(letter["id"]), policy=policy.default).get_body(("plain",))
    assert part is not None
    return " ".join(str(part.get_content()).split())


def _to_boss(desk: Home) -> list[dict[str, Any]]:
    return [each for each in desk.outbox(desk=True) if each["to"] == "boss@desk.example"]


CHANGE = "Severity: 1\nEnd customer: client.example\nPlease change the super admin of the account."
BOSS = "boss@client.example"


@pytest.mark.parametrize(
    "text",
    [
        "There is an account dispute between two owners.",
        "Please transfer the ownership of the account.",
        "The super admin has left; please replace the current super admin.",
        "We need an admin-level change.",
        "Bitte den Wechsel des Administrators durchführen.",
    ],
)
def test_zoh_7_account_disputes_and_admin_level_changes_await_consent(text: str) -> None:
    case = mailed(f"Severity: 1\n{text}").does(at(2026, 11, 23, 11), "reply")
    assert "awaiting-consent" in case.case.marks
    assert "ZOH-7" in case.clauses
    assert case.case.latest("update") is None


def test_zoh_7_the_response_runs_and_the_update_waits_for_the_consent() -> None:
    case = mailed(CHANGE)
    assert case.due("response") == at(2026, 11, 23, 13)
    case.does(at(2026, 11, 23, 11), "reply").writes(at(2026, 11, 23, 12), "Any news?")
    assert case.due("update") is None
    case.writes(at(2026, 11, 23, 14), "We consent to the change.", sender=BOSS, third_party=True)
    assert "awaiting-consent" not in case.case.marks
    assert case.due("update") == at(2026, 11, 23, 22)
    assert "could not be checked" in case.events("consent")[0]


@pytest.mark.parametrize(
    ("text", "sender", "authentication", "given"),
    [
        ("We consent.", BOSS, "pass", True),
        ("I hereby approve the change.", BOSS, "none", True),
        ("Hello,\n\nyou have our consent.\n\nRegards", "it@sub.client.example", "pass", True),
        ("Wir stimmen der Änderung zu. Einverstanden.", BOSS, "none", True),
        ("We consent.", BOSS, "fail", False),
        ("We consent.", "boss@elsewhere.example", "pass", False),
        ("We consent.", "boss@notclient.example", "pass", False),
        ("We do not consent.", BOSS, "pass", False),
        ("We can't agree to this.", BOSS, "pass", False),
        ("We refuse to give our consent.", BOSS, "pass", False),
        ("What exactly do we consent to?", BOSS, "pass", False),
        ("We would agree if the data stays.", BOSS, "pass", False),
        ("We will agree once our lawyer has seen it.", BOSS, "pass", False),
        ("Who is this?", BOSS, "pass", False),
    ],
)
def test_zoh_7_the_consent_comes_from_the_end_customers_own_domain_and_says_so(
    text: str, sender: str, authentication: str, given: bool
) -> None:
    case = mailed(CHANGE)
    subject = "Re: [ZOH-1001] Please give us your consent"
    case.writes(
        at(2026, 11, 23, 14), text, sender=sender, third_party=True, subject=subject, authentication=authentication
    )
    assert ("awaiting-consent" not in case.case.marks) == given


def test_zoh_7_at_a_generic_domain_only_the_address_that_was_named_consents() -> None:
    for sender, given in ((f"client@{GENERIC[0]}", True), (f"else@{GENERIC[0]}", False)):
        case = mailed(CHANGE.replace("client.example", f"client@{GENERIC[0]}"))
        case.writes(at(2026, 11, 23, 14), "We consent.", sender=sender, third_party=True)
        assert ("awaiting-consent" not in case.case.marks) == given


def test_zoh_7_a_partner_is_not_its_own_end_customer() -> None:
    case = mailed(CHANGE.replace("client.example", "customer.example"))
    case.writes(at(2026, 11, 23, 14), "We consent.", sender="colleague@customer.example", third_party=True)
    assert "awaiting-consent" in case.case.marks


def test_zoh_7_a_person_records_a_consent_that_came_otherwise() -> None:
    case = mailed(CHANGE).does(at(2026, 11, 23, 12), "consent", "by telephone, the owner")
    assert "awaiting-consent" not in case.case.marks


def test_zoh_8_the_ladder_is_climbed_as_a_miss_grows_older_and_the_partner_is_told() -> None:
    case = mailed("Severity: 1\nThe invoices are not created.")
    levels = []
    for hour in (13, 14, 17, 21):
        case.waits(at(2026, 11, 23, hour))
        levels.append(case.case.escalation.level if case.case.escalation else 0)
    assert levels == [0, 1, 2, 3]
    case.waits(at(2026, 11, 24, 13))
    escalation = case.case.escalation
    assert escalation is not None
    assert (escalation.level, escalation.owner) == (4, "account-manager")
    assert case.letters.count("escalated") == 4
    told = [notice.role for notice in case.notices if notice.kind == "desk-escalated"]
    assert told == ["escalation", "lead", "manager", "account-manager"]


def test_zoh_8_before_the_response_is_due_it_is_answered_with_the_instant_from_which_it_may_be_asked() -> None:
    case = mailed("Severity: 1\nThe invoices are not created.").writes(at(2026, 11, 23, 11), "Please escalate.")
    assert case.case.escalation is None
    (wish,) = [each for each in case.wishes if each.kind == "escalation-early"]
    assert wish.at == at(2026, 11, 23, 13)
    case.writes(at(2026, 11, 23, 13), "Please escalate.")
    assert case.case.escalation is not None
    assert (case.case.escalation.level, case.letters[-1]) == (1, "escalated")


def test_zoh_8_one_level_a_mail_and_at_most_one_in_a_steps_delay() -> None:
    case = mailed("Severity: 1\nThe invoices are not created.")
    levels = []
    # from the first level to the second are three hours, to the third four, to the last sixteen
    for hour, minute in ((13, 0), (13, 5), (15, 59), (16, 0), (19, 59), (20, 0), (23, 0)):
        case.writes(at(2026, 11, 23, hour, minute), "Please escalate.", asks_escalation=True)
        levels.append(case.case.escalation.level if case.case.escalation else 0)
    assert levels == [1, 1, 1, 2, 2, 3, 3]
    assert case.case.escalation is not None
    assert (case.case.escalation.owner, case.case.escalation.asked) == ("manager", True)


def test_zoh_8_a_critical_case_climbs_around_the_clock_on_a_weekend_too() -> None:
    saturday = at(2026, 11, 28, 10)
    case = mailed("Severity: 1\nThere is a complete outage.", when=saturday)
    assert case.due("response") == at(2026, 11, 28, 13)
    levels = []
    for hour in (13, 15, 16):
        case.writes(at(2026, 11, 28, hour), "Please escalate.", asks_escalation=True)
        levels.append(case.case.escalation.level if case.case.escalation else 0)
    assert levels == [1, 1, 2]
    case.waits(at(2026, 11, 28, 21))
    assert case.case.escalation is not None
    assert case.case.escalation.level == 3


@pytest.mark.parametrize(
    ("text", "at_once"),
    [
        ("Please escalate, production is badly affected.", True),
        ("Please escalate.\n\nThis has a direct impact on our production environment.", True),
        ("Please escalate: the SLA is at risk.", True),
        ("Please escalate, the outage threatens to exceed the SLA.", True),
        ("Please escalate. There was a security breach.", True),
        ("Please escalate, our account was hacked.", True),
        ("Bitte eskalieren, die Produktion ist betroffen.", True),
        ("Bitte eskalieren: ein Sicherheitsvorfall.", True),
        ("Please escalate.", False),
        ("Please escalate. Production is not affected.", False),
        ("Please escalate, there was no security breach, we are just annoyed.", False),
    ],
)
def test_zoh_8_production_a_threatened_target_or_a_breach_rises_at_once(text: str, at_once: bool) -> None:
    case = mailed("Severity: 2\nThe invoices are odd.").writes(at(2026, 11, 23, 11), text)
    assert (case.case.escalation is not None) == at_once


def test_zoh_8_in_the_partners_own_time_over_the_weekend() -> None:
    friday = at(2026, 11, 27, 20, 30, zone="Europe/Berlin")
    case = mailed("Severity: 1\nThe invoices are odd.", when=friday, country="DE")
    case.waits(at(2026, 11, 30, 0, 29, zone="Europe/Berlin"))
    assert case.case.escalation is None
    case.waits(at(2026, 11, 30, 0, 30, zone="Europe/Berlin"))
    assert case.case.escalation is not None


def test_zoh_7_the_end_customers_reply_to_our_letter_counts_at_the_desk(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.seconds": 60}, customers=PARTNER) as desk:
        _send(desk, CHANGE, MONDAY, 1)
        ours = message_from_bytes(desk.sent(desk.outbox()[0]["id"]))
        address = parseaddr(ours["Reply-To"] or ours["From"])[1]
        for number, (sender, said) in enumerate(((BOSS, "We do not consent."), (BOSS, "We consent to it.")), 2):
            assert "awaiting-consent" in desk.case().marks
            raw = mail(
                said, sender=sender, to=address, subject=f"Re: {ours['Subject']}", message_id=f"{number}@x.example"
            )
            at_then = MONDAY + timedelta(hours=number)
            desk.take(raw, at_then, routes=[ROUTE], recipient=address, envelope_from=sender)
        assert "awaiting-consent" not in desk.case().marks
        assert [person.address for person in desk.case().participants] == [KIM]


def test_zoh_8_the_letter_names_the_instant_from_which_it_may_be_asked(tmp_path: Path) -> None:
    with home(tmp_path, {"reading.seconds": 60}, customers=PARTNER) as desk:
        _send(desk, "Severity: 1\nThe invoices are not created.", MONDAY, 1)
        headers = {"In_Reply_To": "<1@c.example>", "message_id": "2@c.example"}
        raw = mail("Please escalate.", sender=f"Kim <{KIM}>", to=ROUTE, subject="Re: Request 1", **headers)
        desk.take(raw, MONDAY + timedelta(hours=1), routes=[ROUTE], envelope_from=KIM)
        letter = next(each for each in desk.outbox() if each["kind"] == "escalation-early")
        body = message_from_bytes(desk.sent(letter["id"])).get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
        assert "13:00" in body
        assert "ZOH-8" in body or "response target" in body
