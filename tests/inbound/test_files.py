"""Mails out of files."""

import io
import mailbox
import os
import re
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.config import Route
from intake.errors import IntakeError
from intake.inbound.files import FoundMail, Unreadable, count_in, mails_in, new_mail
from intake.inbound.mbox import MOST_BYTES
from intake.inbound.routing import Routes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(hours=24)
ROUTES = Routes([Route(address="support@desk.example", aliases=["help@desk.example"], policy="p")], "+")
MAIL = b"From: kim@customer.example\nTo: support@desk.example\nSubject: Hi\n\nHello\n"
SEPARATOR = b"From kim@customer.example Sat Jan  3 01:05:34 1996\n"


def found(path: str | Path, stdin: bytes = b"") -> list[FoundMail]:
    mails = list(mails_in(path, io.BytesIO(stdin)))
    assert all(isinstance(mail, FoundMail) for mail in mails), mails
    return [mail for mail in mails if isinstance(mail, FoundMail)]


def one(raw: bytes) -> FoundMail:
    (mail,) = found("-", raw)
    return mail


@pytest.mark.parametrize("raw", [MAIL, MAIL.replace(b"\n", b"\r\n"), MAIL + b"\0\xff\r\nFrom here\n>From there\n\n\n"])
def test_a_mail_of_its_own_is_kept_byte_by_byte(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "mail.eml"
    file.write_bytes(raw)
    assert [(mail.raw, mail.name) for mail in found(file)] == [(raw, str(file))]
    assert one(raw).raw == raw


def test_mails_of_a_folder_come_sorted_from_all_below_it(tmp_path: Path) -> None:
    for name in ("b/2.eml", "b/1.EML", "a.eml", "c/deep/er.eml", ".hidden/no.eml", "readme.txt", "b/archive.mbox"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(SEPARATOR + MAIL if name.endswith("mbox") else MAIL)
    names = [os.path.relpath(mail.name, tmp_path) for mail in found(tmp_path)]
    assert names == ["a.eml", "b/1.EML", "b/2.eml", "b/archive.mbox#1", "c/deep/er.eml"]
    assert count_in(tmp_path) == 5


def test_a_maildir_gives_new_and_cur_in_order_of_arrival_and_leaves_the_rest(tmp_path: Path) -> None:
    for name in ("cur/3.x:2,S", "new/1.x", "cur/2.x:2,", "tmp/4.x", ".Sent/cur/5.x", "dovecot.index"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(MAIL)
    (tmp_path / ".Sent" / "new").mkdir()
    assert [Path(mail.name).name for mail in found(tmp_path)] == ["1.x", "2.x:2,", "3.x:2,S"]
    assert count_in(tmp_path) == 3


def test_the_standard_library_s_maildir_is_read(tmp_path: Path) -> None:
    maildir = mailbox.Maildir(tmp_path / "box")
    maildir.add(MAIL)
    assert [mail.raw for mail in found(tmp_path)] == [MAIL]


@given(
    bodies=st.lists(
        st.lists(
            st.sampled_from(
                [
                    b"",
                    b"From ",
                    b">From me",
                    b">>From you",
                    b"From kim@customer.example Sat Jan  3 01:05:34 1996",
                    b"Subject: no",
                    b"text \xff",
                ]
            ),
            max_size=8,
        ),
        min_size=1,
        max_size=5,
    ),
    newline=st.sampled_from([b"\n", b"\r\n"]),
)
def test_what_mboxrd_quotes_comes_back_as_it_was(bodies: list[list[bytes]], newline: bytes) -> None:
    mails = [newline.join([b"Subject: x", b"", *body, b""]) for body in bodies]
    quoted = [re.sub(rb"(?m)^(>*From )", rb">\1", mail) for mail in mails]
    mbox = b"".join(SEPARATOR.replace(b"\n", newline) + mail + newline for mail in quoted)
    assert [mail.raw for mail in found("-", mbox)] == mails
    assert [mail.name for mail in found("-", mbox)] == [f"standard input#{n + 1}" for n in range(len(mails))]


def test_only_the_text_of_a_mail_is_unquoted() -> None:
    mail = b">From kim Sat Jan  3 01:05:34 1996 remote from customer\n" + MAIL
    assert [mail.raw for mail in found("-", SEPARATOR + mail + b"\n" + SEPARATOR + mail)] == [mail, mail]


@pytest.mark.parametrize(
    "separator",
    [
        b"From - Mon Jan 01 00:00:00 2024",
        b"From ",
        b"From -",
        b"From 1790000000000000001@xxx Mon Jan 01 00:00:00 +0000 2024",
        b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011",
        b"From kim at customer.example  Thu Apr  1 09:00:00 2021",
        b'From "kim smith"@customer.example Thu Apr  1 09:00 2021',
    ],
)
def test_separators_of_many_programs_are_known(separator: bytes) -> None:
    mbox = (separator + b"\n" + MAIL + b"\n") * 3
    assert [mail.raw for mail in found("-", mbox)] == [MAIL] * 3


@pytest.mark.parametrize(
    "line",
    [
        b"From now on we write to you.\nSincerely: K.",
        b"From here: see below\nNote: x",
        b"From 10:30 to 11:00 in 2024 nothing works.\nWhat now?",
        b"From " + b"1:11 " * 400 + b"2024\nSubject: x",
    ],
)
def test_a_text_that_begins_with_from_does_not_split_a_mail(line: bytes) -> None:
    mail = MAIL + b"\n" + line + b"\n"
    assert [mail.raw for mail in found("-", SEPARATOR + mail + b"\n" + SEPARATOR + MAIL)] == [mail, MAIL]


def test_a_large_mbox_takes_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "big.mbox"
    mail = SEPARATOR + MAIL + b"x" * 76 * 1000 + b"\n\n"
    with file.open("wb") as stream:
        for _ in range(400):
            stream.write(mail)
    tracemalloc.start()
    try:
        assert sum(1 for _ in mails_in(file)) == 400
        assert count_in(file) == 400
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_mail_beyond_measure_is_named_and_its_neighbours_are_read(tmp_path: Path) -> None:
    file = tmp_path / "big.mbox"
    with file.open("wb") as stream:
        stream.write(SEPARATOR + MAIL + b"\n" + SEPARATOR + MAIL)
        for _ in range(MOST_BYTES // 1_000_000 + 6):
            stream.write(b"y" * 1_000_000)
        stream.write(b"\n\n" + SEPARATOR + MAIL)
    first, large, last = mails_in(file)
    assert isinstance(first, FoundMail)
    assert large == Unreadable(f"{file}#2", "it is larger than 100 MB")
    assert isinstance(last, FoundMail)


def test_an_unreadable_file_among_many_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.eml").symlink_to(tmp_path / "nowhere")
    (tmp_path / "b.eml").write_bytes(b"")
    (tmp_path / "c.eml").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")
    (tmp_path / "d.eml").write_bytes(MAIL)
    os.mkfifo(tmp_path / "e.eml")
    mails = list(mails_in(tmp_path))
    assert [mail.reason for mail in mails if isinstance(mail, Unreadable)] == [
        "No such file or directory",
        "it is empty",
        "it is not a mail",
    ]
    assert [Path(mail.name).name for mail in mails] == ["a.eml", "b.eml", "c.eml", "d.eml"]


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "No such file or directory"), (b"", "it is empty"), (b"\0\1\2", "it is not a mail")]
)
def test_a_path_without_a_mail_is_an_error_at_once_and_in_one_line(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    file = tmp_path / "mail.eml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(IntakeError) as caught:
        mails_in(file)
    right = "a .eml file, an mbox file, a Maildir or a folder of .eml files is expected"
    assert str(caught.value) == f"cannot read {file}: {reason}; {right}"


def test_a_folder_without_mails_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_bytes(MAIL)
    with pytest.raises(IntakeError, match=r"holds no mails; a \.eml file"):
        mails_in(tmp_path)
    with pytest.raises(IntakeError, match="holds no mails"):
        count_in(tmp_path)


def test_an_empty_standard_input_is_an_error() -> None:
    with pytest.raises(IntakeError, match="standard input is empty"):
        mails_in("-", io.BytesIO(b""))
    assert count_in("-") is None


def test_a_pipe_is_read_as_standard_input_is(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, SEPARATOR + MAIL + b"\n" + SEPARATOR + MAIL)
    os.close(writing)
    try:
        assert count_in(f"/dev/fd/{reading}") is None
        assert len(found(f"/dev/fd/{reading}")) == 2
    finally:
        os.close(reading)
    assert tmp_path.exists()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"Received: by b; Mon, 2 Nov 2026 10:00:00 +0100 (CET)\nReceived: by c; Mon, 2 Nov 2020 10:00:00 +0000", 9),
        (b"RECEIVED : from a\n\tby b (x; y);\n Mon, 2 Nov 2026 10:00:00\n +0000\nReceived: x; junk", 10),
        (b"Received: from a by b; Mon, 2 Nov 2026 10:00:00", None),
        (b"Received: from a by b; yesterday", None),
        (b"Received: from a by b", None),
        (b"Received: by b; Mon, 32 Nov 2026 10:00:00 +0000\nReceived: by c; Mon, 2 Nov 2026 10:00:00 +0000", None),
        (b"Received: by b; Mon, 2 Nov 99999999999 10:00:00 +9999\nX: y", None),
        (b"Received: by \xff; \xff", None),
        (b"X-Received: by b; Mon, 2 Nov 2026 10:00:00 +0000", None),
    ],
)
def test_the_time_of_receipt_is_the_topmost_received_field_s(header: bytes, expected: int | None) -> None:
    at = one(header + b"\n" + MAIL + b"\nReceived: by d; Mon, 2 Nov 2026 23:00:00 +0000\n").received_at
    assert at == (datetime(2026, 11, 2, expected, tzinfo=UTC) if expected else None)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"Return-Path: <kim@customer.example>\nReturn-Path: <other@x.example>", "kim@customer.example"),
        (b"Return-Path:\n <kim@customer.example>", "kim@customer.example"),
        (b"Return-Path: kim@customer.example", "kim@customer.example"),
        (b"Return-Path: <>", ""),
        (b"return-path: <MAILER-DAEMON>", ""),
        (b"Return-Path: <a@b@c.example>", None),
        (b"Return-Path: <kim>", None),
        (b"Return-Path: <kim@customer.example> <x@y.example>", None),
        (b"Return-Path: <k\0im@customer.example>", None),
        (b"X: y", None),
    ],
)
def test_the_return_path_is_the_topmost(header: bytes, expected: str | None) -> None:
    assert one(header + b"\n" + MAIL).return_path == expected


