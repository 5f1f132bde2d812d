"""Details (A, B, …) of a paper map: where stops crowd, at a larger true scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.outputs.sheet_frame import SCALES, bounds
from zds_geo.outputs.sheet_labels import crowds

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TITLE_MM: Final = 6.6  # above a detail: letter, numbers, scale
CROWD: Final = 4  # so many numbers on one spot ask for a detail; fewer make way for each other
LARGER: Final = 1.45  # a detail is at least so much larger than the map
_LEAST_MM: Final = (70.0, 26.0)
_MOST_MM: Final = ((186.0, 104.0), (112.0, 170.0))
_NEAR_MM: Final = 6.0  # from a detail on the map: a stop so near is shown in it too
_ROOM_MM: Final = (8.0, 7.0)  # around the stops, for half a number and a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A piece to draw larger: its middle (EPSG:28992), its scale, its size on paper (mm)."""

    x: float
    y: float
    scale: int
    width: float
    height: float
    members: tuple[int, ...]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """What it shows: x0, y0, x1, y1 in EPSG:28992."""
        w, h = self.width * self.scale / 2000, self.height * self.scale / 2000
        return self.x - w, self.y - h, self.x + w, self.y + h


def find_details(
    xy: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], *, scale: int
) -> list[Detail]:
    """Find the pieces of a map whose numbers would not fit.

    Parameters
    ----------
    xy : array, shape (n, 2)
        Stops in walking order, EPSG:28992.
    sizes : array, shape (n, 2)
        Sizes of their numbers (mm).
    scale : int
        Of the map.

    Returns
    -------
    list of Detail
        In order of their first stop.
    """
    import numpy as np

    groups = crowds(xy * 1000 / scale, sizes)
    found: list[Detail] = []
    for group in range(int(groups.max()) + 1 if len(groups) else 0):
        members = np.flatnonzero(groups == group)
        if len(members) < CROWD:
            continue
        larger = _scale_for(xy[members], sizes[members], scale)
        if larger is not None:
            members = _with_neighbours(xy, sizes, members, scale=scale)
            found += [_detail(xy, part, larger) for part in _split(xy, members, larger)]
    return sorted(_join(found, xy), key=lambda d: d.members[0])


def _with_neighbours(
    xy: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    members: npt.NDArray[np.intp],
    *,
    scale: int,
) -> npt.NDArray[np.intp]:
    """Add stops whose numbers would stand against the detail: a row of doors stays one row."""
    import numpy as np

    k = scale / 1000
    while True:
        x0, y0, x1, y1 = bounds(xy[members])
        reach = (sizes / 2 + _NEAR_MM) * k
        near = np.flatnonzero(
            (xy[:, 0] > x0 - reach[:, 0]) & (xy[:, 0] < x1 + reach[:, 0])
            & (xy[:, 1] > y0 - reach[:, 1]) & (xy[:, 1] < y1 + reach[:, 1])
        )  # fmt: skip
        if len(near) == len(members):
            return near
        members = near


def _scale_for(
    xy: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64], scale: int
) -> int | None:
    """Choose the smallest scale that takes the crowd apart; else the one that does so most."""
    best: tuple[int, int] | None = None
    for larger in reversed([s for s in SCALES if s * LARGER <= scale]):
        crowded = _crowded(xy * 1000 / larger, sizes)
        if crowded == 0:
            return larger
        if best is None or crowded < best[0]:
            best = (crowded, larger)
    if best is None or best[0] > 0.6 * len(xy):
        return None
    return best[1]


def _crowded(paper: npt.NDArray[np.float64], sizes: npt.NDArray[np.float64]) -> int:
    import numpy as np

    counts = np.bincount(crowds(paper, sizes))
    return int(counts[counts >= CROWD].sum())


def _split(
    xy: npt.NDArray[np.float64], members: npt.NDArray[np.intp], scale: int
) -> list[npt.NDArray[np.intp]]:
    """Split stops where the gap is widest, until each part fits a page."""
    import numpy as np

    detail = _detail(xy, members, scale)
    if any(detail.width <= w and detail.height <= h for w, h in _MOST_MM) or len(members) < 2:
        return [members]
    axis = int(detail.height > detail.width)
    order = members[np.argsort(xy[members, axis], kind="stable")]
    gaps = np.diff(xy[order, axis])
    middle = np.abs(np.arange(1, len(order)) / len(order) - 0.5)
    at = int((np.where(middle <= 0.25, gaps, -1.0) - 1e-6 * middle).round(6).argmax()) + 1
    return [part for half in (order[:at], order[at:]) for part in _split(xy, np.sort(half), scale)]


def _detail(xy: npt.NDArray[np.float64], members: npt.NDArray[np.intp], scale: int) -> Detail:
    x0, y0, x1, y1 = bounds(xy[members])
    k = 1000 / scale
    return Detail(
        x=(x0 + x1) / 2, y=(y0 + y1) / 2, scale=scale,
        width=max((x1 - x0) * k + 2 * _ROOM_MM[0], _LEAST_MM[0]),
        height=max((y1 - y0) * k + 2 * _ROOM_MM[1], _LEAST_MM[1]),
        members=tuple(sorted(int(m) for m in members)),
    )  # fmt: skip


def _join(found: list[Detail], xy: npt.NDArray[np.float64]) -> list[Detail]:
    """Make one of two details that show the same ground, when it still fits."""
    import numpy as np

    details = sorted(found, key=lambda d: d.members)
    joined = True
    while joined:
        joined = False
        for i, one in enumerate(details):
            for j in range(i + 1, len(details)):
                other = details[j]
                if not _overlap(one.extent, other.extent):
                    continue
                members = np.array(sorted({*one.members, *other.members}))
                both = _detail(xy, members, min(one.scale, other.scale))
                if any(both.width <= w and both.height <= h for w, h in _MOST_MM):
                    details = [d for k, d in enumerate(details) if k not in {i, j}] + [both]
                    joined = True
                    break
            if joined:
                break
    return details


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]
