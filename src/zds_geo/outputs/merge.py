"""Street sides merged until a count says nothing of one home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, require_rd

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

COUNTS: Final = ("n_doors", "tried", "opened", "talked", "reached", "never_tried")
MAX_NAMES: Final = 3


def merge_sides(
    street_sides: gpd.GeoDataFrame, coverage: pd.DataFrame, *, min_doors: int = 5
) -> gpd.GeoDataFrame:
    """Merge street sides until each piece has enough doors.

    Parameters
    ----------
    street_sides : GeoDataFrame
        Contract STREET_SIDES.
    coverage : DataFrame
        Index ``street_side_id``; counts in doors and ``last_tried_on``.
    min_doors : int
        Smallest number of doors of a piece.

    Returns
    -------
    GeoDataFrame, index ``piece_id``
        ``straat`` (names joined), ``buurt_code``, the counts and ``last_tried_on``; pieces of one
        street and buurt first, what stays small joins the nearest piece of its buurt, then of the
        area. Only an area with fewer doors than ``min_doors`` keeps a smaller piece.
    """
    require_rd(street_sides, "street_sides")
    sides = street_sides[["straat", "buurt_code", "edge_id", "side", "geometry"]].join(
        coverage, how="inner"
    )
    sides = sides.sort_index()
    pieces = group_sides(sides, min_doors=min_doors)
    return _to_frame(sides, [list(part.index) for _, part in pieces.groupby(pieces)])


def group_sides(street_sides: gpd.GeoDataFrame, *, min_doors: int) -> pd.Series[str]:
    """Group street sides into pieces that have enough doors.

    Parameters
    ----------
    street_sides : GeoDataFrame
        Contract STREET_SIDES; ``n_doors`` counts.
    min_doors : int
        Smallest number of doors of a piece.

    Returns
    -------
    Series of str, index ``street_side_id``
        ``piece_id``, the smallest id in it; pieces of one street and buurt first, what stays
        small joins the nearest piece of its buurt, then of the area.
    """
    import pandas as pd

    sides = street_sides.sort_index()
    groups = _within_streets(sides, min_doors)
    groups = _join_small(sides, groups, min_doors, same_buurt=True)
    groups = _join_small(sides, groups, min_doors, same_buurt=False)
    pieces = {side: min(group) for group in groups for side in group}
    return pd.Series(pieces, dtype="str").reindex(sides.index).rename("piece_id")


def _within_streets(sides: gpd.GeoDataFrame, min_doors: int) -> list[list[str]]:
    groups: list[list[str]] = []
    centre = sides.geometry.centroid
    order = sides.assign(x=centre.x.round(1), y=centre.y.round(1))
    for _, street in order.groupby(["buurt_code", "straat"], sort=True):
        wide = (street["x"].max() - street["x"].min()) >= (street["y"].max() - street["y"].min())
        axis = ["x", "y"] if wide else ["y", "x"]
        ordered = street.sort_values([*axis, "side"])
        first = len(groups)
        current: list[str] = []
        count = 0
        for side_id, n_doors in ordered["n_doors"].items():
            current.append(str(side_id))
            count += int(n_doors)
            if count >= min_doors:
                groups.append(current)
                current, count = [], 0
        if current and len(groups) > first:
            groups[-1].extend(current)
        elif current:
            groups.append(current)
    return groups


def _join_small(
    sides: gpd.GeoDataFrame, groups: list[list[str]], min_doors: int, *, same_buurt: bool
) -> list[list[str]]:
    import numpy as np

    doors = [int(sides.loc[g, "n_doors"].sum()) for g in groups]
    buurt = [str(sides.at[g[0], "buurt_code"]) for g in groups]
    centres = [sides.loc[g].geometry.union_all().centroid for g in groups]
    at = np.array([[c.x, c.y] for c in centres])
    for i in sorted(range(len(groups)), key=lambda k: (doors[k], groups[k][0])):
        if doors[i] >= min_doors or not groups[i]:
            continue
        others = [
            j
            for j in range(len(groups))
            if j != i and groups[j] and (not same_buurt or buurt[j] == buurt[i])
        ]
        if not others:
            continue
        metres = np.hypot(*(at[others] - at[i]).T)
        j = others[int(np.argmin(metres))]
        groups[j] = [*groups[j], *groups[i]]
        doors[j] += doors[i]
        groups[i], doors[i] = [], 0
    return [g for g in groups if g]


def _to_frame(sides: gpd.GeoDataFrame, groups: list[list[str]]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows: list[dict[str, Any]] = []
    shapes = []
    for group in sorted(groups, key=lambda g: sorted(g)[0]):
        part = sides.loc[group]
        names = part.groupby("straat")["n_doors"].sum().sort_values(ascending=False, kind="stable")
        days = [d for d in part["last_tried_on"] if d is not None and d == d]  # noqa: PLR0124
        rows.append(
            {
                "piece_id": sorted(group)[0],
                "straat": ", ".join(names.index[:MAX_NAMES])
                + (" …" if len(names) > MAX_NAMES else ""),
                "buurt_code": str(part["buurt_code"].iloc[0]),
                **{c: int(part[c].sum()) for c in COUNTS},
                "last_tried_on": max(days, default=None),
            }
        )
        shapes.append(part.geometry.union_all())
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=RD)
    return frame.set_index("piece_id")
