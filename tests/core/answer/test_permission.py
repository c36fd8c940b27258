"""Who may be answered: every row of the table, each by a letter that goes out as soon as the row's reason is gone."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from intake.core.answer.permission import Asking, judge, recipient
from intake.core.mail.message import Address, Message

Make = Callable[..., Message]

PLAIN = Asking(
    kind="acknowledgment",
    to="kim@hosting.example",
    case_kinds=frozenset(),
    marks=frozenset(),
    envelope_from="kim@hosting.example",
    own_addresses=frozenset({"support@desk.example"}),
)


def test_nothing_speaks_against_an_ordinary_answer(message: Make) -> None:
    assert judge(replace(PLAIN, message=message())).verdict == "send"
    assert judge(replace(PLAIN, envelope_from=None)).verdict == "send"


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({"marks": frozenset({"spam"})}, "the case was closed as spam"),
        ({"marks": frozenset({"backlog"})}, "old mail of a mailbox's first sight is not answered"),
        ({"envelope_from": ""}, "the return path is null"),
        ({"answerable": False}, "the mail is older than a day"),
        ({"to": None}, "there is no address that may be answered"),
        ({"to": ""}, "there is no address that may be answered"),
        ({"to": "Support@Desk.example"}, "the address is one of ours"),
        ({"undeliverable": True}, "mail to the address came back"),
        ({"case_kinds": frozenset({"acknowledgment"})}, "the case had this kind of letter already"),
        ({"sent_last_hour": 3}, "the address had its letters of the hour"),
        ({"sent_last_hour": 3, "known_contact": True, "digest_last_hour": True}, "had its letters of the hour"),
    ],
)
def test_what_forbids_an_answer_is_said_with_it(changes: dict[str, object], because: str) -> None:
    permission = judge(replace(PLAIN, **changes))  # type: ignore[arg-type]
    assert permission.verdict == "never"
    assert because in permission.because


def test_never_to_a_machine_or_to_junk_and_the_mails_own_reason_is_given(message: Make) -> None:
    machine = judge(replace(PLAIN, message=message(automatic_because="Precedence: bulk")))
    assert (machine.verdict, machine.because) == ("never", "Precedence: bulk")
    junk = judge(replace(PLAIN, message=message(junk_because="X-Spam-Flag: yes")))
    assert (junk.verdict, junk.because) == ("never", "a trusted filter says junk")


@pytest.mark.parametrize(
    "local",
    ["MAILER-DAEMON", "postmaster", "owner-staff", "staff-request", "no-reply", "noreply", "Do-Not-Reply"],
)
def test_never_to_an_address_that_is_a_machines_however_it_came_to_be_the_one(message: Make, local: str) -> None:
    permission = judge(replace(PLAIN, message=message(), to=f"{local}@hosting.example"))
    assert (permission.verdict, permission.because) == ("never", "the address takes no answers")


def test_threats_40_beyond_the_cap_a_known_contact_gets_one_digest_and_a_stranger_nothing() -> None:
    assert judge(replace(PLAIN, sent_last_hour=2)).verdict == "send"
    assert judge(replace(PLAIN, sent_last_hour=3, known_contact=True)).verdict == "digest"
    assert judge(replace(PLAIN, sent_last_hour=3)).verdict == "never"
    assert judge(replace(PLAIN, sent_last_hour=0, cap=0)).verdict == "never"
    assert judge(replace(PLAIN, sent_last_hour=4, known_contact=True, digest_last_hour=True)).verdict == "never"


@pytest.mark.parametrize("changes", [{}, {"known_contact": True, "sent_last_hour": 3}, {"shadow": True}])
def test_threats_40_a_kind_of_letter_that_the_case_had_never_goes_out_again(changes: dict[str, object]) -> None:
    asked = replace(PLAIN, **changes)  # type: ignore[arg-type]
    assert judge(asked).verdict != "never"
    assert judge(replace(asked, case_kinds=frozenset({"reminder"}))).verdict != "never"
    assert judge(replace(asked, case_kinds=frozenset({"acknowledgment"}))).verdict == "never"


def test_shadow_mode_makes_letters_that_do_not_leave_and_never_more_than_would() -> None:
    assert judge(replace(PLAIN, shadow=True)).verdict == "withhold"
    assert judge(replace(PLAIN, shadow=True, undeliverable=True)).verdict == "never"
    assert judge(replace(PLAIN, shadow=True, sent_last_hour=3)).verdict == "never"


def _to(message: Message, source: str = "smtp", envelope_from: str | None = "bounces@hosting.example") -> str | None:
    return recipient(message, source=source, envelope_from=envelope_from)


def test_an_answer_goes_to_from_where_it_is_authenticated_else_to_the_envelopes_sender(message: Make) -> None:
    assert _to(message(authentication="pass")) == "kim@hosting.example"
    assert _to(message(authentication="none")) == "bounces@hosting.example"
    assert _to(message(authentication="fail")) == "bounces@hosting.example"


def test_threats_24_an_ambiguous_from_is_never_the_one_however_authenticated(message: Make) -> None:
    assert _to(message(ambiguous_sender=True, authentication="pass")) == "bounces@hosting.example"
    assert _to(message(ambiguous_sender=True), source="file", envelope_from=None) is None


def test_a_null_sender_is_nobody(message: Make) -> None:
    assert _to(message(), envelope_from="") is None
    assert _to(message(return_path=""), envelope_from=None, source="file") is None


def test_without_an_envelope_the_return_path_is_the_one(message: Make) -> None:
    mail = message(return_path="bo@hosting.example")
    assert _to(mail, envelope_from=None, source="imap") == "bo@hosting.example"
    assert _to(mail, envelope_from=None, source="file") == "bo@hosting.example"


def test_only_for_files_an_unauthenticated_from_will_do(message: Make) -> None:
    assert _to(message(), envelope_from=None, source="file") == "kim@hosting.example"
    assert _to(message(), envelope_from=None, source="imap") is None
    assert _to(message(from_=None), envelope_from=None, source="file") is None


def test_reply_to_and_cc_are_nobodys_business(message: Make) -> None:
    mail = message(reply_to=(Address("", "eve@elsewhere.example"),), cc=(Address("", "eve@elsewhere.example"),))
    assert _to(mail) == "bounces@hosting.example"
