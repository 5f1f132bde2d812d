"""What remains of doors without knocks, and whether the do-not-knock list was given."""

from alembic import op

from zds_geo.store.schema import METADATA

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("door_state", "register_source")


def upgrade() -> None:
    """Make the new tables."""
    METADATA.create_all(op.get_bind(), tables=[METADATA.tables[name] for name in TABLES])
