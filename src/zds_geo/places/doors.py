"""Addresses to doors: doubles merged, each in its buurt, each with its building."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zds_geo.core.crs import require_rd
from zds_geo.core.ids import house_label

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

BUSINESS_BUILDINGS: Final = frozenset(
    {
        "industrial", "warehouse", "garage", "garages", "shed", "hangar", "barn", "greenhouse",
        "carport", "service", "storage_tank", "silo", "farm_auxiliary", "supermarket", "school",
        "church", "hospital", "transportation", "parking", "office", "commercial", "retail",
        "sports_hall", "kindergarten", "public", "civic", "construction",
    }
)  # fmt: skip


def assign_buurt(doors: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame) -> pd.Series[str]:
    """Give each door the buurt it stands in.

    Parameters
    ----------
    doors : GeoDataFrame, n points, EPSG:28992
        The doors to place.
    buurten : GeoDataFrame, polygons, EPSG:28992, index ``buurt_code``
        CBS buurten; neighbours may share an edge.

    Returns
    -------
    Series of str, length n, index equal to ``doors.index``
        ``buurt_code``; missing where a door lies in no buurt.

    Raises
    ------
    CrsError
        If either frame is not in EPSG:28992.

    Notes
    -----
    A door on a shared edge goes to the lowest code, whatever the row order.
    """
    require_rd(doors, "doors")
    require_rd(buurten, "buurten")
    areas = buurten[["geometry"]].rename_axis("buurt_code").reset_index()
    pairs = doors[["geometry"]].sjoin(areas, how="left", predicate="intersects")
    lowest = pairs.groupby(level=0)["buurt_code"].min()
    return lowest.reindex(doors.index)


def merge_same_address(
    addresses: gpd.GeoDataFrame, *, within_m: float
) -> tuple[gpd.GeoDataFrame, dict[str, str]]:
    """Merge rows of one address that have no object id of their own (a shop on a home's address).

    Parameters
    ----------
    addresses : GeoDataFrame
        Contract ADDRESSES; rows of kind ``adres`` may repeat an address.
    within_m : float
        Equal addresses farther apart than this stay two.

    Returns
    -------
    kept : GeoDataFrame
        Sorted by id; the row without another use stays, then the smallest id.
    merged : dict of str to str
        Merged id → kept id.
    """
    table = addresses.sort_index()
    keys = ["straat", "huisnummer", "huisletter", "toevoeging", "postcode", "woonplaats"]
    loose = table.loc[table["kind"] == "adres"]
    double = loose.loc[loose.duplicated(keys, keep=False)]
    merged: dict[str, str] = {}
    for _, group in double.groupby(keys, sort=True):
        stay: list[str] = []
        for row in sorted(group.index, key=lambda i: (group.at[i, "tagged_use"] != "", i)):
            metres = [(group.geometry[row].distance(group.geometry[s]), s) for s in stay]
            near = [pair for pair in metres if pair[0] <= within_m]
            if near:
                merged[str(row)] = str(min(near)[1])
            else:
                stay.append(row)
    return table.loc[~table.index.isin(merged)], merged


def assign_pand(doors: gpd.GeoDataFrame, panden: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give each door its building and the use of that building.

    Parameters
    ----------
    doors : GeoDataFrame
        Points with ``pand_id`` (may be empty text).
    panden : GeoDataFrame
        Contract PANDEN.

    Returns
    -------
    DataFrame, index of ``doors``
        ``pand_id`` and ``use``; empty text where unknown.
    """
    import pandas as pd

    areas = panden[["use", "geometry"]].rename_axis("found").reset_index()
    pairs = doors[["geometry"]].sjoin(areas, how="inner", predicate="intersects")
    first = pairs.sort_values("found").groupby(level=0)[["found", "use"]].first()
    first = first.reindex(doors.index)
    own = doors["pand_id"]
    return pd.DataFrame(
        {
            "pand_id": own.where(own != "", first["found"].astype("object").fillna("")).astype(
                "str"
            ),
            "use": first["use"].astype("object").fillna("").astype("str"),
        },
        index=doors.index,
    )


def labels(doors: pd.DataFrame) -> list[str]:
    """Write the address of each door.

    Parameters
    ----------
    doors : DataFrame
        With street, number, letter and addition.

    Returns
    -------
    list of str
        Such as ``Merelstraat 12A-2``.
    """
    return [
        f"{street} {house_label(int(number), letter, addition)}"
        for street, number, letter, addition in zip(
            doors["straat"], doors["huisnummer"], doors["huisletter"], doors["toevoeging"],
            strict=True,
        )
    ]  # fmt: skip


def near_border(
    doors: gpd.GeoDataFrame, buurten: gpd.GeoDataFrame, *, within_m: float
) -> pd.Series[bool]:
    """Tell which doors lie close to another buurt: CBS borders are 10 to 50 m off.

    Parameters
    ----------
    doors : GeoDataFrame
        Points with ``buurt_code``, EPSG:28992.
    buurten : GeoDataFrame
        Contract BUURTEN.
    within_m : float
        Metres.

    Returns
    -------
    Series of bool, index of ``doors``
        True where another buurt lies within the distance.
    """
    import numpy as np
    import pandas as pd
    import shapely

    shapes = buurten.geometry.to_numpy()
    door, area = shapely.STRtree(shapes).query(
        doors.geometry.to_numpy(), predicate="dwithin", distance=within_m
    )
    other = buurten.index.to_numpy()[area] != doors["buurt_code"].to_numpy()[door]
    found = np.zeros(len(doors), dtype=bool)
    found[door[other]] = True
    return pd.Series(found, index=doors.index)


def flag_doors(
    doors: pd.DataFrame, *, far_m: float, near_border: pd.Series[bool]
) -> pd.Series[str]:
    """Name what is odd about a door that is kept all the same: every house gets reached.

    Parameters
    ----------
    doors : DataFrame
        With ``tagged_use``, ``status``, ``access_m``, ``barred`` and ``use`` of the building.
    far_m : float
        Distance to the street above which a door is flagged.
    near_border : Series of bool
        Doors close to another buurt.

    Returns
    -------
    Series of str
        Catalogue keys joined by commas; empty for most.
    """
    import pandas as pd

    flags: Sequence[tuple[str, pd.Series[bool]]] = (
        ("flag.far_from_street", doors["access_m"] > far_m),
        ("flag.barred", doors["barred"]),
        ("flag.near_border", near_border),
        ("flag.business_building", doors["use"].isin(BUSINESS_BUILDINGS)),
        ("flag.other_use", doors["tagged_use"] != ""),
        ("flag.rebuilding", doors["status"].str.casefold() == "verbouwing verblijfsobject"),
    )
    found: list[list[str]] = [[] for _ in range(len(doors))]
    for key, mask in flags:
        for row in mask.to_numpy().nonzero()[0]:
            found[row].append(key)
    return pd.Series([",".join(f) for f in found], index=doors.index, dtype="str")
