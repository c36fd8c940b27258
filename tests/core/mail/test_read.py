import resource
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from intake.core.mail.message import Limits, Message, Trust, Unreadable
from intake.core.mail.read import content_hash, locate, read

# What is loaded on first use is no mail's cost.
read(b"Subject: x\r\n\r\nA first mail has the languages loaded, and what else a worker keeps.")

_TRUST = Trust("mx.support.example", (("x-spam-flag", ("yes",)),))
_SCRAPS = [
    b"\r\n", b"\n", b"\r", b"\n\n", b"--x", b"--x--", b"\n--x\n", b" ", b"\t", b"\0", b"\xff", b"\xc3\xa4", b",",
    b";", b":", b"<", b">", b"(", b")", b'"', b"\\", b"Content-Type: ", b"multipart/mixed; boundary=x",
    b'multipart/alternative; boundary="x"', b"multipart/report; report-type=delivery-status; boundary=x",
    b"text/plain", b"text/html; charset=", b"utf-8", b"utf-7", b"utf-16", b"hz", b"iso-2022-jp", b"undefined",
    b"idna", b"punycode", b"rot13", b"base64", b"quoted-printable", b"uuencode", b"Content-Transfer-Encoding: ",
    b"begin 644 x\n", b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Received: ", b"Message-ID: <", b"References: ",
    b"Return-Path: <>", b"=?utf-8?q?=ff?=", b"=?utf-8?b?////?=", b"=?x", b"?=", b"a@b.example", b"MAILER-DAEMON",
    b"\x1b$B", b"+AGE-", b"~{", b"~}", b"application/pkcs7-mime", b"message/rfc822", b"message/delivery-status",
    b"Content-Disposition: attachment; filename=", b"filename*0*=utf-8''%ff",
    b"Action: failed\nFinal-Recipient: rfc822; a@b.example\n",
    b"Authentication-Results: mx.support.example; dmarc=pass", b"X-Failed-Recipients: a@b.example",
    b"format=flowed; delsp=yes", b"-----BEGIN PGP SIGNED MESSAGE-----\n", b"<table><td>",
    b"Mon, 2 Nov 2026 10:00:00 +0100", b"> ", b"On Monday, a wrote:",
]  # fmt: skip
_BROKEN = st.lists(st.sampled_from(_SCRAPS), max_size=60).map(b"".join)
_WHOLE = st.builds(
    lambda subject, charset, text, encoding: (
        b"From: a@b.example\r\nSubject: "
        + subject.encode("utf-8", "replace").replace(b"\n", b" ").replace(b"\r", b" ")
        + f"\r\nContent-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        + text
    ),
    st.text(max_size=40),
    st.sampled_from(
        ["utf-8", "utf-7", "gb2312", "iso-2022-jp", "hz", "big5", "euc-kr", "koi8-r", "x", "utf-16", "cp037"]
    ),
    st.binary(max_size=200),
    st.sampled_from(["7bit", "base64", "quoted-printable", "x-uuencode", "8bit"]),
)


@given(st.one_of(st.binary(max_size=600), _BROKEN, _WHOLE))
@example(b"")
@example(b"\n")
@example(b"From: a@b.example")
@example(b"\r\n\r\n\r\n")
@settings(max_examples=500, suppress_health_check=[HealthCheck.too_slow])
def test_any_bytes_are_read_alike_twice_or_refused_as_unreadable(raw: bytes) -> None:
    started = time.process_time()
    try:
        message = read(raw, trust=_TRUST)
    except Unreadable:
        return
    assert time.process_time() - started < 1.0
    assert read(raw, trust=_TRUST) == message
    assert content_hash(raw) == message.content_hash
    for text in _texts(message):
        assert "\0" not in text
        text.encode("utf-8")
    for attachment in message.attachments:
        assert len(locate(raw, attachment.place)) == attachment.size


def _texts(message: Message) -> list[str]:
    names = [
        text for a in (message.from_, *message.to, *message.cc, *message.reply_to) if a for text in (a.name, a.address)
    ]
    ids = [message.message_id or "", message.in_reply_to or "", *message.references, message.return_path or ""]
    attached = [a.filename for a in message.attachments]
    lines = [
        message.subject,
        message.kind_because,
        message.automatic_because or "",
        *message.defects,
        *message.loop_marks,
    ]
    one_line = [*names, *ids, *attached, *lines, *message.sender_addresses]
    assert not any(c in text for text in one_line for c in "\r\n\u202e\u200b")
    return [*one_line, message.text, message.new_text, *message.form_texts]


_HEAD = b"From: a@b.example\r\nTo: c@d.example\r\n"
_END = b"\r\n\r\nhi"
_TEXT = b"Content-Type: text/plain"
_MIXED = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
_FILE = b"Content-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
_WORD = b"=?utf-8?q?=C3=A4aaaaaaaaaa?= "


def _numbered(form: bytes, count: int) -> bytes:
    return b"".join(form.replace(b"#", b"%d" % number) for number in range(count))


