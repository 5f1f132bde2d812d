"""Whose a door is today: lasting areas, doors the division does not know yet, and the absent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from zds_geo.app.calendar import Changes, RosterShift, shifts_on
from zds_geo.app.settings import Settings

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from zds_geo.store import HistoryStore

# A door of somebody absent counts for so much: less than the least of one's own (a second talk is
# worth 0.3 of a new door), so it fills what is left of a shift and is not walked for its own sake.
HAND_OVER: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class DayAreas:
    """Owner of each door ("" for nobody's), and who should have walked today but cannot."""

    owners: pd.Series
    absent: frozenset[str]


def read_day_areas(
    store: HistoryStore, doors: gpd.GeoDataFrame, *, settings: Settings, on: date, changes: Changes
) -> DayAreas:
    """Read the areas as they hold on a date.

    Parameters
    ----------
    store : HistoryStore
        Knows the division.
    doors : GeoDataFrame
        Contract DOORS, sorted by id.
    settings : Settings
        Team and roster.
    on : date
        The date.
    changes : mapping of (assistant, date) to ShiftChange
        Cancelled shifts: whose doors may be walked by others, that day only.

    Returns
    -------
    DayAreas
        Nobody's are doors in buurten that are not divided, and those of who left the team or buurt.
    """
    planned = {s.assistant_id for s in shifts_on(settings, on)}
    walking = {s.assistant_id for s in shifts_on(settings, on, changes=changes)}
    owners = only_in_own_buurten(find_owners(store, doors), doors, settings)
    return DayAreas(owners=owners, absent=frozenset(planned - walking))


def find_owners(store: HistoryStore, doors: gpd.GeoDataFrame) -> pd.Series:
    """Find whose each door is; a new door goes with its street side, else with the nearest door.

    Parameters
    ----------
    store : HistoryStore
        Knows the division, and which home lives on under which id.
    doors : GeoDataFrame
        Contract DOORS, sorted by id.

    Returns
    -------
    Series of str, index of ``doors``
        "" where the buurt is not divided.
    """
    import pandas as pd

    stored = store.read_owners()
    if not stored:
        return pd.Series("", index=doors.index, dtype="object")
    current = store.current_doors(doors.index)
    moved = {current[d]: who for d, who in sorted(stored.items()) if d in current}
    owners = pd.Series({**moved, **stored}, dtype="object").reindex(doors.index)
    known = owners.notna()
    divided = doors["buurt_code"].isin(doors.loc[known, "buurt_code"].unique())
    for code, rows in doors.loc[divided & ~known].groupby("buurt_code", sort=True):
        here = known & (doors["buurt_code"] == code)
        owners.update(_with_neighbours(rows, doors.loc[here], owners.loc[here]))
    return owners.fillna("")


def _with_neighbours(
    fresh: gpd.GeoDataFrame, around: gpd.GeoDataFrame, owners: pd.Series
) -> pd.Series:
    import numpy as np
    import pandas as pd
    import shapely

    counts = owners.groupby([around["street_side_id"], owners]).size()
    usual: dict[str, str] = {}
    for (side, who), _ in sorted(counts.items(), key=lambda row: (-row[1], row[0])):
        usual.setdefault(side, who)
    found = fresh["street_side_id"].map(usual).astype("object")
    alone = found.isna().to_numpy()
    if alone.any():
        tree = shapely.STRtree(around.geometry.to_numpy())
        nearest = tree.nearest(fresh.geometry.to_numpy()[alone])
        found[alone] = owners.to_numpy()[np.asarray(nearest)]
    return pd.Series(found, index=fresh.index, dtype="object")


def only_in_own_buurten(
    owners: pd.Series, doors: gpd.GeoDataFrame, settings: Settings
) -> pd.Series:
    """Let nobody have a door outside the own buurten, or after leaving the team.

    Parameters
    ----------
    owners : Series of str
        As from ``find_owners``.
    doors : GeoDataFrame
        Contract DOORS, same index.
    settings : Settings
        The team.

    Returns
    -------
    Series of str
        "" where the owner no longer walks there.
    """
    import pandas as pd

    kept = pd.Series("", index=owners.index, dtype="object")
    for assistant in settings.assistants:
        own = owners == assistant.id
        if assistant.buurt_codes:
            own &= doors["buurt_code"].isin(assistant.buurt_codes)
        kept[own] = assistant.id
    return kept


def keep_to_area(
    areas: DayAreas, shift: RosterShift, ranked: pd.DataFrame, *, knocks: pd.DataFrame
) -> pd.DataFrame:
    """Keep an assistant to the own area, and to appointments the assistant made.

    Parameters
    ----------
    areas : DayAreas
        Of the date.
    shift : RosterShift
        Whose.
    ranked : DataFrame
        As from ``rank_doors``, for the assistant's buurten.
    knocks : DataFrame
        Contract KNOCKS: who made an appointment keeps it, whose area it is.

    Returns
    -------
    DataFrame
        Doors of others are not eligible; those of who is absent today are, for a smaller prize.
        Somebody without an area (new in the team) walks as if nothing was divided.
    """
    me = shift.assistant_id
    if not (areas.owners == me).any():
        return ranked
    owner = areas.owners.reindex(ranked.index)
    asked = ranked.index[ranked["reason"] == "reason.on_request"]
    mine = [door for door, who in last_askers(knocks, asked).items() if who == me]
    others = ~owner.isin(["", me]) & ~ranked.index.isin(mine) & ranked["eligible"]
    taken_over = others & owner.isin(areas.absent)
    kept_off = others & ~taken_over
    result = ranked.copy()
    result.loc[taken_over, "prize"] *= HAND_OVER
    result.loc[kept_off, ["eligible", "prize", "reason"]] = [False, 0.0, "not_now.other_area"]
    return result


def last_askers(knocks: pd.DataFrame, doors: pd.Index) -> dict[str, str]:
    """Tell who made the last appointment at each of these doors.

    Parameters
    ----------
    knocks : DataFrame
        Contract KNOCKS.
    doors : Index
        Doors where somebody is awaited.

    Returns
    -------
    dict of str to str
        Door → pseudonym, empty where it is no longer known.
    """
    asked = knocks.loc[knocks["door_id"].isin(doors) & (knocks["outcome"] == "come_back")]
    latest = asked.sort_values(["knocked_on", "door_id"]).groupby("door_id")["assistant_id"].last()
    who: dict[str, str] = latest.to_dict()
    return who
