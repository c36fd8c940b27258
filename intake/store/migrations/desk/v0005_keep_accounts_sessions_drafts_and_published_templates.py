"""Keep accounts, sessions, drafts and published templates."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, Key

revision = "v0005"
down_revision = "v0004"


def upgrade() -> None:
    """Keep accounts, sessions, drafts and published templates."""
    op.create_table(
        "published",
        sa.Column("id", Key, nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column(
            "text",
            sa.Text(),
            nullable=True,
            comment="a template that serves over its file; NULL: the file serves again",
        ),
        sa.Column("author", sa.String(length=320), nullable=False),
        sa.Column("published_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("published", schema=None) as batch_op:
        batch_op.create_index("published_place", ["language", "name"], unique=False)

    op.create_table(
        "welcome",
        sa.Column("id", sa.String(length=64), nullable=False, comment="hash of the secret in a one-time link"),
        sa.Column(
            "address", sa.String(length=320), nullable=True, comment="whose password it sets; NULL for the first admin"
        ),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.String(length=64), nullable=False, comment="hash of the secret that the browser keeps"),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False, comment="how the browser names itself"),
        sa.ForeignKeyConstraint(["address"], ["agent.address"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.create_index("session_address", ["address"], unique=False)

    op.create_table(
        "draft",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False, comment="who writes it"),
        sa.Column("kind", sa.String(length=8), nullable=False, comment="note, reply or ask"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("saved_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "address"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "role", sa.String(length=16), nullable=True, comment="what they may do in the console; NULL for nothing"
            )
        )
        batch_op.add_column(
            sa.Column("password", sa.Text(), nullable=True, comment="argon2; NULL where none was chosen")
        )


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("agent", schema=None) as batch_op:
        batch_op.drop_column("password")
        batch_op.drop_column("role")

    op.drop_table("draft")
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_index("session_address")

    op.drop_table("session")
    op.drop_table("welcome")
    with op.batch_alter_table("published", schema=None) as batch_op:
        batch_op.drop_index("published_place")

    op.drop_table("published")
