"""Ten thousand random pairs of stops on Kampen: our metres beside networkx with stops as nodes."""

from __future__ import annotations

import itertools
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import networkx as nx
import numpy as np

import kampen
from zds_geo.core.windows import AMSTERDAM
from zds_geo.places import WalkNetwork
from zds_geo.store import read_layer

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)
SOURCES, EACH = 100, 100


def main() -> int:
    """Compare, crossing costs off."""
    if not kampen.DATA.is_dir():
        print("exact_kampen: ../shared/data/kampen is not here; nothing measured")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        kampen.import_kampen(Path(folder), now=NOW)
        path = Path(folder) / "places.gpkg"
        stops, edges, junctions = (read_layer(path, n) for n in ("stops", "edges", "junctions"))
    rng = np.random.default_rng(1)
    rows = rng.choice(len(stops), size=SOURCES + EACH, replace=False)
    some = stops.iloc[rows]
    graph = nx.MultiGraph()
    on_edge = {k: g["along_m"] for k, g in some.groupby("access_edge_id")}
    for edge in edges.itertuples():
        marks = [(float(m), i) for i, m in on_edge.get(edge.Index, some["along_m"][:0]).items()]
        marks = [(0.0, edge.from_junction), *sorted(marks), (edge.length_m, edge.to_junction)]
        for (a, u), (b, v) in itertools.pairwise(marks):
            graph.add_edge(u, v, weight=max(b - a, 0.0))
    ours = WalkNetwork(some, edges, junctions, walk_m_s=1.1).metres(range(len(some)))
    off, pairs, worst = 0, 0, 0.0
    for i in range(SOURCES):
        far = nx.single_source_dijkstra_path_length(graph, some.index[i])
        for j in range(SOURCES, SOURCES + EACH):
            truth = far.get(some.index[j], np.inf)
            truth += some["access_m"].iloc[i] + some["access_m"].iloc[j]
            gap = 0.0 if truth == ours[i, j] else abs(truth - ours[i, j])
            worst, pairs, off = max(worst, gap), pairs + 1, off + (gap > 0.1)
    print(
        f"{pairs} pairs of stops: {off} differ by more than 0.1 m; largest difference {worst:.6f} m"
    )
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
