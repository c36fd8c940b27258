"""Mails made to break or slow a reader: each within its bounds or parked, its neighbours unharmed
(THREATS 29 to 31, 33, 34)."""

import base64
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import FORM, Home, home, mail

PARKED_WITHIN = 5.0
HEAD = b"From: bad@hosting.example\r\nMessage-ID: <bad@hosting.example>\r\nMIME-Version: 1.0\r\n"


def nested(depth: int) -> bytes:
    return b"Content-Type: message/rfc822\r\n\r\n" * depth + b"Subject: at last\r\n\r\ndeep\r\n"


def nested_parts(depth: int) -> bytes:
    return b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level) for level in range(depth)
    )


HOSTILE = {
    "29-messages-in-messages": HEAD + nested(1_000),
    "29-parts-in-parts": HEAD + nested_parts(1_000),
    "29-many-parts": HEAD + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\na\r\n" * 100_000,
    "30-encoded-words": HEAD + b"Subject: " + b"=?utf-8?b?w6Q=?=\r\n " * 15_000 + b"\r\n\r\nx\r\n",
    "30-one-line-of-encoded-words": HEAD + b"Subject: " + b"=?utf-8?q?=C3=A4?= " * 15_000 + b"\r\n\r\nx\r\n",
    "30-recipients": HEAD + b"To: " + b",\r\n ".join(b"a%d@b.example" % each for each in range(100_000)) + b"\r\n\r\n",
    "30-many-headers": HEAD + b"".join(b"X-%d: y\r\n" % each for each in range(100_000)) + b"\r\nx\r\n",
    "30-comments": HEAD.replace(b"bad@", b"(" * 50_000 + b"bad@") + b"\r\nx\r\n",
    "31-parameters": HEAD
    + b"Content-Type: text/plain"
    + b"".join(b";\r\n name*%d*=utf-8''x" % each for each in range(20_000))
    + b"\r\n\r\nx\r\n",
    "31-parameters-in-a-part": HEAD
    + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Disposition: attachment"
    + b"".join(b";\r\n filename*%d=%d" % (each, each) for each in range(20_000))
    + b"\r\n\r\nx\r\n--x--\r\n",
    "html-nested": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 100_000 + b"deep",
    "quotes": HEAD + b"\r\n" + b"> On Monday a@b.example wrote:\r\nFrom: x\r\n" * 20_000,
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """One desk for all, with limits as measured by THREATS: 256 MB over the idle worker."""
    with home(tmp_path_factory.mktemp("desk"), {"reading.memory_mb": 256}) as made:
        made.house.reader.raw(mail(), {})
        yield made


@pytest.mark.parametrize("name", HOSTILE)
def test_threats_29_30_31_a_hostile_mail_is_read_or_parked_in_time_and_its_neighbours_are_decided(
    desk: Home, name: str
) -> None:
    before, bad, after = (
        desk.keep(raw, envelope_from=f"{place}-{name}@hosting.example")
        for place, raw in (
            ("a", mail(f"{FORM}{name}", message_id=f"a-{name}@hosting.example", sender=f"a-{name}@hosting.example")),
            ("bad", HOSTILE[name]),
            ("z", mail(f"{FORM}{name}", message_id=f"z-{name}@hosting.example", sender=f"z-{name}@hosting.example")),
        )
    )
    began = time.monotonic()
    desk.receive()
    took = time.monotonic() - began
    assert [desk.outcomes(each)[0]["outcome"] for each in (before, after)] == ["new_case", "new_case"]
    (outcome,) = desk.outcomes(bad)
    assert outcome["outcome"] in ("new_case", "parked", "automatic")
    # a chunk that dies is read twice
    assert took < 2 * PARKED_WITHIN + 2
    assert desk.ledger()["balanced"]


@pytest.mark.parametrize("name", ["29-messages-in-messages", "29-parts-in-parts"])
def test_threat_29_a_mail_nested_too_deep_is_parked_with_its_bytes_and_the_reason(tmp_path: Path, name: str) -> None:
    with home(tmp_path) as desk:
        (outcome,) = desk.take(HOSTILE[name])
        assert outcome["outcome"] == "parked"
        assert "deep" in outcome["because"] or "parts" in outcome["because"]
        assert desk.cases() == []


def with_attachment(name: bytes, content: bytes, kind: bytes = b"application/octet-stream") -> bytes:
    return (
        HEAD
        + b"Subject: see the file\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nsee there\r\n--x\r\n"
        + b'Content-Type: %s\r\nContent-Disposition: attachment; filename="%s"\r\n' % (kind, name)
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(content).replace(b"\n", b"\r\n")
        + b"--x--\r\n"
    )


@pytest.mark.sqlite("its files are told from what a mail might write")
@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "..\\..\\windows\\system32\\x.dll",
        "/etc/shadow",
        "C:\\boot.ini",
        "\u200b.htaccess",
        "a\x00b.txt",
        "=?utf-8?q?..=2F..=2Fx?=",
        "invoice\u202efdp.exe",
        "." * 300,
        "CON",
        "x" * 5_000,
        "",
    ],
)
def test_threat_33_an_attachments_name_is_made_safe_and_leads_nowhere(tmp_path: Path, name: str) -> None:
    with home(tmp_path / "desk") as desk:
        outside = {file for file in tmp_path.rglob("*") if desk.config.folder not in file.parents}
        desk.take(with_attachment(name.encode(), b"content"))
        (attachment,) = desk.shown(desk.case().reference)["messages"][0]["attachments"]
        shown = attachment["filename"]
        assert shown
        assert len(shown) <= 255
        assert not any(bad in shown for bad in ("/", "\\", "\x00", "\u200b", "\u202e", "\r", "\n"))
        assert not shown.startswith(".")
        assert attachment["size"] == len(b"content")
        # nothing is written under any name of the sender's: the bytes stay in the mail
        assert {file for file in tmp_path.rglob("*") if desk.config.folder not in file.parents} == outside
        assert {file.name.partition(".db")[0] for file in desk.config.folder.rglob("*")} == {"spool", "desk"}


def bomb(levels: int) -> bytes:
    content = b"0" * 10_000_000
    for _ in range(levels):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(10):
                archive.writestr(f"{copy}.zip", content)
        content = made.getvalue()
    return content


def test_threat_34_an_archive_stays_one_attachment(tmp_path: Path) -> None:
    content = bomb(3)
    with home(tmp_path, {"reading.memory_mb": 256}) as desk:
        began = time.monotonic()
        (outcome,) = desk.take(with_attachment(b"bomb.zip", content, b"application/zip"))
        assert outcome["outcome"] == "new_case"
        assert time.monotonic() - began < PARKED_WITHIN
        shown = desk.shown(desk.case().reference)["messages"][0]["attachments"]
        assert [(each["filename"], each["size"]) for each in shown] == [("bomb.zip", len(content))]
