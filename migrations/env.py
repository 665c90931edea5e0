"""Run by alembic: migrations on the connection that `store.migrate` hands over, or on a URL in development."""

from alembic import context
from sqlalchemy import Connection, create_engine

from align_sync.store.schema import metadata


def run_migrations(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run_migrations(handed_over)
else:
    engine = create_engine(context.get_x_argument(as_dictionary=True)["url"])
    with engine.begin() as own:
        run_migrations(own)
    engine.dispose()
