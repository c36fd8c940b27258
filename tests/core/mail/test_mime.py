import email
import email.message
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.core.mail.message import Limits, Unreadable
from intake.core.mail.mime import Part, payload, split

_LEAF = st.tuples(
    st.sampled_from(["text/plain", "text/html", "image/png", "application/pdf"]),
    st.binary(max_size=80).map(lambda data: data.replace(b"--", b"==").replace(b"\r", b" ")),
)
_BOUNDARIES = [f"boundary{number}" for number in range(8)] + ["b", "b=_1", "=_?x", "a'b(c)+d,e"]


def _tree(depth: int = 0) -> st.SearchStrategy[bytes]:
    leaf = _LEAF.map(lambda pair: f"Content-Type: {pair[0]}\r\n\r\n".encode() + pair[1])
    if depth == 4:
        return leaf
    return st.one_of(leaf, _multipart(depth))


def _multipart(depth: int) -> st.SearchStrategy[bytes]:
    boundary = _BOUNDARIES[depth]

    def joined(given: tuple[str, list[bytes], bool]) -> bytes:
        kind, parts, closed = given
        mark = b"--" + boundary.encode()
        head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\nPreamble\r\n'.encode()
        body = b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts)
        return head + body + (mark + b"--\r\nEpilogue" if closed else b"")

    kinds = st.sampled_from(["mixed", "alternative", "related"])
    parts = st.lists(st.deferred(lambda: _tree(depth + 1)), min_size=1, max_size=3)
    return st.tuples(kinds, parts, st.just(True)).map(joined)


def _leaves(part: Part) -> Iterator[Part]:
    return (one for one in part.walk() if not one.children)


def _stdlib_leaves(message: email.message.Message) -> list[tuple[str, bytes]]:
    leaves = [part for part in message.walk() if not part.is_multipart()]
    return [(part.get_content_type(), part.get_payload(decode=True)) for part in leaves]  # type: ignore[misc]


@given(_multipart(0))
@settings(max_examples=150)
def test_a_well_formed_tree_has_the_leaves_that_the_stdlib_finds(raw: bytes) -> None:
    root, defects = split(raw, Limits())
    ours = [(part.content_type, payload(raw, part)) for part in _leaves(root)]
    assert ours == _stdlib_leaves(email.message_from_bytes(raw))
    assert not defects


def _nested(levels: int) -> bytes:
    out = b"Content-Type: text/plain\r\n\r\nhi"
    for level in range(levels):
        mark = f"b{level}".encode()
        out = b"Content-Type: multipart/mixed; boundary=" + mark + b"\r\n\r\n--" + mark + b"\r\n" + out
        out += b"\r\n--" + mark + b"--"
    return out


def test_threat_29_depth_is_refused_beyond_the_limit_and_read_up_to_it() -> None:
    root, _ = split(_nested(50), Limits(depth=50))
    assert len(next(_leaves(root)).place) == 50
    for levels in (51, 1_000, 5_000):
        with pytest.raises(Unreadable, match="nested"):
            split(_nested(levels), Limits(depth=50))


def test_threat_29_a_thousand_nested_messages_are_refused() -> None:
    raw = b"From: a@b.example\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 1_000 + b"Subject: x\r\n\r\nhi"
    with pytest.raises(Unreadable, match="nested more than 50 deep"):
        split(raw, Limits())


def test_a_forwarded_message_is_one_part_whose_defects_are_not_the_mails() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=nowhere\r\n\r\nno part at all"
    root, defects = split(b"From: a@b.example\r\nContent-Type: message/rfc822\r\n\r\n" + inner, Limits())
    assert root.content_type == "message/rfc822"
    assert not root.children
    assert not defects


def test_threat_29_more_parts_than_the_limit_are_refused() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhi\r\n" * 501
    with pytest.raises(Unreadable, match="parts"):
        split(raw, Limits(parts=500))


def test_a_flood_of_lines_that_look_like_boundaries_is_refused() -> None:
    with pytest.raises(Unreadable, match="look like boundaries"):
        split(b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"\n--xy" * 200_000, Limits())


def test_a_big_mail_nested_deep_is_refused() -> None:
    raw = _nested(40).replace(b"\r\n\r\nhi", b"\r\n\r\n" + b"hi\n" * 4_000_000)
    with pytest.raises(Unreadable, match="too big"):
        split(raw, Limits())


def test_threat_30_headers_beyond_the_limits_are_refused() -> None:
    with pytest.raises(Unreadable, match="header of 3"):
        split(b"Subject: " + b"=?utf-8?q?a?= " * 23_000 + b"\r\n\r\nhi", Limits())
    with pytest.raises(Unreadable, match="lines"):
        split(b"X: y\r\n" * 5_001 + b"\r\nhi", Limits())


@pytest.mark.parametrize(
    ("encoding", "encoded", "decoded"),
    [
        ("base64", b"aGVs bG8=", b"hello"),
        ("BASE64 ", b"aGVsbG8", b"hello"),
        ("base64", b"aGVsbG8=\r\naGVsbG8=", b"hellohello"),
        ("base64", b"aGVsb", b"hel"),
        ("quoted-printable", b"a=3Db=\r\nc =E4", b"a=bc \xe4"),
        ("quoted-printable", b"100=% sure", b"100=% sure"),
        ("x-uuencode", b"begin 644 x\n%:&5L;&\\\n`\nend\n", b"hello"),
        ("7bit", b"a=3D", b"a=3D"),
        ("unheard-of", b"a=3D", b"a=3D"),
    ],
)
def test_transfer_encodings_are_undone_as_clients_do(encoding: str, encoded: bytes, decoded: bytes) -> None:
    raw = f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + encoded
    assert payload(raw, split(raw, Limits())[0]) == decoded


def test_a_delimiter_is_a_whole_line() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\none --x\r\n--xy\r\n--x \t\r\n\r\ntwo\r\n--x--"
    root, _ = split(raw, Limits())
    assert [payload(raw, part) for part in root.children] == [b"one --x\r\n--xy", b"two"]
