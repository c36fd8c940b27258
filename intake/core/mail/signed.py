"""Signed text: PGP's armour taken off, and the content of an opaque S/MIME signature found (RFC 4880 7, RFC 5652)."""

import re

_BEGIN = "-----BEGIN PGP SIGNED MESSAGE-----\n"
_SIGNATURE = "\n-----BEGIN PGP SIGNATURE-----"
_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_DATA_OID = bytes.fromhex("06092a864886f70d010701")
_SIGNED_OID = bytes.fromhex("06092a864886f70d010702")
_DEEPEST = 6
_SEALS = {
    bytes.fromhex("06092a864886f70d010703"): "encrypted (S/MIME): the text cannot be read here",
    bytes.fromhex("060b2a864886f70d0109100117"): "encrypted (S/MIME): the text cannot be read here",
    bytes.fromhex("060b2a864886f70d0109100109"): "compressed (S/MIME): the text cannot be read here",
    _SIGNED_OID: "signed (S/MIME) without a content that can be read here",
}
_SEALED_TYPES = {"enveloped-data", "authenveloped-data", "authenticated-data"}


def armoured(text: str) -> tuple[str, str | None]:
    """Text without the armour of an inline PGP signature, and a defect where it holds an encrypted message."""
    if "-----BEGIN PGP " not in text:
        return text, None
    out: list[str] = []
    at = 0
    while (start := text.find(_BEGIN, at)) >= 0:
        signature = text.find(_SIGNATURE, start)
        end = text.find(_END, signature) if signature >= 0 else -1
        if end < 0:
            break
        # The armour's own headers (Hash: …) end with an empty line.
        _, _, signed = text[start + len(_BEGIN) - 1 : signature].partition("\n\n")
        out += (text[at:start], re.sub(r"^- ", "", signed, flags=re.MULTILINE), "\n")
        at = end + len(_END)
    text = "".join((*out, text[at:])).rstrip()
    return text, "encrypted (PGP): a part of the text cannot be read here" if _ENCRYPTED in text else None


def sealed(der: bytes, smime_type: str) -> str:
    """What PKCS #7 data is whose content cannot be read, by its declared type and its first object identifier."""
    if smime_type == "certs-only":
        return "certificates only (S/MIME)"
    found = next((seal for oid, seal in _SEALS.items() if oid in der[:64]), None)
    if found and smime_type not in _SEALED_TYPES:
        return found
    return "encrypted (S/MIME): the text cannot be read here"


def signed_content(der: bytes) -> bytes | None:
    """The MIME entity inside PKCS #7 signed-data, None where there is none. The signature is not checked."""
    if _SIGNED_OID not in der[:64]:
        return None
    at = der.find(_DATA_OID)
    if at < 0:
        return None
    at += len(_DATA_OID)
    try:
        tag, length, start = _header(der, at)
        if tag != 0xA0:
            return None
        return _octets(der, start, len(der) if length is None else start + length, 0)[0]
    except (IndexError, ValueError):
        return None


def _header(der: bytes, at: int) -> tuple[int, int | None, int]:
    """Tag, length (None where it is indefinite) and the content's place of a BER element."""
    tag, first = der[at], der[at + 1]
    if first < 0x80:
        return tag, first, at + 2
    if first == 0x80:
        return tag, None, at + 2
    count = first & 0x7F
    if count > 4:
        raise ValueError
    return tag, int.from_bytes(der[at + 2 : at + 2 + count], "big"), at + 2 + count


def _octets(der: bytes, at: int, end: int, depth: int) -> tuple[bytes, int]:
    """All octet strings between two places, put together: long contents come in pieces."""
    out: list[bytes] = []
    while at + 1 < min(end, len(der)) and der[at : at + 2] != b"\0\0":
        tag, length, start = _header(der, at)
        if tag == 0x04 and length is not None:
            out.append(der[start : start + length])
            at = start + length
        elif tag == 0x24 and depth < _DEEPEST:
            inner, at = _octets(der, start, end if length is None else start + length, depth + 1)
            out.append(inner)
        else:
            raise ValueError
    return b"".join(out), at + 2 * (der[at : at + 2] == b"\0\0")
