"""Doors to stops and street sides: where one stands, and which side of which street it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zds_geo.core.crs import RD

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


def group_stops(doors: gpd.GeoDataFrame, *, gap_m: float, length_m: float) -> pd.Series[str]:
    """Group doors that are rung at from one place.

    Parameters
    ----------
    doors : GeoDataFrame
        With ``pand_id``, ``straat``, ``access_edge_id``, ``side`` and ``along_m``.
    gap_m, length_m : float
        Largest gap and largest stretch along the street of one entrance.

    Returns
    -------
    Series of str, index of ``doors``
        ``stop_id``: ``s:`` and the smallest door id of the stop.

    Notes
    -----
    Doors of one building (or, where that is unknown, on one spot), of one street and on one side,
    share a stop while they follow each other within ``gap_m`` and span at most ``length_m``: a
    portiek. A long gallery whose points coincide is one entrance; a terrace of houses that are
    each a building of their own stays one stop a house.
    """
    import pandas as pd

    spot = [f"{x:.0f},{y:.0f}" for x, y in zip(doors.geometry.x, doors.geometry.y, strict=True)]
    table = pd.DataFrame(
        {
            "house": doors["pand_id"].where(doors["pand_id"] != "", pd.Series(spot, doors.index)),
            "straat": doors["straat"],
            "edge": doors["access_edge_id"],
            "side": doors["side"],
            "along": doors["along_m"].round(2),
            "door_id": doors.index,
        }
    )
    keys = ["house", "straat", "edge", "side"]
    table = table.sort_values([*keys, "along", "door_id"])
    group = table.groupby(keys, sort=False).ngroup().to_numpy()
    table["cluster"] = _cut(group, table["along"].to_numpy(), gap_m=gap_m, length_m=length_m)
    smallest = table.groupby("cluster")["door_id"].transform("min")
    return ("s:" + smallest).reindex(doors.index)


def _cut(
    group: npt.NDArray[np.intp],
    along: npt.NDArray[np.float64],
    *,
    gap_m: float,
    length_m: float,
) -> list[int]:
    clusters: list[int] = []
    cluster, start = -1, 0.0
    for i, (g, at) in enumerate(zip(group, along, strict=True)):
        fresh = i == 0 or g != group[i - 1]
        if fresh or at - along[i - 1] > gap_m or at - start > length_m:
            cluster, start = cluster + 1, float(at)
        clusters.append(cluster)
    return clusters


def make_stops(doors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make the stops of grouped doors.

    Parameters
    ----------
    doors : GeoDataFrame
        With ``stop_id``, ``street_side_id``, ``buurt_code`` and their access.

    Returns
    -------
    GeoDataFrame
        Contract STOPS; a stop stands at its door nearest to the street.
    """
    import geopandas as gpd

    table = doors.rename_axis("door_id").reset_index()
    table["n_doors"] = table.groupby("stop_id")["door_id"].transform("size")
    table["near"] = table["access_m"].round(2)
    first = table.sort_values(["stop_id", "near", "door_id"]).drop_duplicates("stop_id")
    columns = [
        "n_doors", "straat", "buurt_code", "street_side_id", "access_edge_id", "along_m",
        "access_m",
    ]  # fmt: skip
    stops = first.set_index("stop_id")[[*columns, "geometry"]].sort_index()
    return gpd.GeoDataFrame(stops, geometry="geometry", crs=RD)


def make_street_sides(
    doors: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, *, offset_m: float
) -> gpd.GeoDataFrame:
    """Make the street sides that have doors.

    Parameters
    ----------
    doors : GeoDataFrame
        With ``street_side_id``, ``access_edge_id``, ``side``, ``straat`` and ``buurt_code``.
    edges : GeoDataFrame
        Contract EDGES.
    offset_m : float
        Distance of the drawn line from the middle of the street.

    Returns
    -------
    GeoDataFrame
        Contract STREET_SIDES: the street and buurt of most of its doors.
    """
    import geopandas as gpd

    groups = doors.groupby("street_side_id", sort=True)
    table = groups.agg(
        straat=("straat", _most), edge_id=("access_edge_id", "first"), side=("side", "first"),
        buurt_code=("buurt_code", _most), n_doors=("straat", "size"),
    )  # fmt: skip
    lines = [
        _offset(edges.geometry[edge], offset_m if side == "L" else -offset_m)
        for edge, side in zip(table["edge_id"], table["side"], strict=True)
    ]
    return gpd.GeoDataFrame(table, geometry=lines, crs=RD)


def _most(values: pd.Series[str]) -> str:
    counts = values.value_counts()
    return str(min(counts.index[counts == counts.max()]))


def _offset(line: object, distance: float) -> object:
    import shapely

    moved = shapely.offset_curve(line, distance)
    if moved.geom_type == "LineString" and not moved.is_empty and moved.length > 0:
        return moved
    return line  # a tight bend leaves nothing at this distance: draw on the street itself
