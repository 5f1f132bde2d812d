"""The rules of rotation (DESIGN 4), as numbers that a workspace may change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from numbers import Integral

from zds_geo.core.errors import SettingsError
from zds_geo.core.windows import DEFAULT_WINDOWS, WindowScheme


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactParams:
    """Rules of rotation; defaults from DESIGN 4 and 7.

    Attributes
    ----------
    min_days_after_misses : tuple of int
        Days of rest after 1, 2, 3 … misses; the last one holds for more.
    max_misses : int
        From this number on a door rests until the next cycle.
    cycle_start : date or None
        First date of the running cycle; None counts everything.
    waiting_from_misses : int
        From this number of misses on only evenings and Saturdays.
    waiting_days : int
        The waiting rule is dropped after so many days; three times as long a door waits for a kind
        of window never tried there. 0: it never waits.
    second_talk_days : int
        Opened without a talk: once more after so many days.
    no_access_days : tuple of int
        Rest after 1, 2, 3 times without access; after the last the stop must be arranged.
    vacant_days : int
        An empty home is looked at again after so many days.
    come_back_days : int
        An appointment without an end date holds for so many days.
    complete_days : int
        Knocks of the last so many days are all there, also of doors where was talked (P04).
    windows : WindowScheme
        Names and kinds of the time windows.

    Raises
    ------
    SettingsError
        If a list of rests is empty or a number below zero.
    """

    min_days_after_misses: tuple[int, ...] = (7, 7, 10, 14, 21, 28, 42)
    max_misses: int = 6
    cycle_start: date | None = None
    waiting_from_misses: int = 4
    waiting_days: int = 28
    second_talk_days: int = 56
    no_access_days: tuple[int, ...] = (7, 14, 28)
    vacant_days: int = 183
    come_back_days: int = 21
    complete_days: int = 30
    windows: WindowScheme = DEFAULT_WINDOWS

    def __post_init__(self) -> None:
        """Refuse numbers that no rotation can keep to."""
        for name in ("min_days_after_misses", "no_access_days"):
            rests = getattr(self, name)
            if not rests or min(rests) < 0:
                raise SettingsError("error.rotation", name=name, got=str(rests))
        for name in (
            "max_misses", "waiting_from_misses", "waiting_days", "second_talk_days", "vacant_days",
            "come_back_days", "complete_days",
        ):  # fmt: skip
            if not isinstance(getattr(self, name), Integral) or getattr(self, name) < 0:
                raise SettingsError("error.rotation", name=name, got=str(getattr(self, name)))
