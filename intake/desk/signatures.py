"""Checking DKIM signatures ourselves (RFC 6376), where no host in front of us does.

Keys are looked up in the desk's process, a batch at a time and never for long; signatures are checked where mails are
read. Without DNS, mails are decided without it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:  # (few installations have no host that checks, and few mails wait for this)
    import dns.resolver

log = structlog.get_logger()

LOOKUP_SECONDS = 2.0
BATCH_SECONDS = 3.0
LOOKUPS_AT_A_TIME = 8
MOST_LOOKUPS = 200
BATCHES_WITHOUT = 20
REMEMBERED = 2_000
MOST_SIGNATURES = 5
LEAST_KEY_BITS = 1024


class Keys:
    """Public keys from DNS, remembered as long as DNS allows. Ask from one thread at a time or many.

    `resolver`: None for the system's, where there is one; its lifetime bounds a look-up. Where DNS did
    not answer in time, the next 20 batches get no keys.
    """

    def __init__(self, resolver: dns.resolver.Resolver | None = None) -> None:
        self._given = resolver
        self._lock = threading.Lock()
        self._resting = 0

    @cached_property
    def _resolver(self) -> dns.resolver.Resolver | None:
        import dns.resolver

        found = self._given or _system_resolver()
        if found is not None:
            found.cache = dns.resolver.LRUCache(REMEMBERED)
        return found

    def of(self, names: Iterable[str]) -> dict[str, bytes]:
        """The TXT records of these names, as far as DNS gives them within 3 seconds."""
        wanted = list(dict.fromkeys(names))[:MOST_LOOKUPS]
        if not wanted or self._resolver is None or self._rests():
            return {}
        pool = ThreadPoolExecutor(LOOKUPS_AT_A_TIME)
        try:
            futures = {pool.submit(self._record, self._resolver, name): name for name in wanted}
            done, late = wait(futures, BATCH_SECONDS)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        found = {futures[future]: future.result() for future in done}
        if late or any(record is None for record in found.values()):
            self._rest()
        return {name: record for name, record in found.items() if record}

    @staticmethod
    def _record(resolver: dns.resolver.Resolver, name: str) -> bytes | None:
        """A record; empty where DNS says that there is none, None where it does not answer."""
        import dns.exception
        import dns.resolver

        try:
            answer = resolver.resolve(name, "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.resolver.YXDOMAIN):
            return b""
        except dns.resolver.NoNameservers:
            # (each server refused or failed for this name: its owner's trouble as often as ours)
            return b""
        except (dns.exception.DNSException, OSError, ValueError):
            return None
        return next((b"".join(each.strings) for each in answer), b"")

    def _rests(self) -> bool:
        with self._lock:
            self._resting = max(0, self._resting - 1)
            return self._resting > 0

    def _rest(self) -> None:
        log.warning("DNS does not answer; mails are decided without checking signatures for a while")
        with self._lock:
            self._resting = BATCHES_WITHOUT


def _system_resolver() -> dns.resolver.Resolver | None:
    import dns.exception
    import dns.resolver

    try:
        found = dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError):
        return None
    found.lifetime = LOOKUP_SECONDS
    return found


def signer(raw: bytes, keys: Mapping[str, bytes]) -> str | None:
    """The domain of the first signature that holds by one of these keys; None where none does. Never raises.

    A signature over a part of the body, or by a key that is in testing, counts as none.
    """
    import dkim

    def key(name: bytes | str, timeout: float = 0) -> bytes | None:  # noqa: ARG001  (the library's shape)
        text = name.decode("ascii", "replace") if isinstance(name, bytes) else name
        return keys.get(text.rstrip(".").lower())

    for index in range(MOST_SIGNATURES):
        try:
            message = dkim.DKIM(raw, minkey=LEAST_KEY_BITS)
            holds = message.verify(index, dnsfunc=key)
        except Exception:  # (a broken signature counts as none; the library raises many kinds)
            continue
        if holds and b"l" not in message.signature_fields:
            domain, selector = (str(part, "ascii", "replace").lower() for part in (message.domain, message.selector))
            if not _testing(keys.get(f"{selector}._domainkey.{domain}", b"t=y")):
                return domain
    return None


def _testing(record: bytes) -> bool:
    tags = dict(part.strip().split(b"=", 1) for part in record.split(b";") if b"=" in part)
    return b"y" in tags.get(b"t", b"").split(b":")
