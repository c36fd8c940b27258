"""Keep the further life of a case."""

import sqlalchemy as sa
from alembic import op

revision = "v0002"
down_revision = "v0001"


def upgrade() -> None:
    """Keep the further life of a case."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("channel", sa.String(length=16), server_default="email", nullable=False))
        batch_op.add_column(sa.Column("region", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("country", sa.String(length=2), nullable=True))
        batch_op.add_column(
            sa.Column(
                "tags",
                sa.JSON(),
                server_default="[]",
                nullable=False,
                comment="what the policy's rules found besides marks",
            )
        )
        batch_op.add_column(
            sa.Column(
                "held",
                sa.JSON(none_as_null=True),
                nullable=True,
                comment="clause and reason for which nobody raises the severity",
            )
        )
        batch_op.add_column(
            sa.Column(
                "worst", sa.Integer(), server_default="0", nullable=False, comment="the gravest severity it ever had"
            )
        )
        batch_op.add_column(
            sa.Column(
                "escalation",
                sa.JSON(none_as_null=True),
                nullable=True,
                comment="level, since when, owner, asked for by the customer",
            )
        )
        batch_op.add_column(
            sa.Column(
                "tasks",
                sa.JSON(),
                server_default="[]",
                nullable=False,
                comment="follow-ups that somebody owes the customer",
            )
        )
        batch_op.drop_index(batch_op.f("cases_customer"))
        batch_op.create_index("cases_customer", ["customer_id", "opened_at"], unique=False)
    op.execute("UPDATE cases SET worst = severity")

    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.add_column(sa.Column("missed_calendar", sa.String(length=100), nullable=True))
        batch_op.add_column(
            sa.Column(
                "pauses", sa.JSON(), server_default="[]", nullable=False, comment="from, to and why it stood still"
            )
        )

    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "hours", sa.JSON(), server_default="{}", nullable=False, comment="the contract's calendars, by severity"
            )
        )


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_column("hours")

    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_column("pauses")
        batch_op.drop_column("missed_calendar")

    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("cases_customer")
        batch_op.create_index(batch_op.f("cases_customer"), ["customer_id"], unique=False)
        batch_op.drop_column("tasks")
        batch_op.drop_column("escalation")
        batch_op.drop_column("worst")
        batch_op.drop_column("held")
        batch_op.drop_column("tags")
        batch_op.drop_column("country")
        batch_op.drop_column("region")
        batch_op.drop_column("channel")
