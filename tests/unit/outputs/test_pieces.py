"""Pieces of street: nothing lost, nothing too small, each on its own side."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString

from zds_geo.core.crs import RD
from zds_geo.outputs.merge import group_sides, merge_sides
from zds_geo.outputs.partition import MIN_DOORS, make_partition
from zds_geo.outputs.publish import Piece, Shown, choose_scope, gain_of, next_shown

Street = tuple[str, str, list[tuple[int, int, bool]]]


def make_places(streets: list[Street]) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Streets one above the other; of each edge the doors left and right, and its direction."""
    edges, sides = [], []
    for row, (name, buurt, parts) in enumerate(streets):
        for column, (left, right, back) in enumerate(parts):
            a, b = (100.0 * column, 80.0 * row), (100.0 * column + 100, 80.0 * row)
            line = LineString([b, a] if back else [a, b])
            edge = f"e{row:02d}-{column:02d}"
            edges.append({"edge_id": edge, "name": name, "geometry": line})
            for side, n, away in (("L", left, 5.0), ("R", right, -5.0)):
                if n:
                    sides.append(
                        {
                            "street_side_id": f"{edge}:{side}", "straat": name, "edge_id": edge,
                            "side": side, "buurt_code": buurt, "n_doors": n,
                            "geometry": line.parallel_offset(abs(away), "left" if away > 0 else "right"),
                        }
                    )  # fmt: skip
    return (
        gpd.GeoDataFrame(sides, crs=RD).set_index("street_side_id"),
        gpd.GeoDataFrame(edges, crs=RD).set_index("edge_id"),
    )


def count(sides: gpd.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame({"n_doors": sides["n_doors"]})
    for column in ("tried", "opened", "talked", "reached", "never_tried", "in_vain"):
        table[column] = sides["n_doors"] // 2
    table["last_tried_on"] = None
    return table


PART = st.tuples(st.integers(0, 9), st.integers(1, 9), st.booleans())
STREET = st.tuples(
    st.sampled_from(["'s-Gravenweg", "'t Hof", "Jan & Co"]), st.sampled_from(["BU1", "BU2"]),
    st.lists(PART, min_size=1, max_size=6),
)  # fmt: skip


@given(st.lists(STREET, min_size=1, max_size=5), st.sampled_from([5, 10, 20]))
def test_pieces_hold_every_door_once_and_enough_of_them(streets: list[Street], least: int) -> None:
    sides, edges = make_places(streets)
    pieces = merge_sides(sides, count(sides), min_doors=least)
    assert int(pieces["n_doors"].sum()) == int(sides["n_doors"].sum())
    assert int(pieces["n_doors"].min()) >= min(least, int(sides["n_doors"].sum()))
    shuffled = sides.sample(frac=1, random_state=1)
    assert group_sides(shuffled, min_doors=least).equals(group_sides(sides, min_doors=least))
    whole, piece_of = make_partition(sides, edges, min_doors=least)
    assert int(whole["n_doors"].sum()) == int(sides["n_doors"].sum())
    assert int(whole["n_doors"].min()) >= min(least, int(sides["n_doors"].sum()))
    assert set(piece_of.index) == set(sides.index)


def test_a_piece_stays_on_one_side_whichever_way_its_edges_are_drawn() -> None:
    sides, _ = make_places(
        [("Kade", "BU1", [(3, 3, False), (3, 3, True), (3, 3, False), (3, 3, True)])]
    )
    for _, part in sides.groupby(group_sides(sides, min_doors=6)):
        assert len(part) == 2
        assert len(set(part.geometry.centroid.y.round())) == 1


def test_a_small_side_joins_its_own_street_before_another() -> None:
    sides, _ = make_places([("A", "BU1", [(9, 2, False)]), ("B", "BU1", [(9, 9, False)])])
    pieces = group_sides(sides, min_doors=5)
    assert pieces["e00-00:L"] == pieces["e00-00:R"]
    assert pieces["e01-00:L"] != pieces["e00-00:R"]


@pytest.mark.req("P09")
def test_both_sides_of_a_stretch_are_published_together() -> None:
    sides, edges = make_places([("A", "BU1", [(30, 30, False), (30, 30, True)])])
    _, piece_of = make_partition(sides, edges)
    assert piece_of["e00-00:L"] == piece_of["e00-00:R"] != piece_of["e00-01:L"]


@pytest.mark.req("P09")
@given(st.integers(1, 60), st.data())
def test_a_share_needs_enough_doors_knocked_at(n_doors: int, data: st.DataObject) -> None:
    knocked = data.draw(st.integers(0, n_doors))
    talked = data.draw(st.integers(0, knocked))
    shown = next_shown(
        None, n_doors=n_doors, knocked=knocked, talked=talked, knocked_since=knocked, on="a"
    )
    assert (shown.class_ == 0) == (knocked == 0)
    if shown.class_ > 1:
        assert n_doors >= MIN_DOORS
        assert knocked >= max(5, n_doors / 2)
    # No class says that all talked, or that nobody did.
    if shown.class_ == 2:
        assert next_shown(
            None, n_doors=n_doors, knocked=n_doors, talked=1, knocked_since=9, on="a"
        ).class_ in (1, 2)
    if shown.class_ == 6:
        assert 5 * (n_doors - 1) > 4 * n_doors


@pytest.mark.req("P10")
@given(st.integers(20, 60), st.integers(0, 4), st.data())
def test_a_colour_never_moves_for_fewer_than_five_doors(
    n_doors: int, fresh: int, data: st.DataObject
) -> None:
    knocked = data.draw(st.integers(n_doors // 2 + 1, n_doors))
    before = next_shown(
        None, n_doors=n_doors, knocked=knocked, talked=data.draw(st.integers(0, knocked)),
        knocked_since=knocked, on="a",
    )  # fmt: skip
    after = next_shown(
        before, n_doors=n_doors, knocked=knocked, talked=data.draw(st.integers(0, knocked)),
        knocked_since=fresh, on="b",
    )  # fmt: skip
    assert after == before


PIECE = st.builds(
    lambda n, share, buurt: Piece(
        buurt_code=buurt, n_doors=n, talked=int(n * share),
        shown=next_shown(
            None, n_doors=n, knocked=n, talked=int(n * share), knocked_since=n, on="a"
        ),
    ),
    st.integers(20, 80), st.floats(0, 1), st.sampled_from(["BU1", "BU2"]),
)  # fmt: skip


@pytest.mark.req("P10")
@given(st.lists(PIECE, min_size=1, max_size=30))
def test_no_map_is_published_that_gains_more_than_eight_points(pieces: list[Piece]) -> None:
    named = {str(i): p for i, p in enumerate(pieces)}
    scope, classes = choose_scope(named)
    assert gain_of(pieces, list(classes.values())) <= 0.08
    if scope == "area":
        assert len({c for c in classes.values() if c > 1}) <= 1


def test_one_clear_street_does_not_make_the_map_coarser() -> None:
    plain = [
        Piece(buurt_code="BU1", n_doors=20, talked=7, shown=Shown(3, "a", 7)) for _ in range(20)
    ]
    clear = Piece(buurt_code="BU1", n_doors=20, talked=18, shown=Shown(6, "a", 18))
    scope, classes = choose_scope({str(i): p for i, p in enumerate([*plain, clear])})
    assert scope == "piece"
    assert classes["20"] == 6
