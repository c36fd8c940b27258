"""What a person at the desk does: decided, stored and queued in one commit, with the name in the history."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from house import NOW, ROUTE, Home, mail

from intake.core.case.act import Act
from intake.core.mail.message import Address
from intake.desk import act
from intake.errors import IntakeError, Stale
from intake.store import people
from intake.store.people import Agent

ADA = "ada@desk.example"
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def opened_case(desk: Home) -> Home:
    with desk.databases.desk.begin() as connection:
        people.save_agents(connection, [Agent(ADA, "Ada L.")])
    desk.take(mail())
    return desk


def do(desk: Home, what: str, value: str = "", because: str = "") -> Any:
    return act.perform(desk.house, "OX-1001", Act(what, value, ADA, because), LATER).case


def last(desk: Home) -> dict[str, Any]:
    entry: dict[str, Any] = desk.shown("OX-1001")["history"][-1]
    return entry


def test_a_reply_stops_the_response_clock_and_goes_out_on_the_thread(opened_case: Home) -> None:
    case = do(opened_case, "reply", "Please try again.")
    assert (case.state, case.assignee) == ("open", ADA)
    assert case.latest("response").ended_at == LATER
    reply = opened_case.outbox()[-1]
    assert (reply["kind"], reply["to"], reply["state"]) == ("reply", "kim@hosting.example", "queued")
    raw = opened_case.sent(reply["id"])
    assert b"Please try again." in raw
    assert b"In-Reply-To: <one@hosting.example>" in raw
    assert b"Ada L." in raw
    assert b"Auto-Submitted" not in raw
    shown = opened_case.shown("OX-1001")
    assert [(each["direction"], each["role"]) for each in shown["messages"]] == [("in", "customer"), ("out", "agent")]
    assert shown["messages"][1]["message_id"] == reply["message_id"]
    assert last(opened_case)["actor"] == ADA


def test_a_customers_answer_to_a_persons_reply_finds_the_case_by_the_replys_id(opened_case: Home) -> None:
    do(opened_case, "reply", "Please try again.")
    sent = opened_case.outbox()[-1]["message_id"]
    (outcome,) = opened_case.take(
        mail("It works.\n", message_id="three@hosting.example", subject="Re:", In_Reply_To=f"<{sent}>"), LATER
    )
    assert outcome["outcome"] == "reply"


@pytest.mark.parametrize(
    ("what", "value", "check"),
    [
        ("assign", ADA, lambda case: case.assignee == ADA),
        ("severity", "1", lambda case: case.severity == 1),
        ("status", "waiting", lambda case: case.state == "waiting"),
        ("status", "closed", lambda case: case.state == "closed" and case.closed_at == LATER),
        ("spam", "", lambda case: case.state == "closed" and "spam" in case.marks),
    ],
)
def test_an_act_changes_the_case_and_names_who_did_it(
    opened_case: Home, what: str, value: str, check: Callable[[Any], bool]
) -> None:
    assert check(do(opened_case, what, value, "because so"))
    entry = [each for each in opened_case.shown("OX-1001")["history"] if each["event"] != "letter"][-1]
    assert (entry["actor"], entry["at"]) == (ADA, LATER.isoformat())


def test_a_note_stays_inside(opened_case: Home) -> None:
    before = len(opened_case.outbox())
    do(opened_case, "note", "call them on Monday")
    assert len(opened_case.outbox()) == before
    message = opened_case.shown("OX-1001")["messages"][-1]
    assert (message["direction"], message["text"]) == ("note", "call them on Monday")


def test_a_missing_field_that_is_not_needed_completes_the_case(desk: Home) -> None:
    desk.take(mail("".join(line for line in mail().decode().partition("\r\n\r\n")[2].splitlines(True)[:-1])))
    (owed,) = desk.shown("OX-1001")["missing"]
    case = do(desk, "waive", owed)
    assert "missing-information" not in case.marks
    assert desk.outbox()[-1]["kind"] == "acknowledgment"


@pytest.mark.parametrize(
    ("what", "value", "said"),
    [
        ("reply", "  ", "empty reply"),
        ("severity", "9", "no severity"),
        ("severity", "2", "already"),
        ("status", "gone", "no status"),
        ("waive", "server", "not missing"),
    ],
)
def test_an_act_that_cannot_be_done_says_why_and_changes_nothing(
    opened_case: Home, what: str, value: str, said: str
) -> None:
    before = opened_case.shown("OX-1001")
    with pytest.raises(IntakeError, match=said):
        do(opened_case, what, value)
    assert opened_case.shown("OX-1001") == before


def test_a_case_that_is_not_there_is_named(desk: Home) -> None:
    with pytest.raises(IntakeError, match='no case has the reference "OX-1001"'):
        do(desk, "note", "x")


def test_of_two_acts_at_once_the_later_one_is_decided_again(opened_case: Home) -> None:
    fresh = opened_case.house.unique

    def meanwhile() -> str:
        opened_case.house.unique = fresh
        do(opened_case, "severity", "1")
        return fresh()

    opened_case.house.unique = meanwhile
    case = do(opened_case, "reply", "Please try again.")
    assert (case.severity, case.state) == (1, "open")
    assert [each["kind"] for each in opened_case.outbox()].count("reply") == 1


def test_an_act_gives_up_where_others_are_always_quicker(opened_case: Home) -> None:
    fresh, notes = opened_case.house.unique, []

    def always() -> str:
        notes.append("n")
        do(opened_case, "note", "quicker")
        return fresh()

    opened_case.house.unique = always
    with pytest.raises(Stale):
        do(opened_case, "reply", "Please try again.")
    assert len(notes) < 20
    assert "reply" not in [each["kind"] for each in opened_case.outbox()]


def test_a_case_opened_by_hand_is_answered_to_who_called(desk: Home) -> None:
    case = act.open_by_hand(
        desk.house,
        contact=Address("Kim", "kim@hosting.example"),
        subject="The inbox stays empty",
        text="Severity: 2\nKim called.",
        route=ROUTE,
        channel="phone",
        by=ADA,
        now=NOW,
    )
    assert (case.reference, case.severity, case.customer_id is not None) == ("OX-1001", 2, True)
    assert [(each["kind"], each["to"]) for each in desk.outbox()] == [("missing-information", "kim@hosting.example")]
    shown = desk.shown("OX-1001")
    assert shown["history"][0]["actor"] == ADA
    assert "phone" in shown["history"][0]["text"]
    assert shown["messages"][0]["text"].endswith("Kim called.")


def test_a_case_is_opened_by_hand_on_a_known_route_only(desk: Home) -> None:
    with pytest.raises(IntakeError, match="no route has the address"):
        act.open_by_hand(
            desk.house,
            contact=Address("", "kim@hosting.example"),
            subject="s",
            text="t",
            route="nobody@support.example",
            channel="phone",
            by=ADA,
            now=NOW,
        )


def test_letters_that_acts_of_the_desk_bring_about_are_neither_counted_nor_held_back_for_the_hours_cap(
    opened_case: Home,
) -> None:
    for severity in ("3", "2", "1", "4"):
        act.perform(opened_case.house, "OX-1001", Act("severity", severity, ADA, "as we spoke"), NOW)
    act.perform(opened_case.house, "OX-1001", Act("status", "resolved", ADA), NOW)
    opened_case.take(mail(message_id="two@hosting.example", subject="Another matter"), NOW)
    states = [(each["kind"], each["state"]) for each in opened_case.outbox()]
    told = [("severity-set", "queued")] * 4
    assert states == [("acknowledgment", "queued"), *told, ("resolved", "queued"), ("acknowledgment", "queued")]
