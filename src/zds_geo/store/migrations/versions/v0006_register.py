"""The audit log with its head, and the register of printed sheets."""

import sqlalchemy as sa
from alembic import op

from zds_geo.store.schema import AUDIT_HEAD, METADATA, ROUND, SHEET

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = ("audit", "audit_head", "sheet")


def upgrade() -> None:
    """Make the new tables; the head is made here and nowhere else. Open rounds are on paper."""
    METADATA.create_all(op.get_bind(), tables=[METADATA.tables[name] for name in TABLES])
    if op.get_bind().execute(sa.select(AUDIT_HEAD.c.head_id)).first() is not None:
        return
    head = {"head_id": 1, "first_seq": 1, "last_seq": 0}
    op.bulk_insert(AUDIT_HEAD, [{**head, "first_before": "0" * 64, "last_hash": "0" * 64}])
    day = sa.func.substr(ROUND.c.reserved_at, 1, 10)
    row = (ROUND.c.code, ROUND.c.date, ROUND.c.assistant_id, day, sa.literal("out"))
    names = ["code", "date", "assistant_id", "printed_on", "status"]
    out = sa.select(*row).where(ROUND.c.status == "open")
    op.get_bind().execute(SHEET.insert().from_select(names, out))
