"""Which pieces of street are next to each other: corners, crossings, bridges, islands."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from zds_geo.places import link_units

WALK_M_S = 1.0


def network(
    streets: dict[str, tuple[str, str, int]], points: dict[str, tuple[float, float]]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Straight streets: name → (from, to, seconds to cross)."""
    junctions = gpd.GeoDataFrame(
        index=pd.Index(list(points), name="junction_id"),
        geometry=[shapely.Point(p) for p in points.values()],
        crs="EPSG:28992",
    )
    lines = [shapely.LineString([points[a], points[b]]) for a, b, _ in streets.values()]
    edges = gpd.GeoDataFrame(
        {
            "from_junction": [a for a, _, _ in streets.values()],
            "to_junction": [b for _, b, _ in streets.values()],
            "length_m": [line.length for line in lines],
            "crossing_s": [c for _, _, c in streets.values()],
        },
        index=pd.Index(list(streets), name="edge_id"),
        geometry=lines,
        crs="EPSG:28992",
    )
    return edges, junctions


def units(*rows: tuple[str, str, float, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["edge_id", "side", "low_m", "high_m"])
    return table.assign(x=[float(n) for n in range(len(table))], y=0.0)


def seconds(found: pd.DataFrame) -> dict[tuple[int, int], float]:
    return {(int(r.a), int(r.b)): float(r.walk_s) for r in found.itertuples()}


CROSS = {
    "m": (0.0, 0.0),
    "n": (0.0, 100.0),
    "e": (100.0, 0.0),
    "z": (0.0, -100.0),
    "w": (-100.0, 0.0),
}
ROADS = {
    "north": ("m", "n", 45),
    "east": ("m", "e", 5),
    "south": ("m", "z", 45),
    "west": ("m", "w", 5),
}


def link(rows: pd.DataFrame, **more: Any) -> pd.DataFrame:
    return link_units(
        rows, *network(more.get("streets", ROADS), more.get("points", CROSS)), walk_m_s=1
    )


def test_the_other_side_of_a_street_is_as_far_as_crossing_it() -> None:
    found = link(units(("east", "L", 10, 90), ("east", "R", 10, 90), ("north", "L", 20, 80)))
    assert seconds(found)[0, 1] == 5


def test_round_the_corner_nothing_is_crossed_and_a_busy_road_is() -> None:
    # East's left side (north of it) and north's right side are one corner. West lies over the road.
    found = seconds(
        link(units(("east", "L", 10, 90), ("north", "R", 20, 80), ("west", "R", 10, 90)))
    )
    assert found[0, 1] == 10 + 20
    assert found[0, 2] == 10 + 10 + 45
    # South of east and south of west: the road is crossed too, not the quiet streets and the road.
    south = seconds(link(units(("east", "R", 10, 90), ("west", "L", 10, 90))))
    assert south[0, 1] == 10 + 10 + 45


def test_ways_without_doors_join_what_they_lead_to_and_nothing_else_does() -> None:
    points = {"a": (0.0, 0.0), "b": (100.0, 0.0), "c": (100.0, 60.0), "d": (0.0, 60.0)}
    streets = {"kade": ("a", "b", 5), "brug": ("b", "c", 0), "dijk": ("d", "c", 5)}
    rows = units(("kade", "L", 10, 90), ("dijk", "R", 10, 90))
    found = link(rows, streets=streets, points=points)
    assert seconds(found) == {(0, 1): 10 + 60 + 10}
    assert found["real"].all()
    del streets["brug"]
    apart = link(rows, streets=streets, points=points)
    assert not apart["real"].any()
    assert len(apart) == 1


def test_a_way_round_past_other_doors_is_no_neighbour() -> None:
    points = {
        "a": (0.0, 0.0),
        "b": (100.0, 0.0),
        "c": (200.0, 0.0),
        "d": (300.0, 0.0),
        "e": (150.0, 900.0),
    }
    streets = {
        "een": ("a", "b", 5), "twee": ("b", "c", 5), "drie": ("c", "d", 5),
        "om": ("b", "e", 0), "om2": ("c", "e", 0),
    }  # fmt: skip
    found = seconds(
        link(
            units(("een", "L", 0, 100), ("twee", "L", 0, 100), ("drie", "L", 0, 100)),
            streets=streets, points=points,
        )
    )  # fmt: skip
    assert set(found) == {(0, 1), (1, 2)}


def test_parts_of_one_entrance_hang_together_in_order() -> None:
    parts = units(*[("east", "L", 50, 50)] * 4)
    assert set(seconds(link(parts))) == {(0, 1), (1, 2), (2, 3)}


def test_all_hangs_together_and_order_of_streets_does_not_matter() -> None:
    rows = units(("east", "L", 10, 90), ("north", "R", 20, 80), ("west", "R", 10, 90))
    turned = dict(reversed(ROADS.items()))
    assert seconds(link(rows)) == seconds(link(rows, streets=turned))
    assert link(rows.iloc[:1]).empty
