"""Find what somebody was told."""

from alembic import op

revision = "v0016"
down_revision = "v0015"


def upgrade() -> None:
    """Find what somebody was told."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("notice_recipient", ["recipient", "asked_at"], unique=False)


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("notice_recipient")
