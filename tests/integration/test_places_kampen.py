"""Places of a real town: Kampen, its OSM addresses and streets and its CBS buurten."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zds_geo.places import UNREACHABLE_S, Places, WalkNetwork, build_places
from zds_geo.places.attach import main_component
from zds_geo.sources import read_addresses, read_buurten, read_streets

KAMPEN = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "kampen"

pytestmark = pytest.mark.skipif(
    not KAMPEN.is_dir(), reason="the open data of Kampen is not next to the repository"
)


@pytest.fixture(scope="module")
def kampen() -> Places:
    addresses = read_addresses(KAMPEN / "kampen_adressen_osm.csv")
    streets = read_streets(KAMPEN / "kampen.osm.pbf")
    return build_places(
        addresses.addresses,
        streets.ways,
        buurten=read_buurten(KAMPEN / "kampen_buurten_cbs2015.geojson").buurten,
        panden=streets.panden,
        water=streets.water,
        barriers=streets.barriers,
        entrances=streets.entrances,
        left_out=addresses.left_out,
        buurt_codes=None,
    )


def test_all_rows_of_the_file_are_accounted_for(kampen: Places) -> None:
    report = kampen.report
    assert report.n_rows == 19_492
    assert report.merged == 24
    assert report.n_rows == report.kept + report.merged + sum(report.left_out.values())
    assert len(kampen.doors) == report.kept
    assert len(kampen.left_out) == report.n_rows - report.kept


def test_all_doors_are_in_a_buurt(kampen: Places) -> None:
    assert "left_out.no_buurt" not in kampen.report.left_out
    assert kampen.doors["buurt_code"].isin(kampen.buurten.index).all()
    per_buurt = {str(r["buurt_code"]): r["doors"] for r in kampen.report.per_buurt}
    assert len(per_buurt) == 17
    assert per_buurt == {
        c: int((kampen.doors["buurt_code"] == c).sum()) for c in kampen.buurten.index
    }


def test_merged_rows_point_at_doors_that_stay(kampen: Places) -> None:
    merged = kampen.left_out.loc[kampen.left_out["fate"] == "merged"]
    assert set(merged["merged_into"]) <= set(kampen.doors.index)


def test_nearly_all_doors_are_on_their_own_street(kampen: Places) -> None:
    assert kampen.report.own_street_near_share >= 0.98


def test_the_largest_building_is_a_handful_of_stops(kampen: Places) -> None:
    doors = kampen.doors.loc[kampen.doors["pand_id"] != ""]
    largest = doors["pand_id"].value_counts()
    assert largest.iloc[0] == 174
    assert doors.loc[doors["pand_id"] == largest.index[0], "stop_id"].nunique() <= 20


def test_every_door_has_a_stop_and_most_stops_are_one_front_door(kampen: Places) -> None:
    assert set(kampen.doors["stop_id"]) == set(kampen.stops.index)
    assert kampen.stops["n_doors"].sum() == len(kampen.doors)
    assert (kampen.stops["n_doors"] == 1).mean() > 0.8


def test_doors_far_from_a_street_are_listed_and_no_others(kampen: Places) -> None:
    far = kampen.doors.loc[kampen.doors["access_m"] > 50.0]
    report = kampen.report
    assert 0 < len(far) < len(kampen.doors) / 20
    assert set(report.far_from_street) == set(far.index)
    assert report.flagged["flag.far_from_street"] == len(far)
    assert len(report.far_from_street_labels) == len(far)


def test_the_network_is_nearly_one_piece_and_doors_hang_on_the_large_one(kampen: Places) -> None:
    main = set(kampen.edges.index[main_component(kampen.edges)])
    assert kampen.doors["access_edge_id"].isin(main).mean() > 0.999
    assert kampen.edges.geometry.length.to_numpy() == pytest.approx(
        kampen.edges["length_m"].to_numpy()
    )


def test_seconds_between_stops_are_symmetric_and_at_least_as_the_crow_flies(kampen: Places) -> None:
    network = WalkNetwork(kampen.stops, kampen.edges, kampen.junctions, walk_m_s=1.1)
    rows = list(range(0, len(kampen.stops), len(kampen.stops) // 120))
    seconds = network.seconds(rows)
    xy = kampen.stops.geometry.iloc[rows].get_coordinates().to_numpy()
    crow = np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)) / 1.1
    assert (seconds == seconds.T).all()
    assert not np.diag(seconds).any()
    assert (seconds + 1e-6 >= crow).all()
    assert (seconds == UNREACHABLE_S).mean() < 0.01
    metres = network.metres(rows)
    for j in range(1, 20):
        if np.isfinite(metres[0, j]):
            assert network.line(rows[0], rows[j]).length == pytest.approx(metres[0, j], abs=0.01)


def test_the_network_is_the_one_osmnx_would_simplify_to(kampen: Places) -> None:
    import networkx as nx

    from zds_geo.places import make_graph

    graph = make_graph(kampen.edges, kampen.junctions)
    assert graph.number_of_nodes() == len(kampen.junctions)
    assert graph.number_of_edges() == 2 * len(kampen.edges)
    network = WalkNetwork(kampen.stops, kampen.edges, kampen.junctions, walk_m_s=1.1)
    first = kampen.edges.loc[kampen.stops["access_edge_id"].iloc[0]]
    last = kampen.edges.loc[kampen.stops["access_edge_id"].iloc[9000]]
    a, b = int(first["from_junction"]), int(last["from_junction"])
    metres = nx.shortest_path_length(graph, a, b, weight="length")
    direct = network.metres([0, 9000])[0, 1]
    slack = sum(e["length_m"] for e in (first, last))
    slack += float(kampen.stops["access_m"].iloc[[0, 9000]].sum())
    assert abs(direct - metres) <= slack
