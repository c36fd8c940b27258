"""Other people's ticket numbers are found in a subject, as they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.read import read
from intake.core.mail.ticket_numbers import ticket_numbers


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: [PARTNER-4711] Calendar", ("[PARTNER-4711]",)),
        ("[JIRA] (HELP-17) Calendar", ("(HELP-17)",)),
        ("AW: [Ticket#2026110210000012] Kalender", ("[Ticket#2026110210000012]",)),
        ("Ticket#2026110210000012 Kalender", ("Ticket#2026110210000012",)),
        ("##1234## Calendar", ("##1234##",)),
        ("Re: ##RE-1234## : Calendar", ("##RE-1234##",)),
        ("INC0012345 - Calendar", ("INC0012345",)),
        ("RITM0012345 has a comment", ("RITM0012345",)),
        ("[#4711] Calendar", ("[#4711]",)),
        ("[partner.example #4711] Calendar", ("[partner.example #4711]",)),
        ("Calendar [ ref:_00D20abc._50020xyz:ref ]", ("[ ref:_00D20abc._50020xyz:ref ]",)),
        ("Calendar ref:!00D20abc.!50020xyz:ref", ("ref:!00D20abc.!50020xyz:ref",)),
        ("Case 00012345: Calendar", ("Case 00012345",)),
        ("Vorgang 123456 Kalender", ("Vorgang 123456",)),
        ("Ticket ID: 4711 Calendar", ("Ticket ID: 4711",)),
        ("[Case #4711] [HELP-17] Calendar", ("[Case #4711]", "[HELP-17]")),
        ("Re: [HELP-17] Re: [HELP-17] Calendar", ("[HELP-17]",)),
    ],
)
def test_a_ticket_number_is_found_as_it_is_written(subject: str, numbers: tuple[str, ...]) -> None:
    assert ticket_numbers(subject) == numbers
    assert read(f"Subject: {subject}\r\n\r\nHi".encode()).ticket_numbers == numbers


@pytest.mark.parametrize(
    "subject",
    [
        "Calendar does not open", "Error 500 in the calendar", "Case sensitive names", "UTF-8 and ISO-8859-1",
        "3 requests 2 calls", "Update to 7.10.6", "[EXTERN] Calendar", "2026-11-02 10:00", "(covid-19) rules",
        "Call me at +49 30 1234567", "case 12", "[list] news", "task12345",
    ],
)  # fmt: skip
def test_other_figures_are_no_ticket_numbers(subject: str) -> None:
    assert ticket_numbers(subject) == ()


@given(st.text(alphabet="[]()#:-ABCabc0123 ref.", max_size=80))
def test_what_is_found_stands_in_the_subject(subject: str) -> None:
    found = ticket_numbers(subject)
    assert len(found) <= 5
    assert all(each in subject for each in found)
