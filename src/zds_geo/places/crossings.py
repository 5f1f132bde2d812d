"""Corrections of the walking network: a path that is closed, a crossing that is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD
from zds_geo.core.frames import EDGES

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.core.model import FieldFix

CLOSE_M: Final = 15.0  # a closed path lies at most this far from the point that was given
SNAP_M: Final = 30.0  # a crossing begins and ends at most this far from a street
AT_JUNCTION_M: Final = 1.0
OWN_EDGE: Final = "fix:"


def find_edge(edges: gpd.GeoDataFrame, fix: FieldFix) -> str:
    """Find the edge that a correction closes.

    Parameters
    ----------
    edges : GeoDataFrame
        Contract EDGES.
    fix : FieldFix
        With a point, and the edge as it was known when the correction was made.

    Returns
    -------
    str
        That edge while it runs past the point, else the nearest edge; empty text when the point
        lies at none.
    """
    import shapely

    metres = edges.geometry.distance(shapely.Point(fix.x1, fix.y1))
    if fix.edge_id in metres.index and metres[fix.edge_id] <= CLOSE_M:
        return fix.edge_id
    order = metres.to_frame("m").assign(id=metres.index).sort_values(["m", "id"])
    return str(order.index[0]) if len(order) and order["m"].iloc[0] <= CLOSE_M else ""


class Streets:
    """A copy of the walking network that corrections may cut and join.

    Parameters
    ----------
    edges, junctions : GeoDataFrame
        Contracts EDGES and JUNCTIONS.
    """

    def __init__(self, edges: gpd.GeoDataFrame, junctions: gpd.GeoDataFrame) -> None:
        self.edges = edges
        self._spots = dict(junctions.geometry)
        self.cuts: list[tuple[str, str, float]] = []  # edge, the part behind the cut, metres

    def close(self, fix: FieldFix) -> str:
        """Take an edge out of the network; give its id, or empty text."""
        edge_id = find_edge(self.edges, fix)
        if edge_id and len(self.edges) > 1:
            self.edges = self.edges.drop(index=edge_id)
            return edge_id
        return ""

    def cross(self, fix: FieldFix) -> bool:
        """Join two points of the network; tell whether both lie at a street."""
        import shapely

        ends = [(fix.x1, fix.y1), (fix.x2, fix.y2)]
        points = [shapely.Point(end) for end in ends]
        if any(self.edges.geometry.distance(p).min() > SNAP_M for p in points):
            return False
        names = [f"{OWN_EDGE}{fix.fix_id}{letter}" for letter in "ab"]
        a, b = (self._junction_at(p, n) for p, n in zip(points, names, strict=True))
        if a == b:
            return False
        line = shapely.LineString([self._spots[a], self._spots[b]])
        self._put(f"{OWN_EDGE}{fix.fix_id}", a, b, like={"highway": "footway"}, line=line)
        return True

    def _junction_at(self, point: Any, name: str) -> str:
        import shapely

        metres = self.edges.geometry.distance(point)
        edge_id = str(metres.to_frame("m").assign(i=metres.index).sort_values(["m", "i"]).index[0])
        row = self.edges.loc[edge_id]
        line = row["geometry"]
        at = float(line.project(point))
        if at <= AT_JUNCTION_M:
            return str(row["from_junction"])
        if at >= line.length - AT_JUNCTION_M:
            return str(row["to_junction"])
        self._spots[name] = line.interpolate(at)
        behind = f"{edge_id}~{name.removeprefix(OWN_EDGE)}"
        like = {c: row[c] for c in ("name", "highway", "crossing_s")}
        ends = str(row["from_junction"]), str(row["to_junction"])
        first, rest = (shapely.ops.substring(line, *p) for p in ((0, at), (at, line.length)))
        self.edges = self.edges.drop(index=edge_id)
        self._put(edge_id, ends[0], name, like=like, line=first)
        self._put(behind, name, ends[1], like=like, line=rest)
        self.cuts.append((edge_id, behind, at))
        return name

    def _put(self, edge_id: str, start: str, end: str, *, like: dict[str, Any], line: Any) -> None:
        import geopandas as gpd
        import pandas as pd

        facts = {"name": "", "highway": "", "crossing_s": 0, **like}
        facts |= {"from_junction": start, "to_junction": end, "length_m": float(line.length)}
        row = gpd.GeoDataFrame(
            {c: [facts[c]] for c in EDGES.columns}, geometry=[line], crs=RD,
            index=pd.Index([edge_id], name="edge_id"),
        )  # fmt: skip
        self.edges = pd.concat([self.edges, row.astype(self.edges.dtypes.drop("geometry"))])

    def junctions(self) -> gpd.GeoDataFrame:
        """Give the junctions that are still used, contract JUNCTIONS."""
        import geopandas as gpd
        import pandas as pd

        used = sorted({*self.edges["from_junction"], *self.edges["to_junction"]})
        index = pd.Index(used, name="junction_id", dtype="str")
        return gpd.GeoDataFrame(index=index, geometry=[self._spots[j] for j in used], crs=RD)
