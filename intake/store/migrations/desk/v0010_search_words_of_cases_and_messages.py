"""Search words of cases and messages."""

from alembic import op

from intake.store.search import INDEXES, drop, make

revision = "v0010"
down_revision = "v0009"


def upgrade() -> None:
    """Makes the indexes; `intake.store.search.fill` fills them after it, some rows at a time."""
    for index in INDEXES:
        make(op.get_bind(), index)


def downgrade() -> None:
    """As it was before."""
    for index in INDEXES:
        drop(op.get_bind(), index)
