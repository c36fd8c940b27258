"""Let notices wait."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, Key

revision = "v0003"
down_revision = "v0002"


def upgrade() -> None:
    """Let notices wait."""
    op.create_table(
        "notice",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column(
            "role", sa.String(length=320), nullable=False, comment="whom the decision named: a role, or an address"
        ),
        sa.Column("clock", sa.Integer(), nullable=True, comment="the number of the clock that it is about"),
        sa.Column("number", sa.Integer(), nullable=False, comment="the step of the ladder"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("look_at", Instant(), nullable=True, comment="from when it may go out; NULL once it is settled"),
        sa.Column("settled_at", Instant(), nullable=True),
        sa.Column(
            "message_id", sa.String(length=998), nullable=True, comment="the letter that told it; NULL where none did"
        ),
        sa.Column("because", sa.Text(), nullable=True, comment="why it was not told"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("notice_case", ["case_id"], unique=False)
        batch_op.create_index("notice_look", ["look_at"], unique=False, sqlite_where=sa.text("look_at IS NOT NULL"))


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("notice_look", sqlite_where=sa.text("look_at IS NOT NULL"))
        batch_op.drop_index("notice_case")

    op.drop_table("notice")
