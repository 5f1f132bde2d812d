"""Where the numbers of stops go on a paper map: none over another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from zds_geo.outputs.font import text_width
from zds_geo.outputs.sheet_labels import Label, boxes

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from zds_geo.outputs.sheet_frame import Frame

GAP_MM: Final = 0.35  # air between two labels
_TURNS: Final = 16
_RINGS: Final = (0.75, 1.0, 1.3, 1.6, 2.0, 2.5, 3.0, 3.6, 4.3, 5.2, 6.2, 7.5, 9.0, 11.0, 14.0)
# Steps over the whole page (mm) and air between labels: finer and closer where it is full.
_SEARCHES: Final[tuple[tuple[float, float], ...]] = ((3.0, GAP_MM), (1.0, GAP_MM), (0.5, 0.05))
_TRIED: Final = 48  # places for which the line to the stop is looked at


def number_size(text: str, size: float) -> tuple[float, float]:
    """Give the size of a number's box.

    Parameters
    ----------
    text : str
        Such as ``5`` or ``12-19``.
    size : float
        Letter size in millimetres.

    Returns
    -------
    width, height : float
        In millimetres.
    """
    width = text_width(text, size, weight=700) + 0.42 * size
    return max(width, 1.12 * size), 1.12 * size


def place_numbers(
    frame: Frame,
    stops: Sequence[tuple[str, float, float]],
    *,
    size: float,
    taken: Sequence[Label],
    line: npt.NDArray[np.float64],
    page: int = 1,
) -> list[Label]:
    """Place the numbers of stops: on the stop when there is room, else nearby.

    Parameters
    ----------
    frame : Frame
        Where they must stay within.
    stops : sequence of (text, x, y)
        In walking order; millimetres on the page.
    size : float
        Letter size in millimetres.
    taken : sequence of Label
        What stands there already.
    line : array, shape (n, 2)
        The walking line (mm): better not hidden.
    page : int
        The map page.

    Returns
    -------
    list of Label
        In the order given. None overlaps another while the frame has any room.
    """
    import numpy as np

    points = np.array([(x, y) for _, x, y in stops], dtype=np.float64).reshape(-1, 2)
    sizes = np.array([number_size(text, size) for text, _, _ in stops]).reshape(-1, 2)
    blocked = boxes(taken)
    alone = _alone(points, sizes, blocked, frame)
    rest = np.flatnonzero(~alone)
    placed = np.vstack([blocked, _boxes_at(points[alone], sizes[alone])])
    spots, lost = _spread(rest, points, sizes, placed=placed, line=line, frame=frame)
    if lost:
        widest = rest[np.argsort(-sizes[rest, 0], kind="stable")]
        other, fewer = _spread(widest, points, sizes, placed=placed, line=line, frame=frame)
        spots = other if fewer < lost else spots
    return [
        Label(
            kind="number", text=text, x=float(spots[i, 0]), y=float(spots[i, 1]),
            width=float(sizes[i, 0]), height=float(sizes[i, 1]), size=size,
            anchor=(float(x), float(y)), page=page,
        )
        for i, (text, x, y) in enumerate(stops)
    ]  # fmt: skip


def _spread(
    order: npt.NDArray[np.intp],
    points: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    *,
    placed: npt.NDArray[np.float64],
    line: npt.NDArray[np.float64],
    frame: Frame,
) -> tuple[npt.NDArray[np.float64], int]:
    """Give each number of an order its place, and tell how many found none."""
    import numpy as np

    spots, lost = points.copy(), 0
    searches = _SEARCHES
    leads: list[tuple[float, float, float, float]] = []
    for i in order.tolist():
        spot = _best_spot(
            i, points, sizes, placed=placed, leads=leads, line=line, frame=frame, searches=searches
        )
        if spot is None:
            lost += 1
            searches = _SEARCHES[:1]  # a full page: looking closer for each would take long
        else:
            spots[i] = spot
        placed = np.vstack([placed, _boxes_at(spots[i : i + 1], sizes[i : i + 1])])
        if math.hypot(*(spots[i] - points[i])) > 0.1:
            leads.append((*points[i], *spots[i]))
    return spots, lost


def _boxes_at(
    middles: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    import numpy as np

    return np.hstack([middles - sizes / 2, middles + sizes / 2])


def _hits(
    a: npt.NDArray[np.float64], b: npt.NDArray[np.float64], gap: float = GAP_MM
) -> npt.NDArray[np.bool_]:
    """Tell which boxes of a touch which of b: shape (len(a), len(b))."""
    left, right = a[:, None, :], b[None, :, :]
    touching: npt.NDArray[np.bool_] = (
        (left[..., 0] < right[..., 2] + gap) & (left[..., 2] > right[..., 0] - gap)
        & (left[..., 1] < right[..., 3] + gap) & (left[..., 3] > right[..., 1] - gap)
    )  # fmt: skip
    return touching


def crowds(points: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Group the numbers that would cover each other if each stood on its stop.

    Parameters
    ----------
    points, sizes : array, shape (n, 2)
        Stops on paper, and the sizes of their numbers (mm).

    Returns
    -------
    array of int, shape (n,)
        Equal for stops of one crowd.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    at = _boxes_at(points, sizes)
    groups: npt.NDArray[np.intp] = connected_components(csr_array(_hits(at, at)), directed=False)[1]
    return groups


def _inside(at: npt.NDArray[np.float64], frame: Frame, edge: float = 0.6) -> npt.NDArray[np.bool_]:
    within: npt.NDArray[np.bool_] = (
        (at[:, 0] >= frame.left + edge) & (at[:, 2] <= frame.left + frame.width - edge)
        & (at[:, 1] >= frame.top + edge) & (at[:, 3] <= frame.top + frame.height - edge)
    )  # fmt: skip
    return within


def _alone(
    points: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    blocked: npt.NDArray[np.float64],
    frame: Frame,
) -> npt.NDArray[np.bool_]:
    import numpy as np

    at = _boxes_at(points, sizes)
    clash = _hits(at, at)
    np.fill_diagonal(clash, val=False)
    free: npt.NDArray[np.bool_] = ~clash.any(axis=1) & _inside(at, frame)
    return free & ~_hits(at, blocked).any(axis=1)


def _best_spot(
    i: int,
    points: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    *,
    placed: npt.NDArray[np.float64],
    leads: list[tuple[float, float, float, float]],
    line: npt.NDArray[np.float64],
    frame: Frame,
    searches: Sequence[tuple[float, float]],
) -> npt.NDArray[np.float64] | None:
    """Choose the place of one number: near, clear of all others, hiding little; None if full."""
    import numpy as np
    import shapely

    for step, gap in searches:
        tried = _spots_around(points[i], sizes[i], frame, step=step)
        at = _boxes_at(tried, np.broadcast_to(sizes[i], tried.shape))
        good = _inside(at, frame) & ~_hits(at, placed, gap=gap).any(axis=1)
        tried, at = tried[good], at[good]
        if len(tried):
            break
    else:
        return None
    far = np.hypot(*(tried - points[i]).T)
    others = np.delete(points, i, axis=0)
    hidden = _hits(at, np.hstack([others, others]), gap=0.9).sum(axis=1)
    cost = far + 3.0 * hidden
    near = np.argsort(cost, kind="stable")[:_TRIED]
    tried, at, cost = tried[near], at[near], cost[near]
    ways = shapely.linestrings(np.stack([np.broadcast_to(points[i], tried.shape), tried], axis=1))
    cost = cost + 5.0 * _crossed(ways, shapely.box(*placed.T) if len(placed) else None)
    cost = cost + 6.0 * _crossed(
        ways, shapely.linestrings(np.array(leads).reshape(-1, 2, 2)) if leads else None
    )
    if len(line) >= 2:
        over = shapely.length(shapely.intersection(shapely.box(*at.T), shapely.linestrings(line)))
        cost = cost + 0.5 * over
    best: npt.NDArray[np.float64] = tried[int(cost.round(6).argmin())]
    return best


def _crossed(
    ways: npt.NDArray[np.object_], others: npt.NDArray[np.object_] | None
) -> npt.NDArray[np.float64] | float:
    """Count for each way how many of the others it crosses."""
    import shapely

    if others is None:
        return 0.0
    count: npt.NDArray[np.float64] = shapely.intersects(ways[:, None], others[None, :]).sum(axis=1)
    return count


def _spots_around(
    point: npt.NDArray[np.float64], size: npt.NDArray[np.float64], frame: Frame, *, step: float
) -> npt.NDArray[np.float64]:
    """List places from near to far: rings first, then the whole frame."""
    import numpy as np

    angles = 2 * np.pi * np.arange(_TURNS) / _TURNS
    ring = np.column_stack([np.cos(angles), np.sin(angles)])
    reach = np.array([size[0] * 0.75, size[1]])
    rings = [point + ring * reach * r for r in _RINGS]
    xs = np.arange(frame.left + size[0] / 2 + 1, frame.left + frame.width - size[0] / 2, step)
    ys = np.arange(frame.top + size[1] / 2 + 1, frame.top + frame.height - size[1] / 2, step)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    return np.vstack([point[None, :], *rings, grid])
