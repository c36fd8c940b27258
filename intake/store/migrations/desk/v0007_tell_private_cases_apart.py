"""Tell private cases apart, and index what pages and reports ask for."""

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = "v0006"


def upgrade() -> None:
    """Tell private cases apart, and index what pages and reports ask for."""
    mark = "marked `security`; see intake.desk.sight"
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("private", sa.Boolean(), server_default="0", nullable=False, comment=mark))
    op.execute("""UPDATE cases SET private = CAST(marks AS TEXT) LIKE '%"security"%'""")
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(
            "cases_opened", ["opened_at", "policy", "plan", "severity", "route", "queue", "private", "state"]
        )
        batch_op.create_index("cases_policy", ["policy", "policy_version", "state", "route", "queue", "private"])
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.create_index("clock_missed", ["missed_at"], sqlite_where=sa.text("missed_at IS NOT NULL"))
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.create_index("outgoing_state", ["state", "id"])


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("outgoing", schema=None) as batch_op:
        batch_op.drop_index("outgoing_state")
    with op.batch_alter_table("clock", schema=None) as batch_op:
        batch_op.drop_index("clock_missed", sqlite_where=sa.text("missed_at IS NOT NULL"))
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_index("cases_policy")
        batch_op.drop_index("cases_opened")
        batch_op.drop_column("private")
