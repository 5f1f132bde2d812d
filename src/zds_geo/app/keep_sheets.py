"""``zds sheets``: which printed sheets are out, and which are back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from zds_geo.app.workspace import Workspace, open_store
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from zds_geo.store import Sheet, SheetStatus

LATE_DAYS: Final = 7  # a round holds its doors so long (DESIGN 1)
RECENT_DAYS: Final = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetList:
    """Sheets that are out (or lost), and those that are back; by date of the round and code."""

    out: tuple[Sheet, ...]
    back: tuple[Sheet, ...]


def list_sheets(workspace: Workspace, *, now: datetime, everything: bool = False) -> SheetList:
    """List the register of printed sheets.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    now : datetime
        Aware.
    everything : bool
        Also sheets that have been back for more than 14 days.

    Returns
    -------
    SheetList
        A lost sheet counts as out: it is still somewhere.
    """
    from zds_geo.store import SheetStatus

    with open_store(workspace, now=now) as store:
        sheets = store.list_sheets()
    since = now.astimezone(AMSTERDAM).date() - timedelta(days=RECENT_DAYS)
    away = {SheetStatus.OUT, SheetStatus.LOST}
    back = [s for s in sheets if s.status not in away]
    return SheetList(
        out=tuple(s for s in sheets if s.status in away),
        back=tuple(s for s in back if everything or (s.back_on or s.on) >= since),
    )


def days_late(sheet: Sheet, *, now: datetime) -> int:
    """Give how many days after its round a sheet is still out, or 0 where that is no bother.

    Parameters
    ----------
    sheet : Sheet
        From the register.
    now : datetime
        Aware.

    Returns
    -------
    int
        Days when it is out for longer than a round holds its doors, else 0.
    """
    from zds_geo.store import SheetStatus

    days = (now.astimezone(AMSTERDAM).date() - sheet.on).days
    return days if sheet.status is SheetStatus.OUT and days >= LATE_DAYS else 0


def move_sheet(workspace: Workspace, code: str, status: SheetStatus, *, now: datetime) -> Sheet:
    """Write down that a sheet is back, destroyed or lost.

    Parameters
    ----------
    workspace : Workspace
        The workspace.
    code : str
        The round's code, in any case.
    status : SheetStatus
        ``returned``, ``destroyed`` or ``lost``.
    now : datetime
        Aware.

    Returns
    -------
    Sheet
        As it was before.

    Raises
    ------
    NotFoundError
        If no such sheet is in the register.
    """
    with open_store(workspace, now=now) as store:
        return store.move_sheet(code, status, now=now)
