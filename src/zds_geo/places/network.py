"""OSM ways to a walking network: one edge between two junctions, one name, both directions."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, require_rd
from zds_geo.core.errors import PlacesError

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    import numpy as np
    import numpy.typing as npt

NOT_FOR_WALKING: Final = frozenset(
    {
        "motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed", "raceway",
        "bus_guideway", "escape", "planned", "abandoned", "razed", "platform", "rest_area",
        "services", "elevator", "corridor", "no", "busway",
    }
)  # fmt: skip
ALLOWED: Final = frozenset({"yes", "designated", "permissive", "destination", "customers"})
CLOSED: Final = frozenset({"no", "private"})
SIDEWALKS: Final = frozenset({"both", "left", "right", "yes", "separate"})
# Seconds to cross on foot (DESIGN 7: quiet about 5, busy 15 to 45).
CROSSING_S: Final = {
    "primary": 45, "primary_link": 45, "trunk": 45, "trunk_link": 45, "secondary": 30,
    "secondary_link": 30, "tertiary": 15, "tertiary_link": 15, "unclassified": 5,
    "residential": 5, "living_street": 3, "service": 3, "road": 5,
}  # fmt: skip


def is_walkable(way: Any) -> bool:
    """Tell whether people on foot may use a way.

    Parameters
    ----------
    way : row with the tags of contract WAYS
        Empty text where a tag is absent.

    Returns
    -------
    bool
        The OSM tags ``foot`` and ``sidewalk`` overrule the class; ``access`` counts next.
    """
    if way.foot in CLOSED or (way.access in CLOSED and way.foot not in ALLOWED):
        return False
    if way.highway in NOT_FOR_WALKING:
        return way.highway.startswith("trunk") and (
            way.foot in ALLOWED or way.sidewalk in SIDEWALKS
        )
    return True


def build_network(ways: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Build the walking network.

    Parameters
    ----------
    ways : GeoDataFrame
        Contract WAYS, EPSG:28992.

    Returns
    -------
    edges : GeoDataFrame
        Contract EDGES: each runs from the smaller junction id to the larger, without junctions
        in between; ids follow from OSM node and way ids, so they last between imports.
    junctions : GeoDataFrame
        Contract JUNCTIONS.

    Raises
    ------
    PlacesError
        If no way can be walked.
    """
    require_rd(ways, "ways")
    walkable = ways.loc[[is_walkable(w) for w in ways.itertuples()]].sort_index()
    if walkable.empty:
        raise PlacesError("places.no_walkable")
    return _to_frames(_simplify(_make_graph(walkable)))


def _make_graph(ways: gpd.GeoDataFrame) -> nx.MultiDiGraph[int]:
    import networkx as nx
    import shapely

    graph: nx.MultiDiGraph[int] = nx.MultiDiGraph(crs=RD)
    for way_id, nodes, name, highway, line in zip(
        ways.index, ways["node_ids"], ways["name"], ways["highway"], ways.geometry, strict=True
    ):
        points = shapely.get_coordinates(line)
        for node, (x, y) in zip(nodes, points, strict=True):
            graph.add_node(node, x=float(x), y=float(y))
        facts = {"osmid": int(way_id), "name": name, "highway": highway}
        for a, b in itertools.pairwise(nodes):
            if a != b:
                graph.add_edge(a, b, **facts)
                graph.add_edge(b, a, **facts)
    return graph


def _simplify(graph: nx.MultiDiGraph[int]) -> nx.MultiDiGraph[int]:
    """Let OSMnx join the pieces between junctions; name and class may not change on the way."""
    import osmnx as ox

    simple: nx.MultiDiGraph[int] = ox.simplification.simplify_graph(
        graph, edge_attrs_differ=["name", "highway"], remove_rings=False
    )
    return simple


def _to_frames(graph: nx.MultiDiGraph[int]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    import geopandas as gpd
    import pandas as pd

    rows = {}
    for u, v, facts in graph.edges(data=True):
        row = _edge_row(graph, u, v, facts)
        rows[(row["from_junction"], row["to_junction"], row["way"], row["shape"])] = row
    table = pd.DataFrame([rows[key] for key in sorted(rows)])
    again = table.groupby(["from_junction", "to_junction", "way"]).cumcount()
    base = table["from_junction"] + "-" + table["to_junction"] + "-" + table["way"]
    table["edge_id"] = base.where(again == 0, base + "." + again.astype(str))
    edges = gpd.GeoDataFrame(
        table.set_index("edge_id")[
            ["from_junction", "to_junction", "name", "highway", "length_m", "crossing_s"]
        ],
        geometry=gpd.GeoSeries.from_wkb(
            [r["shape"] for r in (rows[k] for k in sorted(rows))]
        ).values,
        crs=RD,
    ).sort_index()
    used = sorted(set(edges["from_junction"]) | set(edges["to_junction"]))
    junctions = gpd.GeoDataFrame(
        index=pd.Index(used, name="junction_id", dtype="str"),
        geometry=gpd.points_from_xy(
            [graph.nodes[int(j)]["x"] for j in used], [graph.nodes[int(j)]["y"] for j in used]
        ),
        crs=RD,
    )
    return edges, junctions


def _edge_row(graph: nx.MultiDiGraph[int], u: int, v: int, facts: dict[str, Any]) -> dict[str, Any]:
    import numpy as np
    import shapely

    if "geometry" in facts:
        points: npt.NDArray[np.float64] = shapely.get_coordinates(facts["geometry"])
    else:
        points = np.array([[graph.nodes[n]["x"], graph.nodes[n]["y"]] for n in (u, v)])
    backward = points[::-1]
    flip = u > v or (u == v and points.tolist() > backward.tolist())
    line = shapely.LineString(backward if flip else points)
    ways = facts["osmid"] if isinstance(facts["osmid"], list) else [facts["osmid"]]
    highway = str(facts["highway"])
    return {
        "from_junction": str(min(u, v)),
        "to_junction": str(max(u, v)),
        "way": str(min(ways)),
        "name": str(facts["name"]),
        "highway": highway,
        "length_m": float(line.length),
        "crossing_s": CROSSING_S.get(highway, 0),
        "shape": line.wkb,
    }
