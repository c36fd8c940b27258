"""TOML with places: each key has its line, whatever its form, and odd texts give Mistakes and nothing else."""

import tomllib
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AfterValidator, BaseModel, ConfigDict

from intake.errors import Mistakes
from intake.tomlfile import Path, TomlText, dotted, parse, suggestion, validate

TEXT = """\
name = "x"
a.b."c d" = 1

[table]
key = 1
inline = { one = 1, two = { three = 3 } }

[table.sub]
deep = [
  1,
  { x = 1 },
]

[[list]]
key = 1
[[list]]
key = 2
[list.sub]
deep = 1
[[list.inner]]
x = 1
[[list.inner]]
x = 2
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("a",), 2),
        (("a", "b", "c d"), 2),
        (("table",), 4),
        (("table", "key"), 5),
        (("table", "inline", "two", "three"), 6),
        (("table", "sub", "deep"), 9),
        (("table", "sub", "deep", 0), 10),
        (("table", "sub", "deep", 1, "x"), 11),
        (("list",), 14),
        (("list", 0, "key"), 15),
        (("list", 1), 16),
        (("list", 1, "key"), 17),
        (("list", 1, "sub", "deep"), 19),
        (("list", 1, "inner", 1, "x"), 23),
    ],
)
def test_each_key_has_its_line(path: Path, line: int) -> None:
    assert parse(TEXT, "x.toml").line(path) == line


def test_a_key_that_is_not_there_has_the_line_of_what_encloses_it() -> None:
    text = parse(TEXT, "x.toml")
    assert text.line(("table", "missing")) == 4
    assert text.line(("list", 1, "missing", "more")) == 16
    assert text.line(("nowhere",)) == 0


def test_people_count_from_one() -> None:
    assert dotted(("list", 0, "inner", 1, "x")) == "list[1].inner[2].x"
    assert dotted(()) == ""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb =\n", 2),
        ("a = 1\na = 2\n", 2),
        ("[a]\n[a]\n", 2),
        ('a = "x', 1),
        ('a = 1\nb = "x', 2),
        ("a = 1\nb = [1,\n2", 3),
        ("a = 2026-13-01", 1),
        ("a = 1\r\nb = \x00", 2),
    ],
)
def test_what_is_no_toml_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Mistakes) as caught:
        parse(text, "x.toml")
    (mistake,) = caught.value.mistakes
    assert (mistake.file, mistake.line) == ("x.toml", line)
    assert mistake.text.startswith("not TOML: ")


@given(st.text(max_size=60) | st.text("ab.=\"[]{}#\n\\'1-:T ,", max_size=60))
def test_any_text_is_read_as_tomllib_reads_it_or_is_a_mistake(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except ValueError:
        values = None
    try:
        read = parse(text, "x.toml").values
    except Mistakes:
        read = None
    assert read == values or text.startswith("\ufeff")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "{b = " * 100_000, "a." * 5_000 + "b = 1"])
def test_nesting_without_end_is_a_mistake_or_is_read(text: str) -> None:
    try:
        assert parse(text, "x.toml").lines
    except Mistakes as error:
        assert len(error.mistakes) == 1  # noqa: PT017


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")
    colour: Annotated[str, AfterValidator(str.lower)] = "red"
    size: int = 1


class Outer(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    inner: Inner = Inner()
    several: list[Inner] = []
    named: dict[str, Inner] = {}
    maybe: Inner | None = None


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ('nmae = "x"', "nmae", 'no such key; did you mean "name"?'),
        ("inner.color = 1", "inner.color", 'did you mean "colour"?'),
        ("[[several]]\ncolor = 1", "several[1].color", 'did you mean "colour"?'),
        ("[named.x]\ncolor = 1", "named.x.color", 'did you mean "colour"?'),
        ("[maybe]\ncolor = 1", "maybe.color", 'did you mean "colour"?'),
        ("inner.weight = 1", "inner.weight", "no such key; known are colour, size"),
        ("inner.size = 'x'", "inner.size", "got 'x'"),
        ("inner.size = '" + "9" * 5000 + "x'", "inner.size", "got '999"),
        ("inner = 3", "inner", "got 3"),
        ("inner.size = []", "inner.size", "whole number"),
        ("", "name", "is needed here and missing"),
    ],
)
def test_a_mistake_says_what_would_be_right(text: str, key: str, said: str) -> None:
    found = _mistakes(text)
    assert said in found[key]
    assert len(found[key]) < 300
    assert "\n" not in found[key]


def _mistakes(text: str) -> dict[str, str]:
    with pytest.raises(Mistakes) as caught:
        validate(Outer, parse(text, "x.toml"))
    return {mistake.key: mistake.text for mistake in caught.value.mistakes}


def test_all_mistakes_are_named_at_once() -> None:
    assert set(_mistakes("inner.color = 1\ninner.size = 'x'\nmore = 1")) == {
        "name",
        "inner.color",
        "inner.size",
        "more",
    }


def test_a_good_text_is_the_model() -> None:
    assert validate(Outer, TomlText("x.toml", {"name": "x"}, {})).name == "x"


def test_a_suggestion_is_near_or_is_the_whole_short_list_or_nothing() -> None:
    assert suggestion("resposne", ["response", "update"]) == '; did you mean "response"?'
    assert suggestion("zzz", ["response", "update"]) == "; known are response, update"
    assert suggestion("zzz", [f"key{number}" for number in range(20)]) == ""
    assert suggestion("zzz", []) == ""
