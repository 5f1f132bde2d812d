"""The coming roster in one shape: which windows come to a door's buurt, and with how much room."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from zds_geo.contact.facts import KIND_BITS
from zds_geo.contact.log import texts_of
from zds_geo.core.errors import FrameError
from zds_geo.core.windows import AMSTERDAM

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """Shifts in windows that are known, one row each; ``place`` numbers ``places``. ``comes`` is
    False for a shift that rings nowhere.
    """

    windows: tuple[str, ...]
    places: tuple[frozenset[str], ...]
    window: npt.NDArray[np.intp]
    place: npt.NDArray[np.intp]
    n_doors: npt.NDArray[np.float64]
    comes: npt.NDArray[np.bool_]
    start_at: pd.Series[pd.Timestamp]

    @classmethod
    def read(cls, roster: pd.DataFrame, windows: Sequence[str]) -> ComingShifts:
        """Bring a roster into one shape.

        Parameters
        ----------
        roster : DataFrame
            ``window``; optional ``start_at``, ``n_doors`` and ``buurt_codes``.
        windows : sequence of str
            Names; shifts in other windows are left out.

        Returns
        -------
        ComingShifts
            ``start_at`` in UTC, NaT where there is none; no places where no number is given.

        Raises
        ------
        FrameError
            If there are shifts without ``window``, or a start or a number cannot be read.

        Notes
        -----
        A start without a time zone is local; a shift without a start comes every week. A shift of
        no doors does not come; one without a number does, but has no places.
        """
        if roster is None or not len(roster):
            roster = pd.DataFrame({"window": []})
        if "window" not in roster:
            raise FrameError("error.frame", name="roster", faults="column window is missing")

        def column(name: str) -> pd.Series[Any]:
            return roster[name] if name in roster else pd.Series(None, index=roster.index)

        numbers: dict[frozenset[str], int] = {}
        place = [numbers.setdefault(places_of(one), len(numbers)) for one in column("buurt_codes")]
        n_doors = _numbers_of(column("n_doors"))
        window = pd.Index(windows).get_indexer(pd.Index(list(roster["window"]), dtype=object))
        return cls(
            windows=tuple(windows),
            places=tuple(numbers),
            window=window,
            place=np.array(place, dtype=np.intp),
            n_doors=np.nan_to_num(n_doors),
            comes=(window >= 0) & (np.isnan(n_doors) | (n_doors > 0)),
            start_at=_instants_of(column("start_at")).reset_index(drop=True),
        )

    def staffed(
        self, buurten: pd.Series[str], *, now: datetime | None = None
    ) -> npt.NDArray[np.bool_]:
        """Tell which windows come to each door's own buurt.

        Parameters
        ----------
        buurten : Series of str
            Of n doors.
        now : datetime, optional
            Aware: shifts of earlier dates do not count. None: whatever the day of the shift.

        Returns
        -------
        ndarray of bool, shape (n, W)
            Shifts of no doors do not count.
        """
        counts = self.comes
        if now is not None:
            midnight = pd.Timestamp(now).tz_convert(AMSTERDAM).normalize()
            counts = counts & ((self.start_at >= midnight) | self.start_at.isna()).to_numpy()
        at, names = pd.factorize(buurten)
        found = np.zeros((len(names), len(self.windows)), dtype=bool)
        for place, named in enumerate(self.places):
            mine = np.array([not named or code in named for code in names], dtype=bool)
            rows = self.window[(self.place == place) & counts]
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
        counts = later.to_numpy() & self._here(buurten) & (self.window >= 0)
        found = np.zeros(len(self.windows))
        np.add.at(found, self.window[counts], self.n_doors[counts])
        ahead = self.days_ahead(now=now, buurten=buurten)
        return found / max(ahead // 7 + 1.0, 1.0) if np.isfinite(ahead) else found

    def days_ahead(self, *, now: datetime, buurten: frozenset[str]) -> float:
        """Give how far the roster reaches.

        Parameters
        ----------
        now : datetime
            Aware.
        buurten : frozenset of str
            Only shifts that may ring in one of these.

        Returns
        -------
        float
            Whole days until the last shift, below zero where none is left; infinite for shifts of
            every week, which have no date.
        """
        starts = self.start_at[self._here(buurten) & self.comes]
        if not len(starts):
            return -1.0
        last = starts.dt.tz_convert(AMSTERDAM).max()
        return np.inf if pd.isna(last) else float((last - pd.Timestamp(now)).days)

    def _here(self, buurten: frozenset[str]) -> npt.NDArray[np.bool_]:
        """Tell which shifts may ring in one of these buurten."""
        here = np.array([not named or bool(buurten & named) for named in self.places], dtype=bool)
        found: npt.NDArray[np.bool_] = here[self.place]
        return found


def _numbers_of(column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Give numbers of doors; NaN where there is none."""
    found: npt.NDArray[np.float64] = pd.to_numeric(column, errors="coerce").to_numpy(
        dtype=float, na_value=np.nan
    )
    unread = np.isnan(found) & column.notna().to_numpy() & (column.astype(str) != "").to_numpy()
    if (unread | np.isinf(found) | (found < 0)).any():
        raise FrameError("error.frame", name="roster", faults="n_doors: a number of 0 or more")
    return found


def _instants_of(column: pd.Series[Any]) -> pd.Series[pd.Timestamp]:
    """Give instants in UTC; what has no time zone is local."""
    if pd.api.types.is_numeric_dtype(column):
        column = pd.Series(pd.NaT, index=column.index)
    elif not isinstance(column.dtype, pd.DatetimeTZDtype):
        column = pd.Series([_instant_of(one) for one in column], index=column.index, dtype=object)
    return pd.to_datetime(column, utc=True)


def _instant_of(one: Any) -> datetime | None:
    try:
        if pd.isna(one) or isinstance(one, (int, float, np.number)) or one == "":
            return None  # a number is no date, whatever it counts
        if isinstance(one, str):
            one = datetime.fromisoformat(one)
        elif isinstance(one, (pd.Timestamp, np.datetime64)):
            one = pd.Timestamp(one).to_pydatetime(warn=False)
        elif not isinstance(one, datetime) and isinstance(one, date):
            one = datetime.combine(one, datetime.min.time())
        if not isinstance(one, datetime):
            raise ValueError(one)
        return (one if one.tzinfo else one.replace(tzinfo=AMSTERDAM)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        faults = f"start_at: a date and time, not {one!r}"
        raise FrameError("error.frame", name="roster", faults=faults) from error


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
    """Give for each door the kinds that the roster staffs in its buurt.

    Parameters
    ----------
    doors, roster : DataFrame
        As for ``rank_doors``; shifts of any date count.
    rules : ContactParams
        Windows.

    Returns
    -------
    ndarray of int, shape (n_doors,)
        Bits: day 1, evening 2, Saturday 4.
    """
    coming = ComingShifts.read(roster, rules.windows.names)  # also the shifts that are over
    return kinds_of(coming.staffed(texts_of(doors, "buurt_code")), rules.windows.names, rules)
