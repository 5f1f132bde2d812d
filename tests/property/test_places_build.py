"""Places on random towns: exact walking, the right side, no row lost, any row order."""

from __future__ import annotations

import itertools
import math
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from zds_geo.core.crs import RD
from zds_geo.core.frames import ADDRESSES, LEFT_OUT, WAYS
from zds_geo.places import UNREACHABLE_S, Places, WalkNetwork, build_places
from zds_geo.places.attach import attach_doors
from zds_geo.places.obstacles import Obstacles

X, Y = 190_000.0, 500_000.0
SPEED = 1.1
RING = np.array([(9.0, 9.0), (-9.0, 12.0)])
SEEDS = st.integers(0, 2**32 - 1)


def random_network(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    """Stops, edges and junctions: bent, parallel and ring edges, sometimes in two pieces."""
    nx_, ny = int(rng.integers(2, 5)), int(rng.integers(2, 4))
    spots = {
        (i, j): (X + 80.0 * i + rng.uniform(-15, 15), Y + 80.0 * j + rng.uniform(-15, 15))
        for i, j in itertools.product(range(nx_), range(ny))
    }
    names = {spot: f"{k:03}" for k, spot in enumerate(spots)}
    pairs = [(s, t) for s in spots for t in ((s[0] + 1, s[1]), (s[0], s[1] + 1)) if t in spots]
    pairs = [p for p in pairs if rng.random() < 0.75] or pairs[:1]
    pairs += [p for p in pairs if rng.random() < 0.15] + [
        (s, s) for s in spots if rng.random() < 0.1
    ]
    rows, shapes = [], []
    for s, t in pairs:
        a, b = np.array(spots[s]), np.array(spots[t])
        bends = [(a + b) / 2 + rng.uniform(-20, 20, 2)] if s != t else [a + d for d in RING]
        shapes.append(LineString([a, *bends, b]))
        rows.append((names[s], names[t], "Straat", "residential", int(rng.integers(0, 46))))
    edges = pd.DataFrame(
        rows, columns=["from_junction", "to_junction", "name", "highway", "crossing_s"],
        index=pd.Index([f"e{k:03}" for k in range(len(rows))], name="edge_id"),
    )  # fmt: skip
    edges = gpd.GeoDataFrame(edges, geometry=shapes, crs=RD)
    edges["length_m"] = edges.geometry.length
    used = sorted({*edges["from_junction"], *edges["to_junction"]})
    places = {name: spots[spot] for spot, name in names.items()}
    junctions = gpd.GeoDataFrame(
        index=pd.Index(used, name="junction_id"), geometry=[Point(places[u]) for u in used], crs=RD
    )
    on = rng.integers(0, len(edges), 12)
    along = [round(float(rng.random() * edges["length_m"].iloc[e]), 3) for e in on]
    access = [round(float(rng.choice([0.0, rng.uniform(0, 15)])), 3) for _ in on]
    sides = [str(rng.choice(["L", "R"])) for _ in on]
    ids = edges.index.to_numpy()[on]
    feet = [edges.geometry.iloc[e].interpolate(d) for e, d in zip(on, along, strict=True)]
    stops = gpd.GeoDataFrame(
        {
            "access_edge_id": ids, "along_m": along, "access_m": access,
            "street_side_id": [f"{e}:{s}" for e, s in zip(ids, sides, strict=True)],
        },
        index=pd.Index([f"s{k:03}" for k in range(len(on))], name="stop_id"),
        # Where the stop stands matters to the line alone: its distance to the foot is the access.
        geometry=[Point(p.x, p.y + d) for p, d in zip(feet, access, strict=True)], crs=RD,
    )  # fmt: skip
    return stops, edges, junctions


def reference_metres(stops: Any, edges: Any) -> np.ndarray[Any, Any]:
    """The same by networkx: every stop is a node of the graph."""
    graph = nx.MultiGraph()
    for k, edge in enumerate(edges.itertuples()):
        on = stops.loc[stops["access_edge_id"] == edge.Index, "along_m"].sort_values()
        marks = [(0.0, edge.from_junction), *((float(m), i) for i, m in on.items())]
        marks.append((edge.length_m, edge.to_junction))
        for n, ((a, u), (b, v)) in enumerate(itertools.pairwise(marks)):
            graph.add_edge(u, v, key=(k, n), weight=max(b - a, 0.0))
    found = np.full((len(stops), len(stops)), np.inf)
    access = stops["access_m"].to_numpy()
    for i, one in enumerate(stops.index):
        far = nx.single_source_dijkstra_path_length(graph, one)
        for j, two in enumerate(stops.index):
            found[i, j] = 0.0 if i == j else far.get(two, np.inf) + access[i] + access[j]
    return found


def reference_seconds(stops: Any, edges: Any) -> np.ndarray[Any, Any]:
    """The same with crossings: who walks has the street on one hand, and keeps it there."""
    graph = nx.MultiGraph()
    graph.add_weighted_edges_from(
        zip(edges["from_junction"], edges["to_junction"], edges["length_m"], strict=True)
    )
    far = dict(nx.all_pairs_dijkstra_path_length(graph))
    found = np.full((len(stops), len(stops)), np.inf)
    for (i, a), (j, b) in itertools.product(enumerate(stops.itertuples()), repeat=2):
        one, two = edges.loc[a.access_edge_id], edges.loc[b.access_edge_id]
        cross = min(one["crossing_s"], two["crossing_s"])
        left_a, left_b = a.street_side_id.endswith("L"), b.street_side_id.endswith("L")
        ways = []
        if a.access_edge_id == b.access_edge_id:
            ways.append(abs(a.along_m - b.along_m) / SPEED + cross * (left_a != left_b))
        for forward, onward in itertools.product((True, False), repeat=2):
            leave = one["length_m"] - a.along_m if forward else a.along_m
            enter = b.along_m if onward else two["length_m"] - b.along_m
            start = one["to_junction"] if forward else one["from_junction"]
            end = two["from_junction"] if onward else two["to_junction"]
            hand_a, hand_b = left_a == forward, left_b == onward
            way = leave + far[start].get(end, np.inf) + enter
            ways.append(way / SPEED + cross * (hand_a != hand_b))
        found[i, j] = 0.0 if i == j else min(ways) + (a.access_m + b.access_m) / SPEED
    return found


@settings(max_examples=60)
@given(SEEDS)
def test_seconds_are_exactly_those_of_a_graph_with_the_stops_in_it(seed: int) -> None:
    stops, edges, junctions = random_network(np.random.default_rng(seed))
    network = WalkNetwork(stops, edges, junctions, walk_m_s=SPEED)
    rows = range(len(stops))
    metres, seconds = network.metres(rows), network.seconds(rows)
    np.testing.assert_allclose(metres, reference_metres(stops, edges), atol=1e-4)
    truth = reference_seconds(stops, edges)
    for i, j in itertools.product(rows, rows):
        if math.isinf(truth[i, j]):
            assert seconds[i, j] == UNREACHABLE_S
        else:
            assert truth[i, j] - 1e-4 <= seconds[i, j] < truth[i, j] + 1


@settings(max_examples=40)
@given(SEEDS)
def test_walking_is_symmetric_and_no_detour_is_shorter(seed: int) -> None:
    stops, edges, junctions = random_network(np.random.default_rng(seed))
    network = WalkNetwork(stops, edges, junctions, walk_m_s=SPEED)
    rows = network.add_points([(X + 40.0, Y + 30.0), (X - 60.0, Y)]) + list(range(len(stops)))
    metres, seconds = network.metres(rows), network.seconds(rows)
    assert (seconds == seconds.T).all()
    assert (metres == metres.T).all()
    assert not np.diag(seconds).any()
    for k in range(len(rows)):
        assert (metres <= metres[:, k][:, None] + metres[k, :][None, :] + 1e-6).all()
        # In seconds a detour over another street can save the crossing, and no more than that.
        over = seconds[:, k][:, None] + seconds[k, :][None, :]
        assert (seconds <= over + 2 * int(edges["crossing_s"].max())).all()


@settings(max_examples=40)
@given(SEEDS)
def test_a_line_is_as_long_as_its_metres_and_stays_on_the_streets(seed: int) -> None:
    stops, edges, junctions = random_network(np.random.default_rng(seed))
    network = WalkNetwork(stops, edges.assign(crossing_s=0), junctions, walk_m_s=SPEED)
    metres = network.metres(range(len(stops)))
    streets = edges.geometry.union_all().buffer(0.01)
    for i, j in itertools.pairwise(range(len(stops))):
        if math.isinf(metres[i, j]):
            continue
        line = network.line(i, j)
        assert abs(line.length - metres[i, j]) < 1e-4
        off = line.difference(streets).length
        assert off <= stops["access_m"].iloc[i] + stops["access_m"].iloc[j] + 1e-6


@settings(max_examples=60)
@given(
    turn=st.floats(-2.4, 2.4), heading=st.floats(0, 6.28), share=st.floats(0.02, 0.98),
    second=st.booleans(), left=st.booleans(),
)  # fmt: skip
def test_the_side_is_right_on_a_bent_street(
    turn: float, heading: float, share: float, second: bool, left: bool
) -> None:
    def step(angle: float) -> np.ndarray[Any, Any]:
        return np.array([math.cos(angle), math.sin(angle)])

    start = np.array([X, Y])
    corner = start + 50 * step(heading)
    line = LineString([start, corner, corner + 50 * step(heading + turn)])
    angle, origin = (heading + turn, corner) if second else (heading, start)
    foot = origin + 50 * share * step(angle)
    normal = step(angle + math.pi / 2) * (1 if left else -1)
    door = Point(foot + 0.2 * normal)
    edges = gpd.GeoDataFrame(
        {"name": ["S"], "from_junction": "1", "to_junction": "2", "length_m": line.length},
        index=pd.Index(["e"], name="edge_id"), geometry=[line], crs=RD,
    )  # fmt: skip
    doors = gpd.GeoDataFrame({"straat": ["S"]}, index=["d"], geometry=[door], crs=RD)
    none = gpd.GeoDataFrame({"use": []}, geometry=[], crs=RD)
    free = Obstacles(
        doors.geometry.to_numpy(), np.array([""]), panden=none, water=none, barriers=none
    )
    walls = np.array([None], dtype=object)
    found = attach_doors(doors, edges, obstacles=free, walls=walls, own_street_m=100.0)
    assert found["side"].tolist() == ["L" if left else "R"]


def random_town(rng: np.random.Generator) -> tuple[Any, Any, Any]:
    n = int(rng.integers(2, 5))
    lines = [[(X + 70.0 * i, Y + 60.0 * j) for i in range(n)] for j in range(n)]
    lines += [[(X + 70.0 * i, Y + 60.0 * j) for j in range(n)] for i in range(n)]
    ids: dict[tuple[float, float], int] = {}
    ways = pd.DataFrame(
        [{**dict.fromkeys(WAYS.columns, ""), "highway": "residential", "name": f"Straat {k}",
          "node_ids": tuple(ids.setdefault(p, len(ids) + 1) for p in line)}
         for k, line in enumerate(lines)],
        index=pd.Index([str(k) for k in range(len(lines))], name="way_id"),
    )  # fmt: skip
    many = int(rng.integers(5, 40))
    homes = pd.DataFrame(
        [{**dict.fromkeys(ADDRESSES.columns, ""), "row": f"regel {k}", "kind": "adres",
          "straat": f"Straat {rng.integers(len(lines))}", "huisnummer": int(rng.integers(1, 6)),
          "tagged_use": str(rng.choice(["", "shop=bakery"]))} for k in range(many)],
        index=pd.Index([f"osm:node/{k}" for k in range(many)], name="address_id"),
    )  # fmt: skip
    spots = np.round(rng.uniform(-40, 70 * n, (many, 2)) / 10) * 10  # often on an edge or a street
    areas = pd.DataFrame(
        {c: pd.array([None] * 2, dtype="Int64") for c in ("inhabitants", "households")}
        | dict.fromkeys(("buurt_naam", "wijk_code", "gemeente_code", "gemeente_naam"), ""),
        index=pd.Index(["BU00010001", "BU00010002"], name="buurt_code"),
    )
    middle = X + 60.0
    return (
        gpd.GeoDataFrame(homes, geometry=[Point(X + a, Y + b) for a, b in spots], crs=RD),
        gpd.GeoDataFrame(ways, geometry=[LineString(line) for line in lines], crs=RD),
        gpd.GeoDataFrame(
            areas, crs=RD, geometry=[box(X - 20, Y - 20, middle, Y + 900), box(middle, Y - 20, X + 900, Y + 900)],
        ),
    )  # fmt: skip


def build(homes: Any, ways: Any, areas: Any) -> Places:
    return build_places(
        homes, ways, buurten=areas, buurt_codes=None,
        panden=gpd.GeoDataFrame({"use": []}, index=pd.Index([], name="pand_id", dtype="str"), geometry=[], crs=RD),
        water=gpd.GeoDataFrame(index=pd.Index([], name="water_id", dtype="str"), geometry=[], crs=RD),
        left_out=pd.DataFrame(columns=list(LEFT_OUT.columns), index=pd.Index([], name="row")),
    )  # fmt: skip


@settings(max_examples=20)
@given(SEEDS)
def test_no_row_is_lost_and_row_order_changes_no_frame(seed: int) -> None:
    rng = np.random.default_rng(seed)
    homes, ways, areas = random_town(rng)
    homes.loc["osm:node/0", "geometry"] = Point(X + 10.0, Y + 10.0)  # one door at least
    homes.loc["osm:node/0", "tagged_use"] = ""
    places = build(homes, ways, areas)
    report = places.report
    assert (
        report.n_rows == len(homes) == report.kept + report.merged + sum(report.left_out.values())
    )
    assert {*places.left_out.index} | {*homes.loc[places.doors.index, "row"]} == {*homes["row"]}
    assert places.stops["n_doors"].sum() == places.street_sides["n_doors"].sum() == report.kept
    on_edge = places.doors.geometry.x == X + 60.0
    assert set(places.doors.loc[on_edge, "buurt_code"]) <= {"BU00010001"}
    mixed = [frame.iloc[rng.permutation(len(frame))] for frame in (homes, ways, areas)]
    other = build(*mixed)
    assert other.report == report
    for name in ("doors", "stops", "street_sides", "edges", "junctions", "buurten", "left_out"):
        pd.testing.assert_frame_equal(
            pd.DataFrame(getattr(places, name)), pd.DataFrame(getattr(other, name)), obj=name
        )
