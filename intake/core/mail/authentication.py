"""How far From is believed: what the trusted host says of it (RFC 8601), aligned as in RFC 7489 3.1."""

import re
from base64 import b64decode
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from intake.core.mail.clues import token
from intake.core.mail.header import Headers
from intake.core.mail.message import Authentication
from intake.core.sentences import Sentence, sentence

_RECORD = re.compile(r"[\w-]+(?:\.[\w-]+)*", re.ASCII)
_MOST_SIGNATURES, _MOST_MARKS = 5, 50
_SIGNATURE = re.compile(r"(?:^|;)\s*b\s*=([^;]*)")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+")
_FROM_CLAUSE = re.compile(r"from\s+\[?([^\s()\[\];]+)", re.IGNORECASE)
_BY_CLAUSE = re.compile(r"(?:^|[\s)])by\s+([^\s()\[\];]+)", re.IGNORECASE)
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class Belief:
    """How far From is believed. `because` is None where nobody was asked: then "none" says nothing about the sender."""

    verdict: Authentication
    because: Sentence | None


def authenticated(headers: Headers, authserv_id: str | None, domain: str, *, ambiguous: bool) -> Belief:
    """pass, fail or none for `domain`, the one of From; "none" where From can be read in more than one way.

    Believed is Authentication-Results with the id of the trusted host, where that host has put it: above every
    Received, or below only those that record how the host itself handed the mail on to another one. What came
    from outside always stands below the Received of the host that took it, so a forged one never counts
    (THREATS 52), whether or not the host removes it (RFC 8601 5).
    """
    if authserv_id is None:
        return Belief("none", None)
    results = [result for value in _trusted(headers, authserv_id.lower()) for result in _results(value)]
    if any(_is(result, "dmarc", "fail") for result in results):
        return Belief("fail", sentence("{host} says dmarc=fail", host=authserv_id))
    if ambiguous or not domain:
        return Belief(
            "none", sentence("From can be read in more than one way") if ambiguous else sentence("From names no domain")
        )
    for result in results:
        if _vouches(result, domain):
            return Belief(
                "pass",
                sentence(
                    "{host} says {method}=pass for {domain}",
                    host=authserv_id,
                    method=str(result.method).lower(),
                    domain=domain,
                ),
            )
    if not results:
        return Belief("none", sentence("{host} says nothing about this mail", host=authserv_id))
    return Belief("none", sentence("{host} does not vouch for {domain}", host=authserv_id, domain=domain))


def signature_records(headers: Headers, domain: str) -> tuple[str, ...]:
    """The DNS names of the keys (RFC 6376 3.6.2.1) of signatures that could vouch for `domain`, the one of From.

    A signature over a part of the body only (l=) vouches for nothing. At most 5 signatures are looked at.
    """
    found: list[str] = []
    for value in headers.all("dkim-signature")[:_MOST_SIGNATURES] if domain else ():
        pairs = (tag.partition("=") for tag in value[:_LONGEST].split(";"))
        tags = {name.strip().lower(): "".join(text.split()) for name, _, text in pairs}
        signer, selector = tags.get("d", "").lower(), tags.get("s", "").lower()
        if "l" not in tags and aligned(domain, signer) and _RECORD.fullmatch(f"{selector}.{signer}"):
            found.append(f"{selector}._domainkey.{signer}")
    return tuple(dict.fromkeys(found))


def signature_marks(headers: Headers) -> tuple[str, ...]:
    """A hash of each signature's bytes: whatever else a copy of a signed mail may change, it keeps its signature."""
    found = []
    for value in headers.all("dkim-signature")[:_MOST_MARKS]:
        written = _SIGNATURE.search(value[:_LONGEST])
        plain = "".join(_BASE64.findall(written[1])) if written else ""
        if plain:
            # whole groups alone: the last one can be written in several ways
            found.append(sha256(b64decode(plain[: len(plain) // 4 * 4 - 4] or "AAAA")).hexdigest())
    return tuple(dict.fromkeys(found))


def _trusted(headers: Headers, authserv_id: str) -> list[str]:
    found: list[str] = []
    for name, value in headers.fields:
        if name == "received":
            source, host = _FROM_CLAUSE.match(value), _BY_CLAUSE.search(value)
            handed_on = source and host and source.group(1).lower() == authserv_id != host.group(1).lower()
            if not handed_on:
                break
        elif name == "authentication-results" and token(value) == authserv_id:
            found.append(value)
    return found


def _results(value: str) -> list[Any]:
    """The results in a value; none where authres cannot read it."""
    if len(value) > _LONGEST:
        return []
    import authres  # (few installations have a trusted host)

    try:
        return list(authres.AuthenticationResultsHeader.parse("Authentication-Results: " + value).results)
    except Exception:  # (it raises several of its own, and some that are not)
        return []


def _is(result: Any, method: str, verdict: str) -> bool:
    return str(result.method).lower() == method and str(result.result).lower() == verdict


def _vouches(result: Any, domain: str) -> bool:
    if _is(result, "dmarc", "pass"):
        return domain in _domains(result, "header", "from")
    if _is(result, "dkim", "pass"):
        return any(aligned(domain, signer) for signer in _domains(result, "header", "d"))
    if _is(result, "spf", "pass"):
        return any(aligned(domain, sender) for sender in _domains(result, "smtp", "mailfrom"))
    return False


def _domains(result: Any, kind: str, name: str) -> list[str]:
    return [
        str(item.value).rpartition("@")[2].strip("\"' .").lower()
        for item in result.properties
        if str(item.type).lower() == kind and str(item.name).lower() == name and item.value
    ]


def aligned(domain: str, other: str) -> bool:
    """Whether two domains lie in one registered domain (relaxed alignment, RFC 7489 3.1)."""
    registered = _registered(domain)
    return registered is not None and registered == _registered(other)


def _registered(domain: str) -> str | None:
    """The domain that somebody registered, by the list of public suffixes; None for a suffix itself."""
    found = _suffixes().privatesuffix(domain.lower().strip("."))
    return str(found) if found else None


@lru_cache(maxsize=1)
def _suffixes() -> Any:
    """The list, loaded at the first use: it takes a tenth of a second."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList()
