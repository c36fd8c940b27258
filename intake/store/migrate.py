"""Bringing the databases to the schema of this version."""

from intake.store import tables
from intake.store.engine import Databases


def upgrade(databases: Databases) -> None:
    """Brings spool and desk to the newest schema."""
    tables.spool.create_all(databases.spool)
    tables.desk.create_all(databases.desk)
