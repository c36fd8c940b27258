"""Which routes a mail was sent to, by its envelope or, where the channel has none, by its headers."""

import re
from collections.abc import Iterable, Sequence

from intake.config import Route
from intake.store.spool import RoutedTo

RECIPIENT_HEADERS = (b"to:", b"cc:", b"delivered-to:", b"x-original-to:", b"envelope-to:")
HEADER_BYTES = 262_144
WORD = re.compile(rb"[^\s<>,;:\"()\[\]]+")
ADDRESS_BYTES = 513


class Routes:
    """The configured routes. `separator` sets a token apart in the local part (RFC 5233): `support+token@…`."""

    def __init__(self, routes: Sequence[Route], separator: str) -> None:
        self._separator = separator
        self._by_address = {address: route.address for route in routes for address in (route.address, *route.aliases)}
        self._domains = {address.rpartition("@")[2] for address in self._by_address}
        self.first = routes[0].address

    @property
    def addresses(self) -> tuple[str, ...]:
        """All addresses that a route has, sorted."""
        return tuple(sorted(self._by_address))

    def match(self, recipient: str) -> RoutedTo | None:
        """The route of one recipient; None where no route knows it. Postmaster is always taken (RFC 5321 4.5.1)."""
        local, _, domain = recipient.lower().rpartition("@")
        plain = local.split(self._separator)[0]
        route = self._by_address.get(f"{local}@{domain}") or self._by_address.get(f"{plain}@{domain}")
        if route is None and (recipient.lower() == "postmaster" or (plain == "postmaster" and domain in self._domains)):
            route = self.first
        return RoutedTo(route, recipient) if route else None

    def of_recipients(self, recipients: Iterable[str]) -> tuple[RoutedTo, ...]:
        """The routes of an envelope's recipients, each once, in order."""
        found: dict[str, RoutedTo] = {}
        for recipient in recipients:
            routed = self.match(recipient)
            if routed:
                found.setdefault(routed.route, routed)
        return tuple(found.values())

    def of_headers(self, raw: bytes, otherwise: str | None = None) -> tuple[RoutedTo, ...]:
        """The routes named by To, Cc and delivery headers; else the one given, else the first.

        Looks for addresses by their shape alone: a hostile header costs no more than its length.
        """
        words = (word for line in _recipient_lines(raw) for word in WORD.findall(line))
        names = (word.decode("utf-8", "replace") for word in words if b"@" in word and len(word) <= ADDRESS_BYTES)
        last = otherwise or self.first
        return self.of_recipients(names) or (RoutedTo(last, last),)


def _recipient_lines(raw: bytes) -> Iterable[bytes]:
    taking = False
    for line in raw[:HEADER_BYTES].splitlines():
        if not line:
            return
        if line[:1] not in b" \t":
            taking = line.lower().startswith(RECIPIENT_HEADERS)
        if taking:
            yield line
