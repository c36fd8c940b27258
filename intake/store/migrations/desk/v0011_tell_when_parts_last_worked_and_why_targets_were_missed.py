"""Tell when parts last worked, and why targets were missed."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, String

revision = "v0011"
down_revision = "v0010"


def upgrade() -> None:
    """Tell when parts last worked, and why targets were missed: of misses until now nothing is on record."""
    op.create_table(
        "heartbeat",
        sa.Column(
            "part",
            String(length=32),
            nullable=False,
            comment="a part of the running program, in whichever instance",
        ),
        sa.Column("at", Instant(), nullable=False, comment="when it last did its work, or looked and found none"),
        sa.PrimaryKeyConstraint("part"),
    )
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "missed_while",
                String(length=16),
                nullable=True,
                comment="how the case stood when the miss was noted",
            )
        )
    op.execute("UPDATE clock SET missed_while = 'unknown' WHERE missed_at IS NOT NULL")


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_column("missed_while")

    op.drop_table("heartbeat")
