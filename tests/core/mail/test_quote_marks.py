"""Quotes with other signs than `>` are known as quotes; what only looks like them is left alone."""

import pytest

from intake.core.mail.quote_marks import with_plain_marks
from intake.core.mail.quotes import new_text, own_words

ABOVE = "Anna Agent <support@support.example> wrote:"


@pytest.mark.parametrize("mark", ["|", ":", "}", "»", "¦", "AA>", "AnAg>"])
def test_a_quote_below_an_attribution_is_folded_whatever_its_sign(mark: str) -> None:
    text = f"Still broken.\n\n{ABOVE}\n{mark} Is it solved?\n{mark}\n{mark} Severity: 4\n"
    assert new_text(text) == own_words(text) == "Still broken."


def test_single_lines_further_down_are_quoted_once_the_sign_is_known() -> None:
    text = f"{ABOVE}\n| One?\n| Two?\nYes.\n| Three?\nNo."
    assert new_text(text) == "> One?\n> Two?\nYes.\n> Three?\nNo."


def test_deeper_quotes_keep_their_depth() -> None:
    assert with_plain_marks(f"{ABOVE}\n| | deep\n| | deeper\n").splitlines()[1:] == ["> > deep", "> > deeper"]


@pytest.mark.parametrize(
    "text",
    [
        "Hosts:\n| mx1  down\n| mx2  up\n",
        f"{ABOVE}\n| one line alone\n",
        f"{ABOVE}\n| host | state |\n| mx1 | down |\n",
        f"{ABOVE}\nIt is down:\n: a\n: b\n",
        "The server said:\n| 550 no\n| 550 never\n",
        "SQL> select 1;\nSQL> exit\n",
        "» one\n» two\n",
        "if (a) {\n}\n}\n",
        "| |-- etc\n| |-- var\n",
    ],
)
def test_tables_trees_lists_and_prompts_are_left_alone(text: str) -> None:
    assert with_plain_marks(text) == text
