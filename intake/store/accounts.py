"""Who may sign in to the console: roles and passwords of agents, their sessions, one-time links.

Secrets of browsers and links are kept as hashes: whoever reads the database can sign in as nobody.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from intake.store.tables import agent, session, welcome

SESSION_IDLE = timedelta(days=7)
SESSION_LASTS = timedelta(days=30)
WELCOME_LASTS = timedelta(days=2)
SEEN_EVERY = timedelta(minutes=1)
LONGEST_CLIENT = 200


@dataclass(frozen=True, slots=True)
class Account:
    """An agent as the console knows them. `role` and `password` (argon2) are None where they may not sign in."""

    address: str
    name: str
    zone: str | None
    role: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in."""

    id: str
    address: str
    made_at: datetime
    seen_at: datetime
    client: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a one-time link is for: choosing a password, under a role. `address` is None for the first admin."""

    address: str | None
    role: str


def hashed(secret: str) -> str:
    """A secret as it is kept. It is long and random, so that a plain hash is enough."""
    return sha256(secret.encode()).hexdigest()


def account(connection: Connection, address: str) -> Account | None:
    """The account of an address."""
    row = connection.execute(select(agent).where(agent.c.address == address.lower())).one_or_none()
    return Account(*row) if row else None


def accounts(connection: Connection) -> list[Account]:
    """Every agent by name."""
    return [Account(*row) for row in connection.execute(select(agent).order_by(agent.c.name, agent.c.address))]


def has_admin(connection: Connection) -> bool:
    """Whether somebody can sign in as an admin."""
    count = select(func.count()).where(agent.c.role == "admin", agent.c.password.is_not(None))
    return bool(connection.scalar(count))


def set_role(connection: Connection, address: str, role: str | None) -> None:
    """Gives an agent a role; with None, and with every change, their sessions end."""
    connection.execute(update(agent).where(agent.c.address == address.lower()).values(role=role))
    end_sessions(connection, address)


def set_password(connection: Connection, address: str, password: str) -> None:
    """Stores a password's argon2 hash; sessions that the one before had opened end."""
    connection.execute(update(agent).where(agent.c.address == address.lower()).values(password=password))
    end_sessions(connection, address)


def rehashed(connection: Connection, address: str, password: str) -> None:
    """The same password under today's parameters."""
    connection.execute(update(agent).where(agent.c.address == address.lower()).values(password=password))


def open_session(connection: Connection, secret: str, address: str, client: str, now: datetime) -> None:
    """Signs a browser in that keeps the secret."""
    values = {"address": address.lower(), "made_at": now, "seen_at": now, "client": client[:LONGEST_CLIENT]}
    connection.execute(insert(session).values(id=hashed(secret), **values))


def session_of(connection: Connection, secret: str, now: datetime) -> tuple[Session, Account] | None:
    """The session behind a secret and whose it is; None where it ended, or its owner may not sign in any more."""
    row = connection.execute(select(session).where(session.c.id == hashed(secret))).one_or_none()
    if row is None:
        return None
    found = Session(*row)
    if now - found.seen_at > SESSION_IDLE or now - found.made_at > SESSION_LASTS:
        return None
    owner = account(connection, found.address)
    return (found, owner) if owner and owner.role else None


def seen(connection: Connection, found: Session, now: datetime) -> None:
    """Notes that a session is in use; ended ones are cleared away on the way."""
    connection.execute(update(session).where(session.c.id == found.id).values(seen_at=now))
    over = (session.c.seen_at < now - SESSION_IDLE) | (session.c.made_at < now - SESSION_LASTS)
    connection.execute(delete(session).where(over))


def sessions(connection: Connection, address: str | None = None) -> list[Session]:
    """Sessions, the one in use last first; of one agent or of all."""
    query = select(session).order_by(session.c.seen_at.desc())
    query = query.where(session.c.address == address.lower()) if address else query
    return [Session(*row) for row in connection.execute(query)]


def end_session(connection: Connection, session_id: str) -> None:
    """Signs one browser out."""
    connection.execute(delete(session).where(session.c.id == session_id))


def end_sessions(connection: Connection, address: str) -> None:
    """Signs an agent out everywhere."""
    connection.execute(delete(session).where(session.c.address == address.lower()))


def add_welcome(connection: Connection, secret: str, made: Welcome, now: datetime) -> None:
    """Stores what a one-time link is for; an earlier link for the same address works no more."""
    connection.execute(delete(welcome).where(_same(made.address) | (welcome.c.made_at < now - WELCOME_LASTS)))
    address = made.address.lower() if made.address else None
    connection.execute(insert(welcome).values(id=hashed(secret), address=address, role=made.role, made_at=now))


def drop_welcome(connection: Connection, address: str) -> None:
    """A one-time link for an address works no more."""
    connection.execute(delete(welcome).where(_same(address)))


def welcome_of(connection: Connection, secret: str, now: datetime) -> Welcome | None:
    """What a link is for; None where it was used, replaced or has run out."""
    columns = welcome.c
    query = select(columns.address, columns.role).where(columns.id == hashed(secret))
    row = connection.execute(query.where(columns.made_at >= now - WELCOME_LASTS)).one_or_none()
    return Welcome(*row) if row else None


def use_welcome(connection: Connection, secret: str) -> bool:
    """Uses a link up. False where somebody was faster."""
    return connection.execute(delete(welcome).where(welcome.c.id == hashed(secret))).rowcount == 1


def _same(address: str | None) -> ColumnElement[bool]:
    return welcome.c.address.is_(None) if address is None else welcome.c.address == address.lower()
