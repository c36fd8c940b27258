"""Find words with and without accents on PostgreSQL, as on SQLite."""

from alembic import op

from intake.store.search import INDEXES, drop, make

revision = "v0013"
down_revision = "v0012"


def upgrade() -> None:
    """Makes PostgreSQL's indexes anew; `intake.store.search.fill` fills them after it, some rows at a time."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    for index in INDEXES:
        drop(connection, index)
        make(connection, index)
    # the column is a text since v0008, and its default was none
    op.alter_column("cases", "channel", server_default="email")


def downgrade() -> None:
    """Nothing: the words that stand there are found without their accents."""
