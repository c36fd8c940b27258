"""Reply templates: which there are in which language, an editor with live preview, publishing and rolling back."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from intake.core.answer.letters import to_staff
from intake.core.mail.message import Address
from intake.desk.post import SHADOW
from intake.desk.trial import values_for
from intake.errors import IntakeError, Mistake, Mistakes, Overtaken
from intake.outbound.render import render
from intake.outbound.samples import SAMPLES
from intake.outbound.templates import SOURCE_CHARACTERS, Template, Words, compile_template
from intake.outbound.templateset import FALLBACK, LANGUAGE, TemplateSet
from intake.store import outbox, published
from intake.store.engine import reading
from intake.web.case import seen_case
from intake.web.door import Looking, OurSite, Publishing, Visitor
from intake.web.site import Site

log = structlog.get_logger()
router = APIRouter()
BODY_STYLE = re.compile(r'<body style="[^"]*">')
Text = Annotated[str, Form(max_length=SOURCE_CHARACTERS)]
Reference = Annotated[str, Form(max_length=40)]


class NoSuchTemplate(IntakeError):  # noqa: N818
    """A name or language that no mail is made of."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What an edited text gives: its mistakes, or how the mail looks; and how it differs from what serves."""

    mistakes: tuple[Mistake, ...]
    words: Words | None
    difference: tuple[str, ...]
    said: str = ""

    def page(self, sheet: str) -> str:
        """The mail's HTML with our own sheet in place of its style, which our pages' policy would not let stand."""
        html = BODY_STYLE.sub("<body>", self.words.html if self.words else "", count=1)
        return html.replace("</head>", f'<link rel="stylesheet" href="{sheet}"></head>', 1)


@router.get("/templates")
def page(site: OurSite, visitor: Looking) -> Response:
    """Every template by its languages."""
    templates = site.house.templates
    with reading(site.house.databases.desk) as connection:
        ours = published.serving(connection)
    have = {(each.language, each.name) for each in templates.templates}
    languages = sorted({language for language, _ in have}, key=lambda each: (each != FALLBACK, each))
    return site.page(
        "templates.html",
        visitor=visitor,
        names=list(SAMPLES),
        languages=languages,
        have=have,
        ours=ours,
        lacking={each: [name for name in SAMPLES if (each, name) not in have] for each in languages},
        mistakes=templates.mistakes,
    )


@router.get("/templates/{language}/{name}")
def editor(site: OurSite, visitor: Looking, language: str, name: str, done: str = "") -> Response:
    """A template with its editor, preview and history."""
    return _editor(site, visitor, (language, name), done=done)


@router.post("/templates/{language}/{name}/try")
def try_out(site: OurSite, visitor: Publishing, language: str, name: str, text: Text, case: Reference = "") -> Response:
    """What the text in the editor would give, with samples or with a stored case's values."""
    place = _place(language, name)
    return site.page("tried.html", tried=_tried(site, visitor, place, _plain(text), case), place=place)


@router.post("/templates/{language}/{name}/publish")
def publish(
    site: OurSite, visitor: Publishing, language: str, name: str, text: Text, seen: Annotated[int, Form()]
) -> Response:
    """Has a text serve from the next mail on; one with a mistake cannot be published."""
    place, text = _place(language, name), _plain(text)
    try:
        compile_template(text, f"{language}/{name}", name, language)
        _publish(site, visitor, place, text, seen)
    except (Mistakes, Overtaken) as error:
        status = 409 if isinstance(error, Overtaken) else 400
        return _editor(site, visitor, place, text=text, said=str(error), status=status)
    return RedirectResponse(f"/templates/{language}/{name}?done=published", 303)


