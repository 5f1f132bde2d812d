"""The coming roster in one shape: which windows come to a door's buurt, and with how much room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zds_geo.contact.facts import KIND_BITS
from zds_geo.contact.log import texts_of
from zds_geo.core.errors import FrameError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    import numpy.typing as npt

    from zds_geo.contact.params import ContactParams


def places_of(where: object) -> frozenset[str]:
    """Give the buurten of one shift of a roster; none means everywhere.

    Parameters
    ----------
    where : object
        A code, several in a list, tuple, set or array, or nothing.

    Returns
    -------
    frozenset of str
        Codes.
    """
    if isinstance(where, str):
        return frozenset({where} - {""})
    if isinstance(where, Iterable):
        return frozenset(str(code) for code in where)
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComingShifts:
    """Shifts in windows that are known, one row each; ``place`` numbers ``places``."""

    windows: tuple[str, ...]
    places: tuple[frozenset[str], ...]
    window: npt.NDArray[np.intp]
    place: npt.NDArray[np.intp]
    n_doors: npt.NDArray[np.float64]
    start_at: pd.Series[pd.Timestamp]

    @classmethod
    def read(cls, roster: pd.DataFrame, windows: Sequence[str]) -> ComingShifts:
        """Bring a roster into one shape.

        Parameters
        ----------
        roster : DataFrame
            ``window``; ``start_at`` and ``n_doors``, which only weigh with a model; optional
            ``buurt_codes``.
        windows : sequence of str
            Names; shifts in other windows are left out.

        Returns
        -------
        ComingShifts
            ``start_at`` in UTC, NaT where it cannot be read; no doors where no number is given.

        Raises
        ------
        FrameError
            If there are shifts without ``window``.
        """
        if roster is None or not len(roster):
            roster = pd.DataFrame({"window": []})
        if "window" not in roster:
            raise FrameError("error.frame", name="roster", faults="column window is missing")

        def column(name: str) -> pd.Series[Any]:
            return roster[name] if name in roster else pd.Series(None, index=roster.index)

        numbers: dict[frozenset[str], int] = {}
        place = [numbers.setdefault(places_of(one), len(numbers)) for one in column("buurt_codes")]
        n_doors = pd.to_numeric(column("n_doors"), errors="coerce").fillna(0)
        starts = column("start_at")
        iso = "ISO8601" if starts.dtype == object else None
        start_at = pd.to_datetime(starts, utc=True, errors="coerce", format=iso)
        window = pd.Index(windows).get_indexer(pd.Index(list(roster["window"]), dtype=object))
        return cls(
            windows=tuple(windows),
            places=tuple(numbers),
            window=window,
            place=np.array(place, dtype=np.intp),
            n_doors=n_doors.to_numpy(dtype=float),
            start_at=start_at.reset_index(drop=True),
        )

    def staffed(self, buurten: pd.Series[str]) -> npt.NDArray[np.bool_]:
        """Tell which windows come to each door's own buurt.

        Parameters
        ----------
        buurten : Series of str
            Of n doors.

        Returns
        -------
        ndarray of bool, shape (n, W)
            Whatever the day of the shift.
        """
        at, names = pd.factorize(buurten)
        found = np.zeros((len(names), len(self.windows)), dtype=bool)
        for place, named in enumerate(self.places):
            mine = np.array([not named or code in named for code in names], dtype=bool)
            rows = self.window[(self.place == place) & (self.window >= 0)]
            found[np.ix_(mine, np.unique(rows))] = True
        return found[at]

    def weekly_places(self, *, now: datetime, buurten: frozenset[str]) -> npt.NDArray[np.float64]:
        """Give how many doors a week can be rung at in each window.

        Parameters
        ----------
        now : datetime
            Aware; earlier shifts do not count.
        buurten : frozenset of str
            Only shifts that may ring in one of these.

        Returns
        -------
        ndarray, shape (W,)
            Zero for a window that nobody staffs.
        """
        later = (self.start_at >= pd.Timestamp(now)) | self.start_at.isna()
        here = np.array([not named or bool(buurten & named) for named in self.places], dtype=bool)
        counts = later.to_numpy() & here[self.place] & (self.window >= 0)
        found = np.zeros(len(self.windows))
        np.add.at(found, self.window[counts], self.n_doors[counts])
        ahead = self.days_ahead(now)
        return found / max(ahead // 7 + 1.0, 1.0) if np.isfinite(ahead) else found

    def days_ahead(self, now: datetime) -> float:
        """Give how far the roster reaches.

        Parameters
        ----------
        now : datetime
            Aware.

        Returns
        -------
        float
            Whole days until the last shift, below zero where none is left; infinite for shifts of
            every week, which have no date.
        """
        if not len(self.start_at):
            return -1.0
        last = self.start_at.dt.tz_convert(AMSTERDAM).max()
        return np.inf if pd.isna(last) else float((last - pd.Timestamp(now)).days)


def kinds_of(
    staffed: npt.NDArray[np.bool_], windows: Sequence[str], rules: ContactParams
) -> npt.NDArray[np.int64]:
    """Give for each door the kinds of window that come to it.

    Parameters
    ----------
    staffed : ndarray of bool, shape (n, W)
        As from ``ComingShifts.staffed``.
    windows : sequence of str
        Names of the W windows.
    rules : ContactParams
        Kinds.

    Returns
    -------
    ndarray of int, shape (n,)
        Bits: day 1, evening 2, Saturday 4.
    """
    bits = np.array([KIND_BITS[rules.windows.kind_of(w)] for w in windows], dtype=np.int64)
    kinds: npt.NDArray[np.int64] = np.bitwise_or.reduce(np.where(staffed, bits, 0), axis=1)
    return kinds


def staffed_kinds(
    doors: pd.DataFrame, roster: pd.DataFrame, rules: ContactParams
) -> npt.NDArray[np.int64]:
    """Give for each door the kinds that the coming roster staffs in its buurt.

    Parameters
    ----------
    doors, roster : DataFrame
        As for ``rank_doors``.
    rules : ContactParams
        Windows.

    Returns
    -------
    ndarray of int, shape (n_doors,)
        Bits: day 1, evening 2, Saturday 4.
    """
    coming = ComingShifts.read(roster, rules.windows.names)
    return kinds_of(coming.staffed(texts_of(doors, "buurt_code")), rules.windows.names, rules)
