"""TOML texts with places: values as tomllib reads them, and the line of each key for error messages."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar

import tree_sitter_toml
from pydantic import BaseModel, ValidationError
from tree_sitter import Language, Node, Parser

from intake.errors import Mistake, Mistakes

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]


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
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", None) or _line_in(str(error))
        what = str(error).split(" (at ")[0]
        raise Mistakes([Mistake(file, line, "", f"not TOML: {what}")]) from None
    tree = Parser(Language(tree_sitter_toml.language())).parse(text.encode())
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    for node in tree.root_node.children:
        _note(node, (), lines, counts)
    return TomlText(file, values, lines)


def _line_in(message: str) -> int:
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


def validate(model: type[M], text: TomlText) -> M:
    """The text's values as a model. Raises `Mistakes`, all of them, each at its line with what would be right."""
    try:
        return model.model_validate(text.values)
    except ValidationError as error:
        raise Mistakes(list(mistakes_of(error, text, model))) from None


def mistakes_of(error: ValidationError, text: TomlText, model: type[BaseModel]) -> Iterator[Mistake]:
    """Each error of a validation as a mistake in the text, with a suggestion where a key is nearly right."""
    for one in error.errors(include_url=False):
        path = tuple(step for step in one["loc"] if not _is_tag(step))
        said = one["msg"].removeprefix("Value error, ")
        if one["type"] == "extra_forbidden":
            said = "no such key" + suggestion(str(path[-1]), _known_keys(model, path[:-1]))
        elif one["type"] == "missing":
            said = "is needed here and missing"
        else:
            said = said[0].lower() + said[1:] if said[1:2].islower() else said
            if isinstance(one["input"], str | int | float | bool) and "got" not in said:
                said += f"; got {one['input']!r}"
        yield text.mistake(path, said)


def _is_tag(step: str | int) -> bool:
    """pydantic names the members of a union in an error's place; those are no keys of the file."""
    return isinstance(step, str) and ("[" in step or step in ("str", "int", "float", "bool", "date"))


def _known_keys(model: type[BaseModel], path: Path) -> list[str]:
    here: Any = model
    for step in path:
        if isinstance(step, int):
            continue
        field = here.model_fields.get(step) if isinstance(here, type) and issubclass(here, BaseModel) else None
        here = _model_in(field.annotation) if field else None
    return list(here.model_fields) if isinstance(here, type) and issubclass(here, BaseModel) else []


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def suggestion(word: str, known: list[str]) -> str:
    """`; did you mean "x"?` where a known name is near, else the known names, else nothing."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f"; known are {', '.join(known)}" if known and len(known) <= 12 else ""
