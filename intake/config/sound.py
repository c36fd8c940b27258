"""What is sound in a configuration that has mistakes, so that everything else can be looked at in the same round."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from intake import tomlfile
from intake.config import Config, load, unsound
from intake.config.settings import Settings
from intake.errors import Mistake, Mistakes

# what stands in for a value that was named already
NOWHERE = "@unknown.example"
UNKNOWN = f"unknown{NOWHERE}"
UNKNOWN_SECRET = "env:UNKNOWN"
INSTEAD: dict[str, dict[str, Any]] = {
    "route": {"address": "unknown-{}" + NOWHERE, "policy": ""},
    "mailbox": {"name": "unknown {}", "host": "unknown.example", "user": "unknown", "password": UNKNOWN_SECRET},
}
KEPT = ("address", "aliases", "policy", "role", "name", "route")


def load_sound(file: Path | None) -> tuple[Config | None, list[Mistake]]:
    """The configuration as far as it is sound, and every mistake in it; None where it is no TOML at all.

    The environment is left out where it or the file is wrong.
    """
    try:
        return load(file), []
    except Mistakes as error:
        found = error.mistakes
    try:
        text = tomlfile.parse(file.read_text(encoding="utf-8"), str(file)) if file else load(None).text
    except (OSError, ValueError, Mistakes):
        return None, found
    settings = _sound(text.values)
    # where the address of a route is wrong, a mailbox may name it all the same
    doubtful = any(route.address.endswith(NOWHERE) for route in settings.route)
    more = [
        text.mistake(path, said)
        for path, said in unsound(settings)
        if not (doubtful and (path[0], path[-1]) == ("mailbox", "route"))
    ]
    return Config(settings, file, text), found + [mistake for mistake in more if mistake not in found]


def _sound(values: dict[str, Any]) -> Settings:
    parts: dict[str, Any] = {"route": [], "mailbox": []}
    for name, field in Settings.model_fields.items():
        given, model = values.get(name), TypeAdapter[Any](field.annotation or Any)
        if given is None:
            continue
        if name in INSTEAD:
            entries = given if isinstance(given, list) else []
            parts[name] = [_entry(model, name, index, each) for index, each in enumerate(entries)]
        elif name == "roles":
            parts[name] = _roles(given)
        else:
            with suppress(ValidationError):
                parts[name] = _without_mistakes(model, given)
    return Settings.model_construct(**parts)


def _without_mistakes(model: TypeAdapter[Any], given: Any) -> Any:
    """A section without the keys that are wrong. Raises `ValidationError` where more than a key is."""
    try:
        return model.validate_python(given)
    except ValidationError as error:
        if not isinstance(given, dict):
            raise
        wrong = {each["loc"][0] for each in error.errors() if each["loc"]}
        return model.validate_python({key: value for key, value in given.items() if key not in wrong})


def _entry(model: TypeAdapter[Any], name: str, index: int, given: Any) -> Any:
    """A route or mailbox in its place, with stand-ins for what is wrong or missing."""
    instead = {key: value.format(index) for key, value in INSTEAD[name].items()}
    written = given if isinstance(given, dict) else {}
    for keys in (written, [key for key in written if key in KEPT]):
        with suppress(ValidationError):
            return _one(model, {key: written[key] for key in keys}, instead)
    return model.validate_python([instead])[0]


def _one(model: TypeAdapter[Any], written: dict[str, Any], instead: dict[str, Any]) -> Any:
    try:
        return model.validate_python([written])[0]
    except ValidationError as error:
        wrong = {each["loc"][1] for each in error.errors() if len(each["loc"]) > 1}
        kept = {key: value for key, value in written.items() if key not in wrong}
        return model.validate_python([instead | kept])[0]


def _roles(given: Any) -> dict[str, list[str]]:
    """Roles with their addresses; a role that has mistakes is not taken for one that nobody stands behind."""
    if not isinstance(given, dict):
        return {}
    return {
        role: [each.lower() for each in people if isinstance(each, str) and "@" in each] or [UNKNOWN]
        if isinstance(people, list)
        else [UNKNOWN]
        for role, people in given.items()
    }
