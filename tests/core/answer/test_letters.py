"""Letters: what templates may name, and the headers that thread and protect them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from intake.core.answer.desk import Desk
from intake.core.answer.letter import Letter
from intake.core.answer.letters import Thread, to_customer, to_desk
from intake.core.answer.tokens import Keys, Token, tag_of
from intake.core.answer.values import form_to_copy
from intake.core.case.case import Case, Customer, Notice, Wish
from intake.core.case.chasing import chase
from intake.core.case.opening import Opening, open_case
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address
from intake.core.policy.policy import Policy
from intake.core.sentences import Sentence

KEYS = Keys({1: "a secret"})
DESK = Desk("House Support", "desk.example", "support@desk.example", "+", KEYS, "https://console.example")
KIM = Address("", "kim@hosting.example")
LURE = "Win now http://evil.example/x or write to eve@evil.example, quickly, before it is all over"

Opened = Callable[..., Case]


@pytest.fixture
def opened(policy: Policy, opening: Callable[..., Opening]) -> Opened:
    """Makes a case from a form's text."""

    def make(form: str = "", **changes: object) -> Case:
        wanted = opening(**{"fields": read_fields(policy.specs, [form]), **changes})
        return open_case(policy, wanted, wanted.opened_at).case

    return make


def _letter(policy: Policy, case: Case, kind: str = "acknowledgment", **changes: Any) -> Letter:
    wish = Wish(kind, **changes)  # type: ignore[arg-type]
    thread = Thread("one@hosting.example", ("zero@hosting.example",))
    return to_customer(policy, case, wish, KIM, DESK, case.opened_at, thread=thread, unique="u1")


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for each in value.values() for text in _texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each)]
    return [str(value)]


def test_an_answer_threads_onto_the_mail_that_it_answers(policy: Policy, opened: Opened) -> None:
    letter = _letter(policy, opened())
    assert letter.in_reply_to == "one@hosting.example"
    assert letter.references == ("zero@hosting.example", "one@hosting.example")
    assert letter.message_id == "hs-1001.acknowledgment.u1@desk.example"


def test_references_are_capped_and_keep_the_first_and_the_newest() -> None:
    ids = tuple(f"{number}@hosting.example" for number in range(50))
    after = Thread("last@hosting.example", ids).after()
    assert len(after) == 20
    assert (after[0], after[-2:]) == (ids[0], (ids[-1], "last@hosting.example"))
    assert Thread("a@x.example", ("a@x.example", "b@x.example")).after()[-1] == "a@x.example"
    assert Thread().after() == ()


def test_replies_come_back_under_a_signed_token_of_case_and_participant(policy: Policy, opened: Opened) -> None:
    letter = _letter(policy, opened())
    assert letter.reply_to is not None
    assert KEYS.read(tag_of(letter.reply_to.address, "+")) == Token("reply", "HS-1001", 1)
    assert letter.reply_to.address.startswith("support+")


def test_bounces_come_back_to_an_address_that_never_answers(policy: Policy, opened: Opened) -> None:
    token = KEYS.read(tag_of(_letter(policy, opened()).envelope_from, "+"))
    assert token is not None
    assert (token.purpose, token.reference) == ("bounce", "HS-1001")


@pytest.mark.parametrize(
    ("kind", "scheduled", "automatic", "mark"),
    [
        ("acknowledgment", False, "auto-replied", "HS-1001"),
        ("reminder", True, "auto-generated", "HS-1001"),
        ("reply", False, None, None),
    ],
)
def test_machines_letters_say_that_they_are_and_persons_do_not(
    policy: Policy, opened: Opened, kind: str, scheduled: bool, automatic: str | None, mark: str | None
) -> None:
    letter = _letter(policy, opened(), kind, scheduled=scheduled)
    assert (letter.automatic, letter.loop_mark) == (automatic, mark)


def test_a_persons_reply_is_signed_with_name_and_desk(policy: Policy, opened: Opened) -> None:
    wish = Wish("reply", text="Please restart.")
    case = opened()
    letter = to_customer(
        policy, case, wish, KIM, DESK, case.opened_at, thread=Thread(), unique="u", author="Ada Example"
    )
    assert letter.sender == Address("Ada Example (House Support)", "support@desk.example")
    assert letter.values["reply"] == {"text": "Please restart.", "agent_name": "Ada Example"}


@pytest.mark.parametrize("kind", ["acknowledgment", "missing-information", "not-entitled", "reminder", "too-big"])
def test_threats_20_of_the_senders_words_only_subject_and_off_list_values_stand_in_a_letter_cut_and_harmless(
    policy: Policy, opened: Opened, kind: str
) -> None:
    form = f"Severity: {LURE}\nSystem: {LURE}\nNickname: SECRETWORDS\nSteps:\nSECRETWORDS"
    case = opened(form, subject=LURE, text=LURE, contact=Address("SECRETWORDS", KIM.address), customer=None)
    texts = _texts(_letter(policy, case, kind).values)
    everything = "\n".join(texts)
    assert "evil.example" not in everything
    assert "eve@" not in everything
    assert "SECRETWORDS" not in everything
    assert "before it is all over" not in everything
    assert {len(text) <= 40 for text in texts if "Win now" in text} == {True}


