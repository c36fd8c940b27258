"""The fields of a form as values: what a policy asks for, and what a mail gave."""

from dataclasses import dataclass
from typing import Literal

FieldKind = Literal["line", "lines", "choice", "choices", "number", "block"]

Allowed = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field that a policy asks for.

    `label` is its name in the form, `aliases` are other names that people write. `allowed` are the values of
    the fixed list, each with spellings that mean it: `(("OXAPPSUITE", ("App Suite",)), …)`; empty where any
    value will do. Kinds: `line` a line; `lines` may run over several lines (package lists); `choice` one of
    `allowed`; `choices` one or several of them; `number` an integer from `allowed`; `block` paragraphs up to
    the next label. `hint` is the form's own words beside the label: a copy of them is no answer.
    """

    key: str
    label: str
    kind: FieldKind
    aliases: tuple[str, ...] = ()
    allowed: Allowed = ()
    required: bool = True
    hint: str = ""

    def __hash__(self) -> int:
        # (what is made of a field once is asked for with every mail, and its key tells it from most others)
        return hash(self.key)


@dataclass(frozen=True)
class FieldValue:
    """What the mail says for a field. `written` is as the sender wrote it; `value` the canonical reading.

    A choice off its list keeps the written text as `value` and has `valid` False.
    """

    written: str
    value: str | tuple[str, ...]
    valid: bool
