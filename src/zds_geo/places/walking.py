"""Exact walking seconds and lines: door to edge, along the network, edge to door."""

from __future__ import annotations

import copy
import itertools
from typing import TYPE_CHECKING, Any, Final

from zds_geo.places._streets_in_box import StreetsInBox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import shapely

UNREACHABLE_S: Final = 10_000_000
NO_WAY_SHORT_S: Final = 65_535  # no way, in two bytes
CHUNK: Final = 128  # rows at a time, so that memory grows with the answer only
MARGIN_M: Final = 1000.0  # looked at around what is asked first; doubled while that is not enough


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
    on one edge, straight along it. Who leaves a door on one side, seen in walking, and arrives at
    one on the other side crosses once: at the cost of the quieter of the two streets.
    """

    def __init__(
        self,
        stops: gpd.GeoDataFrame,
        edges: gpd.GeoDataFrame,
        junctions: gpd.GeoDataFrame,
        *,
        walk_m_s: float,
    ) -> None:
        import shapely

        self._walk_m_s = walk_m_s
        self._lines = edges.geometry.to_numpy()
        self._length = edges["length_m"].to_numpy(dtype=float)
        self._crossing = edges["crossing_s"].to_numpy(dtype=float)
        self._from = junctions.index.get_indexer(edges["from_junction"])
        self._to = junctions.index.get_indexer(edges["to_junction"])
        self._graph = self._make_graph(len(junctions))
        self._xy = shapely.get_coordinates(junctions.geometry.to_numpy())
        self._bounds = shapely.bounds(self._lines)
        self._edges = edges
        self._found: dict[str, Any] = {}  # shared by all that stand on these streets
        self._put_stops(stops)

    def _put_stops(self, stops: gpd.GeoDataFrame) -> None:
        import numpy as np

        self._edge = self._edges.index.get_indexer(stops["access_edge_id"])
        self._along = stops["along_m"].to_numpy(dtype=float)
        self._access = stops["access_m"].to_numpy(dtype=float)
        self._side = np.where(stops["street_side_id"].str.endswith(":L"), 1, -1)
        self._points = stops.geometry.to_numpy()

    def with_stops(self, stops: gpd.GeoDataFrame) -> WalkNetwork:
        """Give the same streets with other stops; the streets are shared, not built again.

        Parameters
        ----------
        stops : GeoDataFrame
            Contract STOPS.

        Returns
        -------
        WalkNetwork
            Its rows are these stops.
        """
        other = copy.copy(self)
        other._put_stops(stops)
        return other

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

        points = shapely.points(np.asarray(xy, dtype=float))
        main, tree = self._connected()
        nearest = main[tree.nearest(points)]
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

    def _connected(self) -> tuple[npt.NDArray[np.intp], shapely.STRtree]:
        """Give the edges of the largest connected piece, and where they lie."""
        import numpy as np
        import shapely

        from zds_geo.places.attach import main_component

        if "main" not in self._found:
            main = np.flatnonzero(main_component(self._edges))
            self._found["main"] = (main, shapely.STRtree(self._lines[main]))
        found: tuple[npt.NDArray[np.intp], shapely.STRtree] = self._found["main"]
        return found

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
        """Give the metres walked between rows, without the cost of crossing.

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

        metres = np.empty((len(rows), len(rows)))
        for first, walks in self._walks(rows, metre_s=1.0, crossing=False):
            metres[first : first + len(walks), first:] = walks
        _mirror(metres)
        return metres

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

        seconds = np.empty((len(rows), len(rows)), dtype=np.int64)
        for first, walks in self._walks(rows, metre_s=1.0 / self._walk_m_s, crossing=True):
            walks[np.isinf(walks)] = UNREACHABLE_S
            np.subtract(walks, 1e-9, out=walks)
            seconds[first : first + len(walks), first:] = np.ceil(walks, out=walks)
        _mirror(seconds)
        return seconds

    def short_seconds(self, rows: Sequence[int]) -> npt.NDArray[np.uint16]:
        """Give the whole walking seconds between rows in a quarter of the memory of ``seconds``.

        Parameters
        ----------
        rows : sequence of int
            Row numbers.

        Returns
        -------
        ndarray of uint16, shape (n, n)
            As ``seconds``; 65,535 for 18 hours or more, and where there is no way.
        """
        import numpy as np

        found = np.empty((len(rows), len(rows)), dtype=np.uint16)
        for first, walks in self._walks(rows, metre_s=1.0 / self._walk_m_s, crossing=True):
            whole = np.ceil(np.minimum(walks, float(NO_WAY_SHORT_S)) - 1e-9)
            found[first : first + len(walks), first:] = whole.astype(np.uint16)
        _mirror(found)
        return found

    def _walks(
        self, rows: Sequence[int], *, metre_s: float, crossing: bool
    ) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
        """Give the walks from a few rows at a time to those and all later ones; and the first row.

        Whoever leaves along an edge forwards with the door at the left walks on the left; arriving
        with the door at the right asks for one crossing, of the quieter of the two streets.
        """
        import numpy as np

        r = np.asarray(rows, dtype=np.intp)
        edge, along = self._edge[r], self._along[r]
        ends = np.unique(np.concatenate([self._from[edge], self._to[edge]]))
        between = self._between(ends)
        place = (np.searchsorted(ends, self._from[edge]), np.searchsorted(ends, self._to[edge]))
        walk = (along, np.maximum(self._length[edge] - along, 0.0))
        side = self._side[r]
        cost = self._crossing[edge] if crossing else np.zeros(len(r))
        for first in range(0, len(r), CHUNK):
            part, later = slice(first, first + CHUNK), slice(first, None)
            quiet = np.minimum(cost[part, None], cost[None, later])
            sides = side[part, None] * side[None, later]
            # Out by one end and in by the same one turns round: then one side is the other.
            turned = np.where(sides > 0, quiet, 0.0)
            across = np.where(sides < 0, quiet, 0.0)
            out = [between[place[a][part]] for a in (0, 1)]
            best = self._shorter(out, place, walk, first, turned=True)
            best *= metre_s
            best += turned
            onward = self._shorter(out, place, walk, first, turned=False)
            onward *= metre_s
            onward += across
            np.minimum(best, onward, out=best)
            straight = np.abs(along[part, None] - along[None, later]) * metre_s
            straight += across  # on one edge both streets are the same
            same = edge[part, None] == edge[None, later]
            np.minimum(best, straight, out=best, where=same)
            best += (self._access[r][part, None] + self._access[r][None, later]) * metre_s
            best[r[part, None] == r[None, later]] = 0.0
            yield first, best

    @staticmethod
    def _shorter(
        out: Sequence[npt.NDArray[np.float64]],
        place: tuple[npt.NDArray[np.intp], ...],
        walk: tuple[npt.NDArray[np.float64], ...],
        first: int,
        *,
        turned: bool,
    ) -> npt.NDArray[np.float64]:
        """Give the shorter of two ways: out and in by the same end of an edge, or not."""
        import numpy as np

        found = []
        for a in (0, 1):
            b = a if turned else 1 - a
            way = np.take(out[a], place[b][first:], axis=1)
            way += walk[a][first : first + len(way), None]
            way += walk[b][None, first:]
            found.append(way)
        return np.minimum(found[0], found[1], out=found[0])

    def _between(self, ends: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
        import numpy as np

        found = np.empty((len(ends), len(ends)))
        for part in self._neighbours(ends):
            sure = True
            for first in range(0, len(ends), CHUNK):
                rows = slice(first, first + CHUNK)
                far = part.search(ends[rows])
                found[rows] = far[:, part.place[ends]]
                if not part.is_all:
                    sure = bool((found[rows] <= part.least_around(ends[rows], ends)).all())
                if not sure:
                    break
            if sure:
                break
        return np.minimum(found, found.T)  # the sums are rounded in another order

    def _neighbours(self, ends: npt.NDArray[np.intp]) -> Iterator[StreetsInBox]:
        """Give ever larger parts of the network around some junctions; at last all of it.

        A shorter way may leave a part and come back. It is then at least as long as the way by
        the border of the part, in a straight line: what is shorter than that is exact.
        """
        import numpy as np

        low, high = self._xy[ends].min(axis=0), self._xy[ends].max(axis=0)
        margin = MARGIN_M
        while True:
            x0, y0 = low - margin
            x1, y1 = high + margin
            b = self._bounds
            inside = (b[:, 0] >= x0) & (b[:, 1] >= y0) & (b[:, 2] <= x1) & (b[:, 3] <= y1)
            if inside.all():
                break
            kept = np.unique(
                np.concatenate([self._from[inside], self._to[inside], np.asarray(ends)])
            )
            yield StreetsInBox(self._graph, kept, self._xy, box=(x0, y0, x1, y1))
            margin *= 2
        yield StreetsInBox(self._graph, np.arange(len(self._xy)), self._xy, box=None)

    def line(self, a: int, b: int) -> shapely.LineString:
        """Give the line walked from one row to another: the way that ``seconds`` counts.

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

        ends_a = (int(self._from[self._edge[a]]), int(self._to[self._edge[a]]))
        ends_b = (int(self._from[self._edge[b]]), int(self._to[self._edge[b]]))
        start, goal = np.array(ends_a), np.array(ends_b)
        for part in self._neighbours(np.concatenate([start, goal])):
            far, before = part.trace(start)
            between = far[:, part.place[goal]]
            if part.is_all or (between <= part.least_around(start, goal)).all():
                break
        walk_a, walk_b = self._to_ends(a), self._to_ends(b)
        options = [
            (self._crossing_m(a, b, i, j) + walk_a[i] + float(between[i, j]) + walk_b[j], i, j)
            for i, j in itertools.product((0, 1), (0, 1))
        ]
        best, i, j = min(options)
        parts = [shapely.get_coordinates(self._points[a])]
        if self._edge[a] == self._edge[b] and self._straight_m(a, b) <= best:
            parts.append(self._piece(a, float(self._along[a]), float(self._along[b])))
        elif not np.isfinite(best):
            raise ValueError(f"no way between rows {a} and {b}")
        else:
            goal_a = 0.0 if i == 0 else float(self._length[self._edge[a]])
            start_b = 0.0 if j == 0 else float(self._length[self._edge[b]])
            parts.append(self._piece(a, float(self._along[a]), goal_a))
            parts += self._between_junctions(part, before[i], start=ends_a[i], end=ends_b[j])
            parts.append(self._piece(b, start_b, float(self._along[b])))
        parts.append(shapely.get_coordinates(self._points[b]))
        return shapely.remove_repeated_points(shapely.LineString(np.concatenate(parts)))

    def _crossing_m(self, a: int, b: int, i: int, j: int) -> float:
        """Give the crossing on the way out by end i and in by end j, in metres of walking."""
        out_side = float(self._side[a]) * (-1 if i == 0 else 1)
        in_side = float(self._side[b]) * (1 if j == 0 else -1)
        if out_side * in_side >= 0:
            return 0.0
        quiet = min(float(self._crossing[self._edge[a]]), float(self._crossing[self._edge[b]]))
        return quiet * self._walk_m_s

    def _straight_m(self, a: int, b: int) -> float:
        crossed = float(self._side[a]) * float(self._side[b]) < 0
        cost = float(self._crossing[self._edge[a]]) * self._walk_m_s if crossed else 0.0
        return abs(float(self._along[a]) - float(self._along[b])) + cost

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
        self, part: StreetsInBox, before: npt.NDArray[np.intp], *, start: int, end: int
    ) -> list[npt.NDArray[np.float64]]:
        import shapely

        steps: list[npt.NDArray[np.float64]] = []
        here = end
        while here != start:
            previous = int(part.kept[before[part.place[here]]])
            edge = int(self._table.loc[(min(previous, here), max(previous, here))])
            points = shapely.get_coordinates(self._lines[edge])
            steps.append(points if self._from[edge] == previous else points[::-1])
            here = previous
        return steps[::-1]


def _mirror(times: npt.NDArray[Any]) -> None:
    """Fill what is below the diagonal from what is above it, in blocks."""
    import numpy as np

    for begin in range(0, len(times), CHUNK):
        part, later = slice(begin, begin + CHUNK), slice(begin + CHUNK, None)
        here = times[part, part]  # both halves are known: their sums are rounded in another order
        np.minimum(here, here.T.copy(), out=here)
        times[later, part] = times[part, later].T
