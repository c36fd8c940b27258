"""Links that open a mail: whatever stands in a subject, the link is one link and opens what was meant."""

from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st

from intake.core.answer.notices import answer_link, have_it_link
from intake.outbound.filters import LINK


def test_the_link_that_says_i_have_it_opens_a_mail_to_the_case_with_the_command() -> None:
    url = urlsplit(have_it_link("OX-1001", "support+r1.ox-1001.2.abc@desk.example"))
    assert (url.scheme, url.path) == ("mailto", "support%2Br1.ox-1001.2.abc@desk.example")
    assert parse_qs(url.query) == {"subject": ["[OX-1001] I have it"], "body": ["/have-it"]}


@given(subject=st.text(max_size=300))
def test_no_subject_breaks_the_link_or_adds_a_recipient(subject: str) -> None:
    link = answer_link("OX-1001", "support@desk.example", subject)
    assert LINK.fullmatch(link)
    assert set(parse_qs(urlsplit(link).query, keep_blank_values=True)) == {"subject"}


def test_half_a_character_breaks_no_link() -> None:
    assert LINK.fullmatch(answer_link("OX-1001", "support@desk.example", "a \ud800 b"))
