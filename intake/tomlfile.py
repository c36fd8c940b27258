"""TOML texts with places: values as tomllib reads them, and the line of each key for error messages."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_origin

import tree_sitter_toml
from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema
from tree_sitter import Language, Node, Parser

from intake.errors import Mistake, Mistakes

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]
SHOWN = 60


@dataclass(frozen=True)
class TomlText:
    """A parsed TOML text. `lines` maps a key's path, such as `("route", 0, "address")`, to its line from 1."""

    file: str
    values: dict[str, Any]
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of the key, or of the nearest enclosing one that stands in the text; 0 for none."""
        for end in range(len(path), 0, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 0

    def mistake(self, path: Path, text: str) -> Mistake:
        """A mistake at a key's place, for people to read."""
        return Mistake(self.file, self.line(path), dotted(path), text)


def dotted(path: Path) -> str:
    """`("route", 0, "address")` as `route[1].address`: people count from one."""
    out = ""
    for step in path:
        out += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if out else str(step)
    return out


def parse(text: str, file: str) -> TomlText:
    """Values and lines of a TOML text. Raises `Mistakes` naming the line of a syntax error."""
    text = text.removeprefix("\ufeff")
    try:
        return TomlText(file, tomllib.loads(text), _lines(text))
    except RecursionError:
        raise Mistakes([Mistake(file, 0, "", "not TOML: nested too deeply")]) from None
    except ValueError as error:  # most are TOMLDecodeError; a number of 5,000 digits is not
        what = str(error).split(" (at ")[0]
        raise Mistakes([Mistake(file, _line_in(str(error), text), "", f"not TOML: {what}")]) from None


def _lines(text: str) -> dict[Path, int]:
    tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode(errors="replace"))
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    for node in tree.root_node.children:
        _note(node, (), lines, counts)
    return lines


def _line_in(message: str, text: str) -> int:
    if "end of document" in message:
        return text.count("\n") + 1
    digits = message.partition("line ")[2].split(",")[0]
    return int(digits) if digits.isdigit() else 0


def _key(node: Node) -> Path:
    """The steps of a bare, quoted or dotted key."""
    if node.type == "dotted_key":
        return tuple(step for child in node.children if child.type != "." for step in _key(child))
    text = (node.text or b"").decode()
    return (tomllib.loads(f"k = {text}")["k"],) if node.type == "quoted_key" else (text,)


def _note(node: Node, base: Path, lines: dict[Path, int], counts: dict[Path, int]) -> None:
    if node.type == "pair":
        path = base + _key(node.children[0])
        _remember(path, node, lines)
        _note_value(node.children[-1], path, lines, counts)
    elif node.type in ("table", "table_array_element"):
        path = _resolve(_key(node.children[1]), counts)
        if node.type == "table_array_element":
            counts[path] = counts.get(path, -1) + 1
            lines.setdefault(path, node.start_point[0] + 1)
            path = (*path, counts[path])
        _remember(path, node, lines)
        for child in node.children[3:]:
            _note(child, path, lines, counts)


def _note_value(node: Node, path: Path, lines: dict[Path, int], counts: dict[Path, int]) -> None:
    if node.type == "inline_table":
        for child in node.children:
            _note(child, path, lines, counts)
    elif node.type == "array":
        items = [child for child in node.children if child.is_named and child.type != "comment"]
        for index, child in enumerate(items):
            _remember((*path, index), child, lines)
            _note_value(child, (*path, index), lines, counts)


def _remember(path: Path, node: Node, lines: dict[Path, int]) -> None:
    line = node.start_point[0] + 1
    for end in range(1, len(path) + 1):
        lines.setdefault(path[:end], line)


def _resolve(key: Path, counts: dict[Path, int]) -> Path:
    """A table's key with the index of each array of tables on its way: `[[a]]` then `[a.b]` is `a[0].b`."""
    path: Path = ()
    for position, step in enumerate(key):
        path = (*path, step)
        if position < len(key) - 1 and path in counts:
            path = (*path, counts[path])
    return path


