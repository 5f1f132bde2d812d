"""The knock history: append-only knocks, register, cycles, frozen rounds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from zds_geo.core.retention import Retention
from zds_geo.store._areas import AreaBook
from zds_geo.store._audit import Action, AuditBook, AuditCheck
from zds_geo.store._checkup import Checkup
from zds_geo.store._database import utc
from zds_geo.store._door_state import DoorStateBook
from zds_geo.store._engine import migrate, open_engine
from zds_geo.store._erasure import DoorRecord, ErasureBook
from zds_geo.store._fixes import FixBook
from zds_geo.store._knock_log import KnockLog, RecordResult
from zds_geo.store._lineage import LineageBook
from zds_geo.store._retention import PruneReport
from zds_geo.store._rounds import Cycle, RoundBook
from zds_geo.store._sheet_register import HeldKnocks, Sheet, SheetRegister, SheetStatus
from zds_geo.store._sheets import SheetLog, StoredKnock

__all__ = [
    "Action",
    "AuditCheck",
    "Cycle",
    "DoorRecord",
    "HeldKnocks",
    "HistoryStore",
    "PruneReport",
    "RecordResult",
    "Sheet",
    "SheetStatus",
    "StoredKnock",
    "open_history",
]


class HistoryStore(
    KnockLog,
    SheetLog,
    ErasureBook,
    LineageBook,
    FixBook,
    RoundBook,
    AreaBook,
    DoorStateBook,
    SheetRegister,
    AuditBook,
    Checkup,
):
    """An opened history: knocks, register, lineage, corrections, rounds, areas, sheets, audit."""


def open_history(
    location: Path | str,
    *,
    now: datetime,
    create: bool = False,
    retention: Retention | None = None,
) -> HistoryStore:
    """Open the history and bring its schema up to date.

    Parameters
    ----------
    location : Path or str
        SQLite file or PostgreSQL URL.
    now : datetime
        Aware.
    create : bool
        Make the file when it is not there.
    retention : Retention, optional
        How long things are kept; as P04 asks by default.

    Returns
    -------
    HistoryStore
        Use it in a ``with`` statement.

    Raises
    ------
    StoreError
        If it cannot be opened, is newer than this program, or refuses the settings of R03.
    """
    utc(now)
    engine = open_engine(location, create=create)
    migrate(engine)
    return HistoryStore(engine, retention)
