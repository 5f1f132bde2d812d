"""The walking line of a sheet: along the streets, kept to the right, with arrows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.core.crs import to_rd

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from zds_geo.core.model import Round

BESIDE_MM: Final = 0.75  # to the right, so that there and back are two lines
ARROW_EVERY_MM: Final = 24.0
_HEAD_MM: Final = 1.3
_SAME_M: Final = 0.05


@dataclass(frozen=True, slots=True)
class WalkLine:
    """Where one walks: ``line`` along the streets, ``ticks`` from it to doors and back.

    Points in EPSG:28992: ``line`` of shape (n, 2), ``ticks`` of shape (m, 2, 2).
    """

    line: npt.NDArray[np.float64]
    ticks: npt.NDArray[np.float64]


def walk_line(planned: Round) -> WalkLine:
    """Take the way to each door and back out of the walking line.

    Parameters
    ----------
    planned : Round
        The round.

    Returns
    -------
    WalkLine
        Together all that is walked.
    """
    import numpy as np

    x, y = to_rd([p[0] for p in planned.route], [p[1] for p in planned.route])
    points = np.column_stack([x, y]).reshape(-1, 2)
    sx, sy = to_rd([s.lon for s in planned.stops], [s.lat for s in planned.stops])
    stops = np.column_stack([sx, sy]).reshape(-1, 2)
    kept: list[npt.NDArray[np.float64]] = []
    ticks: list[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]] = []
    for point in points:
        if len(kept) >= 2 and _same(kept[-2], point) and _at_stop(kept[-1], stops):
            ticks.append((point, kept.pop()))
        elif not kept or not _same(kept[-1], point):
            kept.append(point)
    line = np.array(kept).reshape(-1, 2)
    return WalkLine(line, np.array(ticks).reshape(-1, 2, 2))


def _same(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> bool:
    return math.hypot(*(a - b)) < _SAME_M


def _at_stop(point: npt.NDArray[np.float64], stops: npt.NDArray[np.float64]) -> bool:
    import numpy as np

    return bool((np.abs(stops - point).max(axis=1) < 0.5).any()) if len(stops) else False


def keep_right(
    line: npt.NDArray[np.float64], *, beside: float = BESIDE_MM
) -> npt.NDArray[np.float64]:
    """Draw a line a little to its right.

    Parameters
    ----------
    line : array, shape (n, 2)
        On paper (mm, y downward).
    beside : float
        How far, in millimetres.

    Returns
    -------
    array, shape (m, 2)
        A turn back gets a short side of its own.

    Examples
    --------
    >>> import numpy as np
    >>> keep_right(np.array([[0.0, 0.0], [10.0, 0.0]]), beside=1.0).tolist()
    [[0.0, 1.0], [10.0, 1.0]]
    """
    import numpy as np
    import shapely

    if len(line) < 2:
        return line
    slim = shapely.get_coordinates(shapely.simplify(shapely.linestrings(line), 0.12))
    steps = np.diff(slim, axis=0)
    lengths = np.hypot(*steps.T)
    keep = lengths > 1e-9
    slim = np.vstack([slim[:1], slim[1:][keep]])
    steps = steps[keep] / lengths[keep][:, None]
    if not len(steps):
        return slim
    normals = np.column_stack([-steps[:, 1], steps[:, 0]])
    moved = [slim[0] + beside * normals[0]]
    for i in range(1, len(steps)):
        middle = normals[i - 1] + normals[i]
        size = float(middle @ middle)
        if size > 0.6:  # up to a sharp bend: one corner
            moved.append(slim[i] + 2 * beside * middle / size)
        else:
            moved += [slim[i] + beside * normals[i - 1], slim[i] + beside * normals[i]]
    moved.append(slim[-1] + beside * normals[-1])
    return np.array(moved)


def arrows(
    line: npt.NDArray[np.float64],
    *,
    taken: npt.NDArray[np.float64],
    within: tuple[float, float, float, float],
) -> Iterator[tuple[float, float, float]]:
    """Put an arrow every few centimetres of walking, where no label hides it.

    Parameters
    ----------
    line : array, shape (n, 2)
        The drawn line (mm).
    taken : array, shape (m, 4)
        Boxes of labels: x0, y0, x1, y1.
    within : tuple of float
        The frame: x0, y0, x1, y1.

    Yields
    ------
    x, y, degrees : float
        Where, and which way.
    """
    import numpy as np
    import shapely

    if len(line) < 2:
        return
    whole = shapely.linestrings(line)
    length = float(whole.length)
    along = np.arange(min(5.0, length / 2), max(length - 1.0, length / 2 + 0.1), 1.5)
    x0, y0, x1, y1 = within
    before, at, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(whole, along + d))
        for d in (-_HEAD_MM, 0.0, _HEAD_MM)
    )
    good = np.hypot(*(after - before).T) > 1.75 * _HEAD_MM
    good &= (at[:, 0] > x0 + 3) & (at[:, 0] < x1 - 3) & (at[:, 1] > y0 + 3) & (at[:, 1] < y1 - 3)
    hidden = (at[:, None] > taken[None, :, :2] - 1.6) & (at[:, None] < taken[None, :, 2:] + 1.6)
    good &= ~hidden.all(axis=2).any(axis=1)
    last = -math.inf
    for i in np.flatnonzero(good):
        if along[i] - last >= ARROW_EVERY_MM:
            (ax, ay), (bx, by) = before[i], after[i]
            yield float(at[i, 0]), float(at[i, 1]), math.degrees(math.atan2(by - ay, bx - ax))
            last = float(along[i])
