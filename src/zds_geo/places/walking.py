"""Exact walking seconds and lines: door to edge, along the network, edge to door."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import shapely

UNREACHABLE_S: Final = 10_000_000


class WalkNetwork:
    """Stops (and other points) on a walking network.

    Rows 0 … n-1 are the stops in their frame's order; ``add_points`` appends rows.

    Parameters
    ----------
    stops : GeoDataFrame
        Contract STOPS.
    edges, junctions : GeoDataFrame
        Contracts EDGES and JUNCTIONS.
    walk_m_s : float
        Walking speed.

    Notes
    -----
    Between two rows: access of both + the shorter of the way over the four pairs of edge ends and,
    on one edge, straight along it. Other side of the same street: its ``crossing_s`` once.
    """

    def __init__(
        self,
        stops: gpd.GeoDataFrame,
        edges: gpd.GeoDataFrame,
        junctions: gpd.GeoDataFrame,
        *,
        walk_m_s: float,
    ) -> None:
        import numpy as np

        self._walk_m_s = walk_m_s
        self._lines = edges.geometry.to_numpy()
        self._length = edges["length_m"].to_numpy(dtype=float)
        self._crossing = edges["crossing_s"].to_numpy(dtype=float)
        self._from = junctions.index.get_indexer(edges["from_junction"])
        self._to = junctions.index.get_indexer(edges["to_junction"])
        self._graph = self._make_graph(len(junctions))
        self._edges = edges
        self._edge = edges.index.get_indexer(stops["access_edge_id"])
        self._along = stops["along_m"].to_numpy(dtype=float)
        self._access = stops["access_m"].to_numpy(dtype=float)
        self._side = np.where(stops["street_side_id"].str.endswith(":L"), 1, -1)
        self._points = stops.geometry.to_numpy()

    def _make_graph(self, n: int) -> object:
        import numpy as np
        import pandas as pd
        from scipy.sparse import coo_array

        a, b = np.minimum(self._from, self._to), np.maximum(self._from, self._to)
        table = pd.DataFrame({"a": a, "b": b, "m": self._length})
        # Of parallel edges only the shortest counts for the way between two junctions.
        self._table = (
            table.reset_index()
            .sort_values(["a", "b", "m", "index"])
            .drop_duplicates(["a", "b"])
            .set_index(["a", "b"])["index"]
        )
        kept = table.loc[self._table.to_numpy()]
        kept = kept.loc[kept["a"] != kept["b"]]
        # Zero would mean "no edge" in a sparse matrix.
        metres = np.maximum(kept["m"].to_numpy(), 1e-6)
        return coo_array((metres, (kept["a"], kept["b"])), shape=(n, n)).tocsr()

    def add_points(self, xy: npt.ArrayLike) -> list[int]:
        """Add points that are no stops, such as a meeting point.

        Parameters
        ----------
        xy : array-like of float, shape (n, 2)
            EPSG:28992, metres.

        Returns
        -------
        list of int
            Their row numbers; each stands on the nearest edge of the connected network.
        """
        import numpy as np
        import shapely

        from zds_geo.places.attach import main_component

        points = shapely.points(np.asarray(xy, dtype=float))
        main = np.flatnonzero(main_component(self._edges))
        nearest = main[shapely.STRtree(self._lines[main]).nearest(points)]
        along = shapely.line_locate_point(self._lines[nearest], points)
        first = len(self._edge)
        self._edge = np.concatenate([self._edge, nearest])
        self._along = np.concatenate([self._along, along])
        self._access = np.concatenate(
            [self._access, shapely.distance(points, self._lines[nearest])]
        )
        self._side = np.concatenate([self._side, np.zeros(len(points), dtype=int)])
        self._points = np.concatenate([self._points, points])
        return list(range(first, first + len(points)))

    def access_m(self, row: int) -> float:
        """Give the metres from a row's point to its street.

        Parameters
        ----------
        row : int
            Row number.

        Returns
        -------
        float
            Metres.
        """
        return float(self._access[row])

    def metres(self, rows: Sequence[int]) -> npt.NDArray[np.float64]:
        """Give the metres walked between rows.

        Parameters
        ----------
        rows : sequence of int
            Row numbers.

        Returns
        -------
        ndarray of float, shape (n, n)
            Symmetric; ``inf`` where there is no way.
        """
        import numpy as np

        r = np.asarray(rows, dtype=np.intp)
        edge, along, access = self._edge[r], self._along[r], self._access[r]
        ends = np.unique(np.concatenate([self._from[edge], self._to[edge]]))
        between = self._between(ends)
        u, v = np.searchsorted(ends, self._from[edge]), np.searchsorted(ends, self._to[edge])
        to_u, to_v = along, np.maximum(self._length[edge] - along, 0.0)
        best = np.full((len(r), len(r)), np.inf)
        for end_a, walk_a in ((u, to_u), (v, to_v)):
            for end_b, walk_b in ((u, to_u), (v, to_v)):
                way = between[np.ix_(end_a, end_b)] + walk_a[:, None] + walk_b[None, :]
                np.minimum(best, way, out=best)
        same = edge[:, None] == edge[None, :]
        straight = np.abs(along[:, None] - along[None, :])
        best = np.where(same, np.minimum(best, straight), best)
        best += access[:, None] + access[None, :]
        best[r[:, None] == r[None, :]] = 0.0
        return np.minimum(best, best.T)

    def _between(self, ends: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        from scipy.sparse.csgraph import dijkstra

        found: npt.NDArray[np.float64] = dijkstra(self._graph, directed=False, indices=ends)
        return found[:, ends]

    def seconds(self, rows: Sequence[int]) -> npt.NDArray[np.int64]:
        """Give the whole walking seconds between rows.

        Parameters
        ----------
        rows : sequence of int
            Row numbers.

        Returns
        -------
        ndarray of int64, shape (n, n)
            Symmetric, rounded up, zero on the diagonal; ``UNREACHABLE_S`` where there is no way.
        """
        import numpy as np

        r = np.asarray(rows, dtype=np.intp)
        metres = self.metres(rows)
        edge, side = self._edge[r], self._side[r]
        across = (edge[:, None] == edge[None, :]) & (side[:, None] * side[None, :] < 0)
        raw = metres / self._walk_m_s + np.where(across, self._crossing[edge][:, None], 0.0)
        reach = np.isfinite(raw)
        seconds = np.ceil(np.where(reach, raw, 0.0) - 1e-9).astype(np.int64)
        seconds[~reach] = UNREACHABLE_S
        return seconds

    def line(self, a: int, b: int) -> shapely.LineString:
        """Give the line walked from one row to another.

        Parameters
        ----------
        a, b : int
            Row numbers.

        Returns
        -------
        LineString
            EPSG:28992: from the point to its street, along the streets, to the other point.

        Raises
        ------
        ValueError
            If there is no way between them.
        """
        import numpy as np
        import shapely
        from scipy.sparse.csgraph import dijkstra

        ends_a = (int(self._from[self._edge[a]]), int(self._to[self._edge[a]]))
        ends_b = (int(self._from[self._edge[b]]), int(self._to[self._edge[b]]))
        far, before = dijkstra(
            self._graph, directed=False, indices=list(ends_a), return_predecessors=True
        )
        walk_a, walk_b = self._to_ends(a), self._to_ends(b)
        options = [
            (walk_a[i] + float(far[i, ends_b[j]]) + walk_b[j], i, j) for i in (0, 1) for j in (0, 1)
        ]
        best, i, j = min(options)
        parts = [shapely.get_coordinates(self._points[a])]
        if self._edge[a] == self._edge[b] and abs(self._along[a] - self._along[b]) <= best:
            parts.append(self._piece(a, float(self._along[a]), float(self._along[b])))
        elif not np.isfinite(best):
            raise ValueError(f"no way between rows {a} and {b}")
        else:
            goal_a = 0.0 if i == 0 else float(self._length[self._edge[a]])
            start_b = 0.0 if j == 0 else float(self._length[self._edge[b]])
            parts.append(self._piece(a, float(self._along[a]), goal_a))
            parts += self._between_junctions(before[i], ends_a[i], ends_b[j])
            parts.append(self._piece(b, start_b, float(self._along[b])))
        parts.append(shapely.get_coordinates(self._points[b]))
        return shapely.remove_repeated_points(shapely.LineString(np.concatenate(parts)))

    def _to_ends(self, row: int) -> tuple[float, float]:
        along = float(self._along[row])
        return along, max(float(self._length[self._edge[row]]) - along, 0.0)

    def _piece(self, row: int, start: float, end: float) -> npt.NDArray[np.float64]:
        import shapely
        from shapely.ops import substring

        piece = substring(self._lines[self._edge[row]], start, end)
        coordinates: npt.NDArray[np.float64] = shapely.get_coordinates(piece)
        return coordinates

    def _between_junctions(
        self, before: npt.NDArray[np.intp], start: int, end: int
    ) -> list[npt.NDArray[np.float64]]:
        import shapely

        steps: list[npt.NDArray[np.float64]] = []
        here = end
        while here != start:
            previous = int(before[here])
            edge = int(self._table.loc[(min(previous, here), max(previous, here))])
            points = shapely.get_coordinates(self._lines[edge])
            steps.append(points if self._from[edge] == previous else points[::-1])
            here = previous
        return steps[::-1]
