"""What a template may say: an allow-list over Jinja2's syntax tree (THREATS 39).

Cost is bounded by construction: no calls and no arithmetic, loops only over lists of the values, at most two
deep, and a budget of steps. Every mistake is found in one go, with its line.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import nodes

from intake.errors import Mistake
from intake.tomlfile import suggestion

LOOP_LENGTH = 200
LOOP_DEPTH = 2
STEPS = 2_000_000
EXPRESSION_DEPTH = 20
STATEMENT_DEPTH = 12
LOOP_NAMES = {"index": 1, "index0": 0, "first": True, "last": True, "length": 1}
FILTERS = ("upper", "lower", "capitalize", "trim", "length", "join")
FORBIDDEN = {
    nodes.Call: "calls are not possible in templates",
    nodes.Include: "templates cannot include other files",
    nodes.Import: "templates cannot import other files",
    nodes.FromImport: "templates cannot import other files",
    nodes.Extends: "templates cannot extend other files",
    nodes.Block: "blocks are not possible in templates",
    nodes.Macro: "macros are not possible in templates",
    nodes.CallBlock: "calls are not possible in templates",
    nodes.FilterBlock: "filter blocks are not possible in templates; use {{ value | filter }}",
    nodes.Assign: "templates cannot set variables",
    nodes.AssignBlock: "templates cannot set variables",
    nodes.With: "templates cannot set variables",
    nodes.Test: 'tests with "is" are not possible in templates; an empty value counts as false',
    nodes.BinExpr: "arithmetic is not possible in templates",
    nodes.UnaryExpr: "arithmetic is not possible in templates",
}


class _Unknown:
    """The value of an expression that has a mistake already: nothing more is said about it."""


UNKNOWN = _Unknown()
Scope = Mapping[str, Any]


@dataclass
class Grammar:
    """Collects the mistakes of one template. `first_line` is the file's line of the text's first line."""

    file: str
    first_line: int
    filters: tuple[str, ...] = FILTERS
    mistakes: list[Mistake] = field(default_factory=list)
    _steps: int = 0

    def check(self, tree: nodes.Template, values: Scope) -> None:
        """Walks the tree against the sample values that it may name."""
        self._statements(tree.body, values, 0)
        if self._steps > STEPS:
            self._say(tree, "its loops could run too long; say less inside a loop")

    def _say(self, node: nodes.Node, text: str) -> _Unknown:
        self.mistakes.append(Mistake(self.file, self.first_line + (node.lineno or 1) - 1, "", text))
        return UNKNOWN

    def _statements(self, body: list[nodes.Node], scope: Scope, loops: int, depth: int = 0) -> None:
        for node in body:
            self._steps += LOOP_LENGTH**loops
            if depth > STATEMENT_DEPTH:
                self._say(node, "too deeply nested")
                return
            match node:
                case nodes.Output():
                    for part in node.nodes:
                        if not isinstance(part, nodes.TemplateData):
                            self._printed(part, scope, loops)
                case nodes.If():
                    self._expression(node.test, scope, loops)
                    for branch in (node.body, node.elif_, node.else_):
                        self._statements(list(branch), scope, loops, depth + 1)
                case nodes.For():
                    self._loop(node, scope, loops, depth)
                case _:
                    self._refuse(node)

    def _loop(self, node: nodes.For, scope: Scope, loops: int, depth: int) -> None:
        if loops >= LOOP_DEPTH:
            self._say(node, f"loops may stand {LOOP_DEPTH} deep at most")
            return
        if node.recursive or not isinstance(node.target, nodes.Name):
            self._say(node, "a loop is written {% for item in list %}")
            return
        items = self._path(node.iter, scope) if _is_path(node.iter) else None
        if not isinstance(items, list):
            if items is not UNKNOWN:
                self._say(node, "a loop goes through a list of the values, such as because")
            items = [UNKNOWN]
        name = node.target.name
        if name in scope or name.startswith("_") or name == "loop":
            self._say(node, f'the loop\'s name "{name}" is taken; choose another')
        inner = {**scope, name: _merged(items), "loop": LOOP_NAMES}
        if node.test is not None:
            self._expression(node.test, inner, loops + 1)
        self._statements(node.body, inner, loops + 1, depth + 1)
        self._statements(node.else_, scope, loops, depth + 1)

    def _printed(self, node: nodes.Node, scope: Scope, loops: int) -> None:
        value = self._expression(node, scope, loops)
        if isinstance(value, list):
            self._say(node, "is a list; go through it with {% for %} or use the filter join")
        elif isinstance(value, Mapping):
            self._say(node, f"has several values{suggestion('', list(value))}")

    def _expression(self, node: nodes.Node, scope: Scope, loops: int, depth: int = 0) -> Any:
        self._steps += LOOP_LENGTH**loops
        if depth > EXPRESSION_DEPTH:
            return self._say(node, "too deeply nested")
        if _is_path(node):
            return self._path(node, scope)
        if isinstance(node, nodes.Const):
            return node.value
        if isinstance(node, nodes.Filter):
            return self._filter(node, scope, loops, depth)
        parts = PARTS.get(type(node))
        if parts is None:
            return self._refuse(node)
        values = [self._expression(part, scope, loops, depth + 1) for part in parts(node)]
        if isinstance(node, nodes.CondExpr) and node.expr2 is None:
            return self._say(node, 'an "if" inside {{ }} needs its "else"')
        if isinstance(node, nodes.Compare):
            self._comparison(node, values)
        return values[0] if isinstance(node, nodes.CondExpr | nodes.And | nodes.Or) else True

    def _comparison(self, node: nodes.Compare, values: list[Any]) -> None:
        for left, operand, right in zip(values, node.ops, values[1:], strict=False):
            if UNKNOWN in (left, right) or operand.op in ("eq", "ne"):
                continue
            if operand.op in ("in", "notin"):
                fits = isinstance(right, list) or (isinstance(left, str) and isinstance(right, str))
            else:
                fits = any(isinstance(left, kind) and isinstance(right, kind) for kind in (str, int))
            if not fits:
                self._say(node, "these two values cannot be compared like this")

    def _path(self, node: nodes.Node, scope: Scope) -> Any:
        if isinstance(node, nodes.Name):
            return self._known(node, node.name, scope, "")
        step: Any
        if isinstance(node, nodes.Getattr):
            base, step = node.node, node.attr
        else:
            assert isinstance(node, nodes.Getitem)
            base = node.node
            step = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if not _is_path(base) or not isinstance(step, str):
            return self._say(node, "only plain names such as case.reference are possible")
        owner = self._path(base, scope)
        if owner is UNKNOWN:
            return UNKNOWN
        if not isinstance(owner, Mapping):
            return self._say(node, f'"{_written(base)}" has no values of its own, so no "{step}"')
        return self._known(node, step, owner, _written(base) + ".")

    def _known(self, node: nodes.Node, name: str, owner: Scope, before: str) -> Any:
        if name not in owner:
            return self._say(node, f'there is no "{before}{name}" here{suggestion(name, sorted(owner))}')
        return owner[name]

    def _filter(self, node: nodes.Filter, scope: Scope, loops: int, depth: int) -> Any:
        if node.name not in self.filters or node.node is None:
            return self._say(node, f'there is no filter "{node.name}"{suggestion(node.name, list(FILTERS))}')
        if node.name in FILTERS and not _plain_arguments(node):
            return self._say(node, "only join takes an argument, a short text in quotes")
        value = self._expression(node.node, scope, loops, depth + 1)
        if value is UNKNOWN:
            return UNKNOWN
        if node.name == "length":
            return 1
        if node.name == "join":
            if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
                return self._say(node, "join needs a list of texts")
            return ""
        if not isinstance(value, str) and node.name in FILTERS:
            return self._say(node, f"{node.name} needs a text")
        return value

    def _refuse(self, node: nodes.Node) -> _Unknown:
        for kind, text in FORBIDDEN.items():
            if isinstance(node, kind):
                return self._say(node, text)
        return self._say(node, f"{type(node).__name__.lower()} is not possible in templates")


PARTS: dict[type[nodes.Node], Callable[[Any], list[nodes.Expr]]] = {
    nodes.CondExpr: lambda node: [node.expr1, node.test, *([node.expr2] if node.expr2 is not None else [])],
    nodes.And: lambda node: [node.left, node.right],
    nodes.Or: lambda node: [node.left, node.right],
    nodes.Not: lambda node: [node.node],
    nodes.Compare: lambda node: [node.expr, *(operand.expr for operand in node.ops)],
}


def _plain_arguments(node: nodes.Filter) -> bool:
    plain = all(isinstance(arg, nodes.Const) and len(str(arg.value)) <= 20 for arg in node.args)
    return plain and not (node.kwargs or node.dyn_args or node.dyn_kwargs) and len(node.args) <= (node.name == "join")


def _is_path(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem)


def _written(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_written(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const() as arg):
            return f"{_written(node.node)}.{arg.value}"
    return "…"


def _merged(items: list[Any]) -> Any:
    """What one item of a list offers; the samples' items are alike, so the first speaks for all."""
    filled = [item for item in items if item]
    merged = (filled or items or [UNKNOWN])[0]
    if isinstance(merged, Mapping):
        lists = {name: item[name] for item in items for name in item if isinstance(item[name], list) and item[name]}
        return {**merged, **lists}
    return merged
