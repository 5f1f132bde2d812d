"""Doors that deliveries lack, and what people on the street know better."""

from alembic import op

from zds_geo.store.schema import METADATA

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TABLES = ("door_status", "field_fix")


def upgrade() -> None:
    """Make the new tables."""
    METADATA.create_all(op.get_bind(), tables=[METADATA.tables[name] for name in TABLES])
