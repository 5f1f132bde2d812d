"""The calendar of the weeks ahead, and its table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from zds_geo.app.calendar import RosterShift

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarShift:
    """One shift of the roster: what it would try. Without doors it is free for second attempts."""

    shift: RosterShift
    week: int
    buurt_codes: tuple[str, ...]
    door_ids: tuple[str, ...]
    streets: tuple[str, ...]
    n_stops: int
    walk_s: int
    service_s: int
    pace_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaOutlook:
    """An area (buurten that share assistants): how far the weeks bring it.

    Attributes
    ----------
    buurt_codes : tuple of str
        Its buurten.
    n_doors, n_planned : int
        Doors that wait, and those of them that the weeks try.
    lacking, lacking_for_promise : tuple of (int, int)
        Shifts that are missing to try all within the weeks, and by the end of the cycle: minutes
        of a shift, and how many.
    all_tried_on : date or None
        When the roster, going on as it does, has tried all; None where it never will.
    unreachable : int
        Doors that no shift can reach on foot, alone, within its time.
    n_shifts, bound : int
        Shifts that all doors take; no plan takes fewer than ``bound``.
    pace_s : int
        Seconds of shift for each door.
    """

    buurt_codes: tuple[str, ...]
    n_doors: int
    n_planned: int
    lacking: tuple[tuple[int, int], ...]
    lacking_for_promise: tuple[tuple[int, int], ...]
    all_tried_on: date | None
    unreachable: int
    n_shifts: int
    bound: int
    pace_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The weeks ahead: the shifts, each area, and when all doors will have been tried.

    ``forecast_week``: the week in which nearly all are tried in nine of ten plays of the forecast,
    with shifts that fall out, at the pace of this calendar; 0 when not within five years.
    ``promised_until``: the last date of the cycle, None without a promise.
    """

    first: date
    weeks: int
    until: date
    promised_until: date | None
    shifts: tuple[CalendarShift, ...]
    areas: tuple[AreaOutlook, ...]
    names: dict[str, str]
    on_rounds: int
    forecast_week: int
    path: Path | None

    @property
    def n_doors(self) -> int:
        """Doors that wait."""
        return sum(a.n_doors for a in self.areas)

    @property
    def n_planned(self) -> int:
        """Doors that the weeks try."""
        return sum(a.n_planned for a in self.areas)

    @property
    def all_tried_on(self) -> date | None:
        """When all areas are done; None where one never is, or nothing waits."""
        dates = [a.all_tried_on for a in self.areas]
        known = [d for d in dates if d is not None]
        return max(known) if known and len(known) == len(dates) else None

    def week_of(self, on: date) -> int:
        """Give the number of the week of a date, 1 for the first seven days."""
        return (on - self.first).days // 7 + 1


def calendar_table(calendar: Calendar) -> pd.DataFrame:
    """Lay the shifts out as a table, one row each.

    Parameters
    ----------
    calendar : Calendar
        Any.

    Returns
    -------
    DataFrame, index ``datum``
        Week, times, assistant, buurten, doors, stops, streets in walking order, and minutes.
    """
    import pandas as pd

    rows = [
        {
            "datum": s.shift.start_at.date().isoformat(),
            "week": s.week,
            "van": f"{s.shift.start_at:%H:%M}",
            "tot": f"{s.shift.end_at:%H:%M}",
            "assistent": s.shift.assistant_id,
            "buurt": "; ".join(_name(calendar.names, c) for c in s.buurt_codes),
            "woningen": len(s.door_ids),
            "stops": s.n_stops,
            "straten": "; ".join(s.streets),
            "loopminuten": round(s.walk_s / 60),
            "minuten": round((s.walk_s + s.service_s) / 60),
            "seconden_per_woning": s.pace_s,
        }
        for s in calendar.shifts
    ]
    columns = (
        "datum", "week", "van", "tot", "assistent", "buurt", "woningen", "stops", "straten",
        "loopminuten", "minuten", "seconden_per_woning",
    )  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns)).set_index("datum")


def _name(names: Mapping[str, str], code: str) -> str:
    return names.get(code, code)
