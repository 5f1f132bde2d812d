"""Field truth laid over places: what changes, and that nothing else does."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pytest
from shapely import LineString, Point

from zds_geo.app.workspace import Workspace
from zds_geo.core.frames import (
    ACCESS,
    DOORS,
    EDGES,
    JUNCTIONS,
    STOPS,
    STREET_SIDES,
    list_faults,
)
from zds_geo.core.ids import added_door_id
from zds_geo.core.model import FieldFix, FixKind
from zds_geo.places import FIXED_LAYERS, Fixed, WalkNetwork, apply_fixes
from zds_geo.store import read_layer

CONTRACTS = (DOORS, STOPS, ACCESS, STREET_SIDES, EDGES, JUNCTIONS)
Layers = dict[str, gpd.GeoDataFrame]


@pytest.fixture(scope="module")
def layers(example: Workspace) -> Layers:
    names = (*FIXED_LAYERS, "panden", "water", "buurten")
    return {name: read_layer(example.places_path, name) for name in names}


def fix(kind: FixKind, **facts: Any) -> FieldFix:
    return FieldFix(**{"fix_id": 1, "kind": kind, "since": date(2026, 11, 1), **facts})


def laid(layers: Layers, *fixes: FieldFix) -> Fixed:
    """Lay corrections and check that every layer still keeps its contract and fits the others."""
    copies = {name: frame.copy() for name, frame in layers.items()}
    fixed = apply_fixes(layers, fixes)
    for name, frame in layers.items():
        assert frame.equals(copies[name]), f"{name} was changed in place"
    for contract in CONTRACTS:
        assert list_faults(fixed.layers[contract.name], contract) == []
    doors, stops, edges = (fixed.layers[n] for n in ("doors", "stops", "edges"))
    assert set(doors["stop_id"]) == set(stops.index)
    assert set(stops["access_edge_id"]) <= set(edges.index)
    assert set(doors["street_side_id"]) == set(fixed.layers["street_sides"].index)
    ends = {*edges["from_junction"], *edges["to_junction"]}
    assert ends == set(fixed.layers["junctions"].index)
    assert (
        stops["along_m"] <= edges["length_m"].reindex(stops["access_edge_id"]).to_numpy() + 1e-6
    ).all()
    WalkNetwork(stops, edges, fixed.layers["junctions"], walk_m_s=1.1)
    return fixed


def one_home(layers: Layers) -> str:
    """Give a door that has its stop for itself."""
    alone = layers["stops"].index[layers["stops"]["n_doors"] == 1]
    doors = layers["doors"]
    return str(doors.index[doors["stop_id"].isin(alone)][0])


def beside(layers: Layers, door_id: str, *, number: str, **more: Any) -> FieldFix:
    row = layers["doors"].loc[door_id]
    return fix(
        FixKind.ADD_DOOR, street=row["straat"], number=number, x1=row.geometry.x,
        y1=row.geometry.y, door_id=added_door_id(row["straat"], number, row["buurt_code"]), **more,
    )  # fmt: skip


def test_without_corrections_everything_stays_as_delivered(layers: Layers) -> None:
    fixed = laid(layers)
    for name in FIXED_LAYERS:
        got, given = fixed.layers[name], layers[name].sort_index()
        assert got.index.equals(given.index), name
        assert got.geometry.geom_equals_exact(given.geometry, 1e-6).all(), name
        plain = [
            c for c in given.columns if c not in {"geometry", "access_m", "along_m", "length_m"}
        ]
        assert got[plain].astype(str).equals(given[plain].astype(str)), name


def test_a_hidden_door_is_gone_and_nothing_else(layers: Layers) -> None:
    door = one_home(layers)
    fixed = laid(layers, fix(FixKind.HIDE_DOOR, door_id=door))
    assert set(layers["doors"].index) - set(fixed.layers["doors"].index) == {door}
    assert len(fixed.layers["stops"]) == len(layers["stops"]) - 1
    assert fixed.unmatched == ()


def test_a_door_added_at_a_neighbours_entrance_shares_its_stop(layers: Layers) -> None:
    at = next(d for d in layers["doors"].index if layers["doors"].at[d, "pand_id"])
    added = beside(layers, at, number="999")
    doors = laid(layers, added).layers["doors"]
    assert doors.at[added.door_id, "stop_id"] == doors.at[at, "stop_id"]
    assert doors.at[added.door_id, "huisnummer"] == 999
    assert doors.at[added.door_id, "flag"] == "flag.added"


def test_an_added_door_elsewhere_gets_a_stop_and_a_street_of_its_own(layers: Layers) -> None:
    row = layers["doors"].iloc[0]
    edge = layers["edges"].geometry[row["access_edge_id"]]
    spot = edge.parallel_offset(6, "left").interpolate(0.5, normalized=True)
    added = fix(
        FixKind.ADD_DOOR, street=row["straat"], number="999B-2", x1=spot.x, y1=spot.y,
        door_id=added_door_id(row["straat"], "999B-2", row["buurt_code"]),
    )  # fmt: skip
    doors = laid(layers, added).layers["doors"]
    new = doors.loc[added.door_id]
    assert (new["huisletter"], new["toevoeging"]) == ("B", "2")
    assert new["buurt_code"] == row["buurt_code"]
    assert 0 < new["access_m"] < 100
    outside = laid(
        layers,
        fix(
            FixKind.ADD_DOOR, street="X", number="1", x1=9.0, y1=9.0, door_id="num:0000200000000001"
        ),
    )
    assert outside.unmatched == (1,)


def test_an_addition_that_the_delivery_has_by_now_is_not_added_again(layers: Layers) -> None:
    row = layers["doors"].iloc[5]
    label = f"{row['huisnummer']}{row['huisletter']}" + (
        f"-{row['toevoeging']}" if row["toevoeging"] else ""
    )
    fixed = laid(layers, beside(layers, str(row.name), number=label))
    assert fixed.covered == (1,)
    assert len(fixed.layers["doors"]) == len(layers["doors"])


def test_a_moved_entrance_moves_everybody_behind_it(layers: Layers) -> None:
    stops = layers["stops"]
    shared = str(stops.index[stops["n_doors"] > 1][0])
    doors = layers["doors"]
    door = str(doors.index[doors["stop_id"] == shared][0])
    spot = Point(stops.geometry[shared].x + 7, stops.geometry[shared].y + 3)
    fixed = laid(layers, fix(FixKind.MOVE_ENTRANCE, door_id=door, x1=spot.x, y1=spot.y))
    assert fixed.layers["stops"].geometry[shared].distance(spot) < 0.01
    assert fixed.layers["stops"].at[shared, "n_doors"] == stops.at[shared, "n_doors"]
    assert fixed.layers["doors"].geometry[door].equals(doors.geometry[door])


def test_a_closed_path_is_walked_no_more_and_its_doors_are_reached_otherwise(
    layers: Layers,
) -> None:
    edge = str(layers["doors"]["access_edge_id"].value_counts().index[0])
    spot = layers["edges"].geometry[edge].interpolate(0.5, normalized=True)
    fixed = laid(layers, fix(FixKind.CLOSE_PATH, edge_id=edge, x1=spot.x, y1=spot.y))
    assert edge not in fixed.layers["edges"].index
    assert len(fixed.layers["doors"]) == len(layers["doors"])
    # The same path under another id, as after an edit of the map: found by its place.
    again = laid(layers, fix(FixKind.CLOSE_PATH, edge_id="1-2-3", x1=spot.x, y1=spot.y))
    assert again.layers["edges"].index.equals(fixed.layers["edges"].index)
    away = laid(layers, fix(FixKind.CLOSE_PATH, edge_id=edge, x1=9.0, y1=9.0))
    assert away.unmatched == (1,)


def test_a_crossing_shortens_the_walk_between_the_streets_it_joins(layers: Layers) -> None:
    a, b, fixed = cross_somewhere(layers)
    rows = [list(layers["stops"].index).index(s) for s in (a, b)]
    metres = [
        WalkNetwork(t["stops"], t["edges"], t["junctions"], walk_m_s=1.1).metres(rows)[0, 1]
        for t in (layers, fixed.layers)
    ]
    assert metres[1] < metres[0] / 2
    assert fixed.layers["stops"].index.equals(layers["stops"].index)
    far = fix(FixKind.ADD_CROSSING, x1=9.0, y1=9.0, x2=20.0, y2=20.0)
    assert laid(layers, far).unmatched == (1,)


def cross_somewhere(layers: Layers) -> tuple[str, str, Fixed]:
    """Join the streets of two stops that are near each other but far on foot."""
    stops = layers["stops"]
    network = WalkNetwork(stops, layers["edges"], layers["junctions"], walk_m_s=1.1)
    for n in range(0, len(stops), 7):
        away = stops.geometry.distance(stops.geometry.iloc[n])
        near = [m for m in range(len(stops)) if 20 < away.iloc[m] < 80]
        if not near:
            continue
        walk = network.metres([n, *near])[0, 1:]
        at = int(walk.argmax())
        if 300 < walk[at] < 100_000:
            ends = []
            for row in (n, near[at]):
                edge = layers["edges"].geometry[stops["access_edge_id"].iloc[row]]
                ends.append(edge.interpolate(stops["along_m"].iloc[row]))
            crossing = fix(
                FixKind.ADD_CROSSING, x1=ends[0].x, y1=ends[0].y, x2=ends[1].x, y2=ends[1].y
            )
            return str(stops.index[n]), str(stops.index[near[at]]), laid(layers, crossing)
    raise AssertionError("the example quarter has no such pair")


def test_order_of_corrections_changes_nothing(layers: Layers) -> None:
    door = one_home(layers)
    edge = layers["edges"].index[0]
    spot = layers["edges"].geometry[edge].interpolate(0.5, normalized=True)
    some = [
        fix(FixKind.HIDE_DOOR, fix_id=1, door_id=door),
        fix(FixKind.CLOSE_PATH, fix_id=2, edge_id=edge, x1=spot.x, y1=spot.y),
        beside(layers, door, number="777", fix_id=3),
    ]
    one, other = laid(layers, *some), laid(layers, *reversed(some))
    for name in FIXED_LAYERS:
        assert one.layers[name].equals(other.layers[name])


def test_a_path_is_a_line_after_it_was_cut(layers: Layers) -> None:
    _, _, fixed = cross_somewhere(layers)
    new = fixed.layers["edges"].loc[~fixed.layers["edges"].index.isin(layers["edges"].index)]
    assert all(isinstance(line, LineString) and line.length > 0 for line in new.geometry)
    before, after = layers["edges"]["length_m"].sum(), fixed.layers["edges"]["length_m"].sum()
    assert after == pytest.approx(before + new.loc["fix:1", "length_m"])
