"""Street sides merged until a count says nothing of one home."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from zds_geo.core.crs import RD, require_rd

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pandas as pd

COUNTS: Final = ("n_doors", "tried", "opened", "talked", "reached", "never_tried", "in_vain")
MAX_NAMES: Final = 3

Groups = list[list[str]]


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
        ``straat`` (at most three names), ``buurt_code``, the counts, ``last_tried_on`` and
        ``streets`` (all names, joined by a line feed); pieces as in ``group_sides``.
    """
    sides = street_sides.join(coverage.drop(columns="n_doors", errors="ignore"), how="inner")
    sides["n_doors"] = coverage["n_doors"].reindex(sides.index).astype(int)
    pieces = group_sides(sides, min_doors=min_doors)
    return _to_frame(sides.sort_index(), pieces)


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
        ``piece_id``, the smallest id in it. Sides that follow each other on the same side of one
        street and buurt first; what stays small joins the nearest piece of its street, then of
        its buurt, then of the area. Only an area with fewer doors than ``min_doors`` keeps a
        smaller piece.
    """
    import pandas as pd

    require_rd(street_sides, "street_sides")
    sides = street_sides.sort_index()
    groups = _within_sides(sides, min_doors)
    for scope in (["buurt_code", "straat"], ["buurt_code"], []):
        groups = join_small(sides, groups, scope, min_doors=min_doors)
    pieces = {side: min(group) for group in groups for side in group}
    return pd.Series(pieces, dtype="str").reindex(sides.index).rename("piece_id")


def _within_sides(sides: gpd.GeoDataFrame, min_doors: int) -> Groups:
    """Walk along each side of each street and close a piece when it has enough doors."""
    import numpy as np
    import shapely

    lines = sides.geometry.to_numpy()
    centre = shapely.get_coordinates(shapely.centroid(lines)).round(1)
    # Where a side lies in its street, seen along the street's longer direction: an edge drawn the
    # other way round has its L and R exchanged.
    run = shapely.get_coordinates(shapely.get_point(lines, -1)) - shapely.get_coordinates(
        shapely.get_point(lines, 0)
    )
    table = sides[["buurt_code", "straat", "side", "n_doors"]].copy()
    table["x"], table["y"] = centre[:, 0], centre[:, 1]
    spread = table.groupby(["buurt_code", "straat"])[["x", "y"]].transform(
        lambda s: s.max() - s.min()
    )
    wide = (spread["x"] >= spread["y"]).to_numpy()
    back = np.where(wide, run[:, 0], run[:, 1]) < 0
    table["hand"] = np.where((table["side"] == "L").to_numpy() ^ back, "a", "b")
    table["along"] = np.where(wide, table["x"], table["y"])
    groups: Groups = []
    for _, street in table.groupby(["buurt_code", "straat", "hand"], sort=True):
        ordered = street.sort_values("along", kind="stable")
        groups += cut(list(ordered.index), list(ordered["n_doors"]), min_doors=min_doors)
    return groups


def cut(ids: Sequence[str], doors: Sequence[int], *, min_doors: int) -> Groups:
    """Cut a row into stretches that have enough doors; a small rest joins the last one.

    Parameters
    ----------
    ids : sequence of str
        In order along the street.
    doors : sequence of int
        Doors of each.
    min_doors : int
        When to close a stretch.

    Returns
    -------
    list of list of str
        Only a row that is too small as a whole gives a smaller stretch.

    Examples
    --------
    >>> cut(["a", "b", "c", "d"], [3, 3, 6, 1], min_doors=5)
    [['a', 'b'], ['c', 'd']]
    """
    groups: Groups = []
    current: list[str] = []
    count = 0
    for name, n_doors in zip(ids, doors, strict=True):
        current.append(str(name))
        count += int(n_doors)
        if count >= min_doors:
            groups.append(current)
            current, count = [], 0
    if current and groups:
        groups[-1].extend(current)
    elif current:
        groups.append(current)
    return groups


def join_small(
    parts: gpd.GeoDataFrame, groups: Groups, scope: Sequence[str], *, min_doors: int
) -> Groups:
    """Let groups that are too small join the nearest group, the smallest first.

    Parameters
    ----------
    parts : GeoDataFrame
        What is grouped, with ``n_doors``.
    groups : list of list of str
        Ids of ``parts``.
    scope : sequence of str
        Columns that must be alike: only such groups are joined.
    min_doors : int
        Smallest number of doors.

    Returns
    -------
    list of list of str
        Nothing lost, nothing twice; nearest by the middle of each group.
    """
    import numpy as np
    import shapely

    sizes = parts["n_doors"].to_dict()
    shapes = parts.geometry.to_dict()
    keys = {
        i: tuple(row) for i, row in zip(parts.index, parts[list(scope)].to_numpy(), strict=True)
    }
    doors = np.array([sum(int(sizes[i]) for i in g) for g in groups])
    alike: dict[Any, list[int]] = {}
    for number, group in enumerate(groups):
        alike.setdefault(keys[group[0]], []).append(number)
    middle = shapely.centroid([shapely.geometrycollections([shapes[i] for i in g]) for g in groups])
    at = shapely.get_coordinates(middle)
    joined = [list(g) for g in groups]
    for i in sorted(range(len(groups)), key=lambda k: (doors[k], groups[k][0])):
        if doors[i] >= min_doors or not joined[i]:
            continue
        others = [j for j in alike[keys[groups[i][0]]] if j != i and joined[j]]
        if not others:
            continue
        j = others[int(np.argmin(np.hypot(*(at[others] - at[i]).T)))]
        joined[j] += joined[i]
        doors[j] += doors[i]
        joined[i], doors[i] = [], 0
    return [g for g in joined if g]


def join_names(part: pd.DataFrame) -> str:
    """Name the streets of a piece, the one with most doors first.

    Parameters
    ----------
    part : DataFrame
        Columns ``straat`` and ``n_doors``.

    Returns
    -------
    str
        At most three names.
    """
    names = part.groupby("straat")["n_doors"].sum().sort_values(ascending=False, kind="stable")
    return ", ".join(names.index[:MAX_NAMES]) + (" …" if len(names) > MAX_NAMES else "")


def _to_frame(sides: gpd.GeoDataFrame, pieces: pd.Series[str]) -> gpd.GeoDataFrame:
    import geopandas as gpd

    rows: list[dict[str, Any]] = []
    shapes = []
    for piece_id, part in sides.groupby(pieces, sort=True):
        days = [d for d in part["last_tried_on"] if d is not None and d == d]  # noqa: PLR0124
        rows.append(
            {
                "piece_id": piece_id,
                "straat": join_names(part),
                "buurt_code": str(part["buurt_code"].iloc[0]),
                **{c: int(part[c].sum()) for c in COUNTS if c in part},
                "last_tried_on": max(days, default=None),
                "streets": "\n".join(sorted(set(part["straat"]))),
            }
        )
        shapes.append(part.geometry.union_all())
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs=RD)
    return frame.set_index("piece_id")
