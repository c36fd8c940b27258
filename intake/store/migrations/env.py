"""What alembic runs for every move: on the connection that `intake.store.migrate` opened, in its transaction."""

from alembic import context

given = context.config.attributes
context.configure(connection=given["connection"], version_table_schema=given["schema"])
with context.begin_transaction():
    context.run_migrations()
