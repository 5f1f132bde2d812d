"""Pieces of the country on paper, at a true scale: the whole round, or a detail of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

WIDTH_MM: Final = 186.0
HEIGHT_MM: Final = 228.0
STRIP_MM: Final = 11.0  # at the foot of the map: scale bar, scale, north
MARGIN_MM: Final = 10.0  # between the round and the border, so that numbers have room
SCALES: Final = (
    250, 300, 400, 500, 600, 750, 1000, 1250, 1500, 2000, 2500, 3000, 3500,
    4000, 4500, 5000, 6000, 7500, 10000, 12500, 15000, 20000, 25000, 50000, 100000,
)  # fmt: skip
MAIN_FROM: Final = 750  # a map of a whole round shows at least this much around it


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A piece of the country on the page.

    ``x0``, ``y1`` are the upper left corner in EPSG:28992; ``left``, ``top``, ``width`` and
    ``height`` lie on the page, in millimetres; ``letter`` names a detail.
    """

    x0: float
    y1: float
    scale: int
    width: float = WIDTH_MM
    height: float = HEIGHT_MM - STRIP_MM
    left: float = 0.0
    top: float = 0.0
    letter: str = ""

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """What it shows: x0, y0, x1, y1 in EPSG:28992."""
        k = self.scale / 1000
        return self.x0, self.y1 - self.height * k, self.x0 + self.width * k, self.y1

    @property
    def rectangle(self) -> tuple[float, float, float, float]:
        """Where it lies on the page: x0, y0, x1, y1 in millimetres."""
        return self.left, self.top, self.left + self.width, self.top + self.height

    def to_paper(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give the places on the page (mm) of points in EPSG:28992, shape (n, 2)."""
        import numpy as np

        k = 1000.0 / self.scale
        x = self.left + (xy[:, 0] - self.x0) * k
        y = self.top + (self.y1 - xy[:, 1]) * k
        return np.column_stack([x, y])

    def holds(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
        """Tell which points lie within it."""
        return within(self.extent, xy)


def within(
    box: tuple[float, float, float, float], xy: npt.NDArray[np.float64]
) -> npt.NDArray[np.bool_]:
    """Tell which points lie in a box.

    Parameters
    ----------
    box : tuple of float
        x0, y0, x1, y1.
    xy : array, shape (n, 2)
        Points.

    Returns
    -------
    array of bool, shape (n,)
        The border belongs to it.
    """
    x0, y0, x1, y1 = box
    inside: npt.NDArray[np.bool_] = (
        (xy[:, 0] >= x0) & (xy[:, 0] <= x1) & (xy[:, 1] >= y0) & (xy[:, 1] <= y1)
    )
    return inside


def fit_scale(box: tuple[float, float, float, float], width: float, height: float) -> int:
    """Choose the largest round scale at which a box fits.

    Parameters
    ----------
    box : tuple of float
        x0, y0, x1, y1 in EPSG:28992.
    width, height : float
        Room on paper, in millimetres.

    Returns
    -------
    int
        1 : this.

    Examples
    --------
    >>> fit_scale((0, 0, 186, 100), 186, 200)
    1000
    """
    x0, y0, x1, y1 = box
    need = max((x1 - x0) / width, (y1 - y0) / height) * 1000
    return next((s for s in SCALES if s >= need), math.ceil(need / 10000) * 10000)


def next_scales(scale: int) -> list[int]:
    """Give a scale and the smaller ones to about half of it.

    Parameters
    ----------
    scale : int
        1 : this.

    Returns
    -------
    list of int
        From large to small.

    Examples
    --------
    >>> next_scales(1000)
    [1000, 1250, 1500, 2000]
    """
    return [scale, *(s for s in SCALES if scale < s <= 2 * scale)]


def bounds(xy: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Give the box around points.

    Parameters
    ----------
    xy : array, shape (n, 2)
        Points; at least one.

    Returns
    -------
    tuple of float
        x0, y0, x1, y1.
    """
    low, high = xy.min(axis=0), xy.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])
