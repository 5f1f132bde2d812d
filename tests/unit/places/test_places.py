"""Places: the right buurt, the right street, honest accounts, exact seconds."""

from __future__ import annotations

import itertools
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, Point, box

from zds_geo.core.crs import RD
from zds_geo.core.errors import CrsError
from zds_geo.core.frames import ADDRESSES, LEFT_OUT, WAYS
from zds_geo.places import UNREACHABLE_S, Places, WalkNetwork, assign_buurt, build_places

BASE = (190_000.0, 500_000.0)


def at(x: float, y: float) -> Point:
    return Point(BASE[0] + x, BASE[1] + y)


def make_addresses(rows: list[tuple[str, int, float, float]], **more: str) -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        [
            {**dict.fromkeys(ADDRESSES.columns, ""), "row": f"regel {i}", "straat": s,
             "huisnummer": n, "kind": "adres", **more}
            for i, (s, n, _, _) in enumerate(rows)
        ],
        index=pd.Index([f"osm:node/{i + 1}" for i in range(len(rows))], name="address_id"),
        columns=list(ADDRESSES.columns),
    )  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=[at(x, y) for _, _, x, y in rows], crs=RD)


def make_ways(lines: dict[str, tuple[list[tuple[float, float]], dict[str, str]]]) -> Any:
    ids: dict[tuple[float, float], int] = {}
    rows, shapes = [], []
    for points, tags in lines.values():
        refs = tuple(ids.setdefault(p, len(ids) + 1) for p in points)
        rows.append({**dict.fromkeys(WAYS.columns, ""), "highway": "residential", **tags,
                     "node_ids": refs})  # fmt: skip
        shapes.append(LineString([at(*p) for p in points]))
    table = pd.DataFrame(
        rows, index=pd.Index([str(k + 1) for k in range(len(rows))], name="way_id")
    )
    return gpd.GeoDataFrame(table, geometry=shapes, crs=RD)


def make_buurten() -> gpd.GeoDataFrame:
    table = pd.DataFrame(
        {"buurt_naam": ["A", "B"], "wijk_code": "", "gemeente_code": "", "gemeente_naam": "",
         "inhabitants": pd.array([10, None], dtype="Int64"),
         "households": pd.array([5, None], dtype="Int64")},
        index=pd.Index(["BU00010001", "BU00010002"], name="buurt_code"),
    )  # fmt: skip
    x, y = BASE
    shapes = [box(x - 500, y - 500, x + 100, y + 500), box(x + 100, y - 500, x + 900, y + 500)]
    return gpd.GeoDataFrame(table, geometry=shapes, crs=RD)


def empty(name: str, **columns: Any) -> gpd.GeoDataFrame:
    index = pd.Index([], name=name, dtype="str")
    return gpd.GeoDataFrame(columns, index=index, geometry=[], crs=RD)


def build(addresses: Any, ways: Any, **more: Any) -> Places:
    none_left = pd.DataFrame(columns=list(LEFT_OUT.columns), index=pd.Index([], name="row"))
    given = {
        "buurten": make_buurten(), "panden": empty("pand_id", use=[]), "water": empty("water_id"),
        "left_out": none_left, "buurt_codes": None,
    }  # fmt: skip
    return build_places(addresses, ways, **{**given, **more})


GRID = make_ways(
    {
        "a": ([(0.0, 0.0), (90.0, 0.0), (200.0, 0.0)], {"name": "Dorpsstraat"}),
        "b": ([(0.0, 0.0), (0.0, 80.0)], {"name": "Zijweg"}),
        "c": ([(0.0, 80.0), (200.0, 80.0)], {"name": "Achterweg"}),
        "d": ([(200.0, 0.0), (200.0, 80.0)], {"name": "Zijlaan", "highway": "tertiary"}),
        "e": ([(0.0, 20.0), (200.0, 20.0)], {"highway": "footway"}),
    }
)
HOMES = [("Dorpsstraat", n, 10.0 * n, 12.0 if n % 2 else -12.0) for n in range(1, 19)]


def test_a_door_on_a_shared_edge_goes_to_the_lowest_code() -> None:
    doors = make_addresses([("X", 1, 100.0, 0.0)])
    assert assign_buurt(doors, make_buurten()).tolist() == ["BU00010001"]
    with pytest.raises(CrsError):
        assign_buurt(doors.to_crs("EPSG:4326"), make_buurten())


def test_a_door_attaches_to_its_own_street_though_an_alley_is_nearer() -> None:
    places = build(make_addresses(HOMES), GRID)
    assert set(places.doors["access_name"]) == {"Dorpsstraat"}
    sides = places.doors["street_side_id"].str[-1].groupby(places.doors["huisnummer"] % 2)
    assert sides.nunique().tolist() == [1, 1]
    assert places.report.own_street_share == 1.0


