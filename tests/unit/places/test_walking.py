"""Walking seconds and lines on a network whose answers can be worked out by hand."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from shapely import Point

from zds_geo.places import UNREACHABLE_S, Places, WalkNetwork

from .test_places import BASE, GRID, HOMES, build, make_addresses, make_ways

X, Y = BASE
SPEED = 1.1
ISLAND = make_ways({"x": ([(800.0, 0.0), (850.0, 0.0)], {"name": "Eiland"})})
ISLAND.index = pd.Index(["99"], name="way_id")
ISLAND["node_ids"] = [(901, 902)]


def walk(places: Places) -> WalkNetwork:
    return WalkNetwork(places.stops, places.edges, places.junctions, walk_m_s=SPEED)


@pytest.fixture(scope="module")
def town() -> Places:
    rows = [
        *HOMES, ("Achterweg", 4, 130.0, 90.0), ("Zijlaan", 2, 190.0, 40.0),
        ("Zijlaan", 1, 210.0, 40.0), ("Eiland", 1, 820.0, 5.0), ("Eiland", 2, 830.0, -5.0),
    ]  # fmt: skip
    return build(make_addresses(rows), pd.concat([GRID, ISLAND]))


def row_of(places: Places, straat: str, number: int) -> int:
    doors = places.doors
    found = doors.loc[(doors["straat"] == straat) & (doors["huisnummer"] == number), "stop_id"]
    return int(places.stops.index.get_loc(found.iloc[0]))


def test_neighbours_walk_out_along_and_in(town: Places) -> None:
    a, b = row_of(town, "Dorpsstraat", 1), row_of(town, "Dorpsstraat", 3)
    network = walk(town)
    assert network.metres([a, b])[0, 1] == pytest.approx(12.0 + 20.0 + 12.0)
    assert network.seconds([a, b])[0, 1] == math.ceil(44.0 / SPEED)


def test_round_the_corner_is_walked_over_the_junction(town: Places) -> None:
    a, b = row_of(town, "Dorpsstraat", 18), row_of(town, "Zijlaan", 2)
    assert walk(town).metres([a, b])[0, 1] == pytest.approx(12.0 + 20.0 + 40.0 + 10.0)


@pytest.mark.parametrize(
    ("street", "one", "other", "along", "access", "crossing"),
    [("Dorpsstraat", 1, 2, 10.0, 24.0, 5), ("Zijlaan", 1, 2, 0.0, 20.0, 15)],
)
def test_the_other_side_costs_its_crossing_once(
    town: Places, street: str, one: int, other: int, along: float, access: float, crossing: int
) -> None:
    a, b = row_of(town, street, one), row_of(town, street, other)
    seconds = walk(town).seconds([a, b])[0, 1]
    assert seconds == math.ceil((along + access) / SPEED + crossing)


def test_the_same_side_and_another_street_cost_no_crossing(town: Places) -> None:
    network = walk(town)
    for a, b in (
        (row_of(town, "Dorpsstraat", 2), row_of(town, "Dorpsstraat", 4)),
        (row_of(town, "Dorpsstraat", 18), row_of(town, "Zijlaan", 1)),
    ):
        assert network.seconds([a, b])[0, 1] == math.ceil(network.metres([a, b])[0, 1] / SPEED)


def test_an_island_is_unreachable_both_ways_but_walkable_within(town: Places) -> None:
    network, streets = walk(town), town.stops["straat"].to_numpy()
    seconds = network.seconds(range(len(streets)))
    there = streets == "Eiland"
    assert (seconds[np.ix_(there, ~there)] == UNREACHABLE_S).all()
    assert (seconds[np.ix_(~there, there)] == UNREACHABLE_S).all()
    assert (seconds[np.ix_(there, there)] < 60).all()
    assert np.isinf(network.metres(range(len(streets)))[np.ix_(there, ~there)]).all()
    with pytest.raises(ValueError, match="no way"):
        network.line(int(np.flatnonzero(there)[0]), int(np.flatnonzero(~there)[0]))


def test_the_order_and_choice_of_rows_change_no_answer(town: Places) -> None:
    network = walk(town)
    every = network.seconds(range(len(town.stops)))
    rows = [7, 2, 19, 0, 7]
    assert (network.seconds(rows) == every[np.ix_(rows, rows)]).all()


def test_lines_run_from_stop_to_stop_and_are_as_long_as_their_metres(town: Places) -> None:
    network, streets = walk(town), town.stops["straat"].to_numpy()
    rows = [i for i, street in enumerate(streets) if street != "Eiland"]
    metres = network.metres(rows)
    for (i, a), (j, b) in itertools.permutations(enumerate(rows), 2):
        line = network.line(a, b)
        assert line.length == pytest.approx(metres[i, j])
        assert Point(line.coords[0]).equals(town.stops.geometry.iloc[a])
        assert Point(line.coords[-1]).equals(town.stops.geometry.iloc[b])


def test_a_meeting_point_is_a_row_after_the_stops_on_the_connected_network(town: Places) -> None:
    network, n = walk(town), len(town.stops)
    rows = network.add_points([(X + 30.0, Y - 7.0), (X + 825.0, Y)])
    assert rows == [n, n + 1]
    home = row_of(town, "Dorpsstraat", 1)
    assert network.metres([rows[0], home])[0, 1] == pytest.approx(7.0 + 20.0 + 12.0)
    # The point on the island starts from the nearest street that leads to the doors.
    assert network.access_m(rows[1]) == pytest.approx(625.0)
    assert (network.seconds([home, *rows]) < UNREACHABLE_S).all()
    assert network.line(rows[0], home).length == pytest.approx(39.0)


def test_points_added_later_leave_earlier_rows_as_they_were(town: Places) -> None:
    network = walk(town)
    before = network.seconds(range(len(town.stops)))
    network.add_points([(X + 30.0, Y - 7.0)])
    assert (network.seconds(range(len(town.stops))) == before).all()


def test_of_parallel_streets_the_shorter_is_walked() -> None:
    ways = make_ways(
        {
            "stem": ([(-50.0, 0.0), (0.0, 0.0)], {"name": "Steel"}),
            "short": ([(0.0, 0.0), (100.0, 0.0)], {"name": "Kort"}),
            "long": ([(0.0, 0.0), (50.0, 80.0), (100.0, 0.0)], {"name": "Lang"}),
            "tail": ([(100.0, 0.0), (150.0, 0.0)], {"name": "Staart"}),
        }
    )
    places = build(make_addresses([("Steel", 1, -20.0, 5.0), ("Staart", 1, 120.0, 5.0)]), ways)
    network = walk(places)
    assert network.metres([0, 1])[0, 1] == pytest.approx(5.0 + 140.0 + 5.0)
    assert network.line(0, 1).length == pytest.approx(150.0)


def test_faster_walkers_need_fewer_seconds_for_the_same_metres(town: Places) -> None:
    rows = range(6)
    fast = WalkNetwork(town.stops, town.edges, town.junctions, walk_m_s=2.2)
    assert (fast.metres(rows) == walk(town).metres(rows)).all()
    assert (fast.seconds(rows) <= walk(town).seconds(rows)).all()


@pytest.mark.parametrize("far", [300.0, 1400.0, 5000.0])
def test_a_bridge_far_away_is_found_and_a_shorter_way_outside_too(far: float) -> None:
    # Two dead ends side by side that meet far away, and a winding way between them nearby.
    winding = [(0.0, 0.0), *((x, y) for x in range(5, 45, 5) for y in ((0.0, 200.0) if x % 2 else (200.0, 0.0))), (50.0, 0.0)]  # fmt: skip
    ways = make_ways(
        {
            "a": ([(0.0, 0.0), (0.0, far), (50.0, far), (50.0, 0.0)], {"name": "Langeweg"}),
            "b": (winding, {"name": "Kronkel"}),
            "c": ([(0.0, 0.0), (0.0, -60.0)], {"name": "Zuid"}),
            "d": ([(50.0, 0.0), (50.0, -60.0)], {"name": "Zuid"}),
        }
    )
    places = build(make_addresses([("Zuid", 1, -8.0, -30.0), ("Zuid", 2, 58.0, -30.0)]), ways)
    network = walk(places)
    around, along = 2 * far + 50.0, sum(math.dist(p, q) for p, q in itertools.pairwise(winding))
    assert network.metres([0, 1])[0, 1] == pytest.approx(16.0 + 60.0 + min(around, along))
    assert network.line(0, 1).length == pytest.approx(16.0 + 60.0 + min(around, along))
    assert network.with_stops(places.stops.iloc[:1]).metres([0]).tolist() == [[0.0]]
