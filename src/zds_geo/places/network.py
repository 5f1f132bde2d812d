"""OSM ways to a walking network: one edge between two junctions, one name, both directions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from zds_geo.core.crs import RD, require_rd
from zds_geo.core.errors import PlacesError
from zds_geo.core.frames import EDGES

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import numpy.typing as npt

NOT_FOR_WALKING: Final = frozenset(
    {
        "motorway", "motorway_link", "trunk", "trunk_link", "construction", "proposed", "raceway",
        "bus_guideway", "escape", "planned", "abandoned", "razed", "platform", "rest_area",
        "services", "elevator", "corridor", "no", "busway",
    }
)  # fmt: skip
ALLOWED: Final = frozenset({"yes", "designated", "permissive", "destination", "customers"})
CLOSED: Final = frozenset({"no", "private"})
SIDEWALKS: Final = frozenset({"both", "left", "right", "yes", "separate"})
# Seconds to cross on foot (DESIGN 7: quiet about 5, busy 15 to 45).
CROSSING_S: Final = {
    "primary": 45, "primary_link": 45, "trunk": 45, "trunk_link": 45, "secondary": 30,
    "secondary_link": 30, "tertiary": 15, "tertiary_link": 15, "unclassified": 5,
    "residential": 5, "living_street": 3, "service": 3, "road": 5,
}  # fmt: skip


class WalkTags(NamedTuple):
    """The tags of a way that decide whether people on foot may use it; empty where absent."""

    highway: str
    foot: str = ""
    access: str = ""
    sidewalk: str = ""


WALK_TAGS: Final = WalkTags._fields


def is_walkable(way: WalkTags) -> bool:
    """Tell whether people on foot may use a way.

    Parameters
    ----------
    way : WalkTags
        Its tags.

    Returns
    -------
    bool
        The OSM tags ``foot`` and ``sidewalk`` overrule the class; ``access`` counts next.
    """
    if way.foot in CLOSED or (way.access in CLOSED and way.foot not in ALLOWED):
        return False
    if way.highway in NOT_FOR_WALKING:
        return way.highway.startswith("trunk") and (
            way.foot in ALLOWED or way.sidewalk in SIDEWALKS
        )
    return True


def build_network(ways: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Build the walking network.

    Parameters
    ----------
    ways : GeoDataFrame
        Contract WAYS, EPSG:28992.

    Returns
    -------
    edges : GeoDataFrame
        Contract EDGES: each runs from the smaller junction id to the larger, without junctions
        in between; ids follow from OSM node and way ids, so they last between imports.
    junctions : GeoDataFrame
        Contract JUNCTIONS.

    Raises
    ------
    PlacesError
        If no way can be walked.
    """
    require_rd(ways, "ways")
    # Few combinations of tags occur: each is judged once.
    tags = list(zip(*(ways[tag].tolist() for tag in WALK_TAGS), strict=True))
    verdict = {found: is_walkable(WalkTags(*found)) for found in set(tags)}
    walkable = ways.loc[[verdict[found] for found in tags]].sort_index()
    if walkable.empty:
        raise PlacesError("places.no_walkable")
    lines = _Lines.of(walkable)
    return _to_frames(lines, _chains(lines))


@dataclass(frozen=True, slots=True)
class _Lines:
    """Walkable ways laid end to end: one row per vertex; name, class and id per way."""

    node: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float64]
    way: npt.NDArray[np.intp]
    way_id: npt.NDArray[np.int64]
    name: list[str]
    highway: list[str]

    @classmethod
    def of(cls, ways: gpd.GeoDataFrame) -> _Lines:
        import numpy as np
        import shapely

        xy, way = shapely.get_coordinates(ways.geometry.to_numpy(), return_index=True)
        node = np.fromiter(
            itertools.chain.from_iterable(ways["node_ids"]), dtype=np.int64, count=len(xy)
        )
        keep = np.ones(len(node), dtype=bool)  # a node twice in a row is one vertex
        keep[1:] = (node[1:] != node[:-1]) | (way[1:] != way[:-1])
        return cls(
            node[keep],
            xy[keep],
            way[keep],
            ways.index.to_numpy().astype(np.int64),
            ways["name"].tolist(),
            ways["highway"].tolist(),
        )


def _breaks(lines: _Lines) -> npt.NDArray[np.bool_]:
    """Mark the vertices where an edge ends.

    A node is passed by when exactly two pieces of street meet there, of one name and class; so
    does OSMnx (Boeing 2025, ``simplify_graph`` with ``edge_attrs_differ``).
    """
    import numpy as np

    known: dict[tuple[str, str], int] = {}
    kinds = [known.setdefault(k, len(known)) for k in zip(lines.name, lines.highway, strict=True)]
    kind = np.array(kinds)[lines.way]
    onward = np.flatnonzero(lines.way[1:] == lines.way[:-1])
    _, place = np.unique(lines.node, return_inverse=True)
    n = int(place.max()) + 1
    degree = np.bincount(place[np.concatenate([onward, onward + 1])], minlength=n)
    lowest, highest = np.full(n, len(known)), np.full(n, -1)
    np.minimum.at(lowest, place, kind)
    np.maximum.at(highest, place, kind)
    broken: npt.NDArray[np.bool_] = ((degree != 2) | (lowest != highest))[place]
    return broken


