"""Runs the migrations on the connection that the store hands over, in its transaction."""

from alembic import context

from zds_geo.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=False,  # the store began the transaction and commits it
)
context.run_migrations()
