"""All the templates that serve: read from folders, a broken one replaced by its last good version."""

import re
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from intake.errors import IntakeError, Mistake, Mistakes
from intake.outbound.samples import SAMPLES
from intake.outbound.templates import Template, compile_template, version_of
from intake.tomlfile import suggestion

FALLBACK = "en"
PUBLISHED = "published {0[0]}/{0[1]}"
LAST_GOOD = "the last good {0[0]}/{0[1]}"
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """A text that is compiled when it is first used."""

    text: str
    file: str


Ready = Template | Source | tuple[Source, ...]


class TemplateSet:
    """The templates of one loading, by (language, name), and the mistakes that a person is to be told of."""

    def __init__(self, templates: Mapping[Place, Ready], mistakes: Sequence[Mistake]) -> None:
        self._templates = dict(templates)
        self.mistakes = tuple(mistakes)

    def _at(self, place: Place) -> Template:
        found = self._templates[place]
        if not isinstance(found, Template):
            found = _first_good(found if isinstance(found, tuple) else (found,), place)
            self._templates[place] = found
        return found

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that have at least one template, in order."""
        return tuple(sorted({language for language, _ in self._templates}))

    @property
    def templates(self) -> tuple[Template, ...]:
        """Every template, by language and name."""
        return tuple(self._at(place) for place in sorted(self._templates))

    def pick(self, name: str, language: str) -> Template:
        """The template in the language, else in the language without its region, else in English.

        Raises `IntakeError` where there is none at all.
        """
        language = language.lower()
        for choice in (language, language.partition("-")[0], FALLBACK):
            if (choice, name) in self._templates:
                return self._at((choice, name))
        hint = suggestion(name, list(SAMPLES)) or "; `intake template list` shows them"
        raise IntakeError(f'no template is named "{name}"{hint}')

    def versions(self) -> dict[Place, tuple[str, str]]:
        """(hash, text) of each template that serves, to be remembered as its last good version."""
        return {
            place: (each.version, each.source) if isinstance(each, Template) else (version_of(each.text), each.text)
            for place, each in self._templates.items()
            if not isinstance(each, tuple)
        }


def load(
    folders: Sequence[Path],
    last_good: Mapping[Place, str] | None = None,
    checked: Container[str] = (),
    published: Mapping[Place, str] | None = None,
    *,
    later: bool = False,
) -> TemplateSet:
    """The templates of the folders, the first folder that has a file winning; `published` ones win over files.

    Where that file is broken, the last good text of its (language, name) serves, else the next folder's file.
    A text whose version is among `checked` was found good by this version of the program, and is compiled when used.
    With `later` all are, for one who needs few of them: mistakes are not looked for, and one that is broken everywhere
    raises `Mistakes` when it is used.
    """
    remembered = last_good or {}
    templates: dict[Place, Template | Source] = {}
    mistakes: list[Mistake] = []
    if later:
        return TemplateSet(_later(folders, remembered, published or {}), mistakes)
    broken: set[Place] = set()
    for place, text in (published or {}).items():
        try:
            templates[place] = compile_template(text, PUBLISHED.format(place), place[1], place[0])
        except Mistakes as found:
            mistakes += found.mistakes
    for folder in folders:
        mistakes += _strays(folder)
        for place, file in _files(folder):
            if place in templates:
                continue
            try:
                text = _read(file)
                if version_of(text) in checked:
                    templates[place] = Source(text, str(file))
                else:
                    templates[place] = compile_template(text, str(file), place[1], place[0])
            except Mistakes as found:
                mistakes += found.mistakes
                if place not in broken and place in remembered:
                    templates |= _last_good(place, remembered[place])
                broken.add(place)
    return TemplateSet(templates, mistakes)


def _later(
    folders: Sequence[Path], last_good: Mapping[Place, str], published: Mapping[Place, str]
) -> dict[Place, tuple[Source, ...]]:
    """The texts of each place, in the order in which `load` would take them."""
    found: dict[Place, tuple[Source, ...]] = {
        place: (Source(text, PUBLISHED.format(place)),) for place, text in published.items()
    }
    for folder in folders:
        for place, file in _files(folder):
            written: tuple[Source, ...] = ()
            with suppress(Mistakes):
                written = (Source(_read(file), str(file)),)
            good = (Source(last_good[place], LAST_GOOD.format(place)),) if place in last_good else ()
            found[place] = (*found[place], *written) if place in found else (*written, *good)
    return {place: texts for place, texts in found.items() if texts}


def _first_good(texts: Sequence[Source], place: Place) -> Template:
    for text in texts[:-1]:
        try:
            return compile_template(text.text, text.file, place[1], place[0])
        except Mistakes:
            continue
    return compile_template(texts[-1].text, texts[-1].file, place[1], place[0])


def check_templates(folders: Sequence[Path]) -> list[Mistake]:
    """Every mistake in the templates of the folders, each filled with sample values.

    A language that has some templates but not all is named too: its readers get the others in English.
    """
    found = load(folders)
    mistakes = list(found.mistakes)
    have = {(template.language, template.name) for template in found.templates}
    files = {place for folder in folders for place, _ in _files(folder)} | have
    for language in sorted({language for language, _ in files}):
        lacking = [name for name in SAMPLES if (language, name) not in files]
        if lacking and language != FALLBACK:
            text = f"no {', '.join(lacking)}: sent in English until there is one"
            mistakes.append(Mistake(str(folders[0] / language), 0, "", text))
    return mistakes


def languages_of(folders: Sequence[Path]) -> list[str]:
    """The languages that have at least one template in the folders, in order."""
    return sorted({language for folder in folders for (language, _), _ in _files(folder)})


def has_language(language: str, known: Collection[str]) -> bool:
    """Whether letters in a language find templates among the known ones: its own, or those without its region."""
    return bool({language.lower(), language.lower().partition("-")[0]} & set(known))


def _files(folder: Path) -> Iterable[tuple[Place, Path]]:
    for file in sorted(folder.glob("*/*.md")):
        if LANGUAGE.fullmatch(file.parent.name) and file.stem in SAMPLES:
            yield (file.parent.name, file.stem), file


def _strays(folder: Path) -> list[Mistake]:
    """Files that no mail would ever be made of: misspelt names, languages that are none, a missing folder."""
    if not folder.is_dir():
        return [Mistake(str(folder), 0, "", "there is no such folder of templates")]
    out = []
    for file in sorted(folder.glob("*/*.md")):
        if not LANGUAGE.fullmatch(file.parent.name):
            out.append(Mistake(str(file.parent), 0, "", "a folder is named after its language, such as en or de"))
        elif file.stem not in SAMPLES:
            out.append(
                Mistake(str(file), 0, "", f'no mail is named "{file.stem}"{suggestion(file.stem, list(SAMPLES))}')
            )
    return out


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Mistakes([Mistake(str(file), line, "", "not UTF-8")]) from None
    except OSError as error:
        raise Mistakes([Mistake(str(file), 0, "", f"cannot be read: {error.strerror}")]) from None


def _last_good(place: Place, text: str) -> dict[Place, Template]:
    """The remembered version, unless the rules have changed since and refuse it now."""
    try:
        return {place: compile_template(text, LAST_GOOD.format(place), place[1], place[0])}
    except Mistakes:
        return {}
