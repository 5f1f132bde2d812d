"""Where one rings: at a mapped entrance, else at the facade on the side of the street."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd


def read_numbers(text: str) -> list[range]:
    """Read the house numbers behind an entrance, as tagged in OpenStreetMap (``addr:flats``).

    Parameters
    ----------
    text : str
        Such as ``12-24;30``.

    Returns
    -------
    list of range
        Whole numbers; empty when nothing can be read.

    Examples
    --------
    >>> read_numbers("12-24; 30")
    [range(12, 25), range(30, 31)]
    """
    found = re.findall(r"([0-9]{1,5})(?:\s*-\s*([0-9]{1,5}))?", text)
    return [range(int(a), int(b or a) + 1) for a, b in found]


def assign_entrance(
    doors: gpd.GeoDataFrame,
    entrances: gpd.GeoDataFrame,
    *,
    panden: gpd.GeoDataFrame,
    within_m: float,
) -> pd.Series[str]:
    """Give doors the mapped entrance of their building.

    Parameters
    ----------
    doors : GeoDataFrame
        With ``pand_id`` and ``huisnummer``, EPSG:28992.
    entrances : GeoDataFrame
        Contract ENTRANCES.
    panden : GeoDataFrame
        Contract PANDEN.
    within_m : float
        An entrance belongs to a building whose wall is this near.

    Returns
    -------
    Series of str, index of ``doors``
        ``entrance_id``: the one that names the door's number, else the nearest of those without
        numbers; empty where the building has none.
    """
    import pandas as pd
    import shapely

    chosen = pd.Series("", index=doors.index, dtype="str")
    if entrances.empty or panden.empty:
        return chosen
    walls = shapely.boundary(panden.geometry.to_numpy())
    at, wall = shapely.STRtree(walls).query(
        entrances.geometry.to_numpy(), predicate="dwithin", distance=within_m
    )
    of_pand: dict[str, list[int]] = {}
    for e, p in sorted(zip(at.tolist(), wall.tolist(), strict=True)):
        of_pand.setdefault(str(panden.index[p]), []).append(e)
    behind = [read_numbers(text) for text in entrances["numbers"]]
    for door_id, pand, number, point in zip(
        doors.index, doors["pand_id"], doors["huisnummer"], doors.geometry, strict=True
    ):
        options = of_pand.get(pand, [])
        named = [e for e in options if any(int(number) in r for r in behind[e])]
        options = named or [e for e in options if not behind[e]]
        if options:
            near = min(options, key=lambda e: (_metres(entrances, e, point), e))
            chosen[door_id] = str(entrances.index[near])
    return chosen


def _metres(entrances: gpd.GeoDataFrame, row: int, point: Any) -> float:
    return round(float(entrances.geometry.iloc[row].distance(point)), 2)


def move_to_entrance(
    doors: gpd.GeoDataFrame, entrances: gpd.GeoDataFrame, *, chosen: pd.Series[str]
) -> gpd.GeoSeries:
    """Give where each door is left from: its entrance, else its own point.

    Parameters
    ----------
    doors : GeoDataFrame
        Points, EPSG:28992.
    entrances : GeoDataFrame
        Contract ENTRANCES.
    chosen : Series of str, index of ``doors``
        ``entrance_id`` or empty text.

    Returns
    -------
    GeoSeries
        Points, index of ``doors``.
    """
    points = doors.geometry.copy()
    known = chosen[chosen != ""]
    if len(known):
        points[known.index] = entrances.geometry.loc[known].to_numpy()
    return points


def draw_access(
    starts: npt.NDArray[np.object_],
    feet: npt.NDArray[np.object_],
    *,
    walls: npt.NDArray[np.object_],
) -> npt.NDArray[np.object_]:
    """Draw the way from where one rings to the street.

    Parameters
    ----------
    starts : ndarray of Point, shape (n,)
        The doors (BAG: somewhere inside the home), their entrances, or a point of the facade.
    feet : ndarray of Point, shape (n,)
        Where the street is reached.
    walls : ndarray of Polygon or None, shape (n,)
        The door's own building.

    Returns
    -------
    ndarray of LineString, shape (n,)
        The straight way, without its part inside the own building: it begins at the facade.
    """
    import numpy as np
    import shapely

    ends = np.column_stack([shapely.get_coordinates(starts), shapely.get_coordinates(feet)])
    ways = shapely.linestrings(ends.reshape(-1, 2, 2))
    outside = shapely.difference(ways, walls)
    whole = shapely.is_missing(outside) | shapely.is_empty(outside)
    # The last piece outside: a way may leave a building and cross another wing of it.
    along = np.zeros(len(ways))
    for row in np.flatnonzero(~whole):
        pieces = shapely.get_parts(outside[row])
        starts = shapely.line_locate_point(ways[row], shapely.get_point(pieces, 0))
        along[row] = float(starts.max())
    at_wall = shapely.line_interpolate_point(ways, along)
    ends = np.column_stack([shapely.get_coordinates(at_wall), shapely.get_coordinates(feet)])
    drawn: npt.NDArray[np.object_] = shapely.linestrings(ends.reshape(-1, 2, 2))
    return drawn
