"""Violated subtour rows of a fractional round: pairs, components, then minimum cuts."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

ENOUGH: Final = 1e-4  # violation worth a row
WHOLE: Final = 10**6  # capacities of the flow are whole


class Fractional:
    """A solution as an undirected graph in which start and end are joined (a cycle)."""

    def __init__(self, visit: Any, tail: Any, head: Any, flow: Any) -> None:
        from scipy.sparse import coo_matrix

        used = flow > 1e-7
        self.visit, self.n = visit, len(visit)
        self.tail, self.head, self.flow = tail[used], head[used], flow[used]
        i = np.append(self.tail, self.n - 2)
        j = np.append(self.head, self.n - 1)
        value = np.append(self.flow, 1.0)
        shape = (self.n, self.n)
        graph = coo_matrix((np.tile(value, 2), (np.r_[i, j], np.r_[j, i])), shape=shape)
        self.graph = graph.tocsr()

    def cut(self, mask: Any) -> tuple[float, Any, int]:
        """Give the violation of a set, the set without both ends, and its key node."""
        if mask[-2] and mask[-1]:
            mask = ~mask & (self.visit > ENOUGH)
        if not mask.any():
            return 0.0, mask, 0
        ends = np.flatnonzero(mask[-2:])
        if len(ends):
            key = self.n - 2 + int(ends[0])
        else:
            key = int(np.argmax(np.where(mask, self.visit, -1.0)))
        inside = float(self.flow[mask[self.tail] & mask[self.head]].sum())
        return inside - float(self.visit[mask].sum()) + float(self.visit[key]), mask, key

    def pairs(self) -> list[Any]:
        """Give the sets of two ends of an arc."""
        sets = []
        for i, j in zip(self.tail, self.head, strict=True):
            mask = np.zeros(self.n, dtype=bool)
            mask[[i, j]] = True
            sets.append(mask)
        return sets

    def components(self) -> list[Any]:
        """Give the components of what is used, at some thresholds."""
        from scipy.sparse.csgraph import connected_components

        sets = []
        for least in (0.0, 0.25, 0.5, 0.75):
            graph = self.graph.copy()
            graph.data[graph.data <= least] = 0
            graph.eliminate_zeros()
            count, label = connected_components(graph, directed=False)
            size = np.bincount(label, minlength=count)
            sets += [label == c for c in np.flatnonzero(size > 2)]
        return sets

    def minimum_cuts(self) -> list[Any]:
        """Give for each node the set that is least joined to the end, where that is too little."""
        from ortools.graph.python import max_flow

        live = np.flatnonzero(self.visit > ENOUGH)
        small = self.graph[live][:, live].tocoo()
        network = max_flow.SimpleMaxFlow()
        network.add_arcs_with_capacity(
            small.row, small.col, np.rint(small.data * WHOLE).astype(np.int64)
        )
        end, sets = len(live) - 1, []
        for k in range(end):
            network.solve(k, end)
            if network.optimal_flow() >= (2 * self.visit[live[k]] - ENOUGH) * WHOLE:
                continue
            for part, inside in (
                (network.get_source_side_min_cut(), True),
                (network.get_sink_side_min_cut(), False),
            ):
                mask = np.full(self.n, not inside)
                mask[live[part]] = inside
                sets.append(mask & (self.visit > ENOUGH))
        return sets


def separate(
    visit: Any, tail: Any, head: Any, flow: Any, *, most: int = 60
) -> list[tuple[Any, int]]:
    """Give violated sets with their key nodes, the worst first; none: all rows hold."""
    part = Fractional(visit, tail, head, flow)
    cuts: list[tuple[float, Any, int]] = []
    for find in (part.pairs, part.components, part.minimum_cuts):
        cuts += [part.cut(mask) for mask in find()]
        cuts = [c for c in cuts if c[0] > ENOUGH]
        if len(cuts) >= 25:
            break
    cuts.sort(key=lambda c: -c[0])
    once: dict[bytes, tuple[Any, int]] = {}
    for _, mask, key in cuts:
        once.setdefault(mask.tobytes(), (mask, key))
    return list(once.values())[:most]
