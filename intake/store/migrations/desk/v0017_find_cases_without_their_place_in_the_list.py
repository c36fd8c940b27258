"""Find cases without their place in the list."""

import sqlalchemy as sa
from alembic import op

revision = "v0017"
down_revision = "v0016"

MISPLACED = "(ranked_by IS NULL) = (state IN ('new', 'open', 'waiting'))"


def upgrade() -> None:
    """Find cases that a program of an older version opened or closed without regard to the list."""
    where = sa.text(MISPLACED)
    op.create_index("cases_misplaced", "cases", ["id"], sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """As it was before."""
    op.drop_index("cases_misplaced", "cases")
