"""Shortest ways over the streets in a box, when those asked for lie close together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class StreetsInBox:
    """The streets in a box: ``kept`` junctions, and the ``place`` of each of all among them."""

    def __init__(
        self,
        graph: Any,
        kept: npt.NDArray[np.intp],
        xy: npt.NDArray[np.float64],
        *,
        box: tuple[float, float, float, float] | None,
    ) -> None:
        import numpy as np

        self.kept, self.is_all = kept, box is None
        self.place = np.full(len(xy), -1, dtype=np.intp)
        self.place[kept] = np.arange(len(kept))
        self._graph = graph if box is None else graph[kept][:, kept]
        self._xy, self._box = xy, box

    def search(self, sources: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        """Give metres from some junctions to all kept ones."""
        from scipy.sparse.csgraph import dijkstra

        far: npt.NDArray[np.float64] = dijkstra(
            self._graph, directed=False, indices=self.place[sources]
        )
        return far

    def trace(
        self, sources: npt.NDArray[np.intp]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]]:
        """Give metres and predecessors from some junctions to all kept ones."""
        from scipy.sparse.csgraph import dijkstra

        found: tuple[npt.NDArray[np.float64], npt.NDArray[np.intp]] = dijkstra(
            self._graph, directed=False, indices=self.place[sources], return_predecessors=True
        )
        return found

    def least_around(
        self, a: npt.NDArray[np.intp], b: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float64]:
        """Give the shortest way from each a to each b by the border of the box, as birds fly."""
        import numpy as np

        if self._box is None:
            raise ValueError("all of the network has no border")
        from_xy, to_xy = self._xy[a][:, None, :], self._xy[b][None, :, :]
        least = np.full((len(a), len(b)), np.inf)
        for side, value in enumerate(self._box):
            mirrored = to_xy.copy()  # over one side of the box
            mirrored[..., side % 2] = 2 * value - mirrored[..., side % 2]
            np.minimum(least, np.hypot(*np.moveaxis(from_xy - mirrored, -1, 0)), out=least)
        return least
