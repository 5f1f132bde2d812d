"""What the knocks at a door say of its kind of household, and the sums that learning takes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from zds_geo.contact.log import KnockLog

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

# Public street-level shares, and which kinds such people mostly are (ASSUMPTION, soon outweighed).
SHARE_COLUMNS: Final = ("share_single_u65", "share_65plus", "share_with_children", "share_other")
_HALF_LIFE_DAYS: Final = 365.0  # people move and change: an old knock counts for less


def count_windows(
    log: KnockLog,
    doors: pd.Index[str],
    windows: tuple[str, ...],
    *,
    today: date | None = None,
    rows: npt.NDArray[np.bool_] | None = None,
) -> tuple[Floats, Floats]:
    """Count misses and contacts of each door in each window.

    Parameters
    ----------
    log : KnockLog
        Knocks.
    doors : Index of str
        Doors.
    windows : tuple of str
        Names; attempts in other windows do not count.
    today : date, optional
        When given, older knocks count for less (half after a year).
    rows : ndarray of bool, optional
        Only these rows of the log.

    Returns
    -------
    misses, hits : ndarray, shape (n_doors, W)
        Weighted counts.
    """
    place = doors.get_indexer(log.doors)[log.door]
    column = np.array([windows.index(w) if w in windows else -1 for w in log.windows] or [-1])
    at = column[log.window]
    used = log.attempt & (place >= 0) & (at >= 0)
    if rows is not None:
        used &= rows
    weight = np.ones(int(used.sum()))
    if today is not None:
        age = (np.datetime64(today, "D") - log.day[used]).astype(float)
        weight = 0.5 ** (age / _HALF_LIFE_DAYS)
    cell = place[used] * len(windows) + at[used]
    size, shape = len(doors) * len(windows), (len(doors), len(windows))
    hit = log.contact[used]
    hits = np.bincount(cell[hit], weight[hit], minlength=size).reshape(shape)
    misses = np.bincount(cell[~hit], weight[~hit], minlength=size).reshape(shape)
    return misses.astype(float), hits.astype(float)


def public_shares(doors: pd.DataFrame) -> Floats | None:
    """Give the public shares of each door's street; None where the doors have none.

    Parameters
    ----------
    doors : DataFrame
        As for ``rank_doors``.

    Returns
    -------
    ndarray, shape (n_doors, 4), or None
        Rows add up to one, or are NaN where the street's shares are unknown.
    """
    if not set(SHARE_COLUMNS) <= set(doors.columns):
        return None
    table = doors[list(SHARE_COLUMNS)].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    total = table.sum(axis=1, keepdims=True)
    good = (table >= 0).all(axis=1, keepdims=True) & (total > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(good, table / total, np.nan)
    return found


def posterior(
    shares: Floats,
    misses: Floats,
    hits: Floats,
    *,
    opens: Floats,
    forgotten: Floats,
    reached: npt.NDArray[np.bool_] | None = None,
) -> Floats:
    """Give the chance of each kind of household after what happened at the door (Bayes).

    Parameters
    ----------
    shares : ndarray, shape (n, K)
        Chance of each kind beforehand.
    misses, hits : ndarray, shape (n, W)
        As from ``count_windows``.
    opens : ndarray, shape (K, W)
        Chance to open of each kind in each window.
    forgotten : ndarray, shape (n,)
        Misses whose window is forgotten.
    reached : ndarray of bool, shape (n,), optional
        Doors where was talked in knocks that are gone.

    Returns
    -------
    ndarray, shape (n, K)
        Rows add up to one.
    """
    likely = np.log(np.maximum(shares, 1e-12)) + hits @ np.log(opens).T
    likely += misses @ np.log1p(-opens).T
    mean = opens.mean(axis=1)  # in a window nobody remembers
    likely += forgotten[:, None] * np.log1p(-mean)
    if reached is not None:
        likely += np.where(reached[:, None], np.log(mean), 0.0)
    likely -= likely.max(axis=1, keepdims=True)
    found: Floats = np.exp(likely)
    found /= found.sum(axis=1, keepdims=True)
    return found


def forgotten_misses(doors: pd.DataFrame, state: pd.DataFrame | None) -> Floats:
    """Give the misses of each door of which only the number is left.

    Parameters
    ----------
    doors : DataFrame
        Index ``door_id``.
    state : DataFrame or None
        What remains after retention (DESIGN 5).

    Returns
    -------
    ndarray, shape (n,)
        Zero where nothing was forgotten.
    """
    if state is None or "misses" not in state:
        return np.zeros(len(doors))
    counts = pd.to_numeric(state["misses"], errors="coerce").reindex(doors.index).fillna(0.0)
    found: Floats = counts.to_numpy(dtype=float)
    return found


def reached_and_forgotten(doors: pd.DataFrame, state: pd.DataFrame | None) -> npt.NDArray[np.bool_]:
    """Tell at which doors was talked in knocks that are gone.

    Parameters
    ----------
    doors : DataFrame
        Index ``door_id``.
    state : DataFrame or None
        What remains after retention (DESIGN 5).

    Returns
    -------
    ndarray of bool, shape (n,)
        True where a month of a talk is left.
    """
    if state is None or "month_last_talked" not in state:
        return np.zeros(len(doors), dtype=bool)
    talked = state["month_last_talked"].fillna("").astype(str).reindex(doors.index, fill_value="")
    found: npt.NDArray[np.bool_] = talked.to_numpy() != ""
    return found


def logit(p: Floats) -> Floats:
    """Give log odds of chances, kept off 0 and 1.

    Parameters
    ----------
    p : ndarray
        Chances.

    Returns
    -------
    ndarray
        Of the same shape, finite.
    """
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    found: Floats = np.log(clipped) - np.log1p(-clipped)
    return found


def sigmoid(x: Any) -> Floats:
    """Give the chances of log odds.

    Parameters
    ----------
    x : ndarray or float
        Log odds.

    Returns
    -------
    ndarray
        Between 0 and 1.
    """
    found: Floats = 1.0 / (1.0 + np.exp(-x))
    return found
