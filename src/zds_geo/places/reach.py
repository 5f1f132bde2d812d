"""From homes to where one rings and how one gets there: building, entrance, street, stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from zds_geo.core.crs import RD
from zds_geo.core.ids import floor_of
from zds_geo.places.attach import attach_doors
from zds_geo.places.doors import assign_pand
from zds_geo.places.entrances import assign_entrance, draw_access, move_to_entrance
from zds_geo.places.obstacles import Obstacles
from zds_geo.places.stops import group_stops, share_access

if TYPE_CHECKING:
    import geopandas as gpd

    from zds_geo.places.params import PlacesParams


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What stands around the doors: contracts PANDEN, WATER, BARRIERS and ENTRANCES."""

    panden: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    entrances: gpd.GeoDataFrame


def reach_doors(
    homes: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    *,
    around: Surroundings,
    rules: PlacesParams,
) -> gpd.GeoDataFrame:
    """Give homes their building, stop, street side and the way to the street.

    Parameters
    ----------
    homes : GeoDataFrame
        Contract ADDRESSES with ``buurt_code``, EPSG:28992.
    edges : GeoDataFrame
        Contract EDGES.
    around : Surroundings
        Buildings, entrances and obstacles.
    rules : PlacesParams
        Distances.

    Returns
    -------
    GeoDataFrame, index ``door_id``
        Contract DOORS but for ``flag``, and ``access`` (line from the facade to the street),
        ``along_m``, ``side``, ``barred``, ``own_near`` and ``use`` of the building.
    """
    import shapely

    house = assign_pand(homes, around.panden)
    doors = homes.assign(pand_id=house["pand_id"], use=house["use"])
    entrance = assign_entrance(
        doors, around.entrances, panden=around.panden, within_m=rules.entrance_m
    )
    points = move_to_entrance(doors, around.entrances, chosen=entrance)
    obstacles = Obstacles(
        points.to_numpy(), doors["pand_id"].to_numpy(), panden=around.panden,
        water=around.water, barriers=around.barriers,
    )  # fmt: skip
    walls = around.panden.geometry.reindex(doors["pand_id"]).to_numpy()
    access = attach_doors(
        doors.set_geometry(points), edges, obstacles=obstacles, walls=walls,
        own_street_m=rules.own_street_m,
    )  # fmt: skip
    doors = doors.assign(**{c: access[c] for c in access.columns.drop(["start", "foot"])})
    starts, feet = access["start"].to_numpy(), access["foot"].to_numpy()
    doors["access"] = draw_access(starts, feet, walls=walls)
    doors["access_m"] = shapely.length(doors["access"].to_numpy())
    doors["stop_id"] = group_stops(
        doors, entrance=entrance, gap_m=rules.stop_gap_m, width_m=rules.stop_width_m
    )
    doors = share_access(doors)
    doors["street_side_id"] = doors["access_edge_id"] + ":" + doors["side"]
    doors["floor"] = [
        floor_of(letter, addition)
        for letter, addition in zip(doors["huisletter"], doors["toevoeging"], strict=True)
    ]
    doors["floor"] = doors["floor"].astype("Int64")
    return doors.rename_axis("door_id").sort_index().set_crs(RD)
