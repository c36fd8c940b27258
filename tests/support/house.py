"""Parts of the house for tests: databases in a folder, migrated and ready."""

from pathlib import Path

from intake.store.engine import Databases, open_databases
from intake.store.migrate import upgrade


def fresh_databases(folder: Path) -> Databases:
    """SQLite's two files in the folder, with today's schema."""
    databases = open_databases(folder)
    upgrade(databases)
    return databases
