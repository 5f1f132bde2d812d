"""Doors to streets: an edge of the own street within reach, not across water, else the nearest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

MAX_TRIES: Final = 6  # candidates per door and kind (own street, other) tested against water
OTHER_STREET_M: Final = 1_000.0  # added to the distance of a street with another name
ISLAND_M: Final = 10_000.0  # added where the street is not connected to the rest
_SHORT: Final = (
    ("straat", "str"), ("weg", "wg"), ("laan", "ln"), ("plein", "pln"), ("burgemeester", "burg"),
    ("professor", "prof"), ("dokter", "dr"), ("dominee", "ds"), ("doctor", "dr"),
    ("ingenieur", "ir"), ("meester", "mr"), ("sint", "st"),
)  # fmt: skip


def fold_street(name: str) -> str:
    """Fold a street name so that usual spellings are equal.

    Parameters
    ----------
    name : str
        As on a sign.

    Returns
    -------
    str
        Lower case, without spaces and marks, common words shortened.

    Examples
    --------
    >>> fold_street("Burg. de Vriesstraat") == fold_street("Burgemeester De Vriesstr.")
    True
    """
    folded = re.sub(r"[\s.,'’`-]+", "", name.casefold())
    for long, short in _SHORT:
        folded = folded.replace(long, short)
    return folded


def main_component(edges: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Tell which edges belong to the largest connected part of the network.

    Parameters
    ----------
    edges : GeoDataFrame
        Contract EDGES.

    Returns
    -------
    ndarray of bool, shape (n,)
        In row order.
    """
    import numpy as np

    labels, _ = _components(edges)
    metres = np.bincount(labels, weights=edges["length_m"].to_numpy())
    biggest: npt.NDArray[np.bool_] = labels == int(np.argmax(metres))
    return biggest


def _components(edges: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.intp], int]:
    import numpy as np
    import pandas as pd
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    codes, names = pd.factorize(
        np.concatenate([edges["from_junction"].to_numpy(), edges["to_junction"].to_numpy()])
    )
    a, b = codes[: len(edges)], codes[len(edges) :]
    graph = coo_array((np.ones(len(edges)), (a, b)), shape=(len(names), len(names)))
    count, labels = connected_components(graph, directed=False)
    return labels[a], int(count)


def count_pieces(edges: gpd.GeoDataFrame) -> int:
    """Count the connected parts of the network.

    Parameters
    ----------
    edges : GeoDataFrame
        Contract EDGES.

    Returns
    -------
    int
        1 when everything is connected.
    """
    return _components(edges)[1]


def attach_doors(
    doors: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    *,
    water: gpd.GeoDataFrame,
    own_street_m: float,
) -> pd.DataFrame:
    """Attach each door to the street it is reached from.

    Parameters
    ----------
    doors : GeoDataFrame
        Points with ``straat``, EPSG:28992.
    edges : GeoDataFrame
        Contract EDGES.
    water : GeoDataFrame
        Surfaces that nobody walks over.
    own_street_m : float
        Reach within which a street of the door's own name is preferred.

    Returns
    -------
    DataFrame, index of ``doors``
        ``access_edge_id``, ``access_name``, ``access_m`` (metres, straight), ``along_m`` (metres
        from the start of the edge) and ``side`` (L or R along the edge).
    """
    import numpy as np
    import pandas as pd
    import shapely

    points = doors.geometry.to_numpy()
    lines = edges.geometry.to_numpy()
    chosen = _choose(doors, edges, water=water, reach=own_street_m)
    target = lines[chosen]
    along = shapely.line_locate_point(target, points)
    foot = shapely.line_interpolate_point(target, along)
    return pd.DataFrame(
        {
            "access_edge_id": edges.index.to_numpy()[chosen],
            "access_name": edges["name"].to_numpy()[chosen],
            "access_m": shapely.distance(points, foot),
            "along_m": along,
            "side": np.where(_is_left(target, along, points), "L", "R"),
        },
        index=doors.index,
    )


def _is_left(
    lines: npt.NDArray[np.object_], along: npt.NDArray[np.float64], points: npt.NDArray[np.object_]
) -> npt.NDArray[np.bool_]:
    import numpy as np
    import shapely

    length = shapely.length(lines)
    before = shapely.line_interpolate_point(lines, np.maximum(along - 1.0, 0.0))
    after = shapely.line_interpolate_point(lines, np.minimum(along + 1.0, length))
    dx, dy = (
        shapely.get_x(after) - shapely.get_x(before),
        shapely.get_y(after) - shapely.get_y(before),
    )
    px, py = (
        shapely.get_x(points) - shapely.get_x(before),
        shapely.get_y(points) - shapely.get_y(before),
    )
    left: npt.NDArray[np.bool_] = dx * py - dy * px > 0
    return left


def _choose(
    doors: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, *, water: gpd.GeoDataFrame, reach: float
) -> npt.NDArray[np.intp]:
    import numpy as np
    import pandas as pd
    import shapely

    points, lines = doors.geometry.to_numpy(), edges.geometry.to_numpy()
    tree = shapely.STRtree(lines)
    door, edge = tree.query(points, predicate="dwithin", distance=reach)
    metres = shapely.distance(points[door], lines[edge])
    own = _folded(doors["straat"])[door] == _folded(edges["name"])[edge]
    island = ~main_component(edges)
    score = metres + np.where(own, 0.0, OTHER_STREET_M) + np.where(island[edge], ISLAND_M, 0.0)
    pairs = pd.DataFrame({"door": door, "edge": edge, "own": own, "score": score})
    pairs = pairs.sort_values(["door", "score", "edge"])
    pairs = pairs.loc[pairs.groupby(["door", "own"]).cumcount() < MAX_TRIES]
    wet = _crosses(points[pairs["door"]], lines[pairs["edge"]], water)
    pairs["score"] += np.where(wet, OTHER_STREET_M * 5, 0.0)
    best = pairs.sort_values(["door", "score", "edge"]).drop_duplicates("door").set_index("door")
    chosen = np.full(len(doors), -1, dtype=np.intp)
    chosen[best.index.to_numpy()] = best["edge"].to_numpy()
    lost = np.flatnonzero(chosen < 0)
    if len(lost):  # nothing within reach: the nearest street of the connected network
        main = np.flatnonzero(~island)
        chosen[lost] = main[shapely.STRtree(lines[main]).nearest(points[lost])]
    return chosen


def _folded(names: pd.Series[str]) -> npt.NDArray[np.object_]:
    import numpy as np

    unique = {name: fold_street(name) for name in set(names)}
    # An unnamed way is nobody's own street.
    return np.array([unique[n] or f"\0{i}" for i, n in enumerate(names)], dtype=object)


def _crosses(
    points: npt.NDArray[np.object_], lines: npt.NDArray[np.object_], water: gpd.GeoDataFrame
) -> npt.NDArray[np.bool_]:
    import numpy as np
    import shapely

    crossing = np.zeros(len(points), dtype=bool)
    if water.empty or not len(points):
        return crossing
    way_there = shapely.shortest_line(points, lines)
    line, _ = shapely.STRtree(water.geometry.to_numpy()).query(way_there, predicate="crosses")
    crossing[line] = True
    return crossing
