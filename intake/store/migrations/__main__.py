"""Writes the next migration of each history that `intake.store.tables` has gone ahead of, to be read and mended.

    python -m intake.store.migrations "Add a column"

A migration that nobody has run yet is amended by removing its file and running this again.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import api, produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import MigrationScript
from sqlalchemy import Connection

from intake.store.engine import open_databases
from intake.store.migrate import DESK, SPOOL, VERSION_TABLE, History, migrate
from intake.store.search import INDEXES
from intake.store.types import Instant, Key

PAGE = '''"""{title}."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import {types}

revision = "{revision}"
down_revision = {down}


def upgrade() -> None:
    """{title}."""
{up}


def downgrade() -> None:
    """As it was before."""
{back}
'''


def difference(connection: Connection, history: History) -> MigrationScript:
    """What a database lacks of a history's tables. The connection sees the spool as schema `spool`."""
    context = MigrationContext.configure(
        connection,
        opts={
            "version_table": VERSION_TABLE,
            "version_table_schema": history.metadata.schema,
            "include_schemas": True,
            "include_name": lambda name, kind, _parent: _ours(history, name, kind),
            "compare_type": True,
            "compare_server_default": True,
        },
    )
    return produce_migrations(context, history.metadata)


def _ours(history: History, name: str | None, kind: str) -> bool:
    """Whether a thing of the database is a matter of `tables`; the words of full-text search are one of `search`."""
    if kind == "table":
        return not (name or "").startswith(tuple(index.name for index in INDEXES))
    return kind != "schema" or name == history.metadata.schema


def render(kind: str, thing: Any, _context: api.AutogenContext) -> str | Literal[False]:
    """Our own column types by their names, all else as alembic does."""
    if kind == "type" and isinstance(thing, Instant):
        return "Instant()"
    return "Key" if kind == "type" and thing is Key else False


def write(history: History, title: str) -> Path | None:
    """The next migration, or None where the tables say nothing new."""
    with tempfile.TemporaryDirectory() as folder:
        databases = open_databases(Path(folder))
        for each, engine in ((SPOOL, databases.spool), (DESK, databases.desk)):
            if each.revisions:
                migrate(engine, each, each.revisions[-1])
        with databases.reading.connect() as connection:
            script = difference(connection, history)
        databases.close()
    if script.upgrade_ops is None or script.downgrade_ops is None or script.upgrade_ops.is_empty():
        return None
    up, back = (
        re.sub(
            r" *# ###.*\n?", "", render_python_code(ops, render_as_batch=bool(history.revisions), render_item=render)
        )
        for ops in (script.upgrade_ops, script.downgrade_ops)
    )
    revision = f"v{len(history.revisions) + 1:04}"
    down = f'"{history.revisions[-1]}"' if history.revisions else "None"
    types = ", ".join(name for name in ("Instant", "Key") if name in up + back)
    page = PAGE.format(title=title, revision=revision, down=down, up=up, back=back, types=types)
    slug = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")
    file = history.folder / f"{revision}_{slug}.py"
    file.write_text(page.replace("from intake.store.types import \n\n", ""), encoding="utf-8")
    return file


if __name__ == "__main__":
    for one in (SPOOL, DESK):
        sys.stdout.write(f"{one.name}: {write(one, sys.argv[1]) or 'nothing to do'}\n")
