"""Follow merged cases, and keep how far a mail's sender is believed."""

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"


def upgrade() -> None:
    """Follow merged cases, and keep how far a mail's sender is believed."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "their_numbers",
                sa.JSON(),
                server_default="[]",
                nullable=False,
                comment="ticket numbers of the other side's own",
            )
        )
        batch_op.add_column(
            sa.Column(
                "merged_into", sa.String(length=32), nullable=True, comment="the case that this one became a part of"
            )
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "unverified", sa.Boolean(), server_default="0", nullable=False, comment="nobody vouched for its sender"
            )
        )


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("unverified")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_column("merged_into")
        batch_op.drop_column("their_numbers")
