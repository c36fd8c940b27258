"""Whatever stands where hours, targets and holidays are written: it is read, or one line says what would be right."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.hours import parse_rule, parse_target, parse_weekly

RULE = ["first", "last", "Monday", "of", "May", "Easter", "-", "+", "2", "31", "day", "July", "2027-02-29", "\n"]
TARGET = ["up to", "1", "0", "30", "to", "-", "minutes", "hours", "business", "days", ",", "24x7", "best effort", "\n"]
WEEKLY = ["Mon", "Fri", "-", "to", ",", "08:00", "24:00", "25:61", "17", ":", "24x7", "24x5", "always", "\n"]


@pytest.mark.parametrize(
    ("parse", "words"),
    [(parse_rule, RULE), (parse_target, TARGET), (parse_weekly, WEEKLY)],
    ids=["rule", "target", "weekly"],
)
@given(data=st.data())
def test_no_text_breaks_the_reading(parse: Callable[[str], object], words: list[str], data: st.DataObject) -> None:
    text = data.draw(st.text(max_size=40) | st.lists(st.sampled_from(words), max_size=7).map(" ".join))
    try:
        parse(text)
    except ValueError as error:
        said = str(error)
        assert "right would be" in said
        assert len(said.splitlines()) == 1
