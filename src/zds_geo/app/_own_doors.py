"""The doors that an assistant may ring at: of the own buurten, and as a body allows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.app._day import Day
    from zds_geo.app.settings import Assistant

CROWD: Final = 4  # doors behind one entrance that mean shared stairs


def own_doors(day: Day, assistant: Assistant) -> gpd.GeoDataFrame:
    """Give the doors from which the rounds of an assistant are chosen.

    Parameters
    ----------
    day : Day
        Doors and stops.
    assistant : Assistant
        Whose.

    Returns
    -------
    GeoDataFrame
        Doors of the own buurten, all without any, in EPSG:28992; without those behind shared
        stairs for who does not take them.
    """
    doors = _doors_of_buurten(day, assistant)
    if assistant.stairs:
        return doors
    return doors.drop(index=doors_behind_stairs(day, assistant))


def doors_behind_stairs(day: Day, assistant: Assistant) -> pd.Index:
    """Give the doors of an assistant's buurten that ask for stairs which this one does not take.

    Parameters
    ----------
    day : Day
        Doors and stops.
    assistant : Assistant
        Whose.

    Returns
    -------
    Index
        Door ids; none for who takes stairs.
    """
    doors = _doors_of_buurten(day, assistant)
    if assistant.stairs:
        return doors.index[:0]
    crowded = day.stops.index[day.stops["n_doors"] >= CROWD]
    return doors.index[doors["stop_id"].isin(crowded)]


def _doors_of_buurten(day: Day, assistant: Assistant) -> gpd.GeoDataFrame:
    own = assistant.buurt_codes
    return day.doors.loc[day.doors["buurt_code"].isin(own)] if own else day.doors
