"""Doors to stops and street sides: where one stands, and which side of which street it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zds_geo.core.crs import RD
from zds_geo.core.frames import STREET_SIDES
from zds_geo.places.attach import on_own_street

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

FLAT_DOORS: Final = 4  # so many homes of one street in one building are a block of flats


def group_stops(
    doors: gpd.GeoDataFrame, *, entrance: pd.Series[str], gap_m: float, width_m: float
) -> pd.Series[str]:
    """Group doors that are rung at from one place.

    Parameters
    ----------
    doors : GeoDataFrame
        With ``pand_id``, ``straat``, ``huisnummer``, ``access_edge_id`` and ``side``, EPSG:28992.
    entrance : Series of str, index of ``doors``
        Known entrance of each door; empty where unknown.
    gap_m : float
        Homes of a small building (up to three of one street) share a door within this distance, if
        they are reached from the same side of the same street.
    width_m : float
        Widest part of a large building that one entrance serves.

    Returns
    -------
    Series of str, index of ``doors``
        ``stop_id``: ``s:`` and the smallest door id of the stop.

    Notes
    -----
    Doors of one building (where that is unknown: on one spot) and one street share a stop when they
    have one known entrance; else when they share one house number (``2-01`` … ``2-45``: one bell
    board); else they are divided over as few stops as keep within ``width_m``, by Gonzalez' (1985)
    farthest-point clustering. A terrace of houses that are each a building stays one stop a house.
    """
    import numpy as np
    import pandas as pd

    xy = np.column_stack([doors.geometry.x, doors.geometry.y])
    spot = pd.Series([f"{x:.0f},{y:.0f}" for x, y in xy], doors.index)
    house = doors["pand_id"].where(doors["pand_id"] != "", spot)
    table = pd.DataFrame(
        {"house": house, "straat": doors["straat"], "number": doors["huisnummer"]},
        index=doors.index,
    )
    table["entrance"] = entrance
    table["face"] = doors["access_edge_id"] + doors["side"]
    table["at"] = np.arange(len(doors))
    table = table.sort_index()
    keys = ["house", "straat", "entrance"]
    several = table.loc[table.duplicated(keys, keep=False)]
    stop_of = {str(door_id): f"s:{door_id}" for door_id in table.index}
    for _, group in several.groupby(keys, sort=True):
        for members in _split(group, xy, gap_m=gap_m, width_m=width_m):
            stop_of.update(dict.fromkeys(members, f"s:{min(members)}"))
    return pd.Series([stop_of[str(i)] for i in doors.index], index=doors.index, dtype="str")


def _split(
    group: pd.DataFrame, xy: npt.NDArray[np.float64], *, gap_m: float, width_m: float
) -> list[list[str]]:
    """Split the doors of one building and street over entrances; lists of door ids."""
    if group["entrance"].iloc[0]:
        return [list(group.index)]
    boards: list[list[str]] = []
    rest = group
    if len(group) >= FLAT_DOORS:
        for _, same in group.groupby("number", sort=True):
            if len(same) >= FLAT_DOORS:
                boards.append(list(same.index))
        rest = group.loc[~group.index.isin([d for board in boards for d in board])]
    if rest.empty:
        return boards
    flat = len(group) >= FLAT_DOORS
    for _, face in [("", rest)] if flat else rest.groupby("face", sort=True):
        nearest = _centers(xy[face["at"]], radius=width_m / 2 if flat else gap_m)
        boards += [list(face.index[nearest == k]) for k in range(int(nearest.max()) + 1)]
    return boards


def _centers(xy: npt.NDArray[np.float64], *, radius: float) -> npt.NDArray[np.intp]:
    """Give for each point its centre: as many centres as bring all within the radius."""
    import numpy as np

    # From the outermost point on, so that the first centre lies at an end of the building.
    start = int(np.hypot(*(xy - xy.mean(axis=0)).T).round(3).argmax())
    distance = np.hypot(*(xy - xy[start]).T)
    nearest = np.zeros(len(xy), dtype=np.intp)
    count = 1
    while distance.max() > radius + 1e-6:
        centre = int(distance.round(3).argmax())
        here = np.hypot(*(xy - xy[centre]).T)
        nearest[here < distance] = count
        distance = np.minimum(distance, here)
        count += 1
    _, nearest = np.unique(nearest, return_inverse=True)
    return nearest


def share_access(doors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Let all doors of a stop be reached from where its best placed door is.

    Parameters
    ----------
    doors : GeoDataFrame
        With ``stop_id``, ``straat`` and the columns of ``attach_doors``.

    Returns
    -------
    GeoDataFrame
        The same doors; ``access_edge_id``, ``access_name``, ``access_m``, ``along_m``, ``side``,
        ``barred`` and ``access`` (the line from where one rings to the street) equal within a stop.
    """
    table = doors.assign(
        door_id=doors.index,
        foreign=~on_own_street(doors),
        near=doors["access_m"].round(2),
    )
    order = ["stop_id", "barred", "foreign", "near", "door_id"]
    best = table.sort_values(order).drop_duplicates("stop_id").set_index("stop_id")
    shared = ["access_edge_id", "access_name", "access_m", "along_m", "side", "barred", "access"]
    return doors.assign(**{c: doors["stop_id"].map(best[c]).to_numpy() for c in shared})


def make_stops(doors: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Make the stops of grouped doors.

    Parameters
    ----------
    doors : GeoDataFrame
        With ``stop_id``, ``street_side_id``, ``buurt_code`` and their shared ``access``.

    Returns
    -------
    GeoDataFrame
        Contract STOPS; a stop stands where one rings: at the facade, or at the known entrance.
    """
    import geopandas as gpd
    import shapely

    table = doors.rename_axis("door_id").reset_index()
    table["n_doors"] = table.groupby("stop_id")["door_id"].transform("size")
    first = table.sort_values(["stop_id", "door_id"]).drop_duplicates("stop_id")
    columns = [
        "n_doors", "straat", "buurt_code", "street_side_id", "access_edge_id", "along_m",
        "access_m",
    ]  # fmt: skip
    stops = first.set_index("stop_id")[[*columns, "access"]].sort_index()
    points = shapely.get_point(stops["access"].to_numpy(), 0)
    return gpd.GeoDataFrame(stops[columns], geometry=points, crs=RD)


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
        edge_id=("access_edge_id", "first"), side=("side", "first"), n_doors=("straat", "size")
    )
    table["straat"], table["buurt_code"] = _most(doors, "straat"), _most(doors, "buurt_code")
    table = table[list(STREET_SIDES.columns)]
    lines = [
        _offset(edges.geometry[edge], offset_m if side == "L" else -offset_m)
        for edge, side in zip(table["edge_id"], table["side"], strict=True)
    ]
    return gpd.GeoDataFrame(table, geometry=lines, crs=RD)


def _most(doors: pd.DataFrame, column: str) -> pd.Series[str]:
    """Give the most frequent value on each street side, of equals the smallest."""
    counts = doors.groupby(["street_side_id", column]).size().rename("n").reset_index()
    first = counts.sort_values(["street_side_id", "n", column], ascending=[True, False, True])
    return first.drop_duplicates("street_side_id").set_index("street_side_id")[column]


def _offset(line: object, distance: float) -> object:
    import shapely

    moved = shapely.offset_curve(line, distance)
    if moved.geom_type == "LineString" and not moved.is_empty and moved.length > 0:
        return moved
    return line  # a tight bend leaves nothing at this distance: draw on the street itself
