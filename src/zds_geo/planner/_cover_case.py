"""Arrays of a covering case: checked, in little memory, and who is near whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from zds_geo.core.errors import UsageError
from zds_geo.planner import _cover_kernel as kernel

if TYPE_CHECKING:
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]

NO_WAY_S: Final = 65_535  # a way this long is no way: longer than any shift (18 hours)
NEAR: Final = 60
_ROWS: Final = 512


def rows(values: npt.ArrayLike, name: str, shape: tuple[int, ...]) -> Ints:
    """Check an array of whole numbers."""
    array = np.asarray(values)
    if array.shape != shape:
        raise UsageError("planner.shape", name=name, expected=shape, got=array.shape)
    if array.size and int(array.min()) < 0:
        raise UsageError("planner.negative", name=name)
    return np.ascontiguousarray(array, dtype=np.int64)


def fits_alone(
    out: Ints, home: Ints, service: Ints, *, budget: Ints, kind: Ints, first: Ints, most_walk: Ints
) -> Bools:
    """Tell which nodes some slot can visit alone."""
    fits = np.zeros(out.shape[1], dtype=bool)
    table = np.column_stack([kind, budget, most_walk])
    for row, room, walk in np.unique(table, axis=0):
        last = int(np.flatnonzero((table == (row, room, walk)).all(axis=1))[-1])
        there = out[row] + home[row]
        fits |= (there <= walk) & (there + service[row] <= room) & (first <= last)
    return fits


def short(travel: Any) -> Any:
    """Give travel in two bytes a pair: what is longer is no way."""
    if travel.dtype == np.uint16 and travel.flags.c_contiguous:
        return travel
    if travel.size and int(travel.min()) < 0:
        raise UsageError("planner.negative", name="travel_s")
    return np.ascontiguousarray(np.minimum(travel, NO_WAY_S), dtype=np.uint16)


def symmetric(travel: Any) -> bool:
    """Tell whether every way is as long the other way round."""
    parts = (slice(b, b + _ROWS) for b in range(0, len(travel), _ROWS))
    return all(bool((travel[rows] == travel[:, rows].T).all()) for rows in parts)


def near_nodes(travel: Any) -> Any:
    """Give the nearest nodes of each, both ways counted, nearest first; ties by number."""
    n = len(travel)
    width = max(0, min(NEAR, n - 1))
    near = np.zeros((n, width), dtype=np.int32)
    for begin in range(0, n, _ROWS):
        rows = slice(begin, min(begin + _ROWS, n))
        both = travel[rows].astype(np.int64) + travel[:, rows].T
        both[np.arange(both.shape[0]), np.arange(rows.start, rows.stop)] = kernel.FAR
        both = both * n + np.arange(n)  # ties by number, whatever the sort
        part = np.argpartition(both, max(width - 1, 0), axis=1)[:, :width] if width else both[:, :0]
        order = np.argsort(np.take_along_axis(both, part, axis=1), axis=1)
        near[rows] = np.take_along_axis(part, order, axis=1)
    return near


def empty_board(n: int, m: int) -> tuple[kernel.Board, kernel.Journal]:
    """Give a board with every node in no round, and room to undo a step."""

    def numbers(size: int, value: int = 0) -> Ints:
        return np.full(size, value, dtype=np.int64)

    board = kernel.Board(
        after=numbers(n, -1), before=numbers(n, -1), slot=numbers(n, -1), head=numbers(m, -1),
        tail=numbers(m, -1), size=numbers(m), walk=numbers(m), work=numbers(m),
        absent=numbers(n), n_absent=numbers(1), missed=numbers(n),
    )  # fmt: skip
    journal = kernel.Journal(
        stamp=numbers(m), slots=numbers(m), begin=numbers(m + 1), walk=numbers(m), work=numbers(m),
        nodes=numbers(2 * n), counts=numbers(2), absent=numbers(n),
    )  # fmt: skip
    return board, journal
