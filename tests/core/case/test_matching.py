"""Matching: tokens are believed, guesses only from a writer who belongs, and a wrong match is worse than none."""

from collections.abc import Callable

import pytest

from intake.core.case.case import Case
from intake.core.case.matching import Candidate, belongs, match, numbers_in
from intake.core.mail.message import Address, Message

Opened = Callable[..., Case]
Make = Callable[..., Message]


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [HS-1001] Mail is down", ("HS-1001",)),
        ("AW: hs-1001: noch etwas", ("HS-1001",)),
        ("OX-7, HS-8 (HS-8)", ("OX-7", "HS-8")),
        ("HS-1001-2 XHS_HS-1", ()),
        ("HS-", ()),
        ("-1001", ()),
        ("HS-1234567890123", ()),
        ("ABCDEFGHI-1", ()),
        (" ".join(f"A-{number}" for number in range(9)), ("A-0", "A-1", "A-2", "A-3", "A-4")),
        ("HS-٣", ()),
    ],
)
def test_numbers_in_a_subject(subject: str, numbers: tuple[str, ...]) -> None:
    assert numbers_in(subject) == numbers


def test_a_participant_belongs_however_their_address_is_written(opened: Opened, message: Make) -> None:
    assert belongs(opened(), message(from_=Address("", "KIM@Hosting.Example")), ())


def test_a_colleague_belongs_only_where_their_domain_is_the_customers_and_authenticated(
    opened: Opened, message: Make
) -> None:
    bo, case = Address("Bo", "bo@hosting.example"), opened()
    domains = ("hosting.example",)
    assert belongs(case, message(from_=bo, authentication="pass"), domains)
    assert belongs(case, message(from_=Address("", "bo@eu.hosting.example"), authentication="pass"), domains)
    assert not belongs(case, message(from_=bo, authentication="none"), domains)
    assert not belongs(case, message(from_=bo, authentication="pass"), ("other.example",))
    assert not belongs(case, message(from_=Address("", "bo@nothosting.example"), authentication="pass"), domains)


def test_a_contact_on_the_customers_record_belongs_only_where_authenticated(opened: Opened, message: Make) -> None:
    pat, case, contacts = Address("Pat", "Pat@Elsewhere.example"), opened(), ("pat@elsewhere.example",)
    assert belongs(case, message(from_=pat, authentication="pass"), (), contacts)
    assert not belongs(case, message(from_=pat, authentication="none"), (), contacts)
    assert not belongs(case, message(from_=pat, authentication="pass", ambiguous_sender=True), (), contacts)
    sam = Address("Sam", "sam@elsewhere.example")
    assert not belongs(case, message(from_=sam, authentication="pass"), (), contacts)


@pytest.mark.parametrize(
    "changes", [{"ambiguous_sender": True}, {"authentication": "fail"}, {"from_": None}, {"from_": Address("", "")}]
)
def test_threats_24_an_ambiguous_failed_or_absent_sender_never_belongs(
    opened: Opened, message: Make, changes: dict[str, object]
) -> None:
    assert not belongs(opened(), message(**changes), ("hosting.example",))


def test_threats_16_a_guessed_id_or_number_opens_a_linked_case_with_an_alert(opened: Opened) -> None:
    case = opened()
    for evidence in ("reference", "number"):
        found = match([Candidate(case, evidence, writer_belongs=False)])
        assert (found.case, found.linked) == (None, ("HS-1001",))
        assert "HS-1001" in found.alert


def test_a_writer_who_belongs_joins_by_the_strongest_evidence(opened: Opened) -> None:
    one, two = opened(reference="HS-1"), opened(reference="HS-2")
    found = match([Candidate(one, "number", writer_belongs=True), Candidate(two, "reference", writer_belongs=True)])
    assert found.case is two
    assert not found.third_party
    weak = match([Candidate(one, "reference", writer_belongs=False), Candidate(two, "number", writer_belongs=True)])
    assert weak.case is two


def test_threats_18_a_token_joins_whoever_wrote_but_only_as_a_third_party(opened: Opened) -> None:
    found = match([Candidate(opened(), "token", writer_belongs=False)])
    assert found.case is not None
    assert found.third_party
    assert not match([Candidate(opened(), "token", writer_belongs=True)]).third_party


def test_a_mail_that_names_no_case_is_a_new_one_without_an_alert() -> None:
    found = match([])
    assert (found.case, found.linked, found.alert) == (None, (), "")
