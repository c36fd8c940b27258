"""An outgoing mail as a value: which template, to whom, in which language, with which headers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from intake.core.mail.message import Address


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along with a letter: a safe name (no path, no controls), a type as `text/csv`, the bytes."""

    filename: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What `outbound.render` needs to make finished bytes.

    `kind` is the template's name. `automatic` becomes Auto-Submitted (RFC 3834): `auto-replied` for answers to a
    mail, `auto-generated` for scheduled ones, None for a person's words. `values` are plain dicts, lists and
    strings. Ids are without angle brackets. `date` is aware.
    `their_numbers` are ticket numbers of the reader's own system, which stand in the subject.
    `by_person`: a person's act brought it about, and machines that answer each other do not.
    """

    kind: str
    language: str
    to: Address
    sender: Address
    envelope_from: str
    message_id: str
    date: datetime
    values: Mapping[str, Any]
    automatic: Literal["auto-replied", "auto-generated"] | None
    cc: tuple[Address, ...] = ()
    reply_to: Address | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    loop_mark: str | None = None
    their_numbers: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    by_person: bool = False
