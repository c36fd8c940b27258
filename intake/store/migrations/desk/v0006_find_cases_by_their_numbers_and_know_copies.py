"""Find cases by the other side's ticket numbers, and know copies of obeyed mails."""

import sqlalchemy as sa
from alembic import op

from intake.store.types import Instant, Key

revision = "v0006"
down_revision = "v0005"


def upgrade() -> None:
    """Find cases by the other side's ticket numbers, and know copies of obeyed mails."""
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

    op.create_table(
        "obeyed",
        sa.Column(
            "key",
            sa.String(length=64),
            nullable=False,
            comment="what no copy of an obeyed mail of the desk's can change",
        ),
        sa.Column("mail_id", Key, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    cases = sa.table("cases", sa.column("id", Key), sa.column("their_numbers", sa.JSON))
    rows = op.get_bind().execute(sa.select(cases.c.id, cases.c.their_numbers))
    known = {(_key(number), row.id) for row in rows for number in row.their_numbers}
    if known:
        op.bulk_insert(made, [{"key": key, "case_id": case_id} for key, case_id in sorted(known)])


def _key(number: str) -> str:
    return "".join(each for each in number.casefold() if each.isalnum() or each == "-")[:100]


def downgrade() -> None:
    """As it was before."""
    op.drop_table("obeyed")
    with op.batch_alter_table("their_number", schema=None) as batch_op:
        batch_op.drop_index("their_number_case")

    op.drop_table("their_number")
