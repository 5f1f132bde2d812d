"""The first schema: knocks, batches, register, cycles, rounds, shift changes, lineage."""

from alembic import op

from zds_geo.store.schema import METADATA

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "knock", "knock_assistant", "batch", "batch_knock", "conflict", "do_not_knock", "cycle",
    "round", "round_door", "shift_change", "door_lineage",
)  # fmt: skip


def upgrade() -> None:
    """Make all tables."""
    METADATA.create_all(op.get_bind(), tables=[METADATA.tables[name] for name in TABLES])
