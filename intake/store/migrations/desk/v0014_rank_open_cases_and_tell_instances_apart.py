"""Rank open cases and tell instances apart."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, String

revision = "v0014"
down_revision = "v0013"

INDEXED = [
    "policy", "ranked_by", "rank", "id", "severity", "due_at", "opened_at", "state", "queue", "route",
    "private", "unsorted", "assignee", "customer_id",
]  # fmt: skip
KEPT = ["case_id", "kind", "number", "state", "started_at", "due_at", "ended_at", "missed_at"]
# in the order of their numbers, until they are ranked by the policy that serves
RANK = (1).to_bytes(8, "big")
FILL = """
UPDATE cases SET rank = :rank, ranked_by = '-',
  due_at = (SELECT min(due_at) FROM clock WHERE case_id = cases.id AND state = 'running'
            AND kind IN ('response', 'update', 'resolution', 'escalation')),
  unsorted = CAST(marks AS TEXT) LIKE '%"triage"%' OR CAST(marks AS TEXT) LIKE '%"unverified"%'
WHERE state IN ('new', 'open', 'waiting')
"""


def upgrade() -> None:
    """Rank open cases and tell instances apart: which parts worked until now is asked for anew."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "rank",
                sa.LargeBinary(),
                nullable=True,
                comment="compares the open cases of a policy; see intake.core.case.work_list",
            )
        )
        batch_op.add_column(
            sa.Column(
                "ranked_by",
                String(length=64),
                nullable=True,
                comment="the version of the policy that the rank is by; empty for none",
            )
        )
        batch_op.add_column(
            sa.Column("due_at", Instant(), nullable=True, comment="when the first running promise is due")
        )
        batch_op.add_column(
            sa.Column(
                "unsorted",
                sa.Boolean(),
                server_default="0",
                nullable=False,
                comment="marked `triage` or `unverified`",
            )
        )
        batch_op.create_index(
            "cases_listed",
            INDEXED,
            unique=False,
            sqlite_where=sa.text("ranked_by IS NOT NULL"),
            postgresql_where=sa.text("ranked_by IS NOT NULL"),
        )
    op.get_bind().execute(sa.text(FILL), {"rank": RANK})
    op.create_index("clock_kept", "clock", KEPT)
    op.drop_table("heartbeat")
    op.create_table(
        "heartbeat",
        sa.Column("part", String(length=32), nullable=False, comment="a part of the running program"),
        sa.Column("instance", String(length=200), nullable=False, comment="which of the running programs"),
        sa.Column("at", Instant(), nullable=False, comment="when it last did its work, or looked and found none"),
        sa.PrimaryKeyConstraint("part", "instance"),
    )


def downgrade() -> None:
    """As it was before."""
    op.drop_table("heartbeat")
    op.create_table(
        "heartbeat",
        sa.Column(
            "part",
            String(length=32),
            nullable=False,
            comment="a part of the running program, in whichever instance",
        ),
        sa.Column("at", Instant(), nullable=False, comment="when it last did its work, or looked and found none"),
        sa.PrimaryKeyConstraint("part"),
    )
    op.drop_index("clock_kept", "clock")
    op.drop_index("cases_listed", "cases")
    # not in a batch, which would make the table anew without the triggers of its words
    for name in ("unsorted", "due_at", "ranked_by", "rank"):
        op.drop_column("cases", name)
