"""The first schema."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, Key

revision = "v0001"
down_revision = None


def upgrade() -> None:
    """The first schema."""
    op.create_table(
        "mail",
        sa.Column("id", Key, nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column(
            "origin", sa.String(length=400), nullable=True, comment="an IMAP mail's mailbox, UIDVALIDITY and UID"
        ),
        sa.Column(
            "envelope_from",
            sa.Text(),
            nullable=True,
            comment="empty for a null return path, NULL where the channel names none",
        ),
        sa.Column("login", sa.Text(), nullable=True, comment="who signed in by SMTP AUTH"),
        sa.Column("peer", sa.Text(), nullable=True),
        sa.Column(
            "answerable", sa.Boolean(), nullable=False, comment="false: old mail from a file, read without answering"
        ),
        sa.Column("backlog", sa.Boolean(), nullable=False),
        sa.Column(
            "oversize", Key, nullable=True, comment="bytes of a mail that stayed in its mailbox; raw holds its headers"
        ),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("origin"),
        schema="spool",
        sqlite_autoincrement=True,
    )
    op.create_table(
        "mailbox",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uidvalidity", Key, nullable=False),
        sa.Column("seen_uid", Key, nullable=False, comment="every UID up to this one is kept"),
        sa.Column("looked_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
        schema="spool",
    )
    op.create_table(
        "mail_route",
        sa.Column("mail_id", Key, nullable=False),
        sa.Column("route", sa.String(length=320), nullable=False),
        sa.Column(
            "recipient", sa.String(length=320), nullable=False, comment="the address as it was written, with its token"
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"],
            ["spool.mail.id"],
        ),
        sa.PrimaryKeyConstraint("mail_id", "route"),
        schema="spool",
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """As it was before."""
    op.drop_table("mail_route", schema="spool")
    op.drop_table("mailbox", schema="spool")
    op.drop_table("mail", schema="spool")