@router.post("/templates/{language}/{name}/roll-back")
def roll_back(
    site: OurSite,
    visitor: Publishing,
    language: str,
    name: str,
    seen: Annotated[int, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Publishes an earlier version again; 0 lets the file serve."""
    place = _place(language, name)
    with reading(site.house.databases.desk) as connection:
        earlier = {each.id: each.text for each in published.history(connection, place)}
    if version and version not in earlier:
        raise NoSuchTemplate(f"{language}/{name} has no version {version}")
    text = earlier.get(version)
    try:
        if text is not None:
            compile_template(text, f"{language}/{name}", name, language)
        _publish(site, visitor, place, text, seen)
    except (Mistakes, Overtaken) as error:
        return _editor(site, visitor, place, said=str(error), status=409)
    return RedirectResponse(f"/templates/{language}/{name}?done=rolled-back", 303)


@router.post("/templates/{language}/{name}/mail")
def mail_to_oneself(
    site: OurSite, visitor: Publishing, language: str, name: str, text: Text, case: Reference = ""
) -> Response:
    """Sends the text in the editor, filled in, to whoever edits it."""
    place, text = _place(language, name), _plain(text)
    tried = _tried(site, visitor, place, text, case)
    if tried.words is None:
        return site.page("tried.html", 400, tried=tried, place=place)
    template = compile_template(text, f"{language}/{name}", name, language)
    account, house, now = visitor.account, site.house, visitor.reader.now
    desk = house.desk(house.settings.route[0].address)
    letter = to_staff(
        name,
        _values(site, visitor, template, case),
        Address(account.name, account.address),
        desk,
        now,
        unique=f"test.{house.unique()}",
        language=language,
    )
    finished = render(letter, TemplateSet({place: template}, ()))
    with house.databases.desk.begin() as connection:
        withheld = SHADOW if house.settings.answers.shadow else ""
        outbox.queue(connection, None, replace(letter, kind="desk-test"), finished, now, withheld=withheld)
    said = f"a mail to {account.address} is {'withheld: ' + withheld if withheld else 'on its way'}"
    return site.page("tried.html", tried=replace(tried, said=said), place=place)


def _editor(
    site: Site,
    visitor: Visitor,
    place: tuple[str, str],
    *,
    text: str | None = None,
    done: str = "",
    said: str = "",
    status: int = 200,
) -> Response:
    language, name = _place(*place)
    serving = _serving(site, place)
    with reading(site.house.databases.desk) as connection:
        versions = published.history(connection, place)
    shown = text if text is not None else (serving.source if serving else _start(site, name))
    return site.page(
        "template.html",
        status,
        visitor=visitor,
        language=language,
        name=name,
        serving=serving,
        text=shown,
        tried=_tried(site, visitor, place, shown, ""),
        place=place,
        versions=versions,
        seen=versions[0].id if versions else 0,
        variables=list(_variables(SAMPLES[name])),
        done=done,
        said=said,
    )


def _publish(site: Site, visitor: Visitor, place: tuple[str, str], text: str | None, seen: int) -> None:
    with site.house.databases.desk.begin() as connection:
        published.publish(connection, place, text, visitor.account.address, site.now(), seen)
    site.reload()
    log.info("a template was published", by=visitor.account.address, template="/".join(place), file=text is None)


def _tried(site: Site, visitor: Visitor, place: tuple[str, str], text: str, case: str) -> Tried:
    language, name = place
    serving = _serving(site, place)
    before = serving.source.splitlines() if serving else []
    lines = difflib.unified_diff(before, text.splitlines(), "serves", "editor", lineterm="", n=2)
    difference = tuple(lines)[2:]
    try:
        template = compile_template(text, "", name, language)
    except Mistakes as found:
        return Tried(tuple(found.mistakes), None, difference)
    try:
        return Tried((), template.render(_values(site, visitor, template, case)), difference)
    except IntakeError as error:
        return Tried((Mistake("", 0, "", str(error)),), None, difference)


def _values(site: Site, visitor: Visitor, template: Template, case: str) -> Mapping[str, Any]:
    """Samples, or the values of a case that this person sees. Raises `IntakeError`."""
    reference = case.strip() or None
    with reading(site.house.databases.reading) as connection:
        if reference:
            reference = seen_case(connection, visitor, reference).reference
        return values_for(site.house, connection, template.name, template.language, reference, visitor.reader.now)


def _serving(site: Site, place: tuple[str, str]) -> Template | None:
    language, name = place
    found = site.house.templates.pick(name, language)
    return found if found.language == language else None


def _start(site: Site, name: str) -> str:
    """What a translation begins with: the English text."""
    return site.house.templates.pick(name, FALLBACK).source


def _place(language: str, name: str) -> tuple[str, str]:
    if name not in SAMPLES or not LANGUAGE.fullmatch(language):
        raise NoSuchTemplate(f"no template is named {language[:20]}/{name[:40]}")
    return language, name


def _plain(text: str) -> str:
    """Browsers send line ends of their own."""
    return text.replace("\r\n", "\n")


def _variables(values: Mapping[str, Any], before: str = "") -> Iterator[str]:
    """The names that a template may use, as they are written; lists with the loop that goes through them."""
    for key, value in values.items():
        path = f"{before}{key}"
        if isinstance(value, Mapping):
            yield from _variables(value, f"{path}.")
        elif isinstance(value, list):
            yield f"{{% for each in {path} %}}{{{{ each }}}}{{% endfor %}}"
        else:
            yield f"{{{{ {path} }}}}"
