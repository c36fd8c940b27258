"""One reply template: checked, compiled once, rendered as often as needed.

Its form is a mail's: `Subject: …`, an empty line, then Markdown with Jinja2 variables.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import islice
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import escape

from intake.errors import IntakeError, Mistake, Mistakes
from intake.outbound import filters
from intake.outbound.constructs import Unfit
from intake.outbound.grammar import FILTERS, LOOP_LENGTH, Grammar
from intake.outbound.markdown import convert
from intake.outbound.samples import SAMPLES, emptied
from intake.tomlfile import suggestion

SOURCE_CHARACTERS = 20_000
OUTPUT_CHARACTERS = 256_000
# so many pieces are made of a template before it is asked how long they are
PIECES = 64
SUBJECT_CHARACTERS = 200
SUBJECT = re.compile(r"Subject:[ \t]*(.*)", re.IGNORECASE)
PAGE = (
    '<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width">'
    '<meta name="color-scheme" content="light dark"><title>{title}</title></head>\n'
    '<body style="font-family:sans-serif;font-size:15px;line-height:1.5;max-width:44em">\n{body}</body></html>\n'
)


def few(items: list[Any]) -> list[Any]:
    """As many items as a loop may go through."""
    return items[:LOOP_LENGTH]


def _environment(autoescape: bool) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=autoescape, undefined=jinja2.StrictUndefined, keep_trailing_newline=True, extensions=[]
    )
    environment.globals.clear()
    environment.tests.clear()
    known = {name: environment.filters[name] for name in FILTERS}
    environment.filters.clear()
    environment.filters.update(known, **filters.FILTERS, few=few)
    return environment


TEXT = _environment(autoescape=False)
HTML = _environment(autoescape=True)


@dataclass(frozen=True, slots=True)
class Words:
    """What a template gave for some values: the subject on one line, the text, and a whole HTML page."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Template:
    """A template that has been checked. `version` is the hash of its text."""

    name: str
    language: str
    version: str
    source: str
    _subject: jinja2.Template
    _text: jinja2.Template
    _html: jinja2.Template

    def render(self, values: Mapping[str, Any]) -> Words:
        """Subject, text and HTML with the values in. Raises `IntakeError` where a value is missing or too long."""
        given = dict(values)
        # there are no globals to be added to them
        plain, html = (template.new_context(given, shared=True) for template in (self._text, self._html))
        try:
            subject = filters.line(self._fill(self._subject, plain))[:SUBJECT_CHARACTERS].rstrip()
            text = self._fill(self._text, plain).strip("\n") + "\n"
            body = self._fill(self._html, html)
        except jinja2.UndefinedError as error:
            raise IntakeError(f"template {self.language}/{self.name}: a value was not given: {error}") from None
        return Words(subject, text, PAGE.format(language=self.language, title=escape(subject), body=body))

    def _fill(self, template: jinja2.Template, context: Context) -> str:
        out: list[str] = []
        size = 0
        # what `generate` does, without its passing on of each piece
        pieces = iter(template.root_render_func(context))
        while some := list(islice(pieces, PIECES)):
            size += sum(map(len, some))
            if size > OUTPUT_CHARACTERS:
                raise IntakeError(f"template {self.language}/{self.name}: longer than {OUTPUT_CHARACTERS:,} characters")
            out += some
        return "".join(out)


def version_of(text: str) -> str:
    """The version of a template's text."""
    return sha256(text.encode()).hexdigest()


@lru_cache(maxsize=256)
def compile_template(text: str, file: str, name: str, language: str) -> Template:
    """The template of `text`, a version of `name`. Raises `Mistakes`: each with its line in `file` and what to do."""
    if name not in SAMPLES:
        raise Mistakes([Mistake(file, 0, "", f'no mail is named "{name}"{suggestion(name, list(SAMPLES))}')])
    if len(text) > SOURCE_CHARACTERS:
        raise Mistakes([Mistake(file, 0, "", f"longer than {SOURCE_CHARACTERS:,} characters")])
    subject, body, first = _split(text, file)
    values = SAMPLES[name]
    mistakes = [*_mistakes(subject, file, 1, values), *_mistakes(body, file, first, values)]
    if mistakes:
        raise Mistakes(mistakes)
    try:
        html, plain = convert(TEXT, body)
        template = Template(
            name,
            language,
            version_of(text),
            text,
            *(_built(*way, values) for way in ((TEXT, subject), (TEXT, plain), (HTML, html))),
        )
        for sample in (values, emptied(values)):
            template.render(sample)
    except Unfit as unfit:
        raise Mistakes([Mistake(file, first + unfit.line - 1, "", unfit.text)]) from None
    except (jinja2.TemplateError, IntakeError, TypeError, ValueError, SyntaxError, RecursionError) as error:
        raise Mistakes([Mistake(file, 0, "", f"cannot be filled with values: {error}")]) from None
    return template


def _split(text: str, file: str) -> tuple[str, str, int]:
    """Subject, body and the body's first line. Raises `Mistakes`."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    subject = SUBJECT.fullmatch(lines[0])
    if not subject:
        near = suggestion(lines[0].split(":")[0], ["Subject"]) if ":" in lines[0] else ""
        raise Mistakes([Mistake(file, 1, "", f'the first line must be "Subject: …"{near}')])
    if not subject[1].strip():
        raise Mistakes([Mistake(file, 1, "", "the subject is empty")])
    if len(lines) < 2 or lines[1].strip():
        raise Mistakes([Mistake(file, 2, "", "an empty line must follow the subject")])
    if not any(line.strip() for line in lines[2:]):
        raise Mistakes([Mistake(file, 3, "", "the mail says nothing: there is no text after the subject")])
    return subject[1].strip(), "\n".join(lines[2:]).rstrip() + "\n", 3


def _mistakes(source: str, file: str, first: int, values: Mapping[str, Any]) -> Iterable[Mistake]:
    try:
        tree = TEXT.parse(source)
        grammar = Grammar(file, first)
        grammar.check(tree, values)
    except jinja2.TemplateSyntaxError as error:
        return [Mistake(file, first + error.lineno - 1, "", f"not a template: {error.message}")]
    except (RecursionError, ValueError, OverflowError):
        return [Mistake(file, first, "", "not a template: too deeply nested, or a number too long")]
    return grammar.mistakes


def _built(environment: jinja2.Environment, source: str, values: Mapping[str, Any]) -> jinja2.Template:
    """The source compiled: loops only over the first items of a list, names looked up as keys alone."""
    tree = environment.parse(source)
    # what Markdown made of the source is held to the same rules once more
    grammar = Grammar("", 1, (*FILTERS, *filters.FILTERS))
    grammar.check(tree, values)
    if grammar.mistakes:
        raise ValueError(grammar.mistakes[0].text)
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = nodes.Filter(loop.iter, "few", [], [], None, None, lineno=loop.lineno)
    return environment.from_string(_Keys().visit(tree))


class _Keys(NodeTransformer):
    """`case.reference` as `case["reference"]`: keys of dicts, never attributes."""

    def visit_Getattr(self, node: nodes.Getattr) -> nodes.Node:  # noqa: N802
        """The same look-up by key."""
        key = nodes.Const(node.attr, lineno=node.lineno)
        return nodes.Getitem(self.visit(node.node), key, node.ctx, lineno=node.lineno)
