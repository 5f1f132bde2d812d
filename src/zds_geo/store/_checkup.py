"""Questions about the history as a whole."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import sqlalchemy as sa

from zds_geo.store._database import Database
from zds_geo.store.schema import BATCH, DIVISION, KNOCK, ROUND

# Columns that hold instants of this computer's clock.
_MOMENTS: Final = (
    BATCH.c.recorded_at, BATCH.c.undone_at, KNOCK.c.knocked_at, ROUND.c.reserved_at,
    DIVISION.c.made_at, DIVISION.c.withdrawn_at,
)  # fmt: skip


class Checkup(Database):
    """What doctor asks."""

    def last_recorded_at(self) -> datetime | None:
        """Give the last instant that anything was recorded at, in UTC; None in a new history."""
        with self._transaction(writes=False) as connection:
            found = [connection.execute(sa.select(sa.func.max(c))).scalar() for c in _MOMENTS]
        return max((datetime.fromisoformat(text) for text in found if text), default=None)

    def find_damage(self) -> str:
        """Read the whole file and give the first fault; empty when it is sound (SQLite only)."""
        if self._engine.dialect.name != "sqlite":
            return ""
        with self._transaction(writes=False) as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return "" if found == ["ok"] else str(found[0])
