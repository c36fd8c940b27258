"""Commands in the first lines of a mail: read as people write them, and nothing of the text is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.case.acts import ACTS
from intake.core.case.by_mail import ELSEWHERE
from intake.core.case.commands import COMMANDS, instructions


def test_each_command_is_an_act_of_the_table_and_has_its_own_name() -> None:
    assert {command.act for command in COMMANDS} - {""} <= ACTS.keys() | set(ELSEWHERE)
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert all(command.form.startswith(f"/{command.name}") for command in COMMANDS)


@pytest.mark.parametrize(
    ("line", "name", "value", "because"),
    [
        ("/severity 2 because only one user", "severity", "2", "only one user"),
        ("/Severity 2: only one user", "severity", "2", "only one user"),
        ("  ／severity 2", "severity", "2", ""),
        ("/ severity 2, because of it", "severity", "2", "of it"),
        ("/assign me", "assign", "me", ""),
        ("/assign <bo@desk.example>", "assign", "bo@desk.example", ""),
        ("/have‑it", "have-it", "", ""),
        ("/HAVE_IT", "have-it", "", ""),
        ("/waiting because we asked", "waiting", "waiting", "we asked"),
        ("/close.", "close", "closed", ""),
        ("/cc a@b.example, c@d.example", "cc", "a@b.example, c@d.example", ""),
        ("/uncc a@b.example", "uncc", "a@b.example", ""),
        ("/note: because he said so", "note", "because he said so", ""),
    ],
)
def test_a_line_is_read_as_people_write_it(line: str, name: str, value: str, because: str) -> None:
    (read,) = instructions(f"{line}\n\nHello").lines
    assert read.command is not None
    assert (read.command.name, read.value, read.because) == (name, value, because)


@pytest.mark.parametrize(
    ("line", "near"),
    [
        ("/asign me", "assign"),
        ("/clos", "close"),
        ("/sevrity 2", "severity"),
        ("/esclate", "escalate"),
        ("#note", "note"),
    ],
)
def test_a_misspelt_one_is_told_with_what_may_have_been_meant(line: str, near: str) -> None:
    (read,) = instructions(line).unknown
    assert near in read.near


@pytest.mark.parametrize(
    "text", ["/etc/hosts is wrong", "1/2 of it", "Hello\n/tmp is full", "- /close", "#1 is solved", "and/or", "//note"]
)
def test_what_looks_like_one_and_is_none_stays_text(text: str) -> None:
    told = instructions(text)
    assert (told.lines, told.stray, told.text) == ((), (), text)


def test_a_command_below_other_words_is_told() -> None:
    assert instructions("Hello\n/note he is rude\n").stray == ("/note he is rude",)


@given(st.text(max_size=400))
def test_no_word_of_any_text_is_lost(text: str) -> None:
    told = instructions(text)
    lines = text.splitlines()
    read = [line for line in lines if line.strip()][: len(told.lines)]
    assert [line.written for line in told.lines] == [line.strip()[:200] for line in read]
    assert " ".join(told.text.split()) == " ".join(" ".join(lines[_after(lines, len(told.lines)) :]).split())


def _after(lines: list[str], count: int) -> int:
    """Where the text begins after so many lines that are not blank."""
    for number, line in enumerate(lines):
        if not count:
            return number
        count -= bool(line.strip())
    return len(lines)


@pytest.mark.parametrize(
    "text", ["- /etc/hosts is gone", "*/var/log* is full", "“/closet” is a path", "-- \nAda", "* open"]
)
def test_a_path_or_word_behind_such_a_sign_is_text(text: str) -> None:
    assert instructions(text).lines == ()
