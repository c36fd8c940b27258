"""Files that go along with an answer: what a person gives, what an agent's mail has, and how they are found again."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from intake.core.answer.letter import Enclosure
from intake.core.mail.attached import located
from intake.core.mail.message import Attachment, Limits
from intake.core.mail.names import made_name, safe_name
from intake.core.mail.trimmings import TECHNICAL
from intake.core.sentences import NOTHING, Sentence, sentence
from intake.desk.house import House
from intake.errors import IntakeError
from intake.store import outbox
from intake.store.engine import reading
from intake.store.messages import StoredMessage

MEGABYTE = 1_000_000
TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,80}/[a-z0-9][a-z0-9!#$&^_.+-]{0,80}")
UNKNOWN = "application/octet-stream"
WHOLE_MAILS = ("message/", "multipart/", "application/vnd.ms-outlook")
MAIL_NAMES = (".eml", ".msg")


@dataclass(frozen=True, slots=True)
class Along:
    """Of an agent's mail: the files that go along with the answer, as attachments too; those that do not, and why."""

    files: tuple[Enclosure, ...] = ()
    sent: tuple[Attachment, ...] = ()
    kept: tuple[Sentence, ...] = ()


def given(house: House, files: Iterable[tuple[str, str, bytes]]) -> tuple[Enclosure, ...]:
    """Files that a person gives, each as name, content type and bytes, as they may go out.

    Names are made safe; a type that is none, or a mail's, becomes `application/octet-stream`. Raises `IntakeError`
    where they are bigger than `answers.attachments_mb` in all.
    """
    made = []
    for number, (name, content_type, data) in enumerate(files):
        kind = _type(content_type)
        made.append(Enclosure(safe_name(name) or made_name(kind, (number,)), kind, data))
    most = house.settings.answers.attachments_mb
    size = sum(len(each.data) for each in made)
    if size > most * MEGABYTE:
        said = f"the attachments are {size / MEGABYTE:.1f} MB in all; an answer takes {most} MB"
        raise IntakeError(f"{said} (answers.attachments_mb)")
    return tuple(made)


def of_mail(house: House, mail_id: int, attachments: Sequence[Attachment], words: str) -> Along:
    """What of an agent's mail goes along with their answer, whose own words are `words`.

    Not pictures that stand outside of these words, in a signature or a quote; not mails, which may be our own notice;
    not what is bigger than `answers.attachments_mb` together with what stands before it. Of a mail that is only tried
    out (0) nothing was kept: its files are empty.
    """
    most = house.settings.answers.attachments_mb
    left = most * MEGABYTE
    files: list[Enclosure] = []
    sent: list[Attachment] = []
    kept: list[Sentence] = []
    for each in attachments:
        if each.content_type in TECHNICAL:
            continue
        because = _stays(each, words) or (
            sentence("more than {most} MB in all", most=most) if each.size > left else NOTHING
        )
        data = None if because else _bytes(house, mail_id, each)
        if data is None:
            why = because or sentence("it cannot be read")
            kept.append(sentence("{file} ({because})", file=each.filename, because=why))
            continue
        files.append(Enclosure(each.filename, _type(each.content_type), data))
        sent.append(each)
        left -= each.size
    return Along(tuple(files), tuple(sent), tuple(kept))


def found(house: House, stored: StoredMessage, index: int) -> bytes | None:
    """The bytes of a message's attachment, of a mail that came or of a letter that went out; None for none."""
    if not 0 <= index < len(stored.attachments):
        return None
    place = tuple(stored.attachments[index]["place"])
    if stored.mail_id is not None:
        return house.reader.attachment(stored.mail_id, place)
    if stored.message_id is None:
        return None
    with reading(house.databases.reading) as connection:
        raw = outbox.raw_of(connection, stored.message_id)
    return None if raw is None else located(raw, place, Limits())


def listed(files: Sequence[Enclosure]) -> list[dict[str, Any]]:
    """The files as they are stored beside the message that they went out with; places are those in its letter."""
    return [
        {
            "filename": each.filename,
            "content_type": each.content_type,
            "size": len(each.data),
            "sha256": sha256(each.data).hexdigest(),
            "place": [number],
            "sent": True,
        }
        for number, each in enumerate(files, start=1)
    ]


def _stays(each: Attachment, words: str) -> Sentence:
    """Why an attachment does not go along; empty where it does."""
    if each.content_type.startswith(WHOLE_MAILS) or each.filename.lower().endswith(MAIL_NAMES):
        return sentence("a mail may hold what is internal")
    # how clients write into the plain text that a picture stands there
    marks = f"cid:{each.content_id}", f"[{each.filename}]", f"image: {each.filename}"
    if each.content_id and not any(mark in words for mark in marks):
        return sentence("a picture outside of your words")
    return NOTHING


def _bytes(house: House, mail_id: int, each: Attachment) -> bytes | None:
    return house.reader.attachment(mail_id, each.place) if mail_id else b""


def _type(content_type: str) -> str:
    plain = content_type.partition(";")[0].strip().lower()
    return plain if TYPE.fullmatch(plain) and not plain.startswith(("message/", "multipart/")) else UNKNOWN