_HOSTILE = {
    "threat 29: multiparts": _HEAD + _numbered(b"Content-Type: multipart/mixed; boundary=b#\r\n\r\n--b#\r\n", 1_000),
    "threat 29: messages": _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 1_000,
    "threat 30: encoded words": _HEAD + b"Subject: " + _WORD * 8_900 + _END,
    "threat 30: too many encoded words": _HEAD + b"Subject: " + _WORD * 11_500 + _END,
    "threat 30: recipients": b"To: " + _numbered(b"u#@x.example, ", 14_000) + _END,
    "threat 30: too many recipients": b"To: " + _numbered(b"u#@x.example, ", 100_000) + _END,
    "threat 31: parameters": _HEAD + _TEXT + _numbered(b"; name*#*=a%41", 14_000) + _END,
    "threat 31: too many parameters": _HEAD + _TEXT + _numbered(b"; name*#*=a%41", 20_000) + _END,
    "words that never close": _HEAD + b"Subject: " + b"=?a?q?" * 40_000 + _END,
    "a word without an @": _HEAD + b"Cc: " + b"a." * 120_000 + _END,
    "comments in From": b"From: " + b"(" * 200_000 + _END,
    "angles in From": b"From: " + b"<" * 200_000 + _END,
    "comments in results": b"Authentication-Results: mx.support.example; " + b"(" * 100_000 + b"\r\n" + _HEAD + _END,
    "armour": _HEAD + b"\r\n" + b"-----BEGIN PGP SIGNED MESSAGE-----\n\n" * 20_000,
    "flowed": _HEAD + _TEXT + b"; format=flowed\r\n\r\n" + b"a \n" * 500_000,
    "lines that look like boundaries": _HEAD + _MIXED + b"\n--xy" * 1_000_000,
    "newlines": _HEAD + b"\r\n" + b"\n" * 20_000_000,
    "one line": _HEAD + b"\r\n" + b"a" * 20_000_000,
    "bytes of any kind": _HEAD + b"\r\n" + bytes(range(256)) * 80_000,
    "an attachment of 24 MB": _HEAD + _FILE + (b"QUJD" * 18 + b"\r\n") * 324_000,
}


@pytest.mark.parametrize("name", _HOSTILE)
def test_a_hostile_mail_takes_a_second_and_200_mb_at_most(name: str) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with suppress(Unreadable):
        message = read(_HOSTILE[name], trust=_TRUST)
        assert len(message.text) <= Limits().text_characters
        assert len(message.subject) <= 2_000
        assert len(message.to) <= 1_000
    assert time.process_time() - started < 1.0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


def test_the_text_is_cut_at_the_limit_and_says_so() -> None:
    message = read(b"\r\n" + b"ab\n" * 1_000, limits=Limits(text_characters=100))
    assert len(message.text) <= 100
    assert any("cut" in defect for defect in message.defects)


def test_the_text_is_cut_at_the_most_lines_and_says_so() -> None:
    message = read(b"\r\n" + b"ab\n" * 21, limits=Limits(text_lines=20))
    assert message.text == "\n".join(["ab"] * 20)
    assert "the text was cut at 20 lines" in message.defects
    assert "the text was cut at 20 lines" not in read(b"\r\n" + b"ab\n" * 20, limits=Limits(text_lines=20)).defects


def test_the_limit_holds_for_all_text_parts_together() -> None:
    part = b"--x\r\n\r\n" + b"a" * 80 + b"\r\n"
    raw = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + part * 50 + b"--x--"
    assert read(raw, limits=Limits(text_characters=100)).text.count("a") == 100


def test_references_beyond_the_limit_keep_the_first_and_the_newest() -> None:
    raw = b"References: " + b" ".join(b"<%d@x.example>" % n for n in range(300)) + b"\r\n\r\n"
    references = read(raw, limits=Limits(references=200)).references
    assert len(references) == 200
    assert (references[0], references[1], references[-1]) == ("0@x.example", "101@x.example", "299@x.example")


def test_threat_22_a_redelivered_mail_has_the_same_hash() -> None:
    raw = b"From: a@b.example\r\nSubject: x\r\n y\r\nMessage-ID: <1@b.example>\r\n\r\nHello\r\nthere\r\n"
    trace = b"Return-Path: <a@b.example>\r\nReceived: from a by b; now\r\nX-Spam: no\r\nDelivered-To: c@d.example\r\n"
    again = trace + raw.replace(b"x\r\n y", b"x\r\n\ty").replace(b"\r\n", b"\n") + b"\n\n"
    assert read(raw).content_hash == read(again).content_hash


@pytest.mark.parametrize("lines", [10, 100_000])
def test_threat_22_newlines_do_not_change_the_hash_but_a_bare_return_does(lines: int) -> None:
    raw = b"From: a@b.example\r\n\r\n" + b"Hello\rthere\r\n" * lines
    assert content_hash(raw) == content_hash(raw.replace(b"\r\n", b"\n"))
    assert content_hash(raw) != content_hash(raw.replace(b"o\rt", b"o\nt"))


@pytest.mark.parametrize(
    ("old", "new"), [(b"there", b"where"), (b"Subject: x", b"Subject: z"), (b"<1@", b"<2@"), (b"From: a", b"From: b")]
)
def test_threat_21_another_mail_has_another_hash(old: bytes, new: bytes) -> None:
    raw = b"From: a@b.example\r\nSubject: x\r\nMessage-ID: <1@b.example>\r\n\r\nHello\r\nthere\r\n"
    assert content_hash(raw) != content_hash(raw.replace(old, new))


def test_threat_19_no_other_header_of_ours_is_heard() -> None:
    raw = b"From: a@b.example\r\n\r\nHi"
    forged = b"X-Intake-Severity: 1\r\nX-Intake-Kind: list\r\n" + raw
    assert read(forged) == read(raw)


def test_an_attachment_that_is_not_there_is_a_lookup_error() -> None:
    with pytest.raises(LookupError):
        locate(b"Subject: x\r\n\r\nhi", (3,))


def test_the_form_is_looked_for_in_the_html_table_besides_a_poor_text() -> None:
    raw = (
        b"Content-Type: multipart/alternative; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: text/plain\r\n\r\nServer Severity\r\n"
        b"--x\r\nContent-Type: text/html\r\n\r\n"
        b"<table><tr><td>Server</td><td>mail.example</td></tr></table>\r\n--x--\r\n"
    )
    message = read(raw)
    assert message.text == "Server Severity"
    assert "mail.example" in message.form_texts[-1]
