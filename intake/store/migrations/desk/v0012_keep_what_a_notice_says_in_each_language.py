"""Keep what a notice says in each language."""

import sqlalchemy as sa
from alembic import op

revision = "v0012"
down_revision = "v0011"


def upgrade() -> None:
    """Keep what a notice says in each language."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("text_in", sa.JSON(), server_default="{}", nullable=False, comment="the text in other languages")
        )


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_column("text_in")
