"""Find a customer's addresses."""

from alembic import op

revision = "v0015"
down_revision = "v0014"


def upgrade() -> None:
    """Find a customer's addresses."""
    with op.batch_alter_table("customer_address", schema=None) as batch_op:
        batch_op.create_index("customer_address_customer", ["customer_id"], unique=False)


def downgrade() -> None:
    """As it was before."""
    with op.batch_alter_table("customer_address", schema=None) as batch_op:
        batch_op.drop_index("customer_address_customer")
