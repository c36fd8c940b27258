"""A mail that somebody passed on, read out of the mail that carries it: who had written it, and what."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from intake.core.mail.attributions import quote_depth, quote_starts
from intake.core.mail.header_blocks import header_block
from intake.core.mail.message import Address

_SPEC = re.compile(r"[^\s<>()\[\],;:\"'|]{1,64}@[^\W_](?:[\w.-]{0,250}[^\W_])")
_NAME_END = re.compile(r"[<\[(].*$", re.DOTALL)
_MOST_LINES = 12_000
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The mail that was passed on. `from_` is None where its headers name no address, or several.

    `words` are what the one who passed it on wrote above it.
    """

    from_: Address | None
    subject: str
    text: str
    words: str


def inline(text: str, ours: Collection[str] = ()) -> Forwarded | None:
    """The first mail that stands in a text below its headers, as mail programs pass mails on; None without one.

    Mails from `ours`, addresses in lower case, are passed over: below our answer stands what it answered.
    Known are the headers of Outlook, Gmail, Apple Mail and Thunderbird in the languages of `attributions`.
    """
    lines = [quote_depth(line)[1] for line in text.splitlines()[:_MOST_LINES]]
    starts = quote_starts(lines)
    top = "\n".join(lines[: min(starts, default=0)]).strip()
    for first in sorted(starts):
        found = _at(lines, first, starts[first].after)
        if found is not None and (found.from_ is None or found.from_.address.lower() not in ours):
            return replace(found, words=top)
    return None


def _at(lines: list[str], first: int, after: int) -> Forwarded | None:
    for begin in (first, after):
        block = header_block(lines, begin)
        if "from" not in block.values:
            continue
        body = "\n".join(lines[block.end :]).strip()
        return Forwarded(sender(block.values["from"]), block.values.get("subject", "").strip(), body, "")
    return None


def sender(written: str) -> Address | None:
    """The writer by the line of a From header as programs show it; None without an address, or with several."""
    specs = {spec.lower(): spec for spec in _SPEC.findall(written.replace("mailto:", " "))}
    if len(specs) != 1:
        return None
    (address,) = specs.values()
    name = _NAME_END.sub("", written).strip(" *_\"'")
    return Address("" if "@" in name else name[:_LONGEST_NAME], address)
