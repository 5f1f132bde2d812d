"""In which time window each line of a sheet was walked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from zds_geo.core.errors import UsageError
from zds_geo.core.windows import AMSTERDAM, WindowScheme, day_text, local_instant

if TYPE_CHECKING:
    from zds_geo.core.model import Round


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """When a sheet was walked: date and, where known, from and until (local wall time)."""

    on: date
    starts: time | None = None
    ends: time | None = None


def require_past(planned: Round, walked: Walked, *, made_on: date, now: datetime) -> None:
    """Refuse a date or time that cannot be: in the future, or before the sheet was made.

    Parameters
    ----------
    planned : Round
        The sheet.
    walked : Walked
        When it was walked.
    made_on : date
        The date the sheet was made.
    now : datetime
        Aware.

    Raises
    ------
    UsageError
        Naming what is wrong.
    """
    if walked.starts is None and walked.ends is not None:
        raise UsageError("entry.from_needed")
    if walked.starts is not None and walked.ends is not None and walked.starts >= walked.ends:
        raise UsageError("entry.clock_order", starts=clock(walked.starts), ends=clock(walked.ends))
    begin = walked.starts or planned.start_at.astimezone(AMSTERDAM).time()
    if walked.on > now.astimezone(AMSTERDAM).date():
        raise UsageError("knocks.future", got=day_text(walked.on))
    if local_instant(walked.on, walked.ends or begin) > now:
        raise UsageError(
            "entry.not_yet", got=f"{day_text(walked.on)} {clock(walked.ends or begin)}"
        )
    if walked.on < made_on:
        raise UsageError("entry.before_made", got=day_text(walked.on), made=day_text(made_on))


def line_windows(
    planned: Round, lines: Sequence[int], walked: Walked, *, windows: WindowScheme
) -> dict[int, str]:
    """Give each line the window in which its door was rung.

    Parameters
    ----------
    planned : Round
        The sheet, with the planned moment of every stop.
    lines : sequence of int
        Lines that were done.
    walked : Walked
        When.
    windows : WindowScheme
        The windows.

    Returns
    -------
    dict of int to str
        Name of a window of each line.

    Raises
    ------
    UsageError
        If that day has no windows, or not those that were planned.

    Notes
    -----
    Without times the planned window of each stop stands. With a beginning the walk is laid from
    there at the planned pace; with an end too it is stretched over that time. Both suppose that
    the lines were walked in the order of the sheet.
    """
    stops = {d.line: s for s in planned.stops for d in s.doors}
    if walked.starts is None:
        found = {n: stops[n].window for n in lines}
        known = [w.name for w in windows.on(walked.on)]
        if known and not set(found.values()) <= set(known):
            raise UsageError("entry.times_needed", on=day_text(walked.on), known=", ".join(known))
        return found
    first = min((stops[n].arrive_s for n in lines), default=0)
    last = max((stops[n].arrive_s for n in lines), default=0)
    begin = local_instant(walked.on, walked.starts)
    pace = 1.0
    if walked.ends is not None and last > first:
        seconds = (local_instant(walked.on, walked.ends) - begin).total_seconds()
        planned_s = max(stops[n].arrive_s + stops[n].service_s for n in lines) - first
        pace = seconds / max(planned_s, 1)
    found = {}
    for n in lines:
        at = begin + timedelta(seconds=pace * (stops[n].arrive_s - first))
        window = windows.window_at(at)
        if window is None:
            raise UsageError("knocks.no_window", got=day_text(walked.on))
        found[n] = window.name
    return found


def clock(at: time) -> str:
    """Write a wall time as people do.

    Parameters
    ----------
    at : time
        Wall time.

    Returns
    -------
    str
        Such as ``13:05``.
    """
    return f"{at:%H:%M}"
