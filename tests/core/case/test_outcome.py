"""Outcomes: one for each mail and route, by a table whose order is part of the promise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from intake.core.case import clocks
from intake.core.case.act import Act
from intake.core.case.acts import act
from intake.core.case.case import Case, Customer
from intake.core.case.matching import Candidate
from intake.core.case.outcome import Arrival, carry_out, classify, writer
from intake.core.mail.fields import read_fields
from intake.core.mail.message import Address, Bounce, Message
from intake.core.policy.policy import Policy

DAY = timedelta(days=1)
WHOLE = "Severity: 2\nSystem: Linux\nSteps:\nstart it"
BOUNCE = Bounce(("kim@hosting.example",), permanent=True, original_message_id=None)

Opened = Callable[..., Case]
Make = Callable[..., Message]
Arriving = Callable[..., Arrival]


@pytest.fixture
def arriving(policy: Policy, customer: Customer, message: Make, monday: datetime) -> Arriving:
    """Makes an arrival of a message on the support route."""

    def make(mail: Message | None = None, **changes: object) -> Arrival:
        plain = Arrival(
            message=mail or message(),
            received_at=monday,
            route="support@desk.example",
            queue="support",
            policy=policy,
            fields={},
            customer=customer,
        )
        return replace(plain, **changes)  # type: ignore[arg-type]

    return make


def _joining(case: Case) -> tuple[Candidate, ...]:
    return (Candidate(case, "reference", writer_belongs=True),)


def test_a_mail_has_the_first_outcome_of_the_table_that_applies(
    arriving: Arriving, message: Make, opened: Opened
) -> None:
    machine: dict[str, object] = {"kind": "auto-reply", "kind_because": "Auto-Submitted: auto-replied"}
    everything = arriving(
        message(junk_because="X-Spam-Flag: yes", **machine), duplicate_of=3, candidates=_joining(opened())
    )
    assert classify(everything).outcome == "junk"
    no_junk = replace(everything, message=message(**machine))
    assert classify(no_junk).outcome == "duplicate"
    first = replace(no_junk, duplicate_of=None)
    assert classify(first).outcome == "automatic"
    person = replace(first, message=message())
    assert classify(person).outcome == "reply"
    assert classify(replace(person, candidates=())).outcome == "new_case"


@pytest.mark.parametrize("kind", ["auto-reply", "bounce", "receipt", "report"])
def test_machines_never_open_cases(arriving: Arriving, message: Make, kind: str) -> None:
    classified = classify(arriving(message(kind=kind, kind_because="a machine")))
    assert (classified.outcome, classified.because) == ("automatic", f"{kind}: a machine")


def test_threats_44_list_mail_is_a_case(arriving: Arriving, message: Make) -> None:
    assert classify(arriving(message(kind="list", kind_because="List-Id"))).outcome == "new_case"


def test_whatever_comes_to_an_envelope_sender_of_ours_is_automatic(arriving: Arriving) -> None:
    assert classify(arriving(to_bounce_address=True)).outcome == "automatic"


def test_a_case_closed_too_long_ago_gets_a_new_one_that_links_to_it(
    policy: Policy, arriving: Arriving, opened: Opened, monday: datetime
) -> None:
    closed = act(policy, opened(WHOLE), Act("status", "closed", "ada@desk.example"), None, monday).case
    candidates = _joining(closed)
    assert classify(arriving(candidates=candidates, received_at=monday + 30 * DAY)).outcome == "reply"
    late = arriving(candidates=candidates, received_at=monday + 31 * DAY)
    classified = classify(late)
    assert classified.outcome == "new_case"
    decision = carry_out(late, classified, "HS-1002", monday + 31 * DAY)
    assert decision is not None
    assert (decision.case.reference, decision.case.linked) == ("HS-1002", ("HS-1001",))


def test_junk_and_duplicates_touch_no_case(arriving: Arriving, message: Make, monday: datetime) -> None:
    for arrival in (arriving(message(junk_because="junk")), arriving(duplicate_of=3)):
        assert carry_out(arrival, classify(arrival), "HS-1", monday) is None


def test_threats_42_a_bounce_is_on_its_case_marks_it_and_tells_the_desk_without_an_answer(
    arriving: Arriving, message: Make, opened: Opened, monday: datetime
) -> None:
    mail = message(kind="bounce", kind_because="a delivery report", bounce=BOUNCE)
    arrival = arriving(mail, bounced=opened(WHOLE))
    decision = carry_out(arrival, classify(arrival), "", monday)
    assert decision is not None
    assert "undeliverable" in decision.case.marks
    assert decision.wishes == ()
    assert [notice.kind for notice in decision.notices] == ["desk-undeliverable"]
    assert "kim@hosting.example" in decision.notices[0].text


def test_a_bounce_that_may_pass_is_only_noted(
    arriving: Arriving, message: Make, opened: Opened, monday: datetime
) -> None:
    mail = message(kind="bounce", kind_because="delayed", bounce=replace(BOUNCE, permanent=False))
    arrival = arriving(mail, bounced=opened(WHOLE))
    decision = carry_out(arrival, classify(arrival), "", monday)
    assert decision is not None
    assert "undeliverable" not in decision.case.marks
    assert decision.notices == ()


def test_an_answer_of_a_person_that_came_back_leaves_the_case_unanswered(
    policy: Policy, arriving: Arriving, message: Make, opened: Opened, monday: datetime
) -> None:
    answered = act(policy, opened(WHOLE), Act("reply", "Done.", "ada@desk.example"), None, monday).case
    mail = message(kind="bounce", kind_because="a delivery report", bounce=BOUNCE)
    for bounced_reply in (True, False):
        arrival = arriving(mail, bounced=answered, bounced_reply=bounced_reply)
        decision = carry_out(arrival, classify(arrival), "", monday + DAY)
        assert decision is not None
        response = decision.case.running("response")
        assert (response is not None) is bounced_reply
        assert ("reply" in decision.case.answered) is not bounced_reply
        if response is not None:
            assert response.due_at == clocks.started(policy, answered, "response", monday, None).due_at


@pytest.mark.parametrize(
    ("failed", "copy_alone"),
    [
        (("Sam@hosting.example",), True),
        (("sam@hosting.example", "kim@hosting.example"), False),
        (("kim@mailbox.hosting.example",), False),
        ((), False),
    ],
)
def test_a_copy_that_came_back_is_told_and_the_customer_has_the_answer(
    policy: Policy,
    arriving: Arriving,
    message: Make,
    opened: Opened,
    monday: datetime,
    failed: tuple[str, ...],
    copy_alone: bool,
) -> None:
    copied = act(policy, opened(WHOLE), Act("cc", "sam@hosting.example", "ada@desk.example"), None, monday).case
    answered = act(policy, copied, Act("reply", "Done.", "ada@desk.example"), None, monday).case
    mail = message(kind="bounce", kind_because="a delivery report", bounce=replace(BOUNCE, recipients=failed))
    arrival = arriving(mail, bounced=answered, bounced_reply=True)
    decision = carry_out(arrival, classify(arrival), "", monday + DAY)
    assert decision is not None
    assert ("undeliverable" not in decision.case.marks) is copy_alone
    assert (decision.case.running("response") is None) is copy_alone
    assert [notice.kind for notice in decision.notices] == ["desk-alert" if copy_alone else "desk-undeliverable"]


def test_a_new_case_takes_over_what_the_mail_says_within_bounds(
    policy: Policy, arriving: Arriving, message: Make, monday: datetime
) -> None:
    sender = Address("n" * 5000, "a" * 5000 + "@x.example")
    mail = message(subject="s" * 5000, from_=sender, ambiguous_sender=True, authentication="fail")
    arrival = arriving(mail, customer=None, fields=read_fields(policy.specs, [WHOLE]))
    decision = carry_out(arrival, classify(arrival), "HS-1", monday + DAY)
    assert decision is not None
    case = decision.case
    assert (len(case.subject), len(case.contact.name), len(case.contact.address)) == (500, 200, 320)
    assert case.marks == {"ambiguous-sender", "unverified", "unentitled"}
    assert (case.opened_at, case.severity) == (monday, 2)


@pytest.mark.parametrize(
    ("customers", "mails", "taken"),
    [("de", "en", "de"), (None, "de", "de"), ("fr", "de", "de"), (None, "fr", "en"), (None, None, "en")],
)
def test_the_language_is_the_customers_else_the_mails_else_english(
    arriving: Arriving,
    message: Make,
    customer: Customer,
    monday: datetime,
    customers: str | None,
    mails: str | None,
    taken: str,
) -> None:
    arrival = arriving(message(language=mails), customer=replace(customer, language=customers))
    decision = carry_out(arrival, classify(arrival), "HS-1", monday)
    assert decision is not None
    assert decision.case.language == taken


def test_threats_50_without_from_the_envelopes_sender_wrote_else_nobody(arriving: Arriving, message: Make) -> None:
    assert writer(arriving(message(from_=None), envelope_from="kim@hosting.example")).address == "kim@hosting.example"
    assert writer(arriving(message(from_=None))) == Address("", "")


def test_a_mail_too_big_to_take_is_a_case_that_says_where_it_lies(
    arriving: Arriving, message: Make, monday: datetime
) -> None:
    arrival = arriving(message(), oversize=60_000_000, place="imap support INBOX UID 7")
    decision = carry_out(arrival, classify(arrival), "HS-1", monday)
    assert decision is not None
    assert [wish.kind for wish in decision.wishes] == ["too-big"]
    assert "UID 7" in next(notice.text for notice in decision.notices if notice.kind == "desk-alert")


OUR_LETTER = """Thank you for your mail.
- Severity: 1 (down) - nothing works at all and nobody can go on with what they were doing
- System - please choose one of: Linux, Windows
System:
Steps:"""


@pytest.mark.parametrize(
    "reply",
    [
        "Steps: start it\n\n" + OUR_LETTER,
        "Steps: start it\n\n" + "\n".join(f"> {line}" for line in OUR_LETTER.splitlines()),
        "Steps: start it\n\n" + OUR_LETTER.replace(" and nobody", "\nand nobody").replace("- ", "* "),
    ],
)
def test_a_reply_gives_nothing_that_we_wrote_however_it_is_quoted(
    arriving: Arriving, message: Make, opened: Opened, monday: datetime, reply: str
) -> None:
    mail = message(form_texts=(reply, reply))
    arrival = arriving(mail, candidates=_joining(opened("Severity: 2")), our_words=OUR_LETTER)
    decision = carry_out(arrival, classify(arrival), "", monday + DAY)
    assert decision is not None
    case = decision.case
    assert (case.severity, case.wished_severity) == (2, 2)
    assert "system" not in case.fields
    assert case.fields["steps"].value == "start it"


def test_a_reply_filled_into_our_letter_gives_its_fields(
    arriving: Arriving, message: Make, opened: Opened, monday: datetime
) -> None:
    filled = OUR_LETTER.replace("System:", "System: Linux").replace("Steps:", "Steps: start it")
    mail = message(form_texts=("See below", f"See below\n\n-----Original Message-----\n{filled}"))
    arrival = arriving(mail, candidates=_joining(opened("Severity: 2")), our_words=OUR_LETTER)
    decision = carry_out(arrival, classify(arrival), "", monday + DAY)
    assert decision is not None
    assert decision.case.fields["system"].valid
    assert decision.case.fields["steps"].value == "start it"


@pytest.mark.parametrize(
    "filled",
    [
        "System:\nLinux\nSteps:\nstart it\n",
        "System: Linux\nSteps:\n\nstart it\n",
        "> - System - please choose one of: Linux, Windows\nLinux\n> System:\n> Steps:\nstart it",
        "> Thank you\n> - System - please choose one of: Linux,\n> Windows\n\nLinux\n> System:\n> Steps:\n\nstart it\n",
        "- System - please choose one of: Linux, Windows\nLinux\nSystem:\nSteps:\nstart it",
    ],
)
def test_answers_below_the_lines_of_our_letter_are_read(
    arriving: Arriving, message: Make, opened: Opened, monday: datetime, filled: str
) -> None:
    mail = message(form_texts=(filled,))
    arrival = arriving(mail, candidates=_joining(opened("Severity: 2")), our_words=OUR_LETTER)
    decision = carry_out(arrival, classify(arrival), "", monday + DAY)
    assert decision is not None
    assert decision.case.fields["system"].value == "Linux"
    assert decision.case.fields["steps"].value == "start it"


@pytest.mark.parametrize("quote", ["", "> "])
def test_words_below_our_whole_letter_answer_none_of_its_lines(
    arriving: Arriving, message: Make, opened: Opened, monday: datetime, quote: str
) -> None:
    letter = f"{OUR_LETTER}\n\nPlease send this by Friday.\nYour support"
    quoted = "\n".join(f"{quote}{line}" for line in letter.splitlines())
    mail = message(form_texts=(f"{quoted}\n\nWe shall see to it.",))
    arrival = arriving(mail, candidates=_joining(opened("Severity: 2")), our_words=letter)
    decision = carry_out(arrival, classify(arrival), "", monday + DAY)
    assert decision is not None
    assert set(decision.case.fields) == {"severity"}


def test_threats_17_a_reader_in_cc_gains_nothing(
    arriving: Arriving, message: Make, opened: Opened, monday: datetime
) -> None:
    mail = message(cc=(Address("Eve", "eve@elsewhere.example"),), reply_to=(Address("Eve", "eve@elsewhere.example"),))
    for candidates in ((), _joining(opened(WHOLE))):
        arrival = arriving(mail, candidates=candidates)
        decision = carry_out(arrival, classify(arrival), "HS-9", monday)
        assert decision is not None
        assert [person.address for person in decision.case.participants] == ["kim@hosting.example"]
        assert decision.case.contact.address == "kim@hosting.example"
