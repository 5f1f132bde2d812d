"""Which pieces of street lie next to each other on foot, and how many seconds apart."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

# Where no way on foot is known (an island of the network): so much above thrice the straight line.
NO_WAY_S: Final = 600.0
NO_WAY_FACTOR: Final = 3.0
SURELY_NEAR_S: Final = 60.0  # links up to here are kept without looking for a shorter way

Pairs = dict[tuple[int, int], float]


class _End(NamedTuple):
    """A unit seen from a junction: its place around it, and the seconds to it."""

    unit: int
    slot: int
    walk_s: float


def link_units(
    units: pd.DataFrame, edges: gpd.GeoDataFrame, junctions: gpd.GeoDataFrame, *, walk_m_s: float
) -> pd.DataFrame:
    """Find which units are next to each other: nobody else's doors lie between.

    Parameters
    ----------
    units : DataFrame, n rows
        Pieces of street sides: ``edge_id``, ``side`` (``L`` or ``R``), ``low_m`` and ``high_m``
        (first and last door along the edge), ``x`` and ``y`` (EPSG:28992).
    edges, junctions : GeoDataFrame
        Contracts EDGES and JUNCTIONS: the whole walking network, also streets without doors.
    walk_m_s : float
        Walking speed.

    Returns
    -------
    DataFrame
        ``a`` < ``b`` (row numbers of ``units``), ``walk_s`` from the nearest door of the one to
        that of the other, and ``real``: False where no way on foot is known and the link only
        says what lies nearest. All units hang together.

    Notes
    -----
    Around a junction one walks from corner to corner and pays for each street crossed, the cheaper
    way round, so a busy road lies between what it separates. Ways without doors join what they lead
    to; water and railways have no way across but their bridges and crossings.
    """
    import pandas as pd

    streets = _Streets(edges, junctions, walk_m_s)
    pairs: Pairs = {}
    ends = streets.along_edges(units, pairs)
    streets.around_junctions(ends, pairs)
    streets.over_empty_ways(ends, set(units["edge_id"]), pairs)
    span_s = (units["high_m"] - units["low_m"]).to_numpy(dtype=float) / walk_m_s
    _drop_detours(pairs, span_s)
    real = len(pairs)
    _join_islands(units[["x", "y"]].to_numpy(dtype=float), pairs, walk_m_s)
    rows = [(a, b, s, i < real) for i, ((a, b), s) in enumerate(pairs.items())]
    table = pd.DataFrame(rows, columns=["a", "b", "walk_s", "real"])
    return table.sort_values(["a", "b"], ignore_index=True)


def _add(pairs: Pairs, a: int, b: int, walk_s: float) -> None:
    if a != b:
        key = (a, b) if a < b else (b, a)
        pairs[key] = min(walk_s, pairs.get(key, math.inf))


class _Streets:
    """The network as arrays, with the place of each edge end around its junction."""

    def __init__(
        self, edges: gpd.GeoDataFrame, junctions: gpd.GeoDataFrame, walk_m_s: float
    ) -> None:
        import numpy as np
        import shapely

        self._ids = edges.index
        self._speed = walk_m_s
        self._length = edges["length_m"].to_numpy(dtype=float)
        self._crossing = edges["crossing_s"].to_numpy(dtype=float)
        self._ends = (
            junctions.index.get_indexer(edges["from_junction"]),
            junctions.index.get_indexer(edges["to_junction"]),
        )
        self._n = len(junctions)
        xy, owner = shapely.get_coordinates(edges.geometry.to_numpy(), return_index=True)
        first = np.searchsorted(owner, np.arange(len(edges)))
        last = np.searchsorted(owner, np.arange(len(edges)), side="right") - 1
        lead = (xy[first + 1] - xy[first], xy[last - 1] - xy[last])
        self._bearing = tuple(np.arctan2(d[:, 1], d[:, 0]) for d in lead)

    def along_edges(self, units: pd.DataFrame, pairs: Pairs) -> dict[tuple[int, int], list[_End]]:
        """Link units of one edge; give (edge, end) → the units one meets first there."""
        at = self._ids.get_indexer(units["edge_id"])
        low, high = units["low_m"].to_numpy(dtype=float), units["high_m"].to_numpy(dtype=float)
        left = (units["side"] == "L").to_numpy()
        on: dict[int, list[int]] = defaultdict(list)
        for unit, edge in enumerate(at):
            on[int(edge)].append(unit)
        found: dict[tuple[int, int], list[_End]] = defaultdict(list)
        for edge, members in on.items():
            for one in (True, False):
                row = sorted((u for u in members if left[u] == one), key=lambda u: (low[u], u))
                for a, b in itertools.pairwise(row):
                    _add(pairs, a, b, max(0.0, low[b] - high[a]) / self._speed)
                if not row:
                    continue
                # Outward from the start, L is at the left; outward from the other end, right.
                first, last = row[0], max(row, key=lambda u: (high[u], u))
                rest = max(self._length[edge] - high[last], 0.0) / self._speed
                found[edge, 0].append(_End(first, int(one), low[first] / self._speed))
                found[edge, 1].append(_End(last, int(not one), rest))
            self._link_across(edge, [u for u in members if left[u]], members, low, high, pairs)
        return found

    def _link_across(
        self,
        edge: int,
        row: list[int],
        members: list[int],
        low: npt.NDArray[np.float64],
        high: npt.NDArray[np.float64],
        pairs: Pairs,
    ) -> None:
        """Link each unit to the nearest one over the street; parts of one entrance as one."""
        across = [u for u in members if u not in set(row)]
        for here, there in ((row, across), (across, row)):
            known: set[tuple[float, float]] = set()
            for a in sorted(here):
                if not there or (low[a], high[a]) in known:
                    continue
                known.add((low[a], high[a]))
                gap, b = min((max(low[a] - high[b], low[b] - high[a], 0.0), b) for b in there)
                _add(pairs, a, b, self._crossing[edge] + gap / self._speed)

    def around_junctions(self, ends: dict[tuple[int, int], list[_End]], pairs: Pairs) -> None:
        """Link what meets at a junction; a slot is the right (even) or left side of an edge end."""
        for corner in self._corners():
            turn, here = 0.0, []
            for edge, end in corner:
                for unit, flank, walk_s in ends.get((edge, end), ()):
                    here.append((unit, turn + flank * self._crossing[edge], walk_s))
                turn += float(self._crossing[edge])
            for (a, at_a, s_a), (b, at_b, s_b) in itertools.combinations(here, 2):
                way = abs(at_a - at_b)
                _add(pairs, a, b, s_a + s_b + min(way, turn - way))

    def _corners(self) -> Iterator[list[tuple[int, int]]]:
        """Give for each junction its edge ends, anticlockwise."""
        around: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
        for end in (0, 1):
            for edge, junction in enumerate(self._ends[end]):
                bearing = float(self._bearing[end][edge])
                around[int(junction)].append((bearing, edge, end))
        for junction in sorted(around):
            yield [(edge, end) for _, edge, end in sorted(around[junction])]

    def over_empty_ways(
        self, ends: dict[tuple[int, int], list[_End]], used: Iterable[str], pairs: Pairs
    ) -> None:
        """Link what ways without doors lead to: each junction on them goes to the nearest units."""
        import numpy as np
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import dijkstra

        at: dict[int, list[_End]] = defaultdict(list)
        for (edge, end), members in ends.items():
            at[int(self._ends[end][edge])] += members
        empty = np.flatnonzero(~self._ids.isin(list(used)))
        if not len(empty) or not at:
            return
        a, b = self._ends[0][empty], self._ends[1][empty]
        # Who follows a busy road without doors mostly has to cross it: half the time.
        seconds = self._length[empty] / self._speed + self._crossing[empty] / 2
        order = np.lexsort((seconds, np.maximum(a, b), np.minimum(a, b)))
        key = np.minimum(a, b)[order] * self._n + np.maximum(a, b)[order]
        kept = order[np.unique(key, return_index=True)[1]]
        kept = kept[a[kept] != b[kept]]
        graph = coo_array(
            (np.maximum(seconds[kept], 1e-6), (a[kept], b[kept])), shape=(self._n, self._n)
        ).tocsr()
        sources = np.array(sorted(at))
        far, _, nearest = dijkstra(
            graph, directed=False, indices=sources, min_only=True, return_predecessors=True
        )
        touch: Pairs = {}
        for i in kept:
            u, v = int(nearest[a[i]]), int(nearest[b[i]])
            if u != v and min(u, v) >= 0:
                _add(touch, u, v, float(far[a[i]] + seconds[i] + far[b[i]]))
        for (u, v), way in touch.items():
            for x, y in itertools.product(at[u], at[v]):
                _add(pairs, x.unit, y.unit, x.walk_s + way + y.walk_s)


def _drop_detours(pairs: Pairs, span_s: npt.NDArray[np.float64]) -> None:
    """Drop links that are longer than the way past other units: those are no neighbours."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import dijkstra

    if not pairs:
        return
    a, b = (np.array([p[i] for p in pairs], dtype=np.intp) for i in (0, 1))
    way = np.array(list(pairs.values())) + (span_s[a] + span_s[b]) / 2
    n = len(span_s)
    graph = coo_array((np.maximum(way, 1e-6), (a, b)), shape=(n, n)).tocsr()
    doubtful = np.flatnonzero(way > SURELY_NEAR_S)
    sources, row = np.unique(a[doubtful], return_inverse=True)
    if not len(sources):
        return
    far = dijkstra(graph, directed=False, indices=sources)[row, b[doubtful]]
    for i in doubtful[far < 0.999 * way[doubtful]]:
        del pairs[int(a[i]), int(b[i])]


def _join_islands(xy: npt.NDArray[np.float64], pairs: Pairs, walk_m_s: float) -> None:
    """Link islands to what lies nearest, the smallest first, until all hangs together."""
    import numpy as np
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    n = len(xy)
    while n > 1:
        a, b = (np.array([p[i] for p in pairs], dtype=np.intp) for i in (0, 1))
        graph = coo_array((np.ones(len(a)), (a, b)), shape=(n, n))
        count, island = connected_components(graph, directed=False)
        if count == 1:
            return
        small = int(np.argmin(np.bincount(island)))
        mine, rest = np.flatnonzero(island == small), np.flatnonzero(island != small)
        metres, nearest = cKDTree(xy[rest]).query(xy[mine])
        best = int(np.argmin(metres))
        way = NO_WAY_S + NO_WAY_FACTOR * float(metres[best]) / walk_m_s
        _add(pairs, int(mine[best]), int(rest[nearest[best]]), way)
