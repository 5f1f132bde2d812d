"""The walking network: who may walk where, and edges that last between imports."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from zds_geo.core.errors import CrsError, PlacesError
from zds_geo.core.frames import EDGES, JUNCTIONS, require
from zds_geo.places.attach import count_pieces, main_component
from zds_geo.places.network import build_network, is_walkable

from .test_places import GRID, make_ways

LINE = [(0.0, 0.0), (100.0, 0.0)]


def one_way(**tags: str) -> Any:
    return next(make_ways({"a": (LINE, tags)}).itertuples())


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "residential"},
        {"highway": "footway"},
        {"highway": "path"},
        {"highway": "steps"},
        {"highway": "track", "access": "agricultural"},
        {"highway": "cycleway"},
        {"highway": "service", "access": "private", "foot": "yes"},
        {"highway": "service", "access": "no", "foot": "permissive"},
        {"highway": "service", "access": "destination"},
        {"highway": "trunk", "foot": "yes"},
        {"highway": "trunk", "sidewalk": "both"},
    ],
)
def test_people_on_foot_may_use(tags: dict[str, str]) -> None:
    assert is_walkable(one_way(**tags))


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "motorway"},
        {"highway": "motorway_link"},
        {"highway": "motorway", "sidewalk": "both"},
        {"highway": "trunk"},
        {"highway": "trunk", "sidewalk": "none"},
        {"highway": "construction"},
        {"highway": "proposed"},
        {"highway": "residential", "foot": "no"},
        {"highway": "footway", "foot": "private"},
        {"highway": "service", "access": "private"},
        {"highway": "service", "access": "no"},
        {"highway": "trunk", "foot": "no", "sidewalk": "both"},
    ],
)
def test_people_on_foot_may_not_use(tags: dict[str, str]) -> None:
    assert not is_walkable(one_way(**tags))


def test_a_network_without_walkable_ways_is_refused() -> None:
    with pytest.raises(PlacesError):
        build_network(make_ways({"a": (LINE, {"highway": "motorway"})}))


def test_ways_in_degrees_are_refused() -> None:
    with pytest.raises(CrsError, match="ways"):
        build_network(GRID.to_crs("EPSG:4326"))


def test_frames_keep_their_contract_and_lengths_are_those_of_the_lines() -> None:
    edges, junctions = build_network(GRID)
    require(edges, EDGES)
    require(junctions, JUNCTIONS)
    assert (edges["length_m"] - edges.geometry.length).abs().max() == 0.0
    assert set(edges["from_junction"]) | set(edges["to_junction"]) == set(junctions.index)


def test_each_edge_runs_from_its_from_junction_to_its_to_junction() -> None:
    edges, junctions = build_network(GRID)
    for edge in edges.itertuples():
        first, last = edge.geometry.coords[0], edge.geometry.coords[-1]
        assert first == junctions.geometry[edge.from_junction].coords[0]
        assert last == junctions.geometry[edge.to_junction].coords[0]
        assert int(edge.from_junction) <= int(edge.to_junction)


def test_pieces_of_one_street_are_one_edge_between_junctions() -> None:
    ways = make_ways(
        {
            "a": ([(0.0, 0.0), (50.0, 0.0)], {"name": "Dorpsstraat"}),
            "b": ([(50.0, 0.0), (90.0, 0.0)], {"name": "Dorpsstraat"}),
            "c": ([(90.0, 0.0), (120.0, 0.0)], {"name": "Anderestraat"}),
        }
    )
    edges, _ = build_network(ways)
    assert dict(zip(edges["name"], edges["length_m"], strict=True)) == {
        "Dorpsstraat": 90.0, "Anderestraat": 30.0,
    }  # fmt: skip


def test_direction_of_drawing_changes_no_edge() -> None:
    turned = GRID.copy()
    turned["node_ids"] = [nodes[::-1] for nodes in turned["node_ids"]]
    turned = turned.set_geometry(turned.geometry.reverse())
    first, other = build_network(GRID), build_network(turned)
    for one, two in zip(first, other, strict=True):
        pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(two))


def test_parallel_edges_of_one_way_both_stay_with_lasting_ids() -> None:
    ways = make_ways(
        {
            "stem": ([(0.0, 0.0), (50.0, 0.0)], {"name": "Steel"}),
            "loop": (
                [(50.0, 0.0), (90.0, 30.0), (130.0, 0.0), (90.0, -40.0), (50.0, 0.0)],
                {"name": "Lus"},
            ),
            "tail": ([(130.0, 0.0), (200.0, 0.0)], {"name": "Staart"}),
        }
    )
    edges, _ = build_network(ways)
    again, _ = build_network(ways.iloc[::-1])
    loop = edges.loc[edges["name"] == "Lus"]
    assert len(loop) == 2
    assert edges.index.is_unique
    pd.testing.assert_frame_equal(pd.DataFrame(edges), pd.DataFrame(again))


def test_a_ring_without_a_side_street_is_walkable_all_round() -> None:
    ring = [(0.0, 0.0), (50.0, 0.0), (50.0, 50.0), (0.0, 50.0), (0.0, 0.0)]
    edges, _ = build_network(make_ways({"a": (ring, {"name": "Ring"})}))
    assert edges["length_m"].sum() == 200.0


def test_a_busy_street_costs_more_to_cross_than_a_quiet_one() -> None:
    ways = make_ways(
        {
            kind: ([(float(i), 0.0), (float(i), 50.0)], {"highway": kind})
            for i, kind in enumerate(("primary", "secondary", "tertiary", "residential", "footway"))
        }
    )
    edges, _ = build_network(ways)
    cost = edges.set_index("highway")["crossing_s"].to_dict()
    assert cost == {
        "primary": 45, "secondary": 30, "tertiary": 15, "residential": 5, "footway": 0,
    }  # fmt: skip


def test_the_connected_network_is_the_one_with_most_metres() -> None:
    ways = make_ways(
        {
            "long": ([(0.0, 0.0), (500.0, 0.0)], {"name": "Lang"}),
            "one": ([(0.0, 200.0), (20.0, 200.0)], {"name": "Eiland"}),
            "two": ([(20.0, 200.0), (20.0, 220.0)], {"name": "Eiland twee"}),
        }
    )
    edges, _ = build_network(ways)
    assert edges.loc[main_component(edges), "name"].tolist() == ["Lang"]
    assert count_pieces(edges) == 2
