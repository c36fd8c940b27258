"""Keep tokens, idempotency keys and attempts."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, Key, String

revision = "v0009"
down_revision = "v0008"


def upgrade() -> None:
    """Keep tokens, idempotency keys and attempts."""
    op.create_table(
        "attempt",
        sa.Column("id", Key, nullable=False),
        sa.Column("kind", String(length=16), nullable=False),
        sa.Column("key", String(length=320), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index("attempt_key", ["kind", "key", "at"], unique=False)

    op.create_table(
        "token",
        sa.Column("id", Key, nullable=False),
        sa.Column("hash", String(length=64), nullable=False, comment="hash of the secret, which is shown once"),
        sa.Column("name", String(length=100), nullable=False, comment="what it is for"),
        sa.Column("address", String(length=320), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("made_by", String(length=320), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True, comment="NULL for never"),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("revoked_at", Instant(), nullable=True),
        sa.Column("revoked_by", String(length=320), nullable=True),
        sa.ForeignKeyConstraint(["address"], ["agent.address"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "idempotency",
        sa.Column("token_id", Key, nullable=False),
        sa.Column("key", String(length=255), nullable=False),
        sa.Column("asked", String(length=64), nullable=False, comment="hash of the request"),
        sa.Column("status", sa.Integer(), nullable=True, comment="of the answer; NULL until there is one"),
        sa.Column("answer", sa.JSON(none_as_null=True), nullable=True, comment="headers and body"),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["token_id"], ["token.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_id", "key"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index("idempotency_at", ["at"], unique=False)

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("cases_state"))
        batch_op.create_index("cases_state", ["state", "id", "version"], unique=False)


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("cases_state")
        batch_op.create_index(batch_op.f("cases_state"), ["state"], unique=False)

    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.drop_index("idempotency_at")

    op.drop_table("idempotency")
    op.drop_table("token")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index("attempt_key")

    op.drop_table("attempt")
