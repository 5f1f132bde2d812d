"""Stops and street sides: where one stands, and which side of the street it is."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

from zds_geo.core.crs import RD
from zds_geo.places import Places, PlacesParams

from .test_places import BASE, GRID, build, make_addresses

X, Y = BASE


def panden(*shapes: tuple[float, float, float, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"use": ["house"] * len(shapes)},
        index=pd.Index([f"pand-{i:03}" for i in range(len(shapes))], name="pand_id"),
        geometry=[box(X + a, Y + b, X + c, Y + d) for a, b, c, d in shapes],
        crs=RD,
    )


def build_flat(n: int, *, step: float, params: PlacesParams | None = None) -> Places:
    homes = [("Dorpsstraat", 2 * i + 2, 10.0 + i * step, -12.0) for i in range(n)]
    return build(
        make_addresses(homes), GRID, panden=panden((0.0, -30.0, 195.0, -8.0)), params=params
    )


def test_a_flat_of_forty_doors_in_one_pand_is_a_handful_of_stops() -> None:
    places = build_flat(40, step=1.5)
    assert 3 <= len(places.stops) <= 6
    assert places.stops["n_doors"].sum() == 40


def test_a_gallery_whose_points_coincide_is_one_stop() -> None:
    homes = [("Dorpsstraat", n, 40.0, -12.0) for n in range(2, 82, 2)]
    places = build(make_addresses(homes), GRID, panden=panden((0.0, -30.0, 195.0, -8.0)))
    assert places.stops["n_doors"].tolist() == [40]


def test_a_terrace_of_own_panden_is_one_stop_per_door() -> None:
    homes = [("Dorpsstraat", 2 * i + 2, 12.0 + 5.0 * i, -12.0) for i in range(30)]
    own = panden(*[(10.0 + 5.0 * i, -20.0, 14.9 + 5.0 * i, -8.0) for i in range(30)])
    places = build(make_addresses(homes), GRID, panden=own)
    assert len(places.stops) == 30
    assert set(places.stops["n_doors"]) == {1}
    assert places.doors["pand_id"].nunique() == 30


def test_no_entrance_serves_a_wider_part_of_a_block_than_was_said() -> None:
    rules = PlacesParams(stop_width_m=10.0)
    places = build_flat(40, step=1.5, params=rules)
    for _, doors in places.doors.groupby("stop_id"):
        assert doors.geometry.x.max() - doors.geometry.x.min() <= rules.stop_width_m
    assert len(places.stops) <= 10


def test_two_front_doors_of_one_small_building_are_two_stops_unless_close() -> None:
    for apart, stops in ((5.0, 2), (2.0, 1)):
        homes = [("Dorpsstraat", 2, 40.0, -12.0), ("Dorpsstraat", 4, 40.0 + apart, -12.0)]
        own = panden((30.0, -30.0, 60.0, -8.0))
        assert len(build(make_addresses(homes), GRID, panden=own).stops) == stops


def test_one_number_with_many_additions_is_one_bell_board() -> None:
    homes = [("Dorpsstraat", 2, 10.0 + 4 * i, -12.0) for i in range(40)]
    rows = make_addresses(homes)
    rows["toevoeging"] = [f"{i:02}" for i in range(40)]
    places = build(rows, GRID, panden=panden((0.0, -30.0, 195.0, -8.0)))
    assert places.stops["n_doors"].tolist() == [40]


def test_mapped_entrances_divide_a_block_by_their_numbers() -> None:
    homes = [("Dorpsstraat", 2 * i, 4.0 * i, -20.0) for i in range(1, 21)]
    at = [Point(X + 20.0, Y - 8.0), Point(X + 60.0, Y - 8.0)]
    entrances = gpd.GeoDataFrame(
        {"kind": ["staircase", "staircase"], "numbers": ["2-30", "32-40"]},
        index=pd.Index(["osm:node/101", "osm:node/102"], name="entrance_id"),
        geometry=at, crs=RD,
    )  # fmt: skip
    own = panden((0.0, -30.0, 195.0, -8.0))
    places = build(make_addresses(homes), GRID, panden=own, entrances=entrances)
    assert sorted(places.stops["n_doors"]) == [5, 15]
    assert {(p.x, p.y) for p in places.stops.geometry} == {(p.x, p.y) for p in at}
    first = places.doors.loc[places.doors["huisnummer"] <= 30, "stop_id"]
    assert first.nunique() == 1


def test_a_stop_is_named_after_its_smallest_door_and_stands_where_the_best_placed_one_is() -> None:
    homes = [("Dorpsstraat", 2, 40.0, -13.0), ("Dorpsstraat", 4, 41.0, -10.0)]
    places = build(make_addresses(homes), GRID, panden=panden((0.0, -30.0, 195.0, -8.0)))
    assert places.stops.index.tolist() == ["s:osm:node/1"]
    stop = places.stops.iloc[0]
    assert (stop.geometry.x - X, stop.geometry.y - Y) == (40.0, -8.0)  # at the facade
    assert (stop["access_m"], stop["along_m"], stop["n_doors"]) == (8.0, 40.0, 2)


def test_doors_of_one_pand_on_two_streets_are_two_stops() -> None:
    homes = [("Dorpsstraat", 2, 8.0, 6.0), ("Zijweg", 4, 6.0, 8.0)]
    places = build(make_addresses(homes), GRID, panden=panden((5.0, 5.0, 15.0, 15.0)))
    assert places.doors["access_name"].tolist() == ["Dorpsstraat", "Zijweg"]
    assert len(places.stops) == 2


def test_doors_on_both_sides_of_the_street_never_share_a_stop() -> None:
    homes = [("Dorpsstraat", 1, 40.0, 2.0), ("Dorpsstraat", 2, 40.0, -2.0)]
    places = build(make_addresses(homes), GRID, panden=panden((0.0, -30.0, 195.0, 30.0)))
    assert places.doors["pand_id"].nunique() == 1
    assert len(places.stops) == 2


@pytest.mark.parametrize(
    ("street", "x", "y", "side"),
    [
        # Dorpsstraat runs east (junctions 1 to 3), Zijweg runs north (1 to 4).
        ("Dorpsstraat", 60.0, 12.0, "L"),
        ("Dorpsstraat", 60.0, -12.0, "R"),
        ("Zijweg", -9.0, 40.0, "L"),
        ("Zijweg", 9.0, 40.0, "R"),
        # Beyond the ends of the street: still the side it lies on.
        ("Dorpsstraat", -8.0, 3.0, "L"),
        ("Dorpsstraat", -8.0, -3.0, "R"),
        ("Dorpsstraat", 208.0, 3.0, "L"),
        ("Dorpsstraat", 208.0, -3.0, "R"),
    ],
)
def test_side_is_left_or_right_along_the_edge(street: str, x: float, y: float, side: str) -> None:
    places = build(make_addresses([(street, 1, x, y)]), GRID)
    assert places.doors["access_name"].tolist() == [street]
    assert places.doors["street_side_id"].str[-1].tolist() == [side]
    assert places.street_sides["side"].tolist() == [side]


def test_a_street_side_is_drawn_on_its_own_side() -> None:
    homes = [("Dorpsstraat", 1, 60.0, 12.0), ("Dorpsstraat", 2, 60.0, -12.0)]
    places = build(make_addresses(homes), GRID, params=PlacesParams(side_offset_m=4.0))
    drawn = places.street_sides.set_index("side").geometry
    assert drawn["L"].centroid.y - Y == pytest.approx(4.0)
    assert drawn["R"].centroid.y - Y == pytest.approx(-4.0)


def test_a_street_side_counts_its_doors_and_takes_the_buurt_of_most() -> None:
    homes = [("Dorpsstraat", n, 70.0 + 10.0 * n, 12.0) for n in range(1, 10)]
    places = build(make_addresses(homes), GRID)
    side = places.street_sides.iloc[0]
    assert len(places.street_sides) == 1
    assert (side["n_doors"], side["buurt_code"], side["straat"]) == (9, "BU00010002", "Dorpsstraat")
    assert set(places.doors["buurt_code"]) == {"BU00010001", "BU00010002"}


def test_every_door_stop_and_side_refer_to_rows_that_exist() -> None:
    places = build_flat(40, step=1.5)
    assert set(places.doors["stop_id"]) == set(places.stops.index)
    assert set(places.doors["street_side_id"]) == set(places.street_sides.index)
    assert set(places.stops["street_side_id"]) <= set(places.street_sides.index)
    assert set(places.doors["access_edge_id"]) <= set(places.edges.index)
    assert places.street_sides["n_doors"].sum() == len(places.doors)
