"""What Outlook, Unix and signatures wrap is opened: text and files come out, and their places lead to the bytes."""

import base64
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.core.mail.invitation import invitation_text
from intake.core.mail.read import locate, read
from intake.core.mail.rtf import decompressed, read_rtf
from intake.core.mail.tnef import read_tnef


def _attribute(level: int, identity: int, value: bytes) -> bytes:
    return struct.pack("<BHHI", level, identity, 6, len(value)) + value + struct.pack("<H", sum(value) & 0xFFFF)


def _property(kind: int, identity: int, value: bytes) -> bytes:
    padded = value + b"\0" * (-len(value) % 4)
    return struct.pack("<HHII", kind, identity, 1, len(value)) + padded


def _properties(*written: bytes) -> bytes:
    return struct.pack("<I", len(written)) + b"".join(written)


def _tnef(*message: bytes, data: bytes = b"%PDF\0\0") -> bytes:
    names = _properties(
        struct.pack("<HHI", 0x03, 0x3705, 1),
        _property(0x1F, 0x3707, "Übersicht über alles.pdf\0".encode("utf-16-le")),
        _property(0x1E, 0x370E, b"application/pdf\0"),
    )
    return (
        b"\x78\x9f\x3e\x22\x01\x00"
        + _attribute(1, 0x9007, struct.pack("<II", 1252, 0))
        + b"".join(message)
        + _attribute(2, 0x9002, b"\0" * 14)
        + _attribute(2, 0x8010, b"UBERSI~1.PDF\0")
        + _attribute(2, 0x800F, data)
        + _attribute(2, 0x9005, names)
    )


def _mail(kind: str, data: bytes, more: str = "") -> bytes:
    head = f"From: a@b.example\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{more}\r\n"
    return head.encode() + base64.encodebytes(data)


_RTF = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\f0 Gr\'fc\'dfe\par zwei \u8364? \b fett\b0}"
_HTML_RTF = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Gr\'fc\'dfe & mehr"
    rb"\htmlrtf\par}\htmlrtf0 {\*\htmltag72 </p>}}"
)


def _stored(rtf: bytes) -> bytes:
    return struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf


@pytest.mark.parametrize("kind", ["application/ms-tnef", 'application/octet-stream; name="winmail.dat"'])
@pytest.mark.parametrize(
    ("body", "text"),
    [
        (_attribute(1, 0x800C, "Grüße\0".encode("cp1252")), "Grüße"),
        (_attribute(1, 0x9003, _properties(_property(0x1F, 0x1000, "Ża\0".encode("utf-16-le")))), "Ża"),
        (_attribute(1, 0x9003, _properties(_property(0x102, 0x1013, b"<p>a<p>b"))), "a\n\nb"),
        (_attribute(1, 0x9003, _properties(_property(0x102, 0x1009, _stored(_RTF)))), "Grüße\nzwei € fett"),
        (_attribute(1, 0x9003, _properties(_property(0x102, 0x1009, _stored(_HTML_RTF)))), "Grüße & mehr"),
    ],
)
def test_winmail_dat_gives_its_body_and_its_files(kind: str, body: bytes, text: str) -> None:
    raw = _mail(kind, _tnef(body))
    message = read(raw)
    assert message.text == text
    found = [(a.filename, a.content_type, a.place) for a in message.attachments]
    assert found[1:] == [("Übersicht über alles.pdf", "application/pdf", (0,))]
    assert found[0][0] == "winmail.dat"
    assert locate(raw, (0,)) == b"%PDF\0\0"


def test_rtf_is_decompressed_as_the_specification_shows() -> None:
    # [MS-OXRTFCP] 3.1.1.2
    data = bytes.fromhex("2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af3"
                         "2068656c090020627705b06c647d0a800fa0")  # fmt: skip
    assert decompressed(data) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert read_rtf(decompressed(data)) == ("hello world", False)


