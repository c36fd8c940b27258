"""Remember copies that were refused."""

import sqlalchemy as sa
from alembic import op

revision = "v0018"
down_revision = "v0017"

UNTOLD_COPIES = "refused_copies IS NOT NULL"
COMMENT = "who was refused a copy, until the desk is told"


def upgrade() -> None:
    """Remember whom the smarthost refused a letter's copy for, until the desk has been told."""
    op.add_column("outgoing", sa.Column("refused_copies", sa.JSON(none_as_null=True), comment=COMMENT))
    where = sa.text(UNTOLD_COPIES)
    op.create_index("outgoing_refused_copies", "outgoing", ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """As it was before."""
    op.drop_index("outgoing_refused_copies", "outgoing")
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.drop_column("refused_copies")
