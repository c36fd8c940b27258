"""Two cases that are one, and one that is two: nothing is lost, history stands on both, threads follow."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from house import FORM, NOW, ROUTE, Home, mail

from intake.core.case.act import Act
from intake.core.case.merging import ON_THE_MATTER, merge
from intake.core.mail.message import Address
from intake.desk import act, merging
from intake.desk.notices import send_notices
from intake.errors import IntakeError

ADA = "ada@desk.example"
HOUR = timedelta(hours=1)
SECOND = FORM.replace("Severity: 2", "Severity: 1")


@pytest.fixture
def two(desk: Home) -> Home:
    desk.take(mail())
    raw = mail(SECOND, sender="Lee <lee@hosting.example>", message_id="two@hosting.example", subject="Also empty")
    desk.take(raw, NOW + HOUR, envelope_from="lee@hosting.example")
    return desk


def token_address(desk: Home, number: int) -> str:
    made = message_from_bytes(desk.sent(desk.outbox()[number]["id"]), policy=policy.default)
    return str(made["Reply-To"].addresses[0].addr_spec)


def test_mails_people_and_letters_of_both_are_on_the_one_and_history_on_both(two: Home) -> None:
    merging.merge(two.house, "OX-1002", "OX-1001", ADA, "the same outage", NOW + 2 * HOUR)
    whole, part = two.shown("OX-1001"), two.shown("OX-1002")
    assert [each["from"]["address"] for each in whole["messages"]] == ["kim@hosting.example", "lee@hosting.example"]
    assert [each["kind"] for each in whole["outgoing"] if not each["kind"].startswith("desk-")] == [
        "acknowledgment"
    ] * 2
    assert {each["address"] for each in whole["participants"]} == {"kim@hosting.example", "lee@hosting.example"}
    assert (part["state"], part["merged_into"]) == ("closed", "OX-1001")
    assert [each["event"] for each in part["history"]][-1] == "merged"
    assert "merged" in [each["event"] for each in whole["history"]]
    assert "the same outage" in " ".join(each["text"] for each in whole["history"])
    # the sooner promise holds
    response = two.case("OX-1001").running("response")
    assert response is not None
    assert response.due_at == NOW + 2 * HOUR
    assert two.ledger()["balanced"]


def test_what_is_said_of_the_parts_own_state_is_not_said_of_the_whole(desk: Home) -> None:
    desk.take(mail())
    raw = mail("It is empty.\n", sender="Lee <lee@hosting.example>", message_id="two@hosting.example", subject="Also")
    desk.take(raw, NOW + HOUR, envelope_from="lee@hosting.example")
    assert {"missing-information", "triage"} <= desk.case("OX-1002").marks
    before = desk.case("OX-1001").marks
    merging.merge(desk.house, "OX-1002", "OX-1001", ADA, "", NOW + 2 * HOUR)
    assert desk.case("OX-1001").marks == before
    assert {"missing-information", "triage"} <= desk.case("OX-1002").marks


@pytest.mark.parametrize("mark", sorted(ON_THE_MATTER))
def test_what_is_said_of_the_parts_matter_or_mails_is_said_of_the_whole(two: Home, mark: str) -> None:
    part, whole = two.case("OX-1002").marked(mark), two.case("OX-1001")
    assert merge(
        two.house.policies.get(whole.policy), part, whole, None, ADA, "", NOW
    ).whole.case.marks == whole.marks | {mark}


@pytest.mark.parametrize("way", ["reference", "token", "number"])
def test_threads_of_the_part_lead_to_the_whole(two: Home, way: str) -> None:
    to = token_address(two, 1)
    merging.merge(two.house, "OX-1002", "OX-1001", ADA, "", NOW + 2 * HOUR)
    headers = {
        "reference": {"In_Reply_To": "<two@hosting.example>", "subject": "Re:"},
        "token": {"subject": "x", "to": to},
        "number": {"subject": "Re: [OX-1002]"},
    }[way]
    raw = mail("More.\n", sender="lee@hosting.example", message_id="three@hosting.example", **headers)
    recipient = to if way == "token" else ""
    two.take(raw, NOW + 3 * HOUR, envelope_from="lee@hosting.example", recipient=recipient)
    assert len(two.shown("OX-1001")["messages"]) == 3
    assert two.case("OX-1002").state == "closed"


def test_a_part_takes_no_acts_and_is_merged_once(two: Home) -> None:
    merging.merge(two.house, "OX-1002", "OX-1001", ADA, "", NOW + 2 * HOUR)
    with pytest.raises(IntakeError, match="a part of OX-1001"):
        act.perform(two.house, "OX-1002", Act("note", "x", ADA), NOW + 2 * HOUR)
    for part, whole in (("OX-1002", "OX-1001"), ("OX-1001", "OX-1001"), ("OX-1001", "OX-1002")):
        with pytest.raises(IntakeError):
            merging.merge(two.house, part, whole, ADA, "", NOW + 2 * HOUR)


def test_two_customers_cases_are_not_merged(two: Home) -> None:
    raw = mail(FORM, sender="noc@telco.example", message_id="t@telco.example")
    two.take(raw, NOW + HOUR, envelope_from="noc@telco.example")
    with pytest.raises(IntakeError, match="two customers'"):
        merging.merge(two.house, "OX-1003", "OX-1001", ADA, "", NOW + 2 * HOUR)


def test_a_mail_split_off_is_a_case_with_its_own_promise_and_its_thread_follows(desk: Home) -> None:
    desk.take(mail())
    raw = mail(SECOND, message_id="other@hosting.example", subject="Re: [OX-1001] and another matter")
    desk.take(raw, NOW + HOUR)
    number = desk.shown("OX-1001")["messages"][1]["mail"]
    new = merging.split(desk.house, "OX-1001", [number], ADA, "another matter", NOW + 3 * HOUR)
    assert (new.reference, new.severity, new.opened_at, new.linked) == ("OX-1002", 1, NOW + HOUR, ("OX-1001",))
    assert [len(desk.shown(each)["messages"]) for each in ("OX-1001", "OX-1002")] == [1, 1]
    assert desk.shown("OX-1001")["history"][-1]["event"] == "split"
    assert desk.case("OX-1001").linked == ("OX-1002",)
    letter = desk.outbox()[-1]
    assert (letter["kind"], letter["to"], letter["case"]) == ("acknowledgment", "kim@hosting.example", "OX-1002")
    answer = mail("More.\n", message_id="c@hosting.example", subject="Re:", In_Reply_To="<other@hosting.example>")
    desk.take(answer, NOW + 4 * HOUR)
    assert len(desk.shown("OX-1002")["messages"]) == 2
    assert desk.ledger()["balanced"]


def test_the_notice_of_a_case_split_off_quotes_its_writers_words(desk: Home) -> None:
    desk.take(mail())
    raw = mail(
        "And the calendar is slow.\n", message_id="other@hosting.example", subject="Re: [OX-1001] another matter"
    )
    desk.take(raw, NOW + HOUR)
    number = desk.shown("OX-1001")["messages"][1]["mail"]
    merging.split(desk.house, "OX-1001", [number], ADA, "", NOW + HOUR)
    send_notices(desk.house, NOW + HOUR)
    assert "kim@hosting.example writes: > And the calendar is slow." in new_case_notice(desk, "OX-1002")


def test_the_notice_of_a_case_without_a_mail_quotes_nothing(desk: Home) -> None:
    act.open_by_hand(
        desk.house, contact=Address("", "kim@hosting.example"), subject="Rang", text="", route=ROUTE, channel="phone",
        by=ADA, now=NOW,
    )  # fmt: skip
    assert "writes:" not in new_case_notice(desk, "OX-1001")


def new_case_notice(desk: Home, reference: str) -> str:
    """The text of what the desk was told when a case came to be."""
    letters = [each for each in desk.outbox(desk=True) if each["case"] == reference]
    (letter,) = (each for each in letters if each["kind"] == "desk-new-case")
    body = message_from_bytes(desk.sent(letter["id"]), policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


@pytest.mark.parametrize("mails", [[99], [1]])
def test_a_split_of_nothing_or_of_everything_is_refused(desk: Home, mails: list[int]) -> None:
    desk.take(mail())
    with pytest.raises(IntakeError, match="it has 1"):
        merging.split(desk.house, "OX-1001", mails, ADA, "", NOW)
    assert len(desk.cases()) == 1


def answer(desk: Home, reference: str, hours: float) -> None:
    act.perform(desk.house, reference, Act("reply", "We look at it.", ADA), NOW + hours * HOUR)


def test_the_first_answer_on_a_part_is_the_wholes_and_the_split_back_owes_it_again(two: Home) -> None:
    answer(two, "OX-1002", 1.5)
    merging.merge(two.house, "OX-1002", "OX-1001", ADA, "the same outage", NOW + 2 * HOUR)
    whole = two.case("OX-1001")
    response = whole.latest("response")
    assert response is not None
    assert (response.state, response.ended_at, response.missed_at) == ("ended", NOW + 1.5 * HOUR, None)
    assert response.because[-1].text == "the first response was given on OX-1002"
    assert whole.state == "open"
    assert "the first response was given on OX-1002" in [each["text"] for each in two.shown("OX-1001")["history"]]
    assert two.tick(NOW + 30 * HOUR) == 0

    mails = {each["from"]["address"]: each["mail"] for each in two.shown("OX-1001")["messages"]}
    new = merging.split(two.house, "OX-1001", [mails["lee@hosting.example"]], ADA, "two after all", NOW + 3 * HOUR)
    given = new.latest("response")
    assert given is not None
    assert (given.state, given.ended_at, given.missed_at) == ("ended", NOW + 1.5 * HOUR, None)
    owed = two.case("OX-1001").running("response")
    assert owed is not None
    assert owed.due_at == NOW + 4 * HOUR
    assert "reply" not in two.case("OX-1001").answered
    assert two.ledger()["balanced"]


def test_an_answer_since_the_merging_stays_the_wholes_own(two: Home) -> None:
    answer(two, "OX-1002", 1.5)
    merging.merge(two.house, "OX-1002", "OX-1001", ADA, "", NOW + 2 * HOUR)
    answer(two, "OX-1001", 2.5)
    mails = {each["from"]["address"]: each["mail"] for each in two.shown("OX-1001")["messages"]}
    merging.split(two.house, "OX-1001", [mails["lee@hosting.example"]], ADA, "", NOW + 3 * HOUR)
    assert two.case("OX-1001").running("response") is None


def test_an_answer_that_came_before_the_whole_was_opened_meets_its_response_at_the_opening(two: Home) -> None:
    answer(two, "OX-1001", 0.5)
    merging.merge(two.house, "OX-1001", "OX-1002", ADA, "", NOW + 2 * HOUR)
    response = two.case("OX-1002").latest("response")
    assert response is not None
    assert (response.state, response.ended_at) == ("ended", NOW + HOUR)


@pytest.mark.parametrize("state", ["waiting", "resolved", "closed"])
def test_a_part_that_nobody_has_answered_wakes_the_whole(two: Home, state: str) -> None:
    answer(two, "OX-1001", 0.5)
    act.perform(two.house, "OX-1001", Act("status", state, ADA), NOW + 0.6 * HOUR)
    merging.merge(two.house, "OX-1002", "OX-1001", ADA, "", NOW + 2 * HOUR)
    assert two.case("OX-1001").state == "open"


def test_whose_case_the_part_was_gets_a_copy_of_answers(two: Home) -> None:
    merging.merge(two.house, "OX-1002", "OX-1001", ADA, "", NOW + 2 * HOUR)
    answer(two, "OX-1001", 3)
    reply = message_from_bytes(two.sent(two.outbox()[-1]["id"]), policy=policy.default)
    assert (reply["To"].addresses[0].addr_spec, reply["Cc"].addresses[0].addr_spec) == (
        "kim@hosting.example", "lee@hosting.example",
    )  # fmt: skip


def test_a_stranger_whose_case_is_merged_reads_no_answers(desk: Home) -> None:
    desk.take(mail())
    raw = mail(FORM, sender="x@evil.example", message_id="x@evil.example", subject="Me too")
    desk.take(raw, NOW + HOUR, envelope_from="x@evil.example")
    merging.merge(desk.house, "OX-1002", "OX-1001", ADA, "", NOW + 2 * HOUR)
    answer(desk, "OX-1001", 3)
    reply = message_from_bytes(desk.sent(desk.outbox()[-1]["id"]), policy=policy.default)
    assert reply["Cc"] is None


def test_a_mail_that_names_a_case_of_ours_opens_one_whose_subject_does_not(desk: Home) -> None:
    desk.take(mail())
    raw = mail(SECOND, message_id="other@hosting.example", subject="Re: [OX-1001] We have your request: Empty [A-1]")
    desk.take(raw, NOW + HOUR)
    number = desk.shown("OX-1001")["messages"][1]["mail"]
    new = merging.split(desk.house, "OX-1001", [number], ADA, "another matter", NOW + 3 * HOUR)
    assert new.subject == "Re: We have your request: Empty [A-1]"
    assert desk.outbox()[-1]["subject"].count("OX-") == 1
    stranger = mail(FORM, sender="x@evil.example", message_id="x@evil.example", subject="Re: [OX-1001] Empty")
    desk.take(stranger, NOW + HOUR, envelope_from="x@evil.example")
    assert desk.case("OX-1003").subject == "Re: Empty"
