"""Signing keys and served versions of policies and templates. Keys ride in backups with everything else."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from intake.store import tables
from intake.store.engine import in_turn


def signing_keys(connection: Connection) -> dict[int, str]:
    """All keys by their numbers."""
    return {row.id: row.secret for row in connection.execute(select(tables.signing_key))}


def first_signing_key(connection: Connection, secret: str, now: datetime) -> dict[int, str]:
    """All keys; where there is none yet, that one, whoever else starts at the same time."""
    in_turn(connection)
    return signing_keys(connection) or add_signing_key(connection, secret, now)


def add_signing_key(connection: Connection, secret: str, now: datetime) -> dict[int, str]:
    """Adds a key and gives back all; from now on it signs, and older ones are still believed."""
    connection.execute(insert(tables.signing_key).values(secret=secret, made_at=now))
    return signing_keys(connection)


def served(connection: Connection, kind: str) -> dict[str, str]:
    """The text that served last under each name; `kind` is "policy" or "template"."""
    table = tables.version
    rows = connection.execute(
        select(table.c.name, table.c.text).where(table.c.kind == kind).order_by(table.c.served_at)
    )
    return {row.name: row.text for row in rows}


def versions(connection: Connection, kind: str) -> set[str]:
    """Every version of that kind that ever served."""
    return set(connection.scalars(select(tables.version.c.hash).where(tables.version.c.kind == kind)))


def remember(connection: Connection, kind: str, name: str, version: str, text: str, now: datetime) -> None:
    """Notes that a version began to serve; one that served before serves again."""
    table = tables.version
    same = (table.c.kind == kind) & (table.c.name == name) & (table.c.hash == version)
    in_turn(connection)
    if connection.execute(update(table).where(same).values(served_at=now)).rowcount == 0:
        values = {"kind": kind, "name": name, "hash": version, "text": text, "served_at": now}
        connection.execute(insert(table).values(values))


def history(connection: Connection, kind: str, name: str) -> list[tuple[str, datetime]]:
    """The versions of a name with when each last began to serve, the last first."""
    table = tables.version.c
    query = select(table.hash, table.served_at).where(table.kind == kind, table.name == name)
    return [(row.hash, row.served_at) for row in connection.execute(query.order_by(table.served_at.desc()))]


def version_text(connection: Connection, kind: str, name: str, version: str) -> str | None:
    """The text of a version that ever served; None where it never did."""
    table = tables.version
    same = (table.c.kind == kind) & (table.c.name == name) & (table.c.hash == version)
    return connection.scalar(select(table.c.text).where(same))
