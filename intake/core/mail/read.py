"""Raw bytes to the facts of a mail."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from intake.core.mail.address import Words, parse_headers, prepared, read_list, read_sender
from intake.core.mail.attached import located
from intake.core.mail.authentication import authenticated, signature_marks, signature_records
from intake.core.mail.automatic import reason_for_silence
from intake.core.mail.body import read_body, read_html
from intake.core.mail.bounce import read_bounce
from intake.core.mail.charset import codec_for
from intake.core.mail.clues import Clues
from intake.core.mail.fingerprint import content_hash, hash_of
from intake.core.mail.header import readable, unescaped, visible
from intake.core.mail.kind import judge
from intake.core.mail.language import detect
from intake.core.mail.message import Address, AttachedMail, Attachment, Limits, Message, Trust, Unreadable
from intake.core.mail.mime import Part, split
from intake.core.mail.quotes import new_text
from intake.core.mail.ticket_numbers import ticket_numbers
from intake.core.sentences import sentence

__all__ = ["content_hash", "locate", "read"]

_ID = re.compile(r"<\s*([^<>]*[^<>\s])\s*>")
_LISTS = ("from", "reply-to", "to", "cc")
_ZONE_TWICE = re.compile(r"\b(?:GMT|UTC?) ?([+-][0-9]{2}):?([0-9]{2})\b")
_MAILS = frozenset({"message/rfc822", "message/global"})
_LOOP_MARK = "x-intake-loop"
_LONGEST_SUBJECT = 2_000
_LONGEST_DATE = 180
_LONGEST_FROM = 10_000
_LONGEST_ID = 998
_MOST_DEFECTS = 50
_ONCE = ("from", "subject", "date", "message-id", "to", "cc", "reply-to", "in-reply-to", "references", "content-type")


def read(
    raw: bytes,
    *,
    trust: Trust | None = None,
    limits: Limits | None = None,
    own_addresses: frozenset[str] = frozenset(),
) -> Message:
    """The facts of the mail in `raw`.

    The same bytes give the same facts. Raises Unreadable where the mail goes beyond the limits, nothing else.
    """
    try:
        return _Reader(raw, trust or Trust(), limits or Limits(), own_addresses).message()
    except RecursionError as error:
        raise Unreadable(sentence("nested too deep to be read")) from error


def locate(raw: bytes, place: tuple[int, ...], limits: Limits | None = None) -> bytes:
    """The decoded bytes of the attachment at `place`. Raises Unreadable as `read` does, LookupError without it."""
    return located(raw, place, limits or Limits())


def html_of(raw: bytes, limits: Limits | None = None) -> str:
    """The HTML that the body of a mail has, as its sender wrote it; empty for none. Raises `Unreadable`."""
    limits = limits or Limits()
    try:
        return read_html(raw, split(raw, limits)[0], limits)
    except RecursionError as error:
        raise Unreadable(sentence("nested too deep to be read")) from error


@dataclass(frozen=True, slots=True)
class _People:
    from_: Address | None
    addresses: tuple[str, ...]
    ambiguous: bool
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]


class _Reader:
    """One reading; collects the defects on the way."""

    def __init__(self, raw: bytes, trust: Trust, limits: Limits, own_addresses: frozenset[str]) -> None:
        self.raw, self.trust, self.limits, self.own_addresses = raw, trust, limits, own_addresses
        self.root, structure = split(raw, limits)
        self.headers = self.root.headers
        self.defects: list[str] = list(structure)
        self.hint = _hint(self.root)

    def message(self) -> Message:
        headers = self.headers
        self._check_header()
        people, date = self._people_and_date()
        body = read_body(self.raw, self.root, self.limits)
        self.defects.extend(body.defects)
        subject = readable(headers.get("subject") or "", self.hint)[:_LONGEST_SUBJECT]
        new = new_text(body.text, subject)
        clues = Clues(self.raw, self.root, headers, people.from_, self._return_path(), subject, body.text, new)
        kind, because = judge(clues)
        loop_marks = tuple(readable(value)[:_LONGEST_ID] for value in headers.all(_LOOP_MARK))
        domain = people.from_.domain if people.from_ else ""
        belief = authenticated(headers, self.trust.authserv_id, domain, ambiguous=people.ambiguous)
        return Message(
            message_id=next(iter(self._ids("message-id")), None),
            subject=subject,
            from_=people.from_,
            sender_addresses=people.addresses,
            reply_to=people.reply_to,
            to=people.to,
            cc=people.cc,
            date=date,
            received=self._received(),
            return_path=clues.return_path,
            text=body.text,
            new_text=new,
            form_texts=_distinct(new, body.text, body.html_text),
            file_texts=body.file_texts,
            attachments=body.attachments,
            kind=kind,
            kind_because=because,
            automatic_because=reason_for_silence(clues, kind, because, loop_marks, self.own_addresses),
            bounce=read_bounce(clues) if kind == "bounce" else None,
            in_reply_to=next(iter(self._ids("in-reply-to")), None),
            references=self._references(),
            language=detect(new),
            authentication=belief.verdict,
            authentication_because=belief.because,
            signature_records=() if people.ambiguous or belief.because else signature_records(headers, domain),
            signature_marks=signature_marks(headers),
            ambiguous_sender=people.ambiguous,
            junk_because=self._junk(),
            content_hash=hash_of(self.raw, self.root),
            defects=tuple(dict.fromkeys(self.defects))[:_MOST_DEFECTS],
            loop_marks=loop_marks,
            ticket_numbers=ticket_numbers(subject),
            attached=self._attached(body.attachments),
        )

    def _attached(self, attachments: tuple[Attachment, ...]) -> AttachedMail | None:
        """The one mail among the attachments; None where there is none, or several, or it cannot be read."""
        mails = [each for each in attachments if each.content_type in _MAILS]
        if len(mails) != 1:
            return None
        try:
            inner = _Reader(locate(self.raw, mails[0].place, self.limits), Trust(), self.limits, frozenset())
            people, _ = inner._people_and_date()
            body = read_body(inner.raw, inner.root, self.limits)
        except (Unreadable, LookupError):
            self.defects.append("the attached mail cannot be read")
            return None
        subject = readable(inner.headers.get("subject") or "", inner.hint)[:_LONGEST_SUBJECT]
        message_id = next(iter(inner._ids("message-id")), None)
        language = detect(new_text(body.text, subject))
        return AttachedMail(None if people.ambiguous else people.from_, subject, body.text, message_id, language)

    def _check_header(self) -> None:
        if not self.headers.fields:
            self.defects.append("no header")
        self.defects.extend(f"{name} stands more than once" for name in _ONCE if len(self.headers.all(name)) > 1)

    def _people_and_date(self) -> tuple[_People, datetime | None]:
        words = Words()
        values: dict[str, list[str]] = {}
        fields: list[tuple[str, str]] = []
        for name in _LISTS:
            values[name] = self._list_values(name, words)
            fields.extend((name, value) for value in values[name])
        date = self._date_value()
        if date is not None:
            fields.append(("date", date))
        parser = parse_headers(fields)
        from_, addresses, ambiguous = read_sender(parser, values["from"], words)
        if ambiguous:
            self.defects.append("From can be read in more than one way")
        if from_ is None:
            self.defects.append("From names no address")
        lists = [read_list(parser, n.replace("-", "_"), values[n], words) for n in _LISTS[1:]]
        self._note_defects(parser)
        people = _People(from_, addresses, ambiguous, lists[0], lists[1], lists[2])
        return people, self._date(parser, date)

    def _list_values(self, name: str, words: Words) -> list[str]:
        written = self.headers.all(name)
        if name == "from":
            pieces = [prepared(v[:_LONGEST_FROM], words, self.hint, self.limits.addresses) for v in written[:10]]
        else:
            # Several To are one list, as clients that write them mean it.
            pieces = [prepared(", ".join(written), words, self.hint, self.limits.addresses)] if written else []
        if any(cut for _, cut in pieces):
            self.defects.append(f"{name} was read up to {self.limits.addresses} addresses")
        return [value for value, _ in pieces]

    def _date_value(self) -> str | None:
        value = self.headers.get("date")
        if value is None:
            return None
        date = unescaped(value, self.hint)[:5_000]
        return _ZONE_TWICE.sub(r"\1\2", date) if "GMT" in date or "UT" in date else date

    def _received(self) -> datetime | None:
        """When the last host on the way took the mail: the end of the topmost Received."""
        value = self.headers.get("received")
        return None if value is None else _other_date(value.rpartition(";")[2])

    def _note_defects(self, parser: Any) -> None:
        for defect in parser.address_header_defects:
            if not defect["recovered"]:
                self.defects.append(f"{defect['header']}: {defect['reason'].replace('-', ' ')}")

    def _date(self, parser: Any, value: str | None) -> datetime | None:
        if value is None:
            self.defects.append("no Date")
            return None
        found = parser.date
        if isinstance(found, datetime):
            return _with_offset(found, parser.timezone)
        found = _other_date(value)
        if found is None:
            self.defects.append("Date cannot be read")
        return found

    def _return_path(self) -> str | None:
        value = self.headers.get("return-path")
        if value is None:
            return None
        match = re.search(r"<([^<>]*)>", value)
        return visible(unescaped(match.group(1) if match else value)).replace(" ", "")

    def _ids(self, name: str) -> list[str]:
        """Message ids of a field without brackets; words with an `@` where there are no brackets."""
        found: list[str] = []
        for value in self.headers.all(name):
            text = unescaped(value)
            ids = _ID.findall(text) or [word for word in text.split() if "@" in word] or text.split()[:1]
            found.extend(ids)
        clean = (visible(one).replace(" ", "").strip("<>")[:_LONGEST_ID] for one in found)
        return list(dict.fromkeys(one for one in clean if one))

    def _references(self) -> tuple[str, ...]:
        """The newest references, and the first, which names the thread."""
        ids = self._ids("references")
        most = self.limits.references
        return tuple(ids if len(ids) <= most else [ids[0], *ids[-most + 1 :]])

    def _junk(self) -> str | None:
        for name, values in self.trust.junk_headers:
            value = (self.headers.get(name.lower()) or "").strip()
            if value and any(value.lower().startswith(bad.lower()) for bad in values):
                return f"{name}: {readable(value)[:80]}"
        return None


def _hint(root: Part) -> str | None:
    """The charset that raw bytes in headers are most likely in: the body's."""
    for part in root.walk():
        if part.charset and codec_for(part.charset):
            return part.charset
    return None


def _distinct(*texts: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text and text.strip()))


def _with_offset(instant: datetime, hours: object) -> datetime:
    """mail-parser's UTC instant at the offset that was written."""
    try:
        zone = timezone(timedelta(minutes=round(float(str(hours)) * 60)))
        return instant.astimezone(zone)
    except (ValueError, OverflowError):
        return instant


def _other_date(value: str) -> datetime | None:
    """Dates that mail-parser refuses and people still understand; UTC where no zone is given."""
    text = visible(unescaped(value))[:_LONGEST_DATE]
    for reader in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = reader(text)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None
