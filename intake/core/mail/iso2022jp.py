"""ISO-2022-JP as mail clients write it, with what its RFC 1468 leaves out."""

import re

_OTHER_SETS = re.compile(rb"\x1b(\$\([DOPQ]|\.|N)")
_ESCAPE = re.compile(rb"\x1b(\$B|\$@|\$\(B|\$\(@|\(B|\(J|\(I|\(H)|[\x0e\x0f]")


def iso_2022_jp(data: bytes) -> str:
    """ISO-2022-JP with the NEC and IBM characters and half-width kana that Windows clients put in (CP50221, CP50222).

    Raises UnicodeDecodeError for other bytes.
    """
    if b"\x1b" not in data and b"\x0e" not in data:
        return data.decode("ascii")
    if _OTHER_SETS.search(data):
        return data.decode("iso2022_jp_2004" if b"\x1b$(Q" in data else "iso2022_jp_ext")
    out: list[str] = []
    mode, at = b"(B", 0
    before = mode
    for match in _ESCAPE.finditer(data):
        out.append(_jis_stretch(data[at : match.start()], mode))
        # kana stand between a shift out and a shift in, too
        shift = match[0] if match[1] is None else b""
        if shift == b"\x0e":
            before = mode
        mode = {b"\x0e": b"(I", b"\x0f": before}.get(shift, match[1])
        at = match.end()
    out.append(_jis_stretch(data[at:], mode))
    return "".join(out)


def _jis_stretch(stretch: bytes, mode: bytes) -> str:
    if mode == b"(I":
        return bytes(b | 0x80 for b in stretch if b > 0x20).decode("cp932")
    if not mode.startswith(b"$"):
        return stretch.decode("ascii")
    out = bytearray()
    pending = -1
    for byte in stretch:
        if byte < 0x21:  # a line that ends without switching back
            out.append(byte)
            pending = -1
        elif pending < 0:
            pending = byte
        else:
            row, column = pending - 0x21, byte - 0x21
            lead = row // 2 + (0x81 if row < 62 else 0xC1)
            trail = column + (0x9F if row % 2 else 0x40 + (column >= 63))
            out += bytes((lead, trail))
            pending = -1
    return out.decode("cp932")
