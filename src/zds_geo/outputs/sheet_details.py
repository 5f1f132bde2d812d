"""Details (A, B, …) of a paper map: where stops crowd, at a larger true scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zds_geo.outputs.sheet_frame import SCALES, bounds
from zds_geo.outputs.sheet_numbers import crowds

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

TITLE_MM: Final = 6.6  # above a detail: letter, numbers, scale
CROWD: Final = 4  # so many numbers on one spot ask for a detail; fewer make way for each other
LARGER: Final = 1.45  # a detail is at least so much larger than the map
_CROWDED_SHARE: Final = 0.2  # so many may still have to make way for each other
_AIR: Final = 3.0  # ground in a detail for each number, in sizes of the number
_LEAST_MM: Final = (70.0, 26.0)
_MOST_MM: Final = (186.0, 220.0)
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
    regions: list[_Region] = []
    for group in range(int(groups.max()) + 1 if len(groups) else 0):
        members = np.flatnonzero(groups == group)
        if len(members) >= CROWD:
            region = _region(xy, sizes, members, scale=scale)
            if region is not None:
                regions.append(region)
    found = [
        _detail(xy, sizes, part, region.scale)
        for region in _join(regions, xy, sizes, scale=scale)
        for part in _split(xy, sizes, region.members, region.scale)
    ]
    return sorted(found, key=lambda d: d.members[0])


@dataclass(frozen=True, slots=True)
class _Region:
    """Stops to be drawn larger, and the scale that takes them apart."""

    members: npt.NDArray[np.intp]
    scale: int


def _region(
    xy: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    members: npt.NDArray[np.intp],
    *,
    scale: int,
) -> _Region | None:
    members = _with_neighbours(xy, sizes, members, scale=scale)
    larger = _scale_for(xy[members], sizes[members], scale)
    return None if larger is None else _Region(members, larger)


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
    """Choose the smallest scale that takes nearly all apart; else the one that does so most."""
    best: tuple[int, int] | None = None
    for larger in reversed([s for s in SCALES if s * LARGER <= scale]):
        crowded = _crowded(xy * 1000 / larger, sizes)
        if crowded <= _CROWDED_SHARE * len(xy):
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
    xy: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    members: npt.NDArray[np.intp],
    scale: int,
) -> list[npt.NDArray[np.intp]]:
    """Split stops where the gap is widest, until each part fits a page."""
    import numpy as np

    detail = _detail(xy, sizes, members, scale)
    wide, high = _MOST_MM
    if (detail.width <= wide and detail.height <= high) or len(members) < 2:
        return [members]
    axis = int(detail.height > detail.width)
    order = members[np.argsort(xy[members, axis], kind="stable")]
    gaps = np.diff(xy[order, axis])
    middle = np.abs(np.arange(1, len(order)) / len(order) - 0.5)
    at = int((np.where(middle <= 0.25, gaps, -1.0) - 1e-6 * middle).round(6).argmax()) + 1
    return [
        part
        for half in (order[:at], order[at:])
        for part in _split(xy, sizes, np.sort(half), scale)
    ]


def _detail(
    xy: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    members: npt.NDArray[np.intp],
    scale: int,
) -> Detail:
    """Frame stops with room for half a number around them, and for all their numbers."""
    x0, y0, x1, y1 = bounds(xy[members])
    k = 1000 / scale
    width = max((x1 - x0) * k + 2 * _ROOM_MM[0], _LEAST_MM[0])
    height = max((y1 - y0) * k + 2 * _ROOM_MM[1], _LEAST_MM[1])
    need = _AIR * float((sizes[members] + 1.0).prod(axis=1).sum())
    if width * height < need:
        width = max(width, min(need**0.5, _MOST_MM[0]))
        height = max(height, min(need / width, _MOST_MM[1]))
    return Detail(
        x=(x0 + x1) / 2, y=(y0 + y1) / 2, scale=scale, width=width, height=height,
        members=tuple(sorted(int(m) for m in members)),
    )  # fmt: skip


def _join(
    regions: list[_Region],
    xy: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.float64],
    *,
    scale: int,
) -> list[_Region]:
    """Make one of regions that show the same ground, so that no stop is in two."""
    import numpy as np

    left = sorted(regions, key=lambda r: int(r.members[0]))
    done: list[_Region] = []
    while left:
        one = left.pop(0)
        ground = _detail(xy, sizes, one.members, one.scale).extent
        other = next(
            (r for r in left if _overlap(ground, _detail(xy, sizes, r.members, r.scale).extent)),
            None,
        )
        if other is None:
            done.append(one)
            continue
        left = [r for r in left if r is not other]
        members = np.union1d(one.members, other.members)
        both = _region(xy, sizes, members, scale=scale)
        least = min(one.scale, other.scale)
        left.append(both or _Region(members, least))
        left += done
        done = []
    return done


def _overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]
