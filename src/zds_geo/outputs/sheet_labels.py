"""Labels on a paper map: their boxes, and how many overlap."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A text on a map page: ``kind`` is ``number``, ``name``, ``end`` or ``detail``.

    Millimetres on the page; ``x``, ``y`` the middle; ``turn`` in degrees; ``anchor`` the place it
    speaks of.
    """

    kind: str
    text: str
    x: float
    y: float
    width: float
    height: float
    turn: float = 0.0
    size: float = 4.2
    anchor: tuple[float, float] | None = None
    page: int = 1

    @property
    def corners(self) -> npt.NDArray[np.float64]:
        """The four corners, shape (4, 2)."""
        import numpy as np

        a = math.radians(self.turn)
        along = np.array([math.cos(a), math.sin(a)]) * self.width / 2
        up = np.array([-math.sin(a), math.cos(a)]) * self.height / 2
        middle = np.array([self.x, self.y])
        return np.array(
            [middle - along - up, middle + along - up, middle + along + up, middle - along + up]
        )

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The upright box around it: x0, y0, x1, y1."""
        low, high = self.corners.min(axis=0), self.corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def shapes(labels: Sequence[Label]) -> npt.NDArray[np.object_]:
    """Give the shapes of labels on the page.

    Parameters
    ----------
    labels : sequence of Label
        Any.

    Returns
    -------
    array of Polygon
        In the same order.
    """
    import numpy as np
    import shapely

    if not labels:
        return np.array([], dtype=object)
    made: npt.NDArray[np.object_] = shapely.polygons(np.array([label.corners for label in labels]))
    return made


def boxes(labels: Sequence[Label]) -> npt.NDArray[np.float64]:
    """Give the upright boxes of labels, shape (n, 4).

    Parameters
    ----------
    labels : sequence of Label
        Any.

    Returns
    -------
    array, shape (n, 4)
        x0, y0, x1, y1 in millimetres.
    """
    import numpy as np

    return np.array([label.box for label in labels], dtype=np.float64).reshape(-1, 4)


def count_overlaps(labels: Sequence[Label]) -> dict[tuple[str, str], int]:
    """Count the pairs of labels that cover each other.

    Parameters
    ----------
    labels : sequence of Label
        Of all map pages of a packet.

    Returns
    -------
    dict
        Pair of kinds, in order of the alphabet → pairs that share more than 0.01 mm²; kinds
        without an overlap are not named.

    Examples
    --------
    >>> one = Label(kind="number", text="1", x=5, y=5, width=4, height=4)
    >>> two = Label(kind="name", text="Dorpsstraat", x=7, y=5, width=20, height=3)
    >>> count_overlaps([one, two])
    {('name', 'number'): 1}
    """
    import shapely

    found: dict[tuple[str, str], int] = {}
    drawn = list(zip(labels, shapes(labels), strict=True))
    for (a, shape_a), (b, shape_b) in itertools.combinations(drawn, 2):
        if a.page != b.page or not shapely.intersects(shape_a, shape_b):
            continue
        if shapely.area(shapely.intersection(shape_a, shape_b)) > 0.01:
            first, second = sorted((a.kind, b.kind))
            found[first, second] = found.get((first, second), 0) + 1
    return found
