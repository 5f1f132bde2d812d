"""Doors to streets: the own street where it is within reach, and never through a wall or water."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from zds_geo.places.obstacles import Obstacles

AT_ONCE: Final = 6  # ways per door that are looked at together
STEP_M: Final = 3.0  # between other points of a street that are tried
FACADE_STEP_M: Final = 1.5  # between points of a facade that are tried
FACADE_REACH_M: Final = 30.0  # from the door's own point to such a point
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


def on_own_street(doors: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Tell which doors are reached from a street of their own name.

    Parameters
    ----------
    doors : DataFrame
        With ``straat`` and ``access_name``.

    Returns
    -------
    ndarray of bool, shape (n,)
        In row order; spelling does not count (``fold_street``).
    """
    own: npt.NDArray[np.bool_] = _folded(doors["straat"]) == _folded(doors["access_name"])
    return own


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
    obstacles: Obstacles,
    walls: npt.NDArray[np.object_],
    own_street_m: float,
) -> pd.DataFrame:
    """Attach each door to the street it is reached from.

    Parameters
    ----------
    doors : GeoDataFrame
        Points with ``straat``, EPSG:28992.
    edges : GeoDataFrame
        Contract EDGES.
    obstacles : Obstacles
        Of the same doors in the same order.
    walls : ndarray of Polygon or None, shape (n,)
        Building of each door, where known.
    own_street_m : float
        Reach within which a street of the door's own name is preferred, metres.

    Returns
    -------
    DataFrame, index of ``doors``
        ``access_edge_id``, ``access_name``, ``along_m`` (metres from the start of the edge),
        ``start`` and ``foot`` (the ends of the straight way), ``side`` (L or R along the edge),
        ``barred`` (the way goes through something, since no other was found) and ``own_near`` (a
        street of its own name lies within reach).

    Notes
    -----
    In this order: the nearest point of an edge of the own street; another point of it, every
    ``STEP_M``; from another point of the building's facade; then the same with other streets: each
    time the shortest way that goes through nothing. If there is none, the nearest edge of the own
    street, else of any.
    """
    import numpy as np
    import pandas as pd
    import shapely

    points, lines = doors.geometry.to_numpy(), edges.geometry.to_numpy()
    found = _Found(points)
    pairs = _candidates(doors, edges, reach=own_street_m)
    for own in (True, False):
        kind = pairs.loc[(pairs["own"] == own) & ~pairs["island"]]
        _try_nearest(found, kind, lines=lines, obstacles=obstacles)
        _try_others(
            found, kind, points=points, lines=lines, obstacles=obstacles, reach=own_street_m
        )
        _try_facade(found, kind, walls=walls, lines=lines, obstacles=obstacles)
    _take_barred(found, pairs, points=points, edges=edges)
    target = lines[found.edge]
    foot = shapely.line_interpolate_point(target, found.along)
    # The side is seen from the nearest point: a slanting way would tell less.
    beside = shapely.line_locate_point(target, points)
    own_near = np.zeros(len(doors), dtype=bool)
    own_near[pairs.loc[pairs["own"], "door"]] = True
    return pd.DataFrame(
        {
            "access_edge_id": edges.index.to_numpy()[found.edge],
            "access_name": edges["name"].to_numpy()[found.edge],
            "along_m": found.along,
            "start": found.start,
            "foot": foot,
            "side": np.where(_is_left(target, beside, points), "L", "R"),
            "barred": found.barred,
            "own_near": own_near,
        },
        index=doors.index,
    )


class _Found:
    """Edge, place along it and start of the way for each door; edge -1 while there is none."""

    def __init__(self, points: npt.NDArray[np.object_]) -> None:
        import numpy as np

        n = len(points)
        self.start = points.copy()
        self.edge = np.full(n, -1, dtype=np.intp)
        self.along = np.zeros(n)
        self.barred = np.zeros(n, dtype=bool)

    def take(self, options: pd.DataFrame) -> None:
        """Take the shortest option of each door: columns door, edge, along and metres."""
        order = ["door", "metres", "edge", "along"]
        best = options.sort_values(order).drop_duplicates("door")
        self.edge[best["door"]] = best["edge"]
        self.along[best["door"]] = best["along"]
        if "start" in best:
            self.start[best["door"]] = best["start"]

    def open(self, pairs: pd.DataFrame) -> pd.DataFrame:
        """Keep the pairs of doors that have nothing yet."""
        return pairs.loc[self.edge[pairs["door"]] < 0]


def _candidates(doors: gpd.GeoDataFrame, edges: gpd.GeoDataFrame, *, reach: float) -> pd.DataFrame:
    import pandas as pd
    import shapely

    points, lines = doors.geometry.to_numpy(), edges.geometry.to_numpy()
    door, edge = shapely.STRtree(lines).query(points, predicate="dwithin", distance=reach)
    own = _folded(doors["straat"])[door] == _folded(edges["name"])[edge]
    island = ~main_component(edges)
    return pd.DataFrame(
        {
            "door": door,
            "edge": edge,
            "own": own,
            "island": island[edge],
            "metres": shapely.distance(points[door], lines[edge]),
            "along": shapely.line_locate_point(lines[edge], points[door]),
        }
    )