@given(st.binary(max_size=400), st.integers(0, 400))
def test_no_bytes_make_the_readers_of_outlooks_forms_fail(data: bytes, cut: int) -> None:
    whole = _tnef(_attribute(1, 0x9003, _properties(_property(0x102, 0x1009, _stored(_RTF)))))
    read_tnef(whole[:cut] + data)
    read_rtf(decompressed(struct.pack("<II4sI", len(data), 9_999, b"LZFu", 0) + data))
    read_rtf(data)


def test_files_inside_an_opaque_signature_are_attachments_of_the_mail() -> None:
    inner = (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSigned text\r\n--x\r\n"
        b"Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--x--\r\n"
    )
    content = b"\x24\x80\x04\x82" + struct.pack(">H", len(inner)) + inner + b"\0\0"
    data = bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80" + content + b"\0\0"
    der = b"\x30\x80" + bytes.fromhex("06092a864886f70d010702") + b"\xa0\x80\x30\x80\x02\x01\x01\x31\x00\x30\x80" + data
    raw = _mail("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", der)
    message = read(raw)
    assert message.text == "Signed text"
    assert [(a.filename, a.place) for a in message.attachments] == [("smime.p7m", ()), ("a.pdf", (0, 1))]
    assert locate(raw, (0, 1)) == b"%PDF"


@pytest.mark.parametrize(
    ("kind", "word"),
    [("enveloped-data", "encrypted"), ("certs-only", "certificates only"), ("compressed-data", "encrypted")],
)
def test_what_is_sealed_is_said_so(kind: str, word: str) -> None:
    message = read(_mail(f"application/pkcs7-mime; smime-type={kind}; name=smime.p7m", b"0\x80"))
    assert any(word in defect for defect in message.defects)


_ICS = """BEGIN:VCALENDAR\r
METHOD:REQUEST\r
BEGIN:VTIMEZONE\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
SUMMARY:Talk about\r
  the outage\\, at last\r
DTSTART;TZID=Europe/Berlin:20261102T100000\r
DTEND:20261102T100000Z\r
ORGANIZER;CN="Robin: B":mailto:robin@hosting.example\r
DESCRIPTION:First\\nSecond\r
BEGIN:VALARM\r
DESCRIPTION:Alarm\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""
_SHOWN = """Invitation: Talk about the outage, at last
Start: 2026-11-02 10:00 (Europe/Berlin)
End: 2026-11-02 10:00 UTC
Organizer: robin@hosting.example

First
Second"""


def test_threat_45_an_invitation_alone_is_shown_as_one() -> None:
    message = read(_mail("text/calendar; method=REQUEST", _ICS.encode()))
    assert message.text == _SHOWN
    assert [a.content_type for a in message.attachments] == ["text/calendar"]
    assert invitation_text("no calendar") == ""


def test_what_lies_elsewhere_and_pieces_of_mails_are_said_so() -> None:
    away = read(
        b"Content-Type: message/external-body; access-type=URL; URL=http://a.example\r\n\r\nContent-Type: a/b\r\n"
    )
    assert any("not fetched" in defect for defect in away.defects)
    piece = read(b"Content-Type: message/partial; id=x; number=2; total=3\r\n\r\nmiddle of a text\r\n")
    assert piece.text == "middle of a text"
    assert any("2 of 3" in defect for defect in piece.defects)


def test_uuencode_without_an_end_stays_in_the_text() -> None:
    assert "begin 644 a" in read(b"From: a@b.example\r\n\r\nHi\r\nbegin 644 a\r\n%:&5L;&\\\r\n").text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"nothing that Outlook writes", "winmail.dat is broken: what it holds cannot be read"),
        (b"", "winmail.dat is broken: what it holds cannot be read"),
        (_tnef()[:-40], "winmail.dat is cut off: it was read as far as it goes"),
        (_tnef()[:6], "winmail.dat is cut off: it was read as far as it goes"),
    ],
)
def test_a_broken_winmail_dat_is_told_and_kept(data: bytes, said: str) -> None:
    raw = _mail("application/ms-tnef", data)
    message = read(raw)
    assert said in message.unread
    assert message.attachments[0].filename == "winmail.dat"
