"""Keep raw mail uncompressed: PostgreSQL tries to compress what hardly can be, and takes three times as long."""

from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    """On PostgreSQL alone: SQLite does not compress."""
    _store("EXTERNAL")


def downgrade() -> None:
    """As it was before."""
    _store("EXTENDED")


def _store(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE spool.mail ALTER COLUMN raw SET STORAGE {how}")