def test_missing_fields_are_named_with_what_is_allowed_and_a_form_to_copy(policy: Policy, opened: Opened) -> None:
    values = _letter(policy, opened("Severity: 2\nSystem: BeOS"), "missing-information").values
    assert values["missing"] == [
        {"label": "System", "problem": "not on the list", "written": "BeOS", "allowed": ["Linux", "Windows"]},
        {"label": "Steps", "problem": "missing", "written": "", "allowed": []},
    ]
    assert values["form"] == "System: \nSteps:"
    assert "7 December 2026" in values["information"]["due"]


def test_a_waived_field_is_not_asked_for(policy: Policy, opened: Opened) -> None:
    case = replace(opened("Severity: 2\nSystem: BeOS"), waived=frozenset({"system"}))
    values = _letter(policy, case, "missing-information").values
    assert [item["label"] for item in values["missing"]] == ["Steps"]
    assert values["form"] == "Steps:"


def test_the_date_by_which_something_is_owed_is_the_one_on_which_the_case_closes(
    policy: Policy, opened: Opened, monday: datetime
) -> None:
    case = replace(opened("Severity: 4"), answered=frozenset({"missing-information"}))
    late = chase(case, monday + timedelta(days=60)).case
    shown = _letter(policy, late, "reminder", number=1, scheduled=True).values["information"]["due"]
    closing = late.clocks[1].steps[-1]
    assert closing.what == "close"
    assert f"{closing.at:%d %B %Y}".lstrip("0") in shown


def test_a_copied_form_reads_back_as_the_fields_that_it_asks_for(policy: Policy) -> None:
    form = form_to_copy(policy, ["steps", "system"])
    filled = form.replace("System: ", "System: Linux").replace("Steps:", "Steps:\nstart it")
    fields = read_fields(policy.specs, [filled])
    assert {key: value.valid for key, value in fields.items()} == {"system": True, "steps": True}
    assert read_fields(policy.specs, [form]).keys() == set()
    assert form_to_copy(policy, []) == ""


def test_the_letter_states_number_severity_why_and_the_due_time_in_the_readers_zone(
    policy: Policy, opened: Opened, customer: Customer
) -> None:
    abroad = replace(customer, zone="Asia/Kolkata")
    values = _letter(policy, opened("Severity: 2\nSystem: Linux\nSteps: x", customer=abroad)).values
    assert (values["case"]["reference"], values["case"]["severity"]) == ("HS-1001", "2")
    assert values["case"]["severity_title"] == "hampered"
    assert values["because"] == [{"clause": "H-3", "text": "You gave Severity 2."}]
    assert "18:30 (Asia/Kolkata, IST)" in values["response"]["due"]


def test_without_a_due_time_the_letter_says_why_in_its_language(policy: Policy, opened: Opened) -> None:
    values = _letter(policy, opened("Severity: 4\nSystem: Linux\nSteps: x", language="de")).values
    assert values["response"]["due"] == ""
    assert values["response"]["absent_because"] == "Fragen beantworten wir, wie wir können."


def test_a_notice_tells_the_desk_what_the_customer_wrote_in_the_desks_zone(
    policy: Policy, opened: Opened, monday: datetime
) -> None:
    case = opened("Severity: 2", subject=LURE)
    letter = to_desk(
        policy,
        case,
        Notice("desk-missed", "lead", Sentence("missed"), clock=1, number=2),
        Address("", "lead@desk.example"),
        DESK,
        monday + timedelta(hours=5, minutes=1),
        unique="u1",
        language="en",
        zone="Europe/Berlin",
        excerpt="the whole story",
    )
    values = letter.values
    assert (values["case"]["subject"], values["message"]["excerpt"]) == (LURE, "the whole story")
    assert (values["clock"]["kind"], values["clock"]["overdue_by"], values["clock"]["step"]) == (
        "response",
        "1 h 1 min",
        "2",
    )
    assert "14:00 (Europe/Berlin, CET)" in values["clock"]["due"]
    assert values["case"]["url"] == "https://console.example/cases/HS-1001"
    assert (letter.automatic, letter.loop_mark) == ("auto-generated", "HS-1001")
    assert letter.references == ("hs-1001.desk@desk.example",)


def test_a_notice_about_no_clock_has_an_empty_one(policy: Policy, opened: Opened, monday: datetime) -> None:
    notice = Notice("desk-alert", "lead", Sentence("look here"))
    letter = to_desk(policy, opened(), notice, KIM, DESK, monday, unique="u", language="en", zone="Europe/Berlin")
    assert not any(letter.values["clock"].values())
    assert letter.values["alert"] == {"text": "look here"}
