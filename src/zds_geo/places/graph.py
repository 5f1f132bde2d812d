"""The walking network as OSMnx knows it, for notebooks: to draw, measure and compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx


def make_graph(edges: gpd.GeoDataFrame, junctions: gpd.GeoDataFrame) -> nx.MultiDiGraph[int]:
    """Give the walking network as a graph that OSMnx can draw and route on.

    Parameters
    ----------
    edges, junctions : GeoDataFrame
        Contracts EDGES and JUNCTIONS, EPSG:28992.

    Returns
    -------
    MultiDiGraph
        Nodes are OSM node ids with ``x`` and ``y``; each edge in both directions, with ``length``
        in metres, ``name``, ``highway`` and ``geometry``.
    """
    import osmnx as ox
    import pandas as pd

    nodes = junctions.assign(x=junctions.geometry.x, y=junctions.geometry.y)
    nodes.index = pd.Index(nodes.index.astype("int64"), name="osmid")
    there = edges[["name", "highway", "length_m", "geometry"]].rename(
        columns={"length_m": "length"}
    )
    there["osmid"] = edges.index
    there["u"] = edges["from_junction"].astype("int64")
    there["v"] = edges["to_junction"].astype("int64")
    back = there.rename(columns={"u": "v", "v": "u"})
    back["geometry"] = back.geometry.reverse()
    both = pd.concat([there, back], ignore_index=True)
    both["key"] = both.groupby(["u", "v"]).cumcount()
    graph: nx.MultiDiGraph[int] = ox.convert.graph_from_gdfs(
        nodes, both.set_index(["u", "v", "key"])
    )
    return graph
