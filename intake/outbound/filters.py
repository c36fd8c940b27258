"""What a value passes on its way into a finished mail: controls out, its lines as its place allows, links safe."""

import re
from typing import Any
from urllib.parse import quote

CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]")
LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"]+", re.IGNORECASE)


def line(value: Any) -> str:
    """The value on one line, without controls and without marks that turn the reading direction."""
    text = str(value)
    if text.isascii() and text.isprintable():
        return text
    return " ".join(CONTROLS.sub("", text).split())


def block(value: Any, prefix: str = "") -> str:
    """The value with its lines, each but the first after the prefix, without controls."""
    text = CONTROLS.sub("", "\n".join(str(value).splitlines()))
    return text.replace("\n", "\n" + prefix) if prefix else text


def link(value: Any) -> str:
    """The value where it is a link to the web or a mail address, else a link to nowhere."""
    text = str(value).strip()
    return text if LINK.fullmatch(text) and not CONTROLS.search(text) else "#"


def linkpart(value: Any) -> str:
    """The value as a part of a link whose beginning the template gives."""
    return quote(line(value), safe="@-._~")


FILTERS = {"line": line, "block": block, "link": link, "linkpart": linkpart}