@dataclass(frozen=True, slots=True)
class Shaped:
    """A text of some shape, in a model: `Annotated[str, Shaped("[A-Z]{2}", 'a country such as "DE"')]`."""

    pattern: str
    right: str

    def _check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.right}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"pattern": f"^{self.pattern}$"}


class Table(BaseModel):
    """A table of a file as a model: unknown keys are mistakes; true is no number, and no number is without end."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _true_is_no_number(cls, value: object, info: ValidationInfo) -> object:
        kind = cls.model_fields[info.field_name or ""].annotation
        if isinstance(value, bool) and {int, float} & {kind, *get_args(kind)} and bool not in get_args(kind):
            raise ValueError("must be a number")
        return value


def validate(model: type[M], text: TomlText, context: Any = None) -> M:
    """The text's values as a model; `context` is what its validators are to know.

    Raises `Mistakes`, all of them, each at its line with what would be right.
    """
    try:
        return model.model_validate(text.values, context=context)
    except ValidationError as error:
        raise Mistakes(list(mistakes_of(error, text, model))) from None


def mistakes_of(
    error: ValidationError, text: TomlText, model: type[BaseModel], secret: Collection[str] = ()
) -> Iterator[Mistake]:
    """Each error of a validation as a mistake in the text, with a suggestion where a key is nearly right.

    `secret` are keys whose values, and whatever stands below them, are never shown.
    """
    for one in error.errors(include_url=False):
        path = tuple(step for step in one["loc"] if not _is_tag(step))
        said = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            said = "no such key" + suggestion(str(path[-1]), _keys_at(model, path[:-1]))
        elif one["type"] == "missing":
            said = "is needed here and missing"
        else:
            said = _right(one["type"], one.get("ctx", {})) or said
            said = said[0].lower() + said[1:] if said[1:2].islower() else said
            shown = isinstance(one["input"], str | int | float) and not set(secret) & set(path)
            if shown and f'"{one["input"]}"' not in said:
                said += f"; got {one['input']!r:.{SHOWN}}"
        yield text.mistake(path, said)


RIGHT = {
    "bool": "must be true or false",
    "date": "must be a date such as 2026-03-01",
    "dict": 'must be a table such as {{ key = "value" }}',
    "finite_number": "must be a finite number",
    "float": "must be a number",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "int": "must be a whole number",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "list": 'must be a list such as ["…", "…"], or [[…]] before each of its tables',
    "literal_error": "must be {expected}",
    "model_type": "must be a table",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": 'must be a text in quotes, such as "…"',
}
"""What would be right, by the type of an error or the word that it begins with."""


def _right(kind: str, values: Mapping[str, Any]) -> str:
    known = RIGHT.get(kind) or RIGHT.get(kind.partition("_")[0], "")
    return known.format(**values)


def _is_tag(step: str | int) -> bool:
    """pydantic names the members of a union in an error's place; those are no keys of the file."""
    return isinstance(step, str) and ("[" in step or step in ("str", "int", "float", "bool", "date"))


def _keys_at(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand at a place of the file."""
    return [key for each in _models_at(model, path) for key in each.model_fields]


def _models_at(annotation: Any, path: Path) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not path:
            return [annotation]
        field = annotation.model_fields.get(str(path[0]))
        return _models_at(field.annotation, path[1:]) if field else []
    parts: Sequence[Any] = get_args(annotation)
    if get_origin(annotation) in (dict, list):
        path, parts = path[1:], parts[-1:]
    return [model for part in parts for model in _models_at(part, path)]


def suggestion(word: str, known: list[str]) -> str:
    """`; did you mean "x"?` where a known name is near, else the known names, else nothing."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; known are {', '.join(known)}" if known and len(known) <= 12 else ""
