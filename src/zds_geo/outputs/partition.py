"""The pieces of the public map: whole stretches of street, the same for a year (P09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, require_rd
from zds_geo.outputs.merge import cut, join_names, join_small

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

MIN_DOORS: Final = 20
"""Smallest piece that gets a share.

P09 asks for at least ten. With ten, where half of the homes talk, the majority of each band tells
12 points more of a home than guessing; with twenty at most 7.2 (``bench/attack_maps.py``).
"""


def make_partition(
    street_sides: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, *, min_doors: int = MIN_DOORS
) -> tuple[gpd.GeoDataFrame, pd.Series[str]]:
    """Divide the area into pieces of street that say nothing of one home.

    Parameters
    ----------
    street_sides : GeoDataFrame
        Contract STREET_SIDES.
    edges : GeoDataFrame
        Contract EDGES.
    min_doors : int
        Smallest number of doors of a piece.

    Returns
    -------
    pieces : GeoDataFrame, index ``piece_id``
        ``straat`` (at most three names), ``streets`` (all, joined by a line feed), ``buurt_code``,
        ``n_doors``; lines of the streets, EPSG:28992.
    piece_of : Series of str, index ``street_side_id``
        The piece of each side; both sides of a stretch are in the same one.

    Notes
    -----
    Depends on the places only, so the same places always give the same pieces. Only an area with
    fewer doors than ``min_doors`` gives a smaller piece.
    """
    require_rd(street_sides, "street_sides")
    stretches = _stretches(street_sides, edges)
    groups: list[list[str]] = []
    for _, street in stretches.groupby(["buurt_code", "straat"], sort=True):
        wide = street["x"].max() - street["x"].min() >= street["y"].max() - street["y"].min()
        ordered = street.sort_values("x" if wide else "y", kind="stable")
        groups += cut(list(ordered.index), list(ordered["n_doors"]), min_doors=min_doors)
    for scope in (["buurt_code"], []):
        groups = join_small(stretches, groups, scope, min_doors=min_doors)
    edge_piece = {edge: min(group) for group in groups for edge in group}
    piece_of = street_sides["edge_id"].map(edge_piece).rename("piece_id")
    return _to_frame(stretches, street_sides, edge_piece), piece_of


def _stretches(sides: gpd.GeoDataFrame, edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give each piece of street between junctions that has doors: street and buurt of most."""
    import geopandas as gpd

    order = sides.sort_values(["edge_id", "n_doors", "side"], ascending=[True, False, True])
    table = order.groupby("edge_id", sort=True).agg(
        straat=("straat", "first"), buurt_code=("buurt_code", "first"), n_doors=("n_doors", "sum")
    )
    shapes = edges.geometry.reindex(table.index)
    centre = shapes.centroid
    table["x"], table["y"] = centre.x.round(1), centre.y.round(1)
    return gpd.GeoDataFrame(table, geometry=shapes.to_numpy(), crs=RD)


def _to_frame(
    stretches: gpd.GeoDataFrame, sides: gpd.GeoDataFrame, edge_piece: dict[str, str]
) -> gpd.GeoDataFrame:
    import geopandas as gpd

    names = sides.groupby(sides["edge_id"].map(edge_piece))
    shapes = stretches.groupby(stretches.index.map(edge_piece))["geometry"]
    lines = {piece: part.union_all() for piece, part in shapes}
    rows: list[dict[str, Any]] = [
        {
            "piece_id": piece_id,
            "straat": join_names(part),
            "streets": "\n".join(sorted(set(part["straat"]))),
            "buurt_code": str(part.groupby("buurt_code")["n_doors"].sum().idxmax()),
            "n_doors": int(part["n_doors"].sum()),
        }
        for piece_id, part in names
    ]
    frame = gpd.GeoDataFrame(rows, geometry=[lines[r["piece_id"]] for r in rows], crs=RD)
    return frame.set_index("piece_id")
