"""Knocks in one shape, whatever their order; what cannot be read is refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zds_geo.core.errors import FrameError
from zds_geo.core.outcomes import Outcome

if TYPE_CHECKING:
    import numpy.typing as npt

    Bools = npt.NDArray[np.bool_]
    Codes = npt.NDArray[np.intp]
    Days = npt.NDArray[np.datetime64]

ANSWERED: Final = ("talked", "no_talk", "come_back", "do_not_knock")
NO_DAY: Final = np.datetime64("NaT", "D")
LONG_AGO: Final = np.datetime64("1900-01-01", "D")  # a do_not_knock of which no date is known
_NEEDED: Final = ("door_id", "knocked_on", "outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnockLog:
    """Knocks in one shape, one row each, sorted by door, day, window and outcome.

    ``door`` numbers ``doors``, ``window`` and ``back_window`` number ``windows``, ``outcome``
    numbers ``outcomes``. ``attempt``, ``contact`` and ``miss`` tell what counts (DESIGN 4);
    ``visit`` is False for what happened elsewhere or was asked by letter.
    """

    doors: pd.Index[str]
    windows: tuple[str, ...]
    outcomes: tuple[str, ...]
    door: Codes
    day: Days
    window: Codes
    outcome: Codes
    back_window: Codes
    back_from: Days
    back_until: Days
    visit: Bools
    attempt: Bools
    contact: Bools
    miss: Bools

    def is_outcome(self, *names: str) -> Bools:
        """Tell which rows have one of some outcomes."""
        codes = [i for i, name in enumerate(self.outcomes) if name in names]
        found: Bools = np.isin(self.outcome, codes)
        return found

    def since(self, day: date | None) -> Bools:
        """Tell which rows are of a day or later; all where there is none."""
        if day is None:
            return np.ones(len(self.day), dtype=bool)
        found: Bools = self.day >= np.datetime64(day, "D")
        return found

    def count(self, rows: Bools) -> npt.NDArray[np.int64]:
        """Count marked rows of each door."""
        return np.bincount(self.door[rows], minlength=len(self.doors)).astype(np.int64)

    def last(self, rows: Bools) -> Codes:
        """Give the last marked row of each door; -1 where there is none."""
        found = np.full(len(self.doors), -1, dtype=np.intp)
        at = np.flatnonzero(rows)
        found[self.door[at]] = at  # rows are sorted: the last one stays
        return found

    def last_day(self, rows: Bools) -> Days:
        """Give the day of the last marked row of each door; NaT where there is none."""
        return take(self.day, self.last(rows))


def read_log(knocks: pd.DataFrame, *, until: date) -> KnockLog:
    """Bring a knocks frame into one shape.

    Parameters
    ----------
    knocks : DataFrame
        Columns of the knocks CSV; missing optional columns count as empty.
    until : date
        Later knocks are left out, and so is what a later knock corrects.

    Returns
    -------
    KnockLog
        The same for the same knocks in any order.

    Raises
    ------
    FrameError
        If a column that is needed is missing, or ids, dates or outcomes cannot be read: a knock
        that is not understood may be of somebody who asked not to be rung at.
    """
    day = _days(knocks, "knocked_on")
    _refuse_unreadable(knocks, day)
    if "outcome" in knocks:
        asked_off = np.asarray(knocks["outcome"], dtype=object) == Outcome.DO_NOT_KNOCK.value
        day = np.where(np.isnat(day) & asked_off, LONG_AGO, day)
    kept = day <= np.datetime64(until, "D")
    corrects, corrected = _codes(knocks, "corrects")
    wrong = set(corrected[np.unique(corrects[kept])]) - {""}
    if wrong:
        ids = knocks.get("knock_id", knocks.index)
        kept &= ~np.isin(np.asarray(ids, dtype=object).astype(str), sorted(wrong))
    door, doors = _codes(knocks, "door_id")
    names = {column: _codes(knocks, column) for column in ("window", "come_back_window")}
    windows = tuple(sorted({"", *names["window"][1], *names["come_back_window"][1]}))
    window, back_window = (
        np.searchsorted(np.array(windows, dtype=object), values)[codes]
        for codes, values in names.values()
    )
    outcome, outcomes = _codes(knocks, "outcome")
    source, sources = _codes(knocks, "source")
    back = [_days(knocks, column) for column in ("come_back_from", "come_back_until")]
    order = np.lexsort((back[1], back[0], back_window, source, outcome, window, day, door))
    order = order[kept[order]]
    asked = np.isin(source, np.flatnonzero(sources == "request"))[order]
    elsewhere = np.isin(source, np.flatnonzero(sources == "elsewhere"))[order]
    outcome = outcome[order]
    answered = np.isin(outcome, np.flatnonzero(np.isin(outcomes, ANSWERED)))
    visit = ~asked & ~elsewhere
    miss = np.isin(outcome, np.flatnonzero(outcomes == "not_home")) & visit
    # Doors of which nothing is left keep no number.
    used, place = np.unique(door[order], return_inverse=True)
    return KnockLog(
        doors=pd.Index(doors[used], dtype="object", name="door_id"),
        windows=windows,
        outcomes=tuple(outcomes),
        door=place.astype(np.intp),
        day=day[order],
        window=window[order],
        outcome=outcome,
        back_window=back_window[order],
        back_from=back[0][order],
        back_until=back[1][order],
        visit=visit,
        attempt=(answered | miss) & visit,
        contact=answered & ~asked,
        miss=miss,
    )


def _refuse_unreadable(knocks: pd.DataFrame, day: Days) -> None:
    if not len(knocks):
        return
    faults = [f"column {c} is missing" for c in _NEEDED if c not in knocks]
    if not faults:
        ids = pd.unique(np.asarray(knocks["door_id"], dtype=object))
        wrong = [i for i in ids if not isinstance(i, str)]
        faults += [f"door_id {wrong[0]!r} is no text"] if wrong else []
        lost = np.flatnonzero(np.isnat(day) & knocks["knocked_on"].notna().to_numpy())
        texts = [str(knocks["knocked_on"].iloc[i]) for i in lost[:1]]
        faults += [f"knocked_on {t!r} is no date such as 2026-11-23" for t in texts if t]
        names = {str(o) for o in pd.unique(np.asarray(knocks["outcome"], dtype=object))}
        other = sorted(names - {o.value for o in Outcome})
        faults += [f"outcome {other[0]!r} is not known"] if other else []
    if faults:
        raise FrameError("error.frame", name="knocks", faults=", ".join(faults))


def check_doors(doors: pd.DataFrame) -> None:
    """Refuse a doors frame that cannot be matched with a history.

    Parameters
    ----------
    doors : DataFrame
        As for ``rank_doors``.

    Raises
    ------
    FrameError
        If ``buurt_code`` or ``street_side_id`` is missing, ids are no text, or an id comes twice.
    """
    needed = ("buurt_code", "street_side_id")
    faults = [f"column {c} is missing" for c in needed if c not in doors]
    if pd.api.types.infer_dtype(doors.index, skipna=False) not in {"string", "empty"}:
        faults.append("the index is no text")
    elif not doors.index.is_unique:
        twice = doors.index[doors.index.duplicated()][0]
        faults.append(f"door_id {twice!r} comes twice")
    if faults:
        raise FrameError("error.frame", name="doors", faults=", ".join(faults))


def texts_of(doors: pd.DataFrame, column: str) -> pd.Series[str]:
    """Give a text column of doors; empty text where nothing is known.

    Parameters
    ----------
    doors : DataFrame
        As for ``rank_doors``.
    column : str
        Name.

    Returns
    -------
    Series of str
        Same index.
    """
    codes, values = pd.factorize(np.asarray(doors[column], dtype=object), use_na_sentinel=True)
    texts = np.array([*(str(v) for v in values), ""], dtype=object)  # -1 is the last: empty
    return pd.Series(texts[codes], index=doors.index)


def _codes(knocks: pd.DataFrame, column: str) -> tuple[Codes, npt.NDArray[np.object_]]:
    """Number the values of a text column by their sorted list; absent is empty text."""
    if column not in knocks:
        return np.zeros(len(knocks), dtype=np.intp), np.array([""], dtype=object)
    codes, values = pd.factorize(np.asarray(knocks[column], dtype=object), use_na_sentinel=True)
    texts = np.array([*(str(v) for v in values), ""], dtype=object)  # -1 is the last: empty
    names, place = np.unique(texts, return_inverse=True)
    return place[codes].astype(np.intp), names


def _days(knocks: pd.DataFrame, column: str) -> Days:
    if column not in knocks:
        return np.full(len(knocks), NO_DAY)
    codes, values = pd.factorize(np.asarray(knocks[column], dtype=object), use_na_sentinel=True)
    texts = pd.Series([*(str(v)[:10] for v in values), ""], dtype="object").replace("", None)
    days = pd.to_datetime(texts, errors="coerce", format="%Y-%m-%d")
    found: Days = days.to_numpy().astype("datetime64[D]")[codes]
    return found


def take(values: npt.NDArray[Any], rows: Codes) -> npt.NDArray[Any]:
    """Take values by row.

    Parameters
    ----------
    values : ndarray
        Dates or texts.
    rows : ndarray of int
        Row numbers, or -1.

    Returns
    -------
    ndarray
        NaT or empty text where the row is -1.
    """
    absent = NO_DAY if values.dtype.kind == "M" else ""
    return np.append(values, absent)[rows]
