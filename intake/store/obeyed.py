"""Mails of the desk's people that were obeyed, by what no copy of them can change."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from intake.errors import Stale
from intake.store.tables import obeyed


def before(connection: Connection, keys: Sequence[str], mail_id: int) -> int | None:
    """Another mail with one of these keys that was obeyed; None where there is none."""
    found = select(obeyed.c.mail_id).where(obeyed.c.key.in_(keys), obeyed.c.mail_id != mail_id)
    return connection.scalar(found.order_by(obeyed.c.mail_id).limit(1)) if keys else None


def add(connection: Connection, mails: Iterable[tuple[int, Sequence[str]]], at: datetime) -> None:
    """Remembers obeyed mails by their keys. Raises `Stale` where another mail with such a key was faster."""
    for mail_id, keys in mails:
        if before(connection, keys, mail_id) is not None:
            raise Stale(f"a copy of mail {mail_id} was obeyed in the meantime")
        known = set(connection.scalars(select(obeyed.c.key).where(obeyed.c.key.in_(keys))))
        rows = [{"key": key, "mail_id": mail_id, "at": at} for key in dict.fromkeys(keys) if key not in known]
        try:
            if rows:
                connection.execute(insert(obeyed), rows)
        except IntegrityError:
            raise Stale(f"a copy of mail {mail_id} was obeyed in the meantime") from None
