"""What a mail says, as values. Nothing here reads bytes: `read` makes these, the rest of the house uses them.

What goes from a reading process to the desk has no slots: frozen values with slots are pickled field by field, in
Python, which takes twice as long.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from intake.core.sentences import Sentence

Kind = Literal["person", "auto-reply", "bounce", "receipt", "report", "list"]
Authentication = Literal["pass", "none", "fail"]
# how defects begin by which something of a mail stays unread
_UNREAD = (
    "encrypted", "winmail.dat", "the text was cut", "a piece of a mail", "an attachment lies elsewhere",
    "the content of the S/MIME", "the attached mail cannot be read",
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """A name and an address as a person may read them: controls and direction marks are stripped."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part after the last `@`, in lower case; empty where there is none."""
        return self.address.rpartition("@")[2].lower()


@dataclass(frozen=True)
class Attachment:
    """A part that is not the body. Its bytes stay in the raw mail; `place` says where.

    `filename` is what the sender gave, made safe (never empty, no path, no controls), and the same at every
    reading. `size` counts decoded bytes. `place` is the path of part indexes from the root, such as `(1, 0)`.
    `inline`: a picture that is shown in the text; `content_id` is the name by which the text's HTML shows it.
    """

    filename: str
    content_type: str
    size: int
    sha256: str
    place: tuple[int, ...]
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True)
class Bounce:
    """A delivery that failed (RFC 3464, or a server's own form).

    `original_message_id` is without angle brackets, `None` where the report does not say.
    """

    recipients: tuple[str, ...]
    permanent: bool
    original_message_id: str | None


@dataclass(frozen=True)
class Message:
    """The facts of one mail. Ids are without angle brackets, instants are aware, languages are ISO 639.

    `from_` is None where the mail names no sender. `ambiguous_sender` is set where From can be read in more
    than one way (THREATS 24). `authentication` judges From by Authentication-Results of the trusted host only;
    `authentication_because` says why, None where no such host is named. `signature_records` are the DNS names of keys
    by which From could be believed where there is none, `signature_marks` hashes of the signatures that it carries.
    `ticket_numbers` are those that ticket systems, ours among them, wrote into the subject. `attached` is the mail that
    is attached, where it is one alone.
    `text` is the whole readable body, `new_text` what the writer added. `form_texts` are the renderings of
    the body in which fields are looked for, best first (the new text, the whole text, tables of an HTML part);
    `file_texts` are those of attached files that may be forms.
    `automatic_because` says why no machine may answer this mail (RFC 3834), None where nothing speaks against.
    `content_hash` is equal for two copies of one mail that travelled different ways (trace headers left out).
    """

    message_id: str | None
    subject: str
    from_: Address | None
    sender_addresses: tuple[str, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    date: datetime | None
    received: datetime | None
    return_path: str | None
    text: str
    new_text: str
    form_texts: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    kind: Kind
    kind_because: str
    automatic_because: str | None
    bounce: Bounce | None
    in_reply_to: str | None
    references: tuple[str, ...]
    language: str | None
    authentication: Authentication
    ambiguous_sender: bool
    junk_because: str | None
    content_hash: str
    defects: tuple[str, ...] = ()
    loop_marks: tuple[str, ...] = field(default=())
    authentication_because: Sentence | None = None
    signature_records: tuple[str, ...] = ()
    ticket_numbers: tuple[str, ...] = ()
    file_texts: tuple[str, ...] = ()
    signature_marks: tuple[str, ...] = ()
    attached: "AttachedMail | None" = None

    @property
    def unread(self) -> tuple[str, ...]:
        """What of the mail could not be read, so that a person has to look at its bytes."""
        return tuple(each for each in self.defects if each.startswith(_UNREAD))


@dataclass(frozen=True)
class AttachedMail:
    """The one mail that is attached to a mail (message/rfc822): who wrote it, as it says itself, and what.

    `from_` is None where it names nobody, or can be read in more than one way.
    """

    from_: Address | None
    subject: str
    text: str
    message_id: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose word counts about a mail.

    `authserv_id`: the host whose Authentication-Results are believed, None where there is none.
    `junk_headers`: headers of a trusted filter, lower-case name to the values that mean junk (compared at the
    value's start, without case).
    """

    authserv_id: str | None = None
    junk_headers: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps checked on the raw bytes before a parser sees them (THREATS 29 to 31)."""

    header_bytes: int = 262_144
    header_lines: int = 5_000
    parts: int = 500
    depth: int = 50
    text_characters: int = 400_000
    text_lines: int = 12_000
    addresses: int = 1_000
    references: int = 200


class Unreadable(Exception):  # noqa: N818  (a fact about the mail, not a fault of ours)
    """The mail cannot be read within the limits; its one argument says why, in a line for a person."""
