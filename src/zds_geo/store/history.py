"""The knock history: append-only knocks, register, cycles, frozen rounds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from zds_geo.store._areas import AreaBook
from zds_geo.store._database import utc
from zds_geo.store._engine import migrate, open_engine
from zds_geo.store._fixes import FixBook
from zds_geo.store._knock_log import KnockLog, RecordResult
from zds_geo.store._lineage import LineageBook
from zds_geo.store._register import Register
from zds_geo.store._rounds import Cycle, RoundBook

__all__ = ["Cycle", "HistoryStore", "RecordResult", "open_history"]


class HistoryStore(KnockLog, Register, LineageBook, FixBook, RoundBook, AreaBook):
    """An opened history: knocks, register, lineage, corrections, rounds and areas."""


def open_history(location: Path | str, *, now: datetime, create: bool = False) -> HistoryStore:
    """Open the history and bring its schema up to date.

    Parameters
    ----------
    location : Path or str
        SQLite file or PostgreSQL URL.
    now : datetime
        Aware.
    create : bool
        Make the file when it is not there.

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
    return HistoryStore(engine)
