"""Let short texts be long on PostgreSQL, as SQLite does: a mail is not refused for its sender's long address."""

from alembic import op
from sqlalchemy import VARCHAR, Text, inspect

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """On PostgreSQL alone: SQLite heeds no length."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    look = inspect(connection)
    for table in look.get_table_names(schema="spool"):
        for column in look.get_columns(table, schema="spool"):
            if isinstance(column["type"], VARCHAR) and table != "alembic_version":
                op.alter_column(table, column["name"], type_=Text(), schema="spool")


def downgrade() -> None:
    """Nothing: a text that is long by now has no other place."""