def test_a_door_does_not_attach_across_water() -> None:
    x, y = BASE
    water = gpd.GeoDataFrame(
        index=pd.Index(["w"], name="water_id"),
        geometry=[box(x - 50, y + 3, x + 300, y + 7)],
        crs=RD,
    )
    home = make_addresses([("Onbekend", 1, 60.0, 9.0)])
    assert build(home, GRID).doors["access_name"].tolist() == ["Dorpsstraat"]
    assert "Dorpsstraat" not in build(home, GRID, water=water).doors["access_name"].tolist()


def test_row_order_changes_nothing() -> None:
    first = build(make_addresses(HOMES), GRID)
    other = build(make_addresses(HOMES).iloc[::-1], GRID.iloc[::-1])
    for name in ("doors", "stops", "street_sides", "edges"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(first, name)), pd.DataFrame(getattr(other, name))
        )


def test_every_row_is_accounted_for() -> None:
    rows = [*HOMES, ("Dorpsstraat", 1, 11.0, 12.0), ("Ver", 9, 5000.0, 0.0), ("B", 2, 150.0, -12.0)]
    places = build(make_addresses(rows), GRID, buurt_codes=["BU00010001"])
    report = places.report
    assert report.n_rows == report.kept + report.merged + sum(report.left_out.values())
    assert report.merged == 1
    assert report.left_out["left_out.no_buurt"] == 1
    assert set(places.doors["buurt_code"]) == {"BU00010001"}
    assert set(places.left_out["merged_into"]) - {""} == {"osm:node/1"}


def test_a_flat_is_a_handful_of_stops_and_a_terrace_one_each() -> None:
    x, y = BASE
    flat = gpd.GeoDataFrame(
        {"use": ["apartments"]}, index=pd.Index(["p"], name="pand_id"),
        geometry=[box(x + 10, y - 30, x + 80, y - 8)], crs=RD,
    )  # fmt: skip
    homes = [("Dorpsstraat", n, 12.0 + (n % 40) * 1.6, -12.0) for n in range(1, 161)]
    inside = build(make_addresses(homes), GRID, panden=flat)
    assert 3 <= len(inside.stops) <= 6
    assert inside.stops["n_doors"].sum() == 160
    assert len(build(make_addresses(HOMES), GRID).stops) == len(HOMES)


def test_seconds_are_exact_against_a_graph_with_the_stops_in_it() -> None:
    places = build(make_addresses([*HOMES, ("Achterweg", 4, 130.0, 90.0)]), GRID)
    network = WalkNetwork(places.stops, places.edges, places.junctions, walk_m_s=1.1)
    found = network.metres(range(len(places.stops)))
    graph = nx.Graph()
    for edge_id, edge in places.edges.iterrows():
        on = places.stops.loc[places.stops["access_edge_id"] == edge_id]
        marks = sorted(
            [(0.0, edge["from_junction"]), (edge["length_m"], edge["to_junction"])]
            + [(float(s["along_m"]), ("at", i)) for i, s in on.iterrows()],
            key=lambda m: m[0],
        )
        for (a, first), (b, second) in itertools.pairwise(marks):
            graph.add_edge(first, second, weight=b - a)
    for i, one in enumerate(places.stops.index):
        far = nx.single_source_dijkstra_path_length(graph, ("at", one))
        for j, two in enumerate(places.stops.index):
            if i == j:
                continue
            access = places.stops.at[one, "access_m"] + places.stops.at[two, "access_m"]
            assert found[i, j] == pytest.approx(far[("at", two)] + access)
            assert network.line(i, j).length == pytest.approx(found[i, j])
    seconds = network.seconds(range(len(places.stops)))
    assert (seconds == seconds.T).all()
    assert (np.diag(seconds) == 0).all()
    assert (seconds >= found / 1.1 - 1e-6).all()


def test_an_island_cannot_be_reached_and_the_other_side_costs_a_crossing() -> None:
    far = make_ways({"x": ([(800.0, 0.0), (850.0, 0.0)], {"name": "Eiland"})})
    far.index = pd.Index(["99"], name="way_id")
    far["node_ids"] = [(901, 902)]
    rows = [*HOMES, ("Eiland", 1, 820.0, 5.0)]
    places = build(make_addresses(rows), pd.concat([GRID, far]))
    network = WalkNetwork(places.stops, places.edges, places.junctions, walk_m_s=1.1)
    seconds = network.seconds(range(len(places.stops)))
    streets = places.stops["straat"].to_numpy()
    assert (seconds[streets == "Eiland"][:, streets != "Eiland"] == UNREACHABLE_S).all()


def test_closed_ways_are_not_walked() -> None:
    ways = make_ways(
        {
            "a": ([(0.0, 0.0), (200.0, 0.0)], {"name": "Dorpsstraat"}),
            "m": ([(0.0, 5.0), (200.0, 5.0)], {"highway": "motorway"}),
            "p": ([(0.0, 9.0), (200.0, 9.0)], {"access": "private"}),
            "n": ([(0.0, 11.0), (200.0, 11.0)], {"foot": "no"}),
        }
    )
    places = build(make_addresses([("Onbekend", 1, 50.0, 10.0)]), ways)
    assert len(places.edges) == 1
