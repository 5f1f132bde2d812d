"""Forgetting: lasting counts, erased doors, and what the store keeps for itself."""

import sqlalchemy as sa
from alembic import op

from zds_geo.store.schema import METADATA

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("lasting_count", "erasure", "keeper")
COLUMNS = ("cycle_on", "contacts_had")


def upgrade() -> None:
    """Make the new tables and columns."""
    METADATA.create_all(op.get_bind(), tables=[METADATA.tables[name] for name in TABLES])
    known = {c["name"] for c in sa.inspect(op.get_bind()).get_columns("door_state")}
    for name in COLUMNS:
        if name not in known:
            column = sa.Column(name, sa.Text, nullable=False, server_default="")
            op.add_column("door_state", column)
