"""Who is asking: sessions in cookies, the right that a page needs, and proof that a form is our own."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated

from fastapi import Depends, Form, Header, Path, Query, Request, Response

from intake.desk.sight import Sight, sight
from intake.store import accounts
from intake.store.accounts import Account, Session
from intake.store.engine import reading
from intake.web.rights import Right, rights_of
from intake.web.site import Site, site_of
from intake.web.words import Reader


class NotSignedIn(Exception):  # noqa: N818  (what is the case)
    """Nobody is signed in; the page asks them to."""


class Forbidden(Exception):  # noqa: N818
    """Somebody may not do what they asked for; the argument says what."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page, what they may do and see, and the token that their forms carry."""

    account: Account
    session: Session
    rights: frozenset[Right]
    sight: Sight
    reader: Reader
    csrf: str

    def may(self, right: Right) -> bool:
        """Whether they have a right."""
        return right in self.rights


async def form_texts(request: Request) -> dict[str, str]:
    """The texts of a form whose fields stand in a table; the form was read already."""
    return {name: text for name, text in (await request.form()).items() if isinstance(text, str)}


# numbers of rows as addresses have them; a larger one is no database's
LARGEST = 2**63 - 1
RowNumber = Annotated[int, Path(ge=1, le=LARGEST)]
Before = Annotated[int | None, Query(ge=1, le=LARGEST)]
PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
FormTexts = Annotated[dict[str, str], Depends(form_texts)]
OurSite = Annotated[Site, Depends(site_of)]


def visitor(request: Request, site: OurSite) -> Visitor:
    """The visitor behind the session's cookie. Raises `NotSignedIn`."""
    secret, now = request.cookies.get(site.session_cookie, ""), site.now()
    with reading(site.house.databases.desk) as connection:
        found = accounts.session_of(connection, secret, now) if secret else None
    if found is None:
        raise NotSignedIn
    session, account = found
    if now - session.seen_at > accounts.SEEN_EVERY:
        with site.house.databases.desk.begin() as connection:
            accounts.seen(connection, session, now)
    reader = Reader(site.zone(account.zone), now)
    seen = sight(site.house, account.address)
    return Visitor(account, session, rights_of(account.role), seen, reader, csrf_token(secret))


def csrf_token(secret: str) -> str:
    """The token of a session's forms: whoever cannot read the session's secret cannot make it."""
    return hmac.new(secret.encode(), b"csrf", sha256).hexdigest()


def reading_right(right: Right) -> Callable[..., Visitor]:
    """A visitor who has that right. Raises `Forbidden`."""

    def check(found: Annotated[Visitor, Depends(visitor)]) -> Visitor:
        if not found.may(right):
            raise Forbidden(f"your role, {found.account.role}, may not do this")
        return found

    return check


def acting_right(right: Right) -> Callable[..., Visitor]:
    """A visitor who has that right, and whose form or request carries their session's token."""

    def check(
        found: Annotated[Visitor, Depends(reading_right(right))],
        csrf: Annotated[str, Form()] = "",
        x_csrf: Annotated[str, Header()] = "",
    ) -> Visitor:
        if not hmac.compare_digest((csrf or x_csrf).encode(), found.csrf.encode()):
            raise Forbidden("this form is too old or not ours; load the page again")
        return found

    return check


Looking = Annotated[Visitor, Depends(reading_right("read"))]
Acting = Annotated[Visitor, Depends(acting_right("read"))]
Working = Annotated[Visitor, Depends(acting_right("work"))]
Publishing = Annotated[Visitor, Depends(acting_right("publish"))]
Editing = Annotated[Visitor, Depends(reading_right("manage"))]
Changing = Annotated[Visitor, Depends(acting_right("manage"))]
Managing = Annotated[Visitor, Depends(reading_right("people"))]
ManagingAct = Annotated[Visitor, Depends(acting_right("people"))]


def keep_session(site: Site, response: Response, secret: str) -> None:
    """Has the browser keep the session's secret: for our pages alone, out of reach of scripts."""
    response.set_cookie(
        site.session_cookie,
        secret,
        max_age=int(accounts.SESSION_LASTS.total_seconds()),
        path="/",
        secure=site.behind_tls,
        httponly=True,
        samesite="lax",
    )
