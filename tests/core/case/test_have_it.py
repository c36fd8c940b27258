"""The words that mean "I have it": those alone, in whatever dress; anything more is no such thing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.case.have_it import SAID, says_have_it


@pytest.mark.parametrize("words", sorted(SAID))
def test_each_of_the_words_says_it_in_any_case_and_with_a_full_stop(words: str) -> None:
    assert says_have_it(words.upper())
    assert says_have_it(f"\n  {words.capitalize()}.  \n\n")
    assert says_have_it(f"{words.replace(chr(39), chr(0x2019))} !")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "I have it?",
        "Hab ich?",
        "I have it on good authority that the disk is full.",
        "I have it.\nPlease restart the server.",
        "Dear Kim,\nI have it.",
        "I do not have it",
        "Ich habe es nicht",
        "have-it",
    ],
)
def test_a_question_a_denial_or_anything_more_says_it_not(words: str) -> None:
    assert not says_have_it(words)


@given(st.text(max_size=200))
def test_no_text_is_too_odd(words: str) -> None:
    assert isinstance(says_have_it(words), bool)
