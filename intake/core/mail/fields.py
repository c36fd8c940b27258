"""Reads a form's fields out of the texts of a mail."""

from collections.abc import Mapping, Sequence

from intake.core.mail.form import FieldSpec, FieldValue


def read_fields(specs: Sequence[FieldSpec], texts: Sequence[str]) -> dict[str, FieldValue]:
    """The fields that the texts give, by key; `texts` are renderings of one mail, best first."""
    del specs, texts
    return {}


def missing_fields(specs: Sequence[FieldSpec], values: Mapping[str, FieldValue]) -> tuple[str, ...]:
    """The keys of required fields without a valid value, in the order of `specs`."""
    return tuple(s.key for s in specs if s.required and not (s.key in values and values[s.key].valid))
