"""Mails of 25 MB in many shapes, each made to cost a reader as much as it can."""

import base64
from collections.abc import Callable

SIZE = 25_000_000
HEAD = b"From: bad@hosting.example\r\nMessage-ID: <bad@hosting.example>\r\nSubject: large\r\nMIME-Version: 1.0\r\n"
PLAIN = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"


def filled(head: bytes, unit: bytes, tail: bytes = b"") -> bytes:
    """The head, then the unit over and over up to the size, then the tail."""
    return head + unit * ((SIZE - len(head) - len(tail)) // len(unit)) + tail


def coded(head: bytes, unit: bytes) -> bytes:
    """The head, then the unit over and over, in base64."""
    content = unit * (SIZE * 3 // 4 // len(unit) - 400_000 // len(unit))
    return head + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(content)


def numbered(head: bytes, unit: bytes, tail: bytes = b"\r\n\r\nx\r\n") -> bytes:
    """The head, then the unit with another number each time, then the tail."""
    made = b"".join(unit.replace(b"#", b"%d" % each) for each in range(SIZE // (len(unit) + 7)))
    return (head + made)[:SIZE] + tail


def attachments(content: bytes, count: int, kind: bytes = b"application/octet-stream") -> bytes:
    """So many attachments of the same content."""
    part = (
        b"--x\r\nContent-Type: %s; name=f.bin\r\nContent-Disposition: attachment; filename=f.bin\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n" % (kind, base64.encodebytes(content))
    )
    return MIXED + b"--x\r\n\r\nsee there\r\n" + part * count + b"--x--\r\n"


def nested_parts() -> bytes:
    """Parts in parts, each with a boundary of its own."""
    return numbered(HEAD, b'Content-Type: multipart/mixed; boundary="b#"\r\n\r\n--b#\r\n', b"deep")


def one(kind: bytes, unit: bytes, name: bytes = b"") -> bytes:
    """One part of a kind, in base64."""
    named = b'; name="%s"' % name if name else b""
    return coded(HEAD + b"Content-Type: %s%s\r\n" % (kind, named), unit)


SHAPES: dict[str, Callable[[], bytes]] = {
    "parts in parts": nested_parts,
    "messages in messages": lambda: filled(HEAD, b"Content-Type: message/rfc822\r\n\r\n", b"\r\n\r\nx\r\n"),
    "a million parts": lambda: filled(MIXED, b"--x\r\n\r\na\r\n", b"--x--\r\n"),
    "parts without an end": lambda: filled(MIXED, b"--x\r\n"),
    "boundaries that are none": lambda: filled(MIXED, b"--xy\r\n"),
    "a million messages": lambda: filled(MIXED, b"--x\r\nContent-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\na\r\n"),
    "one header": lambda: filled(HEAD + b"X-Large: ", b"word ", b"\r\n\r\nx\r\n"),
    "one folded header": lambda: filled(HEAD + b"X-Large: a", b"\r\n word", b"\r\n\r\nx\r\n"),
    "a million headers": lambda: numbered(HEAD, b"X-#: y\r\n"),
    "the same header": lambda: filled(
        HEAD, b"Received: by a.example; Mon, 23 Nov 2026 09:00:00 +0000\r\n", b"\r\nx\r\n"
    ),
    "subject of encoded words": lambda: filled(HEAD + b"Subject: a", b"\r\n =?utf-8?b?w6Q=?=", b"\r\n\r\nx\r\n"),
    "subject of one encoded word": lambda: filled(HEAD + b"Subject: =?utf-8?q?", b"=C3=A4", b"?=\r\n\r\nx\r\n"),
    "a million recipients": lambda: numbered(HEAD + b"To: a@b.example", b",\r\n a#@b.example"),
    "recipients in comments": lambda: filled(HEAD + b"To: ", b"(", b"\r\n\r\nx\r\n"),
    "recipients in quotes": lambda: filled(HEAD + b"To: ", b'"\\"', b"\r\n\r\nx\r\n"),
    "a million references": lambda: numbered(HEAD + b"References: ", b"<#@b.example>\r\n "),
    "parameters": lambda: numbered(HEAD + b"Content-Type: text/plain", b";\r\n name*#*=utf-8''x"),
    "a boundary of its own size": lambda: filled(
        HEAD + b"Content-Type: multipart/mixed; boundary=", b"b", b"\r\n\r\nx"
    ),
    "a header that never ends": lambda: filled(HEAD, b"x"),
    "no header at all": lambda: filled(b"", b"word \r\n"),
    "nothing but line ends": lambda: filled(PLAIN + b"\r\n", b"\r\n"),
    "nothing but spaces": lambda: filled(PLAIN + b"\r\n", b" "),
    "spaces at line ends": lambda: filled(PLAIN + b"\r\n", b"a" + b" " * 900 + b"\r\n"),
    "nothing but tabs": lambda: filled(PLAIN + b"\r\n", b"\t"),
    "nothing but zeros": lambda: filled(PLAIN + b"\r\n", b"\0"),
    "one line": lambda: filled(PLAIN + b"\r\n", b"word "),
    "one word": lambda: filled(PLAIN + b"\r\n", b"a"),
    "short lines": lambda: filled(PLAIN + b"\r\n", b"a\r\n"),
    "plain text": lambda: filled(PLAIN + b"\r\n", b"All work and no play makes a dull desk.\r\n"),
    "emoji": lambda: filled(PLAIN + b"\r\n", "\U0001f600".encode()),
    "bytes of no alphabet": lambda: filled(HEAD + b"\r\n", bytes(range(128, 256)) + b"\r\n"),
    "a wrong alphabet": lambda: filled(HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n", b"+AOQ-"),
    "escapes of an alphabet": lambda: filled(
        HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n", b'\x1b$B$"\x1b(B'
    ),
    "quoted lines": lambda: filled(PLAIN + b"\r\n", b"> quoted\r\n"),
    "quotes in quotes": lambda: filled(PLAIN + b"\r\n", b">" * 300 + b" deep\r\n"),
    "one line of quotes": lambda: filled(PLAIN + b"\r\n", b"> "),
    "attributions": lambda: filled(PLAIN + b"\r\n", b"On Monday, Kim <kim@b.example> wrote:\r\n"),
    "attributions over two lines": lambda: filled(
        PLAIN + b"\r\n", b"On Monday, 23 November 2026,\r\nKim wrote:\r\n> a\r\n"
    ),
    "forwarded headers": lambda: filled(PLAIN + b"\r\n", b"From: a\r\nSent: b\r\nTo: c\r\nSubject: d\r\n\r\n"),
    "original messages": lambda: filled(PLAIN + b"\r\n", b"-----Original Message-----\r\n"),
    "signatures": lambda: filled(PLAIN + b"\r\n", b"-- \r\nKim\r\n"),
    "greetings": lambda: filled(PLAIN + b"\r\n", b"Kind regards,\r\nKim\r\n\r\n"),
    "fields of a form": lambda: filled(PLAIN + b"\r\n", b"Server: mail.hosting.example\r\n"),
    "labels without values": lambda: filled(PLAIN + b"\r\n", b"Severity:\r\n"),
    "colons": lambda: filled(PLAIN + b"\r\n", b":"),
    "lines of colons": lambda: filled(PLAIN + b"\r\n", b"a: b: c: d\r\n"),
    "bullets": lambda: filled(PLAIN + b"\r\n", b"* Severity: 1\r\n"),
    "a text grid": lambda: filled(PLAIN + b"\r\n", b"| Severity | 2 |\r\n"),
    "rows of tabs": lambda: filled(PLAIN + b"\r\n", b"Severity\t2\tServer\tx\r\n"),
    "links": lambda: filled(PLAIN + b"\r\n", b"https://a.example/<https://b.example/>\r\n"),
    "PGP armour": lambda: filled(PLAIN + b"\r\n", b"-----BEGIN PGP SIGNED MESSAGE-----\r\n"),
    "uuencoded files": lambda: filled(PLAIN + b"\r\n", b"begin 644 x\r\n"),
    "one uuencoded file": lambda: filled(PLAIN + b"\r\nbegin 644 x\r\n", b"M" + b"A" * 60 + b"\r\n", b"`\r\nend\r\n"),
    "flowed text": lambda: filled(HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n", b"flows on \r\n"),
    "quoted-printable": lambda: filled(PLAIN + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b"=C3=A4"),
    "soft line ends": lambda: filled(PLAIN + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b"=\r\n"),
    "broken quoted-printable": lambda: filled(PLAIN + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n", b"="),
    "text in base64": lambda: coded(PLAIN, b"All work and no play.\r\n"),
    "broken base64": lambda: filled(PLAIN + b"Content-Transfer-Encoding: base64\r\n\r\n", b"!=A"),
    "HTML in base64": lambda: coded(HTML, b"<p>All work and no play.</p>"),
    "HTML paragraphs": lambda: filled(HTML + b"\r\n", b"<p>All work</p>\r\n"),
    "HTML without an end": lambda: filled(HTML + b"\r\n", b"<div>"),
    "HTML ends without a beginning": lambda: filled(HTML + b"\r\n", b"</div>"),
    "HTML in HTML": lambda: filled(HTML + b"\r\n", b"<b><i>a</b></i>"),
    "brackets": lambda: filled(HTML + b"\r\n", b"<"),
    "one tag": lambda: filled(HTML + b"\r\n<p ", b"a=b ", b">x</p>"),
    "one attribute": lambda: filled(HTML + b'\r\n<p style="', b"color:red;", b'">x</p>'),
    "entities": lambda: filled(HTML + b"\r\n", b"&auml;"),
    "broken entities": lambda: filled(HTML + b"\r\n", b"&#"),
    "one comment": lambda: filled(HTML + b"\r\n<!--", b" - ", b"-->x"),
    "comments": lambda: filled(HTML + b"\r\n", b"<!--"),
    "style sheets": lambda: filled(HTML + b"\r\n<style>", b"p{color:red}", b"</style>x"),
    "a table's rows": lambda: filled(HTML + b"\r\n<table>", b"<tr><td>Severity</td><td>2</td></tr>", b"</table>"),
    "a table's cells": lambda: filled(HTML + b"\r\n<table><tr>", b"<td>a</td>", b"</tr></table>"),
    "tables in tables": lambda: filled(HTML + b"\r\n", b"<table><tr><td>"),
    "tables": lambda: filled(HTML + b"\r\n", b"<table><tr><td>Severity<td>1</table>"),
    "quotes in HTML": lambda: filled(HTML + b"\r\n", b"<blockquote>"),
    "images in HTML": lambda: filled(HTML + b"\r\n", b'<img src="data:image/png;base64,AAAA">'),
    "links in HTML": lambda: filled(HTML + b"\r\n", b'<a href="https://a.example/">b</a> '),
    "lists in HTML": lambda: filled(HTML + b"\r\n", b"<ul><li>a"),
    "forms in HTML": lambda: filled(HTML + b"\r\n", b"<p><b>Severity:</b> 2<br>"),
    "one attachment": lambda: attachments(b"\0" * 17_000_000, 1),
    "ten thousand attachments": lambda: attachments(b"\0" * 1_600, 10_000),
    "an archive of nothing": lambda: attachments(b"PK\3\4" + b"\0" * 17_000_000, 1, b"application/zip"),
    "one text file": lambda: attachments(b"Severity: 1\r\n" * 1_300_000, 1, b"text/plain"),
    "a thousand text files": lambda: attachments(b"Severity: 1\r\n" * 1_200, 1_000, b"text/plain"),
    "a calendar": lambda: one(b"text/calendar", b"BEGIN:VEVENT\r\nSUMMARY:a\r\n"),
    "a delivery report": lambda: (
        HEAD
        + b"Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n\r\nno\r\n--x\r\n"
        + filled(
            b"Content-Type: message/delivery-status\r\n\r\n",
            b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n",
            b"--x--\r\n",
        )
    ),
    "TNEF": lambda: one(b"application/ms-tnef", b"\x78\x9f\x3e\x22", b"winmail.dat"),
    "RTF": lambda: one(b"application/rtf", b"{\\rtf1 a\\par "),
    "signed data": lambda: one(b"application/pkcs7-mime; smime-type=signed-data", b"\x30\x80"),
}
