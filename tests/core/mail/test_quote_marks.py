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


QUOTED_BARE = {
    "an-empty-line-among-them": "{0} Hello Kim,\n{0}\n{0} did you restart the server then?\n{0} Last night.\n",
    "a-closing-formula": "{0} Please send us the log of the last hour.\n{0} Kind regards\n{0} Ada\n",
    "wrapped-at-one-width": (
        "{0} Did you restart the server after the change of yesterday evening, and\n"
        "{0} if so, does the inbox still stay empty for the users who had been\n"
        "{0} moved to the other store?\n"
    ),
}


@pytest.mark.parametrize("sign", ["»", "|", ":", "}", "¦"])
@pytest.mark.parametrize("quote", QUOTED_BARE.values(), ids=QUOTED_BARE)
@pytest.mark.parametrize("above", [True, False])
def test_a_mails_sentences_behind_signs_are_folded_without_anything_above_them(
    sign: str, quote: str, above: bool
) -> None:
    quoted = quote.format(sign)
    text = f"Yes, we did.\n\n{quoted}" if above else f"{quoted}\nYes, we did.\n"
    assert new_text(text) == "Yes, we did."


LISTS = {
    "items": "Please do:\n\n» restart the server\n» open the log of today\n» send it to us all\n",
    "rows": "We see:\n\n| mx1 and its second store | down\n| mx2 and its first store | up\n",
    "tree": "The tree:\n\n| etc\n|   open-xchange\n|     mail.properties\n",
    "log": "Results\n\n: 10:00 service started on port 993\n: 10:01 service stopped on port 993\n: 10:02 down.\n",
    "wishes": "We want:\n\n» the inbox must show all mails of the year\n» the search must work in all of them\n",
    "shell": "I ran\n\n| select one from the table of users\n| update it and then commit the change\n",
}


@pytest.mark.parametrize("text", LISTS.values(), ids=LISTS)
def test_lists_tables_trees_and_logs_with_such_signs_stay(text: str) -> None:
    assert new_text(text) == text.strip()
