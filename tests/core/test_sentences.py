"""What the program itself says: each sentence is there in each language, and letters fall back to English."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import intake
from intake.core.case.case import State
from intake.core.case.commands import COMMANDS
from intake.core.policy.because import Because
from intake.core.policy.counting import BEGAN, GOES_ON, OPENED
from intake.core.policy.schema_types import ClockKind
from intake.core.policy.target_words import WORDS as TARGET_WORDS
from intake.core.sentences import TABLES, Sentence, joined, sentence, translated
from intake.desk.post import FOR_THE_DIGEST, SHADOW

CODE = Path(intake.__file__).parent
SAYING = ("sentence", "saying")


def said_in_code() -> Iterator[tuple[str, str, set[str]]]:
    """Each sentence that the code says, with where, and the names of the values that it is given."""
    for file in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in ("sentence", "saying")
            ):
                (text,) = node.args
                if node.func.id == "saying" and not isinstance(text, ast.Constant):
                    continue  # a word that stands elsewhere
                assert isinstance(text, ast.Constant), f"{file}:{node.lineno}: no sentence that a table could have"
                yield f"{file}:{node.lineno}", str(text.value), {str(each.arg) for each in node.keywords}


SAID = list(said_in_code())
WORDS = {*get_args(ClockKind), *get_args(State), *(command.about for command in COMMANDS)}
SAID_ELSEWHERE = (
    WORDS
    | {"information", "workaround", "restored", "cannot go on", OPENED, BEGAN, GOES_ON}
    | {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}
    | {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
    | {f"encrypted ({how}): the text cannot be read here" for how in ("PGP", "S/MIME")}
    | {"encrypted (PGP): a part of the text cannot be read here"}
    | {FOR_THE_DIGEST, SHADOW, *TARGET_WORDS}
)


def values(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_the_code_says_many_sentences() -> None:
    assert len(SAID) > 100


@pytest.mark.parametrize("language", TABLES)
def test_each_sentence_that_the_program_says_has_itself_in_each_language(language: str) -> None:
    lacking = [f"{where}: {text}" for where, text, _ in SAID if text not in TABLES[language]]
    assert lacking + sorted(SAID_ELSEWHERE - set(TABLES[language])) == []


@pytest.mark.parametrize("language", TABLES)
def test_no_table_has_a_sentence_that_nobody_says(language: str) -> None:
    assert set(TABLES[language]) - {text for _, text, _ in SAID} - SAID_ELSEWHERE == set()


@pytest.mark.parametrize("language", TABLES)
def test_a_sentence_has_the_same_values_in_each_language(language: str) -> None:
    assert [english for english, said in TABLES[language].items() if values(english) != values(said)] == []


def test_a_sentence_is_given_the_values_that_it_names() -> None:
    assert [where for where, text, given in SAID if values(text) != given] == []


def test_a_sentence_is_english_as_a_string_and_says_itself_in_the_readers_language() -> None:
    said = sentence("{who} asks for Severity {given}", who="kim@hosting.example", given=1)
    assert said == "kim@hosting.example asks for Severity 1"
    assert said.said("de") == "kim@hosting.example wünscht Schweregrad 1"


def test_a_language_that_no_table_has_reads_english() -> None:
    said = sentence("still waits for triage")
    assert (said.said("fr"), said.said("de")) == ("still waits for triage", "Noch hat niemand den Fall gesichtet")


def test_values_that_have_languages_are_said_in_the_sentences_own() -> None:
    why = Because("A-1", "it is minor", (("de", "es ist gering"),))
    said = sentence("not ours: {because}", because=why)
    assert (said, said.said("de")) == ("not ours: it is minor", "nicht unsere Ursache: es ist gering")


def test_braces_in_a_value_stay_as_they_were_written() -> None:
    assert sentence("done: {title}", title="{who} {0}").said("de") == "erledigt: {who} {0}"


def test_sentences_joined_or_changed_keep_their_languages() -> None:
    both = joined("; ", (translated("resolved"), "OX-1", sentence("done")))
    assert (both, both.said("de")) == ("resolved; OX-1; done", "gelöst; OX-1; erledigt")
    assert both.changed(str.upper).said("de") == "GELÖST; OX-1; ERLEDIGT"


def test_a_word_that_no_table_has_is_said_as_it_is() -> None:
    assert translated("thundering").said("de") == "thundering"
    assert Sentence("free words").said("de") == "free words"
