"""The files that go along with a letter, as parts of its mail (RFC 2046 5.1.3, RFC 2183)."""

from base64 import encodebytes
from collections.abc import Sequence
from urllib.parse import quote

from intake.core.answer.letter import Enclosure


def with_files(body: bytes, files: Sequence[Enclosure], boundary: str) -> bytes:
    """The body, its own header first, and after it the files, in one multipart.

    No boundary within the body may begin as `boundary` does, nor the other way round.
    """
    between = f"\r\n--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/mixed;\r\n boundary="{boundary}"\r\n'.encode()
    parts = (piece for each in files for piece in (between, _part(each)))
    return b"".join((head, between, body, *parts, between[:-2], b"--\r\n"))


def _part(file: Enclosure) -> bytes:
    """A file in base64, which no server changes on the way."""
    head = (
        f"Content-Type: {file.content_type}{_charset(file)}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {_filename(file.filename)}\r\n\r\n"
    )
    return head.encode() + encodebytes(file.data).replace(b"\n", b"\r\n")


def _charset(file: Enclosure) -> str:
    if not file.content_type.startswith("text/"):
        return ""
    try:
        file.data.decode()
    except UnicodeDecodeError:
        return ""
    return "; charset=utf-8"


def _filename(name: str) -> str:
    """The name as a parameter; one that is not plain ASCII as RFC 2231 has it, which today's clients know."""
    if name.isascii() and name.isprintable() and not set(name) & {'"', "\\"}:
        return f'filename="{name}"'
    return f"filename*=utf-8''{quote(name, safe='')}"
