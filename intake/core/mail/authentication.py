"""Whether the trusted host vouches for From (RFC 8601, alignment as in RFC 7489 3.1)."""

import re
from typing import Any

from intake.core.mail.clues import token
from intake.core.mail.header import Headers
from intake.core.mail.message import Authentication

_FROM_CLAUSE = re.compile(r"from\s+\[?([^\s()\[\];]+)", re.IGNORECASE)
_BY_CLAUSE = re.compile(r"(?:^|[\s)])by\s+([^\s()\[\];]+)", re.IGNORECASE)
_LONGEST = 10_000


def authenticated(headers: Headers, authserv_id: str | None, domain: str, *, ambiguous: bool) -> Authentication:
    """pass, fail or none for `domain`, the one of From; "none" where From can be read in more than one way.

    Believed is Authentication-Results with the id of the trusted host, where that host has put it: above every
    Received, or below only those that record how the host itself handed the mail on to another one. What came
    from outside always stands below the Received of the host that took it, so a forged one never counts
    (THREATS 52), whether or not the host removes it (RFC 8601 5).
    """
    if authserv_id is None:
        return "none"
    results = [result for value in _trusted(headers, authserv_id.lower()) for result in _results(value)]
    if any(_is(result, "dmarc", "fail") for result in results):
        return "fail"
    if ambiguous or not domain:
        return "none"
    return "pass" if any(_vouches(result, domain) for result in results) else "none"


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
        return any(_aligned(domain, signer) for signer in _domains(result, "header", "d"))
    if _is(result, "spf", "pass"):
        return any(_aligned(domain, sender) for sender in _domains(result, "smtp", "mailfrom"))
    return False


def _domains(result: Any, kind: str, name: str) -> list[str]:
    return [
        str(item.value).rpartition("@")[2].strip("\"' .").lower()
        for item in result.properties
        if str(item.type).lower() == kind and str(item.name).lower() == name and item.value
    ]


def _aligned(domain: str, other: str) -> bool:
    """Equal, or From's domain lies below the other one; without a list of public suffixes no more can be told."""
    return bool(other) and "." in other and (domain == other or domain.endswith("." + other))
