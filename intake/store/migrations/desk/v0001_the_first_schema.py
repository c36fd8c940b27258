"""The first schema."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, Key

revision = "v0001"
down_revision = None


def upgrade() -> None:
    """The first schema."""
    op.create_table(
        "agent",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", Key, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "customer",
        sa.Column("id", Key, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("policy", sa.String(length=100), nullable=False),
        sa.Column("plan", sa.String(length=100), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("region", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("engineer", sa.String(length=320), nullable=True),
        sa.Column("account_manager", sa.String(length=320), nullable=True),
        sa.Column("support_keys", sa.JSON(), nullable=False),
        sa.Column("targets", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "original",
        sa.Column("route", sa.String(length=320), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("mail_id", Key, nullable=False),
        sa.PrimaryKeyConstraint("route", "content_hash"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "signing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret"),
    )
    op.create_table(
        "undeliverable",
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address"),
    )
    op.create_table(
        "version",
        sa.Column("kind", sa.String(length=16), nullable=False, comment="policy or template"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("served_at", Instant(), nullable=False, comment="when it last began to serve"),
        sa.PrimaryKeyConstraint("kind", "name", "hash"),
    )
    op.create_table(
        "cases",
        sa.Column("id", Key, nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=False),
        sa.Column(
            "version", sa.Integer(), nullable=False, comment="counts changes; a save that finds another number is stale"
        ),
        sa.Column("policy", sa.String(length=100), nullable=False),
        sa.Column("policy_version", sa.String(length=64), nullable=False),
        sa.Column("plan", sa.String(length=100), nullable=True),
        sa.Column("route", sa.String(length=320), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("customer_id", Key, nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_address", sa.String(length=320), nullable=False),
        sa.Column(
            "answer_to",
            sa.String(length=320),
            nullable=True,
            comment="where automatic letters may go; NULL for nowhere",
        ),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("wished_severity", sa.Integer(), nullable=True),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("waived", sa.JSON(), nullable=False),
        sa.Column("linked", sa.JSON(), nullable=False, comment="references of linked cases"),
        sa.Column("assignee", sa.String(length=320), nullable=True),
        sa.Column("opened_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("answered", sa.JSON(), nullable=False, comment="kinds of automatic answers that went out, each once"),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("cases_customer", "cases", ["customer_id"], unique=False)
    op.create_index("cases_state", "cases", ["state"], unique=False)
    op.create_table(
        "customer_address",
        sa.Column("kind", sa.String(length=8), nullable=False, comment="domain or contact"),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("customer_id", Key, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("kind", "value", "customer_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "clock",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=True),
        sa.Column("calendar", sa.String(length=100), nullable=True),
        sa.Column("target", sa.String(length=100), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("aim_at", Instant(), nullable=True),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("missed_at", Instant(), nullable=True),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False, comment="what is still to be done about it, in order"),
        sa.Column("next_at", Instant(), nullable=True, comment="the first of the steps"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("clock_next", "clock", ["next_at"], unique=False, sqlite_where=sa.text("next_at IS NOT NULL"))
    op.create_table(
        "history",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=320), nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("because", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("history_case", "history", ["case_id"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=False),
        sa.Column("mail_id", Key, nullable=True, comment="the kept mail it came by; NULL for what we wrote"),
        sa.Column("direction", sa.String(length=8), nullable=False, comment="in, out, or note"),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_address", sa.String(length=320), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("message_id", sa.String(length=998), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("new_text", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("message_case", "message", ["case_id"], unique=False)
    op.create_index("message_message_id", "message", ["message_id"], unique=False)
    op.create_table(
        "outcome",
        sa.Column("mail_id", Key, autoincrement=False, nullable=False),
        sa.Column("route", sa.String(length=320), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("case_id", Key, nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("decided_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("mail_id", "route"),
        sqlite_with_rowid=False,
    )
    op.create_index("outcome_case", "outcome", ["case_id"], unique=False)
    op.create_index("outcome_kind", "outcome", ["outcome"], unique=False)
    op.create_table(
        "outgoing",
        sa.Column("id", Key, nullable=False),
        sa.Column("case_id", Key, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("recipient", sa.String(length=320), nullable=False),
        sa.Column("envelope_from", sa.String(length=320), nullable=False),
        sa.Column("envelope_to", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_id", sa.String(length=998), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("queued_at", Instant(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("message_id"),
    )
    op.create_index("outgoing_case", "outgoing", ["case_id"], unique=False)
    op.create_index("outgoing_next", "outgoing", ["state", "next_try_at"], unique=False)
    op.create_index("outgoing_recipient", "outgoing", ["recipient", "queued_at"], unique=False)
    op.create_table(
        "participant",
        sa.Column("case_id", Key, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="names the participant in reply tokens"),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "number"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """As it was before."""
    op.drop_table("participant")
    op.drop_index("outgoing_recipient", table_name="outgoing")
    op.drop_index("outgoing_next", table_name="outgoing")
    op.drop_index("outgoing_case", table_name="outgoing")
    op.drop_table("outgoing")
    op.drop_index("outcome_kind", table_name="outcome")
    op.drop_index("outcome_case", table_name="outcome")
    op.drop_table("outcome")
    op.drop_index("message_message_id", table_name="message")
    op.drop_index("message_case", table_name="message")
    op.drop_table("message")
    op.drop_index("history_case", table_name="history")
    op.drop_table("history")
    op.drop_index("clock_next", table_name="clock", sqlite_where=sa.text("next_at IS NOT NULL"))
    op.drop_table("clock")
    op.drop_table("customer_address")
    op.drop_index("cases_state", table_name="cases")
    op.drop_index("cases_customer", table_name="cases")
    op.drop_table("cases")
    op.drop_table("version")
    op.drop_table("undeliverable")
    op.drop_table("signing_key")
    op.drop_table("original")
    op.drop_table("customer")
    op.drop_table("counter")
    op.drop_table("agent")
