"""Mails made by chance from a seed, whole and broken, each with what a careful person would read in it."""

import base64
import quopri
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import encode_rfc2231
from html import escape
from random import Random

from made_texts import STATEFUL, TONGUES, UTF_8, WIDE


@dataclass(frozen=True)
class Truth:
    """What the maker knows: text, subject, sender (name, address), attachments (name, bytes), words in defects."""

    text: str
    subject: str
    sender: tuple[str, str]
    attachments: tuple[tuple[str, bytes], ...] = ()
    defects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Made:
    """A mail and its truth; `name` says how it was made."""

    name: str
    raw: bytes
    truth: Truth


@dataclass
class Entity:
    """A MIME entity being put together: fields of its header, its body, and what it adds to the truth."""

    fields: list[str]
    body: bytes
    texts: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def raw(self) -> bytes:
        """Header, blank line, body."""
        head = "".join(f"{line}\r\n" for line in self.fields)
        return head.encode("utf-8", "surrogateescape") + b"\r\n" + self.body


def made_mails(count: int, seed: int = 20261102) -> Iterator[Made]:
    """`count` mails, the same for the same seed."""
    for number in range(count):
        yield Maker(Random(f"{seed}-{number}"), number).mail()


class Maker:
    """Makes one mail."""

    def __init__(self, random: Random, number: int) -> None:
        self.random, self.number, self.boundaries = random, number, 0

    def mail(self) -> Made:
        """A mail of a structure, a header, a way of ending lines, and perhaps a harmless fault."""
        shapes: list[Callable[[], Entity]] = [
            self.text, self.text, self.html, self.alternative, self.mixed, self.mixed, self.related, self.nested,
            self.signed, self.around, self.flowed, self.calendar, self.uuencoded, self.deep,
        ]  # fmt: skip
        shape = shapes[self.number % len(shapes)]
        entity = shape()
        subject, subject_line = self.header_text()
        (name, address), from_line = self.sender()
        fields = [
            f"From: {from_line}",
            "To: support@support.example",
            f"Subject: {subject_line}",
            "Date: Mon, 2 Nov 2026 10:00:00 +0100",
            f"Message-ID: <{self.number}@hosting.example>",
            "MIME-Version: 1.0",
        ]
        if self.chance(0.2):
            fields.remove("MIME-Version: 1.0")
        self.random.shuffle(fields)
        entity.fields = fields + entity.fields
        raw = self.faulty(entity)
        texts = [text.strip("\n") for text in entity.texts]
        truth = Truth(
            "\n\n".join(text for text in texts if text),
            subject,
            (name, address),
            tuple(entity.files),
            tuple(entity.defects),
        )
        return Made("-".join([str(self.number), shape.__name__, *entity.notes]), raw, truth)

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random.random() < share

    # texts

    def tongue(self) -> str:
        """A language."""
        return self.random.choice(sorted(TONGUES))

    def words(self, tongue: str) -> str:
        """A few paragraphs."""
        paragraphs = []
        for _ in range(self.random.randint(1, 3)):
            lines = self.random.choices(TONGUES[tongue].sentences, k=self.random.randint(1, 3))
            paragraphs.append("\n".join(lines))
        return "\n\n".join(paragraphs)

    def charset(self, tongue: str) -> tuple[str, str]:
        """Label and codec."""
        return self.random.choice(TONGUES[tongue].charsets + UTF_8)

    def encoded(self, text: str, kind: str, label: str, codec: str, more: str = "") -> Entity:
        """A text part in a transfer encoding that its bytes allow."""
        if codec not in WIDE and codec not in STATEFUL:
            text = text.encode(codec, "ignore").decode(codec)
        data = text.replace("\n", "\r\n").encode(codec)
        ways = ["base64", "base64"] if codec in WIDE else ["base64", "quoted-printable", "8bit", "BASE64 ", "none"]
        if codec in STATEFUL:
            ways = ["7bit", "base64", "none"]
        way = self.random.choice(ways)
        entity = Entity([f"Content-Type: {kind}; charset={label}{more}"], data, [text])
        entity.notes = [kind.replace("/", "."), re.sub(r"\W+", "_", label), codec, way.strip()]
        if way != "none":
            entity.fields.append(f"Content-Transfer-Encoding: {way}")
        if way.strip().lower() == "base64":
            entity.body = self.base64(data)
        elif way == "quoted-printable":
            entity.body = quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        if self.chance(0.3):
            self.random.shuffle(entity.fields)
        return entity

    def base64(self, data: bytes) -> bytes:
        """In lines, in one line, without padding, with junk between, or cut into separately padded lines."""
        lines = base64.encodebytes(data).replace(b"\n", b"\r\n")
        one = base64.b64encode(data)
        return self.random.choice(
            [
                lines,
                lines,
                one,
                one.rstrip(b"="),
                lines.replace(b"\r\n", b" \r\n\r\n"),
                lines.replace(b"\r\n", b"!\r\n") if len(data) > 40 else lines,
                b"\r\n".join(base64.b64encode(data[at : at + 58]) for at in range(0, len(data), 58)),
            ]
        )

    # headers

    def header_text(self) -> tuple[str, str]:
        """A subject and how it is written."""
        tongue = self.tongue()
        text = self.random.choice(TONGUES[tongue].sentences)
        label, codec = self.charset(tongue)
        label = label.strip('"').partition(";")[0]
        if text.isascii():
            return text, self.random.choice(
                [text, text.replace(" ", "\r\n ", 1), f"=?us-ascii?Q?{self.q(text.encode())}?="]
            )
        if codec not in STATEFUL and codec not in WIDE:
            text = text.encode(codec, "ignore").decode(codec).strip()
        if self.chance(0.25):
            return text, text  # raw UTF-8
        if codec in WIDE or codec == "utf-7":
            label, codec = "utf-8", "utf-8"
        return text, self.encoded_words(text, label, codec)

    def q(self, data: bytes) -> str:
        """The Q encoding."""
        return "".join(
            chr(b) if chr(b).isascii() and chr(b).isalnum() else "_" if b == 32 else f"={b:02X}" for b in data
        )

    def encoded_words(self, text: str, label: str, codec: str) -> str:
        """Encoded words, cut between characters, or anywhere where the charset has no states."""
        if codec in STATEFUL or self.chance(0.5):
            size = self.random.randint(4, 12)
            pieces = [text[at : at + size].encode(codec) for at in range(0, len(text), size)]
        else:
            data, size = text.encode(codec), self.random.randint(5, 30)
            pieces = [data[at : at + size] for at in range(0, len(data), size)]
        words = []
        for piece in pieces:
            if self.chance(0.5):
                words.append(f"=?{label}?Q?{self.q(piece)}?=")
            else:
                padded = base64.b64encode(piece).decode()
                words.append(f"=?{label}?b?{padded.rstrip('=') if self.chance(0.2) else padded}?=")
        return self.random.choice(["\r\n ", " ", "\r\n\t"]).join(words)

    def sender(self) -> tuple[tuple[str, str], str]:
        """Name and address, and how they are written."""
        address = self.random.choice(["robin@hosting.example", "R.Beispiel+x@mx.hosting.example"])
        tongue = self.tongue()
        name = self.random.choice(TONGUES[tongue].sentences).translate(dict.fromkeys(map(ord, ',.:;!?¿¡"()'), ""))
        name = re.sub(r"\s+", " ", name).strip()
        written = self.random.choice(["word", "raw", "none", "quoted"])
        if written == "none":
            return ("", address), self.random.choice([address, f"<{address}>"])
        if written == "word":
            return (name, address), f"{self.encoded_words(name, 'utf-8', 'utf-8')} <{address}>"
        return (name, address), f'"{name}" <{address}>' if written == "quoted" else f"{name} <{address}>"

    # parts

    def text(self) -> Entity:
        """A plain text."""
        tongue = self.tongue()
        return self.encoded(self.words(tongue), "text/plain", *self.charset(tongue))

    def html(self) -> Entity:
        """An HTML text with styles, comments and what is hidden."""
        tongue = self.tongue()
        paragraphs = self.words(tongue).split("\n\n")
        label, codec = self.charset(tongue)
        if codec in STATEFUL:
            label, codec = "utf-8", "utf-8"
        if codec not in WIDE:
            paragraphs = [p.encode(codec, "ignore").decode(codec) for p in paragraphs]
        shown = "".join(f"<p>{escape(p).replace(chr(10), '<br>')}</p>" for p in paragraphs)
        head = "<head><style>p {margin: 0}</style><title>No text</title></head>" if self.chance(0.6) else ""
        hidden = '<div style="display:none;max-height:0">Hidden preheader</div>' if self.chance(0.5) else ""
        outlook = "<!--[if mso]><p>only Outlook</p><![endif]-->" if self.chance(0.5) else ""
        entity = self.encoded(f"<html>{head}<body>{hidden}{outlook}{shown}</body></html>", "text/html", label, codec)
        entity.texts = ["\n\n".join(paragraphs)]
        return entity

    def file(self) -> Entity:
        """An attachment."""
        data = self.random.randbytes(self.random.randint(0, 300))
        kind = self.random.choice(["application/pdf", "image/png", "application/octet-stream", "text/csv"])
        name = self.random.choice(
            ["a.pdf", "Übersicht 1.xlsx", "日本語の資料.docx", "long-" + "n" * 120 + ".txt", "a;b=c.txt"]
        )
        fields = [f"Content-Type: {kind}", "Content-Transfer-Encoding: base64"]
        fields += self.random.choice(
            [
                [f"Content-Disposition: attachment;\r\n filename*={encode_rfc2231(name, 'utf-8', '')}"],
                [f"Content-Disposition: attachment; {self.continued(name)}"],
                [f'Content-Disposition: attachment; filename="{self.encoded_words(name, "utf-8", "utf-8")}"'],
                [f'Content-Disposition: attachment; filename="{name}"; size={len(data)}'],
                [f'Content-Disposition: ATTACHMENT; FileName = "C:\\\\temp\\\\{name}"'],
            ]
        )
        return Entity(fields, self.base64(data), [], [(name, data)])

    def continued(self, name: str) -> str:
        """RFC 2231 in pieces, in any order."""
        quoted = encode_rfc2231(name, "utf-8", "")
        pieces = re.findall(r"(?:%..|[^%]){1,20}", quoted)
        written = [f"\r\n filename*{index}*={piece}" for index, piece in enumerate(pieces)]
        if self.chance(0.3):
            self.random.shuffle(written)
        return ";".join(written)

    def multipart(self, kind: str, parts: list[Entity], more: str = "") -> Entity:
        """A multipart, with preamble and epilogue, its boundary written in one of several ways."""
        self.boundaries += 1
        boundary = f"{self.random.choice(['=_b', '----=_Part', 'b'])}{self.number}.{self.boundaries}x"
        written = self.random.choice([f'"{boundary}"', f'"{boundary}"', f" {boundary}", f'"{boundary}"; x=y'])
        if "=" in boundary and '"' not in written:
            written = f'"{boundary}"'
        mark = f"--{boundary}".encode()
        body = self.random.choice([b"", b"This is a multi-part message.\r\n"])
        for part in parts:
            body += mark + self.random.choice([b"\r\n", b"\r\n", b" \r\n"]) + part.raw() + b"\r\n"
        body += mark + b"--" + self.random.choice([b"\r\n", b"", b"\r\n\r\nAn epilogue.\r\n"])
        folded = self.random.choice([" ", "\r\n\t"])
        entity = Entity([f"Content-Type: multipart/{kind};{folded}boundary={written.strip()}{more}"], body)
        for part in parts:
            entity.texts += part.texts
            entity.files += part.files
            entity.notes += part.notes[:3]
            entity.defects += part.defects
        return entity

    def alternative(self) -> Entity:
        """Plain and HTML, the plain text counts."""
        plain, rich = self.text(), self.html()
        entity = self.multipart("alternative", [plain, rich])
        entity.texts = plain.texts
        return entity

    def mixed(self) -> Entity:
        """A body and files."""
        body = self.random.choice([self.text, self.html, self.alternative])()
        return self.multipart("mixed", [body, *(self.file() for _ in range(self.random.randint(1, 3)))])

    def related(self) -> Entity:
        """HTML and its picture."""
        rich = self.html()
        picture = Entity(
            ["Content-Type: image/png", "Content-ID: <p1@x>", "Content-Transfer-Encoding: base64"],
            base64.b64encode(b"\x89PNG"),
            files=[(f"part-{2}.png", b"\x89PNG")],
        )
        return self.multipart("related", [rich, picture], '; type="text/html"')

    def nested(self) -> Entity:
        """A forwarded mail as a file: its text is not the writer's."""
        inner = self.random.choice([self.text, self.mixed, self.alternative])()
        inner.fields = ["From: other@third.example", "Subject: Inner one", *inner.fields]
        data = inner.raw()
        outer = Entity(["Content-Type: message/rfc822"], data, files=[("Inner one.eml", data)])
        return self.multipart("mixed", [self.text(), outer])

    def signed(self) -> Entity:
        """PGP/MIME or detached S/MIME, perhaps inside a list's footer."""
        kind, name = self.random.choice(
            [("application/pgp-signature", "signature.asc"), ("application/pkcs7-signature", "smime.p7s")]
        )
        signature = Entity([f"Content-Type: {kind}; name={name}"], b"signature", files=[(name, b"signature")])
        signed = self.multipart(
            "signed", [self.random.choice([self.text, self.mixed])(), signature], f'; protocol="{kind}"'
        )
        return self.multipart("mixed", [signed, self.text()]) if self.chance(0.3) else signed

    def around(self) -> Entity:
        """Text, a file, text: as Apple Mail writes."""
        return self.multipart("mixed", [self.text(), self.file(), self.text(), self.file(), self.text()])

    def flowed(self) -> Entity:
        """A flowed text (RFC 3676), with or without DelSp, with lines stuffed."""
        delsp = self.chance(0.5)
        soft = "  \r\n" if delsp else " \r\n"
        paragraphs = [" ".join(self.random.choices(TONGUES["de"].sentences, k=4)) for _ in range(3)]
        lines = [soft.join(self.wrapped(p)) for p in paragraphs]
        plain = ["  indented", "From here on", ">no quote"]
        lines += [" " + line for line in plain]
        entity = Entity(
            [f"Content-Type: text/plain; charset=utf-8; format=flowed{'; DelSp=yes' if delsp else ''}"], b""
        )
        entity.body = "\r\n".join(lines).encode()
        entity.texts = ["\n".join(paragraphs + plain)]
        entity.notes = ["delsp" if delsp else "plain"]
        return entity

    def wrapped(self, text: str) -> list[str]:
        """Pieces of a text, the space between two of them taken away."""
        words = text.split(" ")
        return [" ".join(words[at : at + 7]) for at in range(0, len(words), 7)]

    def calendar(self) -> Entity:
        """An invitation beside its text."""
        ics = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Meet\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        plain = self.text()
        event = Entity(
            ["Content-Type: text/calendar; method=REQUEST; name=invite.ics"], ics, files=[("invite.ics", ics)]
        )
        return self.multipart("alternative", [plain, event])

    def uuencoded(self) -> Entity:
        """A file in uuencode within the text."""
        import binascii

        data = self.random.randbytes(self.random.randint(1, 200))
        lines = [binascii.b2a_uu(data[at : at + 45], backtick=self.chance(0.5)) for at in range(0, len(data), 45)]
        words = self.random.choice(TONGUES["en"].sentences)
        block = b"begin 644 report.bin\n" + b"".join(lines) + b"`\nend\n"
        body = words.encode() + b"\r\n\r\n" + block.replace(b"\n", b"\r\n") + b"\r\nThat is all.\r\n"
        return Entity(["Content-Type: text/plain"], body, [f"{words}\n\nThat is all."], [("report.bin", data)])

    def deep(self) -> Entity:
        """Multiparts in one another."""
        entity = self.mixed()
        for _ in range(self.random.randint(2, 6)):
            entity = self.multipart(self.random.choice(["mixed", "related", "mixed"]), [entity])
        for index, (name, data) in enumerate(entity.files):
            entity.files[index] = (name, data)
        return entity

    # faults

    def faulty(self, entity: Entity) -> bytes:
        """The bytes, perhaps with a fault that costs a reader nothing."""
        faults: list[Callable[[bytes], bytes]] = [
            lambda raw: raw,
            lambda raw: raw,
            lambda raw: b"\r\n" + raw,
            lambda raw: b"From robin@hosting.example Mon Nov  2 10:00:00 2026\r\n" + raw,
            lambda raw: b"\xef\xbb\xbf" + raw,
            lambda raw: b"X-Junk: \xff\xfe\r\n" + raw,
            lambda raw: raw.replace(b"\r\n", b"\r\nthis line is no field\r\n", 1) if raw[:2] != b"Su" else raw,
            self.only_newlines,
            self.not_closed,
            self.wrong_boundary,
            self.twice,
        ]
        fault = self.random.choice(faults)
        entity.notes.append(getattr(fault, "__name__", ""))
        self.entity = entity
        return fault(entity.raw())

    def only_newlines(self, raw: bytes) -> bytes:
        """Unix lines, unless a file's bytes would change."""
        if any(b"\r\n" in data for _, data in self.entity.files):
            return raw
        return raw.replace(b"\r\n", b"\n")

    def not_closed(self, raw: bytes) -> bytes:
        """The last delimiter is missing."""
        at = raw.rfind(b"\r\n--")
        return raw[:at] if at > 0 and re.fullmatch(rb"\r\n--\S+--\s*(An epilogue\.\s*)?", raw[at:]) else raw

    def wrong_boundary(self, raw: bytes) -> bytes:
        """The header names another boundary than the one in use."""
        if self.boundaries != 1:
            return raw
        self.entity.defects.append("the boundary declared is not the one used")
        return re.sub(rb'boundary="?[^";\r\n]+"?', b"boundary=other", raw, count=1)

    def twice(self, raw: bytes) -> bytes:
        """A second Content-Type after the first."""
        return raw.replace(b"\r\n\r\n", b"\r\nContent-Type: text/html\r\n\r\n", 1)
