"""Signed names in addresses: whoever writes to one was sent it. They name key, case and participant.

A token stands in an address's local part behind the separator, so it is lower case and short (RFC 5321 4.5.3.1.1).
An agent's token is signed for one address of the desk, its holder, and says nothing to anybody else.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Purpose = Literal["reply", "bounce"]

LETTERS: dict[Purpose, str] = {"reply": "r", "bounce": "b"}
LOCAL_PART = 64
AGENT = "a"
DIGEST = "DIGEST-0"
"""What stands in an agent's token in a case's place where a letter told of several; no case has the number 0."""
AGENT_TOKEN = re.compile(r"a([0-9]{1,6})\.([a-z][a-z0-9]{0,7}-[0-9]{1,12})\.([a-z2-7]{16})")
TOKEN = re.compile(r"([rb])([0-9]{1,6})\.([a-z][a-z0-9]{0,7}-[0-9]{1,12})\.([0-9]{1,6})\.([a-z2-7]{16})")


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says. `participant` is 0 where it names nobody."""

    purpose: Purpose
    reference: str
    participant: int


@dataclass(frozen=True, slots=True)
class Keys:
    """The signing keys by number; the one with the highest number signs, all of them are believed."""

    secrets: Mapping[int, str]

    def sign(self, token: Token) -> str:
        """The token as it stands in an address."""
        key = max(self.secrets)
        body = f"{LETTERS[token.purpose]}{key}.{token.reference.lower()}.{token.participant}"
        return f"{body}.{self._mac(key, body)}"

    def read(self, text: str) -> Token | None:
        """What a token says; None for anything that we did not sign."""
        found = TOKEN.fullmatch(text.lower())
        if found is None or int(found[2]) not in self.secrets:
            return None
        body = found[0].rpartition(".")[0]
        if not hmac.compare_digest(self._mac(int(found[2]), body), found[5]):
            return None
        purpose: Purpose = "reply" if found[1] == LETTERS["reply"] else "bounce"
        return Token(purpose, found[3].upper(), int(found[4]))

    def sign_for(self, reference: str, holder: str) -> str:
        """An agent's token for a case, as it stands in the address that the holder alone answers to."""
        key = max(self.secrets)
        body = f"{AGENT}{key}.{reference.lower()}"
        return f"{body}.{self._mac(key, f'{body} {holder.lower()}')}"

    def held(self, text: str, holders: Iterable[str]) -> tuple[str, str] | None:
        """Case and holder of an agent's token, the first of the addresses that we signed it for; None for others."""
        found = AGENT_TOKEN.fullmatch(text.lower())
        if found is None or int(found[1]) not in self.secrets:
            return None
        body = found[0].rpartition(".")[0]
        for holder in holders:
            if hmac.compare_digest(self._mac(int(found[1]), f"{body} {holder.lower()}"), found[3]):
                return found[2].upper(), holder
        return None

    def _mac(self, key: int, body: str) -> str:
        keyed = _keyed(self.secrets[key]).copy()
        keyed.update(body.encode())
        return base64.b32encode(keyed.digest()[:10]).decode().lower()


@lru_cache(maxsize=16)
def _keyed(secret: str) -> hmac.HMAC:
    """What a signature begins with: a secret is the same for many."""
    return hmac.new(secret.encode(), digestmod="sha256")


def tagged(address: str, separator: str, token: str) -> str:
    """`support@example` and a token as `support+token@example`; without it where that would be too long to be legal."""
    local, _, domain = address.rpartition("@")
    whole = f"{local}{separator}{token}"
    return f"{whole}@{domain}" if len(whole.encode()) <= LOCAL_PART else address


def tag_of(address: str, separator: str) -> str:
    """What stands behind the separator in an address's local part; empty without one."""
    return address.rpartition("@")[0].partition(separator)[2]
