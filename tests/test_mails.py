"""Pairs of files: each mails/NAME.eml reads as mails/NAME.expected.toml says.

An expectation names a subset of what `explain` shows (`message`, `fields`, `missing`), and a few facts that only the
house sees. `none` lists paths that must be null, `given` what the reader is told besides the bytes. Of `defects`
each expected one must occur within a line.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from intake.core.mail.fields import missing_fields, read_fields
from intake.core.mail.form import FieldSpec
from intake.core.mail.message import Message, Trust
from intake.core.mail.read import locate, read

_MAILS = Path(__file__).parent / "mails"
_NAMES = sorted(path.name.removesuffix(".eml") for path in _MAILS.glob("*.eml"))


def facts(message: Message) -> dict[str, Any]:
    """A message as a plain dict under the names of the contract."""
    plain = asdict(message)
    plain["from"] = plain.pop("from_")
    for name in ("to", "cc", "reply_to"):
        plain[name] = [address["address"] for address in plain[name]]
    plain["to_names"] = [address.name for address in message.to]
    plain["authenticated"] = message.authentication == "pass"
    plain["automatic"] = message.automatic_because is not None
    plain["junk"] = message.junk_because is not None
    return plain


def differences(expected: Any, actual: Any, path: str) -> list[str]:
    """Where `actual` is not as expected. A dict expects its own keys only, a list its length."""
    if path == "message.defects":
        return [f"{path}: no {one!r} in {actual}" for one in expected if not any(one in a for a in actual)]
    if isinstance(expected, Mapping) and isinstance(actual, Mapping):
        return [d for key, value in expected.items() for d in differences(value, actual.get(key), f"{path}.{key}")]
    if isinstance(expected, list) and isinstance(actual, (list, tuple)) and len(expected) == len(actual):
        pairs = enumerate(zip(expected, actual, strict=True))
        return [d for number, (e, a) in pairs for d in differences(e, a, f"{path}[{number}]")]
    return [] if expected == actual else [f"{path}: expected {expected!r}, got {actual!r}"]


def specs() -> list[FieldSpec]:
    """The form that the pairs with `fields` are read by."""
    loaded = tomllib.loads((_MAILS / "specs.toml").read_text(encoding="utf-8"))
    return [_spec(entry) for entry in loaded["field"]]


def _spec(entry: dict[str, Any]) -> FieldSpec:
    allowed = tuple((value, tuple(spellings)) for value, spellings in entry.pop("allowed", []))
    return FieldSpec(**{**entry, "aliases": tuple(entry.get("aliases", ())), "allowed": allowed})


@pytest.mark.parametrize("name", _NAMES)
def test_a_mail_reads_as_its_pair_says(name: str) -> None:
    expected = tomllib.loads((_MAILS / f"{name}.expected.toml").read_text(encoding="utf-8"))
    given = expected.pop("given", {})
    trust = Trust(given.get("authserv_id"), tuple((n, tuple(v)) for n, v in given.get("junk_headers", {}).items()))
    raw = (_MAILS / f"{name}.eml").read_bytes()
    own = frozenset(given.get("own_addresses", ()))
    message = read(raw, trust=trust, own_addresses=own)
    actual: dict[str, Any] = {"message": facts(message)}
    if "fields" in expected or "missing" in expected:
        values = read_fields(specs(), message.form_texts, message.file_texts)
        actual["fields"] = {key: asdict(value) for key, value in values.items()}
        actual["missing"] = list(missing_fields(specs(), values))
    nulls = expected.pop("none", [])
    problems = [difference for key, value in expected.items() for difference in differences(value, actual[key], key)]
    problems += [f"{path}: expected null" for path in nulls if _at(actual, path) is not None]
    assert not problems
    assert read(raw, trust=trust, own_addresses=own) == message
    for attachment in message.attachments:
        assert len(locate(raw, attachment.place)) == attachment.size


def test_every_expectation_has_its_mail() -> None:
    assert {p.name.removesuffix(".expected.toml") for p in _MAILS.glob("*.expected.toml")} == set(_NAMES)
    assert len(_NAMES) >= 45


def _at(value: Any, path: str) -> Any:
    for key in path.split("."):
        value = value[key]
    return value
