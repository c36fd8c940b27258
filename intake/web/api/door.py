"""Who calls: the token in the Authorization header (RFC 6750), what it is good for, and how often it may ask.

Cookies play no part here, so no other site can have a browser ask in somebody's name.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from intake.desk.sight import Sight, sight
from intake.store import tokens
from intake.store.accounts import Account
from intake.store.engine import reading
from intake.store.tokens import Token
from intake.web.api.problems import Refused
from intake.web.api.scopes import allowed
from intake.web.site import Site, site_of
from intake.web.throttle import Limit, Throttle

PER_TOKEN = Limit(600, timedelta(minutes=1))
WRONG_TOKENS = Limit(30, timedelta(minutes=5))
bearer = HTTPBearer(auto_error=False, description="A token that `intake token create` made.")


@dataclass
class Rates:
    """How often each token has asked, and each client without a good one; in this process."""

    tokens: Throttle = field(default_factory=lambda: Throttle(PER_TOKEN))
    clients: Throttle = field(default_factory=lambda: Throttle(WRONG_TOKENS))


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever a token belongs to: what it is good for under their role today, and which cases they see."""

    account: Account
    token: Token
    scopes: frozenset[str]
    sight: Sight
    now: datetime


OurSite = Annotated[Site, Depends(site_of)]


def caller_of(site: Site, authorization: str, client: str) -> Caller:
    """The caller behind an Authorization header. Raises `Refused`."""
    rates: Rates = site.kept.setdefault("rates", Rates())
    now = site.now()
    scheme, _, secret = authorization.partition(" ")
    found = None
    if scheme.lower() == "bearer" and secret.strip():
        with reading(site.house.databases.desk) as connection:
            found = tokens.of_secret(connection, secret.strip(), now)
    if found is None:
        # only these wait: a good token is not locked out by whoever guesses beside it
        _within(rates.clients, client, now, "too many requests without a good token")
        rates.clients.count(client, now)
        said = "this token is not good: unknown, revoked or ended" if authorization else "a token is needed"
        error = ' error="invalid_token"' if authorization else ""
        raise Refused(401, f"{said}; Authorization: Bearer {tokens.PREFIX}…", {"www-authenticate": f"Bearer{error}"})
    token, account = found
    _within(rates.tokens, str(token.id), now, "too many requests with this token")
    rates.tokens.count(str(token.id), now)
    if token.used_at is None or now - token.used_at > tokens.USED_EVERY:
        with site.house.databases.desk.begin() as connection:
            tokens.used(connection, token.id, now)
    return Caller(account, token, allowed(token.scopes, account.role), sight(site.house, account.address), now)


def _within(throttle: Throttle, key: str, now: datetime, said: str) -> None:
    until = throttle.wait_until(key, now)
    if until is not None:
        seconds = max(int((until - now).total_seconds()) + 1, 1)
        limit = throttle.limit
        raise Refused(
            429,
            f"{said}: {limit.attempts} in {limit.within} are answered; try again in {seconds} s",
            {"retry-after": str(seconds)},
        )


def caller(
    request: Request, site: OurSite, _token: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)]
) -> Caller:
    """The caller of a request. Raises `Refused`."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        client = request.client.host if request.client else ""
        known = request.state.caller = caller_of(site, request.headers.get("authorization", ""), client)
    return known


def needing(scope: str) -> Callable[..., Caller]:
    """A caller whose token is good for that. Raises `Refused`."""

    def check(found: Annotated[Caller, Depends(caller)]) -> Caller:
        if scope in found.scopes:
            return found
        given = f"the role {found.account.role} of {found.account.address} may not"
        said = given if scope in found.token.scopes else "this token is not for"
        raise Refused(
            403,
            f"{said} {scope}",
            {"www-authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'},
        )

    return check


CaseReader = Annotated[Caller, Depends(needing("cases:read"))]
CaseWriter = Annotated[Caller, Depends(needing("cases:write"))]
CustomerReader = Annotated[Caller, Depends(needing("customers:read"))]
MailReader = Annotated[Caller, Depends(needing("mail:read"))]
MailWriter = Annotated[Caller, Depends(needing("mail:write"))]
PolicyReader = Annotated[Caller, Depends(needing("policies:read"))]