def _chains(lines: _Lines) -> list[Sequence[int]]:
    """Cut the ways at junctions and join the pieces between them: lists of vertices."""
    import numpy as np

    broken = _breaks(lines)
    first = np.ones(len(lines.node), dtype=bool)
    first[1:] = lines.way[1:] != lines.way[:-1]
    starts = np.flatnonzero(first)
    cut = np.flatnonzero(broken & ~first)
    stops = np.append(starts[1:], len(lines.node)) - 1
    marks = np.unique(np.concatenate([starts, cut, stops]))
    owner = lines.way[marks]
    pieces = [
        range(int(a), int(b) + 1)  # no lists: thousands of them wake the garbage collector
        for a, b, one in zip(marks[:-1], marks[1:], owner[1:] == owner[:-1], strict=True)
        if one
    ]
    return _join(pieces, lines.node.tolist(), broken.tolist())


def _join(pieces: list[range], node: list[int], broken: list[bool]) -> list[Sequence[int]]:
    """Join pieces at nodes that are passed by; a ring without a junction stays a ring."""
    loose: dict[int, list[int]] = {}
    for i, piece in enumerate(pieces):
        for end in (piece[0], piece[-1]):
            if not broken[end]:
                loose.setdefault(node[end], []).append(i)
    done = [False] * len(pieces)
    chains: list[Sequence[int]] = []
    # Rings last: every piece that leads to a junction is begun at that junction.
    order = sorted(
        range(len(pieces)), key=lambda i: not (broken[pieces[i][0]] or broken[pieces[i][-1]])
    )
    for i in order:
        if done[i]:
            continue
        chain: Sequence[int] = pieces[i] if broken[pieces[i][0]] else pieces[i][::-1]
        done[i] = True
        while not broken[chain[-1]]:
            here = node[chain[-1]]
            following = next((k for k in loose[here] if not done[k]), None)
            if following is None:
                break
            done[following] = True
            piece = pieces[following]
            chain = [*chain, *(piece if node[piece[0]] == here else piece[::-1])[1:]]
        chains.append(chain)
    return [_from_smallest(chain, node, broken) for chain in chains]


def _from_smallest(chain: Sequence[int], node: list[int], broken: list[bool]) -> Sequence[int]:
    """Let a ring without a junction begin at its smallest node."""
    if broken[chain[0]] or node[chain[0]] != node[chain[-1]]:
        return chain
    ring = chain[:-1]
    at = min(range(len(ring)), key=lambda i: node[ring[i]])
    return [*ring[at:], *ring[: at + 1]]


def _to_frames(
    lines: _Lines, chains: list[Sequence[int]]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely

    chains = [_onward(lines, chain) for chain in chains]
    sizes = np.array([len(c) for c in chains])
    flat = np.fromiter(itertools.chain.from_iterable(chains), dtype=np.intp, count=sizes.sum())
    begin = np.cumsum(sizes) - sizes
    shapes = shapely.linestrings(lines.xy[flat], indices=np.repeat(np.arange(len(sizes)), sizes))
    start, end = lines.node[flat[begin]], lines.node[flat[begin + sizes - 1]]
    # The vertex after a junction belongs to one way only.
    lead = lines.way[flat[begin + 1]]
    way = np.minimum.reduceat(lines.way_id[lines.way[flat]], begin)
    highway = [lines.highway[w] for w in lead]
    table = pd.DataFrame(
        {
            "from_junction": list(map(str, start.tolist())),
            "to_junction": list(map(str, end.tolist())),
            "way": list(map(str, way.tolist())),
            "name": [lines.name[w] for w in lead],
            "highway": highway,
            "length_m": shapely.length(shapes),
            "crossing_s": [CROSSING_S.get(h, 0) for h in highway],
            "shape": shapely.to_wkb(shapes),
            "line": shapes,
        }
    )
    keys = ["from_junction", "to_junction", "way", "shape"]
    table = table.drop_duplicates(keys).sort_values(keys)
    again = table.groupby(keys[:3]).cumcount()
    base = table["from_junction"] + "-" + table["to_junction"] + "-" + table["way"]
    table["edge_id"] = base.where(again == 0, base + "." + again.astype(str))
    edges = gpd.GeoDataFrame(
        table.set_index("edge_id")[list(EDGES.columns)], geometry=table["line"].to_numpy(), crs=RD
    ).sort_index()
    return edges, _junctions(lines, np.unique(np.concatenate([start, end])))


def _onward(lines: _Lines, chain: Sequence[int]) -> Sequence[int]:
    """Let an edge run from its smaller junction; a loop the way its coordinates are smaller."""
    a, b = int(lines.node[chain[0]]), int(lines.node[chain[-1]])
    if a == b:
        flip = lines.xy[chain].tolist() > lines.xy[chain[::-1]].tolist()
    else:
        flip = a > b
    return chain[::-1] if flip else chain


def _junctions(lines: _Lines, used: npt.NDArray[np.int64]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    node, at = np.unique(lines.node, return_index=True)
    xy = lines.xy[at[np.searchsorted(node, used)]]
    frame = gpd.GeoDataFrame(
        index=pd.Index(used.astype(str), name="junction_id", dtype="str"),
        geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]),
        crs=RD,
    )
    return frame.sort_index()
