"""config.toml and the environment as typed settings. All mistakes are named at once, secrets never shown."""

import os
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsError

from intake import tomlfile
from intake.config.settings import (
    ENVIRONMENT,
    Lmtp,
    MailAddress,
    Mailbox,
    Outgoing,
    Route,
    Settings,
    Smtp,
    Store,
)
from intake.errors import IntakeError, Mistake, Mistakes
from intake.shipped import shipped

__all__ = [
    "Config",
    "Lmtp",
    "MailAddress",
    "Mailbox",
    "Outgoing",
    "Route",
    "Settings",
    "Smtp",
    "load",
]

OTHER_NAMES = frozenset({"INTAKE_CONFIG"})
SECRET_KEYS = frozenset({"password", "token", "logins", "url"})


class Config:
    """Settings with the folder that relative paths start from."""

    def __init__(self, settings: Settings, file: Path | None, text: tomlfile.TomlText) -> None:
        self.settings = settings
        self.file = file
        self.text = text
        self.base = file.parent.resolve() if file else Path.cwd()

    def path(self, path: Path) -> Path:
        """A path of the configuration, relative to its file."""
        return self.base / path

    @property
    def folder(self) -> Path:
        """The folder that everything of this installation's own is kept in."""
        return self.path(self.settings.store.folder)

    @property
    def policies(self) -> Path:
        """The folder of policy files."""
        return self.path(self.settings.files.policies) if self.settings.files.policies else shipped("policies")

    @property
    def templates(self) -> Path:
        """The folder of reply templates."""
        return self.path(self.settings.files.templates) if self.settings.files.templates else shipped("templates")

    def with_folder(self, folder: Path) -> "Config":
        """The same configuration with another data folder, for a trial that leaves no trace."""
        store = Store(folder=folder.resolve())
        return Config(self.settings.model_copy(update={"store": store}), self.file, self.text)

    def secret(self, place: str) -> str:
        """The secret behind `env:NAME` or `file:PATH`. Raises `IntakeError` naming the place, never the value."""
        kind, _, name = place.partition(":")
        if kind == "env":
            if name not in os.environ:
                raise IntakeError(f"the environment has no {name}, which the configuration names as a secret")
            return os.environ[name]
        try:
            return self.path(Path(name)).read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "not UTF-8"
            raise IntakeError(f"cannot read the secret in {name}: {reason}") from None


def load(file: Path | None) -> Config:
    """The configuration of `file`, or the shipped example's where None. Raises `Mistakes`, all of them."""
    source = file or shipped("config.example.toml")
    try:
        content = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise Mistakes([Mistake(str(source), 0, "", f"cannot be read: {reason}")]) from None
    text = tomlfile.parse(content, str(source))
    mistakes = list(_misspelt_environment(text))
    # pydantic-settings takes keys that begin with an underscore for options of its own
    hidden = [key for key in text.values if key.startswith("_")]
    mistakes += [text.mistake((key,), "no such key") for key in hidden]
    try:
        settings = Settings(**{key: value for key, value in text.values.items() if key not in hidden})
    except ValidationError as error:
        found = tomlfile.mistakes_of(error, text, Settings, SECRET_KEYS)
        mistakes += (_where_it_stands(one, each["loc"]) for one, each in zip(found, error.errors(), strict=True))
    except SettingsError as error:
        field = str(error).split('"')[1]
        names = [name for name in os.environ if name.upper().startswith(f"{ENVIRONMENT}{field}".upper())]
        mistakes.append(Mistake("environment", 0, ", ".join(names), "must be JSON where it is no plain value"))
    else:
        mistakes += [text.mistake(path, said) for path, said in unsound(settings)]
    if mistakes:
        raise Mistakes(mistakes)
    return Config(settings, file, text)


def unsound(settings: Settings) -> Iterator[tuple[tomlfile.Path, str]]:
    """What no single key shows, with its place."""
    routes: set[str] = set()
    for index, route in enumerate(settings.route):
        for address in (route.address, *route.aliases):
            if address in routes:
                yield ("route", index, "address"), f"the address {address} stands twice among the routes"
            routes.add(address)
        if settings.answers.token_separator in route.address.rpartition("@")[0]:
            said = f'"{settings.answers.token_separator}" sets tokens apart; an address with it can only be an alias'
            yield ("route", index, "address"), said
    names = [mailbox.name for mailbox in settings.mailbox]
    for index, mailbox in enumerate(settings.mailbox):
        if mailbox.name in names[:index]:
            yield ("mailbox", index, "name"), f'two mailboxes are named "{mailbox.name}"'
        if mailbox.route and mailbox.route not in routes:
            said = f"no route has the address {mailbox.route}{tomlfile.suggestion(mailbox.route, sorted(routes))}"
            yield ("mailbox", index, "route"), said
    yield from _inconsistent_roles(settings, routes)


def _inconsistent_roles(settings: Settings, routes: set[str]) -> Iterator[tuple[tomlfile.Path, str]]:
    """What roles, and those that name one, have wrong."""
    for role, addresses in settings.roles.items():
        for index, address in enumerate(addresses):
            if address in routes:
                yield ("roles", role, index), f"{address} is a route's own address: notices would come back as cases"
    for index, route in enumerate(settings.route):
        if route.private and not settings.roles.get(route.role):
            said = "a private route needs a role of its own, with an address in [roles]: nobody else hears of its cases"
            yield ("route", index, "role" if route.role else "private"), said
    known = {*settings.roles, *(role for roles in settings.roles_in.values() for role in roles)}
    for name in settings.notices.hours_of:
        if "@" not in name and name not in known:
            said = f'no role is named "{name}", and it is no address{tomlfile.suggestion(name, sorted(known))}'
            yield ("notices", "hours_of", name), said


def _where_it_stands(mistake: Mistake, path: tuple[int | str, ...]) -> Mistake:
    """The environment wins over the file, so a value that it gives is wrong there."""
    steps = [str(step).upper() for step in path]
    names = {f"{ENVIRONMENT}{'__'.join(steps[:end])}" for end in range(1, len(steps) + 1)}
    given = [name for name in os.environ if name.upper() in names]
    return Mistake("environment", 0, max(given, key=len), mistake.text) if given else mistake


def _misspelt_environment(text: tomlfile.TomlText) -> Iterator[Mistake]:
    """pydantic-settings ignores a name that is no section's; a person would never find out."""
    places = [*_strings(text.values), *os.environ.values()]
    secrets = {place.removeprefix("env:") for place in places if place.startswith(f"env:{ENVIRONMENT}")}
    sections = {f"{ENVIRONMENT}{name}".upper(): field.annotation for name, field in Settings.model_fields.items()}
    keys = [
        f"{section}__{key}".upper()
        for section, part in sections.items()
        if isinstance(part, type) and issubclass(part, BaseModel)
        for key in part.model_fields
    ]
    known = sorted({*OTHER_NAMES, *secrets, *sections, *keys})
    for name in sorted(os.environ):
        ours = name.upper().startswith(ENVIRONMENT) and name.upper().partition("__")[0] not in sections
        if ours and name not in known:
            near = get_close_matches(name.upper(), known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            yield Mistake("environment", 0, name, f"no such setting{hint}")


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _strings(item)]
    if isinstance(value, list):
        return [text for item in value for text in _strings(item)]
    return [value] if isinstance(value, str) else []
