"""Lasting areas: who has which door, one division after another."""

from alembic import op

from zds_geo.store.schema import METADATA

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("division", "division_door")


def upgrade() -> None:
    """Make the new tables."""
    METADATA.create_all(op.get_bind(), tables=[METADATA.tables[name] for name in TABLES])
