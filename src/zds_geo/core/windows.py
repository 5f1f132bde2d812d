"""Time windows (*dagdelen*): local, Europe/Amsterdam, configurable."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from zds_geo.core.errors import SettingsError

AMSTERDAM: Final = ZoneInfo("Europe/Amsterdam")
WEEKDAYS: Final = ("ma", "di", "wo", "do", "vr", "za", "zo")


class WindowKind(StrEnum):
    """The three kinds over which attempts must be spread."""

    DAY = "day"
    EVENING = "evening"
    SATURDAY = "saturday"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """One named part of the day; ``starts`` inclusive, ``ends`` exclusive, local time."""

    name: str
    kind: WindowKind
    weekdays: frozenset[int]
    starts: time
    ends: time


@dataclass(frozen=True, slots=True)
class WindowScheme:
    """All windows of a workspace, in order of time; they may not overlap."""

    windows: tuple[TimeWindow, ...]

    def __post_init__(self) -> None:
        """Refuse doubled names, empty windows and overlaps."""
        names = [w.name for w in self.windows]
        if len(set(names)) != len(names) or not names:
            raise SettingsError("error.windows.names", got=", ".join(names) or "-")
        for w in self.windows:
            if w.starts >= w.ends or not w.weekdays:
                raise SettingsError("error.windows.empty", name=w.name)
        for day in range(7):
            row = sorted((w for w in self.windows if day in w.weekdays), key=lambda w: w.starts)
            for a, b in itertools.pairwise(row):
                if b.starts < a.ends:
                    raise SettingsError("error.windows.overlap", first=a.name, second=b.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names in order."""
        return tuple(w.name for w in self.windows)

    def get(self, name: str) -> TimeWindow:
        """Give the window called ``name``; SettingsError when there is none."""
        for w in self.windows:
            if w.name == name:
                return w
        raise SettingsError("error.windows.unknown", got=name, known=", ".join(self.names))

    def kind_of(self, name: str) -> WindowKind:
        """Give the kind of the window called ``name``."""
        return self.get(name).kind

    def on(self, day: date) -> tuple[TimeWindow, ...]:
        """List the windows of one local date, in order of time."""
        row = (w for w in self.windows if day.weekday() in w.weekdays)
        return tuple(sorted(row, key=lambda w: w.starts))

    def window_at(self, at: datetime) -> TimeWindow | None:
        """Give the window an aware instant falls in; in a gap the nearest of that day.

        Parameters
        ----------
        at : datetime
            Aware; a naive time is refused.

        Returns
        -------
        TimeWindow or None
            None on a day without windows (Sunday).
        """
        if at.tzinfo is None:
            raise SettingsError("error.naive_time", got=at.isoformat())
        local = at.astimezone(AMSTERDAM)
        row = self.on(local.date())
        t = local.time().replace(tzinfo=None)

        def gap(w: TimeWindow) -> tuple[int, time]:
            seconds = _seconds(t)
            if _seconds(w.starts) <= seconds < _seconds(w.ends):
                return 0, w.starts
            before = _seconds(w.starts) - seconds
            after = seconds - _seconds(w.ends) + 1
            return max(before, after), w.starts

        return min(row, key=gap) if row else None


def _seconds(t: time) -> int:
    return t.hour * 3600 + t.minute * 60 + t.second


def local_instant(day: date, at: time) -> datetime:
    """Give the aware local datetime of a wall time in Amsterdam.

    Parameters
    ----------
    day : date
        Local date.
    at : time
        Wall time, naive.

    Returns
    -------
    datetime
        Aware, Europe/Amsterdam.

    Examples
    --------
    >>> local_instant(date(2026, 11, 23), time(13, 0)).isoformat()
    '2026-11-23T13:00:00+01:00'
    """
    return datetime.combine(day, at, tzinfo=AMSTERDAM)


def day_text(day: date) -> str:
    """Write a date as people here do.

    Parameters
    ----------
    day : date
        A date.

    Returns
    -------
    str
        Day, month and year.

    Examples
    --------
    >>> day_text(date(2026, 11, 3))
    '3-11-2026'
    """
    return f"{day.day}-{day.month}-{day.year}"


def to_quarter(at: datetime) -> datetime:
    """Round an aware instant to the nearest quarter of an hour (P03).

    Parameters
    ----------
    at : datetime
        Aware.

    Returns
    -------
    datetime
        Aware, in the same zone, on a quarter.

    Examples
    --------
    >>> to_quarter(local_instant(date(2026, 11, 23), time(13, 8))).strftime("%H:%M")
    '13:15'
    """
    if at.tzinfo is None:
        raise SettingsError("error.naive_time", got=at.isoformat())
    from datetime import UTC

    utc = at.astimezone(UTC)
    floor = utc.replace(minute=utc.minute - utc.minute % 15, second=0, microsecond=0)
    late = (utc - floor) >= timedelta(minutes=7, seconds=30)
    return (floor + timedelta(minutes=15 if late else 0)).astimezone(at.tzinfo)


_WORKDAYS: Final = frozenset(range(5))
_SATURDAY: Final = frozenset({5})
DEFAULT_WINDOWS: Final = WindowScheme(
    (
        TimeWindow(
            name="ochtend",
            kind=WindowKind.DAY,
            weekdays=_WORKDAYS,
            starts=time(9, 30),
            ends=time(12, 30),
        ),
        TimeWindow(
            name="middag",
            kind=WindowKind.DAY,
            weekdays=_WORKDAYS,
            starts=time(13, 0),
            ends=time(16, 30),
        ),
        TimeWindow(
            name="vooravond",
            kind=WindowKind.EVENING,
            weekdays=_WORKDAYS,
            starts=time(16, 30),
            ends=time(18, 30),
        ),
        TimeWindow(
            name="avond",
            kind=WindowKind.EVENING,
            weekdays=_WORKDAYS,
            starts=time(18, 30),
            ends=time(20, 30),
        ),
        TimeWindow(
            name="zaterdagochtend",
            kind=WindowKind.SATURDAY,
            weekdays=_SATURDAY,
            starts=time(10, 0),
            ends=time(13, 0),
        ),
        TimeWindow(
            name="zaterdagmiddag",
            kind=WindowKind.SATURDAY,
            weekdays=_SATURDAY,
            starts=time(13, 0),
            ends=time(17, 0),
        ),
    )
)
