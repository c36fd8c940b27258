"""Let short texts be long on PostgreSQL, as SQLite does: a mail is not refused for its sender's long address."""

from alembic import op
from sqlalchemy import VARCHAR, Text, inspect

revision = "v0008"
down_revision = "v0007"


def upgrade() -> None:
    """On PostgreSQL alone: SQLite heeds no length."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    look = inspect(connection)
    for table in look.get_table_names():
        for column in look.get_columns(table):
            if isinstance(column["type"], VARCHAR) and table != "alembic_version":
                op.alter_column(table, column["name"], type_=Text())


def downgrade() -> None:
    """Nothing: a text that is long by now has no other place."""
