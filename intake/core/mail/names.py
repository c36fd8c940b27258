"""Names of attachments: the sender's, made safe but recognisable, or one made from place and type."""

import re
import unicodedata

from intake.core.mail.header import visible

_EXTENSIONS = {
    "application/pdf": "pdf",
    "application/zip": "zip",
    "application/gzip": "gz",
    "application/x-gzip": "gz",
    "application/json": "json",
    "application/xml": "xml",
    "application/rtf": "rtf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/ics": "ics",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/webp": "webp",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/feedback-report": "txt",
    "message/global": "eml",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "html",
    "text/plain": "txt",
    "text/rfc822-headers": "txt",
    "text/rtf": "rtf",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/xml": "xml",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
}
_USUAL = {
    "application/ms-tnef": "winmail.dat",
    "application/vnd.ms-tnef": "winmail.dat",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
}
_FORBIDDEN = re.compile(r'[<>:"|?*\u2044\u2215\u29f8\uff0f\uff3c]')
# Joiners too: in a file's name they only serve to hide something.
_INVISIBLE = re.compile("[\u00ad\u034f\u115f\u1160\u17b4\u17b5\u200b-\u200f\u3164\ufeff\uffa0\U000e0000-\U000e007f]")
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|clock\$|(com|lpt)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)
_LONGEST = 180
_LONGEST_EXTENSION = 20


def safe_name(given: str) -> str:
    """A file name without path, controls, direction marks, leading dots and device names; empty if none is left.

    At most 180 bytes of UTF-8, the extension kept.
    """
    name = visible(unicodedata.normalize("NFC", _INVISIBLE.sub("", given)))
    pieces = [piece for piece in re.split(r"[/\\]", name) if piece.strip(" .")]
    name = _FORBIDDEN.sub("_", pieces[-1]) if pieces else ""
    name = re.sub(r"\s+", " ", name).strip(" ").lstrip(".").strip(" ").rstrip(". ")
    if not name.strip("_ "):
        return ""
    if _DEVICE.match(name):
        name = "_" + name
    return _cut(name)


def made_name(content_type: str, place: tuple[int, ...]) -> str:
    """The name of a part that has none, the same at every reading: `part-2-1.png` for the path (1, 0)."""
    if content_type in _USUAL:
        return _USUAL[content_type]
    number = "-".join(str(index + 1) for index in place) or "1"
    return f"part-{number}.{_EXTENSIONS.get(content_type, 'bin')}"


def _cut(name: str) -> str:
    if len(name.encode()) <= _LONGEST:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension.encode()) > _LONGEST_EXTENSION:
        stem, dot, extension = name, "", ""
    room = _LONGEST - len((dot + extension).encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ") + dot + extension
