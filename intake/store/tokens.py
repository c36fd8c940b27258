"""Tokens of the API: whose they are, what they are good for, until when. Kept as hashes; the secret is shown once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from intake.errors import IntakeError
from intake.store.accounts import Account, account, hashed
from intake.store.tables import token

# what begins so is a token of ours, for people and for programs that look for secrets in files
PREFIX = "intake_"
USED_EVERY = timedelta(minutes=1)
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. `ends_at` is None where it never ends by itself, `revoked_at` while it is good."""

    id: int
    name: str
    address: str
    scopes: tuple[str, ...]
    made_by: str
    made_at: datetime
    ends_at: datetime | None
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, now: datetime) -> str:
        """`good`, `revoked` or `ended`."""
        if self.revoked_at is not None:
            return "revoked"
        return "ended" if self.ends_at is not None and now >= self.ends_at else "good"


COLUMNS = [token.c[name] for name in Token.__dataclass_fields__]


def create(
    connection: Connection,
    address: str,
    name: str,
    scopes: Sequence[str],
    by: str,
    now: datetime,
    ends_at: datetime | None = None,
) -> tuple[Token, str]:
    """A new token of an account, and its secret, which is kept nowhere."""
    secret = PREFIX + secrets.token_urlsafe(32)
    values = {
        "hash": hashed(secret),
        "name": name,
        "address": address.lower(),
        "scopes": list(scopes),
        "made_by": by,
        "made_at": now,
        "ends_at": ends_at,
    }
    row = connection.execute(insert(token).values(values).returning(*COLUMNS)).one()
    return _token(row), secret


def of_secret(connection: Connection, secret: str, now: datetime) -> tuple[Token, Account] | None:
    """The good token behind a secret and whose it is; None for any other, and where its owner may do nothing here."""
    row = connection.execute(select(*COLUMNS).where(token.c.hash == hashed(secret))).one_or_none()
    found = _token(row) if row else None
    if found is None or found.state(now) != "good":
        return None
    owner = account(connection, found.address)
    return (found, owner) if owner and owner.role else None


def used(connection: Connection, token_id: int, now: datetime) -> None:
    """Notes that a token is in use."""
    connection.execute(update(token).where(token.c.id == token_id).values(used_at=now))


def listed(connection: Connection) -> list[Token]:
    """Every token there was, in the order in which they were made."""
    return [_token(row) for row in connection.execute(select(*COLUMNS).order_by(token.c.id))]


def revoke(connection: Connection, token_id: int, by: str, now: datetime) -> Token:
    """Ends a token. Raises `IntakeError` where there is none, or it was revoked before."""
    query = update(token).where(token.c.id == token_id, token.c.revoked_at.is_(None))
    row = connection.execute(query.values(revoked_at=now, revoked_by=by).returning(*COLUMNS)).one_or_none()
    if row is None:
        raise IntakeError(f"no token {token_id} is there to be revoked; `intake token list` shows them")
    return _token(row)


def _token(row: Row[Any]) -> Token:
    return Token(**{**row._mapping, "scopes": tuple(row.scopes)})
