"""Work of buurten over people who may each walk in some of them: the same load for everyone."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from zds_geo.core.errors import UsageError

SWEEPS: Final = 200
STEADY: Final = 1e-6
SLIVER: Final = 0.05  # of what a person should get in all: less is no area of its own


def spread_work(
    work_s: npt.ArrayLike, minutes: npt.ArrayLike, allowed: npt.ArrayLike
) -> npt.NDArray[np.float64]:
    """Share out the work of groups so that everyone's load is as equal as can be.

    Parameters
    ----------
    work_s : array of float, shape (g,)
        Work of each group of buurten.
    minutes : array of float, shape (p,)
        What each person has; a person without minutes gets nothing.
    allowed : array of bool, shape (p, g)
        Who may walk where; each group needs somebody with minutes.

    Returns
    -------
    ndarray of float, shape (p, g)
        Work of each person in each group; the columns add up to ``work_s``.

    Raises
    ------
    UsageError
        If nobody with minutes may walk in a group.

    Notes
    -----
    Minimises the sum of load² / minutes, one group at a time until nothing changes: where loads can
    be equal they are. Who would get a sliver of a group (under a twentieth of a fair load) gets
    nothing there.

    Examples
    --------
    >>> may = [[True, False], [True, True]]
    >>> spread_work([100, 100], [60, 60], may).tolist()
    [[100.0, 0.0], [0.0, 100.0]]
    """
    work, time = np.asarray(work_s, dtype=float), np.asarray(minutes, dtype=float)
    may = np.asarray(allowed, dtype=bool) & (time > 0)[:, None]
    if not may.any(axis=0).all():
        raise UsageError("planner.no_shares")
    given = _fill(work, time, may)
    fair = time * work.sum() / max(float(time.sum()), 1e-9)
    small = may & (given < SLIVER * fair[:, None]) & (given < 0.5 * work[None, :])
    largest = given == given.max(axis=0, keepdims=True)
    return _fill(work, time, may & ~(small & ~largest))


def _fill(work: Any, time: Any, may: Any) -> npt.NDArray[np.float64]:
    given = may * time[:, None]
    given = given / given.sum(axis=0) * work
    for _ in range(SWEEPS):
        before = given.copy()
        for group in range(len(work)):
            people = np.flatnonzero(may[:, group])
            other = given[people].sum(axis=1) - given[people, group]
            given[people, group] = _pour(work[group], other, time[people])
        if np.abs(given - before).max(initial=0.0) <= STEADY * max(float(work.sum()), 1.0):
            break
    return np.round(given, 3)


def _pour(work: float, other: Any, time: Any) -> Any:
    """Pour the work of one group over what people have already, to one level per minute."""
    order = np.argsort(other / time, kind="stable")
    for n in range(len(order), 0, -1):
        low = order[:n]
        level = (work + other[low].sum()) / time[low].sum()
        if level >= (other[low] / time[low]).max():
            break
    return np.maximum(level * time - other, 0.0)
