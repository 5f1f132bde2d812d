"""Import and plan real Kampen, next to one ``osmnx.graph_from_xml`` of the same streets.

Then the walking network and its matrices, next to OSMnx and networkx. Every part runs in a process
of its own; ratios are to the first line of its table.
"""

from __future__ import annotations

import bz2
import itertools
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import kampen
from zds_geo.core.windows import AMSTERDAM

NOW = datetime(2026, 11, 22, 18, 0, tzinfo=AMSTERDAM)


def baseline(folder: Path) -> None:
    import osmnx as ox

    xml = folder / "wegen.osm"
    xml.write_bytes(bz2.decompress((kampen.DATA / "kampen_wegen.osm.bz2").read_bytes()))
    ox.graph_from_xml(xml, bidirectional=True, retain_all=True)


def import_kampen(folder: Path) -> None:
    kampen.import_kampen(folder, now=NOW)


def plan_kampen(folder: Path) -> None:
    from zds_geo.app.plan_day import plan_day
    from zds_geo.app.workspace import open_workspace

    plan_day(open_workspace(folder), now=NOW, seed=1, on=date(2026, 11, 23))


def load_osmnx() -> None:
    import osmnx as ox

    ox.graph_from_xml  # noqa: B018  (the import is what counts)


def load_ours() -> None:
    import geopandas
    import osmium
    import pyproj

    import zds_geo.places.network
    import zds_geo.sources._osm_streets
    import zds_geo.sources.streets  # noqa: F401

    geopandas.GeoSeries([]), osmium.FileProcessor, pyproj.Transformer


def our_network(folder: Path) -> None:  # noqa: ARG001
    from zds_geo.places.network import build_network
    from zds_geo.sources import read_ways

    build_network(read_ways(kampen.DATA / "kampen.osm.pbf"))


def _places(folder: Path) -> tuple[Any, Any, Any]:
    from zds_geo.store import read_layer

    path = folder / "places.gpkg"
    return (read_layer(path, "stops"), read_layer(path, "edges"), read_layer(path, "junctions"))


def networkx_matrix(folder: Path, n: int = 200) -> None:
    """A tenth of 2,000 stops: one Dijkstra each on the graph with the stops in it."""
    import networkx as nx

    stops, edges, _ = _places(folder)
    stops = stops.iloc[:: max(1, len(stops) // 2000)][:2000]
    graph = nx.MultiGraph()
    on_edge = stops.groupby("access_edge_id")
    for edge in edges.itertuples():
        marks = [(0.0, edge.from_junction), (edge.length_m, edge.to_junction)]
        if edge.Index in on_edge.groups:
            mine = on_edge.get_group(edge.Index)
            marks += [(float(m), i) for i, m in mine["along_m"].items()]
        marks.sort(key=lambda mark: mark[0])
        for (a, u), (b, v) in itertools.pairwise(marks):
            graph.add_edge(u, v, weight=b - a)
    for one in stops.index[:n]:
        nx.single_source_dijkstra_path_length(graph, one)


def our_matrix(folder: Path, n: int = 2000) -> None:
    from zds_geo.places import WalkNetwork

    stops, edges, junctions = _places(folder)
    stops = stops.iloc[:: max(1, len(stops) // n)][:n]
    WalkNetwork(stops, edges, junctions, walk_m_s=1.1).seconds(range(len(stops)))


def our_large_matrix(folder: Path) -> None:
    our_matrix(folder, n=10_000)


def _rss() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _child(work: Callable[[Path], None], load: Callable[[], None] | None, folder: Path,
           answers: multiprocessing.Queue) -> None:  # type: ignore[type-arg]  # fmt: skip
    if load is not None:
        load()
    before = _rss() if load is not None else 0.0
    start = time.perf_counter()
    work(folder)
    answers.put((time.perf_counter() - start, _rss() - before))


def measure(
    work: Callable[[Path], None], folder: Path, *, load: Callable[[], None] | None = None
) -> tuple[float, float]:
    """Run in a fresh process; give seconds and peak MB (above the imports, where given)."""
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    child = context.Process(target=_child, args=(work, load, folder, answers))
    child.start()
    seconds, peak = answers.get()
    child.join()
    return float(seconds), float(peak)


def show(title: str, rows: list[tuple[str, float, float]]) -> None:
    """Print seconds and MB with their ratio to the first row."""
    _, base_s, base_mb = rows[0]
    print(f"{title:<52}{'seconds':>9}{'ratio':>8}{'MB':>7}{'ratio':>8}")
    for name, seconds, peak in rows:
        print(
            f"{name:<52}{seconds:>9.2f}{seconds / base_s:>8.3f}{peak:>7.0f}"
            f"{peak / max(base_mb, 1):>8.2f}"
        )
    print()


def main() -> int:
    if not kampen.DATA.is_dir():
        print("bench_kampen: ../shared/data/kampen is not here; nothing measured")
        return 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        show(
            "whole commands (peak MB of the process)",
            [
                ("osmnx.graph_from_xml (baseline)", *measure(baseline, folder)),
                ("import: 19,492 addresses, 17 buurten", *measure(import_kampen, folder)),
                ("plan: 12 rounds, sheets and maps", *measure(plan_kampen, folder)),
            ],
        )
        show(
            "walking network (time and MB above the imports)",
            [
                ("osmnx.graph_from_xml, ways only", *measure(baseline, folder, load=load_osmnx)),
                ("ours, from the whole pbf", *measure(our_network, folder, load=load_ours)),
            ],
        )
        tenth = measure(networkx_matrix, folder, load=load_ours)
        show(
            "matrix of walking seconds, 2,000 stops",
            [
                ("networkx Dijkstra per stop (10 x 200 stops)", 10 * tenth[0], tenth[1]),
                ("ours, reading included", *measure(our_matrix, folder, load=load_ours)),
                ("ours, 10,000 stops", *measure(our_large_matrix, folder, load=load_ours)),
            ],
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
