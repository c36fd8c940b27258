"""Find cases by the other side's ticket numbers."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Key

revision = "v0007"
down_revision = "v0005"


def upgrade() -> None:
    """Find cases by the other side's ticket numbers."""
    made = op.create_table(
        "their_number",
        sa.Column(
            "key",
            sa.String(length=100),
            nullable=False,
            comment="a ticket number of the other side's own, as it compares",
        ),
        sa.Column("case_id", Key, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.id"],
        ),
        sa.PrimaryKeyConstraint("key", "case_id"),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("their_number", schema=None) as batch_op:
        batch_op.create_index("their_number_case", ["case_id"], unique=False)

    cases = sa.table("cases", sa.column("id", Key), sa.column("their_numbers", sa.JSON))
    rows = op.get_bind().execute(sa.select(cases.c.id, cases.c.their_numbers))
    known = {(_key(number), row.id) for row in rows for number in row.their_numbers}
    if known:
        op.bulk_insert(made, [{"key": key, "case_id": case_id} for key, case_id in sorted(known)])


def _key(number: str) -> str:
    return "".join(each for each in number.casefold() if each.isalnum() or each == "-")[:100]


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("their_number", schema=None) as batch_op:
        batch_op.drop_index("their_number_case")

    op.drop_table("their_number")