def _try_nearest(
    found: _Found,
    pairs: pd.DataFrame,
    *,
    lines: npt.NDArray[np.object_],
    obstacles: Obstacles,
) -> None:
    """Try the nearest point of each edge."""
    import shapely

    left = found.open(pairs)
    feet = shapely.line_interpolate_point(lines[left["edge"]], left["along"].to_numpy())
    _take_shortest_free(found, left, feet=feet, obstacles=obstacles)


def _try_others(
    found: _Found,
    pairs: pd.DataFrame,
    *,
    points: npt.NDArray[np.object_],
    lines: npt.NDArray[np.object_],
    obstacles: Obstacles,
    reach: float,
) -> None:
    """Try points every few metres along the edges."""
    import numpy as np
    import pandas as pd
    import shapely

    left = found.open(pairs)
    if left.empty:
        return
    length = shapely.length(lines[left["edge"]])
    row, step = _count_out((length // STEP_M).astype(int) + 2)
    along = np.minimum(step * STEP_M, length[row])
    door, edge = left["door"].to_numpy()[row], left["edge"].to_numpy()[row]
    feet = shapely.line_interpolate_point(lines[edge], along)
    metres = shapely.distance(points[door], feet)
    near = metres <= reach
    options = pd.DataFrame({"door": door, "edge": edge, "along": along, "metres": metres})[near]
    _take_shortest_free(found, options, feet=feet[near], obstacles=obstacles)


def _try_facade(
    found: _Found,
    pairs: pd.DataFrame,
    *,
    walls: npt.NDArray[np.object_],
    lines: npt.NDArray[np.object_],
    obstacles: Obstacles,
) -> None:
    """Try to leave the building elsewhere: the front door need not be in line with the street."""
    import pandas as pd
    import shapely

    left = found.open(pairs).sort_values(["door", "metres", "edge"])
    left = left.loc[~shapely.is_missing(walls[left["door"]])]
    left = left.loc[left.groupby("door").cumcount() < AT_ONCE]
    if left.empty:
        return
    doors = left["door"].unique()
    bounds = shapely.boundary(walls[doors])
    owner, step = _count_out((shapely.length(bounds) // FACADE_STEP_M).astype(int) + 1)
    places = pd.DataFrame({"door": doors[owner]})
    places["start"] = shapely.line_interpolate_point(bounds[owner], step * FACADE_STEP_M)
    places["inside_m"] = shapely.distance(places["start"].to_numpy(), found.start[places["door"]])
    places = places.loc[places["inside_m"] <= FACADE_REACH_M]
    options = left[["door", "edge"]].merge(places, on="door")
    starts, edges = options["start"].to_numpy(), lines[options["edge"]]
    options["along"] = shapely.line_locate_point(edges, starts)
    feet = shapely.line_interpolate_point(edges, options["along"].to_numpy())
    options["metres"] = shapely.distance(starts, feet) + options["inside_m"]
    _take_shortest_free(found, options, feet=feet, obstacles=obstacles)


def _count_out(
    counts: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Give owner and number of each item: 0 0 0, 1 1 with 0 1 2, 0 1 for the counts 3 and 2."""
    import numpy as np

    owner = np.repeat(np.arange(len(counts)), counts)
    return owner, np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)


def _take_shortest_free(
    found: _Found, options: pd.DataFrame, *, feet: npt.NDArray[np.object_], obstacles: Obstacles
) -> None:
    """Look at the ways of each door from short to long, a few at a time."""
    import numpy as np

    order = options.assign(at=np.arange(len(options))).sort_values(["door", "metres", "edge"])
    rank = order.groupby("door").cumcount()
    for tries in range(0, int(rank.max()) + 1 if len(rank) else 0, AT_ONCE):
        some = found.open(order.loc[rank.between(tries, tries + AT_ONCE - 1)])
        if some.empty:
            continue
        starts = some["start"].to_numpy() if "start" in some else None
        barred = obstacles.block(some["door"].to_numpy(), feet[some["at"]], starts=starts)
        found.take(some.loc[~barred])


def _take_barred(
    found: _Found,
    pairs: pd.DataFrame,
    *,
    points: npt.NDArray[np.object_],
    edges: gpd.GeoDataFrame,
) -> None:
    """Where every way is barred or nothing is near: the nearest of the own street, else of any."""
    import numpy as np
    import shapely

    left = found.open(pairs)
    far = left["metres"] + ~left["own"] * OTHER_STREET_M + left["island"] * ISLAND_M
    found.barred[left["door"]] = True
    found.take(left.assign(metres=far))
    lost = np.flatnonzero(found.edge < 0)
    if len(lost):  # nothing within reach: the nearest street of the connected network
        lines = edges.geometry.to_numpy()
        main = np.flatnonzero(main_component(edges))
        found.edge[lost] = main[shapely.STRtree(lines[main]).nearest(points[lost])]
        found.along[lost] = shapely.line_locate_point(lines[found.edge[lost]], points[lost])


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


def _folded(names: pd.Series[str]) -> npt.NDArray[np.object_]:
    import numpy as np

    unique = {name: fold_street(name) for name in set(names)}
    # An unnamed way is nobody's own street.
    return np.array([unique[n] or f"\0{i}" for i, n in enumerate(names)], dtype=object)