@pytest.mark.parametrize(
    ("sender", "expected"), [(b"MAILER-DAEMON", ""), (b"kim@customer.example", None), (b"17900@xxx", None)]
)
def test_of_a_separator_only_the_null_path_is_believed(sender: bytes, expected: str | None) -> None:
    assert one(b"From " + sender + b" Sat Jan  3 01:05:34 1996\n" + MAIL).return_path == expected


@given(st.binary(min_size=1, max_size=400))
def test_no_bytes_make_reading_fail(raw: bytes) -> None:
    for content in (raw, SEPARATOR + raw, b"Received: x; " + raw, b"Return-Path: " + raw):
        try:
            mails = list(mails_in("-", io.BytesIO(content)))
        except IntakeError:
            continue
        for mail in mails:
            if isinstance(mail, FoundMail):
                assert new_mail(mail, ROUTES, None, NOW, answer=False, old_after=DAY).received_at <= NOW


@pytest.mark.parametrize(
    ("header", "answer", "expected"),
    [
        (b"Received: by b; Sun, 22 Nov 2026 11:00:00 +0000", False, True),
        (b"Received: by b; Sat, 21 Nov 2026 11:00:00 +0000", False, False),
        (b"Received: by b; Sat, 21 Nov 2026 11:00:00 +0000", True, True),
        (b"Received: by b; Sun, 22 Nov 2026 11:00:00 +0000\nDate: Mon, 1 Jan 2001 00:00:00 +0000", False, True),
        (b"Date: Mon, 1 Jan 2001 00:00:00 +0000", False, False),
        (b"Date: Mon, 1 Jan 2099 00:00:00 +0000", False, True),
        (b"Date: whenever", False, True),
    ],
)
def test_an_old_mail_is_not_answered_unless_asked_for(header: bytes, answer: bool, expected: bool) -> None:
    mail = new_mail(one(header + b"\n" + MAIL), ROUTES, None, NOW, answer, DAY)
    assert mail.answerable is expected
    assert not mail.backlog


def test_a_found_mail_becomes_one_to_keep() -> None:
    raw = b"Return-Path: <>\nReceived: by b; Mon, 1 Jan 2099 00:00:00 +0000\n" + MAIL.replace(b"support@", b"help+x@")
    mail = new_mail(one(raw), ROUTES, None, NOW, answer=False, old_after=DAY)
    assert (mail.source, mail.received_at, mail.envelope_from, mail.origin) == ("file", NOW, "", None)
    assert [(route.route, route.recipient) for route in mail.routes] == [
        ("support@desk.example", "help+x@desk.example")
    ]


def test_to_sets_the_recipient() -> None:
    mail = new_mail(one(MAIL), ROUTES, "Help+t@desk.example", NOW, answer=False, old_after=DAY)
    assert [(route.route, route.recipient) for route in mail.routes] == [
        ("support@desk.example", "Help+t@desk.example")
    ]
    with pytest.raises(
        IntakeError, match=r"no\.one@desk\.example; there are help@desk\.example, support@desk\.example"
    ):
        new_mail(one(MAIL), ROUTES, "no.one@desk.example", NOW, answer=False, old_after=DAY)
