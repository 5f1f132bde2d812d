"""Where street names are written: along the street, on its longest parts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from zds_geo.core.crs import WGS84, require_rd

if TYPE_CHECKING:
    import folium
    import geopandas as gpd

EVERY_M: Final = 160.0
"""A long street bears its name again after so many metres."""
MOST_PARTS: Final = 4
SHORTEST_M: Final = 25.0
_HALF_M: Final = 12.0


class NameSpot(NamedTuple):
    """A place for a street name: RD metres, degrees clockwise on paper, room along the street."""

    name: str
    x: float
    y: float
    angle: float
    room_m: float


def place_names(edges: gpd.GeoDataFrame) -> list[NameSpot]:
    """Choose where street names may be written.

    Parameters
    ----------
    edges : GeoDataFrame
        Contract EDGES.

    Returns
    -------
    list of NameSpot
        The longest parts first; never upside down.
    """
    import shapely

    require_rd(edges, "edges")
    named = edges.loc[edges["name"] != "", ["name", "geometry"]]
    spots: list[NameSpot] = []
    for name, lines in named.groupby("name", sort=True)["geometry"]:
        whole = shapely.line_merge(shapely.union_all(lines.to_numpy()))
        parts = sorted(shapely.get_parts(whole), key=lambda p: (-round(p.length, 1), p.wkt))
        for part in parts[:MOST_PARTS]:
            if part.length >= SHORTEST_M:
                spots += _along(str(name), part)
    return sorted(spots, key=lambda s: (-round(s.room_m, 1), s.name, s.x, s.y))


def _along(name: str, line: Any) -> list[NameSpot]:
    """Spread a name over a line; a longer line has more room, up to a point."""
    times = max(1, int(line.length // EVERY_M))
    room = min(line.length, 2 * EVERY_M)
    spots = []
    for i in range(times):
        at = line.length * (i + 0.5) / times
        middle = line.interpolate(at)
        a, b = line.interpolate(max(0.0, at - _HALF_M)), line.interpolate(at + _HALF_M)
        angle = -math.degrees(math.atan2(b.y - a.y, b.x - a.x))
        angle = angle - 180 if angle > 90 else angle + 180 if angle < -90 else angle
        spots.append(NameSpot(name, round(middle.x, 1), round(middle.y, 1), round(angle, 1), room))
    return spots


def add_street_names(page: folium.Map, edges: gpd.GeoDataFrame) -> None:
    """Write street names on a map; the page shows what fits at each zoom.

    Parameters
    ----------
    page : folium.Map
        The map.
    edges : GeoDataFrame
        Contract EDGES.
    """
    import geopandas as gpd

    from zds_geo.outputs.page import add_script, encode_for_folium

    spots = place_names(edges)
    if not spots:
        return
    points = gpd.GeoSeries.from_xy([s.x for s in spots], [s.y for s in spots], crs=edges.crs)
    rows = [
        [
            round(p.y, 5),
            round(p.x, 5),
            s.angle,
            round(s.room_m),
            encode_for_folium(s.name),
            len(s.name),
        ]
        for s, p in zip(spots, points.to_crs(WGS84), strict=True)
    ]
    add_script(page, "names.js", {"names": rows})
