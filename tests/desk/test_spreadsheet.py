"""CSV that a spreadsheet may open: nothing in it becomes a formula, and everything reads back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.desk.spreadsheet import FORMULA, as_csv


def cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1+1"])
def test_threat_37_what_would_be_a_formula_is_text(text: str) -> None:
    ((_,), (cell,)) = cells(as_csv(["a"], [[text]]))
    assert cell == f"'{text}"


def test_numbers_of_ours_stay_numbers() -> None:
    assert cells(as_csv(["a", "b"], [[-3, None]]))[1] == ["-3", ""]


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_stays_one_cell_that_begins_no_formula(text: str) -> None:
    _, (cell, last) = cells(as_csv(["a", "b"], [[text, "end"]]))
    assert last == "end"
    assert not cell.lstrip(" \u00a0").startswith(FORMULA)
